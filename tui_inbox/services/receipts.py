"""What vendors say later about our messages: in any order, more than once, or about something unknown."""

from __future__ import annotations

from datetime import datetime

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.message import Delivery, Message
from tui_inbox.domain.outbox import OutboxState, Outgoing, allowed
from tui_inbox.ports.channel import Receipt, Status
from tui_inbox.ports.store import Transaction
from tui_inbox.services import settling
from tui_inbox.services.desk import Desk

_REACHES = {
    Delivery.SENT: OutboxState.ACCEPTED,
    Delivery.DELIVERED: OutboxState.DELIVERED,
    Delivery.READ: OutboxState.READ,
    Delivery.FAILED: OutboxState.FAILED,
}
_RANK = {Delivery.NONE: 0, Delivery.SENT: 1, Delivery.FAILED: 2, Delivery.DELIVERED: 3, Delivery.READ: 4}


def apply_status(tx: Transaction, desk: Desk, status: Status, account: str, now: datetime) -> bool:
    """Note what became of a message; False when nobody here knows it (yet).

    States only rise: a receipt that comes late or twice changes nothing. A late failure brings the conversation
    back to Open.
    """
    row = tx.outbox.by_provider(account, status.provider_id) if status.provider_id else None
    if row is None and status.message_ref:
        row = tx.outbox.by_ref(account, status.message_ref)
    if row is not None:
        _apply_to_row(tx, desk, row, status, now)
        return True
    message = tx.messages.by_external(account, status.provider_id) if status.provider_id else None
    if message is None:
        return False
    _apply_to_message(tx, message, status)
    return True


def _apply_to_row(tx: Transaction, desk: Desk, row: Outgoing, status: Status, now: datetime) -> None:
    target = _REACHES.get(status.state)
    if target is None:
        return
    if row.state in (OutboxState.UNKNOWN, OutboxState.NEEDS_OPERATOR, OutboxState.INFLIGHT):
        # The vendor speaks of it, so it was taken: settled, whatever comes next.
        settled = settling.accepted(tx, desk, row, Receipt(status.provider_id), now)
        if settled is None:
            return
        row = settled
    if status.segments is not None and row.state is not OutboxState.FAILED:
        message = tx.messages.get(row.message_id)
        if message is not None and message.segments != status.segments:
            tx.messages.set_state(row.message_id, message.state, segments=status.segments)
            tx.changed("conversation", row.conversation_id)
    if not allowed(row.state, target):
        return
    if target is OutboxState.FAILED:
        settling.failed(
            tx, desk, row, status.error_code or "not_delivered", now, vendor_text=clean_line(status.vendor_text)
        )
        return
    moved = tx.outbox.move(row, target, now)
    if moved is not None:
        tx.messages.set_state(row.message_id, status.state, at=min(status.at, now))
        settling.moved_on(tx, moved)


def _apply_to_message(tx: Transaction, message: Message, status: Status) -> None:
    """One that was sent outside this program."""
    if _RANK.get(status.state, 0) <= _RANK.get(message.state, 0):
        return
    tx.messages.set_state(
        message.id,
        status.state,
        at=status.at,
        error_code=status.error_code,
        vendor_text=clean_line(status.vendor_text),
        segments=status.segments,
    )
    tx.changed("conversation", message.conversation_id)
