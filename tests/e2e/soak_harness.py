"""Twelve sessions and a worker that takes in post, on one SQLite store, for some seconds.

    python -m tests.e2e.soak_harness --sessions 12 --seconds 15

Every session is a process that types drafts, closes, snoozes, writes notes, counts, and looks at the list; the parent
opens no store and only watches the size of the log.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.store import SqlStore, open_store
from tests.builders import a_conversation, a_guest
from tests.fakes import FakeChannel, hotel, written
from tui_inbox.domain.conversation import State
from tui_inbox.domain.errors import Refused, StoreError
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import View
from tui_inbox.services import drafting, inbox, lifecycle
from tui_inbox.services.desk import Actor
from tui_inbox.services.ingest import ingest_page

DESK = hotel()
SHARED = 20
"""Conversations that all sessions work on, with the guest of each."""
PAUSE = 0.15
PAGE = 20


@dataclass
class Session:
    """What one process did and how long it waited."""

    writes: int = 0
    reads: int = 0
    counted: int = 0
    notes: int = 0
    busy: int = 0
    taken_in: int = 0
    slowest_write: float = 0.0
    slowest_read: float = 0.0


@dataclass(frozen=True)
class Report:
    sessions: int
    writes: int
    reads: int
    taken_in: int
    """Guests' messages that the worker acknowledged."""
    busy: int
    lost_counts: int
    """Read-modify-writes of shared rows that another process overwrote."""
    lost_notes: int
    lost_messages: int
    lost_drafts: int
    wrong_unread: int
    log_bytes: int
    """The write-ahead log at its largest."""
    slowest_write: float
    slowest_read: float
    integrity: str
    failures: list[str]


class Soak:
    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed = folder, seed
        self.url = f"sqlite:///{folder / 'inbox.db'}"

    def fork(self, name: str, work: Callable[[], object]) -> int:
        pid = os.fork()
        if pid:
            return pid
        try:
            done = work()
            (self.folder / f"{name}.json").write_text(json.dumps(done))
        except BaseException:  # noqa: BLE001 - a child must never return into its parent's code
            (self.folder / f"{name}.failed").write_text(traceback.format_exc())
        finally:
            os._exit(0)

    def prepare(self) -> None:
        with open_store(self.url) as store, store.write() as tx:
            for number in range(SHARED):
                guest = a_guest(tx, f"Guest {number}", phone=f"+3361100{number:04d}", channel="sms", notes="0")
                a_conversation(tx, guest)

    def session(self, number: int, seconds: float) -> dict[str, object]:
        """An operator at work."""
        dice = random.Random(self.seed * 1000 + number)
        actor = Actor(f"op{number}", f"Operator {number}")
        done = Session()
        until = time.monotonic() + seconds
        with open_store(self.url) as store:
            while time.monotonic() < until:
                conversation = dice.randint(1, SHARED)
                act = dice.choice((_draft, _draft, _close, _snooze, _note, _count))
                _timed(done, store, lambda tx, act=act, on=conversation: act(tx, actor, on, done))
                _look(done, store, actor)
                time.sleep(dice.random() * 2 * PAUSE)
            # The last draft of each operator must be there afterwards, word for word.
            _timed(done, store, lambda tx: drafting.save_draft(tx, actor, 1, f"last {number}", datetime.now(UTC)))
        return asdict(done)

    def worker(self, seconds: float) -> dict[str, object]:
        """The worker's part: a page of post as soon as the one before is applied."""
        done, number = Session(), 0
        channel = FakeChannel()
        until = time.monotonic() + seconds
        with open_store(self.url) as store:
            while time.monotonic() < until:
                now = datetime.now(UTC)
                page = [
                    written(
                        f"Bonjour {number + n}",
                        key=f"S{number + n:06d}",
                        address=f"+3361100{(number + n) % (SHARED * 3):04d}",
                        at=now,
                    )
                    for n in range(PAGE)
                ]
                started = time.monotonic()
                try:
                    ingest_page(store, DESK, channel, page, now)
                    done.taken_in += PAGE
                except StoreError:
                    done.busy += 1
                done.slowest_write = max(done.slowest_write, time.monotonic() - started)
                number += PAGE
                time.sleep(0.2)
        return asdict(done)

    def judge(self, did: list[Session], log_bytes: int, failures: list[str]) -> Report:
        with open_store(self.url) as store, store.read() as tx:
            counted = sum(int(tx.guests.load(number).notes) for number in range(1, SHARED + 1))
            notes = tx.db.value("SELECT count(*) FROM message WHERE kind = 'note'")
            messages = tx.db.value("SELECT count(*) FROM message WHERE origin = 'guest'")
            drafts = tx.db.value("SELECT count(*) FROM draft WHERE conversation_id = 1 AND text LIKE 'last %'")
            unread = tx.db.value(
                "SELECT count(*) FROM unread u JOIN conversation c ON c.id = u.conversation_id"
                " WHERE u.state <> c.state OR u.last_at <> c.last_at"
            )
            integrity = str(tx.db.value("PRAGMA integrity_check"))
        taken_in = sum(one.taken_in for one in did)
        return Report(
            sessions=len(did) - 1,
            writes=sum(one.writes for one in did),
            reads=sum(one.reads for one in did),
            taken_in=taken_in,
            busy=sum(one.busy for one in did),
            lost_counts=sum(one.counted for one in did) - counted,
            lost_notes=sum(one.notes for one in did) - notes,
            lost_messages=taken_in - messages,
            lost_drafts=len(did) - 1 - drafts,
            wrong_unread=unread,
            log_bytes=log_bytes,
            slowest_write=round(max(one.slowest_write for one in did), 3),
            slowest_read=round(max(one.slowest_read for one in did), 3),
            integrity=integrity,
            failures=failures,
        )


def _timed(done: Session, store: SqlStore, work: Callable[[Transaction], None]) -> None:
    started = time.monotonic()
    try:
        with store.write() as tx:
            work(tx)
        done.writes += 1
    except Refused:
        pass
    except StoreError as error:
        if error.code != "busy":
            raise
        done.busy += 1
    done.slowest_write = max(done.slowest_write, time.monotonic() - started)


def _look(done: Session, store: SqlStore, actor: Actor) -> None:
    started, now = time.monotonic(), datetime.now(UTC)
    try:
        with store.read() as tx:
            inbox.page(tx, DESK, actor, View(), now)
            inbox.counts(tx, DESK, actor, View())
        done.reads += 1
    except StoreError as error:
        if error.code != "busy":
            raise
        done.busy += 1
    done.slowest_read = max(done.slowest_read, time.monotonic() - started)


def _draft(tx: Transaction, actor: Actor, on: int, done: Session) -> None:
    drafting.save_draft(tx, actor, on, f"draft {done.writes}", datetime.now(UTC), cursor=3)


def _close(tx: Transaction, actor: Actor, on: int, done: Session) -> None:
    act = lifecycle.reopen if tx.conversations.load(on).state is State.CLOSED else lifecycle.close
    act(tx, actor, [on], datetime.now(UTC))


def _snooze(tx: Transaction, actor: Actor, on: int, done: Session) -> None:
    now = datetime.now(UTC)
    lifecycle.snooze(tx, actor, [on], now + timedelta(hours=2), now)


def _note(tx: Transaction, actor: Actor, on: int, done: Session) -> None:
    drafting.add_note(tx, actor, on, f"note {done.notes}", datetime.now(UTC))
    done.notes += 1


def _count(tx: Transaction, actor: Actor, on: int, done: Session) -> None:
    """Read, add one, write: what a lock that comes too late loses."""
    guest = tx.guests.load(on)
    tx.guests.put(guest._replace(notes=str(int(guest.notes) + 1)))
    done.counted += 1


def run(sessions: int, seconds: float, seed: int) -> Report:
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        soak = Soak(Path(folder), seed)
        os.waitpid(soak.fork("prepared", soak.prepare), 0)
        names = [f"session{number}" for number in range(sessions)]
        lives = {soak.fork(name, lambda n=n: soak.session(n, seconds)): name for n, name in enumerate(names)}
        lives[soak.fork("worker", lambda: soak.worker(seconds))] = "worker"
        log, largest = Path(folder) / "inbox.db-wal", 0
        deadline = time.monotonic() + seconds + 60
        while lives:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            lives.pop(pid, None)
            if log.exists():
                largest = max(largest, log.stat().st_size)
            if time.monotonic() > deadline:
                for left in lives:
                    os.kill(left, signal.SIGKILL)
            time.sleep(0.05)
        failures = [path.read_text() for path in Path(folder).glob("*.failed")]
        did = [
            Session(**json.loads(path.read_text()))
            for name in (*names, "worker")
            if (path := Path(folder) / f"{name}.json").exists()
        ]
        judged = Path(folder) / "judged.json"
        os.waitpid(soak.fork("judged", lambda: asdict(soak.judge(did, largest, failures))), 0)
        if not judged.exists():
            raise RuntimeError((Path(folder) / "judged.failed").read_text())
        return Report(**json.loads(judged.read_text()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    json.dump(asdict(run(options.sessions, options.seconds, options.seed)), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
