"""What a source of reservations is: it fetches raw envelopes and reads stays out of them.

As with a channel, an adapter keeps no state of its own: cursors and rows are the store's. Every method is synchronous
and runs in the worker's threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from msgspec import Struct

from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.ports.channel import Batch, Envelope, Health


class Booker(Struct, frozen=True):
    """Who a stay is for, as its source knows them. Text is still raw."""

    first: str = ""
    last: str = ""
    email: str = ""
    email_is_alias: bool = False
    """A booking site's relay for this stay: no address of the guest's own, and never their identity."""
    phone: str = ""
    language: str = ""
    """ISO 639-1."""
    country: str = ""
    """ISO 3166-1 alpha-2."""

    @property
    def name(self) -> str:
        return " ".join(part.strip() for part in (self.first, self.last) if part and part.strip())


class StayRecord(Struct, frozen=True):
    """One stay as its source tells it now; events are found by comparing it with what is stored."""

    external_id: str
    """The source's own id, the same for every revision."""
    arrival: date
    """Local to the property, as is ``departure``, the day of check-out."""
    departure: date
    status: ReservationStatus = ReservationStatus.CONFIRMED
    """A source need not tell declined from cancelled: what was never confirmed is taken as declined."""
    guest: Booker = Booker()
    ota: str = ""
    ota_code: str = ""
    group_id: str = ""
    """The same for the rooms of one booking."""
    room: str = ""
    room_type: str = ""
    adults: int = 0
    children: int = 0
    total: str = ""
    payment: str = ""
    """How it is paid: ``cash``, ``card``, ``transfer``, ``invoice``; ``site`` where its site takes the money."""
    notes: str = ""
    updated_at: datetime | None = None
    """When the source last changed it; what is older than what is stored changes nothing."""
    low_confidence: bool = False


@runtime_checkable
class BookingSource(Protocol):
    """One configured source of stays."""

    name: str
    """Its name in the configuration."""

    def streams(self) -> Sequence[str]:
        """Names of what is polled, each with a cursor of its own."""
        ...

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        """One page from ``cursor`` (empty: from the start, without stays that ended before ``since``).

        ``more`` with the same cursor and no envelope: it waits, and goes on at the next poll. Raises ``ChannelError``.
        """
        ...

    def read(self, envelope: Envelope) -> Sequence[StayRecord]:
        """Understand one envelope; pure. Raises ``Malformed``. An empty answer: no guest's stay (a closed room)."""
        ...

    def test(self) -> Health:
        """A read-only call that proves the source works; never raises ``ChannelError``."""
        ...

    def close(self) -> None: ...
