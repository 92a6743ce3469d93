"""A Page and an Instagram account in the simulator, each with the real adapter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.meta.account import Instagram
from adapters.sandbox.meta import SandboxMeta
from adapters.sandbox.meta_account import MetaAccount
from tests.adapters.rig_meta import in_sandbox
from tests.fakes import StillClock
from tui_inbox.ports.channel import Envelope, Inbound, Item

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ANA, LEO = "7612345678901234", "7612345678909999"


def account(clock: StillClock, channel: str = "messenger", **more: object) -> MetaAccount:
    return MetaAccount(channel=channel, clock=clock, **more)  # type: ignore[arg-type]


def opened(server: SandboxMeta, clock: StillClock, channel: str = "messenger", **settings: object) -> Instagram:
    """A fresh account on the running server, and the adapter that talks to it."""
    own_login = settings.pop("own_login", False)
    server.account = account(clock, channel, own_login=own_login)
    return in_sandbox(server, **settings)


def everything(
    channel: Instagram, stream: str = "conversations", cursor: str = "", since: datetime | None = None
) -> tuple[list[Envelope], str]:
    """All pages of one pass."""
    found: list[Envelope] = []
    while True:
        batch = channel.fetch(stream, cursor, since)
        found.extend(batch.envelopes)
        cursor = batch.cursor
        if not batch.more:
            return found, cursor


def read(channel: Instagram, envelopes: Sequence[Envelope]) -> list[Item]:
    return [item for envelope in envelopes for item in channel.read(envelope)]


def texts(channel: Instagram, envelopes: Sequence[Envelope]) -> list[str]:
    return [item.text for item in read(channel, envelopes) if isinstance(item, Inbound)]


def paths(server: SandboxMeta, ending: str) -> list[str]:
    """What was asked of the Graph, by the end of its path."""
    return [path for _, path, _ in server.account.asked if path.endswith(ending)]
