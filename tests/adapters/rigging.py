"""What every rig is made of: the shape of one, and a message to send."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from adapters._http import Limits
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.channel import Channel, Envelope

PAYLOADS = Path(__file__).parent / "payloads"
CANARY = "canary-token-7d21"
QUICK = Limits(connect=1.0, read=0.8, write=0.8, total=1.6, total_file=1.6)
SENT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


SITUATIONS = (
    "401 or 403",
    "429 with and without a time to wait",
    "5xx",
    "refused for good",
    "silence before the request",
    "silence after the request",
    "half an answer",
    "an answer of another protocol",
    "success that is none",
    "a poll that fails",
    "a test call that fails",
    "a secret that is told back",
)
"""What every vendor's server may do to us (``test_contract`` over HTTP)."""


def _first_stream(channel: Channel) -> object:
    return channel.fetch(channel.streams()[0], "", None)


@dataclass(frozen=True)
class Rig:
    """One line of ``CHANNELS`` under test."""

    type: str
    opened: Callable[[str], Channel]
    """A channel whose vendor is at this base URL, with short time limits and ``CANARY`` as its secret."""
    payloads: Sequence[Envelope]
    outgoing: Outgoing
    settings: Struct
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """For a channel that speaks no HTTP: the test (file::name) that puts each of ``SITUATIONS`` in its own terms."""
    asks_nobody: str = ""
    """Why no situation can come up: there is nobody else's server behind this channel."""
    asks: Callable[[Channel], object] = _first_stream
    """What is asked of the vendor at regular times: a poll, where there is something to poll."""
    mutants: float = 1.0
    """Share of the damaged payloads here: ``test_email_damaged`` gives all of them to the child that reads mail."""

    @property
    def vendor(self) -> bool:
        """Somebody else's server is asked at all."""
        return not self.asks_nobody

    @property
    def web(self) -> bool:
        """It is asked by HTTP with JSON; the part of the suite about answers and statuses is for these."""
        return self.vendor and not self.elsewhere


def outgoing(channel: str = "sms", address: str = "+33612345678", text: str = "Bonjour", **more: object) -> Outgoing:
    return Outgoing(
        id=7,
        dedupe_key="01KEY",
        message_id=7,
        conversation_id=7,
        account="desk",
        channel=channel,
        address=address,
        text=text,
        state=OutboxState.INFLIGHT,
        created_at=more.pop("created_at", SENT),  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )
