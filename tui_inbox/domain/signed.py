"""Tokens that only this store can make: a few bytes and a day, signed, in letters that survive a subject and a link."""

from __future__ import annotations

from base64 import b32decode, b32encode
from datetime import date
from typing import NamedTuple

MAX_AGE = 400
"""Days for which a token works: a year's newsletter may be answered late, a forgotten one from an old backup not."""
_EPOCH = date(2020, 1, 1)
_DAY = 2
"""Bytes of the day of issue."""
_MAC = 10
"""Bytes of the signature that are kept: 80 bits, which nobody guesses by sending mail."""


class Signed(NamedTuple):
    body: bytes
    issued: date


def sealed(key: bytes, purpose: bytes, body: bytes, issued: date) -> str:
    """Small letters and digits; a token of one purpose is of no use for another."""
    whole = body + (issued - _EPOCH).days.to_bytes(_DAY, "big")
    return _letters(whole + _signature(key, purpose, whole))


def opened(key: bytes, purpose: bytes, size: int, text: str) -> Signed | None:
    """The body of ``size`` bytes; None for whatever this key has not signed."""
    import hmac

    found = text.strip().lower()
    length = size + _DAY + _MAC
    if len(found) != -(-length * 8 // 5) or not found.isascii():
        return None
    try:
        raw = b32decode(found.upper() + "=" * (-len(found) % 8))
    except ValueError:
        return None
    if _letters(raw) != found:
        return None  # The last letter has bits to spare: another one would say the same.
    whole, signature = raw[:-_MAC], raw[-_MAC:]
    if not hmac.compare_digest(signature, _signature(key, purpose, whole)):
        return None
    days = int.from_bytes(whole[-_DAY:], "big")
    return Signed(whole[:-_DAY], date.fromordinal(_EPOCH.toordinal() + days))


def is_old(issued: date, today: date) -> bool:
    """Too old to act upon, or from a day that has not been."""
    return not -1 <= (today - issued).days <= MAX_AGE


def _letters(raw: bytes) -> str:
    return b32encode(raw).decode().rstrip("=").lower()


def _signature(key: bytes, purpose: bytes, whole: bytes) -> bytes:
    import hashlib  # loads the system's cryptography, which a screen does not need to start
    import hmac

    return hmac.new(key, purpose + whole, hashlib.sha256).digest()[:_MAC]
