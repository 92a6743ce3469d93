"""Parts of text become one strip of cells: the only place where segments are made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from tui_inbox.tui.safe import safe, safe_lines
from tui_inbox.tui.theme import Ink

Part = tuple[str, str]
"""Text and its role (see ``theme.Ink``)."""


def width_of(parts: Iterable[Part]) -> int:
    """Cells that the parts take when they are painted."""
    return sum(cell_len(safe(text)) for text, _role in parts)


def fit(text: str, width: int) -> str:
    """At most ``width`` cells, with an ellipsis where something was left out."""
    if width <= 0:
        return ""
    clean = safe(text)
    if cell_len(clean) <= width:
        return clean
    return set_cell_size(clean, width - 1).rstrip() + "…"


def _fitted(parts: Sequence[Part], width: int) -> list[Part]:
    kept: list[Part] = []
    room = width
    for text, role in parts:
        if room <= 0:
            break
        shown = fit(text, room)
        kept.append((shown, role))
        room -= cell_len(shown)
    return kept


def beside(left: Sequence[Part], word: Part, width: int) -> list[Part]:
    """A word that matters after what may be shortened, or alone where nothing of that would be left."""
    room = width - width_of([word]) - 2
    return [*_fitted(left, room), ("  ", ""), word] if room >= 8 else [word]


def strip(ink: Ink, width: int, left: Sequence[Part], right: Sequence[Part] = (), depth: str = "base") -> Strip:
    """One line of exactly ``width`` cells: ``left`` gives way to ``right``, which is flush right."""
    if width <= 0:
        return Strip([], 0)
    right = _fitted(right, width)
    taken = width_of(right)
    left = _fitted(left, width - taken - (1 if taken > 1 else 0))
    gap = width - taken - width_of(left)
    parts = [*left, (" " * gap, ""), *right] if gap else [*left, *right]
    segments: list[Segment] = []
    text = ""
    role = ""
    for more, other in parts:
        if not more:
            continue
        blank = more.isspace() and not _shows_on_blanks(role)
        if text and (other == role or blank):
            text += more
            continue
        if text.isspace() and not _shows_on_blanks(other):
            text, role = text + more, other
            continue
        if text:
            segments.append(Segment(safe(text), ink.style(role, depth)))
        text, role = more, other
    if text:
        segments.append(Segment(safe(text), ink.style(role, depth)))
    return Strip(segments, width)


def _shows_on_blanks(role: str) -> bool:
    """A line through nothing, or a lit gap, would be seen."""
    return "underline" in role or "reverse" in role or "strike" in role


def blank(ink: Ink, width: int, depth: str) -> Strip:
    return Strip([Segment(" " * width, ink.style("", depth))], width)


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` cells, broken at spaces; what is longer than a line is broken inside."""
    width = max(width, 4)
    lines: list[str] = []
    for paragraph in safe_lines(text):
        if cell_len(paragraph) <= width:
            lines.append(paragraph.rstrip())
            continue
        lines.extend(_wrapped(paragraph, width))
    return lines


def _wrapped(paragraph: str, width: int) -> list[str]:
    lines: list[str] = []
    line = ""
    room = width
    for word in paragraph.split(" "):
        size = cell_len(word)
        if line and size + 1 <= room:
            line, room = f"{line} {word}", room - size - 1
            continue
        if line:
            lines.append(line)
        while size > width:
            head = set_cell_size(word, width).rstrip()
            head = head if head and word.startswith(head) else word[: max(1, width // 2)]
            lines.append(head)
            word = word[len(head) :]
            size = cell_len(word)
        line, room = word, width - size
    lines.append(line)
    return lines
