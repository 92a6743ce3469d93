"""Some lines of parts: what is known of a row, or which filters are on."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from tui_inbox.tui.render.line import Part, blank, strip, wrap
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.pane import Pane


class LinesPane(Pane):
    """A line of one part is wrapped, a line of several is cut."""

    def __init__(self, ink: Ink, *, depth: str = "surface", id: str | None = None) -> None:  # noqa: A002
        super().__init__(ink, id=id)
        self.depth = depth
        self.lines: Sequence[Sequence[Part]] = ()

    def show(self, lines: Sequence[Sequence[Part]]) -> None:
        """Replace the lines."""
        self.lines = lines
        self.repaint()

    def paint(self, width: int, height: int) -> list[Strip]:
        folded = [parts for line in self.lines for parts in self._folded(line, width - 3)]
        # More than there is room for is not cut without a sign.
        sign: list[Part] = [("…", "muted"), (" ", "")] if len(folded) > height > 1 else []
        strips = [
            strip(self.ink, width, [(" ", ""), *parts], sign if at == height - 1 else (), self.depth)
            for at, parts in enumerate(folded[:height])
        ]
        return (strips + [blank(self.ink, width, self.depth)] * height)[:height]

    @staticmethod
    def _folded(line: Sequence[Part], width: int) -> list[list[Part]]:
        if len(line) != 1:
            return [list(line)]
        text, role = line[0]
        return [[(part, role)] for part in wrap(text, width)]
