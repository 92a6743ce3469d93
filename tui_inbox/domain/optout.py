"""The token by which guests take themselves off a kind of mail: it says who and what, and nobody else can make one."""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from datetime import date
from typing import NamedTuple
from urllib.parse import quote

from tui_inbox.domain.message import MessageClass

MAX_AGE = 400
"""Days for which a token works: a year's newsletter may be answered late, a forgotten one from an old backup not."""
SUBJECT = "unsubscribe"
_EPOCH = date(2020, 1, 1)
_MAC = 10
"""Bytes of the signature that are kept: 80 bits, which nobody guesses by sending mail."""
_TOPICS = tuple(MessageClass)
_TOKEN = re.compile(r"[a-z2-7]{31}")
_IN_SUBJECT = re.compile(rf"\b{SUBJECT}[\s:_+-]+([A-Za-z2-7]{{31}})(?![A-Za-z0-9])", re.IGNORECASE)


class Optout(NamedTuple):
    """What a token says once its signature is found good."""

    guest_id: int
    topic: MessageClass
    issued: date


def token(key: bytes, guest_id: int, topic: MessageClass, issued: date) -> str:
    """31 small letters and digits, which survive a subject, an address and a link."""
    day = (issued - _EPOCH).days
    body = guest_id.to_bytes(6, "big") + bytes([_TOPICS.index(topic)]) + day.to_bytes(2, "big")
    return b32encode(body + _signature(key, body)).decode().rstrip("=").lower()


def read(key: bytes, text: str) -> Optout | None:
    """None for whatever this key has not signed."""
    import hmac

    found = text.strip().lower()
    if not _TOKEN.fullmatch(found):
        return None
    raw = b32decode(found.upper() + "=")
    if b32encode(raw).decode().rstrip("=").lower() != found:
        return None  # The last letter has bits to spare: another one would say the same.
    body, signature = raw[:-_MAC], raw[-_MAC:]
    if not hmac.compare_digest(signature, _signature(key, body)) or body[6] >= len(_TOPICS):
        return None
    issued = date.fromordinal(_EPOCH.toordinal() + int.from_bytes(body[7:], "big"))
    return Optout(int.from_bytes(body[:6], "big"), _TOPICS[body[6]], issued)


def is_old(found: Optout, today: date) -> bool:
    """Too old to act upon, or from a day that has not been."""
    return not -1 <= (today - found.issued).days <= MAX_AGE


def in_subject(subject: str) -> str:
    """The token in a mail's subject, whatever stands around it (Re:, a list's mark); empty when there is none."""
    found = _IN_SUBJECT.search(subject)
    return found.group(1).lower() if found else ""


def mailto(address: str, code: str) -> str:
    """The link that opens a mail which only has to be sent (RFC 6068)."""
    return f"mailto:{quote(address, safe='@')}?subject={SUBJECT}%20{code}"


def _signature(key: bytes, body: bytes) -> bytes:
    import hashlib  # loads the system's cryptography, which a screen does not need to start
    import hmac

    return hmac.new(key, b"unsubscribe" + body, hashlib.sha256).digest()[:_MAC]
