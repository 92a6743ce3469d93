"""The variables that a template may use, and their values for one guest: the one table of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache, lru_cache
from typing import NamedTuple

from tui_inbox.domain.footer import OCCASION
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.links import whatsapp_link
from tui_inbox.domain.reservation import Reservation
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Actor, Desk


class Scope(Enum):
    """What a value comes from."""

    GUEST = "guest"
    STAY = "stay"
    HOTEL = "hotel"
    OPERATOR = "operator"
    EVENT = "event"
    """What only the occasion knows; whoever renders hands it over (``extra``)."""
    TEXT = "text"
    """The hotel's own texts and numbers."""
    FIELD = "field"
    """To be asked for in a condition, never written to a guest."""


class Variable(NamedTuple):
    name: str
    scope: Scope
    required: bool = True
    """Empty: a required one blocks the send, an optional one takes its line away."""
    unit: str = ""
    """What a number is counted in: shown in the picker, not written."""
    events: frozenset[str] = frozenset()
    """Of ``Scope.EVENT``: the occasions that know it."""
    kept: bool = False
    """A text for its occasion may not be saved without it."""


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
    Variable("whatsapp_link", Scope.HOTEL),
    Variable("email_address", Scope.HOTEL),
    Variable("operator", Scope.OPERATOR),
    Variable("old_arrival", Scope.EVENT, events=frozenset({"rescheduled"})),
    Variable("old_departure", Scope.EVENT, events=frozenset({"rescheduled"})),
    Variable("note", Scope.EVENT, required=False, events=frozenset({"cancelled", "declined", "terms"})),
    Variable("minutes_to_answer", Scope.EVENT, unit="min", events=frozenset({"offer"})),
    Variable("unsubscribe", Scope.EVENT, events=frozenset({OCCASION}), kept=True),
    Variable("terms_link", Scope.EVENT, events=frozenset({"terms"}), kept=True),
    Variable("accept_link", Scope.EVENT, required=False, events=frozenset({"terms"})),
    Variable("payment", Scope.FIELD),
    Variable("vip", Scope.FIELD),
    Variable("language", Scope.FIELD),
    Variable("booked_with", Scope.FIELD),
    Variable("property", Scope.FIELD),
    Variable("status", Scope.FIELD),
)

BUILT_IN = frozenset(one.name for one in VARIABLES)
_WRITTEN = frozenset(Scope) - {Scope.FIELD}
_SCOPES: dict[TemplateKind, frozenset[Scope]] = {
    TemplateKind.SNIPPET: _WRITTEN,
    TemplateKind.WHATSAPP: _WRITTEN,
    TemplateKind.REMINDER: _WRITTEN - {Scope.OPERATOR},
    TemplateKind.TEXT: frozenset(),
    TemplateKind.FOOTER: frozenset({Scope.HOTEL, Scope.TEXT, Scope.EVENT}),
}
"""A rule sends its texts without a person, so these have no operator; a text of the hotel's is read as it stands."""


def with_texts(tx: Transaction, desk: Desk) -> Desk:
    """The desk with the hotel's own texts, read once."""
    return desk if desk.texts is not None else desk._replace(texts=tuple(tx.templates.all(TemplateKind.TEXT)))


def known(kind: TemplateKind, desk: Desk | None = None, event: str = "") -> tuple[Variable, ...]:
    """What a template of this kind and occasion may use, the hotel's own ones included."""
    found = _built_in(kind, event)
    if desk is None or Scope.TEXT not in _SCOPES[kind]:
        return found
    names = dict.fromkeys([*desk.variables, *(text.name for text in desk.texts or ())])
    own = (Variable(name, Scope.TEXT, False, desk.units.get(name, "")) for name in names if name not in BUILT_IN)
    return (*found, *own)


@cache
def _built_in(kind: TemplateKind, event: str) -> tuple[Variable, ...]:
    scopes = _SCOPES[kind]
    return tuple(
        one for one in VARIABLES if one.scope in scopes and (one.scope is not Scope.EVENT or event in one.events)
    )


def allowed(kind: TemplateKind, desk: Desk | None = None, event: str = "") -> tuple[str, ...]:
    """The names of ``known``."""
    return tuple(one.name for one in known(kind, desk, event))


@cache
def fields() -> tuple[str, ...]:
    """Names that a condition may ask for and that are never written."""
    return tuple(one.name for one in VARIABLES if one.scope is Scope.FIELD)


@cache
def required(kind: TemplateKind) -> frozenset[str]:
    """Names whose value must not be missing; the vendor's templates cannot lose a line."""
    every = kind is TemplateKind.WHATSAPP
    return frozenset(variable.name for variable in VARIABLES if every or variable.required)


def kept(template: Template) -> frozenset[str]:
    """Variables that a template may not be saved without."""
    of_event = {one.name for one in VARIABLES if one.kept and template.event in one.events}
    return frozenset({*template.required, *of_event})


def values_of(
    desk: Desk, guest: Guest, stay: Reservation | None, language: str, now: datetime, actor: Actor | None = None
) -> dict[str, str]:
    """What is known, by name; what is unknown is empty. Dates are written in ``language``."""
    first, last = split_name(guest.name)
    own = _own_addresses(desk)
    whatsapp = own.get("whatsapp", "")
    values: dict[str, str] = {
        "first_name": first,
        "last_name": last,
        "name": guest.name,
        "vip": "yes" if guest.vip else "",
        "language": guest.language.replace("-", "_").split("_")[0].lower(),
        "hotel": desk.hotel,
        "today": day_in_words(desk.today(now), language),
        "sms_number": own.get("sms", ""),
        "whatsapp_number": whatsapp,
        "whatsapp_link": whatsapp_link(whatsapp) if whatsapp else "",
        "email_address": own.get("email", ""),
        "operator": actor.name if actor else "",
    }
    if stay is not None:
        values |= {
            "arrival": day_in_words(stay.arrival, language),
            "departure": day_in_words(stay.departure, language),
            "nights": str((stay.departure - stay.arrival).days),
            "booking_number": stay.ota_code or (stay.external_id if stay.source != "hand" else ""),
            "room": stay.room,
            "room_type": stay.room_type,
            "adults": str(stay.adults or ""),
            "children": str(stay.children or ""),
            "payment": stay.payment,
            "booked_with": stay.ota,
            "property": stay.property,
            "status": stay.status.value,
        }
    return {**desk.variables, **_texts(desk, stay, language), **values}


def _texts(desk: Desk, stay: Reservation | None, language: str) -> dict[str, str]:
    """Of each of the hotel's texts the one for this room type, else this property, else the general one."""
    place = (stay.property, stay.room_type) if stay is not None else ("", "")
    best: dict[str, tuple[tuple[bool, bool, bool, bool], str]] = {}
    for text in desk.texts or ():
        if any(mine and mine.casefold() != his.casefold() for mine, his in zip(_place(text), place, strict=True)):
            continue
        rank = (bool(text.room_type), bool(text.property), text.language == language, text.language == desk.language)
        if text.name not in best or rank > best[text.name][0]:
            best[text.name] = (rank, text.body)
    return {name: body for name, (_rank, body) in best.items()}


def _place(text: Template) -> tuple[str, str]:
    return text.property, text.room_type


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


@lru_cache(maxsize=2000)
def day_in_words(day: date, language: str) -> str:
    """``Wednesday 25 November 2026`` in the guest's language; English where the language is unknown."""
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date

    code = language.replace("-", "_")
    try:
        locale = Locale.parse("en_GB" if code in ("", "en") else code)
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse("en_GB")
    return str(format_date(day, "full", locale=locale))
