"""A text to insert, or an approved template where only that may be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs


async def ask_template(screen: InboxActs) -> dict[str, object] | None:
    screen.say(_("no templates yet"))
    return None
