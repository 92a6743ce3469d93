"""A message that the hotel begins: to a guest on file, or to a typed number or address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_inbox.services import guests, replying
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.dialogs.link_guest import guest_option
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs


async def ask_new(screen: InboxActs) -> dict[str, object] | None:
    """Opens the conversation with the cursor in its text; channel and guest are filled in."""
    app = screen.desk_app
    desk = app.session.desk

    async def find(text: str) -> Sequence[Option]:
        found = await screen.gateway.read(guests.directory, desk, text, app.now(), None, 20)
        options = [guest_option(screen, one) for one in found]
        typed = text.strip()
        if "@" in typed or sum(char.isdigit() for char in typed) >= 6:
            options.append(Option(typed, _("to {address}").format(address=typed)))
        return options

    typing = _("guest, room, +33… or name@…")
    chosen = await app.push_screen_wait(Chooser(app.ink, _("New message to whom?"), find=find, typing=typing, lines=10))
    if chosen is None:
        return None
    if isinstance(chosen.value, int):
        made = await screen.gateway.write(replying.start, desk, app.actor, app.now(), guest_id=chosen.value)
    else:
        made = await screen.gateway.write(replying.start, desk, app.actor, app.now(), address=str(chosen.value))
    await screen.go_to(made)
    await screen.show_conversation(made)
    await screen.answering.begin(note=False)
    return {}
