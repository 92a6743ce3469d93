"""Short words for what these tests do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from adapters.sandbox.whatsapp_cloud_account import SentMessage
from adapters.whatsapp_cloud.account import WhatsAppCloud
from tests.adapters.rig_whatsapp_cloud import (
    heard,
    whatsapp,
)
from tests.adapters.rigging import outgoing
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.ports.channel import (
    Hook,
)

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
GUEST, USER = "+33612345678", "FR.13491208655302741918"


def message(text: str = "Bonjour", **more: Any) -> Outgoing:
    return outgoing("whatsapp", more.pop("address", GUEST), text)._replace(**more)


def hook(body: bytes, headers: dict[str, str], method: str = "POST", query: str = "") -> Hook:
    return Hook(method, "", query, headers, body, NOW)


def items(desk: WhatsAppCloud, box: SandboxWhatsApp, last: int = 1) -> list[Any]:
    """What the newest webhooks say."""
    found = []
    for body, headers in box.account.hooks[-last:]:
        found += [item for envelope in desk.hear(hook(body, headers)).envelopes for item in desk.read(envelope)]
    return found


def read(name: str) -> Any:
    """The first item of a webhook of the collection."""
    return whatsapp("http://127.0.0.1:9").read(heard(name))[0]


def last_sent(box: SandboxWhatsApp) -> SentMessage:
    return box.account.sent[-1]
