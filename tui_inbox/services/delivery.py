"""The outbox at work: every message is sent once, or known not to be, or shown to be unknown.

No vendor offers a key that makes a repeat harmless. So the attempt is durable before the first byte leaves; what
happened after it is recorded with the new state in one transaction; and an attempt that left no answer is looked
up, never repeated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from mimetypes import guess_type
from random import Random

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import (
    AcceptedWithoutId,
    AccountBlocked,
    ChannelError,
    NotFound,
    Refused,
    StoreError,
    Unknown,
)
from tui_inbox.domain.event import Code
from tui_inbox.domain.outbox import OutboxState, Outgoing, backoff, classify
from tui_inbox.ports.channel import Channel, Receipt
from tui_inbox.ports.clock import Clock
from tui_inbox.ports.store import Blobs, Store, Transaction
from tui_inbox.services import settling, sms_budget, sms_used
from tui_inbox.services.accounts import block
from tui_inbox.services.admission import fault_of, weigh
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.footers import in_head
from tui_inbox.services.receipts import apply_status
from tui_inbox.services.reconciling import reconcile
from tui_inbox.services.unattended import turned_back

__all__ = [
    "apply_status",
    "cancel",
    "claim",
    "drop",
    "it_arrived",
    "recheck",
    "reconcile",
    "recover",
    "release",
    "send_again",
    "send_one",
]

GIVE_UP = timedelta(hours=24)
"""A message that could not be handed over for a day is the desk's to decide: most would be of no use any more."""
STALE = 2.0
"""Seconds (monotonic) between the commit of an attempt and its first byte; beyond it the attempt is taken back."""
RECORD_PAUSES = (0.1, 0.5, 2.0)
"""Seconds between the tries to write an answer down."""

Fault = Callable[[str], None]


def no_fault(point: str) -> None:
    """What production passes where the crash harness passes its killer."""


def release(tx: Transaction, desk: Desk, now: datetime, limit: int = 50) -> int:
    """Queue what is due, if it still may leave; how many rows were looked at."""
    rows = tx.outbox.due(now, limit)
    for account in sorted({row.account for row in rows}):
        sms_used.hold(tx, desk, account, now)
    for due in rows:
        if _too_late(due, now):
            settling.failed(tx, desk, due, "expired", now, state=OutboxState.EXPIRED)
            continue
        if turned_back(tx, desk, due, now):
            continue
        fault = fault_of(tx, desk, due, now)
        if fault is not None:
            settling.failed(tx, desk, due, fault.code, now, params=dict(fault.params))
            continue
        row = sms_budget.within(tx, desk, due, now)
        if row is None:
            continue
        # What was planned days ahead begins now: tries and receipts are counted from here.
        begun = {"created_at": now} if row.scheduled and not row.tries else {}
        moved = tx.outbox.move(row, OutboxState.QUEUED, now, reason="", **begun)
        if moved is not None:
            settling.moved_on(tx, moved)
    return len(rows)


def recheck(tx: Transaction, desk: Desk, account: str, now: datetime, limit: int = 1000) -> int:
    """An account may send again: what waited for it and may not leave any more is flagged; how many rows.

    Windows and stops are asked again, and what is older than a day is the desk's to decide.
    """
    flagged = 0
    for row in tx.outbox.in_state((OutboxState.QUEUED, OutboxState.RETRY_WAIT), limit, account):
        due = row.not_before or row.created_at
        late = _too_late(row, now) or (due is not None and now - due > GIVE_UP)
        fault = Refused("expired") if late else fault_of(tx, desk, row, now)
        if fault is not None:
            state = OutboxState.EXPIRED if late else OutboxState.FAILED
            settling.failed(tx, desk, row, fault.code, now, state=state, params=dict(fault.params))
            flagged += 1
    return flagged


def _too_late(row: Outgoing, now: datetime) -> bool:
    """Has it lost its use, or been tried for long enough?"""
    if row.expires_at is not None and row.expires_at <= now:
        return True
    return bool(row.tries) and row.created_at is not None and now - row.created_at > GIVE_UP


def claim(tx: Transaction, accounts: Sequence[str], owner: str, now: datetime, limit: int = 10) -> list[Outgoing]:
    """Take rows for sending, one per guest's address, so that their order is kept."""
    claimed = []
    for row in tx.outbox.claimable(accounts, now, limit):
        moved = tx.outbox.move(row, OutboxState.CLAIMED, now, owner=owner)
        if moved is not None:
            settling.moved_on(tx, moved)
            claimed.append(moved)
    return claimed


def send_one(
    store: Store,
    desk: Desk,
    channel: Channel,
    outgoing: Outgoing,
    clock: Clock,
    blobs: Blobs | None = None,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    rng: Random | None = None,
    fault: Fault = no_fault,
) -> Outgoing | None:
    """Send a claimed row once and record what happened; None when it was not this process's to send."""
    try:
        channel.check(outgoing)
        files = _files(outgoing, blobs)
    except (Refused, NotFound) as error:
        code = error.code if isinstance(error, Refused) else "file_missing"
        with store.write() as tx:
            return settling.failed(tx, desk, outgoing, code, clock.now())
    started = _start(store, desk, outgoing, clock.now())
    if started is None:
        return None
    row, attempt = started
    committed = monotonic()
    fault("inflight")
    if monotonic() - committed > STALE:
        with store.write() as tx:
            tx.outbox.attempt_ended(attempt, clock.now(), "stale")
            return tx.outbox.move(row, OutboxState.QUEUED, clock.now(), owner="")
    try:
        receipt = channel.send(row, files)
    except ChannelError as error:
        fault("answered")
        return _record_error(store, desk, row, attempt, error, clock.now(), rng or Random())
    except Refused as refused:
        # Adapters refuse before the wire: nothing has left.
        with store.write() as tx:
            tx.outbox.attempt_ended(attempt, clock.now(), "refused", refused.code)
            return settling.failed(
                tx, desk, tx.outbox.load(row.id), refused.code, clock.now(), params=dict(refused.params)
            )
    except Exception as error:  # noqa: BLE001 - an adapter's bug after the first byte leaves the outcome unknown
        crashed = Unknown("adapter_failed", vendor_text=type(error).__name__)
        return _record_error(store, desk, row, attempt, crashed, clock.now(), rng or Random())
    fault("answered")

    def taken(tx: Transaction) -> Outgoing | None:
        now = clock.now()
        tx.outbox.attempt_ended(attempt, now, "accepted")
        return settling.accepted(tx, desk, tx.outbox.load(row.id), receipt, now)

    done = _recorded(store, taken)
    fault("recorded")
    return done


def _recorded(store: Store, work: Callable[[Transaction], Outgoing | None]) -> Outgoing | None:
    """Write the vendor's answer down; nobody else has it, so a store that is busy or away is asked again."""
    for pause in RECORD_PAUSES:
        try:
            with store.write() as tx:
                return work(tx)
        except StoreError:
            time.sleep(pause)
    with store.write() as tx:
        return work(tx)


def _files(outgoing: Outgoing, blobs: Blobs | None) -> list[tuple[str, str, bytes]]:
    if not outgoing.attachments:
        return []
    if blobs is None:
        raise NotFound("blobs")
    names = [*outgoing.attachment_names, *outgoing.attachments[len(outgoing.attachment_names) :]]
    return [
        (name, guess_type(name)[0] or "", blobs.get(sha256))
        for name, sha256 in zip(names, outgoing.attachments, strict=False)
    ]


def _start(store: Store, desk: Desk, outgoing: Outgoing, now: datetime) -> tuple[Outgoing, int] | None:
    """The durable attempt: nothing may be written to the vendor before this has been committed."""
    with store.write() as tx:
        if _too_late(outgoing, now):
            # It may have waited for a paused or refused account.
            settling.failed(tx, desk, outgoing, "expired", now, state=OutboxState.EXPIRED)
            return None
        if turned_back(tx, desk, outgoing, now):
            return None
        try:
            weighed = weigh(tx, desk, outgoing, now)
        except Refused as fault:
            settling.failed(tx, desk, outgoing, fault.code, now, params=dict(fault.params))
            return None
        values = {
            "tries": outgoing.tries + 1,
            "route": weighed.route,
            "zone": weighed.zone.value,
            "unsubscribe": in_head(tx, desk, outgoing, weighed.sender, now),
        }
        row = tx.outbox.move(outgoing, OutboxState.INFLIGHT, now, **values)
        return None if row is None else (row, tx.outbox.attempt(row.id, row.tries, now))


def _record_error(
    store: Store, desk: Desk, row: Outgoing, attempt: int, error: ChannelError, now: datetime, rng: Random
) -> Outgoing | None:
    state, reason = classify(error)
    said = clean_line(error.vendor_text)

    def told(tx: Transaction) -> Outgoing | None:
        tx.outbox.attempt_ended(attempt, now, state.value, reason, error.http_status)
        current = tx.outbox.load(row.id)
        if current.state is not OutboxState.INFLIGHT:
            return current  # Written down already, or settled by a receipt that was quicker.
        if state is OutboxState.UNKNOWN:
            code = settling.ACCEPTED_WITHOUT_ID if isinstance(error, AcceptedWithoutId) else reason
            return settling.unsure(tx, desk, current, code, now, vendor_text=said)
        if state is OutboxState.FAILED:
            return settling.failed(tx, desk, current, reason, now, vendor_text=said)
        values = {"owner": "", "reason": reason, "vendor_text": said}
        if state is OutboxState.RETRY_WAIT:
            wait = backoff(current.tries, error.retry_after, rng)
            moved = tx.outbox.move(current, state, now, not_before=now + wait, **values)
        else:
            moved = tx.outbox.move(current, state, now, **values)
        if isinstance(error, AccountBlocked):
            block(tx, desk, row.account, error, now)
        if moved is not None:
            settling.moved_on(tx, moved)
        return moved

    return _recorded(store, told)


def recover(
    tx: Transaction, desk: Desk, live_owner: str, now: datetime, sending: Collection[int] = (), limit: int = 500
) -> int:
    """Rows that a dead worker left: claimed ones are queued again, those in flight become unknown; and what waits for
    an account that the configuration has no more is told as failed.

    ``sending`` are the rows that the living owner has in hand at this moment.
    """
    rows = tx.outbox.in_state((OutboxState.CLAIMED, OutboxState.INFLIGHT), limit)
    left = [row for row in rows if not (row.owner == live_owner and row.id in sending)]
    for row in left:
        if row.state is OutboxState.CLAIMED:
            moved = tx.outbox.move(row, OutboxState.QUEUED, now, owner="")
            if moved is not None:
                settling.moved_on(tx, moved)
        else:
            settling.unsure(tx, desk, row, "worker_died", now)
    gone = [row for row in tx.outbox.in_state((OutboxState.QUEUED,), limit) if row.account not in desk.accounts]
    for row in gone:
        settling.failed(tx, desk, row, "channel_gone", now, params={"account": row.account})
    return len(left) + len(gone)


def it_arrived(tx: Transaction, desk: Desk, actor: Actor, outbox_id: int, now: datetime) -> None:
    """The operator knows that the guest has it."""
    row = _for_operator(tx, actor, outbox_id, settling.UNSURE)
    if settling.accepted(tx, desk, row, Receipt(""), now) is None:
        raise Refused("changed_meanwhile")
    _answered(tx, row, actor, "arrived", now)


def send_again(tx: Transaction, desk: Desk, actor: Actor, outbox_id: int, now: datetime) -> None:
    """The operator wants it sent (once more); windows, stops and length are asked again."""
    row = _for_operator(
        tx,
        actor,
        outbox_id,
        (OutboxState.NEEDS_OPERATOR, OutboxState.FAILED, OutboxState.EXPIRED, OutboxState.HELD),
    )
    fault = fault_of(tx, desk, row, now) or sms_budget.still_used_up(tx, desk, row, now)
    if fault is not None:
        raise fault
    values = {"not_before": now, "expires_at": None, "reason": "", "vendor_text": "", "created_at": now}
    moved = tx.outbox.move(row, OutboxState.QUEUED, now, **values)
    if moved is None:
        raise Refused("changed_meanwhile")
    conversation = tx.conversations.load(row.conversation_id)
    settling.tell(tx, Code.RESENT, conversation, actor.code, now, params={"outbox": row.id, "was": row.state.value})
    settling.answers(tx, desk, moved, now)


def drop(tx: Transaction, actor: Actor, outbox_id: int, now: datetime) -> None:
    """The operator does not want it sent any more."""
    row = _for_operator(tx, actor, outbox_id, (OutboxState.NEEDS_OPERATOR, OutboxState.FAILED, OutboxState.EXPIRED))
    _cancelled(tx, row, actor, now)
    _answered(tx, row, actor, "dropped", now)


def cancel(tx: Transaction, desk: Desk, actor: Actor, outbox_id: int, now: datetime) -> None:
    """Call off what has not left yet; whoever waited for it waits again."""
    row = _for_operator(
        tx, actor, outbox_id, (OutboxState.HELD, OutboxState.QUEUED, OutboxState.RETRY_WAIT), refusal="gone_already"
    )
    _cancelled(tx, row, actor, now)
    conversation = tx.conversations.load(row.conversation_id)
    settling.tell(tx, Code.SEND_CANCELLED, conversation, actor.code, now, params={"outbox": row.id})
    settling.owed_again(tx, desk, conversation, now)


def _for_operator(
    tx: Transaction, actor: Actor, outbox_id: int, states: Collection[OutboxState], refusal: str = "settled_already"
) -> Outgoing:
    actor.require_write()
    row = tx.outbox.load(outbox_id)
    if row.state not in states:
        raise Refused(refusal)
    return row


def _cancelled(tx: Transaction, row: Outgoing, actor: Actor, now: datetime) -> None:
    moved = tx.outbox.move(row, OutboxState.CANCELLED, now, reason="cancelled")
    if moved is None:
        raise Refused("changed_meanwhile")
    settling.moved_on(tx, moved)


def _answered(tx: Transaction, row: Outgoing, actor: Actor, how: str, now: datetime) -> None:
    conversation = tx.conversations.load(row.conversation_id)
    settling.tell(tx, Code.SEND_SETTLED, conversation, actor.code, now, params={"how": how, "outbox": row.id})
