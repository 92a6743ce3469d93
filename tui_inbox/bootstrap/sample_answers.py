"""What the sample hotel answered, through the use cases and the outbox's own states to what the vendor said of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from adapters.sandbox.script import Desk as Answer
from adapters.sandbox.script import Sample, Thread
from adapters.twilio import errors
from tui_inbox.domain import sms
from tui_inbox.domain.message import Delivery, Origin
from tui_inbox.domain.outbox import OutboxState, Outgoing, Way
from tui_inbox.ports.channel import Receipt, Status
from tui_inbox.ports.store import Transaction
from tui_inbox.services import posting, receipts, replying, settling
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.posting import Letter

_TO_WIRE = (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.INFLIGHT)
_RECEIPTS = {"delivered": (Delivery.DELIVERED,), "read": (Delivery.DELIVERED, Delivery.READ)}


def answer(
    tx: Transaction, desk: Desk, sample: Sample, line: Answer, at: datetime, talk: Thread, n: int, conversation_id: int
) -> None:
    """One line of a thread, written and settled."""
    key = sample.id_of("", "answer", talk.key, n)
    if line.by_rule:
        _fate(tx, desk, sample, line, at, talk, n, _by_rule(tx, desk, sample, line, at, talk, conversation_id, key))
        return
    planned = line.fate == "planned"
    way, target = _aimed(sample, line, talk)
    sent = replying.send(
        tx,
        desk,
        Actor(line.by, sample.operators.get(line.by, line.by)),
        replying.Reply(
            conversation_id=conversation_id,
            account=talk.account,
            channel=talk.channel,
            address=sample.address(sample.people[talk.guest], talk.channel),
            text=line.text,
            key=key,
            send_at=sample.at(line.ago) if planned else None,
            send_now=not planned,
            way=way,
            target=target,
        ),
        at,
    )
    if not planned:
        _fate(tx, desk, sample, line, at, talk, n, tx.outbox.load(sent.outbox_id))


def _aimed(sample: Sample, line: Answer, talk: Thread) -> tuple[Way, str]:
    if line.under is not None:
        return Way.PUBLIC, sample.sid(talk, line.under)
    return (Way.QUOTE, sample.sid(talk, line.quotes)) if line.quotes is not None else (Way.PLAIN, "")


def _by_rule(
    tx: Transaction,
    desk: Desk,
    sample: Sample,
    line: Answer,
    at: datetime,
    talk: Thread,
    conversation_id: int,
    key: str,
) -> Outgoing:
    """As the planner writes it: to the booking itself, where nobody has written yet."""
    address = sample.booking(sample.people[talk.guest])
    letter = Letter(
        talk.account, talk.channel, address, line.text,
        origin=Origin.SCHEDULED, scheduled=True, not_before=at, dedupe_key=key,
    )  # fmt: skip
    conversation = tx.conversations.load(conversation_id)
    message = posting.write(tx, desk, conversation, letter, at)
    row = posting.enqueue(tx, conversation, letter, message, at)
    assert row is not None
    tx.conversations.put(
        conversation._replace(
            last_at=at,
            last_message_id=message.id,
            preview=line.text,
            preview_by=f"<{Origin.SCHEDULED}>",
            last_channel=talk.channel,
            last_account=talk.account,
            last_address=address,
        )
    )
    return row


def _fate(
    tx: Transaction, desk: Desk, sample: Sample, line: Answer, at: datetime, talk: Thread, n: int, row: Outgoing
) -> None:
    """Through the outbox's own states to what the vendor said."""
    for state in _TO_WIRE:
        moved = tx.outbox.move(row, state, at, **({"tries": 1} if state is OutboxState.INFLIGHT else {}))
        assert moved is not None
        row = moved
    tx.outbox.attempt_ended(tx.outbox.attempt(row.id, 1, at), at, line.fate)
    if line.fate == "unknown":
        settling.unsure(tx, desk, row, "timeout", at)
        return
    provider_id = _provider_id(sample, talk, n, row)
    parts = sms.segments(line.text).count if talk.vendor == "twilio" else None
    settling.accepted(tx, desk, row, Receipt(provider_id, segments=parts), at)
    if talk.vendor == "email":
        return
    for step, reached in enumerate(_RECEIPTS.get(line.fate, ()), 1):
        later = min(at + timedelta(seconds=20 * step), sample.now)
        receipts.apply_status(tx, desk, Status(provider_id, reached, later), talk.account, later)
    if line.fate == "failed":
        later = at + timedelta(seconds=20)
        status = Status(
            provider_id,
            Delivery.FAILED,
            later,
            error_code=errors.word(line.error),
            vendor_text=f"{line.error} Unreachable destination handset",
        )
        receipts.apply_status(tx, desk, status, talk.account, later)


def _provider_id(sample: Sample, talk: Thread, n: int, row: Outgoing) -> str:
    """Mail and the web chat have no vendor who would name it."""
    return {"email": row.message_ref, "webchat": row.dedupe_key}.get(talk.vendor) or sample.sid(talk, n)
