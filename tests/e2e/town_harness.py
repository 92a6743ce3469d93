"""Every channel at once under SIGKILL: the demo's town, a worker with all accounts, its receiver and a relay.

    python -m tests.e2e.town_harness --kills 60 --seed 1
    python -m tests.e2e.town_harness --kills 0 --quiet 480

Guests write on every channel while answers are queued on every channel; workers die at named points and at random,
lines before the receiver are cut and vendors fail. At the end the store is compared with what the vendors know.
With ``--quiet`` nothing happens for so many seconds, and what a worker costs then is counted; ``--busy`` counts the
same with post and without deaths.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapters.sandbox import house
from adapters.sandbox.agenda import Agenda
from adapters.sandbox.town import Town
from adapters.secrets import FileVault
from storage.store import SqlStore
from tests.e2e.town_costs import Cost, cost_of, relatives
from tests.e2e.town_proxy import CuttingProxy
from tests.e2e.town_side import ANSWERED, ASKED, Side, now, quiet_sample
from tui_inbox.bootstrap.demo import RECEIVER, fill_vault, free_ports, write_hotel
from tui_inbox.bootstrap.opening import build_desk, open_store
from tui_inbox.bootstrap.sample import seed_store
from tui_inbox.config import Loaded, load
from tui_inbox.domain.errors import Refused, StoreError
from tui_inbox.ports.secrets import Secret
from tui_inbox.services import replying
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.replying import Reply
from tui_inbox.worker.receiver.listening import Listener
from tui_inbox.worker.receiver.relaying import Relay
from tui_inbox.worker.receiver.relaying import Store as RelayStore

POINTS = (
    *("claimed", "inflight", "answered", "recorded", "fetched", "stored", "applied"),
    *("pulled", "kept", "removed"),
)
TOKEN = "relay-token-of-the-town-harness"
ANA = Actor("ana", "Ana")
OPEN = ("held", "queued", "claimed", "inflight", "retry_wait", "unknown")
SENT = ("accepted", "delivered", "read")
TOLD = ("failed", "needs_operator", "expired", "canceled")


@dataclass
class Report:
    kills: int = 0
    at_points: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    cut: int = 0
    relayed: int = 0
    channels: int = 0
    asked: int = 0
    guest_lost: list[str] = field(default_factory=list)
    guest_doubled: list[str] = field(default_factory=list)
    answers: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    arrived: int = 0
    lost: list[str] = field(default_factory=list)
    """Said to be sent, and not at the vendor."""
    doubled: list[str] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    """Shown to the operator as failed or unknown, by state and reason."""
    told_without_reason: int = 0
    unknown_but_arrived: int = 0
    """Of those that the operator is asked about."""
    told_failed_but_arrived: list[str] = field(default_factory=list)
    told_absent_but_arrived: list[str] = field(default_factory=list)
    """The operator was told that the vendor's complete list does not have it, which is not true."""
    open: Counter[str] = field(default_factory=Counter)
    foreign: list[str] = field(default_factory=list)
    """Answers of ours that were read back as somebody else's."""
    quarantined: Counter[str] = field(default_factory=Counter)
    not_applied: int = 0
    orphans: int = 0
    """Processes that dead workers left behind."""
    damaged: str = ""
    costs: list[Cost] = field(default_factory=list)
    log: Counter[str] = field(default_factory=Counter)
    traces: int = 0
    """Bugs that workers wrote a trace of."""
    seconds: float = 0.0


class Hotel:
    """Configuration, store, town, relay and the begetter of workers."""

    def __init__(self, folder: Path, running: ExitStack, seed: int, poll: str) -> None:
        self.folder, self.dice = folder, random.Random(seed)
        ports = free_ports()
        sample = quiet_sample(now())
        post = Agenda()
        relay_store = RelayStore(_made(folder / "relay"), 64 * 1024 * 1024)
        relay = Listener(Relay(relay_store, TOKEN, dict.fromkeys(house.ACCOUNTS.values(), "")).app(), "127.0.0.1:0")
        running.callback(relay.stop)
        self.proxy = CuttingProxy(ports[RECEIVER], relay.port, seed)
        running.callback(self.proxy.close)
        receiver = f"http://127.0.0.1:{self.proxy.port}"
        self.town = running.enter_context(Town(sample, post, ports, receiver))
        threading.Thread(target=post.run, daemon=True).start()
        running.callback(post.stop)
        self.loaded = _with_relay(write_hotel(folder, sample, ports, "en"), relay.port)
        fill_vault(folder)
        FileVault(folder / "secrets.enc").set("relay", Secret(TOKEN))
        self.store: SqlStore = running.enter_context(open_store(self.loaded))
        self.desk: Desk = build_desk(self.loaded)
        seed_store(self.store, self.desk, sample)
        self.side = Side(sample, self.town, receiver, seed)
        running.callback(self.side.close)
        self._log = running.enter_context((folder / "workers.log").open("wb"))
        self._begetter = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.town_worker", str(self.loaded.file), poll],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        running.callback(self._begetter.wait)
        running.callback(self._begetter.kill)
        self.lives: list[int] = []
        running.callback(self._end_last)
        self.answers = 0
        self.refused: Counter[str] = Counter()

    def beget(self, point: str = "-", countdown: int = 0) -> int:
        # Thirty tokens an hour are enough for a worker, and not for one that is killed every three seconds.
        self.town.booking.account.exchanges.clear()
        assert self._begetter.stdin is not None
        assert self._begetter.stdout is not None
        self._begetter.stdin.write(f"{point} {countdown}\n")
        self._begetter.stdin.flush()
        self.lives.append(int(self._begetter.stdout.readline()))
        return self.lives[-1]

    def _end_last(self) -> None:
        if self.lives and alive(self.lives[-1]):
            os.kill(self.lives[-1], signal.SIGKILL)

    def answer(self) -> None:
        """The desk answers one of those who wrote."""
        sql = (
            "SELECT conversation_id, account, channel, address FROM message"
            " WHERE origin = 'guest' AND text LIKE '%G-0%' ORDER BY id DESC LIMIT 60"
        )
        try:
            with self.store.read() as tx:
                rows = tx.db.all(sql)
            if not rows:
                return
            conversation, account, channel, address = self.dice.choice(rows)
            token = f"A-{self.answers:05d}"
            subject = "Re: Question" if channel in ("email", "booking-mail") else ""
            with self.store.write() as tx:
                reply = Reply(
                    conversation, account, channel, address, f"Merci {token}", subject,
                    send_now=True, key=token, repeat=True,
                )  # fmt: skip
                replying.send(tx, self.desk, ANA, reply, now())
            self.answers += 1
        except Refused as refused:
            self.refused[refused.code] += 1
        except StoreError as error:
            self.refused[f"store {error.code}"] += 1

    @contextmanager
    def traffic(self, *, failing: bool) -> Iterator[None]:
        """Post, answers and (with ``failing``) faults, until the block ends."""
        ended = threading.Event()

        def work() -> None:
            while not ended.wait(0.12 + self.dice.random() * 0.16):
                self.side.write()
                if self.dice.random() < 0.8:
                    self.answer()
                if failing and self.dice.random() < 0.12:
                    self.side.fail()

        worker = threading.Thread(target=work)
        worker.start()
        try:
            yield
        finally:
            ended.set()
            worker.join()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


def _with_relay(loaded: Loaded, port: int) -> Loaded:
    text = loaded.file.read_text(encoding="utf-8")
    told = f'[receiver]\nrelay = "http://127.0.0.1:{port}"\nrelay_secret = "relay"'
    text = text.replace("[receiver]", told)
    # Without the demo's haste: as in a hotel, where the begetter of workers is not told otherwise.
    text = text.replace("poll_seconds = 5\n", "")
    loaded.file.write_text(text, encoding="utf-8")
    return load(loaded.file)


def kill_often(hotel: Hotel, kills: int, report: Report) -> None:
    dice = hotel.dice
    for _ in range(kills):
        point = dice.choice(POINTS) if dice.random() < 0.6 else "-"
        pid = hotel.beget(point, dice.randint(1, 6))
        until = time.monotonic() + (8.0 if point != "-" else 0.3 + dice.random() * 3.5)
        while time.monotonic() < until and alive(pid):
            time.sleep(0.01)
        if alive(pid):
            os.kill(pid, signal.SIGKILL)
        else:
            report.at_points[point] += 1
        while alive(pid):
            time.sleep(0.005)
        report.kills += 1


def settle(hotel: Hotel, patience: float) -> None:
    """One worker that nobody kills, until nothing is left to do."""
    hotel.proxy.cutting = 0.0
    hotel.side.heal()
    pid = hotel.beget()
    until = time.monotonic() + patience
    while time.monotonic() < until and alive(pid):
        time.sleep(1.0)
        with hotel.store.read() as tx:
            waiting = tx.db.value(f"SELECT count(*) FROM outbox WHERE state IN {OPEN} AND text LIKE '%A-%'")
            stored = _stored(tx.db.all("SELECT text FROM message WHERE origin = 'guest' AND text LIKE '%G-%'"))
        if not waiting and set(stored) >= set(hotel.side.asked) and hotel.side.chats_told:
            break
    time.sleep(3.0)
    if alive(pid):
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + 20
        while alive(pid) and time.monotonic() < until:
            time.sleep(0.05)


def _stored(rows: list[tuple[str]]) -> Counter[str]:
    return Counter(token for (text,) in rows for token in ASKED.findall(text)[:1])


def judge(hotel: Hotel, report: Report) -> None:
    side = hotel.side
    with hotel.store.read() as tx:
        guests = _stored(tx.db.all("SELECT text FROM message WHERE origin = 'guest' AND text LIKE '%G-%'"))
        rows = tx.db.all("SELECT text, state, reason, channel, account FROM outbox WHERE text LIKE '%A-%'")
        elsewhere = tx.db.all("SELECT text, account FROM message WHERE origin = 'elsewhere' AND text LIKE '%A-%'")
        report.quarantined = Counter(
            f"{account} {reason}"
            for account, reason in tx.db.all("SELECT account, reason FROM inbound_event WHERE state = 'quarantined'")
        )
        report.not_applied = tx.db.value("SELECT count(*) FROM inbound_event WHERE state = 'new'")
        report.damaged = str(tx.db.value("PRAGMA integrity_check"))
    report.channels, report.asked, report.answers = side.channels, len(side.asked), hotel.answers
    report.guest_lost = [f"{token} {channel}" for token, channel in side.asked.items() if not guests[token]]
    report.guest_doubled = [f"{token} {side.asked.get(token)}" for token, count in guests.items() if count > 1]
    truth = side.truth()
    report.arrived = len(truth)
    for text, state, reason, channel, account in rows:
        token = ANSWERED.findall(text)[0]
        where = f"{token} {channel} {account} {state} {reason}"
        if truth[token] > 1:
            report.doubled.append(where)
        if state in SENT and not truth[token] and account != house.ACCOUNTS["webchat"]:
            report.lost.append(where)
        if state in OPEN:
            report.open[f"{state} {channel} {reason}"] += 1
        if state in TOLD:
            report.told[f"{state} {channel} {reason}"] += 1
            report.told_without_reason += not reason
            if state != "needs_operator" and truth[token]:
                report.told_failed_but_arrived.append(where)
            report.unknown_but_arrived += state == "needs_operator" and truth[token] > 0
            if reason == "not_listed" and truth[token]:
                report.told_absent_but_arrived.append(where)
    report.foreign = [f"{text} {account}" for text, account in elsewhere]
    report.refused, report.faults = hotel.refused, side.faults
    report.cut, report.relayed = hotel.proxy.cut, hotel.proxy.relayed
    report.orphans = sum(len(relatives(pid)) for pid in hotel.lives)
    lines = (hotel.folder / "workers.log").read_text(errors="replace").splitlines()
    report.log = Counter(line.partition(" ERROR ")[2][:90] for line in lines if " ERROR " in line)
    report.traces = sum(line.startswith("Traceback ") for line in lines)


def watch(hotel: Hotel, seconds: float, report: Report) -> None:
    """What one worker costs: after a quarter of the time, and at the end."""
    pid = hotel.beget()
    started = time.monotonic()
    before = cost_of(pid, hotel.folder / "inbox.db")
    for share in (0.25, 1.0):
        time.sleep(max(0.0, started + seconds * share - time.monotonic()))
        after = cost_of(pid, hotel.folder / "inbox.db")
        report.costs.append(after.since(before))
        before = after
    os.kill(pid, signal.SIGTERM)
    while alive(pid):
        time.sleep(0.05)


def run(options: argparse.Namespace) -> Report:
    report, started = Report(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="town-") as folder, ExitStack() as running:
        hotel = Hotel(Path(folder), running, options.seed, options.poll)
        if options.kills:
            hotel.proxy.cutting = 0.15
            with hotel.traffic(failing=True):
                kill_often(hotel, options.kills, report)
        if options.busy:
            with hotel.traffic(failing=False):
                watch(hotel, options.busy, report)
        if options.quiet:
            watch(hotel, options.quiet, report)
        if options.kills or options.busy:
            settle(hotel, options.patience)
        judge(hotel, report)
        if options.keep:
            (Path(options.keep) / "workers.log").write_bytes((hotel.folder / "workers.log").read_bytes())
            subprocess.run(["cp", *map(str, hotel.folder.glob("inbox.db*")), options.keep], check=True)
    report.seconds = round(time.monotonic() - started, 1)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--poll", default="1", help="seconds between two polls; empty: as in production")
    parser.add_argument("--busy", type=float, default=0.0)
    parser.add_argument("--quiet", type=float, default=0.0)
    parser.add_argument("--patience", type=float, default=90.0)
    parser.add_argument("--keep", default="", help="folder for the store and the log")
    json.dump(vars(run(parser.parse_args())), sys.stdout, indent=1, default=vars)
    print()


if __name__ == "__main__":
    main()
