"""One simulated Meta for all tests of a file, with a fresh Page or Instagram account for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.meta.account import Instagram
from adapters.sandbox.meta import SandboxMeta
from tests.adapters.meta.words import NOW, opened
from tests.fakes import StillClock


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxMeta]:
    with SandboxMeta() as running:
        yield running


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def page(server: SandboxMeta, clock: StillClock) -> Iterator[Instagram]:
    channel = opened(server, clock, comments=True)
    yield channel
    channel.close()


@pytest.fixture
def gram(server: SandboxMeta, clock: StillClock) -> Iterator[Instagram]:
    channel = opened(server, clock, "instagram", comments=True)
    yield channel
    channel.close()
