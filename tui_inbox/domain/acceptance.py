"""The token by which one guest accepts changed terms: it says who and which, and nobody else can make one."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tui_inbox.domain.signed import opened, sealed

_PURPOSE = b"accept"
_CAMPAIGN, _GUEST = 4, 6
"""Bytes of the ids."""


class Acceptance(NamedTuple):
    """What a token says once its signature is found good."""

    campaign_id: int
    guest_id: int
    issued: date


def token(key: bytes, campaign_id: int, guest_id: int, issued: date) -> str:
    """36 small letters and digits."""
    body = campaign_id.to_bytes(_CAMPAIGN, "big") + guest_id.to_bytes(_GUEST, "big")
    return sealed(key, _PURPOSE, body, issued)


def read(key: bytes, text: str) -> Acceptance | None:
    """None for whatever this key has not signed."""
    found = opened(key, _PURPOSE, _CAMPAIGN + _GUEST, text)
    if found is None:
        return None
    campaign, guest = found.body[:_CAMPAIGN], found.body[_CAMPAIGN:]
    return Acceptance(int.from_bytes(campaign, "big"), int.from_bytes(guest, "big"), found.issued)
