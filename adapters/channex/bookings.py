"""The bookings of one property at Channex.

What lies ahead is listed; a booking comes again when its revision is new. Where this program is the only one that
reads the property's feed (``acknowledge``), the list is read once, and then the feed: a revision is acknowledged with
the fetch after the one that brought it, when it is certainly stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Self

import msgspec
from msgspec import Raw, Struct

from adapters._json import answered, decoded
from adapters._ota import checked_id, is_id, moment
from adapters.channex import errors, wire
from adapters.channex.booking_settings import BookingSettings, ChannexBookings
from tui_inbox.domain.alias import own_mail
from tui_inbox.domain.errors import ChannelError, Malformed, Rejected
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.ports.bookings import Booker, StayRecord
from tui_inbox.ports.channel import Batch, Envelope, Health, HealthState
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.ports.secrets import Secrets

if TYPE_CHECKING:
    from adapters._http import Http

ROWS = 100
MOST_PAGES = 200
STATES = {
    "new": ReservationStatus.CONFIRMED,
    "modified": ReservationStatus.CONFIRMED,
    "cancelled": ReservationStatus.CANCELLED,
}
OVER = timedelta(days=30)
"""How long after its end a booking is still listed."""
LISTED, FEED = "bookings", "revisions"
DONE = "done"
_CARDS = ("guarantee", "raw_message", "secondary_ota")
"""Fields that may hold a guest's card, or the site's own message with it: neither read nor kept."""


class Occupancy(Struct):
    adults: wire.Value = None
    children: wire.Value = None
    infants: wire.Value = None


class Room(Struct):
    room_type_id: str | None = None


class Customer(wire.Customer):
    language: str | None = None
    country: str | None = None


class Fields(Struct):
    status: str
    arrival_date: str
    departure_date: str
    booking_id: str | None = None
    revision_id: str | None = None
    property_id: str | None = None
    ota_reservation_code: str | None = None
    ota_name: str | None = None
    customer: Customer | None = None
    occupancy: Occupancy | None = None
    rooms: list[Room] | None = None
    amount: wire.Value = None
    currency: str | None = None
    payment_collect: str | None = None
    """Who takes the money: ``property`` or ``ota``."""
    payment_type: str | None = None
    notes: str | None = None
    inserted_at: str | None = None
    updated_at: str | None = None


class Booked(Struct):
    """A booking, or one revision of one."""

    id: str
    attributes: Fields


class Told(Struct):
    """Our wrapping of it with the names of its rooms."""

    booking: Booked
    rooms: str = ""


class Type(Struct):
    id: str
    attributes: wire.PropertyFields


class FeedCursor(Struct, frozen=True):
    """Revisions that are stored and still to be acknowledged."""

    taken: tuple[str, ...] = ()


class Bookings(ChannexBookings):
    """Implements ``BookingSource``."""

    def __init__(self, name: str, settings: BookingSettings, http: Http, clock: Clock | None = None) -> None:
        self.name = name
        self._settings = settings
        self._http = http
        self._clock = clock or SystemClock()
        self._types: Mapping[str, str] | None = None

    @classmethod
    def open(cls, name: str, settings: BookingSettings, secrets: Secrets, zone: object = None) -> Self:
        """Raises ``Refused("secret_missing")`` or ``Refused("bad_base_url")``; touches no network."""
        from adapters._http import Http

        key = secrets.get(settings.secret)
        http = Http(settings.base_url, auth=lambda: {"user-api-key": key.reveal()}, explain=errors.explain)
        return cls(name, settings, http)

    def streams(self) -> Sequence[str]:
        return (LISTED, FEED) if self._settings.acknowledge else (LISTED,)

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        try:
            return self._revisions(cursor) if stream == FEED else self._listed(cursor, since)
        except Malformed as fault:
            raise Rejected(fault.code) from None

    def read(self, envelope: Envelope) -> Sequence[StayRecord]:
        """Raises ``Malformed``."""
        told = decoded(envelope.raw, Told)
        one, fields = told.booking, told.booking.attributes
        status = STATES.get(fields.status.strip().lower())
        if status is None:
            raise Malformed("bad_payload")
        people = fields.occupancy or Occupancy()
        return (
            StayRecord(
                external_id=checked_id(fields.booking_id or one.id),
                arrival=_day(fields.arrival_date),
                departure=_day(fields.departure_date),
                status=status,
                guest=_booker(fields.customer or Customer()),
                ota=_site(fields.ota_name or ""),
                ota_code=fields.ota_reservation_code or "",
                room_type=told.rooms,
                adults=_count(people.adults),
                children=_count(people.children) + _count(people.infants),
                total=f"{'' if fields.amount is None else fields.amount} {fields.currency or ''}".strip(),
                payment=_payment(fields),
                notes=fields.notes or "",
                # A revision was made when it was inserted; the booking itself with its first one.
                updated_at=moment(fields.updated_at) or (moment(fields.inserted_at) if _is_revision(fields) else None),
            ),
        )

    def test(self) -> Health:
        """The property's name, then the right to list its bookings."""
        title = ""
        try:
            found = answered(self._http.read(f"/properties/{self._settings.property_id}"), wire.Properties)
            title = (found.data.attributes.title or "")[:200]
            self._page(1, "1", self._clock.now().date())
        except ChannelError as error:
            return Health(HealthState.ERROR, title, error.code, error.vendor_text)
        return Health(HealthState.OK, title)

    def close(self) -> None:
        self._http.close()

    def _page(self, number: int, rows: str, first: date) -> list[Raw]:
        params = {
            "filter[property_id]": self._settings.property_id,
            "filter[departure_date][gte]": first.isoformat(),
            "order[inserted_at]": "asc",
            "pagination[page]": str(number),
            "pagination[limit]": rows,
        }
        return answered(self._http.read("/bookings", params), wire.Page).data

    def _listed(self, cursor: str, since: datetime | None) -> Batch:
        if cursor == DONE:
            return Batch((), cursor)
        number = int(cursor) if cursor.isascii() and cursor.isdecimal() and int(cursor) <= MOST_PAGES else 1
        lately = self._clock.now() - OVER
        rows = self._page(number, str(ROWS), max(since or lately, lately).date())
        envelopes = tuple(self._told(bytes(raw)) for raw in rows)
        if len(rows) >= ROWS and number < MOST_PAGES:
            return Batch(envelopes, str(number + 1), more=True)
        return Batch(envelopes, DONE if self._settings.acknowledge else "1")

    def _revisions(self, cursor: str) -> Batch:
        for revision in _taken(cursor):
            try:
                self._http.tell("POST", f"/booking_revisions/{revision}/ack", json=b"{}")
            except Rejected:
                continue  # Acknowledged already, by us before a crash or by somebody else.
        params = {
            "filter[property_id]": self._settings.property_id,
            "order[inserted_at]": "asc",
            "pagination[page]": "1",
            "pagination[limit]": str(ROWS),
        }
        rows = answered(self._http.read("/booking_revisions/feed", params), wire.Page).data
        envelopes = tuple(self._told(bytes(raw)) for raw in rows)
        taken = tuple(id_ for id_ in map(_id_of, rows) if id_)
        # Asked again at once where there was something: that acknowledges it.
        following = msgspec.json.encode(FeedCursor(taken)).decode() if taken else ""
        return Batch(envelopes, following, more=bool(taken) and taken != _taken(cursor))

    def _told(self, raw: bytes) -> Envelope:
        whole = _without_cards(raw)
        try:
            one = decoded(raw, Booked)
            revision = checked_id(one.attributes.revision_id or one.id)
        except Malformed:
            body = msgspec.json.encode({"booking": whole})
            return Envelope(f"unreadable:{_hash(body)}", "booking", body)
        body = msgspec.json.encode({"booking": whole, "rooms": self._rooms(one.attributes.rooms or ())})
        return Envelope(f"{revision}:{_hash(body)[:12]}", "booking", body)

    def _rooms(self, rooms: Sequence[Room]) -> str:
        wanted = [room.room_type_id or "" for room in rooms]
        if self._types is None or any(id_ and id_ not in self._types for id_ in wanted):
            # What even the vendor does not name is not asked for at every booking.
            self._types = {**(self._types or {}), **dict.fromkeys(wanted, ""), **self._room_types()}
        names = dict.fromkeys(name for id_ in wanted if (name := self._types.get(id_, "")))
        return ", ".join(names)

    def _room_types(self) -> dict[str, str]:
        params = {"filter[property_id]": self._settings.property_id, "pagination[limit]": str(ROWS)}
        found: dict[str, str] = {}
        try:
            rows = answered(self._http.read("/room_types", params), wire.Page).data
        except ChannelError:
            return found
        for raw in rows:
            try:
                one = decoded(bytes(raw), Type)
            except Malformed:
                continue
            found[one.id] = one.attributes.title or ""
        return found


def _without_cards(raw: bytes) -> object:
    whole = msgspec.json.decode(raw)
    fields = whole.get("attributes") if isinstance(whole, dict) else None
    if isinstance(fields, dict):
        for name in _CARDS:
            fields.pop(name, None)
    return whole


def _is_revision(fields: Fields) -> bool:
    return bool(fields.booking_id) and not fields.revision_id


def _booker(customer: Customer) -> Booker:
    mail = customer.mail or ""
    return Booker(
        first=customer.name or "",
        last=customer.surname or "",
        email=mail,
        email_is_alias=bool(mail) and not own_mail(mail),
        phone=customer.phone or "",
        language=customer.language or "",
        country=customer.country or "",
    )


def _payment(fields: Fields) -> str:
    """``site`` where the booking site takes the guest's money, else what the guest pays with."""
    if fields.payment_collect == "ota":
        return "site"
    return {"credit_card": "card", "bank_transfer": "transfer"}.get(fields.payment_type or "", "")


def _site(name: str) -> str:
    """A site's proper name, however the vendor writes it; others as they are."""
    proper = {"booking": "Booking.com", "airbnb": "Airbnb", "expedia": "Expedia"}
    return proper.get(wire.site_of(name) or wire.site_of(name.replace(".com", "com")), name)


def _count(value: wire.Value) -> int:
    if isinstance(value, int | float) and 0 <= value < 1000:
        return int(value)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 4 else 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Malformed("no_date") from None


def _taken(cursor: str) -> tuple[str, ...]:
    try:
        found = msgspec.json.decode(cursor, type=FeedCursor).taken if cursor else ()
    except msgspec.DecodeError:
        return ()
    return tuple(id_ for id_ in found if is_id(id_))


def _id_of(raw: Raw) -> str:
    try:
        id_ = decoded(bytes(raw), wire.Ref).id or ""
    except Malformed:
        return ""
    return id_ if is_id(id_) else ""


def _hash(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
