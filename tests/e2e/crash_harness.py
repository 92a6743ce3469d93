"""Kills workers (SIGKILL), at random and at named points, and compares the store with what the vendor knows.

    python -m tests.e2e.crash_harness --kills 100 --sender ours

``ours`` is the product's own sender; ``retry`` ("send, then mark, retry on anything") and ``mark`` ("mark, then
send") are what a hotel would get from a simpler program: the harness must see their duplicates and losses. This
process opens no store: every life is a fork, so a kill leaves exactly what a crash would leave.
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
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from storage.lease import open_lease
from storage.store import SqlStore, open_store
from tests.e2e.crash_provider import Provider, WireChannel, ask
from tests.fakes import SMS
from tui_inbox.domain.errors import ChannelError
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.ports.channel import Receipt
from tui_inbox.ports.clock import SystemClock
from tui_inbox.services import accounts, delivery, polling, replying, settling
from tui_inbox.services.desk import AccountInfo, Actor, Desk
from tui_inbox.services.replying import Reply
from tui_inbox.worker.parts import Parts
from tui_inbox.worker.sending import Sender
from tui_inbox.worker.serving import serve

ACCOUNT = "desk-sms"
ANA = Actor("ana", "Ana")
POINTS = ("claimed", "inflight", "answered", "recorded", "fetched", "stored", "applied")
SCHEDULED = 0.1
"""Share of the lives that run the whole worker with its scheduler and threads; the others turn its wheels bare,
which gives more sends per second and so more places to die in."""
PER_LIFE = 8
"""Replies that the operator queues between two lives."""
GUESTS = 12
TRAITS = {"sms": SMS._replace(settle=timedelta(seconds=0.25))}
DESK = Desk(
    hotel="Crash",
    zone=ZoneInfo("Europe/Paris"),
    country="FR",
    operators={"ana": "Ana"},
    accounts={ACCOUNT: AccountInfo(ACCOUNT, "wire", TRAITS, {"sms": "+33700000000"})},
)


@dataclass(frozen=True)
class Report:
    """What the store says against what the vendor knows."""

    sender: str
    kills: int
    at_points: int
    queued: int
    received: int
    accepted: int
    lost: int
    duplicated: int
    needs_operator: int
    failed: int
    unfinished: int
    """Rows that stand in no final state (I3)."""
    without_attempt: int
    """Requests at the vendor that no committed attempt explains (I1)."""
    bound_twice: int
    """Vendor's ids that two rows claim (I2)."""
    offered: int
    stored: int
    inbound_lost: int
    inbound_doubled: int
    taken_for_foreign: int
    """Our own sends that were read back as somebody else's."""
    damaged: int
    seconds: float


class World:
    """Store, vendor and the lives between them, in one directory."""

    def __init__(self, root: Path, sender: str, seed: int, inbound: int) -> None:
        self.url = f"sqlite:///{root / 'inbox.db'}"
        self.socket = root / "vendor.sock"
        self.sender = sender
        self.dice = random.Random(seed)
        self._errors = root / "errors"
        self.vendor = self._fork(Provider(self.socket, seed, inbound).serve)
        self.queued = 0
        while not self.socket.exists():
            time.sleep(0.01)

    def _fork(self, work: Callable[[], object]) -> int:
        pid = os.fork()
        if pid:
            return pid
        try:
            work()
        except BaseException:  # noqa: BLE001 - a child must never return into its parent's code
            with self._errors.open("a") as out:
                traceback.print_exc(file=out)
        finally:
            os._exit(0)

    def run(self, work: Callable[[], object]) -> None:
        """In a child that is left to end by itself."""
        os.waitpid(self._fork(work), 0)
        if self._errors.exists():
            raise RuntimeError(self._errors.read_text())

    def prepare(self) -> None:
        def work() -> None:
            with open_store(self.url) as store, store.write() as tx:
                tx.operators.seen("ana", "Ana", datetime.now(UTC))
                accounts.connected(tx, DESK, ACCOUNT, datetime.now(UTC) - timedelta(days=1))

        self.run(work)

    def queue_replies(self, life: int) -> None:
        """An operator writes; one text in seven is the same as another one to the same guest."""
        texts = [
            f"n° {life}-{number}" if self.dice.random() > 0.15 else "Bonjour, votre chambre est prête."
            for number in range(PER_LIFE)
        ]
        guests = [self.dice.randrange(GUESTS) for _ in texts]
        self.queued += len(texts)

        def work() -> None:
            now = datetime.now(UTC)
            with open_store(self.url) as store, store.write() as tx:
                for number, (text, guest) in enumerate(zip(texts, guests, strict=True)):
                    address = f"+3361100{guest:04d}"
                    conversation = replying.start(tx, DESK, ANA, now, address=address)
                    key = f"K{life:04d}-{number}"
                    reply = Reply(conversation, ACCOUNT, "sms", address, text, send_now=True, key=key, repeat=True)
                    replying.send(tx, DESK, ANA, reply, now)

        self.run(work)

    def live_and_die(self) -> bool:
        """One life of a worker, ended by SIGKILL; True when at a named point."""
        scheduled = self.sender == "ours" and self.dice.random() < SCHEDULED
        point = self.dice.choice(POINTS) if self.dice.random() < 0.5 else ""
        countdown = self.dice.randint(1, 4)
        pid = self._fork(lambda: self._work(point, countdown, forever=True, scheduled=scheduled))
        spared = 0.3 + self.dice.random() * 0.4 if scheduled else 0.02 + self.dice.random() * 0.08
        deadline = time.monotonic() + max(spared, 0.4 if point else 0.0)
        while time.monotonic() < deadline:
            if os.waitpid(pid, os.WNOHANG)[0]:
                self._no_errors()
                return True
            time.sleep(0.002)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        self._no_errors()
        return False

    def _no_errors(self) -> None:
        if self._errors.exists():
            raise RuntimeError(self._errors.read_text())

    def live_to_the_end(self) -> None:
        """A worker that nobody kills, until nothing is left to do."""
        self.run(lambda: self._work("", 0, forever=False))

    def _work(self, point: str, countdown: int, *, forever: bool, scheduled: bool = False) -> None:
        left = countdown

        def fault(reached: str) -> None:
            nonlocal left
            if reached == point:
                left -= 1
                if left <= 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        with open_store(self.url) as store:
            lease = open_lease(self.url)
            if not lease.acquire():
                raise RuntimeError("the dead worker still holds the lock")
            channel = WireChannel(ACCOUNT, self.socket, TRAITS)
            parts = Parts(store, DESK, {ACCOUNT: channel}, lease, fault=fault)
            if scheduled:
                serve(parts, Event())
            until = time.monotonic() + 30
            turn = {"ours": _ours, "retry": _retry, "mark": _mark}[self.sender](parts, channel)
            while True:
                turn()
                polling.poll_account(store, DESK, channel, SystemClock(), fault=fault)
                if not forever and (_finished(store, self.socket) or time.monotonic() > until):
                    return


def _ours(parts: Parts, channel: WireChannel) -> Callable[[], None]:
    sender = Sender(parts)
    sender.take_over()

    def turn() -> None:
        sender.release_due()
        for name in sender.ready():
            sender.send(name)
        delivery.reconcile(parts.store, DESK, channel, parts.clock.now())

    return turn


def _retry(parts: Parts, channel: WireChannel) -> Callable[[], None]:
    """Send, then mark; anything that went wrong is tried again."""

    def turn() -> None:
        for row in _queued(parts):
            try:
                receipt = channel.send(row)
            except ChannelError:
                continue
            parts.fault("answered")
            _mark_accepted(parts.store, row.id, receipt)

    return turn


def _mark(parts: Parts, channel: WireChannel) -> Callable[[], None]:
    """Mark, then send; what went wrong is not looked at."""

    def turn() -> None:
        for row in _queued(parts):
            _mark_accepted(parts.store, row.id, Receipt(""))
            parts.fault("inflight")
            try:
                channel.send(row)
            except ChannelError:
                continue

    return turn


def _queued(parts: Parts) -> list[delivery.Outgoing]:
    Sender(parts).release_due()
    with parts.store.read() as tx:
        return list(tx.outbox.in_state((OutboxState.QUEUED,), 500))


def _mark_accepted(store: SqlStore, outbox_id: int, receipt: Receipt) -> None:
    now = datetime.now(UTC)
    with store.write() as tx:
        row = tx.outbox.load(outbox_id)
        for state in (OutboxState.CLAIMED, OutboxState.INFLIGHT):
            row = tx.outbox.move(row, state, now) or row
        settling.accepted(tx, DESK, row, receipt, now)


_OPEN = (
    OutboxState.HELD,
    OutboxState.QUEUED,
    OutboxState.CLAIMED,
    OutboxState.INFLIGHT,
    OutboxState.RETRY_WAIT,
    OutboxState.UNKNOWN,
)


def _finished(store: SqlStore, vendor: Path) -> bool:
    truth = ask(vendor, op="truth")
    assert truth is not None
    with store.read() as tx:
        if tx.outbox.in_state(_OPEN, 1) or tx.inbounds.pending(ACCOUNT, 1):
            return False
        ids = [one["id"] + ":delivered" for one in truth["accepted"]] + truth["offered"]
        known = _column(store, "SELECT external_id FROM inbound_event")
    return set(ids) <= set(known)


def _column(store: SqlStore, sql: str) -> list[str]:
    with store.read() as tx:
        return [row[0] for row in tx.db.all(sql)]


def judge(world: World, kills: int, at_points: int, seconds: float) -> Report:
    """Compare store and vendor; in a child, for this process opens no store."""
    out = world.socket.with_name("report.json")

    def work() -> None:
        truth = ask(world.socket, op="truth")
        assert truth is not None
        with open_store(world.url) as store, store.read() as tx:
            rows = tx.db.all("SELECT id, dedupe_key, address, text, state, provider_id FROM outbox")
            attempts = Counter(row[0] for row in tx.db.all("SELECT outbox_id FROM attempt"))
            inbound = Counter(row[0] for row in tx.db.all("SELECT external_id FROM message WHERE origin = 'guest'"))
            foreign = tx.db.value("SELECT count(*) FROM message WHERE origin = 'elsewhere'")
            damage = tx.db.value("PRAGMA integrity_check")
        at_vendor = Counter((one["address"], one["text"]) for one in truth["accepted"])
        by_state: dict[tuple[str, str], Counter[str]] = {}
        for _, _, address, text, state, _ in rows:
            kind = "sent" if state in ("accepted", "delivered", "read") else state
            by_state.setdefault((address, text), Counter())[kind] += 1
        lost = sum(max(0, states["sent"] - at_vendor[what]) for what, states in by_state.items())
        doubled = sum(
            max(0, count - by_state[what]["sent"] - by_state[what]["needs_operator"])
            for what, count in at_vendor.items()
        )
        received = Counter(truth["received"])
        ids = Counter(row[5] for row in rows if row[5])
        states = Counter(row[4] for row in rows)
        report = Report(
            sender=world.sender,
            kills=kills,
            at_points=at_points,
            queued=world.queued,
            received=len(truth["received"]),
            accepted=len(truth["accepted"]),
            lost=lost + world.queued - len(rows),
            duplicated=doubled,
            needs_operator=states["needs_operator"],
            failed=states["failed"],
            unfinished=sum(states[state.value] for state in _OPEN),
            without_attempt=sum(max(0, received[row[1]] - attempts[row[0]]) for row in rows),
            bound_twice=sum(1 for count in ids.values() if count > 1),
            offered=len(truth["offered"]),
            stored=len(inbound),
            inbound_lost=len(set(truth["offered"]) - set(inbound)),
            inbound_doubled=sum(1 for count in inbound.values() if count > 1),
            taken_for_foreign=foreign,
            damaged=int(damage != "ok"),
            seconds=round(seconds, 1),
        )
        out.write_text(json.dumps(asdict(report)))

    world.run(work)
    return Report(**json.loads(out.read_text()))


def run(sender: str, kills: int, seed: int) -> Report:
    """``kills`` lives ended by SIGKILL, one that comes to its end, and the comparison."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        world = World(Path(folder), sender, seed, inbound=kills * 3)
        try:
            world.prepare()
            at_points = 0
            for life in range(kills):
                world.queue_replies(life)
                at_points += world.live_and_die()
            world.live_to_the_end()
            return judge(world, kills, at_points, time.monotonic() - started)
        finally:
            os.kill(world.vendor, signal.SIGKILL)
            os.waitpid(world.vendor, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--sender", choices=("ours", "retry", "mark"), default="ours")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    json.dump(asdict(run(options.sender, options.kills, options.seed)), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
