"""How long a recording is, read from its own header: vendors seldom tell."""

from __future__ import annotations

import struct

_OGG = b"OggS"
_OPUS_RATE = 48_000
"""Opus counts in 48 kHz whatever it holds (RFC 7845, 4)."""
_TAIL = 70_000
"""The last Ogg page begins within the last 65 kB (RFC 3533, 6)."""


def seconds_of(content: bytes) -> int | None:
    """Whole seconds, rounded up; None for a form that is not understood."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return _wave(content)
    if content[:4] == _OGG:
        return _ogg(content)
    return None


def length(seconds: int) -> str:
    """2:14, 1:02:03."""
    minutes, rest = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _wave(content: bytes) -> int | None:
    at, rate = 12, 0
    while at + 8 <= len(content):
        kind, size = content[at : at + 4], struct.unpack_from("<I", content, at + 4)[0]
        if kind == b"fmt " and at + 20 <= len(content):
            rate = struct.unpack_from("<I", content, at + 16)[0]
        if kind == b"data":
            return _up(min(size, len(content) - at - 8), rate) if rate else None
        at += 8 + size + size % 2
    return None


def _ogg(content: bytes) -> int | None:
    """From the position that the last page ends at."""
    rate = _OPUS_RATE
    vorbis = content.find(b"\x01vorbis", 0, 200)
    if vorbis >= 0 and vorbis + 16 <= len(content):
        rate = struct.unpack_from("<I", content, vorbis + 12)[0]
    last = content.rfind(_OGG, max(0, len(content) - _TAIL))
    if last < 0 or last + 14 > len(content) or not rate:
        return None
    position = struct.unpack_from("<q", content, last + 6)[0]
    return _up(position, rate) if position >= 0 else None


def _up(count: int, each_second: int) -> int:
    return -(-count // each_second)
