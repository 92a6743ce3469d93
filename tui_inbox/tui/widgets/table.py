"""A list of one-line rows with a cursor, for the screens beside the inbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from textual import events
from textual.message import Message
from textual.strip import Strip

from tui_inbox.tui.render.line import Part, blank, strip, wrap
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.pane import Pane

Row = TypeVar("Row")
Parts = tuple[Sequence[Part], Sequence[Part]]
"""Left and right side of a row."""


class RowPane(Pane, Generic[Row], can_focus=True):
    """``draw`` makes the parts of a row; the cursor stays on a row by its key, and pages are asked for at the end."""

    class Moved(Message):
        """The cursor stands on another row."""

    class Opened(Message):
        """A click on the row under the cursor."""

    class MoreWanted(Message):
        """The loaded rows run out."""

    def __init__(
        self,
        ink: Ink,
        draw: Callable[[Row, int], Parts],
        key: Callable[[Row], object],
        *,
        skips: Callable[[Row], bool] = lambda _row: False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(ink, id=id)
        self.draw = draw
        self.key = key
        self.skips = skips
        """Rows that the cursor steps over: headings."""
        self.rows: list[Row] = []
        self.more = False
        self.empty: list[str] = []
        self.index = 0
        self.top = 0

    @property
    def current(self) -> Row | None:
        return self.rows[self.index] if self.rows else None

    def show(self, rows: Sequence[Row], *, more: bool = False, empty: Sequence[str] = ()) -> None:
        """Replace the rows; the cursor stays on its row, or on its place."""
        kept = self.key(self.current) if self.current is not None else None
        self.rows, self.more, self.empty = list(rows), more, list(empty)
        found = next((at for at, row in enumerate(self.rows) if self.key(row) == kept), self.index)
        self.index = self._free(max(0, min(found, len(self.rows) - 1)), 1)
        self.repaint()

    def append(self, rows: Sequence[Row], *, more: bool) -> None:
        self.rows.extend(rows)
        self.more = more
        self.repaint()

    def move(self, by: int) -> None:
        self.move_to(self.index + by)

    def move_to(self, index: int) -> None:
        index = max(0, min(index, len(self.rows) - 1))
        index = self._free(index, 1 if index > self.index else -1)
        if not self.rows or index == self.index:
            return
        self.index = index
        self.repaint()
        self.post_message(self.Moved())
        if self.more and index + 20 >= len(self.rows):
            self.post_message(self.MoreWanted())

    def _free(self, index: int, step: int) -> int:
        """The first row from ``index`` on that is no heading; backwards where there is none ahead."""
        for way in (step, -step):
            at = index
            while 0 <= at < len(self.rows) and self.skips(self.rows[at]):
                at += way
            if 0 <= at < len(self.rows):
                return at
        return index

    def paint(self, width: int, height: int) -> list[Strip]:
        empty = blank(self.ink, width, self.DEPTH)
        if not self.rows:
            lines = [line for text in self.empty for line in wrap(text, width - 6)]
            told = [strip(self.ink, width, [("   ", ""), (line, "muted")], depth=self.DEPTH) for line in lines]
            return ([empty, *told] + [empty] * height)[:height]
        if self.index < self.top:
            self.top = self.index - height * 3 // 4
            if all(self.skips(row) for row in self.rows[: self.index]):
                self.top = 0
        elif self.index >= self.top + height:
            self.top = self.index - height // 4
        self.top = max(0, min(self.top, len(self.rows) - height))
        strips = []
        for at, row in enumerate(self.rows[self.top : self.top + height], self.top):
            here = at == self.index
            left, right = self.draw(row, width)
            bar: Part = (self.ink.marks.bar, "accent") if here and self.has_focus else (" ", "")
            depth = "selected" if here else self.DEPTH
            strips.append(strip(self.ink, width, [bar, *left], [*right, (" ", "")] if right else [], depth))
        return (strips + [empty] * height)[:height]

    def on_click(self, event: events.Click) -> None:
        index = self.top + event.y
        if index >= len(self.rows):
            return
        if index == self.index and self.has_focus:
            self.post_message(self.Opened())
        else:
            self.focus()
            self.move_to(index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move(-1)
