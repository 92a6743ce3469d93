"""The list: rows of two lines, paged as they are needed, with the cursor on a conversation and not on a place."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from tui_inbox.domain.conversation import Tab
from tui_inbox.rows import ConversationRow
from tui_inbox.tui.render.line import blank, strip, wrap
from tui_inbox.tui.render.row import row_strips
from tui_inbox.tui.render.scene import Scene
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.pane import Pane

ROW_LINES = 2
AHEAD = 30
"""Rows left below the screen when the next page is asked for."""


class ConversationList(Pane, can_focus=True):
    """Jump-scrolls: a cursor that leaves the screen lands at a quarter of its height, so few keys repaint it all."""

    class Moved(Message):
        """The cursor stands on another conversation."""

    class Opened(Message):
        """A click on the row under the cursor."""

    class MoreWanted(Message):
        """The loaded rows run out."""

    def __init__(self, ink: Ink, scene: Scene, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(ink, id=id)
        self.scene = scene
        self.tab = Tab.OPEN
        self.rows: list[ConversationRow] = []
        self.more = False
        self.empty: list[str] = []
        self.marked: set[int] = set()
        self.top = 0
        self.index = 0
        self._made: dict[int, tuple[tuple[object, ...], tuple[Strip, Strip]]] = {}
        self.lit = True
        """The cursor has the bright bar also while nothing has the focus, as before the first frame."""

    @property
    def current(self) -> ConversationRow | None:
        """The row under the cursor."""
        return self.rows[self.index] if self.rows else None

    @property
    def page_rows(self) -> int:
        return max(1, self.content_size.height // ROW_LINES)

    def chosen(self) -> list[int]:
        """Marked conversations in list order, else the one under the cursor."""
        if self.marked:
            shown = [row.id for row in self.rows if row.id in self.marked]
            return shown or sorted(self.marked)
        return [self.current.id] if self.current else []

    def show(self, rows: Sequence[ConversationRow], more: bool, *, tab: Tab, keep: int | None = None) -> None:
        """Replace the rows; the cursor stays on conversation ``keep`` (else its own), or on the row that follows it."""
        wanted = keep if keep is not None else (self.current.id if self.current else None)
        offset = self.index - self.top
        gone = [row.id for row in self.rows[self.index :]] if self.rows else []
        self.rows = list(rows)
        self.more = more
        self.tab = tab
        places = {row.id: place for place, row in enumerate(self.rows)}
        self.index = next((places[id_] for id_ in [wanted, *gone] if id_ in places), min(self.index, len(rows) - 1))
        self.index = max(0, self.index)
        if self.top:  # at the beginning of the list what comes in on top is seen, and the cursor moves down
            self.top = max(0, min(self.index - offset, len(self.rows) - 1))
        self._keep_in_view()
        self.repaint()

    def append(self, rows: Sequence[ConversationRow], more: bool) -> None:
        """The next page."""
        known = {row.id for row in self.rows}
        self.rows.extend(row for row in rows if row.id not in known)
        self.more = more
        self.repaint()

    def change(self, row: ConversationRow) -> None:
        """Another state of a row that is shown."""
        for place, old in enumerate(self.rows):
            if old.id == row.id:
                self.rows[place] = row
                self.repaint()
                return

    def move(self, by: int) -> None:
        self.move_to(self.index + by)

    def move_to(self, index: int) -> None:
        """Put the cursor on the row at ``index``, as far as there are rows."""
        index = max(0, min(index, len(self.rows) - 1))
        if not self.rows or index == self.index:
            return
        self.index = index
        self._keep_in_view()
        self.repaint()
        self.post_message(self.Moved())
        if self.more and index + AHEAD >= len(self.rows):
            self.post_message(self.MoreWanted())

    def select(self, conversation_id: int) -> bool:
        """Put the cursor on a conversation; False when it is not among the loaded rows."""
        for place, row in enumerate(self.rows):
            if row.id == conversation_id:
                self.move_to(place)
                return True
        return False

    def toggle_mark(self) -> None:
        if self.current is None:
            return
        self.marked ^= {self.current.id}
        if self.index + 1 < len(self.rows):
            self.move(1)
        self.repaint()

    def _keep_in_view(self) -> None:
        page = self.page_rows
        if self.index < self.top:
            self.top = max(0, self.index - page * 3 // 4)
        elif self.index >= self.top + page:
            self.top = self.index - page // 4
        self.top = max(0, min(self.top, len(self.rows) - page))

    def paint(self, width: int, height: int) -> list[Strip]:
        if not self.rows:
            return self._paint_empty(width, height)
        self._keep_in_view()
        lit = self.has_focus or self.lit
        strips: list[Strip] = []
        for place in range(self.top, min(self.top + height // ROW_LINES, len(self.rows))):
            strips.extend(self._row(self.rows[place], width, place == self.index, lit))
        empty = blank(self.ink, width, self.DEPTH)
        strips.extend(empty for _ in range(height - len(strips)))
        return strips

    def _row(self, row: ConversationRow, width: int, cursor: bool, lit: bool) -> tuple[Strip, Strip]:
        """Two strips, made again only when something in them may differ."""
        marked = row.id in self.marked
        looks = (row, width, cursor, cursor and lit, marked, self.tab, self.scene)
        known = self._made.get(row.id)
        if known is not None and all(old is new or old == new for old, new in zip(known[0], looks, strict=True)):
            return known[1]
        strips = row_strips(self.scene, row, width, cursor=cursor, focused=lit, marked=marked, tab=self.tab)
        if len(self._made) > 400:
            self._made.clear()
        self._made[row.id] = (looks, strips)
        return strips

    def _paint_empty(self, width: int, height: int) -> list[Strip]:
        empty = blank(self.ink, width, self.DEPTH)
        lines = [line for text in self.empty for line in wrap(text, width - 6)]
        strips = [strip(self.ink, width, [(" " * 3, ""), (line, "muted")], depth=self.DEPTH) for line in lines]
        return ([empty, *strips] + [empty] * height)[:height]

    def on_click(self, event: events.Click) -> None:
        index = self.top + event.y // ROW_LINES
        if index == self.index and event.chain >= 1 and self.has_focus:
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
