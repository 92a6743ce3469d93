"""Mews' JSON as it comes, and what it says: pure functions, tolerant of every field that we do not need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Raw, Struct

from adapters._ota import moment
from tui_inbox.domain.errors import AccountBlocked, ChannelError, Malformed, Rejected
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.ports.bookings import Booker, StayRecord

if TYPE_CHECKING:
    from adapters._answers import Answer

STATES = {
    "Inquired": ReservationStatus.PENDING,
    "Requested": ReservationStatus.PENDING,
    "Optional": ReservationStatus.PENDING,
    "Confirmed": ReservationStatus.CONFIRMED,
    "Started": ReservationStatus.CONFIRMED,
    "Processed": ReservationStatus.CONFIRMED,
    "Canceled": ReservationStatus.CANCELLED,
}
"""Service order state -> ours; declined is what was cancelled without ever having been confirmed."""
MOST = 10**9
"""An amount beyond it is none."""
MEANS = {"CashPayment": "cash", "CreditCardPayment": "card", "InvoicePayment": "invoice"}
"""Payment type -> the word by which texts ask for it."""


class People(Struct, rename="pascal"):
    age_category_id: str | None = None
    count: int = 0


class Reservation(Struct, rename="pascal"):
    id: str
    state: str
    account_id: str | None = None
    account_type: str | None = None
    service_id: str | None = None
    group_id: str | None = None
    travel_agency_id: str | None = None
    """The company by which it was booked, be it a booking site."""
    number: str | None = None
    origin: str | None = None
    channel_number: str | None = None
    requested_resource_category_id: str | None = None
    assigned_resource_id: str | None = None
    cancellation_reason: str | None = None
    updated_utc: str | None = None
    scheduled_start_utc: str | None = None
    scheduled_end_utc: str | None = None
    start_utc: str | None = None
    end_utc: str | None = None
    person_counts: list[People] | None = None


class Customer(Struct, rename="pascal", omit_defaults=True):
    """Only these fields are kept: the vendor also tells birth dates and identity papers."""

    id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    has_ota_email: bool | None = None
    phone: str | None = None
    language_code: str | None = None
    preferred_language_code: str | None = None
    nationality_code: str | None = None


class Amount(Struct, rename="pascal"):
    currency: str | None = None
    gross_value: Decimal | None = None


class Item(Struct, rename="pascal"):
    """Something that was ordered: a night, a breakfast, the city's tax."""

    id: str
    service_order_id: str | None = None
    accounting_state: str | None = None
    type: str | None = None
    amount: Amount | None = None


class Payment(Struct, rename="pascal"):
    id: str
    reservation_id: str | None = None
    state: str | None = None
    type: str | None = None
    charged_utc: str | None = None


class Told(Struct):
    """Our wrapping of a reservation with what its ids stand for."""

    reservation: Reservation
    customer: Customer | None = None
    room: str = ""
    category: str = ""
    children: list[str] = []
    """Age categories of children."""
    company: str = ""
    """Name of the company whose reservation it is."""
    agency: str = ""
    items: list[Item] = []
    payments: list[Payment] = []


class Reservations(Struct, rename="pascal"):
    reservations: list[Raw]
    cursor: str | None = None


class Customers(Struct, rename="pascal"):
    customers: list[Customer]


class Resource(Struct, rename="pascal"):
    id: str
    name: str | None = None


class Resources(Struct, rename="pascal"):
    resources: list[Resource] | None = None
    cursor: str | None = None


class Category(Struct, rename="pascal"):
    id: str
    names: dict[str, str | None] | None = None


class Categories(Struct, rename="pascal"):
    resource_categories: list[Category]
    cursor: str | None = None


class AgeCategory(Struct, rename="pascal"):
    id: str
    classification: str | None = None


class AgeCategories(Struct, rename="pascal"):
    age_categories: list[AgeCategory]
    cursor: str | None = None


class Company(Struct, rename="pascal"):
    id: str
    name: str | None = None


class Companies(Struct, rename="pascal"):
    companies: list[Company]
    cursor: str | None = None


class Items(Struct, rename="pascal"):
    order_items: list[Item]
    cursor: str | None = None


class Payments(Struct, rename="pascal"):
    payments: list[Payment]
    cursor: str | None = None


class Enterprise(Struct, rename="pascal"):
    name: str | None = None


class Configuration(Struct, rename="pascal"):
    enterprise: Enterprise


class _Error(Struct, rename="pascal"):
    message: object = None


def explain(answer: Answer) -> ChannelError | None:
    """With the vendor's own words: what comes with a 403 is meant for the people at the hotel."""
    if answer.status < 400 or answer.status in (408, 429) or answer.status >= 500:
        return None
    try:
        message = msgspec.json.decode(answer.content, type=_Error).message
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        message = None
    text = message[:500] if isinstance(message, str) else ""
    match answer.status:
        case 401:
            return AccountBlocked("auth", vendor_text=text, http_status=401)
        case 403:
            return AccountBlocked("forbidden", vendor_text=text, http_status=403)
        case 404:
            return Rejected("not_found", vendor_text=text, http_status=404)
    return Rejected("refused", vendor_text=text, http_status=answer.status)


def record_of(told: Told, zone: ZoneInfo) -> StayRecord:
    """Raises ``Malformed``."""
    one, customer = told.reservation, told.customer
    status = STATES.get(one.state)
    if status is None:
        raise Malformed("bad_payload")
    if status is ReservationStatus.CANCELLED and one.cancellation_reason == "NoShow":
        status = ReservationStatus.NO_SHOW
    counts = one.person_counts or []
    children = sum(people.count for people in counts if people.age_category_id in told.children)
    return StayRecord(
        external_id=one.id[:200],
        arrival=_day(one.scheduled_start_utc or one.start_utc, zone),
        departure=_day(one.scheduled_end_utc or one.end_utc, zone),
        status=status,
        guest=_booker(customer) if customer is not None else Booker(last=told.company),
        ota=told.agency or ("Direct" if one.origin == "Distributor" else ""),
        ota_code=one.channel_number or "",
        group_id=one.group_id or "",
        room=told.room,
        room_type=told.category,
        adults=sum(people.count for people in counts) - children,
        children=children,
        total=_total(told.items),
        payment=_payment(told.payments),
        updated_at=moment(one.updated_utc),
    )


def _total(items: Sequence[Item]) -> str:
    """All that is ordered, with taxes; empty where nothing is, or where it is in several currencies.

    Until a reservation is confirmed all its items are ``Inactive``, so only what is cancelled is left out.
    """
    counted = [one.amount for one in items if one.accounting_state != "Canceled" and one.type != "Deposit"]
    amounts = [(one.gross_value, one.currency) for one in counted if one is not None and one.gross_value]
    currencies = {currency for _value, currency in amounts}
    sane = all(value.is_finite() and abs(value) < MOST for value, _currency in amounts)
    if len(currencies) != 1 or None in currencies or not sane:
        return ""
    total = sum((value for value, _currency in amounts), Decimal(0))
    return f"{total:.2f} {currencies.pop()}" if total else ""


def _payment(payments: Sequence[Payment]) -> str:
    """By what was paid last, where the vendor says it."""
    charged = [one for one in payments if one.state == "Charged"]
    newest = max(charged, key=lambda one: (one.charged_utc or "", one.id), default=None)
    return MEANS.get(newest.type or "", "") if newest is not None else ""


def _booker(customer: Customer) -> Booker:
    return Booker(
        first=customer.first_name or "",
        last=customer.last_name or "",
        email=customer.email or "",
        email_is_alias=bool(customer.has_ota_email),
        phone=customer.phone or "",
        language=(customer.preferred_language_code or customer.language_code or "").partition("-")[0],
        country=customer.nationality_code or "",
    )


def _day(text: str | None, zone: ZoneInfo) -> date:
    at: datetime | None = moment(text)
    if at is None:
        raise Malformed("no_date")
    try:
        return at.astimezone(zone).date()
    except OverflowError:
        raise Malformed("no_date") from None
