"""Mews' Connector API on loopback: the five lists that the adapter reads, their intervals, pages, limits and errors."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.door import Door, Fault, VendorError
from adapters.sandbox.server import Simulator
from tui_inbox.ports.clock import Clock, SystemClock

LONGEST = timedelta(days=92)
REQUESTS, WINDOW = 200, timedelta(seconds=30)
ADULT, CHILD = "age-adult", "age-child"
SERVICE, CATEGORY = "service-stay", "category-double"


def known_as(*words: object) -> str:
    """An id of the vendor's kind, the same for the same words."""
    return str(uuid5(NAMESPACE_URL, ":".join(map(str, words))))


@dataclass(frozen=True, slots=True)
class Guest:
    first: str
    last: str
    email: str = ""
    phone: str = ""
    language: str = "fr-FR"
    country: str = "FR"
    ota_email: bool = False

    @property
    def id(self) -> str:
        return known_as("customer", self.first, self.last)


@dataclass(frozen=True, slots=True)
class Booked:
    """One reservation."""

    number: str
    guest: Guest
    arrival: date
    departure: date
    updated: datetime
    state: str = "Confirmed"
    room: str = ""
    channel: str = ""
    group: str = ""
    adults: int = 2
    children: int = 0
    reason: str | None = None
    price: str = ""
    """Of each night, in euros, with taxes."""
    paid: str = ""
    """The vendor's type of the last payment."""
    company: str = ""
    """Whose reservation it is, where it is not the guest's own."""
    agency: str = ""

    @property
    def id(self) -> str:
        return known_as("reservation", self.number)


@dataclass(slots=True)
class Property:
    """State of one property; the server and a test share it, one at a time."""

    client: str = "sandbox-client"
    access: str = "sandbox-access"
    name: str = "Sandbox"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    clock: Clock = field(default_factory=SystemClock)
    rooms: tuple[str, ...] = ("101", "204", "305")
    booked: dict[str, Booked] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """(action, body) of each request that was let in."""
    most_rows: int = 1000
    """More than so many in a page take too long (408)."""
    closed: set[str] = field(default_factory=set)
    """Lists that the token may not read, such as ``payments``."""
    limited: bool = False
    """Count requests, as the vendor does."""
    made: deque[datetime] = field(default_factory=deque)

    def book(self, number: str, guest: Guest, arrival: date, departure: date, **more: Any) -> Booked:
        """A reservation, made now."""
        at = more.pop("updated", None) or self.clock.now()
        self.booked[number] = Booked(number, guest, arrival, departure, at, **more)
        return self.booked[number]

    def change(self, number: str, **values: Any) -> Booked:
        """Something about it is different from now on."""
        self.booked[number] = replace(self.booked[number], updated=self.clock.now(), **values)
        return self.booked[number]


class SandboxMews(Simulator):
    """The simulator with its server; ``base_url`` is what a configuration points at."""

    def __init__(self, property_: Property | None = None, port: int = 0) -> None:
        self.property = property_ or Property()
        door = Door(lambda: self.property.faults, _told, kind=lambda _: "read")
        path = "/api/connector/v1/{action:path}"
        super().__init__([Route(path, door.guarded(self._answer), methods=["POST", "GET"])], port)

    async def _answer(self, request: Request) -> Response:
        if request.method != "POST":
            raise VendorError(404, "", "Not found")
        try:
            body = json.loads(await request.body())
        except ValueError:
            raise VendorError(400, "", "Invalid JSON") from None
        if (body.get("ClientToken"), body.get("AccessToken")) != (self.property.client, self.property.access):
            raise VendorError(401, "", "Invalid AccessToken.")
        if self.property.limited and self._too_many():
            return JSONResponse({"Message": "Too many requests."}, status_code=429, headers={"Retry-After": "11"})
        action = request.path_params["action"]
        known: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "configuration/get": lambda _: {"Enterprise": {"Id": "e", "Name": self.property.name}},
            "reservations/getAll/2023-06-06": self._reservations,
            "customers/getAll": self._customers,
            "resources/getAll": self._resources,
            "resourceCategories/getAll": self._categories,
            "ageCategories/getAll": self._ages,
            "companies/getAll": self._companies,
            "orderItems/getAll": self._items,
            "payments/getAll": self._payments,
        }
        if action.split("/")[0] in self.property.closed:
            raise VendorError(403, "", "This integration may not read that.")
        if action not in known:
            raise VendorError(404, "", "Not found")
        self.property.asked.append((action, body))
        return JSONResponse(known[action](body))

    def _too_many(self) -> bool:
        now, made = self.property.clock.now(), self.property.made
        while made and made[0] + WINDOW <= now:
            made.popleft()
        made.append(now)
        return len(made) > REQUESTS

    def _reservations(self, body: dict[str, Any]) -> dict[str, Any]:
        found = list(self.property.booked.values())
        if interval := body.get("UpdatedUtc"):
            start, end = _interval(interval)
            found = [one for one in found if start <= one.updated <= end]
        if interval := body.get("CollidingUtc"):
            start, end = _interval(interval)
            found = [one for one in found if self._at(one.arrival, 15) < end and start < self._at(one.departure, 11)]
        count = int(body["Limitation"]["Count"])
        if min(count, len(found)) > self.property.most_rows:
            raise VendorError(408, "", "The request takes too long.")
        found.sort(key=lambda one: (one.updated, one.id), reverse=True)
        after = body["Limitation"].get("Cursor")
        if after:
            found = found[[one.id for one in found].index(after) + 1 :]
        page = found[:count]
        return {"Reservations": [self._shown(one) for one in page], "Cursor": page[-1].id if page else None}

    def _at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), self.property.zone).astimezone(UTC)

    def _shown(self, one: Booked) -> dict[str, Any]:
        people = [{"AgeCategoryId": ADULT, "Count": one.adults}, {"AgeCategoryId": CHILD, "Count": one.children}]
        return {
            "Id": one.id,
            "ServiceId": SERVICE,
            "AccountId": known_as("company", one.company) if one.company else one.guest.id,
            "AccountType": "Company" if one.company else "Customer",
            "TravelAgencyId": known_as("company", one.agency) if one.agency else None,
            "Number": one.number,
            "State": one.state,
            "Origin": "ChannelManager" if one.channel else "Distributor",
            "CreatedUtc": _iso(one.updated),
            "UpdatedUtc": _iso(one.updated),
            "CancelledUtc": None,
            "CancellationReason": one.reason,
            "GroupId": one.group or known_as("group", one.number),
            "RequestedResourceCategoryId": CATEGORY,
            "AssignedResourceId": known_as("room", one.room) if one.room else None,
            "ChannelNumber": one.channel or None,
            "ScheduledStartUtc": _iso(self._at(one.arrival, 15)),
            "ScheduledEndUtc": _iso(self._at(one.departure, 11)),
            "ActualStartUtc": None,
            "PersonCounts": [told for told in people if told["Count"]],
            "Options": {"OwnerCheckedIn": False},
        }

    def _customers(self, body: dict[str, Any]) -> dict[str, Any]:
        guests = {one.guest.id: one.guest for one in self.property.booked.values()}
        rows = [
            {
                "Id": id_,
                "FirstName": guests[id_].first,
                "LastName": guests[id_].last,
                "Email": guests[id_].email or None,
                "HasOtaEmail": guests[id_].ota_email,
                "Phone": guests[id_].phone or None,
                "LanguageCode": guests[id_].language,
                "NationalityCode": guests[id_].country,
                "BirthDate": "1983-12-31",
                "Passport": {"Number": "13AA00001"},
            }
            for id_ in body["CustomerIds"]
            if id_ in guests
        ]
        return {"Customers": rows, "Documents": None, "Cursor": rows[-1]["Id"] if rows else None}

    def _resources(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["Limitation"].get("Cursor"):
            return {"Resources": [], "Cursor": None}
        rows = [{"Id": known_as("room", name), "Name": name, "IsActive": True} for name in self.property.rooms]
        return {"Resources": rows, "Cursor": rows[-1]["Id"] if rows else None}

    def _categories(self, body: dict[str, Any]) -> dict[str, Any]:
        rows = [{"Id": CATEGORY, "ServiceId": SERVICE, "Names": {"fr-FR": "Double"}}]
        return {"ResourceCategories": rows if SERVICE in body["ServiceIds"] else [], "Cursor": None}

    def _companies(self, body: dict[str, Any]) -> dict[str, Any]:
        names = {name for one in self.property.booked.values() for name in (one.company, one.agency) if name}
        rows = [{"Id": known_as("company", name), "Name": name, "InvoicingEmail": "x@y.example"} for name in names]
        rows = [row for row in rows if row["Id"] in body["Ids"] and not body["Limitation"].get("Cursor")]
        return {"Companies": rows, "Cursor": rows[-1]["Id"] if rows else None}

    def _items(self, body: dict[str, Any]) -> dict[str, Any]:
        """A night each, and a breakfast that was ordered by mistake."""
        rows = []
        for one in self.property.booked.values():
            nights = (one.departure - one.arrival).days if one.price else 0
            state = "Inactive" if one.state in ("Inquired", "Requested", "Optional") else "Open"
            kinds = [(state, "SpaceOrder", one.price)] * nights + [("Canceled", "ProductOrder", "12")] * bool(nights)
            rows += [
                {
                    "Id": known_as("item", one.id, n),
                    "ServiceOrderId": one.id,
                    "AccountingState": accounting,
                    "Type": kind,
                    "Amount": _amount(price),
                }
                for n, (accounting, kind, price) in enumerate(kinds)
                if one.id in body["ServiceOrderIds"]
            ]
        return _paged("OrderItems", rows, body)

    def _payments(self, body: dict[str, Any]) -> dict[str, Any]:
        rows = [
            {
                "Id": known_as("payment", one.id, kind),
                "ReservationId": one.id,
                "State": state,
                "Type": kind,
                "ChargedUtc": _iso(one.updated) if state == "Charged" else None,
                "Amount": _amount("-1"),
            }
            for one in self.property.booked.values()
            for state, kind in ((("Charged", one.paid), ("Failed", "GhostPayment")) if one.paid else ())
            if one.id in body["ReservationIds"]
        ]
        return _paged("Payments", rows, body)

    def _ages(self, body: dict[str, Any]) -> dict[str, Any]:
        rows = [{"Id": ADULT, "Classification": "Adult"}, {"Id": CHILD, "Classification": "Child"}]
        return {"AgeCategories": rows if SERVICE in body["ServiceIds"] else [], "Cursor": None}


def _paged(name: str, rows: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
    """As many as are wanted, after the cursor."""
    after = body["Limitation"].get("Cursor")
    rest = rows[[row["Id"] for row in rows].index(after) + 1 :] if after else rows
    page = rest[: int(body["Limitation"]["Count"])]
    return {name: page, "Cursor": page[-1]["Id"] if page else None}


def _amount(value: str) -> dict[str, Any]:
    gross = float(value)
    return {"Currency": "EUR", "NetValue": gross, "GrossValue": gross, "TaxValues": [], "Breakdown": {"Items": []}}


def _interval(told: dict[str, str]) -> tuple[datetime, datetime]:
    start, end = datetime.fromisoformat(told["StartUtc"]), datetime.fromisoformat(told["EndUtc"])
    if end - start > LONGEST:
        raise VendorError(400, "", "The interval must not exceed 3 months.")
    return start, end


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _told(error: VendorError) -> Response:
    return JSONResponse({"Message": error.text, "RequestId": "0HLI", "Details": None}, error.status)
