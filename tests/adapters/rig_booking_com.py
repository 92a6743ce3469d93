"""How the contract suite holds Booking.com: with a password, for a token would be asked for by a second request."""

from __future__ import annotations

import msgspec

from adapters._http import Http
from adapters.booking_com import Settings, errors
from adapters.booking_com.account import Booking
from adapters.booking_com.tokens import Identity, Password, Tokens
from adapters.sandbox.booking_com import SandboxBooking
from tests.adapters.rigging import CANARY, PAYLOADS, QUICK, Rig, outgoing
from tui_inbox.ports.channel import Envelope
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.ports.secrets import Secret

PROPERTY = "1234567"
CONVERSATION = "f3a9c29d-480d-5f5b-a6c0-65451e335353"


def booking_settings(**more: object) -> Settings:
    fields = {"type": "booking.com", "client_id": "client", "secret": "booking", "property_ids": [PROPERTY], **more}
    return msgspec.convert(fields, Settings)


def booking(base_url: str, identity: Identity | None = None, clock: Clock | None = None, **more: object) -> Booking:
    identity = identity or Password("client", Secret(CANARY))
    settings = booking_settings(base_url=base_url, **more)
    headers = {"Accept-Version": settings.accept_version}
    http = Http(base_url, auth=identity.headers, headers=headers, explain=errors.explain, limits=QUICK)
    return Booking("desk", settings, http, identity, clock)


def in_sandbox(box: SandboxBooking, **more: object) -> Booking:
    """The real adapter with a token, talking to the simulator."""
    account = box.account
    more.setdefault("property_ids", list(account.properties))
    return booking(box.base_url, tokens(box, account.clock), account.clock, **more)


def tokens(box: SandboxBooking, clock: Clock | None = None, secret: str = "") -> Tokens:
    http = Http(box.auth_url, explain=errors.explain, limits=QUICK)
    return Tokens(http, box.account.client_id, Secret(secret or box.account.secret), clock or SystemClock())


def payload(name: str) -> Envelope:
    return Envelope(name, "message", (PAYLOADS / "booking_com" / f"{name}.json").read_bytes())


BOOKING_COM = Rig(
    type="booking.com",
    opened=booking,
    payloads=[payload(file.stem) for file in sorted((PAYLOADS / "booking_com").glob("*.json"))],
    outgoing=outgoing("booking", CONVERSATION),
    settings=booking_settings(),
)
