"""Small pictures that guests send, drawn here so that no file has to be shipped."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import cache

Colour = tuple[int, int, int]
_WIDTH, _HEIGHT = 160, 120


def _leak(x: int, y: int) -> Colour:
    """Blue tiles, and a puddle that should not be there."""
    if ((x - 90) / 45) ** 2 + ((y - 95) / 16) ** 2 < 1:
        return (126, 176, 214)
    return (240, 244, 246) if x % 32 and y % 32 else (168, 186, 198)


def _case(x: int, y: int) -> Colour:
    """A red suitcase on a grey floor."""
    if 50 < x < 110 and 40 < y < 100:
        return (178, 40, 44) if (x - 50) % 14 else (140, 26, 30)
    if 70 < x < 90 and 28 < y <= 40 and not (74 < x < 86 and y > 32):
        return (60, 60, 64)
    return (206, 206, 202) if y < 92 else (150, 148, 142)


_PICTURES: dict[str, Callable[[int, int], Colour]] = {"leak": _leak, "case": _case}


@cache
def png(name: str) -> bytes:
    """The named picture as PNG."""
    paint = _PICTURES[name]
    rows = b"".join(b"\0" + bytes(v for x in range(_WIDTH) for v in paint(x, y)) for y in range(_HEIGHT))
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
