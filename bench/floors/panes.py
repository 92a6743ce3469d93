"""Floor: the same three panes painted from constant rows, with no store and no rules behind them.

``j`` and ``k`` move a cursor over two-line rows, Enter paints another constant conversation and card.
"""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.events import Key
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

BASE = Style.parse("#E7EAF0 on #0F141D")
MUTED = Style.parse("#8F9AAD on #0F141D")
RAISED = Style.parse("#E7EAF0 on #1D2736")
SURFACE = Style.parse("#E7EAF0 on #151C28")
NAMES = ("Claire Martin", "Jonas Weber", "Priya Nair", "Elodie Garnier", "Tomas Herrera", "Luc Petit")
WORDS = "Bonjour, est-ce que le parking est ouvert ce soir ? Nous arrivons vers 22 heures et demie."


class Rows(ScrollView, can_focus=True):
    """Constant two-line rows with a cursor; a move paints the two rows concerned."""

    cursor = 0

    def on_mount(self) -> None:
        self.virtual_size = Size(self.size.width, 2 * 1000)

    def render_line(self, y: int) -> Strip:
        row, second = divmod(y + self.scroll_offset.y, 2)
        width = self.size.width
        style = RAISED if row == self.cursor else BASE
        text = (
            f"     {WORDS}"[:width].ljust(width)
            if second
            else f" o SM {NAMES[row % 6]} {200 + row % 90}".ljust(width - 6) + "09:12 "
        )
        return Strip([Segment(text, style if not second or row == self.cursor else MUTED)], width)

    def on_key(self, event: Key) -> None:
        if event.key in ("j", "k"):
            old, self.cursor = self.cursor, self.cursor + (1 if event.key == "j" else -1)
            for row in (old, self.cursor):
                self.refresh(Region(0, 2 * row - self.scroll_offset.y, self.size.width, 2))
        elif event.key == "enter":
            for pane in self.app.query(Pane):
                pane.turn += 1
                pane.refresh()


class Pane(ScrollView):
    """Constant text that changes wholly when ``turn`` does."""

    turn = 0

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        text = f" {NAMES[(y + self.turn) % 6]} {WORDS}" if y % 3 else ""
        return Strip([Segment(text[:width].ljust(width), SURFACE)], width)


class Panes(App[None]):
    CSS = "#list {width: 44;} #card {width: 27;} Static {height: 1;}"

    def compose(self) -> ComposeResult:
        yield Static(" Hotel   Open 12   Pending 3   Closed   Spam 1   All", markup=False)
        with Horizontal():
            yield Rows(id="list")
            yield Pane(id="thread")
            yield Pane(id="card")
        yield Static(" r reply  e close  z snooze  n next  / search  u undo  ? help", markup=False)

    def on_mount(self) -> None:
        self.animation_level = "none"
        self.query_one(Rows).focus()


if __name__ == "__main__":
    Panes().run()
