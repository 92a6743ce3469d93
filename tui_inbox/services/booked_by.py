"""Whose stay it is: the guest whom a booking names, found or made; what an operator wrote of them stands."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from tui_inbox.domain.fold import plain
from tui_inbox.domain.guest import BOOKING, Guest
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Desk
from tui_inbox.services.matching import add_handles


class Booked(Protocol):
    """As much of a booking as tells who made it. Phone is E.164 and mail the guest's own, never a site's alias."""

    @property
    def name(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def ota_code(self) -> str: ...


def guest_of(tx: Transaction, booked: Booked) -> Guest | None:
    """By the booking's code, where its site has written of it; else by phone or mail address, if the name fits.

    A number that a family shares belongs to several guests.
    """
    wrote = tx.guests.by_handle(BOOKING, booked.ota_code) if booked.ota_code else ()
    if len(wrote) == 1:
        return wrote[0]
    if not (booked.phone or booked.email):
        return None
    found = tx.guests.by_contact(phone=booked.phone, email=booked.email)
    for guest in found:
        if same_person(guest.name, booked.name):
            return guest
    if len(found) == 1 and not tx.reservations.of_guest(found[0].id):
        # Somebody who only wrote so far, under whatever name their telephone shows.
        return found[0]
    return None


def same_person(known: str, booked: str) -> bool:
    """``Claire``, ``MARTIN Claire`` and ``Claire Martin`` are one person; an unknown name fits everybody."""
    ours, theirs = set(plain(known).split()), set(plain(booked).split())
    return ours <= theirs or theirs <= ours


def new_guest(tx: Transaction, desk: Desk, booked: Booked, now: datetime) -> Guest:
    guest = tx.guests.add(
        Guest(
            0,
            name=booked.name,
            language=booked.language,
            country=booked.country,
            phone=booked.phone,
            email=booked.email,
            created_at=now,
            updated_at=now,
        )
    )
    add_handles(tx, desk, guest, now)
    return guest


def complete(tx: Transaction, desk: Desk, guest: Guest, booked: Booked, now: datetime) -> bool:
    """Fill what nobody knew; what an operator wrote stands. Tells whether there was something to fill."""
    if _filled(guest, booked) == guest:
        return False
    before = tx.guests.load(guest.id)
    after = _filled(before, booked)
    if after == before:
        return False
    tx.guests.put(after._replace(updated_at=now))
    add_handles(tx, desk, after, now)
    return True


def _filled(guest: Guest, booked: Booked) -> Guest:
    return guest._replace(
        name=guest.name or booked.name,
        language=guest.language or booked.language,
        country=guest.country or booked.country,
        phone=guest.phone or booked.phone,
        email=guest.email or booked.email,
    )
