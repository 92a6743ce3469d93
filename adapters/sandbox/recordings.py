"""Voice notes that guests send: real Ogg Opus files, of silence, and what the speech server hears in them."""

from __future__ import annotations

import hashlib
import struct
from functools import cache

WORDS = {
    "heating": "Bonjour, c'est la chambre 212. Le chauffage ne marche plus depuis ce matin et il fait vraiment froid. "
    "Est-ce que quelqu'un peut passer, s'il vous plaît ? Merci !",
    "thanks": "Hello, it is me again. Everything is fine now, thank you so much. See you at breakfast!",
}
"""Name of a recording -> what is said in it."""
_SECONDS = {"heating": 10, "thanks": 6}
_EACH_SECOND = 50
_PACKET = b"\xf8\xff\xfe"
"""20 ms of silence: one frame of full-band CELT, mono (RFC 6716, 3.1)."""
_RATE = 48_000
_FIRST, _LAST = 2, 4


@cache
def ogg(name: str) -> bytes:
    """The recording as the telephone sends it."""
    count, lead = _SECONDS[name] * _EACH_SECOND, 312
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, lead, _RATE, 0, 0)
    # The vendor's name makes each recording a file of its own.
    maker = f"sandbox {name}".encode()
    tags = b"OpusTags" + struct.pack("<I", len(maker)) + maker + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, _FIRST), _page([tags], 0, 1, 0)]
    for number, start in enumerate(range(0, count, 250), 2):
        packets = min(250, count - start)
        position = (start + packets) * _RATE // _EACH_SECOND
        pages.append(_page([_PACKET] * packets, position, number, _LAST if start + packets >= count else 0))
    return b"".join(pages)


def digest(name: str) -> str:
    """SHA-256 of the recording, in hexadecimal digits."""
    return hashlib.sha256(ogg(name)).hexdigest()


def _page(packets: list[bytes], position: int, number: int, flags: int) -> bytes:
    """RFC 3533, 6; every packet here is shorter than 255 bytes."""
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, position, 7, number, 0)
    body = bytes([len(packets)]) + bytes(len(packet) for packet in packets) + b"".join(packets)
    page = head + body
    return page[:22] + struct.pack("<I", _checksum(page)) + page[26:]


def _checksum(page: bytes) -> int:
    """CRC-32 with the polynomial 0x04C11DB7, not reflected, from zero."""
    found = 0
    for byte in page:
        found = (found << 8 & 0xFFFFFFFF) ^ _table()[(found >> 24) ^ byte]
    return found


@cache
def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        row = byte << 24
        for _ in range(8):
            row = (row << 1 ^ 0x04C11DB7 if row & 0x80000000 else row << 1) & 0xFFFFFFFF
        rows.append(row)
    return tuple(rows)
