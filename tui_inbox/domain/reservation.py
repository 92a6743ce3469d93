"""Reservations: the stay that matters now, and where a guest is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ReservationStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Phase(StrEnum):
    """Where the guest is in their stay, for the list's column and filter."""

    ARRIVING = "arriving"
    """Arrives today."""
    IN_HOUSE = "in_house"
    DEPARTING = "departing"
    """Leaves today."""
    FUTURE = "future"
    PAST = "past"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reservation:
    """Dates are local to the property; the departure day is the day of check-out."""

    id: int
    guest_id: int
    source: str
    external_id: str
    arrival: date
    departure: date
    status: ReservationStatus = ReservationStatus.CONFIRMED
    property: str = ""
    room: str = ""
    room_type: str = ""
    ota: str = ""
    """Where it was booked: "Booking.com", "Direct" ..."""
    ota_code: str = ""
    adults: int = 0
    children: int = 0
    total: str = ""
    """As the source wrote it, with its currency."""
    notes: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    revision: int = 1
