"""The boundary to the terminal: no text reaches a widget but through here.

Textual and Rich write ESC, OSC and C1 bytes through to the terminal, whatever the widget, so that a guest's text
could set the clipboard or draw over the screen. Every segment that our own widgets paint is made by ``safe``, and
stock widgets are given ``content``; nobody passes a plain ``str`` with markup anywhere.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NewType

from tui_inbox.domain.display import clean

if TYPE_CHECKING:
    from textual.content import Content

SafeText = NewType("SafeText", str)


@lru_cache(maxsize=8192)
def _cleaned(text: str) -> str:
    return clean(text).replace("\n", " ")


def safe(text: str) -> SafeText:
    """One printable line. Plain ASCII, most of what is painted, passes without a copy."""
    if text.isascii() and text.isprintable():
        return SafeText(text)
    return SafeText(_cleaned(text))


def safe_lines(text: str) -> list[SafeText]:
    """Printable lines of a longer text."""
    return [safe(line) for line in clean(text).split("\n")]


def content(text: str, style: str = "") -> Content:
    """For stock widgets: never parsed as markup, never a control byte."""
    from textual.content import Content

    lines = "\n".join(safe_lines(text))
    return Content.styled(lines, style) if style else Content(lines)
