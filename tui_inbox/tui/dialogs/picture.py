"""A guest's picture, as well as a terminal can show it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.strip import Strip

from tui_inbox.tui.dialogs.chooser import Title
from tui_inbox.tui.render.line import blank
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.pane import Pane


class PicturePane(Pane, can_focus=True):
    """Lines that were drawn elsewhere, in the middle of the pane."""

    DEPTH = "raised"

    def __init__(self, ink: Ink, lines: Sequence[Strip]) -> None:
        super().__init__(ink, id="text")
        self.lines = lines

    def paint(self, width: int, height: int) -> list[Strip]:
        empty = blank(self.ink, width, self.DEPTH)
        ground = self.ink.style("", self.DEPTH)
        shown = []
        for line in self.lines[:height]:
            left = max(0, (width - line.cell_length) // 2)
            margin = blank(self.ink, left, self.DEPTH)
            shown.append(Strip([*margin, *line]).adjust_cell_length(width, ground))
        return (shown + [empty] * height)[:height]


class PictureView(ModalScreen[str | None]):
    """Esc, Enter or q leave; S answers ``save``."""

    AUTO_FOCUS = ""
    CSS = "PictureView { align: center middle; background: transparent; }"

    def __init__(self, ink: Ink, title: str, lines: Sequence[Strip]) -> None:
        super().__init__()
        self.title_pane = Title(ink, title)
        self.pane = PicturePane(ink, lines)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="-tall"):
            yield self.title_pane
            yield self.pane

    def on_mount(self) -> None:
        self.pane.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key in ("escape", "enter", "q", "v", "S"):
            event.stop()
            self.dismiss("save" if event.key == "S" else None)
