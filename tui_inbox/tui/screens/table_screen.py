"""A screen beside the inbox that is one list: the keys of moving about, and Esc back to where one came from."""

from __future__ import annotations

from typing import Any

from tui_inbox.tui.screens.desk_screen import DeskScreen
from tui_inbox.tui.widgets.table import RowPane


class TableScreen(DeskScreen):
    """Subclasses set ``table`` in their constructor and have ``opened`` for Enter."""

    table: RowPane[Any]

    def on_mount(self) -> None:
        self.table.focus()
        self.show_keys()

    def do_next(self) -> None:
        self.table.move(1)

    def do_previous(self) -> None:
        self.table.move(-1)

    def do_page_down(self) -> None:
        self.table.move(max(1, self.table.content_size.height - 1))

    def do_page_up(self) -> None:
        self.table.move(-max(1, self.table.content_size.height - 1))

    def do_first(self) -> None:
        self.table.move_to(0)

    def do_last(self) -> None:
        self.table.move_to(len(self.table.rows) - 1)

    async def do_open(self) -> None:
        await self.opened()

    async def opened(self) -> None:
        """Enter on a row."""

    def do_back(self) -> None:
        self.desk_app.pop_screen()
