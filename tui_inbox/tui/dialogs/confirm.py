"""Yes or no, asked only where something would be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.desk_screen import DeskScreen
    from tui_inbox.tui.screens.inbox_acts import InboxActs


async def confirm(screen: DeskScreen, question: str, yes: str, no: str) -> bool:
    """The safe answer is the first."""
    app = screen.desk_app
    chosen = await app.push_screen_wait(Chooser(app.ink, question, [Option(False, no), Option(True, yes)]))
    return chosen is not None and chosen.value is True


async def ask_leave(screen: InboxActs) -> dict[str, object] | None:
    """A message can still be taken back."""
    question = _("Your last message is about to leave and can still be taken back. Quit now?")
    leave = await confirm(screen, question, _("Quit; it will be sent"), _("Go on working"))
    return {} if leave else None
