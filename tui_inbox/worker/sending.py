"""The outbox's turn: what is due is queued, what is queued is claimed per account and sent in order."""

from __future__ import annotations

from threading import Lock

from tui_inbox.domain.outbox import OutboxState
from tui_inbox.services import accounts, delivery
from tui_inbox.worker.parts import Parts

AT_ONCE = 10
"""Rows claimed at a time; a worker that dies leaves at most these to its successor."""


class Sender:
    """Knows which rows this process has in its hands."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lock = Lock()
        self._busy: set[str] = set()
        self._rows: set[int] = set()
        self._stopping = False

    def take_over(self) -> int:
        """Sort out what a dead worker (or a failed thread) left; only the holder of the lease may."""
        parts = self._parts
        with parts.store.read() as tx:
            left = tx.outbox.in_state((OutboxState.CLAIMED, OutboxState.INFLIGHT), 500)
        if all(row.owner == parts.owner and row.id in self._rows for row in left):
            return 0
        with parts.store.write() as tx:
            return delivery.recover(tx, parts.desk, parts.owner, parts.clock.now(), self._rows)

    def release_due(self) -> int:
        """Queue what is due; an idle outbox costs one read."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.store.read() as tx:
            if not tx.outbox.due(now, 1):
                return 0
        with parts.store.write() as tx:
            return delivery.release(tx, parts.desk, now)

    def ready(self) -> list[str]:
        """Accounts with something to send, not blocked and not being served by another thread."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.store.read() as tx:
            names = [name for name in parts.channels if name not in self._busy]
            waiting = {row.account for row in tx.outbox.claimable(names, now, 200)} if names else set()
            return [name for name in names if name in waiting and accounts.may_carry(tx.accounts.get(name), now)]

    def send(self, account: str) -> int:
        """Send what this account has queued, one after the other; how many."""
        with self._lock:
            if account in self._busy:
                return 0
            self._busy.add(account)
        try:
            return self._drain(account)
        finally:
            with self._lock:
                self._busy.discard(account)

    def _drain(self, account: str) -> int:
        parts, sent = self._parts, 0
        while True:
            now = parts.clock.now()
            with parts.store.write() as tx:
                if not accounts.may_carry(tx.accounts.get(account), now):
                    return sent
                rows = delivery.claim(tx, [account], parts.owner, now, AT_ONCE)
                self._rows.update(row.id for row in rows)
            if not rows or self._stopping:
                return sent
            parts.fault("claimed")
            try:
                for row in rows:
                    delivery.send_one(
                        parts.store,
                        parts.desk,
                        parts.channels[account],
                        row,
                        parts.clock,
                        parts.blobs,
                        fault=parts.fault,
                    )
                    sent += 1
                    if self._stopping or self._blocked(account):
                        return sent
            finally:
                # What was claimed and not begun goes back to the queue.
                self._rows.difference_update(row.id for row in rows)
                self.take_over()

    def _blocked(self, account: str) -> bool:
        with self._parts.store.read() as tx:
            return not accounts.may_carry(tx.accounts.get(account), self._parts.clock.now())

    def stop(self) -> None:
        """Begin nothing new; what is on its way is finished."""
        self._stopping = True
