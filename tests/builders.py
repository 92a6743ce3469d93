"""Short ways to make what tests need, written through the ports; ``at`` counts minutes from ``NOW``."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.guest import Guest, Handle
from tui_inbox.domain.message import Direction, Kind, Message, Origin
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.domain.reservation import Reservation
from tui_inbox.ports.store import Transaction

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PHONE = "+33612345678"

_numbers = count(1)


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def a_guest(t: Transaction, name: str = "Claire Martin", *, phone: str = "", channel: str = "", **values: Any) -> Guest:
    """With a handle on ``channel`` when one is named."""
    guest = t.guests.add(Guest(0, name, phone=phone, created_at=NOW, updated_at=NOW, **values))
    if channel:
        t.guests.add_handle(Handle(0, guest.id, channel, phone or PHONE, created_at=NOW))
    return guest


def a_conversation(t: Transaction, guest: Guest | None = None, *, minutes: float = 0, **values: Any) -> Conversation:
    """An Open one whose last message was at ``minutes``."""
    guest = guest or a_guest(t)
    fields: dict[str, Any] = {
        "last_at": at(minutes),
        "created_at": at(minutes),
        "last_channel": "sms",
        "last_account": "desk-sms",
        "last_address": guest.phone or PHONE,
        **values,
    }
    return t.conversations.add(Conversation(0, guest.id, **fields))


def an_inbound(
    t: Transaction, conversation: Conversation, text: str = "Bonjour", *, minutes: float = 0, **values: Any
) -> Message:
    """A guest's message; the conversation's row is left as it is."""
    fields: dict[str, Any] = {
        "channel": conversation.last_channel,
        "account": conversation.last_account,
        "address": conversation.last_address,
        "external_id": f"in-{next(_numbers)}",
        "created_at": at(minutes),
        "kind": Kind.CHAT,
        **values,
    }
    message = t.messages.add(
        Message(0, conversation.id, at(minutes), Direction.IN, origin=Origin.GUEST, text=text, **fields)
    )
    assert message is not None, "the external id was used before"
    return message


def a_reply(
    t: Transaction, conversation: Conversation, text: str = "Oui", *, minutes: float = 1, **values: Any
) -> Message:
    """An operator's message."""
    fields: dict[str, Any] = {
        "channel": conversation.last_channel,
        "account": conversation.last_account,
        "address": conversation.last_address,
        "author": "ana",
        "created_at": at(minutes),
        "origin": Origin.MANUAL,
        "kind": Kind.CHAT,
        **values,
    }
    message = t.messages.add(Message(0, conversation.id, at(minutes), Direction.OUT, text=text, **fields))
    assert message is not None, "the external id was used before"
    return message


def a_reservation(t: Transaction, guest: Guest, first: int = 0, last: int = 3, **values: Any) -> Reservation:
    """A stay from ``first`` to ``last`` days after today."""
    fields: dict[str, Any] = {"source": "pms", "external_id": f"R{next(_numbers)}", "room": "204", **values}
    stay = Reservation(
        0, guest.id, arrival=TODAY + timedelta(days=first), departure=TODAY + timedelta(days=last), **fields
    )
    return t.reservations.add(stay._replace(created_at=stay.created_at or NOW, updated_at=stay.updated_at or NOW))


def an_outgoing(
    t: Transaction,
    conversation: Conversation,
    text: str = "Oui",
    state: OutboxState = OutboxState.QUEUED,
    *,
    minutes: float = 1,
    **values: Any,
) -> Outgoing:
    """An outbox row with its message."""
    message = a_reply(t, conversation, text, minutes=minutes)
    fields: dict[str, Any] = {
        "dedupe_key": f"key-{next(_numbers)}",
        "created_by": "ana",
        "created_at": at(minutes),
        "updated_at": at(minutes),
        **values,
    }
    outgoing = t.outbox.add(
        Outgoing(
            id=0,
            message_id=message.id,
            conversation_id=conversation.id,
            account=message.account,
            channel=message.channel,
            address=message.address,
            text=text,
            state=state,
            **fields,
        )
    )
    assert outgoing is not None, "the key was used before"
    return outgoing
