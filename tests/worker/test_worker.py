from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Event

import pytest

from storage.store import SqlStore
from tests.fakes import FakeChannel, StillClock, hotel, written
from tui_inbox.domain.deed import Act, Deed, PendingDeed
from tui_inbox.domain.errors import AccountBlocked, NotSent, StoreError
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.domain.template import Template
from tui_inbox.ports.bookings import StayRecord
from tui_inbox.ports.channel import Batch, Envelope, Health, HealthState, Usage
from tui_inbox.ports.clock import SystemClock
from tui_inbox.services import accounts, channels, replying, upkeep
from tui_inbox.services.desk import AccountInfo, Actor
from tui_inbox.services.replying import Reply
from tui_inbox.worker.guard import Guard
from tui_inbox.worker.once import run_once
from tui_inbox.worker.parts import Parts
from tui_inbox.worker.serving import serve

ANA = Actor("ana", "Ana")
GUEST = "+33612345678"


@dataclass
class OneLease:
    """Held by one of those who share it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    mine: bool = False

    def acquire(self) -> bool:
        self.mine = self.mine or self.lock.acquire(blocking=False)
        return self.mine

    def release(self) -> None:
        if self.mine:
            self.mine = False
            self.lock.release()


class Telling(FakeChannel):
    """Says when it has sent."""

    def __init__(self, name: str = "desk-sms") -> None:
        super().__init__(name)
        self.has_sent = Event()
        self.has_polled = Event()

    def send(self, outgoing: Outgoing, files=()):  # type: ignore[no-untyped-def]
        try:
            return super().send(outgoing, files)
        finally:
            self.has_sent.set()

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        self.has_polled.set()
        return super().fetch(stream, cursor, since)


class Calendar:
    """A source of no stays."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.fault: NotSent | None = None
        self.polled = Event()
        self.closed = False

    def streams(self) -> Sequence[str]:
        return ("calendar",)

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        self.polled.set()
        if self.fault is not None:
            raise self.fault
        return Batch((), "seen")

    def read(self, envelope: Envelope) -> Sequence[StayRecord]:
        return ()

    def test(self) -> Health:
        return Health(HealthState.OK)

    def close(self) -> None:
        self.closed = True


def parts(store: SqlStore, *fakes: FakeChannel, lease: OneLease | None = None) -> Parts:
    return Parts(store, hotel(), {fake.name: fake for fake in fakes}, lease or OneLease())


def queue_reply(store: SqlStore, text: str = "Oui") -> int:
    now = datetime.now(UTC)
    with store.write() as tx:
        conversation = replying.start(tx, hotel(), ANA, now, address=GUEST)
        reply = Reply(conversation, "desk-sms", "sms", GUEST, text, send_now=True)
        return replying.send(tx, hotel(), ANA, reply, now).outbox_id


def running(work: Callable[[Event], object]) -> tuple[threading.Thread, Event]:
    stop = Event()
    thread = threading.Thread(target=work, args=(stop,))
    thread.start()
    return thread, stop


def test_a_queued_reply_leaves_and_the_worker_ends_cleanly(store: SqlStore) -> None:
    channel = Telling()
    outbox_id = queue_reply(store)
    made = parts(store, channel)
    thread, stop = running(lambda stop: serve(made, stop))
    assert channel.has_sent.wait(10)
    assert channel.has_polled.wait(10)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    with store.read() as tx:
        row = tx.outbox.get(outbox_id)
        worker = tx.workers.get()
    assert row is not None
    assert row.state is OutboxState.ACCEPTED
    assert worker is not None
    assert worker.stopped_at is not None
    assert not upkeep.alive(worker, datetime.now(UTC))
    assert channel.closed


def test_the_second_worker_stands_by_and_takes_over(sqlite_store: SqlStore) -> None:
    lock = threading.Lock()
    first, second = Telling(), Telling()
    one, stop_one = running(lambda stop: serve(parts(sqlite_store, first, lease=OneLease(lock)), stop))
    assert first.has_polled.wait(10)
    two, stop_two = running(lambda stop: serve(parts(sqlite_store, second, lease=OneLease(lock)), stop))
    assert not second.has_polled.wait(0.2)
    stop_one.set()
    one.join(10)
    assert second.has_polled.wait(10)
    stop_two.set()
    two.join(10)


def test_a_detached_worker_leaves_the_field_to_a_living_one(sqlite_store: SqlStore) -> None:
    lock = threading.Lock()
    lock.acquire()
    assert serve(parts(sqlite_store, Telling(), lease=OneLease(lock)), Event(), detached=True) is False


def test_a_detached_worker_is_needed_while_a_session_lives_or_a_message_is_due(sqlite_store: SqlStore) -> None:
    now = datetime.now(UTC)
    with sqlite_store.write() as tx:
        assert not upkeep.needed(tx, now)
        upkeep.session_seen(tx, "ana", "Ana", now)
        assert upkeep.needed(tx, now + timedelta(minutes=1))
        assert not upkeep.needed(tx, now + timedelta(minutes=5))
    queue_reply(sqlite_store)
    with sqlite_store.read() as tx:
        assert upkeep.needed(tx, now + timedelta(minutes=5))


def test_one_round_polls_delivers_and_reports_what_failed(sqlite_store: SqlStore) -> None:
    now = datetime.now(UTC)
    good, bad = FakeChannel(), FakeChannel("desk-mail", hotel().accounts["desk-mail"].channels)
    with sqlite_store.write() as tx:
        accounts.connected(tx, hotel(), "desk-sms", now - timedelta(hours=1))
    good.batches.append(Batch((written("Bonjour", key="SM1", at=now),), "c1"))
    bad.batches.append(NotSent("unreachable"))
    queue_reply(sqlite_store)
    outcome = run_once(parts(sqlite_store, good, bad))
    assert (outcome.applied.applied, outcome.sent) == (1, 1)
    assert [(name, error.code) for name, error in outcome.failed] == [("desk-mail", "unreachable")]
    assert not outcome.all_failed
    with sqlite_store.read() as tx:
        found = {row.name: (row.state, row.reason) for row in channels.rows(tx, hotel())}
    assert found == {"desk-sms": ("connected", ""), "desk-mail": ("error", "unreachable")}


def test_one_round_beside_a_living_worker_does_nothing(sqlite_store: SqlStore) -> None:
    lock = threading.Lock()
    lock.acquire()
    channel = FakeChannel()
    assert not run_once(parts(sqlite_store, channel, lease=OneLease(lock))).led
    assert channel.fetched == []


def test_a_page_is_kept_even_when_the_next_one_fails(sqlite_store: SqlStore) -> None:
    now = datetime.now(UTC)
    channel = FakeChannel()
    with sqlite_store.write() as tx:
        accounts.connected(tx, hotel(), "desk-sms", now - timedelta(hours=1))
    channel.batches.extend([Batch((written("Un", key="SM1", at=now),), "c1", more=True), NotSent("timeout")])
    assert run_once(parts(sqlite_store, channel)).all_failed
    with sqlite_store.read() as tx:
        assert tx.accounts.cursor("desk-sms", "messages") == "c1"
        assert tx.messages.by_external("desk-sms", "SM1") is not None


def test_a_blocked_account_is_not_tried_again_at_once(sqlite_store: SqlStore) -> None:
    channel = FakeChannel()
    channel.faults.append(AccountBlocked("auth"))
    outbox_ids = [queue_reply(sqlite_store, text) for text in ("un", "deux")]
    run_once(parts(sqlite_store, channel))
    run_once(parts(sqlite_store, channel))
    assert channel.calls == 1
    with sqlite_store.read() as tx:
        states = [tx.outbox.load(outbox_id).state for outbox_id in outbox_ids]
    assert states == [OutboxState.QUEUED, OutboxState.QUEUED]


def test_paused_means_no_sends_and_resuming_lets_them_go(sqlite_store: SqlStore) -> None:
    channel = FakeChannel()
    now = datetime.now(UTC)
    with sqlite_store.write() as tx:
        channels.pause(tx, hotel(), ANA, "desk-sms", now)
    queue_reply(sqlite_store)
    run_once(parts(sqlite_store, channel))
    assert channel.calls == 0
    with sqlite_store.write() as tx:
        channels.resume(tx, hotel(), ANA, "desk-sms", now)
    run_once(parts(sqlite_store, channel))
    assert channel.calls == 1


def test_a_job_of_a_screen_is_done_and_answered(sqlite_store: SqlStore) -> None:
    now = datetime.now(UTC)
    with sqlite_store.write() as tx:
        good = channels.ask(tx, ANA, "channel_test", "desk-sms", {}, now)
        bad = channels.ask(tx, ANA, "channel_test", "gone", {}, now)
    assert channels.run_jobs(sqlite_store, hotel(), {"desk-sms": FakeChannel()}, now) == 2
    with sqlite_store.read() as tx:
        done, failed = channels.answer(tx, good), channels.answer(tx, bad)
    assert done is not None
    assert (done.state, done.result["account_name"]) == ("done", "Fake")
    assert failed is not None
    assert (failed.state, failed.result["code"]) == ("failed", "no_such_account")


def test_status_tells_worker_accounts_and_outbox(sqlite_store: SqlStore) -> None:
    now = datetime.now(UTC)
    queue_reply(sqlite_store)
    with sqlite_store.write() as tx:
        upkeep.beat(tx, "boot", 42, now, now)
    with sqlite_store.read() as tx:
        found = upkeep.status(tx, hotel(), now)
        later = upkeep.status(tx, hotel(), now + timedelta(minutes=2))
    assert (found.worker_alive, found.waiting, found.open) == (True, 1, 1)
    assert [row.name for row in found.accounts] == ["desk-sms", "desk-mail"]
    assert not later.worker_alive


def test_a_fault_is_logged_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    clock = StillClock()
    guard = Guard(clock.now)

    def fail() -> None:
        raise NotSent("unreachable")

    with caplog.at_level("INFO", "tui_inbox.worker"):
        for _ in range(3):
            guard.run("poll desk-sms", fail)
            clock.forward(hours=1)
        guard.run("poll desk-sms", lambda: None)
    assert [record.message for record in caplog.records] == [
        "poll desk-sms: unreachable",
        "poll desk-sms: works again after unreachable",
    ]


def test_a_failing_account_is_left_alone_for_a_while_and_longer_each_time() -> None:
    clock = StillClock()
    guard = Guard(clock.now)
    tries = []

    def fail() -> None:
        tries.append(clock.now())
        raise NotSent("unreachable")

    for _ in range(120):
        guard.run("poll", fail)
        clock.forward(seconds=10)
    assert 5 <= len(tries) <= 8
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert gaps == sorted(gaps)


def test_a_store_that_cannot_be_written_stops_nothing_for_good() -> None:
    guard = Guard(SystemClock().now)

    def full() -> None:
        raise StoreError("disk_full")

    assert not guard.run("poll", full)
    assert guard.run("poll", lambda: None)


def test_one_round_leaves_a_paused_account_alone(sqlite_store: SqlStore) -> None:
    channel = FakeChannel()
    with sqlite_store.write() as tx:
        channels.pause(tx, hotel(), ANA, "desk-sms", datetime.now(UTC))
    outcome = run_once(parts(sqlite_store, channel))
    assert channel.fetched == []
    assert (outcome.accounts, outcome.failed) == (0, ())


class Hanging(FakeChannel):
    """Nothing that is asked of this vendor is answered until ``over``."""

    def __init__(self, name: str, over: Event, asked: threading.Semaphore) -> None:
        super().__init__(name)
        self.over, self.asked = over, asked

    def wait(self) -> None:
        self.asked.release()
        self.over.wait(10)

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        self.wait()
        return super().fetch(stream, cursor, since)

    def templates(self) -> Sequence[Template]:
        self.wait()
        return ()

    def usage(self) -> Sequence[Usage]:
        self.wait()
        return ()


def test_vendors_that_hang_keep_nobody_else_s_message(sqlite_store: SqlStore) -> None:
    over, asked, good = Event(), threading.Semaphore(0), Telling()
    slow = [Hanging(f"slow-{number}", over, asked) for number in range(7)]
    made = parts(sqlite_store, *slow, good)
    thread, stop = running(lambda stop: serve(made, stop))
    try:
        assert all(asked.acquire(timeout=5) for _ in range(20))
        queue_reply(sqlite_store)
        assert good.has_sent.wait(3)
    finally:
        over.set()
        stop.set()
        thread.join(15)
    assert not thread.is_alive()


def test_one_round_tells_vendors_what_the_desk_did(sqlite_store: SqlStore) -> None:
    channel, now = FakeChannel(), datetime.now(UTC)
    with sqlite_store.write() as tx:
        conversation = replying.start(tx, hotel(), ANA, now, address=GUEST)
        tx.deeds.want(PendingDeed(0, "desk-sms", conversation, Deed(Act.CLOSE, "sms", GUEST, value="on"), "ana", now))
    run_once(parts(sqlite_store, channel))
    assert [deed.act for deed in channel.acted] == [Act.CLOSE]


def test_a_living_worker_tells_vendors_within_a_moment(sqlite_store: SqlStore) -> None:
    class Hearing(FakeChannel):
        def act(self, deed: Deed) -> None:
            super().act(deed)
            heard.set()

    heard, channel, now = Event(), Hearing(), datetime.now(UTC)
    with sqlite_store.write() as tx:
        conversation = replying.start(tx, hotel(), ANA, now, address=GUEST)
    thread, stop = running(lambda stop: serve(parts(sqlite_store, channel), stop))
    with sqlite_store.write() as tx:
        tx.deeds.want(PendingDeed(0, "desk-sms", conversation, Deed(Act.CLOSE, "sms", GUEST, value="on"), "ana", now))
    assert heard.wait(10)
    stop.set()
    thread.join(10)
    assert len(channel.acted) == 1


def test_a_source_of_stays_has_a_tick_of_its_own_and_one_that_fails_stops_nobody(sqlite_store: SqlStore) -> None:
    good, bad, calendar = Telling("desk-sms"), Calendar("pms"), Calendar("flat")
    bad.fault = NotSent("unreachable")
    made = parts(sqlite_store, good)
    information = {name: AccountInfo(name, "fake", {}, settings={"poll_seconds": "0.05"}) for name in ("pms", "flat")}
    made = replace(made, desk=made.desk._replace(sources=information), sources={"pms": bad, "flat": calendar})
    thread, stop = running(lambda stop: serve(made, stop))
    assert calendar.polled.wait(10)
    assert bad.polled.wait(10)
    assert good.has_polled.wait(10)
    stop.set()
    thread.join(10)
    assert (bad.closed, calendar.closed) == (True, True)
    with sqlite_store.read() as tx:
        assert {row.name: row.reason for row in tx.accounts.all() if row.name in information} == {
            "pms": "unreachable",
            "flat": "",
        }


def test_a_source_that_is_paused_is_not_asked(sqlite_store: SqlStore) -> None:
    made, source = parts(sqlite_store), Calendar("flat")
    made = replace(made, sources={"flat": source})
    with sqlite_store.write() as tx:
        channels.pause(tx, made.desk, ANA, "flat", datetime.now(UTC))
    run_once(made)
    assert not source.polled.is_set()
    with sqlite_store.write() as tx:
        channels.resume(tx, made.desk, ANA, "flat", datetime.now(UTC))
    run_once(made)
    assert source.polled.is_set()
