"""Conversations and templates that the flows of this package begin with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.builders import NOW
from tests.tui.driving import Desk
from tests.tui.hotel import ANA, MARC
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.ports.store import Store, Transaction

PHONE = "+33612345678"


def staff(t: Transaction) -> None:
    """Ana and Marc have been here for a month."""
    for actor in (ANA, MARC):
        t.operators.seen(actor.code, actor.name, NOW - timedelta(days=30))


def an_approved(
    t: Transaction, name: str = "late_arrival", body: str = "Bonjour {{1}}, à ce soir.", **values: Any
) -> Template:
    """A template of the vendor's, filled with the guest's first name."""
    fields: dict[str, Any] = {
        "vendor_id": f"HX-{name}",
        "category": "utility",
        "account": "desk-sms",
        "mapping": {"1": "first_name"},
    }
    made = Template(0, TemplateKind.WHATSAPP, name, "fr", body, approval=Approval.APPROVED)
    return t.templates.add(made._replace(**{**fields, **values}))


def outbox(store: Store) -> list[Outgoing]:
    """What waits to be sent, oldest first."""
    with store.read() as t:
        return sorted(t.outbox.in_state([OutboxState.HELD, OutboxState.QUEUED], 50), key=lambda row: row.id)


def price(desk: Desk) -> str:
    """What stands at the right of the composer's head: the cost of this message."""
    return desk.inbox.composer.head.right[0][0] if desk.inbox.composer.head.right else ""


def counter(desk: Desk) -> str:
    return desk.inbox.composer.foot.right[0][0] if desk.inbox.composer.foot.right else ""


def warning(desk: Desk) -> str:
    """What the composer's head says about the text."""
    return " ".join(words for words, _role in desk.inbox.composer.head.left)


async def switch_to(desk: Desk, channel: str) -> None:
    """Press the key for another channel until this one is in use."""
    answering = desk.inbox.answering
    assert answering.ways is not None
    for _ in answering.ways.choices:
        if answering.choice is not None and answering.choice.channel == channel:
            return
        await desk.press("ctrl+n")
    raise AssertionError(f"no way by {channel}")
