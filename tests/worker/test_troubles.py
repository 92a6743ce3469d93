"""A worker whose store is ill waits for it instead of dying, and keeps its log short."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from storage import engine, sqlite
from storage.store import SqlStore, Transaction, open_store, utc_now
from tests.builders import a_guest
from tests.worker.test_worker import Telling, parts, queue_reply, running
from tui_inbox.domain.errors import StoreError
from tui_inbox.worker.parts import Parts
from tui_inbox.worker.serving import serve


class Ill(SqlStore):
    """Refuses every change with this code until it is well."""

    def __init__(self, url: str, code: str) -> None:
        super().__init__(url, utc_now)
        self.code = code
        self.refused = Event()

    def write(self) -> AbstractContextManager[Transaction]:
        return self._refusing() if self.code else super().write()

    @contextmanager
    def _refusing(self) -> Iterator[Transaction]:
        self.refused.set()
        raise StoreError(self.code)
        yield  # type: ignore[unreachable]  # makes it a generator


def within(seconds: float, holds: Callable[[], object]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def serving(made: Parts) -> tuple[Thread, Event]:
    return running(lambda stop: serve(made, stop))


@pytest.mark.parametrize("code", ["disk_full", "unreachable", "busy"])
def test_it_waits_out_a_store_that_cannot_be_written_and_then_sends(sqlite_url: str, code: str) -> None:
    with open_store(sqlite_url) as store:
        queue_reply(store)
    store, channel = Ill(sqlite_url, code), Telling()
    thread, stop = serving(parts(store, channel))
    assert store.refused.wait(5)
    assert not channel.has_sent.is_set()
    store.code = ""
    assert channel.has_sent.wait(5)
    stop.set()
    thread.join(10)
    assert channel.calls == 1
    store.close()


def test_it_ends_in_peace_when_the_store_has_become_ill(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    store, channel = Ill(sqlite_url, ""), Telling()
    thread, stop = serving(parts(store, channel))
    assert channel.has_polled.wait(5)
    store.code = "disk_full"
    stop.set()
    thread.join(10)
    assert channel.closed
    assert "the end is not noted: disk_full" in caplog.text
    store.close()


def test_a_store_of_a_newer_program_ends_the_worker(sqlite_url: str) -> None:
    store = Ill(sqlite_url, "schema_newer")
    with pytest.raises(StoreError, match="schema_newer"):
        serve(parts(store, Telling()), Event())
    store.close()


def test_the_log_of_a_library_with_the_race_is_kept_short_by_the_worker(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "version", lambda: (3, 40, 1))
    log = Path(engine.sqlite_path(sqlite_url) + "-wal")
    with open_store(sqlite_url) as store:
        for _ in range(20):
            with store.write() as tx:
                a_guest(tx)
        long = log.stat().st_size
        thread, stop = serving(parts(store, Telling()))
        assert within(5, lambda: log.stat().st_size < long / 2)
        stop.set()
        thread.join(10)


def test_a_checkpoint_keeps_writers_out_for_a_moment_only(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store, open_store(sqlite_url) as reader:
        with store.write() as tx:
            a_guest(tx)
        with reader.read() as tx:
            assert tx.guests.get(1)
            with store.write() as other:
                a_guest(other)
            started = time.monotonic()
            store.checkpoint()
            assert time.monotonic() - started < engine.CHECKPOINT_SECONDS + 1
        with store.write() as tx:
            assert tx.db.value("PRAGMA busy_timeout") == engine.BUSY_SECONDS * 1000  # type: ignore[attr-defined]
