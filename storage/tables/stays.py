"""Reservations and what happened to them."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import SQLModel

from storage.tables.columns import big, flag, identity, number, one_of, words
from tui_inbox.domain.booking import BookingEvent
from tui_inbox.domain.reservation import ReservationStatus

_UNHANDLED = "handled_at IS NULL"


class Reservation(SQLModel, table=True):
    __tablename__ = "reservation"
    __table_args__ = (
        one_of("status", ReservationStatus),
        Index("ux_reservation_source", "source", "external_id", unique=True),
        # All that the list and its stay filters ask of a stay, so that they need not visit the row.
        Index("ix_reservation_guest", "guest_id", "arrival", "departure", "status", "room"),
        Index("ix_reservation_arrival", "arrival", "id"),
        Index("ix_reservation_departure", "departure", "arrival", "status", "guest_id"),
        Index("ix_reservation_room", "room", "departure"),
        Index("ix_reservation_code", "ota_code"),
        Index(
            "ix_reservation_group",
            "source",
            "group_id",
            sqlite_where=text("group_id <> ''"),
            postgresql_where=text("group_id <> ''"),
        ),
    )
    id: int | None = identity()
    guest_id: int = big(null=False)
    source: str = words()
    external_id: str = words()
    arrival: str = words()
    departure: str = words()
    status: str = words("confirmed")
    property: str = words()
    room: str = words()
    room_type: str = words()
    ota: str = words()
    ota_code: str = words()
    adults: int = number()
    children: int = number()
    total: str = words()
    notes: str = words()
    revision: int = number()
    created_at: int = big(null=False)
    updated_at: int = big(null=False)
    group_id: str = words()
    low_confidence: int = flag()
    source_at: int | None = big()
    payment: str = words()


class StayEvent(SQLModel, table=True):
    __tablename__ = "stay_event"
    __table_args__ = (
        one_of("kind", BookingEvent),
        Index("ux_stay_event", "reservation_id", "kind", "revision", unique=True),
        Index("ix_stay_event_waiting", "id", sqlite_where=text(_UNHANDLED), postgresql_where=text(_UNHANDLED)),
    )
    id: int | None = identity()
    reservation_id: int = big(null=False)
    kind: str = words()
    revision: int = number()
    at: int = big(null=False)
    arrival: str = words()
    departure: str = words()
    was_arrival: str | None = words(null=True)
    was_departure: str | None = words(null=True)
    handled_at: int | None = big()
    due_at: int | None = big()
    note: str = words()
    outcome: str = words()
