"""Somebody who opened the web chat: a browser, perhaps with a name that it claims."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Visitor(NamedTuple):
    """One browser. Its key is a secret of the browser's; only the key's hash is kept."""

    id: int
    account: str
    key_hash: str
    """SHA-256 of the key, in hexadecimal."""
    address: str
    """The handle that staff see; it is not the key, and says nothing about it."""
    name: str = ""
    """As typed before the chat: a claim."""
    email: str = ""
    """Likewise; no profile is found by it."""
    opened_at: datetime | None = None
    wrote_at: datetime | None = None
    seen_at: datetime | None = None
    """When the hotel's answers were last on the guest's screen."""


class ChatLine(NamedTuple):
    """A message as its visitor may see it."""

    id: int
    external_id: str
    at: datetime
    text: str
    outbound: bool
    state: str
