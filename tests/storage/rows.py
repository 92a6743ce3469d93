"""Short ways to make the rows that storage tests need."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.message import Delivery, Direction, Kind, Message, MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.domain.reservation import Reservation
from tui_inbox.ports.store import Transaction

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def stay(guest_id: int, external_id: str, first: int, last: int, **values: object) -> Reservation:
    """From ``first`` to ``last`` days after today."""
    arrival, departure = TODAY + timedelta(days=first), TODAY + timedelta(days=last)
    return Reservation(0, guest_id, "pms", external_id, arrival, departure, **values)  # type: ignore[arg-type]


def conversation(t: Transaction, name: str = "Claire Martin") -> Conversation:
    guest = t.guests.add(Guest(0, name, created_at=NOW))
    return t.conversations.add(Conversation(0, guest.id, last_at=NOW, created_at=NOW))


def message(t: Transaction, conversation_id: int, minutes: float, text: str, **values: object) -> Message:
    fields: dict[str, object] = {
        "origin": Origin.MANUAL,
        "channel": "sms",
        "account": "desk-sms",
        "created_at": at(minutes),
        **values,
    }
    added = t.messages.add(
        Message(0, conversation_id, at(minutes), Direction.OUT, Kind.CHAT, text=text, **fields)  # type: ignore[arg-type]
    )
    assert added is not None
    return added


def outgoing(
    t: Transaction,
    conversation_id: int,
    key: str,
    state: OutboxState = OutboxState.QUEUED,
    *,
    minutes: float = 0,
    origin: Origin = Origin.MANUAL,
    message_class: MessageClass = MessageClass.TRANSACTIONAL,
    template: str = "",
    **values: object,
) -> Outgoing:
    """A row with its message; ``minutes`` from now it was made."""
    said = message(
        t,
        conversation_id,
        minutes,
        f"Text {key}",
        origin=origin,
        message_class=message_class,
        template=template,
        state=Delivery.QUEUED,
    )
    fields: dict[str, object] = {
        "account": "desk-sms",
        "channel": "sms",
        "address": "+33612345678",
        "created_at": at(minutes),
        "updated_at": at(minutes),
        "created_by": "ana",
        **values,
    }
    row = Outgoing(0, key, said.id, conversation_id, text=f"Text {key}", state=state, **fields)  # type: ignore[arg-type]
    added = t.outbox.add(row)
    assert added is not None
    return added
