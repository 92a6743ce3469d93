"""One property at Mews: what lies ahead once, then what changed, in intervals and pages that the vendor allows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Raw, Struct

from adapters._json import answered, decoded
from adapters.mews import wire
from adapters.mews.pace import Pace
from adapters.mews.settings import HotelSettings, MewsHotels
from tui_inbox import __version__
from tui_inbox.domain.errors import AccountBlocked, ChannelError, Malformed, NotSent, Rejected
from tui_inbox.ports.bookings import StayRecord
from tui_inbox.ports.channel import Batch, Envelope, Health, HealthState
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.ports.secrets import Secret, Secrets

if TYPE_CHECKING:
    from adapters._http import Http

REQUESTS, WINDOW = 200, timedelta(seconds=30)
"""Of one access token."""
LONGEST = timedelta(days=85)
"""The vendor takes intervals of up to three months."""
AHEAD = timedelta(days=550)
"""How far ahead the first import looks; what is booked later still is told when it changes."""
OVERLAP = timedelta(minutes=5)
ROWS, FEWEST = 200, 25
"""Reservations per page, and the least to which a page that takes the vendor too long is cut."""
PER_PAGE = 30
"""Requests that one page may need."""
NAMES_KEPT = timedelta(hours=6)
PAGES = 20
CLIENT = f"tui-inbox {__version__}"
T = TypeVar("T")


class Cursor(Struct, frozen=True, omit_defaults=True):
    """The interval in hand, and its page."""

    start: str
    end: str
    changes: bool = False
    """What changed in the interval; else what is booked for it."""
    until: str = ""
    """First import: where it ends."""
    began: str = ""
    page: str = ""
    rows: int = ROWS


class Mews(MewsHotels):
    """Implements ``BookingSource``."""

    def __init__(
        self,
        name: str,
        settings: HotelSettings,
        http: Http,
        tokens: tuple[Secret, Secret],
        zone: ZoneInfo,
        clock: Clock | None = None,
    ) -> None:
        """``tokens``: the client's and the property's."""
        self.name = name
        self._settings = settings
        self._http = http
        self._tokens = tokens
        self._zone = zone
        self._clock = clock or SystemClock()
        self._pace = Pace(REQUESTS, WINDOW)
        self._rooms: dict[str, str] = {}
        self._categories: dict[str, str] = {}
        self._children: set[str] = set()
        self._companies: dict[str, str] = {}
        self._named_at: datetime | None = None
        self._services: set[str] = set(settings.service_ids)

    @classmethod
    def open(cls, name: str, settings: HotelSettings, secrets: Secrets, zone: ZoneInfo) -> Self:
        """Raises ``Refused("secret_missing")`` or ``Refused("bad_base_url")``; touches no network."""
        from adapters._http import Http

        tokens = (secrets.get(settings.client_token), secrets.get(settings.secret))
        return cls(name, settings, Http(settings.base_url, explain=wire.explain), tokens, zone)

    def streams(self) -> Sequence[str]:
        return ("reservations",)

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        """One page; where few requests are left in the vendor's window, the next poll goes on."""
        now = self._clock.now()
        if self._pace.left(now) < PER_PAGE:
            return Batch((), cursor, more=True)
        place = _place(cursor) or _first(since or now - timedelta(days=30), now)
        if place.changes and not place.page and place.rows == ROWS:
            # Made when the last pass ended: meanwhile more has changed.
            place = msgspec.structs.replace(place, end=_iso(min(now, _at(place.start) + LONGEST)))
        interval = {"StartUtc": place.start, "EndUtc": place.end}
        limit: dict[str, Any] = {"Count": place.rows, **({"Cursor": place.page} if place.page else {})}
        body: dict[str, Any] = {"UpdatedUtc" if place.changes else "CollidingUtc": interval, "Limitation": limit}
        if self._settings.service_ids:
            body["ServiceIds"] = self._settings.service_ids
        try:
            page = self._call("reservations/getAll/2023-06-06", body, wire.Reservations)
        except NotSent as fault:
            if fault.http_status != 408:
                raise
            return Batch((), _written(_smaller(place, fault)), more=True)
        envelopes = self._envelopes([bytes(raw) for raw in page.reservations])
        if page.cursor and page.reservations:
            following = msgspec.structs.replace(place, page=page.cursor)
            return Batch(envelopes, _written(following), more=True)
        following, more = _next(place, now)
        return Batch(envelopes, _written(following), more=more)

    def read(self, envelope: Envelope) -> Sequence[StayRecord]:
        """Raises ``Malformed``."""
        return (wire.record_of(decoded(envelope.raw, wire.Told), self._zone),)

    def test(self) -> Health:
        """The property's name, then the right to read its reservations."""
        title = ""
        try:
            found = self._call("configuration/get", {}, wire.Configuration)
            title = (found.enterprise.name or "")[:200]
            now = self._clock.now()
            interval = {"StartUtc": _iso(now - timedelta(hours=1)), "EndUtc": _iso(now)}
            body = {"UpdatedUtc": interval, "Limitation": {"Count": 1}}
            self._call("reservations/getAll/2023-06-06", body, wire.Reservations)
        except ChannelError as error:
            return Health(HealthState.ERROR, title, error.code, error.vendor_text)
        return Health(HealthState.OK, title)

    def close(self) -> None:
        self._http.close()

    def _call(self, action: str, body: dict[str, Any], type_: type[T]) -> T:
        """The vendor takes POST only; none of these changes anything, so they may be repeated."""
        wait = self._pace.take(self._clock.now())
        if wait:
            raise NotSent("rate_limited", retry_after=wait)
        client, access = self._tokens
        signed = {"ClientToken": client.reveal(), "AccessToken": access.reveal(), "Client": CLIENT, **body}
        try:
            answer = self._http.tell("POST", f"/api/connector/v1/{action}", json=msgspec.json.encode(signed))
        except Malformed as fault:
            raise Rejected(fault.code) from None
        return answered(answer, type_)

    def _envelopes(self, rows: Sequence[bytes]) -> tuple[Envelope, ...]:
        """Each reservation with its customer and the names of its room and category."""
        read: list[tuple[bytes, wire.Reservation | None]] = []
        for raw in rows:
            try:
                read.append((raw, decoded(raw, wire.Reservation)))
            except Malformed:
                read.append((raw, None))
        known = [one for _, one in read if one is not None]
        customers = self._customers({one.account_id for one in known if one.account_id and _personal(one)})
        self._learn(known)
        companies = self._named({id_ for one in known for id_ in (_company(one), one.travel_agency_id) if id_})
        items, payments = self._money([one.id for one in known])
        envelopes = []
        # The vendor lists the newest first; what happened first is better read first.
        for raw, one in reversed(read):
            if one is None:
                body = msgspec.json.encode({"reservation": Raw(raw)})
                envelopes.append(Envelope(f"unreadable:{_hash(body)}", "reservation", body))
                continue
            told = {
                "reservation": one,
                "customer": customers.get(one.account_id or ""),
                "room": self._rooms.get(one.assigned_resource_id or "", ""),
                "category": self._categories.get(one.requested_resource_category_id or "", ""),
                "children": sorted(self._children),
                "company": companies.get(_company(one), ""),
                "agency": companies.get(one.travel_agency_id or "", ""),
                "items": items.get(one.id, []),
                "payments": payments.get(one.id, []),
            }
            body = msgspec.json.encode(told)
            envelopes.append(Envelope(f"{one.id[:100]}:{_hash(body)}", "reservation", body))
        return tuple(envelopes)

    def _customers(self, ids: Iterable[str]) -> dict[str, wire.Customer]:
        wanted = sorted(ids)
        if not wanted:
            return {}
        body = {
            "CustomerIds": wanted,
            "Extent": {"Customers": True, "Addresses": False},
            "Limitation": {"Count": 1000},
        }
        found = self._call("customers/getAll", body, wire.Customers).customers
        return {customer.id: customer for customer in found}

    def _named(self, ids: set[str]) -> dict[str, str]:
        """Names of companies, each asked for once."""
        unknown = sorted(ids - self._companies.keys())

        def page(body: dict[str, Any]) -> str | None:
            found = self._call("companies/getAll", {**body, "Ids": unknown}, wire.Companies)
            self._companies |= {one.id: one.name or "" for one in found.companies}
            return None  # A page has room for all that one page of reservations can name.

        if unknown:
            self._walk(page)
            self._companies |= dict.fromkeys(ids - self._companies.keys(), "")
        return self._companies

    def _money(self, ids: Sequence[str]) -> tuple[dict[str, list[wire.Item]], dict[str, list[wire.Payment]]]:
        """What is ordered on each of these reservations, and what was paid for it."""
        items: dict[str, list[wire.Item]] = {}
        payments: dict[str, list[wire.Payment]] = {}

        def items_page(body: dict[str, Any]) -> str | None:
            page = self._call("orderItems/getAll", {**body, "ServiceOrderIds": list(ids)}, wire.Items)
            for one in page.order_items:
                items.setdefault(one.service_order_id or "", []).append(one)
            return page.cursor if page.order_items else None

        def payments_page(body: dict[str, Any]) -> str | None:
            page = self._call("payments/getAll", {**body, "ReservationIds": list(ids)}, wire.Payments)
            for one in page.payments:
                payments.setdefault(one.reservation_id or "", []).append(one)
            return page.cursor if page.payments else None

        for asked in (items_page, payments_page) if ids else ():
            self._walk(asked)
        # In an order of their own, so that the same is kept once.
        return (
            {id_: sorted(rows, key=lambda row: row.id) for id_, rows in items.items()},
            {id_: sorted(rows, key=lambda row: row.id) for id_, rows in payments.items()},
        )

    def _learn(self, rows: Sequence[wire.Reservation]) -> None:
        """Names of rooms and categories, asked again now and then and when an unknown one comes."""
        now = self._clock.now()
        services = {one.service_id for one in rows if one.service_id}
        rooms = {one.assigned_resource_id for one in rows if one.assigned_resource_id}
        stale = self._named_at is None or now - self._named_at > NAMES_KEPT
        if not rows or not (stale or services - self._services or rooms - self._rooms.keys()):
            return
        self._services |= services
        self._named_at = now
        of_services = {"ServiceIds": sorted(self._services)}

        def rooms_page(body: dict[str, Any]) -> str | None:
            page = self._call("resources/getAll", {**body, "Extent": {"Resources": True}}, wire.Resources)
            self._rooms |= {one.id: one.name or "" for one in page.resources or []}
            return page.cursor if page.resources else None

        def categories_page(body: dict[str, Any]) -> str | None:
            page = self._call("resourceCategories/getAll", {**body, **of_services}, wire.Categories)
            for one in page.resource_categories:
                self._categories[one.id] = next((name for name in (one.names or {}).values() if name), "")
            return page.cursor if page.resource_categories else None

        def ages_page(body: dict[str, Any]) -> str | None:
            page = self._call("ageCategories/getAll", {**body, **of_services}, wire.AgeCategories)
            self._children |= {one.id for one in page.age_categories if one.classification == "Child"}
            return page.cursor if page.age_categories else None

        for asked in (rooms_page, categories_page, ages_page):
            self._walk(asked)
        # A room that even the vendor does not name is not asked for at every poll.
        self._rooms |= dict.fromkeys(rooms - self._rooms.keys(), "")

    def _walk(self, asked: Callable[[dict[str, Any]], str | None]) -> None:
        """All pages of a list that tells more about what is known: what the vendor does not give stays unknown."""
        page: str | None = ""
        for _ in range(PAGES):
            limit = {"Count": 1000, **({"Cursor": page} if page else {})}
            try:
                page = asked({"Limitation": limit})
            except (AccountBlocked, Rejected):
                return
            except NotSent as fault:
                if fault.http_status != 408 and fault.code != "unreadable_answer":
                    raise
                return
            if not page:
                return


def _company(one: wire.Reservation) -> str:
    """The company whose reservation it is; empty where it is a person's."""
    return "" if _personal(one) else one.account_id or ""


def _personal(one: wire.Reservation) -> bool:
    return one.account_type in (None, "Customer")


def _first(since: datetime, now: datetime) -> Cursor:
    until = now + AHEAD
    return Cursor(_iso(since), _iso(min(since + LONGEST, until)), until=_iso(until), began=_iso(now))


def _next(place: Cursor, now: datetime) -> tuple[Cursor, bool]:
    """The interval after a finished one, and whether it is to be asked at once."""
    end = _at(place.end)
    if not place.changes and end < _at(place.until):
        following = min(end + LONGEST, _at(place.until))
        return Cursor(place.end, _iso(following), until=place.until, began=place.began), True
    start = (end if place.changes else _at(place.began)) - OVERLAP
    behind = now - end > OVERLAP if place.changes else now - start > OVERLAP + timedelta(minutes=1)
    return Cursor(_iso(start), _iso(min(now, start + LONGEST)), changes=True), behind


def _smaller(place: Cursor, fault: NotSent) -> Cursor:
    """Ask for less: fewer rows, then half the interval."""
    if place.rows > FEWEST:
        return msgspec.structs.replace(place, rows=max(place.rows // 2, FEWEST))
    start, end = _at(place.start), _at(place.end)
    if end - start <= timedelta(hours=1):
        raise fault
    return msgspec.structs.replace(place, end=_iso(start + (end - start) / 2), page="")


def _place(text: str) -> Cursor | None:
    """A cursor that cannot be read starts anew: what is known already changes nothing."""
    if not text:
        return None
    try:
        place = msgspec.json.decode(text, type=Cursor)
        for moment in (place.start, place.end, place.until or place.start, place.began or place.start):
            _at(moment)
    except (msgspec.DecodeError, ValueError):
        return None
    return place


def _written(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:24]
