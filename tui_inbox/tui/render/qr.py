"""A QR code as half blocks, dark on light whatever the theme: cameras want it so."""

from __future__ import annotations

from io import BytesIO

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

QUIET = 2
"""Light cells around it; the standard asks for four dots, and cameras at a screen take fewer."""
_DARK = Style(color="black", bgcolor="white")
_SIGNS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def dots(text: str) -> list[list[bool]]:
    """True is dark; the light margin is in it."""
    import segno

    made = segno.make(text, micro=False, error="m")
    return [[bool(dot) for dot in row] for row in made.matrix_iter(border=QUIET)]


def draw(text: str, *, plain: bool = False) -> list[Strip]:
    """Two dots to a cell; ``plain`` for terminals without half blocks, four times as large."""
    rows = dots(text)
    if plain:
        return [Strip([Segment("".join("##" if dot else "  " for dot in row))], 2 * len(row)) for row in rows]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    lines = []
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        signs = "".join(_SIGNS[pair] for pair in zip(upper, lower, strict=True))
        lines.append(Strip([Segment(signs, _DARK)], len(signs)))
    return lines


def files(text: str) -> dict[str, bytes]:
    """For print: extension -> content."""
    import segno

    made = segno.make(text, micro=False, error="m")
    found = {}
    for kind in ("svg", "png"):
        target = BytesIO()
        made.save(target, kind=kind, scale=10, border=4)
        found[kind] = target.getvalue()
    return found
