"""A guest, the handles they are reached by, and the lines between a handle and one of our own addresses."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.domain.channel import HandleKind

BOOKING = "booking-code"
"""``Handle.channel`` of a booking's code at its OTA, kept for as long as no stay is known that has it."""


class GuestKind(StrEnum):
    PERSON = "person"
    COMPANY = "company"
    """Agency or company: one conversation per mail thread or reservation."""


class Guest(NamedTuple):
    id: int
    name: str = ""
    """Empty while nobody knows it: shown as "Unknown client" with a short handle, never blank."""
    kind: GuestKind = GuestKind.PERSON
    language: str = ""
    country: str = ""
    vip: bool = False
    phone: str = ""
    """E.164."""
    email: str = ""
    alert: str = ""
    """What must not be missed (allergies): shown in red."""
    notes: str = ""
    blocked: bool = False
    merged_into: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class Handle(NamedTuple):
    """One address of one guest on one channel; a phone number and a WhatsApp number are two handles."""

    id: int
    guest_id: int
    channel: str
    address: str
    label: str = ""
    """The name that the channel shows for it."""
    unreachable: str = ""
    """Code of the vendor's reason when the address is known to be bad."""
    created_at: datetime | None = None


class Line(NamedTuple):
    """The clock and the stop between one own account and one guest handle."""

    account: str
    channel: str
    address: str
    last_in_at: datetime | None = None
    last_out_at: datetime | None = None
    stopped_at: datetime | None = None
    stop_word: str = ""
    stop_source: str = ""
    """``guest`` (keyword), ``provider`` (the vendor refused with its opt-out code)."""
    closed_code: str = ""
    """Code of why the vendor takes nothing on this line (any more); empty while it does."""
    open_until: datetime | None = None
    """The vendor itself said until when it takes messages; None: it did not."""
    access_at: datetime | None = None
    """When it said so last: what it said before that and is heard later changes nothing."""
    wish_at: datetime | None = None
    """Likewise of the guest's stop, where they told the vendor."""
    reply_by: datetime | None = None
    """The vendor's own deadline for an answer to what the guest wrote last."""
    read_until: datetime | None = None
    """What we sent up to here has been read."""
    route: str = ""
    """Where answers go now, as the newest message said, when that is not ``address`` itself."""

    @property
    def closed(self) -> str:
        """``closed_code`` while it holds: a newer word of the guest's opens the line again."""
        newer = self.access_at is not None and self.last_in_at is not None and self.last_in_at > self.access_at
        return "" if newer else self.closed_code


def short_handle(address: str, kind: HandleKind) -> str:
    """A few characters that tell two unknown senders apart: ``…56 78``, ``jo…@web.example``, ``…a3f``."""
    if not address:
        return ""
    if kind is HandleKind.EMAIL and "@" in address:
        local, _, host = address.rpartition("@")
        return address if len(local) <= 12 else f"{local[:10]}…@{host}"
    if kind is HandleKind.PHONE:
        digits = "".join(char for char in address if char.isdigit())
        return f"…{digits[-4:-2]} {digits[-2:]}" if len(digits) > 4 else address
    return f"…{address[-3:]}" if len(address) > 6 else address
