"""Containers whose own size is no reason to lay the screen out a second time."""

from __future__ import annotations

from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.reactive import Reactive


class Columns(Horizontal):
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), repaint=False)


class Stack(Vertical):
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), repaint=False)
