"""What vendors say later about our messages: in any order, more than once, or about something unknown."""

from __future__ import annotations

from datetime import datetime

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.guest import Line
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
_UNSETTLED = (OutboxState.UNKNOWN, OutboxState.NEEDS_OPERATOR, OutboxState.INFLIGHT)
_TO_BE_SENT = (OutboxState.RETRY_WAIT, OutboxState.QUEUED, OutboxState.CLAIMED)
_AT_ONCE = 500
_UNREAD = (Delivery.SENT, Delivery.DELIVERED)
_RANK = {Delivery.NONE: 0, Delivery.SENT: 1, Delivery.FAILED: 2, Delivery.DELIVERED: 3, Delivery.READ: 4}


def apply_status(tx: Transaction, desk: Desk, status: Status, account: str, now: datetime) -> bool:
    """Note what became of a message; False when nobody here knows it (yet).

    States only rise: a receipt that comes late or twice changes nothing. A late failure brings the conversation
    back to Open.
    """
    if status.until is not None:
        return _apply_until(tx, desk, status, account, status.until, now)
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


def as_read(message: Message, line: Line) -> Message:
    """One of ours that is heard of after the guest had read it."""
    if line.read_until is None or message.at > line.read_until or message.state not in _UNREAD:
        return message
    return message._replace(state=Delivery.READ, read_at=line.read_until)


def _apply_until(tx: Transaction, desk: Desk, status: Status, account: str, until: datetime, now: datetime) -> bool:
    """A watermark: everything of ours on the line up to a moment has come that far."""
    address = clean_line(status.address)
    for message_id in tx.messages.answers_until(account, address, until, _AT_ONCE):
        row = tx.outbox.by_message(message_id)
        if row is None:
            message = tx.messages.get(message_id)
            if message is not None:
                _apply_to_message(tx, message, status)
        elif row.not_before is None or row.not_before <= until:
            _apply_to_row(tx, desk, row, status, now)
    if status.state is Delivery.READ:
        settling.hold_lines(tx, status.channel, [address])
        line = tx.lines.get(account, status.channel, address) or Line(account, status.channel, address)
        if line.read_until is None or line.read_until < until:
            tx.lines.put(line._replace(read_until=until))
    # One whose answer is about to be recorded is looked at again.
    moving = tx.outbox.in_state((OutboxState.INFLIGHT, OutboxState.UNKNOWN), _AT_ONCE, account)
    return not any(row.address == address and (row.not_before or until) <= until for row in moving)


def _apply_to_row(tx: Transaction, desk: Desk, row: Outgoing, status: Status, now: datetime) -> None:
    target = _REACHES.get(status.state)
    if target is None:
        return
    if row.state in _UNSETTLED or _taken_after_all(row, status):
        # The vendor speaks of it, so it was taken: settled, whatever comes next.
        settled = settling.accepted(tx, desk, row, Receipt(status.provider_id), now)
        if settled is None:
            return
        row = settled
    if (status.segments is not None or status.billed_as) and row.state is not OutboxState.FAILED:
        _bill(tx, row, status)
    if not allowed(row.state, target) or (row.state in _TO_BE_SENT and target is not OutboxState.FAILED):
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


def _taken_after_all(row: Outgoing, status: Status) -> bool:
    """The vendor said that an attempt had failed, and tells now that it has it: the next try would be a second copy."""
    tried = row.state in _TO_BE_SENT and bool(row.tries) and not row.provider_id
    return tried and bool(status.provider_id) and status.state is not Delivery.FAILED


def _bill(tx: Transaction, row: Outgoing, status: Status) -> None:
    message = tx.messages.get(row.message_id)
    if message is None:
        return
    billed_as, segments = clean_line(status.billed_as) or message.billed_as, status.segments or message.segments
    if (message.billed_as, message.segments) != (billed_as, segments):
        tx.messages.set_state(message.id, message.state, segments=segments, billed_as=billed_as)
        tx.changed("conversation", row.conversation_id)


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
        billed_as=clean_line(status.billed_as),
    )
    tx.changed("conversation", message.conversation_id)
