"""A message that the hotel begins: to a guest on file, or to a typed number or address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tui_inbox.services import guests, replying
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.dialogs.link_guest import guest_option
from tui_inbox.tui.render.scene import guest_name
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs


async def ask_new(screen: InboxActs) -> dict[str, object] | None:
    """Opens the conversation with the cursor in its text; channel and guest are filled in.

    From the card it is for that guest, with rows marked for all of them.
    """
    marked = {row.guest_id: guest_name(screen.scene, row) for row in screen.rows.rows if row.id in screen.rows.marked}
    card = screen.card.card
    if len(marked) > 1:
        await write_to(screen, guest_id=next(iter(marked)))
        screen.rows.marked.clear()
        await screen.answering.also_to(marked)
    elif screen.focused is screen.card and card is not None:
        screen.remove_class("-card")
        await write_to(screen, guest_id=card.guest.id)
    else:
        chosen = await _whom(screen, _("New message to whom?"), typed=True)
        if chosen is None:
            return None
        if isinstance(chosen, int):
            await write_to(screen, guest_id=chosen)
        else:
            await write_to(screen, address=chosen)
    return {}


async def ask_recipient(screen: InboxActs) -> dict[str, object] | None:
    """One more guest for the text in the composer."""
    chosen = await _whom(screen, _("Who else gets this text?"), typed=False)
    if not isinstance(chosen, int):
        return None
    guest = await screen.gateway.read(lambda tx: tx.guests.load(chosen))
    name = guest.name or guest.phone or guest.email or _("Unknown client")
    await screen.answering.also_to({guest.id: name})
    screen.composer.box.focus()
    return {}


async def write_to(screen: InboxActs, **whom: Any) -> None:
    """The composer of the conversation with ``guest_id`` or ``address``; it is made if there is none."""
    app = screen.desk_app
    made = await screen.gateway.write(replying.start, app.session.desk, app.actor, app.now(), **whom)
    await screen.go_to(made)
    await screen.show_conversation(made)
    await screen.answering.begin(note=False)


async def _whom(screen: InboxActs, question: str, *, typed: bool) -> int | str | None:
    """A guest of the directory, or a typed number or address."""
    app = screen.desk_app

    async def find(text: str) -> Sequence[Option]:
        found = await screen.gateway.read(guests.directory, app.session.desk, text, app.now(), None, 20)
        options = [guest_option(screen, one) for one in found]
        written = text.strip()
        if typed and ("@" in written or sum(char.isdigit() for char in written) >= 6):
            options.append(Option(written, _("to {address}").format(address=written)))
        return options

    typing = _("guest, room, +33… or name@…") if typed else _("name, phone, mail address or room")
    chosen = await app.push_screen_wait(Chooser(app.ink, question, find=find, typing=typing, lines=10))
    return chosen.value if chosen is not None and isinstance(chosen.value, int | str) else None
