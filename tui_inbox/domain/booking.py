"""What happened to a booking: found by comparing what was stored with what is told now, never by an event's name."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.domain.reservation import Reservation, ReservationStatus, is_live


class BookingEvent(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"


class StayEvent(NamedTuple):
    """One thing that happened to one revision of a stay: unique, so that it is told at most once."""

    id: int
    reservation_id: int
    kind: BookingEvent
    revision: int
    at: datetime
    arrival: date
    departure: date
    was_arrival: date | None = None
    """The dates before, where there were any."""
    was_departure: date | None = None
    handled_at: datetime | None = None
    """When its messages were made, or found to be none."""
    due_at: datetime | None = None
    """Not to be told before; None: at once."""
    note: str = ""
    """What the desk adds to the message."""
    outcome: str = ""
    """Code of why the guest was told nothing; empty: told, or not yet."""


def events_between(before: Reservation | None, after: Reservation) -> tuple[BookingEvent, ...]:
    """At most one: a stay that is new, or that lives again, is told by its state; new dates only while it lives on."""
    was = before.status if before is not None else None
    if not is_live(after):
        if after.status is ReservationStatus.NO_SHOW or before is None or not is_live(before):
            return ()
        refused = was is ReservationStatus.PENDING or after.status is ReservationStatus.DECLINED
        return (BookingEvent.DECLINED if refused else BookingEvent.CANCELLED,)
    if before is None or was is not after.status:
        confirmed = after.status is ReservationStatus.CONFIRMED
        return (BookingEvent.CONFIRMED if confirmed else BookingEvent.PENDING,)
    if (before.arrival, before.departure) != (after.arrival, after.departure):
        return (BookingEvent.RESCHEDULED,)
    return ()
