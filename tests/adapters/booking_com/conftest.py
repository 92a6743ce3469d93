"""One simulated Booking.com for all tests of a file, with a fresh machine account for each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from adapters.booking_com.account import Booking
from adapters.sandbox.booking_com import SandboxBooking
from adapters.sandbox.booking_com_account import BookingAccount
from tests.adapters.rig_booking_com import PROPERTY, booking, in_sandbox, payload
from tests.fakes import StillClock
from tui_inbox.ports.channel import Envelope, Inbound

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


OTHER = "7654321"


TALKS = f"conversations:{PROPERTY}"


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxBooking]:
    with SandboxBooking() as running:
        yield running


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def box(server: SandboxBooking, clock: StillClock) -> SandboxBooking:
    """The one running server with a fresh machine account."""
    server.account = BookingAccount(clock=clock)
    return server


@pytest.fixture
def desk(box: SandboxBooking) -> Iterator[Booking]:
    channel = in_sandbox(box)
    yield channel
    channel.close()


def drained(
    channel: Booking, stream: str, cursor: str = "", since: datetime | None = None
) -> tuple[list[Envelope], str]:
    found: list[Envelope] = []
    while True:
        batch = channel.fetch(stream, cursor, since)
        found.extend(batch.envelopes)
        cursor = batch.cursor
        if not batch.more:
            return found, cursor


def said(channel: Booking, envelopes: list[Envelope]) -> list[Inbound]:
    items = [item for envelope in envelopes for item in channel.read(envelope)]
    return [item for item in items if isinstance(item, Inbound)]


def one(name: str) -> Inbound:
    (item,) = booking("http://127.0.0.1:9").read(payload(name))
    assert isinstance(item, Inbound)
    return item
