"""Files: look at one, save one where the desk's computer sees it, attach one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs


async def ask_view(screen: InboxActs) -> dict[str, object] | None:
    screen.say(_("no attachment here"))
    return None


async def ask_save(screen: InboxActs) -> dict[str, object] | None:
    screen.say(_("no attachment here"))
    return None


async def ask_file(screen: InboxActs) -> dict[str, object] | None:
    screen.say(_("no attachment here"))
    return None
