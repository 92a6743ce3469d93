"""The variables that a template may use, and their values for one guest: the one table of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple

from tui_inbox.domain.guest import Guest
from tui_inbox.domain.reservation import Reservation
from tui_inbox.domain.template import TemplateKind
from tui_inbox.services.desk import Actor, Desk


class Scope(Enum):
    """What a value comes from."""

    GUEST = "guest"
    STAY = "stay"
    HOTEL = "hotel"
    OPERATOR = "operator"


class Variable(NamedTuple):
    name: str
    scope: Scope
    required: bool = True
    """Empty: a required one blocks the send, an optional one takes its line away."""


VARIABLES: tuple[Variable, ...] = (
    Variable("first_name", Scope.GUEST),
    Variable("last_name", Scope.GUEST),
    Variable("name", Scope.GUEST),
    Variable("arrival", Scope.STAY),
    Variable("departure", Scope.STAY),
    Variable("nights", Scope.STAY),
    Variable("booking_number", Scope.STAY),
    Variable("room", Scope.STAY, required=False),
    Variable("room_type", Scope.STAY, required=False),
    Variable("adults", Scope.STAY, required=False),
    Variable("children", Scope.STAY, required=False),
    Variable("hotel", Scope.HOTEL),
    Variable("today", Scope.HOTEL),
    Variable("sms_number", Scope.HOTEL),
    Variable("whatsapp_number", Scope.HOTEL),
    Variable("email_address", Scope.HOTEL),
    Variable("operator", Scope.OPERATOR),
)

_SCOPES: dict[TemplateKind, frozenset[Scope]] = {
    TemplateKind.SNIPPET: frozenset(Scope),
    TemplateKind.WHATSAPP: frozenset(Scope),
    TemplateKind.REMINDER: frozenset(Scope) - {Scope.OPERATOR},
}
"""A rule sends its texts without a person, so these have no operator."""


def allowed(kind: TemplateKind, desk: Desk | None = None) -> tuple[str, ...]:
    """Names that a template of this kind may use, the hotel's own fixed ones included."""
    names = tuple(variable.name for variable in VARIABLES if variable.scope in _SCOPES[kind])
    return names + tuple(name for name in (desk.variables if desk else ()) if name not in names)


def required(kind: TemplateKind) -> frozenset[str]:
    """Names whose value must not be missing; the vendor's templates cannot lose a line."""
    every = kind is TemplateKind.WHATSAPP
    return frozenset(variable.name for variable in VARIABLES if every or variable.required)


def values_of(
    desk: Desk, guest: Guest, stay: Reservation | None, language: str, now: datetime, actor: Actor | None = None
) -> dict[str, str]:
    """What is known, by name; what is unknown is empty. Dates are written in ``language``."""
    first, last = split_name(guest.name)
    own = _own_addresses(desk)
    values: dict[str, str] = {
        "first_name": first,
        "last_name": last,
        "name": guest.name,
        "hotel": desk.hotel,
        "today": _day(desk.today(now), language),
        "sms_number": own.get("sms", ""),
        "whatsapp_number": own.get("whatsapp", ""),
        "email_address": own.get("email", ""),
        "operator": actor.name if actor else "",
    }
    if stay is not None:
        values |= {
            "arrival": _day(stay.arrival, language),
            "departure": _day(stay.departure, language),
            "nights": str((stay.departure - stay.arrival).days),
            "booking_number": stay.ota_code or (stay.external_id if stay.source != "hand" else ""),
            "room": stay.room,
            "room_type": stay.room_type,
            "adults": str(stay.adults or ""),
            "children": str(stay.children or ""),
        }
    return {**desk.variables, **values}


def _own_addresses(desk: Desk) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for account in desk.accounts.values():
        for channel, address in account.own.items():
            if channel in account.channels:
                found.setdefault(channel, address)
    return found


def split_name(name: str) -> tuple[str, str]:
    """``Claire Martin`` and ``Martin, Claire`` -> (``Claire``, ``Martin``); one word is a first name."""
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    first, _, last = name.strip().partition(" ")
    return first, last.strip()


def _day(day: date, language: str) -> str:
    """``Wednesday 25 November 2026`` in the guest's language; English where the language is unknown."""
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date

    code = language.replace("-", "_")
    try:
        locale = Locale.parse("en_GB" if code in ("", "en") else code)
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse("en_GB")
    return str(format_date(day, "full", locale=locale))
