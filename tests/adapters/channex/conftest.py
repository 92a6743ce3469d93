"""One simulated Channex for all tests of a file, with a fresh property for each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from adapters.channex.account import Channex
from adapters.sandbox.channex import SandboxChannex
from adapters.sandbox.channex_account import ChannexAccount
from tests.adapters.rig_channex import in_sandbox
from tests.adapters.rigging import outgoing
from tests.fakes import StillClock
from tui_inbox.domain.errors import Refused
from tui_inbox.ports.channel import Envelope, Inbound

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxChannex]:
    with SandboxChannex() as running:
        yield running


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def box(server: SandboxChannex, clock: StillClock) -> SandboxChannex:
    """The one running server with a fresh property."""
    server.account = ChannexAccount(clock=clock)
    return server


@pytest.fixture
def desk(box: SandboxChannex) -> Iterator[Channex]:
    channel = in_sandbox(box)
    yield channel
    channel.close()


def everything(channel: Channex, cursor: str = "", since: datetime | None = None) -> tuple[list[Inbound], str]:
    """All messages of one pass."""
    found: list[Envelope] = []
    while True:
        batch = channel.fetch("messages", cursor, since)
        found.extend(batch.envelopes)
        cursor = batch.cursor
        if not batch.more:
            break
    items = [item for envelope in found for item in channel.read(envelope)]
    return [item for item in items if isinstance(item, Inbound)], cursor


def refused(channel: Channex, to: str, text: str = "Bonjour", site: str = "booking", **more: object) -> str:
    with pytest.raises(Refused) as caught:
        channel.check(outgoing(site, to, text, **more))
    return caught.value.code
