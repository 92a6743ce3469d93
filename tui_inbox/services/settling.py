"""What the outcome of one send does to the outbox row, to the message and to its conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tui_inbox.domain import lifecycle
from tui_inbox.domain.conversation import Conversation, State
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.guest import Line
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.outbox import OutboxState, Outgoing, Way, allowed, shown
from tui_inbox.ports.channel import Receipt
from tui_inbox.ports.store import Transaction
from tui_inbox.services import acting
from tui_inbox.services.desk import Desk
from tui_inbox.services.lifecycle import with_deadline

UNREACHABLE = frozenset(
    {"bad_number", "not_mobile", "not_on_whatsapp", "bad_address", "blocked_by_guest", "whatsapp_undeliverable"}
)
"""Refusals that are about the address, not about the message: the card says so from then on."""
CLOSED = frozenset({"no_messaging", "site_read_only"})
"""Refusals that hold for every further message by this way, until the vendor says otherwise."""

UNSURE = (OutboxState.UNKNOWN, OutboxState.NEEDS_OPERATOR)
ACCEPTED_WITHOUT_ID = "accepted_without_id"
_MANY = 1000
PARKED_FOR_OPERATOR = datetime(9999, 1, 1, tzinfo=UTC)
"""``not_before`` of a row that only a person may send on: the guest wrote first."""


def record(
    tx: Transaction, desk: Desk, change: lifecycle.Change, actor: str, now: datetime, *, undo: str = ""
) -> Conversation:
    """Write a move of the conversation with its event."""
    conversation = with_deadline(tx, desk, change.conversation)
    tx.conversations.put(conversation)
    if change.code is not None:
        tell(tx, change.code, conversation, actor, now, params=change.params, undo=undo)
    tx.changed("conversation", conversation.id)
    return conversation


def tell(
    tx: Transaction,
    code: Code,
    conversation: Conversation,
    actor: str,
    now: datetime,
    *,
    params: Mapping[str, str | int] | None = None,
    undo: str = "",
) -> None:
    """Add an event to the thread."""
    tx.events.add(
        Event(
            id=0,
            at=now,
            code=code,
            actor=actor,
            conversation_id=conversation.id,
            guest_id=conversation.guest_id,
            params=dict(params or {}),
            undo=undo,
        )
    )


def accepted(tx: Transaction, desk: Desk, row: Outgoing, receipt: Receipt, now: datetime) -> Outgoing | None:
    """The vendor has it. None when the row was settled before."""
    if not allowed(row.state, OutboxState.ACCEPTED):
        return None
    provider_id = receipt.provider_id
    if provider_id and tx.outbox.bound_ids(row.account, [provider_id]):
        # Another row owns this id already: this one was taken too, but its own id is not known.
        provider_id = ""
    was_unsure = row.state in UNSURE
    moved = tx.outbox.move(
        row, OutboxState.ACCEPTED, now, provider_id=provider_id, owner="", reason="", reason_params={}, vendor_text=""
    )
    if moved is None:
        return None
    echo = tx.messages.by_external(row.account, provider_id)
    # An echo that could not be told from a message written elsewhere has the id already.
    external_id = provider_id if echo is None or echo.id == row.message_id else ""
    tx.messages.set_state(row.message_id, Delivery.SENT, at=now, external_id=external_id, segments=receipt.segments)
    # The conversation first: who holds it may change its lines, so no stop that arrives now is overwritten.
    conversation = tx.conversations.load(row.conversation_id)
    if row.way is not Way.PUBLIC:
        line = tx.lines.get(row.account, row.channel, row.address) or Line(row.account, row.channel, row.address)
        tx.lines.put(line._replace(last_out_at=now, reply_by=None))
    if row.created_by and not row.scheduled and row.way is not Way.PUBLIC:
        acting.replied(tx, desk, row, conversation, now)
    if row.created_by and (was_unsure or row.scheduled):
        message = tx.messages.get(row.message_id)
        if message is not None and (conversation.last_in_at is None or message.at >= conversation.last_in_at):
            conversation = conversation._replace(unanswered=False, unanswered_since=None)
    conversation = _outcome(conversation, moved)
    tx.conversations.put(with_deadline(tx, desk, conversation))
    _changed(tx, moved)
    return moved


def hold_lines(tx: Transaction, channel: str, addresses: Sequence[str]) -> None:
    """Whoever is about to change lines holds the conversations of their guests, so that no other's word is lost."""
    guests = {guest.id for address in addresses for guest in tx.guests.by_handle(channel, address)}
    for known in sorted(one.id for guest_id in guests for one in tx.conversations.all_of_guest(guest_id)):
        tx.conversations.load(known)


def failed(
    tx: Transaction,
    desk: Desk,
    row: Outgoing,
    code: str,
    now: datetime,
    *,
    state: OutboxState = OutboxState.FAILED,
    vendor_text: str = "",
    params: Mapping[str, str | int] | None = None,
) -> Outgoing | None:
    """It did not reach the guest: said in the outbox, and the conversation waits again."""
    moved = tx.outbox.move(
        row, state, now, owner="", reason=code, reason_params=dict(params or {}), vendor_text=vendor_text
    )
    if moved is None:
        return None
    tx.messages.set_state(row.message_id, Delivery.FAILED, at=now, error_code=code, vendor_text=vendor_text)
    # As when it is accepted: who holds the conversation may change its lines.
    tx.conversations.load(row.conversation_id)
    if code == "stopped":
        _stopped_by_provider(tx, row, now)
    if code in UNREACHABLE:
        _mark_unreachable(tx, row, code)
    if code in CLOSED:
        line = tx.lines.get(row.account, row.channel, row.address) or Line(row.account, row.channel, row.address)
        tx.lines.put(line._replace(closed_code=code, access_at=now))
    _waits_again(tx, desk, moved, Code.SEND_FAILED, now)
    return moved


def unsure(
    tx: Transaction, desk: Desk, row: Outgoing, code: str, now: datetime, *, vendor_text: str = ""
) -> Outgoing | None:
    """Nobody knows yet whether the guest has it."""
    moved = tx.outbox.move(
        row, OutboxState.UNKNOWN, now, owner="", reason=code, unknown_since=now, looked_up=0, vendor_text=vendor_text
    )
    if moved is not None:
        _waits_again(tx, desk, moved, Code.SEND_UNKNOWN, now)
    return moved


def moved_on(tx: Transaction, row: Outgoing) -> None:
    """Show a new state of the row where nothing else changes."""
    conversation = tx.conversations.load(row.conversation_id)
    told = _outcome(conversation, row)
    if told != conversation:
        tx.conversations.put(told)
    _changed(tx, row)


def unsettled(tx: Transaction, account: str) -> list[Outgoing]:
    """Rows whose fate is not known, oldest first.

    Those that wait for an operator are asked for apart: however many nobody cares for, they never hide a fresh one.
    """
    fresh = tx.outbox.in_state((OutboxState.INFLIGHT, OutboxState.UNKNOWN), _MANY, account)
    left = tx.outbox.in_state((OutboxState.NEEDS_OPERATOR,), _MANY, account)
    return sorted([*fresh, *left], key=lambda row: row.id)


def answers(tx: Transaction, desk: Desk, row: Outgoing, now: datetime) -> None:
    """A person's message goes its way (again): nobody waits for it any more."""
    conversation = _outcome(tx.conversations.load(row.conversation_id), row)
    conversation = conversation._replace(unanswered=False, unanswered_since=None)
    tx.conversations.put(with_deadline(tx, desk, conversation))
    _changed(tx, row)


def owed_again(tx: Transaction, desk: Desk, conversation: Conversation, now: datetime) -> None:
    """An answer was called off: if nothing else answers, the guest waits as before."""
    if conversation.state not in (State.OPEN, State.PENDING):
        return
    since = lifecycle.waits_since(conversation, tx.messages.last_answer_at(conversation.id))
    waiting = conversation._replace(unanswered=since is not None, unanswered_since=since)
    tx.conversations.put(with_deadline(tx, desk, waiting))
    tx.changed("conversation", conversation.id)


def _outcome(conversation: Conversation, row: Outgoing) -> Conversation:
    if conversation.last_message_id != row.message_id:
        return conversation
    return conversation._replace(outcome=shown(row.state).value)


def _changed(tx: Transaction, row: Outgoing) -> None:
    tx.changed("outbox", row.id)
    tx.changed("conversation", row.conversation_id)


def _waits_again(tx: Transaction, desk: Desk, row: Outgoing, code: Code, now: datetime) -> None:
    """What a person wrote brings its row back to Open; an automatic message opens nothing."""
    conversation = _outcome(tx.conversations.load(row.conversation_id), row)
    tell(tx, code, conversation, "", now, params={"reason": row.reason, "outbox": row.id})
    change = lifecycle.send_failed(conversation, now) if row.created_by else lifecycle.Change(conversation, None)
    record(tx, desk, change, "", now)
    _changed(tx, row)


def _stopped_by_provider(tx: Transaction, row: Outgoing, now: datetime) -> None:
    conversation = tx.conversations.load(row.conversation_id)
    line = tx.lines.get(row.account, row.channel, row.address) or Line(row.account, row.channel, row.address)
    if line.stopped_at is not None:
        return
    tx.lines.put(line._replace(stopped_at=now, stop_source="provider"))
    tell(tx, Code.STOPPED_BY_PROVIDER, conversation, "", now, params={"channel": row.channel})
    tx.changed("guest", conversation.guest_id)


def _mark_unreachable(tx: Transaction, row: Outgoing, code: str) -> None:
    guest_id = tx.conversations.load(row.conversation_id).guest_id
    for handle in tx.guests.handles(guest_id):
        if (handle.channel, handle.address) == (row.channel, row.address) and handle.unreachable != code:
            tx.guests.put_handle(handle._replace(unreachable=code))
            tx.changed("guest", guest_id)
