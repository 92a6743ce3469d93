"""Stays typed by hand or imported from the list that the hotel's own system exports."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import NamedTuple

from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.reservation import MAX_NIGHTS, MAX_PEOPLE, Reservation, ReservationStatus
from tui_inbox.ports.store import Transaction
from tui_inbox.services.booking_messages import stay_changed
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.stay_import import (
    CHUNK,
    BookingRow,
    ImportResult,
    LineProblem,
    Preview,
    first_import,
    import_rows,
    preview,
    save_mapping,
    saved_mapping,
    tell_stay,
)
from tui_inbox.services.table import FIELDS, Table, guess_mapping, read_table
from tui_inbox.services.undo import StayStep, write_events

__all__ = [
    "CHUNK",
    "FIELDS",
    "BookingRow",
    "ImportResult",
    "LineProblem",
    "Preview",
    "StayForm",
    "Table",
    "add_stay",
    "edit_stay",
    "first_import",
    "guess_mapping",
    "import_rows",
    "preview",
    "read_table",
    "save_mapping",
    "saved_mapping",
]

BY_HAND = "hand"


class StayForm(NamedTuple):
    """A stay as an operator types it."""

    arrival: date
    departure: date
    room: str = ""
    room_type: str = ""
    status: ReservationStatus = ReservationStatus.CONFIRMED
    ota: str = ""
    ota_code: str = ""
    adults: int = 0
    children: int = 0
    notes: str = ""
    property: str = ""
    payment: str = ""


def add_stay(tx: Transaction, desk: Desk, actor: Actor, guest_id: int, form: StayForm, now: datetime) -> Reservation:
    """A stay that no source feeds. Raises ``Refused("stay_dates")``."""
    actor.require_write()
    _check_dates(form.arrival, form.departure)
    guest = tx.guests.load(guest_id)
    blank = Reservation(0, guest.id, BY_HAND, uuid.uuid4().hex, form.arrival, form.departure, created_at=now)
    stay = tx.reservations.add(_filled(blank, form, now))
    taken_back = stay._replace(status=ReservationStatus.CANCELLED)
    stay_changed(tx, desk, None, stay, now)
    _tell(tx, actor, Code.STAY_ADDED, stay, StayStep(taken_back, stay), now)
    return stay


def edit_stay(
    tx: Transaction, desk: Desk, actor: Actor, reservation_id: int, form: StayForm, now: datetime
) -> Reservation:
    """Every field as the form has it; what is planned for the stay follows at the next plan."""
    actor.require_write()
    _check_dates(form.arrival, form.departure)
    before = tx.reservations.load(reservation_id)
    after = _filled(before, form, now)._replace(revision=before.revision + 1)
    tx.reservations.put(after)
    stay_changed(tx, desk, before, after, now)
    _tell(tx, actor, Code.STAY_CHANGED, after, StayStep(before, after), now)
    return after


def _check_dates(arrival: date, departure: date) -> None:
    if departure < arrival or (departure - arrival).days > MAX_NIGHTS:
        raise Refused("stay_dates")


def _filled(stay: Reservation, form: StayForm, now: datetime) -> Reservation:
    return stay._replace(
        arrival=form.arrival,
        departure=form.departure,
        room=clean_line(form.room),
        room_type=clean_line(form.room_type),
        status=form.status,
        ota=clean_line(form.ota),
        ota_code=clean_line(form.ota_code),
        adults=min(max(form.adults, 0), MAX_PEOPLE),
        children=min(max(form.children, 0), MAX_PEOPLE),
        notes=clean(form.notes),
        property=form.property,
        payment=clean_line(form.payment),
        updated_at=now,
        low_confidence=False,
    )


def _tell(tx: Transaction, actor: Actor, code: Code, stay: Reservation, step: StayStep, now: datetime) -> None:
    params: dict[str, str | int] = {
        "room": stay.room,
        "arrival": stay.arrival.isoformat(),
        "departure": stay.departure.isoformat(),
    }
    write_events(tx, [Event(0, now, code, actor.code, guest_id=stay.guest_id, params=params)], [step])
    tell_stay(tx, stay)
