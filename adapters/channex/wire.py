"""Channex's JSON as it comes, and what it says: pure functions, tolerant of every field that we do not need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from mimetypes import guess_type

from msgspec import Raw, Struct

from adapters._files import remote
from adapters._ota import checked_id, moment, phone
from tui_inbox.domain.alias import own_mail
from tui_inbox.domain.errors import Malformed
from tui_inbox.domain.message import Attachment, Delivery
from tui_inbox.ports.channel import Inbound, Item, News

Value = str | int | float | bool | None
_PROVIDERS = {"bookingcom": "booking", "airbnb": "airbnb", "expedia": "expedia"}
_WRITTEN = {"BookingCom": "booking", "AirBNB": "airbnb", "Expedia": "expedia"}
"""Of those the usual spelling."""
_SENDERS = ("guest", "property", "system")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{3,49}")
_NONE, _SENT = Delivery.NONE, Delivery.SENT
"""Named once: looking a member of an enumeration up takes as long as making the item that bears it."""
_FILES = 20


class Ref(Struct):
    id: str | None = None


class Relation(Struct):
    data: Ref | None = None

    @property
    def id(self) -> str:
        return (self.data.id if self.data else "") or ""


class ThreadRelations(Struct):
    booking: Relation | None = None
    property: Relation | None = None


class ThreadFields(Struct):
    title: str | None = None
    provider: str | None = None
    last_message_received_at: str | None = None
    inserted_at: str | None = None


class Thread(Struct):
    id: str
    attributes: ThreadFields
    relationships: ThreadRelations | None = None

    @property
    def booking_id(self) -> str:
        found = self.relationships.booking if self.relationships else None
        return found.id if found else ""

    @property
    def property_id(self) -> str:
        found = self.relationships.property if self.relationships else None
        return found.id if found else ""

    @property
    def active_at(self) -> datetime | None:
        return moment(self.attributes.last_message_received_at) or moment(self.attributes.inserted_at)


class Details(Struct):
    """The card of an inquiry, as Airbnb gives it."""

    checkin_date: Value = None
    checkout_date: Value = None
    currency: Value = None
    expected_payout_amount_accurate: Value = None
    guest_name: Value = None
    listing_name: Value = None
    non_response_at: str | None = None
    number_of_guests: Value = None
    reservation_confirmation_code: str | None = None


class MessageMeta(Struct):
    status: Value = None
    booking_details: Details | None = None


class MessageFields(Struct):
    message: str | None = None
    sender: str | None = None
    attachments: list[object] | None = None
    inserted_at: str | None = None
    meta: MessageMeta | None = None


class MessageRelations(Struct):
    message_thread: Relation | None = None


class Message(Struct):
    id: str
    attributes: MessageFields
    relationships: MessageRelations | None = None

    @property
    def at(self) -> datetime | None:
        return moment(self.attributes.inserted_at)

    @property
    def thread_id(self) -> str:
        found = self.relationships.message_thread if self.relationships else None
        return found.id if found else ""


class Customer(Struct):
    name: str | None = None
    surname: str | None = None
    phone: str | None = None
    mail: str | None = None


class BookingFields(Struct):
    ota_reservation_code: str | None = None
    ota_name: str | None = None
    customer: Customer | None = None


class Booking(Struct):
    id: str
    attributes: BookingFields


class Told(Struct):
    """Our wrapping of a message with its thread and, where there is one, its booking."""

    message: Message
    thread: Thread
    booking: Booking | None = None


class Page(Struct):
    data: list[Raw]


class One(Struct):
    data: Raw


class Sent(Struct):
    data: Message


class Uploaded(Struct):
    data: Ref


class ChannelSettings(Struct):
    token_invalid: Value = None


class ChannelFields(Struct):
    channel: str | None = None
    title: str | None = None
    is_active: Value = None
    settings: ChannelSettings | None = None
    rate_plans: list[Raw] | None = None


class Connection(Struct):
    """A site as Channex is connected to it."""

    id: str
    attributes: ChannelFields

    @property
    def site(self) -> str:
        return site_of(self.attributes.channel)

    @property
    def state(self) -> str:
        fields = self.attributes
        if fields.settings is not None and fields.settings.token_invalid in (True, "true", 1):
            return "reauthorise"
        if fields.is_active in (False, "false", 0):
            return "inactive"
        if fields.rate_plans is not None and not fields.rate_plans:
            return "not_mapped"
        return "active"


class Connections(Struct):
    data: list[Connection]


class Noted(Struct):
    """Our note of a site's connection that changed."""

    site: str
    state: str
    at: str


class PropertyFields(Struct):
    title: str | None = None


class Property(Struct):
    attributes: PropertyFields


class Properties(Struct):
    data: Property


def site_of(provider: str | None) -> str:
    """Our channel for a provider, however it is written; empty for one that nobody knows."""
    found = _WRITTEN.get(provider or "")
    return found if found is not None else _PROVIDERS.get(re.sub(r"[^a-z]", "", (provider or "").lower()), "")


def read_message(told: Told, sites: Sequence[str]) -> Sequence[Item]:
    """A guest's message, one of the hotel's, or a card of the site's own."""
    message, thread = told.message, told.thread
    fields, site = message.attributes, site_of(thread.attributes.provider)
    if site not in sites:
        return ()
    sender = (fields.sender or "").strip().lower()
    if sender not in _SENDERS:
        raise Malformed("bad_direction")
    at = moment(fields.inserted_at)
    if at is None:
        raise Malformed("no_date")
    details = fields.meta.booking_details if fields.meta is not None else None
    booking = told.booking.attributes if told.booking is not None else None
    text, code, reply_by = (
        fields.message or "",
        _code(booking.ota_reservation_code) if booking is not None else "",
        None,
    )
    if details is not None:
        code = code or _code(details.reservation_confirmation_code)
        if sender == "system":
            text, reply_by = _card(text, details), moment(details.non_response_at)
    address, outbound = checked_id(thread.id), sender == "property"
    customer = booking.customer if booking is not None else None
    whole = _name(customer) if customer is not None else ""
    guest = None if outbound else customer
    return (
        Inbound(
            checked_id(message.id),
            site,
            at,
            address,
            thread.property_id,
            text,
            (whole or thread.attributes.title or "").strip()[:200],
            outbound=outbound,
            automated=sender == "system" and reply_by is None,
            state=_SENT if outbound else _NONE,
            # The reference of an own message would be taken for one that its sender chose.
            thread_ref="" if outbound else address,
            attachments=_files(fields.attachments) if fields.attachments else (),
            also=(code,) if code else (),
            phone=phone(guest.phone) if guest is not None else "",
            email=own_mail(guest.mail) if guest is not None else "",
            reservation=code,
            reply_by=reply_by,
        ),
    )


def read_connection(noted: Noted) -> Sequence[Item]:
    """A site's consent ran out, or was renewed."""
    at = moment(noted.at)
    if at is None:
        raise Malformed("no_date")
    code = noted.state if noted.state in ("reauthorise", "not_mapped") else ""
    return (News(at=at, topic="account", code=code, vendor_text=noted.site[:100]),)


def _card(word: str, details: Details) -> str:
    """An inquiry's facts as lines: the site gives them as fields only."""
    kind, listing = " ".join(word.replace("_", " ").split()).capitalize(), _shown(details.listing_name)
    arrival, departure = _shown(details.checkin_date), _shown(details.checkout_date)
    guests = _shown(details.number_of_guests)
    lines = (
        f"{kind} – {listing}" if kind and listing else kind or listing,
        f"{arrival} → {departure}" if arrival and departure else arrival or departure,
        f"{guests} × {_shown(details.guest_name)}".strip(" ×") if guests else "",
        f"{_shown(details.expected_payout_amount_accurate)} {_shown(details.currency)}".strip(),
    )
    return "\n".join([line for line in lines if line])


def _shown(value: Value) -> str:
    return "" if value is None else str(value)[:200]


def _code(text: str | None) -> str:
    """A reservation's code at its site; anything that could be none is dropped."""
    code = (text or "").strip()
    return code if _CODE.fullmatch(code) else ""


def _name(customer: Customer) -> str:
    name, surname = (customer.name or "").strip(), (customer.surname or "").strip()
    return f"{name} {surname}" if name and surname else name or surname


def _files(items: Sequence[object]) -> tuple[Attachment, ...]:
    """Links relative to the API, as plain text or inside an object."""
    found = []
    for item in items[:_FILES]:
        link = item.get("url") if isinstance(item, dict) else item
        if not isinstance(link, str) or not link or len(link) > 2000:
            continue
        name = link.split("?", 1)[0].rstrip("/").rpartition("/")[2][:200] or "file"
        found.append(remote(name, _type_of(name), link))
    return tuple(found)


def _type_of(name: str) -> str:
    """By its ending; where that alone decides, it was decided before."""
    stem, _, ending = name.rpartition(".")
    if stem and len(ending) <= 5 and "." not in stem and ":" not in stem:
        return _type_of_ending(ending)
    return guess_type(name)[0] or ""


@lru_cache(maxsize=64)
def _type_of_ending(ending: str) -> str:
    return guess_type(f"x.{ending}")[0] or ""
