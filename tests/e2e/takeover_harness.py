"""Two workers on one store; the leader is killed (SIGKILL) again and again, and the other has to lead.

    python -m tests.e2e.takeover_harness --rounds 20 --url postgresql://…

This process opens no store: every worker is a fork, as in the crash harness.
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
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from storage.lease import open_lease
from storage.store import open_store
from tests.e2e.crash_harness import ACCOUNT, ANA, DESK, TRAITS, World
from tests.e2e.crash_provider import WireChannel, ask
from tui_inbox.ports.store import Lease
from tui_inbox.services import replying
from tui_inbox.services.replying import Reply
from tui_inbox.worker.parts import Parts
from tui_inbox.worker.serving import serve

PATIENCE = 20.0
PER_ROUND = 4


@dataclass(frozen=True)
class Report:
    rounds: int
    leaders: int
    """Times that a worker began to lead: one more than there were kills, when nobody led beside another."""
    too_early: int
    """Began to lead while the one before was alive."""
    slowest: float
    """Seconds from a kill to the next leader's first breath."""
    queued: int
    accepted: int
    """At the vendor."""
    doubled: int
    missing: int
    """Neither at the vendor nor shown as failed or unknown."""
    seconds: float


class Noting:
    """A lease that writes down, in one line each, when it was taken and by whom."""

    def __init__(self, lease: Lease, book: Path) -> None:
        self._lease, self._book, self._mine = lease, book, False

    def acquire(self) -> bool:
        had, self._mine = self._mine, self._lease.acquire()
        if self._mine and not had:
            line = f"{os.getpid()} {time.monotonic()}\n".encode()
            book = os.open(self._book, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.write(book, line)
            os.close(book)
        return self._mine

    def release(self) -> None:
        self._mine = False
        self._lease.release()


class TwoWorkers(World):
    """The crash harness's world, with two workers at a time."""

    def __init__(self, root: Path, url: str, seed: int) -> None:
        super().__init__(root, "ours", seed, inbound=40)
        self.url = url or self.url
        self.book = root / "leaders"
        self.texts = 0

    def start_worker(self) -> int:
        def work() -> None:
            with open_store(self.url) as store:
                lease = Noting(open_lease(self.url), self.book)
                parts = Parts(store, DESK, {ACCOUNT: WireChannel(ACCOUNT, self.socket, TRAITS)}, lease)
                serve(parts, Event())

        return self._fork(work)

    def leaders(self) -> list[tuple[int, float]]:
        lines = self.book.read_text().splitlines() if self.book.exists() else []
        return [(int(pid), float(at)) for pid, at in (line.split() for line in lines)]

    def queue(self, count: int) -> None:
        first, self.texts = self.texts, self.texts + count

        def work() -> None:
            now = datetime.now(UTC)
            with open_store(self.url) as store, store.write() as tx:
                for number in range(first, first + count):
                    address = f"+3361100{number % 7:04d}"
                    conversation = replying.start(tx, DESK, ANA, now, address=address)
                    reply = Reply(
                        conversation, ACCOUNT, "sms", address, f"n° {number}", send_now=True, key=f"T{number:05d}"
                    )
                    replying.send(tx, DESK, ANA, reply, now)

        self.run(work)

    def missing(self) -> int:
        out = self.socket.with_name("states.json")

        def work() -> None:
            with open_store(self.url) as store, store.read() as tx:
                rows = tx.db.all("SELECT dedupe_key, state FROM outbox")
            out.write_text(json.dumps(dict(rows)))

        self.run(work)
        states = json.loads(out.read_text())
        truth = ask(self.socket, op="truth")
        assert truth is not None
        at_vendor = {one["key"] for one in truth["accepted"]}
        explained = {key for key, state in states.items() if state in ("failed", "needs_operator", "expired")}
        return self.texts - len(at_vendor | explained)


def wait_for(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError("it did not happen")
        time.sleep(0.005)


def end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def run(rounds: int, seed: int, url: str) -> Report:
    started = time.monotonic()
    dice = random.Random(seed)
    killed: list[float] = []
    with tempfile.TemporaryDirectory(prefix="takeover-") as folder:
        world = TwoWorkers(Path(folder), url, seed)
        workers = []
        try:
            world.prepare()
            workers = [world.start_worker(), world.start_worker()]
            for number in range(rounds):
                wait_for(lambda: len(world.leaders()) > len(killed))
                if number:
                    # Only now, so that it was the one standing by who took over.
                    workers.append(world.start_worker())
                world.queue(PER_ROUND)
                time.sleep(dice.random() * 0.3)
                leader = world.leaders()[-1][0]
                killed.append(time.monotonic())
                end(leader)
                workers.remove(leader)
            wait_for(lambda: len(world.leaders()) > rounds)
            began = world.leaders()
            while workers:
                end(workers.pop())
            world.live_to_the_end()
            truth = ask(world.socket, op="truth")
            assert truth is not None
            counts = Counter(one["key"] for one in truth["accepted"])
            waits = [at - kill for kill, (_, at) in zip(killed, began[1:], strict=False)]
            return Report(
                rounds=rounds,
                leaders=len(began),
                too_early=sum(1 for wait in waits if wait < 0),
                slowest=round(max(waits), 2),
                queued=world.texts,
                accepted=len(truth["accepted"]),
                doubled=sum(count - 1 for count in counts.values()),
                missing=world.missing(),
                seconds=round(time.monotonic() - started, 1),
            )
        finally:
            for pid in (*workers, world.vendor):
                end(pid)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    json.dump(asdict(run(options.rounds, options.seed, options.url)), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
