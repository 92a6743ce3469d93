"""What happened to a booking: found by comparing what was stored with what is told now, never by an event's name."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.domain.planner import Mode
from tui_inbox.domain.reservation import Reservation, ReservationStatus, is_live


class BookingEvent(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"


class EventMessage(NamedTuple):
    """Who is told of one kind of event, and how; nobody until the hotel says so."""

    guest: bool = False
    staff: bool = False
    template: str = ""
    """Name of a reminder template; empty: the text that comes with the program."""
    channels: tuple[str, ...] = ("email", "sms")
    """Those that are switched on, in the order in which they are tried."""
    mode: Mode = Mode.FIRST


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


class Collapsed(NamedTuple):
    """What is told instead of two events that follow each other within minutes."""

    told: BookingEvent | None
    """None: the stay is as the guest knows it."""
    was: tuple[date | None, date | None] = (None, None)


def collapsed(kind: BookingEvent, after: Reservation, waiting: StayEvent, *, same_stay: bool) -> Collapsed | None:
    """A cancellation still waiting and the booking that comes back, or two moves; None when both are told."""
    back = kind is BookingEvent.CONFIRMED and waiting.kind is BookingEvent.CANCELLED
    moved = kind is BookingEvent.RESCHEDULED and waiting.kind is BookingEvent.RESCHEDULED and same_stay
    if not back and not moved:
        return None
    known = (waiting.was_arrival, waiting.was_departure) if moved else (waiting.arrival, waiting.departure)
    if known == (after.arrival, after.departure):
        # Another booking for the same days has another number, which its guest must know.
        return Collapsed(None if same_stay else BookingEvent.CONFIRMED)
    return Collapsed(BookingEvent.RESCHEDULED, known)
