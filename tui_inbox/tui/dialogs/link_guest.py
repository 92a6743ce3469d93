"""Whose conversation this is: the guests that fit first, then anyone by name, phone, mail address or room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_inbox.rows import GuestRow
from tui_inbox.services import guests, linking
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.render.row import stay_words
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs


def guest_option(screen: InboxActs, row: GuestRow) -> Option:
    """A guest as a line: name, room, and how they are reached."""
    name = row.name or _("Unknown client")
    stay = stay_words(screen.scene, row.stay) if row.stay else ""
    return Option(row.id, f"{name}  {stay}".rstrip(), row.phone or row.email)


async def ask_link(screen: InboxActs) -> dict[str, object] | None:
    """Links the conversation under the cursor; ``u`` takes it back."""
    app = screen.desk_app
    row = screen.rows.current
    if row is None:
        return None
    card = await screen.card_at_cursor()
    fitting = (
        [
            Option(one.id, one.name or one.phone or one.email or _("Unknown client"), _("fits the sender"))
            for one in (card.guest, *card.candidates)
        ]
        if card and card.candidates
        else []
    )

    async def find(text: str) -> Sequence[Option]:
        if not text.strip() and fitting:
            return fitting
        found = await screen.gateway.read(guests.directory, app.session.desk, text, app.now(), None, 20)
        return [guest_option(screen, one) for one in found if one.id != row.guest_id]

    question = _("Whose conversation is this?")
    dialog = Chooser(app.ink, question, fitting, find=find, typing=_("name, phone, mail address or room"), lines=10)
    chosen = await app.push_screen_wait(dialog)
    if chosen is None or not isinstance(chosen.value, int):
        return None
    kept = await screen.gateway.write(linking.link, app.actor, row.id, chosen.value, app.now())
    await screen.after_act(kept.id)
    screen.say(_("linked  {key} undoes it").format(key=app.keymap.shown("undo")))
    return {}
