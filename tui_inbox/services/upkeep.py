"""The worker's heartbeat, what is thrown away in time, and the state of everything in one look."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from tui_inbox.domain.outbox import OutboxState
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.rows import AccountRow, View, WorkerRow
from tui_inbox.services import accounts
from tui_inbox.services.desk import Desk

ALIVE_FOR = timedelta(seconds=60)
"""Without a beat for this long a worker is taken for dead."""
CHANGES_KEPT = timedelta(hours=24)
RAW_KEPT = timedelta(days=30)
"""Raw envelopes are of use for a replay; their ids stay for ever."""
SILENT_KEPT = timedelta(days=7)
"""Browsers that opened the web chat and never wrote."""
SESSION_FOR = timedelta(minutes=2)
"""A session that has not been seen for this long has ended."""


class Status(Struct, frozen=True):
    """For ``tui-inbox status`` and the health screen."""

    worker: WorkerRow | None
    worker_alive: bool
    accounts: tuple[AccountRow, ...]
    """Configured ones, those never polled included."""
    open: int
    unanswered: int
    failed: int
    unknown: int
    waiting: int
    """Messages held, queued or on their way."""
    quarantined: int


def beat(tx: Transaction, boot: str, pid: int, started_at: datetime, now: datetime) -> None:
    tx.workers.beat(boot, pid, started_at, now)


def stopped(tx: Transaction, boot: str, now: datetime) -> None:
    tx.workers.stopped(boot, now)


def session_seen(tx: Transaction, code: str, name: str, now: datetime) -> bool:
    """A session says at its start and every minute that it lives; True at this operator's very first."""
    return tx.operators.seen(code, name, now)


def needed(tx: Transaction, now: datetime, ahead: timedelta = timedelta(hours=1)) -> bool:
    """Must a worker that was started by a session stay? While a session lives, a message is on its way or due, or a
    group send or an offer goes on."""
    seen = tx.operators.last_seen()
    if seen is not None and now - seen <= SESSION_FOR:
        return True
    return tx.outbox.work_ahead(now, now + ahead) > 0 or bool(tx.campaigns.running() or tx.offers.open())


def alive(row: WorkerRow | None, now: datetime) -> bool:
    """Is a worker doing its work? One that stopped properly is not."""
    return row is not None and row.stopped_at is None and now - row.beat_at <= ALIVE_FOR


def prune(store: Store, now: datetime, limit: int = 500) -> int:
    """Throw away old change lines and raw envelopes, a little at a time."""
    with store.write() as tx:
        gone = tx.changes.prune(now - CHANGES_KEPT) + tx.deeds.prune(now - RAW_KEPT)
    with store.write() as tx:
        gone += tx.visitors.prune(now - SILENT_KEPT, limit)
    while True:
        with store.write() as tx:
            forgotten = tx.inbounds.prune(now - RAW_KEPT, limit)
        gone += forgotten
        if forgotten < limit:
            return gone


def status(tx: Transaction, desk: Desk, now: datetime) -> Status:
    """One look at worker, accounts, inbox and outbox."""
    worker = tx.workers.get()
    rows = tuple(accounts.of(tx, desk, name) for name in (*desk.accounts, *desk.sources))
    counts = tx.inbox.counts("", View())
    on_its_way = (OutboxState.HELD, OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.INFLIGHT)
    return Status(
        worker=worker,
        worker_alive=alive(worker, now),
        accounts=rows,
        open=counts.open,
        unanswered=counts.unanswered,
        failed=counts.failed,
        unknown=counts.unknown,
        waiting=len(tx.outbox.in_state((*on_its_way, OutboxState.RETRY_WAIT), 10_000)),
        quarantined=sum(row.quarantined for row in rows),
    )
