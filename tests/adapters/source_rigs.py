"""How the contract suite holds each source of stays: opened at an address, with payloads as its vendor gives them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import msgspec

from adapters._http import Http, Limits
from adapters.channex import errors
from adapters.channex.bookings import Bookings
from adapters.ical.feed import MAX_BYTES, Calendar, place_of
from adapters.mews import wire
from adapters.mews.hotel import Mews
from adapters.sources import load_source
from tests.adapters.rigging import CANARY, QUICK
from tui_inbox.ports.bookings import BookingSource
from tui_inbox.ports.channel import Envelope
from tui_inbox.ports.clock import Clock
from tui_inbox.ports.secrets import Secret

PARIS = ZoneInfo("Europe/Paris")
PROPERTY = "71d34923-a8be-4682-9625-e4a2f080df92"
FEED = f"/calendar/ical/5123.ics?t={CANARY}"


@dataclass(frozen=True)
class SourceRig:
    """One line of ``SOURCES`` under test."""

    type: str
    opened: Callable[[str], BookingSource]
    """A source whose vendor is at this base URL, with short time limits and ``CANARY`` as its secret."""
    payloads: Sequence[Envelope]
    mutants: float = 1.0


def settings(type_: str, **fields: object) -> msgspec.Struct:
    found: msgspec.Struct = msgspec.convert({"type": type_, "secret": "name", **fields}, load_source(type_).Settings)
    return found


def calendar(base_url: str, clock: Clock | None = None, path: str = FEED, **more: object) -> Calendar:
    origin, place = place_of(base_url + path)
    limits = msgspec.structs.replace(QUICK, answer_bytes=MAX_BYTES)
    return Calendar("flat", settings("ical", **more), Http(origin, limits=limits), place, PARIS, clock)  # type: ignore[arg-type]


def mews(base_url: str, clock: Clock | None = None, access: str = CANARY, limits: Limits = QUICK) -> Mews:
    http = Http(base_url, explain=wire.explain, limits=limits)
    tokens = (Secret("sandbox-client"), Secret(access))
    return Mews("pms", settings("mews", client_token="c", base_url=base_url), http, tokens, PARIS, clock)  # type: ignore[arg-type]


def bookings(base_url: str, clock: Clock | None = None, key: str = CANARY, **more: object) -> Bookings:
    http = Http(base_url, auth=lambda: {"user-api-key": key}, explain=errors.explain, limits=QUICK)
    return Bookings("sites", settings("channex", property_id=PROPERTY, **more), http, clock)  # type: ignore[arg-type]


def told(kind: str, **fields: object) -> Envelope:
    return Envelope("x", kind, json.dumps(fields).encode())


AIRBNB = (
    "BEGIN:VEVENT\r\nDTEND;VALUE=DATE:20261204\r\nDTSTART;VALUE=DATE:20261201\r\nUID:1418fb94e984-63e1@airbnb.com\r\n"
    "DESCRIPTION:Reservation URL: https://www.airbnb.com/hosting/reservations/de\r\n tails/HMABCD1234\\nPhone Number "
    "(Last 4 Digits): 1234\r\nSUMMARY:Reserved\r\nEND:VEVENT\r\n"
)
OTHER = (
    "BEGIN:VEVENT\r\nDTSTART:20261201T150000Z\r\nDTEND:20261203T100000Z\r\nUID:77@pms.example\r\nSTATUS:TENTATIVE\r\n"
    "SUMMARY:Claire Martin\r\nEND:VEVENT\r\n"
)
AT = "2026-11-23T12:00:00+00:00"
MEWS = {
    "Id": "0f515589-99b4-423d-b83a-b237009f0509",
    "State": "Confirmed",
    "AccountId": "fadd5bb6",
    "AccountType": "Customer",
    "GroupId": "94843f6f",
    "ChannelNumber": "TW48ZP",
    "UpdatedUtc": "2026-11-22T17:00:00Z",
    "ScheduledStartUtc": "2026-12-01T14:00:00Z",
    "ScheduledEndUtc": "2026-12-04T10:00:00Z",
    "PersonCounts": [{"AgeCategoryId": "a", "Count": 2}, {"AgeCategoryId": "c", "Count": 1}],
}
CUSTOMER = {
    "Id": "fadd5bb6",
    "FirstName": "John",
    "LastName": "Smith",
    "Email": "j.smith@web.example",
    "HasOtaEmail": False,
    "Phone": "00420123456789",
    "LanguageCode": "en-US",
    "NationalityCode": "US",
}
BOOKING = {
    "id": "rev-1",
    "attributes": {
        "booking_id": "b-1",
        "status": "modified",
        "ota_reservation_code": "3812391309",
        "ota_name": "Booking.com",
        "customer": {"name": "Ana", "surname": "Lopez", "mail": "alopez.1@guest.booking.com", "phone": "+34600000001"},
        "arrival_date": "2026-12-01",
        "departure_date": "2026-12-04",
        "occupancy": {"adults": 2, "children": 1, "infants": 1},
        "amount": "412.00",
        "currency": "EUR",
        "inserted_at": "2026-11-22T10:00:00.000000",
    },
}

SOURCE_RIGS: dict[str, SourceRig] = {
    "mews": SourceRig(
        "mews",
        mews,
        [
            told("reservation", reservation=MEWS, customer=CUSTOMER, room="204", category="Double", children=["c"]),
            told("reservation", reservation={**MEWS, "State": "Canceled", "CancellationReason": "NoShow"}),
        ],
    ),
    "channex": SourceRig("channex", bookings, [told("booking", booking=BOOKING, rooms="Double")]),
    "ical": SourceRig(
        "ical",
        calendar,
        [
            told("event", at=AT, event=AIRBNB),
            told("event", at=AT, event=OTHER),
            told("gone", at=AT, id="HMABCD1234", arrival="2026-12-01", departure="2026-12-04"),
        ],
        mutants=0.25,
    ),
}
