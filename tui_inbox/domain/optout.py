"""The token by which guests take themselves off a kind of mail: it says who and what, and nobody else can make one."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple
from urllib.parse import quote

from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.signed import opened, sealed

SUBJECT = "unsubscribe"
_PURPOSE = b"unsubscribe"
_GUEST = 6
"""Bytes of the guest's id; one more names the topic."""
_TOPICS = tuple(MessageClass)
_IN_SUBJECT = re.compile(rf"\b{SUBJECT}[\s:_+-]+([A-Za-z2-7]{{31}})(?![A-Za-z0-9])", re.IGNORECASE)


class Optout(NamedTuple):
    """What a token says once its signature is found good."""

    guest_id: int
    topic: MessageClass
    issued: date


def token(key: bytes, guest_id: int, topic: MessageClass, issued: date) -> str:
    """31 small letters and digits, which survive a subject, an address and a link."""
    body = guest_id.to_bytes(_GUEST, "big") + bytes([_TOPICS.index(topic)])
    return sealed(key, _PURPOSE, body, issued)


def read(key: bytes, text: str) -> Optout | None:
    """None for whatever this key has not signed."""
    found = opened(key, _PURPOSE, _GUEST + 1, text)
    if found is None or found.body[_GUEST] >= len(_TOPICS):
        return None
    return Optout(int.from_bytes(found.body[:_GUEST], "big"), _TOPICS[found.body[_GUEST]], found.issued)


def in_subject(subject: str) -> str:
    """The token in a mail's subject, whatever stands around it (Re:, a list's mark); empty when there is none."""
    found = _IN_SUBJECT.search(subject)
    return found.group(1).lower() if found else ""


def mailto(address: str, code: str) -> str:
    """The link that opens a mail which only has to be sent (RFC 6068)."""
    return f"mailto:{quote(address, safe='@')}?subject={SUBJECT}%20{code}"
