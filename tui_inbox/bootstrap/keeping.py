"""Keeps a worker beside the inbox: one that died is started again, ever more seldom, and the screen is told.

It may start one too many, never two that work: the lease lets one lead, and an autostarted one without it ends at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from tui_inbox.domain.errors import StoreError
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.rows import WorkerCare

if TYPE_CHECKING:
    from tui_inbox.ports.store import Store
    from tui_inbox.rows import WorkerRow

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
"""Between two starts: each time twice as long."""
STEADY = timedelta(minutes=5)
"""A worker that ran for so long has nothing to do with the deaths before it."""
GRACE = timedelta(seconds=30)
"""Who stopped a worker properly may just be starting it anew, as an update does."""
WARM_UP = timedelta(seconds=30)
"""A worker that was just started is given so long to its first beat."""
FEW = 2
"""Starts in a row after which it is said that starting does not help."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class Process(Protocol):
    """What is asked of a process that was started."""

    pid: int

    def poll(self) -> int | None: ...


class Keeper:
    """Asked again and again how the worker is; starts one where there is none."""

    def __init__(self, store: Store, start: Callable[[], Process], clock: Clock | None = None) -> None:
        self._store = store
        self._start = start
        self._clock = clock or SystemClock()
        self._turn = Lock()
        self._process: Process | None = None
        self._ended: set[int] = set()
        """Process ids of those that were started here and are gone: their last beat proves nothing."""
        self._starts = 0
        """Anew and in a row, none of which led to a steady worker."""
        self._started_at = self._again_at = _NEVER
        self._closed = False

    def begin(self) -> None:
        """Start a worker where none is alive."""
        with self._turn:
            now = self._clock.now()
            try:
                if self._closed or self._works(self._row(), now):
                    return
            except StoreError:
                return
            self._start_one(now)

    def look(self) -> WorkerCare:
        """How the worker is, after what could be done about it."""
        with self._turn:
            now = self._clock.now()
            running = self._running()
            fresh = now - self._started_at < WARM_UP
            if running and not self._starts and not fresh:
                return WorkerCare()
            try:
                row = self._row()
            except StoreError:
                return WorkerCare()  # The screen says itself what is wrong with the store.
            works = self._works(row, now)
            if (running or works) and now - self._started_at >= STEADY:
                self._starts = 0
            if works or self._closed:
                return WorkerCare()
            if running and not self._starts:
                return WorkerCare("starting")
            if running:
                return WorkerCare("starting_again")
            if row is not None and row.stopped_at is not None and now - row.stopped_at < GRACE:
                return WorkerCare()
            if now < self._again_at:
                return (
                    WorkerCare("keeps_ending", self._again_at) if self._starts > FEW else WorkerCare("starting_again")
                )
            self._starts += 1
            self._start_one(now)
            return WorkerCare("starting_again")

    def close(self) -> None:
        """Start none any more."""
        with self._turn:
            self._closed = True

    def _running(self) -> bool:
        """Is the one that was started here still there?"""
        if self._process is None:
            return False
        if self._process.poll() is None:
            return True
        self._ended.add(self._process.pid)
        self._process = None
        return False

    def _row(self) -> WorkerRow | None:
        with self._store.read() as tx:
            return tx.workers.get()

    def _works(self, row: WorkerRow | None, now: datetime) -> bool:
        from tui_inbox.services import upkeep

        return row is not None and row.pid not in self._ended and upkeep.alive(row, now)

    def _start_one(self, now: datetime) -> None:
        self._process = self._start()
        self._ended.discard(self._process.pid)
        self._started_at = now
        pause: timedelta = FIRST_PAUSE * 2 ** min(self._starts, 10)
        self._again_at = now + min(pause, LONGEST_PAUSE)
