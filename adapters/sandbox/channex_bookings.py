"""Channex's bookings on loopback: the list, the feed of revisions and their acknowledgement."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.channex import enter, told
from adapters.sandbox.door import Door, Endpoint, Fault, VendorError
from adapters.sandbox.server import Simulator
from tui_inbox.ports.clock import Clock, SystemClock

ROOM_TYPE = "room-type-double"


@dataclass(frozen=True, slots=True)
class Revision:
    id: str
    booking: str
    status: str
    code: str
    site: str
    guest: tuple[str, str]
    arrival: date
    departure: date
    at: datetime
    phone: str = ""
    mail: str = ""
    collect: str | None = None
    """Who takes the money: ``property`` or ``ota``."""
    pays_with: str | None = None


@dataclass(slots=True)
class BookingLedger:
    """The bookings of one property."""

    key: str = "sandbox-key"
    property_id: str = "71d34923-a8be-4682-9625-e4a2f080df92"
    title: str = "Sandbox"
    clock: Clock = field(default_factory=SystemClock)
    revisions: list[Revision] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def book(self, code: str, guest: tuple[str, str], arrival: date, departure: date, **more: Any) -> Revision:
        """A new booking at a site."""
        booking = str(uuid5(NAMESPACE_URL, code))
        return self._revise(
            Revision("", booking, "new", code, more.pop("site", "BookingCom"), guest, arrival, departure,
                     self.clock.now(), **more)
        )  # fmt: skip

    def change(self, code: str, status: str = "modified", **values: Any) -> Revision:
        """A further revision of it."""
        return self._revise(replace(self.latest()[code], status=status, at=self.clock.now(), **values))

    def _revise(self, revision: Revision) -> Revision:
        numbered = replace(revision, id=str(uuid5(NAMESPACE_URL, f"{revision.code}:{len(self.revisions)}")))
        self.revisions.append(numbered)
        return numbered

    def latest(self) -> dict[str, Revision]:
        return {revision.code: revision for revision in self.revisions}


class SandboxChannexBookings(Simulator):
    """The simulator with its server; ``base_url`` is what a configuration points at."""

    def __init__(self, ledger: BookingLedger | None = None, port: int = 0) -> None:
        self.ledger = ledger or BookingLedger()
        ends: list[tuple[str, str, Endpoint]] = [
            ("/properties/{id}", "GET", self._property),
            ("/bookings", "GET", self._bookings),
            ("/room_types", "GET", self._room_types),
            ("/booking_revisions/feed", "GET", self._feed),
            ("/booking_revisions/{id}/ack", "POST", self._acknowledge),
        ]
        door = Door(lambda: self.ledger.faults, told, lambda request: enter(request, self.ledger.key))
        super().__init__([Route(path, door.guarded(end), methods=[verb]) for path, verb, end in ends], port)

    async def _property(self, request: Request) -> Response:
        if request.path_params["id"] != self.ledger.property_id:
            raise VendorError(404, "resource_not_found", "Resource Not Found")
        fields = {"title": self.ledger.title}
        return JSONResponse({"data": {"id": self.ledger.property_id, "type": "property", "attributes": fields}})

    async def _bookings(self, request: Request) -> Response:
        first = date.fromisoformat(request.query_params["filter[departure_date][gte]"])
        rows = [one for one in self.ledger.latest().values() if one.departure >= first]
        shown = [{**_shown(one), "id": one.booking, "type": "booking"} for one in rows]
        for one, row in zip(rows, shown, strict=True):
            row["attributes"] |= {"revision_id": one.id}
        return _page(shown, request)

    async def _room_types(self, request: Request) -> Response:
        return _page([{"id": ROOM_TYPE, "type": "room_type", "attributes": {"title": "Double"}}], request)

    async def _feed(self, request: Request) -> Response:
        waiting = [one for one in self.ledger.revisions if one.id not in self.ledger.acknowledged]
        return _page([_shown(one) for one in waiting], request)

    async def _acknowledge(self, request: Request) -> Response:
        id_ = request.path_params["id"]
        if id_ not in {one.id for one in self.ledger.revisions}:
            raise VendorError(404, "resource_not_found", "Resource Not Found")
        self.ledger.acknowledged.append(id_)
        return JSONResponse({"meta": {"message": "Success"}})


def _shown(one: Revision) -> dict[str, Any]:
    customer = {"name": one.guest[0], "surname": one.guest[1], "phone": one.phone or None, "mail": one.mail or None}
    fields = {
        "booking_id": one.booking,
        "property_id": "71d34923-a8be-4682-9625-e4a2f080df92",
        "unique_id": f"BDC-{one.code}",
        "ota_reservation_code": one.code,
        "ota_name": one.site,
        "status": one.status,
        "customer": {**customer, "language": "en", "country": "GB"},
        "arrival_date": one.arrival.isoformat(),
        "departure_date": one.departure.isoformat(),
        "occupancy": {"adults": 2, "children": 1, "infants": 0},
        "rooms": [{"room_type_id": ROOM_TYPE, "checkin_date": one.arrival.isoformat()}],
        "amount": "412.00",
        "currency": "EUR",
        "payment_collect": one.collect,
        "payment_type": one.pays_with,
        "notes": "Late arrival",
        "guarantee": {"card_number": "411111******1111", "cardholder_name": one.guest[1]},
        "inserted_at": one.at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
    }
    return {"id": one.id, "type": "booking_revision", "attributes": fields}


def _page(rows: list[dict[str, Any]], request: Request) -> Response:
    asked = request.query_params
    size, number = int(asked.get("pagination[limit]", "10")), int(asked.get("pagination[page]", "1"))
    return JSONResponse({"data": rows[(number - 1) * size : number * size], "meta": {"total": len(rows)}})
