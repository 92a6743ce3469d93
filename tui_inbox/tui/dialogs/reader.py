"""A long text, to be read and left."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.strip import Strip

from tui_inbox.tui.dialogs.chooser import Title
from tui_inbox.tui.render.line import Part, blank, strip, wrap
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.pane import Pane


class TextPane(Pane, can_focus=True):
    """Lines that scroll."""

    DEPTH = "raised"

    def __init__(self, ink: Ink, lines: Sequence[Sequence[Part]]) -> None:
        super().__init__(ink, id="text")
        self.lines = lines
        self.top = 0
        self._folded: list[list[Part]] = []

    def paint(self, width: int, height: int) -> list[Strip]:
        self._folded = []
        for line in self.lines:
            if len(line) == 1:
                text, role = line[0]
                self._folded += [[(part, role)] for part in wrap(text, width - 4)]
            else:
                self._folded.append(list(line))
        self.top = max(0, min(self.top, len(self._folded) - height))
        shown = self._folded[self.top : self.top + height]
        strips = [strip(self.ink, width, [("  ", ""), *parts], (), self.DEPTH) for parts in shown]
        return (strips + [blank(self.ink, width, self.DEPTH)] * height)[:height]

    def scroll(self, lines: int) -> None:
        self.top = max(0, min(self.top + lines, len(self._folded) - self.content_size.height))
        self.repaint()


class Reader(ModalScreen[None]):
    """Arrows and pages scroll; Esc, Enter or q leave."""

    AUTO_FOCUS = ""

    def __init__(self, ink: Ink, title: str, text: str = "", lines: Sequence[Sequence[Part]] = ()) -> None:
        super().__init__()
        self.ink = ink
        self.title_pane = Title(ink, title)
        self.pane = TextPane(ink, lines or [[(line, "text")] for line in text.split("\n")])

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="-tall"):
            yield self.title_pane
            yield self.pane

    def on_mount(self) -> None:
        self.pane.focus()

    def on_key(self, event: events.Key) -> None:
        page = max(1, self.pane.content_size.height - 2)
        steps = {"down": 1, "j": 1, "up": -1, "k": -1, "pagedown": page, "space": page, "pageup": -page}
        if event.key in steps:
            event.stop()
            self.pane.scroll(steps[event.key])
        elif event.key == "home":
            self.pane.scroll(-100_000)
        elif event.key == "end":
            self.pane.scroll(100_000)
        elif event.key in ("escape", "enter", "q", "question_mark"):
            event.stop()
            self.dismiss(None)
