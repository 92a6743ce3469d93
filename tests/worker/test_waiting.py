"""A vendor that says when something is new is polled at once; the wait changes nothing and ends with the worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from queue import Queue
from threading import Event

from storage.store import SqlStore
from tests.fakes import FakeChannel, hotel
from tests.worker.test_worker import OneLease, running
from tui_inbox.domain.errors import NotSent
from tui_inbox.ports.channel import Batch
from tui_inbox.services.desk import Desk
from tui_inbox.worker.guard import Guard
from tui_inbox.worker.parts import Parts
from tui_inbox.worker.serving import serve
from tui_inbox.worker.waiting import Waiting


class Announcing(FakeChannel):
    """Polled once an hour unless it says so."""

    def __init__(self) -> None:
        super().__init__("desk-sms")
        self.news: Queue[bool] = Queue()
        self.polls: Queue[float] = Queue()
        self.waits = 0
        self.waiting = Event()
        self.during: Event | None = None

    def wait(self, seconds: float) -> bool:
        self.waits += 1
        self.waiting.set()
        return self.news.get(timeout=seconds)

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        self.polls.put(time.monotonic())
        if self.during is not None:
            self.during.wait(5)
        return super().fetch(stream, cursor, since)

    def close(self) -> None:
        super().close()
        self.news.put(False)


def guard() -> Guard:
    return Guard(lambda: datetime.now(UTC))


def slowly() -> Desk:
    desk = hotel()
    info = desk.accounts["desk-sms"]
    return desk._replace(accounts={"desk-sms": info._replace(settings={"poll_seconds": "3600"})})


@contextmanager
def at_work(store: SqlStore, channel: FakeChannel) -> Iterator[None]:
    made = Parts(store, slowly(), {channel.name: channel}, OneLease())
    thread, stop = running(lambda stop: serve(made, stop))
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def test_news_wake_the_poll_long_before_its_time(sqlite_store: SqlStore) -> None:
    channel = Announcing()
    with at_work(sqlite_store, channel):
        channel.polls.get(timeout=5)
        told = time.monotonic()
        channel.news.put(True)
        assert channel.polls.get(timeout=5) - told < 2.0


def test_what_is_told_during_a_poll_is_polled_after_it(sqlite_store: SqlStore) -> None:
    channel = Announcing()
    channel.during = Event()
    with at_work(sqlite_store, channel):
        channel.polls.get(timeout=5)
        channel.waiting.wait(5)
        channel.waiting.clear()
        channel.news.put(True)
        assert channel.waiting.wait(5), "the news is taken while the first poll still runs"
        channel.during.set()
        assert channel.polls.get(timeout=5)


def test_the_worker_ends_within_a_second_of_a_wait(sqlite_store: SqlStore) -> None:
    channel = Announcing()
    waiting = Waiting({"desk-sms": channel}, guard(), lambda _n: False, print)
    waiting.start()
    assert channel.waiting.wait(5)
    started = time.monotonic()
    waiting.stop()
    assert time.monotonic() - started < 1.0
    assert not [thread for thread in threading.enumerate() if thread.name == "wait desk-sms"]


def test_a_paused_account_is_not_waited_for() -> None:
    channel, asked = Announcing(), Event()

    def paused(_name: str) -> bool:
        asked.set()
        return True

    waiting = Waiting({"desk-sms": channel}, guard(), paused, print)
    waiting.start()
    assert asked.wait(5)
    waiting.stop()
    assert channel.waits == 0


def test_a_wait_that_fails_is_tried_later_and_the_mailbox_is_polled_all_the_same(sqlite_store: SqlStore) -> None:
    class Failing(Announcing):
        def wait(self, seconds: float) -> bool:
            self.waiting.set()
            self.waits += 1
            raise NotSent("connection_lost")

    channel = Failing()
    with at_work(sqlite_store, channel):
        assert channel.waiting.wait(5)
        assert channel.polls.get(timeout=5)
    assert channel.waits == 1, "after a fault there is a pause"


def test_waiting_in_vain_wakes_no_poll() -> None:
    """What wakes no poll writes nothing: the wait has no store."""
    channel = Announcing()
    told: list[str] = []
    waiting = Waiting({"desk-sms": channel}, guard(), lambda _name: False, told.append)
    waiting.start()
    for _ in range(3):
        assert channel.waiting.wait(5)
        channel.waiting.clear()
        channel.news.put(False)
    assert channel.waiting.wait(5)
    waiting.stop()
    assert told == []


def test_a_channel_that_cannot_tell_has_no_thread() -> None:
    plain = FakeChannel("desk-sms")
    waiting = Waiting({"desk-sms": plain}, guard(), lambda _n: False, print)
    waiting.start()
    assert not [thread for thread in threading.enumerate() if thread.name == "wait desk-sms"]
    waiting.stop()
    assert not plain.closed
