"""Which guest list: as a filter, or as those to write to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_inbox.domain.guest_list import GuestList
from tui_inbox.ports.store import Transaction
from tui_inbox.services import guest_lists
from tui_inbox.tui.dialogs.chooser import Chooser, Option, narrowed
from tui_inbox.wording import _, ngettext

if TYPE_CHECKING:
    from tui_inbox.tui.screens.desk_screen import DeskScreen


async def ask_list(screen: DeskScreen, question: str, *, everybody: bool = False) -> GuestList | None:
    """A saved list, each with how many fit now; with ``everybody`` an empty one (id 0) for «no filter»."""
    app = screen.desk_app

    def read(tx: Transaction) -> Sequence[tuple[GuestList, int]]:
        desk, actor, now = app.session.desk, app.actor, app.now()
        lists = guest_lists.listing(tx)
        return [(one, guest_lists.fitting(tx, desk, actor, one.criteria, now, 0).guests) for one in lists]

    found = await app.gateway.read(read)
    options = [Option(GuestList(0, ""), _("All guests"))] if everybody else []
    options += [Option(one, one.name, ngettext("{n} guest", "{n} guests", count)) for one, count in found]
    if not found:
        key = app.keymap.shown("screen_lists")
        screen.say(_("no guest list yet; {key} makes one").format(key=key))
        return None
    dialog = Chooser(app.ink, question, options, find=narrowed(options), typing=_("name of a list"), lines=10)
    chosen = await app.push_screen_wait(dialog)
    return chosen.value if chosen is not None and isinstance(chosen.value, GuestList) else None
