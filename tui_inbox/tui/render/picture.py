"""A picture as half blocks: two dots to a cell, the upper in its foreground and the lower in its background.

Decoding needs Pillow, the optional extra ``images``. What a guest sent is hostile: few formats, a bound on the dots
before any is unpacked, and one kind of failure.
"""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
TYPES = ("image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp")
MOST_DOTS = 50_000_000
"""A telephone's largest pictures; unpacked about 200 MB, of which a JPEG needs a fraction."""
SHADES = " .:-=+*#%@"
"""Dark to bright, for a terminal without colour or without half blocks."""


class NoPicture(Exception):
    """It cannot be shown; the file itself may still be saved."""


def available() -> bool:
    """Is there a decoder?"""
    return find_spec("PIL") is not None


def draw(content: bytes, columns: int, rows: int, *, plain: bool = False) -> list[Strip]:
    """The picture within ``columns`` by ``rows`` cells, with its proportions. Raises ``NoPicture``."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # Its warning would be printed onto the screen; the bound is ours, below.
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as file:
            if file.width * file.height > MOST_DOTS:
                raise NoPicture
            file.draft("RGB", (columns * 2, rows * 4))
            picture = ImageOps.exif_transpose(file).convert("RGBA")
        scale = min(columns / picture.width, rows * 2 / picture.height)
        size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
        dots = Image.new("RGB", size, "white")
        small = picture.resize(size)
        dots.paste(small, mask=small)
        raw, width, height = dots.tobytes(), *size
    except NoPicture:
        raise
    except Exception as error:
        raise NoPicture from error
    lines = range(0, height, 2)
    return [_shaded(raw, width, height, y) if plain else _coloured(raw, width, height, y) for y in lines]


def _dot(raw: bytes, width: int, x: int, y: int) -> tuple[int, int, int]:
    at = (y * width + x) * 3
    return raw[at], raw[at + 1], raw[at + 2]


def _coloured(raw: bytes, width: int, height: int, y: int) -> Strip:
    segments = []
    for x in range(width):
        upper = Color.from_rgb(*_dot(raw, width, x, y))
        lower = Color.from_rgb(*_dot(raw, width, x, y + 1)) if y + 1 < height else None
        segments.append(Segment("▀", Style(color=upper, bgcolor=lower)))
    return Strip(segments, width).simplify()


def _shaded(raw: bytes, width: int, height: int, y: int) -> Strip:
    text = ""
    for x in range(width):
        both = _dot(raw, width, x, y) + (_dot(raw, width, x, y + 1) if y + 1 < height else ())
        text += SHADES[sum(both) // len(both) * len(SHADES) // 256]
    return Strip([Segment(text)], width)
