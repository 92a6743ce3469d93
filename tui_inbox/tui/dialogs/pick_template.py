"""A text to insert, or an approved template where only that may be sent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui_inbox.domain.template import Rendered, Template
from tui_inbox.domain.window import Allowed
from tui_inbox.ports.store import Transaction
from tui_inbox.services import first_word, templates, vendor_templates
from tui_inbox.services.composing import ChannelChoice
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.tui.dialogs.chooser import Chooser, Option, narrowed
from tui_inbox.tui.render.vendor_template import category
from tui_inbox.wording import _, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs

LINES = 16


def _texts(tx: Transaction, desk: Desk, actor: Actor, conversation_id: int, now: datetime) -> list[Option]:
    """Snippets in the guest's language; those that lack it say which one they are in."""
    return [
        Option(
            (snippet.template, snippet.rendered),
            snippet.template.name,
            " ".join(
                part
                for part in (
                    f";{snippet.template.shortcut}" if snippet.template.shortcut else "",
                    f"({snippet.template.language})" if snippet.fallback else snippet.template.language,
                )
                if part
            ),
            more=snippet.rendered.text,
        )
        for snippet in templates.snippets(tx, desk, actor, conversation_id, now)
    ]


def _approved(
    tx: Transaction, desk: Desk, actor: Actor, conversation_id: int, now: datetime, choice: ChannelChoice
) -> list[Option]:
    """Those in the guest's language first."""
    options = []
    guest = tx.guests.get(tx.conversations.load(conversation_id).guest_id)
    refuses = guest is not None and vendor_templates.opted_out(tx, guest.id, choice.channel)
    speaks = templates.language_of(desk, guest)[0] if guest else desk.language
    found = templates.approved(tx, choice.account)
    for template in sorted(found, key=lambda one: one.language.replace("-", "_").split("_")[0].lower() != speaks):
        rendered = templates.render_for(tx, desk, template, conversation_id, now, actor)
        why_not = sentence("opted_out_of_marketing") if refuses and template.category == "marketing" else ""
        detail = f"{category(template)} {template.language}".strip()
        options.append(Option((template, rendered), template.name, detail, why_not, more=rendered.text))
    return options


def _offers(
    tx: Transaction, desk: Desk, actor: Actor, conversation_id: int, now: datetime, choice: ChannelChoice
) -> list[Option]:
    """Where only templates may be sent, nothing else is offered."""
    vendor = choice.traits.templates_after_window
    over = choice.verdict.until is not None and choice.verdict.until <= now
    only = vendor and (choice.verdict.kind is not Allowed.FREE or over)
    options = [] if only else _texts(tx, desk, actor, conversation_id, now)
    if vendor:
        options += _approved(tx, desk, actor, conversation_id, now, choice)
    return options


async def ask_template(screen: InboxActs) -> dict[str, object] | None:
    """Inserts a text, or fixes a template as what will be sent."""
    app, answering = screen.desk_app, screen.answering
    row, choice = answering.row, answering.choice
    if row is None or choice is None:
        screen.say(_("No channel reaches this guest."), "soon")
        return None
    if choice.verdict.code == first_word.CODE:
        return await _first_word(screen, row.id, choice)
    options = await screen.gateway.read(_offers, app.session.desk, app.actor, row.id, app.now(), choice)
    if not options and choice.traits.templates_after_window:
        account = await screen.gateway.read(lambda tx: tx.accounts.get(choice.account))
        if account is None or account.state != "connected":
            words = _("{account} is not connected, so it has no approved templates yet: see the channels screen.")
            screen.say(words.format(account=choice.account), "soon")
            return None
    if not options:
        screen.say(_("No text or approved template yet: the templates screen makes them."), "soon")
        return None
    dialog = Chooser(app.ink, _("Which text?"), options, find=narrowed(options), typing=_("name or words"), lines=LINES)
    chosen = await app.push_screen_wait(dialog)
    if chosen is None or not isinstance(chosen.value, tuple):
        return None
    template, rendered = chosen.value
    await _use(screen, template, rendered)
    return {}


async def _first_word(screen: InboxActs, conversation_id: int, choice: ChannelChoice) -> dict[str, object] | None:
    """The hotel's reminders, one of which may begin here; it goes as it stands."""
    app, gateway, place = screen.desk_app, screen.gateway, (conversation_id, choice)
    found = await gateway.read(first_word.offered, app.session.desk, app.actor, conversation_id, app.now(), choice)
    reason = sentence(first_word.CODE, {"channel": choice.traits.label})
    if not found:
        screen.say(_("{reason} The templates screen makes one.").format(reason=reason), "soon")
        return None
    options = [
        Option(template, template.name, template.language, _missing(rendered), more=rendered.text)
        for template, rendered in found
    ]
    chosen = await app.push_screen_wait(
        Chooser(app.ink, reason, options, find=narrowed(options), typing=_("name or words"), lines=LINES)
    )
    if chosen is None or not isinstance(chosen.value, Template):
        return None
    await gateway.write(first_word.send, app.session.desk, app.actor, *place, chosen.value, app.now())
    screen.say(_("{name} goes as a planned message.").format(name=chosen.value.name), "ok")
    return {}


def _missing(rendered: Rendered) -> str:
    return _("no value for {name}").format(name=", ".join(rendered.missing)) if rendered.missing else ""


async def _use(screen: InboxActs, template: Template, rendered: Rendered) -> None:
    answering = screen.answering
    if not template.mapping and not template.vendor_id:
        screen.composer.insert(answering.text_of(template, rendered))
        screen.composer.box.focus()
        return
    values, text = dict(rendered.values), rendered.text
    for name in rendered.missing:
        question = _("What stands for “{name}”?").format(name=name)
        told = await screen.desk_app.push_screen_wait(Chooser(screen.desk_app.ink, question, typing=name, free=True))
        if told is None:
            return
        values[name] = told.text.strip()
        text = text.replace(f"##{{{{{name}}}}}", values[name])
    answering.fix_template(template, values, text)
