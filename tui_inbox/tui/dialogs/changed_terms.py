"""Changed terms: written, looked at with the number of guests, and sent only after a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.ports.store import Transaction
from tui_inbox.services import campaigns, footers, terms
from tui_inbox.services.campaigns import GroupSend, Summary
from tui_inbox.services.terms import ChangedTerms
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.dialogs.form import Field, Form, Values
from tui_inbox.tui.dialogs.unlock import ask_unlock
from tui_inbox.tui.screens.group_send import channel_choices
from tui_inbox.wording import _, ngettext

if TYPE_CHECKING:
    from tui_inbox.tui.screens.desk_screen import DeskScreen


async def ask_terms(screen: DeskScreen) -> bool:
    """True when it was sent; «no» sends nothing."""
    app = screen.desk_app
    desk = app.session.desk
    found: list[tuple[GroupSend, Summary]] = []

    async def look(values: Values) -> None:
        changed = ChangedTerms(
            values["name"], values["link"], values["text"], tuple(values["channels"].split()), values["note"],
            values["name"], int(values["template"]) if values.get("template") else None,
        )  # fmt: skip

        def read(tx: Transaction) -> tuple[GroupSend, Summary]:
            wanted = terms.send_to_upcoming(tx, desk, app.actor, changed, _("changed terms"), app.now())
            return wanted, campaigns.look(tx, desk, app.actor, wanted, app.now())

        await app.gateway.write(footers.signing_key)
        found[:] = [await app.gateway.read(read)]

    texts = await app.gateway.read(terms.own_texts)
    in_theirs = _("Each guest gets it in their language.")
    own = (*((str(one.id), one.name) for one in texts), ("", _("the text below")))
    hint = _("##{{terms_link}} must stay; ##{{accept_link}}: the guest's page.")
    if not desk.public_url:
        hint = _("##{{terms_link}} must stay. A page to accept on: docs/receiver.md.")
    proposed = own[0][0]
    fields = [
        Field("name", _("name"), _("House rules")),
        Field("link", _("web link"), "https://", hint=_("Where the terms can be read; it stands in the text.")),
        Field("channels", _("channel"), "email", choices=channel_choices(app)),
        Field("note", _("own note"), hint=_("A line of yours; left empty, its line is left out.")),
        *([Field("template", _("template"), proposed, choices=own, hint=in_theirs)] if texts else []),
        Field("text", _("text"), terms.suggested(desk), long=True, hint=hint),
    ]
    if not await app.push_screen_wait(Form(app.ink, _("Changed terms"), fields, look)):
        return False
    wanted, summary = found[0]
    question = ngettext(
        "Send the changed terms to {n} guest with an upcoming stay?",
        "Send the changed terms to {n} guests with an upcoming stay?",
        len(summary.receive),
    )
    preview = summary.receive[0].text if summary.receive else ""
    not_to = ", ".join(one.guest.name for one in summary.left_out)
    no = Option(False, _("No: nothing is sent"), more=preview)
    yes = Option(True, _("Yes, send"), _("not to {name}").format(name=not_to) if not_to else "", more=preview)
    chosen = await app.push_screen_wait(Chooser(app.ink, question, [no, yes]))
    if chosen is None or chosen.value is not True:
        screen.say(_("nothing was sent"))
        return False
    unlocked_by = await ask_unlock(screen, summary) if summary.locked else ""
    if summary.locked and not unlocked_by:
        return False
    await app.gateway.write(campaigns.start, desk, app.actor, wanted, app.now(), unlocked_by=unlocked_by)
    return True
