"""One simulated Twilio for all tests of a file, with a fresh account for each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import Delays, TwilioAccount
from adapters.twilio.account import Twilio
from tests.adapters.rigs import in_sandbox
from tests.fakes import StillClock
from tui_inbox.ports.channel import Envelope, Inbound

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


GUEST, WHATSAPP_GUEST = "+33612345678", "+34655123456"


HX = "HX" + "1" * 32


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxTwilio]:
    with SandboxTwilio() as running:
        yield running


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def box(server: SandboxTwilio, clock: StillClock) -> SandboxTwilio:
    """The one running server with a fresh account."""
    server.account = TwilioAccount(clock=clock, delays=Delays(sent=1, delivered=2, read=4))
    return server


@pytest.fixture
def desk(box: SandboxTwilio) -> Iterator[Twilio]:
    channel = in_sandbox(box)
    yield channel
    channel.close()


def everything(
    channel: Twilio, stream: str, cursor: str = "", since: datetime | None = None
) -> tuple[list[Envelope], str]:
    """All pages of one pass."""
    found: list[Envelope] = []
    while True:
        batch = channel.fetch(stream, cursor, since)
        found.extend(batch.envelopes)
        cursor = batch.cursor
        if not batch.more:
            return found, cursor


def texts(channel: Twilio, envelopes: list[Envelope]) -> list[str]:
    items = [item for envelope in envelopes for item in channel.read(envelope)]
    return [item.text for item in items if isinstance(item, Inbound)]
