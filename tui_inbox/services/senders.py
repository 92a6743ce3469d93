"""Who wrote: known by this handle, by another one of theirs, by their booking, by what is on file, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from tui_inbox.domain.channel import ChannelTraits, HandleKind
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.event import Code
from tui_inbox.domain.guest import BOOKING, Guest, Handle
from tui_inbox.ports.channel import Inbound
from tui_inbox.ports.store import Transaction
from tui_inbox.services.arriving import NAME_MAX
from tui_inbox.services.desk import Desk
from tui_inbox.services.matching import match, normalised, typed_kind

_LOOKED_BACK = 50
Known = Callable[[str, str], Sequence[Guest]]
"""(channel, address) -> the guests with this handle."""


class Sender(NamedTuple):
    guest: Guest
    ambiguous: bool = False
    """It may also have been somebody else."""
    changed: bool = False
    """Something was written about the guest or their handles."""
    also: Guest | None = None
    """Another row of the same person, to be merged into ``guest``."""


def tells_more(item: Inbound) -> bool:
    """Does it say more of its sender than an address and a name?"""
    return bool(item.also or item.reservation or item.phone or item.email)


def who(
    tx: Transaction, desk: Desk, known: Known, item: Inbound, address: str, traits: ChannelTraits, now: datetime
) -> Sender:
    """The guest behind a message, made when nobody fits; what the message tells besides is kept."""
    found = known(item.channel, address)
    more = tells_more(item)
    if len(found) == 1 and not more and (found[0].name or not item.name):
        return Sender(found[0])
    named = clean_line(item.name)[:NAME_MAX]
    others = [(other, known(item.channel, other)) for other in _others(item, address)] if more else []
    booked = _booked(tx, item) if item.reservation else None
    if len(found) == 1:
        sender = _one_person(tx, found[0], booked or _single(others, found[0]))
    elif booked is not None:
        sender = Sender(booked)
    elif not found and (same := _single(others)) is not None:
        sender = Sender(same)
    else:
        matched = match(
            tx, desk, item.channel, address, now=now, name=named, phone=clean_line(item.phone), email=item.email
        )
        if matched.guest is None:
            return _kept(tx, Sender(_new(tx, desk, item, address, named, traits, now)), item, address, named, now, True)
        sender = Sender(matched.guest, matched.ambiguous)
    missing = len(found) != 1 or any(not guests for _, guests in others)
    sender = _kept(tx, sender, item, address, named, now, missing)
    return _completed(tx, sender, named, *_contact(desk, item, address, traits), now)


def _others(item: Inbound, address: str) -> list[str]:
    return [other for other in map(clean_line, item.also) if other and other != address]


def _single(others: Sequence[tuple[str, Sequence[Guest]]], but: Guest | None = None) -> Guest | None:
    """The one guest whom the other handles name."""
    named = {guest.id: guest for _, guests in others for guest in guests if but is None or guest.id != but.id}
    return next(iter(named.values())) if len(named) == 1 else None


def _booked(tx: Transaction, item: Inbound) -> Guest | None:
    stay = tx.reservations.by_code(clean_line(item.reservation))
    return tx.guests.get(stay.guest_id) if stay is not None else None


def _one_person(tx: Transaction, found: Guest, other: Guest | None) -> Sender:
    """Two rows of which the vendor says that they are one: the one without a stay goes into the other."""
    if other is None or other.id == found.id or _parted(tx, found):
        return Sender(found)
    if not tx.reservations.of_guest(found.id):
        return Sender(other, also=found)
    return Sender(found, also=None if tx.reservations.of_guest(other.id) else other)


def _parted(tx: Transaction, guest: Guest) -> bool:
    """Has somebody at the desk said that they are another person?"""
    return any(event.code is Code.UNLINKED for event in tx.events.activity(0, guest.id, _LOOKED_BACK))


def _new(
    tx: Transaction, desk: Desk, item: Inbound, address: str, name: str, traits: ChannelTraits, now: datetime
) -> Guest:
    phone, email = _contact(desk, item, address, traits)
    return tx.guests.add(Guest(id=0, name=name, phone=phone, email=email, created_at=now, updated_at=now))


def _contact(desk: Desk, item: Inbound, address: str, traits: ChannelTraits) -> tuple[str, str]:
    """Phone number and mail address, as told or as the handle itself."""
    phone = normalised(item.phone, HandleKind.PHONE, desk.country) if item.phone else ""
    email = normalised(item.email, HandleKind.EMAIL, "") if item.email else ""
    if not phone and traits.handle is HandleKind.PHONE and typed_kind(address) is HandleKind.PHONE:
        phone = address
    if not email and traits.handle is HandleKind.EMAIL and not item.suspicious:
        email = address
    return phone, email


def _kept(
    tx: Transaction, sender: Sender, item: Inbound, address: str, name: str, now: datetime, missing: bool
) -> Sender:
    """With the handles that the message names, and its booking's code while no stay has it."""
    handles = [(item.channel, handle) for handle in (address, *_others(item, address))] if missing else []
    code = clean_line(item.reservation)
    if code and tx.reservations.by_code(code) is None and not tx.guests.by_handle(BOOKING, code):
        handles.append((BOOKING, code))
    for channel, handle in handles:
        label = name if channel == item.channel else item.channel
        tx.guests.add_handle(Handle(0, sender.guest.id, channel, handle, label=label, created_at=now))
    return sender._replace(changed=True) if handles else sender


def _completed(tx: Transaction, sender: Sender, name: str, phone: str, email: str, now: datetime) -> Sender:
    """Blanks of the guest filled with what the message tells."""
    guest = sender.guest
    if (guest.name or not name) and (guest.phone or not phone) and (guest.email or not email):
        return sender
    guest = tx.guests.load(guest.id)
    filled = guest._replace(name=guest.name or name, phone=guest.phone or phone, email=guest.email or email)
    if filled == guest:
        return sender
    tx.guests.put(filled._replace(updated_at=now))
    return sender._replace(guest=filled, changed=True)
