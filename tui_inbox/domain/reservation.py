"""Reservations: the stay that matters now, and where a guest is in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar


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


class Reservation(NamedTuple):
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
    group_id: str = ""
    """What its source calls the booking of several rooms that this one is part of."""
    low_confidence: bool = False
    """Only dates are known, and they may be a closed room (a calendar feed)."""
    source_at: datetime | None = None
    """When its source last changed it: what is older and is heard later changes nothing."""
    payment: str = ""
    """How it is paid, in the source's own word: "cash", "card", "package" ..."""


def booked_at(ota: str, site: str) -> bool:
    """Is ``ota``, however its source writes it, the site with this proper name?"""
    told, wanted = ("".join(char for char in word.casefold() if char.isalnum()) for word in (ota, site))
    return len(told) > 4 and (told.startswith(wanted) or wanted.startswith(told))


MAX_NIGHTS = 366
"""A longer stay is a mistyped year."""
MAX_PEOPLE = 99
"""In one room, of each kind."""

DEAD = frozenset({ReservationStatus.DECLINED, ReservationStatus.CANCELLED, ReservationStatus.NO_SHOW})
"""No guest will come on these."""


class Stay(Protocol):
    """As much of a reservation as the rules of phases need; the list reads no more of it."""

    @property
    def id(self) -> int: ...
    @property
    def arrival(self) -> date: ...
    @property
    def departure(self) -> date: ...
    @property
    def status(self) -> ReservationStatus: ...


AnyStay = TypeVar("AnyStay", bound=Stay)


def is_live(reservation: Stay) -> bool:
    return reservation.status not in DEAD


def phase(reservation: Stay | None, today: date) -> Phase:
    """Where the guest is in this stay on the hotel's ``today``; a day visit arrives and is never «departing»."""
    if reservation is None or not is_live(reservation):
        return Phase.NONE
    if today < reservation.arrival:
        return Phase.FUTURE
    if today == reservation.arrival:
        return Phase.ARRIVING
    if today == reservation.departure:
        return Phase.DEPARTING
    return Phase.IN_HOUSE if today < reservation.departure else Phase.PAST


def _matters(reservation: Stay, today: date) -> tuple[int, int, int]:
    """Rank: in the house, then the next arrival, then the latest stay, cancelled ones last; newer made first."""
    if not is_live(reservation):
        return (3, -reservation.arrival.toordinal(), -reservation.id)
    if reservation.arrival <= today <= reservation.departure:
        # On a change-over day of back-to-back stays the one that goes on matters.
        return (0, -reservation.departure.toordinal(), -reservation.id)
    if reservation.arrival > today:
        return (1, reservation.arrival.toordinal(), -reservation.id)
    return (2, -reservation.departure.toordinal(), -reservation.id)


def stay_now(reservations: Sequence[AnyStay], today: date) -> AnyStay | None:
    """The stay that matters now; None without any."""
    return min(reservations, key=lambda stay: _matters(stay, today), default=None)


def others(reservations: Sequence[Reservation], current: Reservation | None) -> tuple[Reservation, ...]:
    """All the rest, newest arrival first."""
    rest = [stay for stay in reservations if current is None or stay.id != current.id]
    return tuple(sorted(rest, key=lambda stay: (stay.arrival, stay.id), reverse=True))
