"""Who wrote: an address made comparable, and the guest it belongs to, or the several it may belong to."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.fold import plain
from tui_inbox.domain.guest import Guest, Handle
from tui_inbox.domain.reservation import is_live, stay_now
from tui_inbox.services.desk import Desk

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

_MAIL = r"[^@\s<>()\",;]+@[^@\s<>()\",;]+\.[^@\s<>()\",;.]+"
_WRITTEN_OUT = re.compile(r"\+(?:3[0-49]|4[13-9])[1-9]\d{7,11}")
"""Numbers of countries without a trunk digit other than 0: the library gives them back as they are (70,000 tried)."""
_NUMBER = r"[+\d][\d\s().\-/\u00a0\u202f]*"


class Match(NamedTuple):
    """``guest`` is the best fit; more than one candidate means that a person must be asked."""

    guest: Guest | None
    candidates: tuple[Guest, ...] = ()

    @property
    def ambiguous(self) -> bool:
        return len(self.candidates) > 1


def e164(number: str, country: str) -> str:
    """``06 12 34 56 78`` in France -> ``+33612345678``; empty when it is no possible phone number."""
    import phonenumbers  # 20 ms, and not before the first frame

    written = number.strip()
    if written.startswith("00"):
        written = "+" + written[2:]
    try:
        parsed = phonenumbers.parse(written, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=5000)
def country_of(number: str) -> str:
    """ISO code of an E.164 number's country; empty when unknown."""
    import phonenumbers

    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""


def kind_of(desk: Desk, channel: str) -> HandleKind:
    """What addresses look like on this channel."""
    for account in desk.accounts.values():
        if channel in account.channels:
            return account.channels[channel].handle
    return HandleKind.OPAQUE


def typed_kind(address: str) -> HandleKind:
    """What a person typed: a mail address, a phone number, or neither."""
    if re.fullmatch(_MAIL, address.strip()):
        return HandleKind.EMAIL
    if re.fullmatch(_NUMBER, address.strip()):
        return HandleKind.PHONE
    return HandleKind.OPAQUE


def normalised(address: str, kind: HandleKind, country: str) -> str:
    """The form in which an address is stored and compared; short codes and sender names stay as they are."""
    address = clean_line(address)
    if kind is HandleKind.EMAIL:
        return address.lower()
    if kind is HandleKind.PHONE:
        if _WRITTEN_OUT.fullmatch(address) or not any(char.isdigit() for char in address):
            return address
        # A vendor's own id among phone numbers (``FR.81047…``) holds digits and is none.
        return e164(address, country) or address if typed_kind(address) is HandleKind.PHONE else address
    return address


def match(
    tx: Transaction,
    desk: Desk,
    channel: str,
    address: str,
    *,
    now: datetime,
    name: str = "",
    phone: str = "",
    email: str = "",
    wide: bool = False,
) -> Match:
    """The guest behind an address: by this very handle, else by the phone or mail address on file.

    ``wide`` also looks at the file when the handle is known, for asking again who it may be. Where several fit, the
    one whose stay matters today is taken until somebody is asked (newest stay first).
    """
    kind = kind_of(desk, channel)
    address = normalised(address, kind, desk.country)
    found = list(tx.guests.by_handle(channel, address))
    if not found or wide:
        numbered = kind is HandleKind.PHONE and typed_kind(address) is HandleKind.PHONE
        contact_phone = address if numbered else (e164(phone, desk.country) if phone else "")
        contact_mail = address if kind is HandleKind.EMAIL else email.strip().lower()
        if contact_phone or contact_mail:
            known = {guest.id for guest in found}
            on_file = tx.guests.by_contact(phone=contact_phone, email=contact_mail)
            found += [guest for guest in on_file if guest.id not in known]
    if len(found) < 2:
        return Match(found[0] if found else None, tuple(found))
    today = desk.today(now)
    wanted = plain(name)
    ranked = sorted(found, key=lambda guest: _rank(tx, guest, wanted, today))
    return Match(ranked[0], tuple(ranked))


def _rank(tx: Transaction, guest: Guest, wanted: str, today: date) -> tuple[int, bool, int, int]:
    """In the house, then arriving next, then the rest; the newest reservation first among equals."""
    stay = stay_now(tx.reservations.of_guest(guest.id), today)
    if stay is None or not is_live(stay):
        place, distance, made = 3, 0, 0
    elif stay.arrival <= today <= stay.departure:
        place, distance, made = 0, 0, -stay.id
    elif stay.arrival > today:
        place, distance, made = 1, (stay.arrival - today).days, -stay.id
    else:
        place, distance, made = 2, (today - stay.departure).days, -stay.id
    return (place, bool(wanted) and plain(guest.name) != wanted, distance, made or -guest.id)


def add_handles(tx: Transaction, desk: Desk, guest: Guest, now: datetime) -> None:
    """A number or address on file is a way to reach the guest on every channel that takes such addresses."""
    address = {HandleKind.PHONE: guest.phone, HandleKind.EMAIL: guest.email}
    for account in desk.accounts.values():
        for code, traits in account.channels.items():
            if address.get(traits.handle) and traits.can_send:
                tx.guests.add_handle(Handle(0, guest.id, code, address[traits.handle], created_at=now))
