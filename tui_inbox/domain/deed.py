"""What vendors are told besides messages: read, no reply needed, an emoji. Doing one twice is doing it once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Act(StrEnum):
    READ = "read"
    """Everything up to the guest's message ``ref`` has been read."""
    TYPING = "typing"
    NO_REPLY_NEEDED = "no_reply_needed"
    REACT = "react"
    """``value`` is the emoji; empty takes it back."""
    HIDE = "hide"
    """A comment is hidden from the public (``on``) or shown again."""
    SPAM = "spam"
    """The sender is reported or blocked at the vendor."""
    CLOSE = "close"


class Deed(NamedTuple):
    """One act as its adapter needs it."""

    act: Act
    channel: str
    address: str
    ref: str = ""
    """The vendor's id of the message that it is about."""
    value: str = ""
    """``on``/``off``, or an emoji."""
    conversation_ref: str = ""
    """``thread_ref`` of the newest message of that line: the vendor's own conversation."""


class PendingDeed(NamedTuple):
    """A deed on its way; the newest wish about (account, channel, address, act, ref) is the only one kept."""

    id: int
    account: str
    conversation_id: int
    deed: Deed
    by: str
    """Operator's code."""
    not_before: datetime
    expires_at: datetime | None = None
    """Of no use after it (typing)."""
    tries: int = 0
    state: str = "pending"
    """``pending``, ``done`` or ``failed``."""
    reason: str = ""
    vendor_text: str = ""
