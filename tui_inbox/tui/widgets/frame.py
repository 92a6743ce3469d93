"""Containers that cost nothing: covered by what is in them, and no reason to lay the screen out a second time."""

from __future__ import annotations

from functools import lru_cache

from textual.containers import Horizontal, Vertical
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.strip import Strip


@lru_cache(maxsize=64)
def _nothing(width: int) -> Strip:
    return Strip.blank(width)


class Columns(Horizontal):
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), repaint=False)

    def render_lines(self, crop: Region) -> list[Strip]:
        return [_nothing(crop.width)] * crop.height


class Stack(Vertical):
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), repaint=False)

    def render_lines(self, crop: Region) -> list[Strip]:
        return [_nothing(crop.width)] * crop.height
