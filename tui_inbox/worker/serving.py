"""The worker: one leader polls, schedules and sends; any other stands by until the leader's lock is free.

APScheduler only ticks. What is due lies in our own tables, so nothing is lost or doubled with a scheduler's state.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Lock
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor as Threads
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from tui_inbox.domain.errors import StoreError
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.ports.bookings import BookingSource
from tui_inbox.ports.channel import Channel
from tui_inbox.services import (
    accounts,
    booking_messages,
    channels,
    delivery,
    files,
    group_work,
    lifecycle,
    performing,
    planning,
    polling,
    scoring,
    stay_sync,
    transcribing,
    upkeep,
)
from tui_inbox.worker.guard import Guard, log
from tui_inbox.worker.parts import Parts
from tui_inbox.worker.sending import Sender
from tui_inbox.worker.waiting import Waiting

if TYPE_CHECKING:
    from tui_inbox.worker.receiver.receiver import Receiver

LOOK_SECONDS = 0.4
"""How long a message whose undo time is over, or a screen's question, waits at most."""
LEASE_SECONDS = 10.0
AGAIN_SECONDS = 1.0
"""Before leading is tried again."""
PASSING = frozenset({"busy", "disk_full", "io_error", "read_only", "unreachable"})
"""Troubles of a store that a worker waits out."""
RECENT, LONG = timedelta(minutes=15), timedelta(hours=72)


class Leader:
    """The worker while it holds the lease."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._guard = Guard(parts.clock.now)
        self._sender = Sender(parts)
        self._started_at = parts.clock.now()
        self._pool = ThreadPoolExecutor(2 * len(parts.channels) + 1, "send")
        self._telling: dict[str, Lock] = {name: Lock() for name in parts.channels}
        self._answering = Lock()
        self._waiting = Waiting(parts.channels, self._guard, self._paused, self._poll_soon)
        self._receiver = self._receiving() if parts.receiving.any else None
        self._scheduler = BackgroundScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )

    def start(self) -> None:
        """Sort out what a predecessor left, then begin to tick."""
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._sender.take_over()
        self._beat()
        every = self._every
        every(LOOK_SECONDS, "look", self._look)
        every(5.0, "wake", self._wake)
        every(10.0, "beat", self._beat)
        every(30.0, "left over", self._sender.take_over)
        every(60.0, "plan", self._plan)
        every(1.0, "groups", lambda: group_work.work(self._parts.store, self._parts.desk, self._parts.clock.now()))
        every(300.0, "checkpoint", self._parts.store.checkpoint)
        every(3600.0, "prune", lambda: upkeep.prune(self._parts.store, self._parts.clock.now()))
        self._listen_to_recordings()
        for name, channel in self._parts.channels.items():
            self._tend(name, channel)
        for name, source in self._parts.sources.items():
            poll = partial(self._poll_source, source)
            every(self._parts.poll_seconds(name), f"poll {name}", poll, account=name)
        for seconds, work_name, work in self._receiver.ticks() if self._receiver else ():
            every(seconds, work_name, work)
        # A thread for every tick: however many a vendor that hangs may hold, one is left for each of the others.
        self._scheduler.add_executor(Threads(len(self._scheduler.get_jobs())))
        self._scheduler.start()
        self._waiting.start()

    def _receiving(self) -> Receiver:
        from tui_inbox.worker.receiver.receiver import Receiver

        return Receiver(self._parts, self._guard)

    def _listen_to_recordings(self) -> None:
        parts = self._parts
        engine, blobs = parts.transcriber, parts.blobs
        if engine is None or blobs is None:
            return

        def write_down() -> None:
            # One at a time: the end of the worker waits for it.
            transcribing.write_down(parts.store, parts.desk, blobs, engine, parts.clock.now(), limit=1)

        self._every(2.0, "transcribe", write_down)

    def _tend(self, name: str, channel: Channel) -> None:
        """The ticks of one account, each in its own thread: a slow vendor keeps nobody waiting."""
        parts, now = self._parts, self._parts.clock.now
        store, desk = parts.store, parts.desk
        self._every(parts.poll_seconds(name), f"poll {name}", partial(self._poll, channel), account=name)
        self._every(20.0, f"settle {name}", lambda: delivery.reconcile(store, desk, channel, now()), account=name)
        follow = partial(polling.follow_sent, store, desk, channel)
        self._every(15.0, f"follow {name}", lambda: follow(now(), RECENT), account=name)
        self._every(900.0, f"follow long {name}", lambda: follow(now(), LONG, 200), account=name)
        self._every(3600.0, f"templates {name}", lambda: channels.sync_templates(store, channel, now()), account=name)
        examine = partial(channels.examine, store, desk, channel)
        self._every(3600.0, f"examine {name}", examine, account=name)
        self._every(600.0, f"examine again {name}", partial(examine, troubled=True), account=name)
        self._every(3600.0, f"score {name}", lambda: scoring.note(store, desk, name, now()), account=name)
        self._every(3600.0, f"usage {name}", lambda: channels.meter(store, channel, now()), account=name)
        if parts.blobs is not None:
            blobs = parts.blobs
            self._every(10.0, f"files {name}", lambda: files.fetch_remote(store, channel, blobs, now()), account=name)

    def _every(self, seconds: float, name: str, work: Callable[[], object], account: str = "") -> None:
        def tick() -> None:
            if account and self._paused(account):
                # Once it is resumed it is tried at once, whatever failed before.
                self._guard.forget(name)
            else:
                self._guard.run(name, work)

        self._scheduler.add_job(tick, "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC))

    def _paused(self, account: str) -> bool:
        with self._parts.store.read() as tx:
            return not accounts.may_poll(tx.accounts.get(account))

    def _poll(self, channel: Channel) -> None:
        parts = self._parts
        poll = partial(polling.poll_account, parts.store, parts.desk, channel, parts.clock, fault=parts.fault)
        self._waiting.poll(channel.name, poll)

    def _poll_source(self, source: BookingSource) -> None:
        parts = self._parts
        stay_sync.poll_source(parts.store, parts.desk, source, parts.clock, fault=parts.fault)

    def _poll_soon(self, account: str) -> None:
        # A moment later, so that a poll that is just ending has ended: the scheduler skips what still runs.
        with suppress(JobLookupError):
            self._scheduler.modify_job(f"poll {account}", next_run_time=datetime.now(UTC) + timedelta(milliseconds=50))

    def _look(self) -> None:
        """Is anything due, queued or asked for? While nothing is, this one read is all that the worker costs."""
        now = self._parts.clock.now()
        with self._parts.store.read() as tx:
            due = bool(tx.outbox.due(now, 1))
            queued = due or bool(tx.outbox.in_state((OutboxState.QUEUED,), 1))
            asked = bool(tx.jobs.queued(1))
            wished = bool(tx.deeds.due(now, 1))
            telling = [name for name in self._telling if wished and tx.deeds.due(now, 1, name)]
        if due:
            self._sender.release_due()
        for account in self._sender.ready() if queued else ():
            self._pool.submit(self._guard.run, f"send {account}", partial(self._sender.send, account))
        if asked:
            self._pool.submit(self._guard.run, "jobs", self._jobs)
        for account in telling:
            self._pool.submit(self._guard.run, f"tell {account}", partial(self._tell, account))

    def _tell(self, account: str) -> None:
        """What this vendor is told besides messages; one that hangs is not asked twice."""
        busy, parts = self._telling[account], self._parts
        if not busy.acquire(blocking=False):
            return
        try:
            performing.perform(parts.store, parts.desk, parts.channels[account], parts.clock.now())
        finally:
            busy.release()

    def _jobs(self) -> None:
        if not self._answering.acquire(blocking=False):
            return
        try:
            parts = self._parts
            now = parts.clock.now()
            if channels.run_jobs(parts.store, parts.desk, parts.channels, now, parts.blobs, sources=parts.sources):
                # What was put off after a fault may have been repaired.
                self._guard.forget("")
        finally:
            self._answering.release()

    def _wake(self) -> None:
        parts, now = self._parts, self._parts.clock.now()
        with parts.store.read() as tx:
            if not tx.conversations.due_to_wake(now, 1):
                return
        with parts.store.write() as tx:
            lifecycle.wake_due(tx, now)

    def _plan(self) -> None:
        parts, now = self._parts, self._parts.clock.now()
        booking_messages.work(parts.store, parts.desk, now)
        planning.work(parts.store, parts.desk, now)

    def _beat(self) -> None:
        with self._parts.store.write() as tx:
            upkeep.beat(tx, self._parts.owner, os.getpid(), self._started_at, self._parts.clock.now())

    def stop(self) -> None:
        """Finish the send in hand, begin no other, and say that the worker has ended."""
        self._sender.stop()
        if self._receiver is not None:
            self._receiver.stop()
        self._waiting.stop()
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=True)
        self._pool.shutdown(wait=True, cancel_futures=True)
        try:
            with self._parts.store.write() as tx:
                upkeep.stopped(tx, self._parts.owner, self._parts.clock.now())
        except StoreError as error:
            log.error("the end is not noted: %s", error.code)


def serve(parts: Parts, stop: Event, *, detached: bool = False) -> bool:
    """Lead, or stand by until the leader is gone, until ``stop`` is set.

    ``detached`` (started by a session): does not stand by, and ends when no session lives and nothing is due within
    the hour. False when it never led.
    """
    standing_by = led = False
    trouble = ""
    while not stop.is_set():
        if not _acquired(parts):
            if detached:
                return led
            if not standing_by:
                log.info("another worker leads; standing by")
            standing_by = True
            stop.wait(AGAIN_SECONDS)
            continue
        led, standing_by = True, False
        try:
            if _lead(parts, stop, detached=detached):
                break
        except StoreError as error:
            if error.code not in PASSING:
                raise
            if error.code != trouble:
                log.error("the store cannot be used: %s", error.code)
            trouble = error.code
        else:
            trouble = ""
        finally:
            parts.lease.release()
        stop.wait(AGAIN_SECONDS)
    parts.close()
    return led


def _acquired(parts: Parts) -> bool:
    """A store that cannot be reached is waited for like another worker's lock."""
    try:
        return parts.lease.acquire()
    except StoreError as error:
        log.error("the lock cannot be taken: %s", error.code)
        return False


def _lead(parts: Parts, stop: Event, *, detached: bool) -> bool:
    """True when the work is over, False when the lease was lost."""
    leader = Leader(parts)
    leader.start()
    log.info("leading with %d accounts", len(parts.channels))
    try:
        while not stop.wait(LEASE_SECONDS):
            if not _acquired(parts):
                log.error("the lease was lost")
                return False
            if detached and not _needed(parts):
                log.info("no session lives and nothing is due")
                return True
        return True
    finally:
        leader.stop()


def _needed(parts: Parts) -> bool:
    with parts.store.read() as tx:
        return upkeep.needed(tx, parts.clock.now())
