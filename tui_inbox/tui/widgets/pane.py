"""A pane that paints its own lines and tells the screen only of those that changed.

It is a plain widget and not a ``ScrollView``: a changed virtual size costs a layout of the whole screen, and an
inbox that opens a conversation at every second key cannot pay that.
"""

from __future__ import annotations

from typing import Self

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widget import Widget

from tui_inbox.tui.theme import Ink


class Pane(Widget):
    """Subclasses make the visible lines in ``paint``; ``repaint`` sends only what differs from the last time."""

    ALLOW_SELECT = False
    DEPTH = "base"
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), repaint=False)
    """Not a reason for a layout, as it is elsewhere: a pane is as large as it is told to be."""

    def __init__(self, ink: Ink, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.ink = ink
        self._painted: list[Strip] = []
        self._painted_size = Size(0, 0)
        self._painted_focus = False

    def paint(self, width: int, height: int) -> list[Strip]:
        """Exactly ``height`` strips of ``width`` cells."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Paint again; nothing is sent for lines that stay the same."""
        size = self.content_size
        if not size or not self.is_attached:
            self._painted_size = Size(0, 0)  # out of sight: painted anew when it comes back
            return
        before, self._painted = self._painted, self.paint(size.width, size.height)
        if self._painted_size != size:
            self._painted_size = size
            super().refresh()
            return
        self.refresh_changed(before)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """The framework asks for a whole pane at every change of focus; only what differs is sent."""
        if regions or layout or recompose or not repaint or not self._painted:
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        self.repaint()
        return self

    def watch_has_focus(self, _has_focus: bool) -> None:
        """No rule of the style sheets asks for it: how a pane looks with the focus, it paints itself."""

    def refresh_changed(self, before: list[Strip]) -> None:
        """Refresh the rows whose strips are other than ``before``."""
        width = self._painted_size.width
        regions = [
            Region(0, y, changed_width(old, new, width), 1)
            for y, (old, new) in enumerate(zip(before, self._painted, strict=True))
            if old is not new and old != new
        ]
        if regions:
            self.refresh(*regions)

    def set_ink(self, ink: Ink) -> None:
        """Another palette: everything is painted again."""
        self.ink = ink
        self._painted_size = Size(0, 0)
        self.repaint()

    def _ensure_painted(self) -> Size:
        size = self.content_size
        if self._painted_size != size:
            self._painted_size = size
            self._painted = self.paint(size.width, size.height)
        return size

    def render_lines(self, crop: Region) -> list[Strip]:
        """Without the framework's cache of styles: a pane has no border, and its lines are ready."""
        size = self._ensure_painted()
        lines = self._painted
        if crop.y or crop.height != len(lines):
            lines = [self.render_line(y) for y in crop.line_range]
        if crop.x or crop.width != size.width:
            return [line.crop(crop.x, crop.right) for line in lines]
        return list(lines)

    def render_line(self, y: int) -> Strip:
        size = self._ensure_painted()
        if 0 <= y < len(self._painted):
            return self._painted[y]
        return Strip([Segment(" " * size.width, self.ink.style("", self.DEPTH))], size.width)


def changed_width(old: Strip, new: Strip, width: int) -> int:
    """Cells from the left edge to the last that differs: what is equal at the right is not sent again."""
    left, right = list(old), list(new)
    same = 0
    while left and right and left[-1] == right[-1]:
        same += left.pop().cell_length
        right.pop()
    return max(1, width - same)
