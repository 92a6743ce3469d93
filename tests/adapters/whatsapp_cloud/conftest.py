"""A simulated WhatsApp number with a fresh account for each test, and the adapter that talks to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from adapters.sandbox.whatsapp_cloud_account import WhatsAppAccount
from adapters.whatsapp_cloud.account import WhatsAppCloud
from tests.adapters.rig_whatsapp_cloud import (
    in_whatsapp_sandbox,
)
from tests.fakes import StillClock

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxWhatsApp]:
    with SandboxWhatsApp() as running:
        yield running


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def box(server: SandboxWhatsApp, clock: StillClock) -> SandboxWhatsApp:
    """One server for all tests, with a fresh account each."""
    server.account = WhatsAppAccount(clock=clock)
    return server


@pytest.fixture
def desk(box: SandboxWhatsApp) -> Iterator[WhatsAppCloud]:
    channel = in_whatsapp_sandbox(box)
    yield channel
    channel.close()
