"""Kills the worker (SIGKILL) in the middle of a group send to 200 guests, and counts what each of them got.

    python -m tests.e2e.campaign_harness --kills 25

The vendor is the one of ``crash_harness``: it asks to be tried later, refuses, and closes before or after it has
accepted. Every life is a fork, so a kill leaves exactly what a crash would leave.
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
from datetime import UTC, datetime
from pathlib import Path

from storage.lease import open_lease
from storage.store import open_store
from tests.e2e.crash_harness import ACCOUNT, ANA, DESK, TRAITS, World
from tests.e2e.crash_provider import WireChannel, ask
from tui_inbox.domain.campaign import Progress
from tui_inbox.domain.guest import Guest, Handle
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.ports.clock import SystemClock
from tui_inbox.services import campaigns, delivery, group_work, polling
from tui_inbox.services.campaigns import GroupSend
from tui_inbox.services.desk import Bulk
from tui_inbox.services.group_letters import Wording
from tui_inbox.worker.parts import Parts
from tui_inbox.worker.sending import Sender

GUESTS = 200
PACED = DESK._replace(bulk=Bulk(None, 6000))
OVER = (
    OutboxState.ACCEPTED,
    OutboxState.DELIVERED,
    OutboxState.READ,
    OutboxState.FAILED,
    OutboxState.NEEDS_OPERATOR,
)
POINTS = ("claimed", "inflight", "answered", "recorded")


def begin(world: World) -> None:
    """Two hundred guests, and one message to all of them."""

    def work() -> None:
        now = datetime.now(UTC)
        with open_store(world.url) as store, store.write() as tx:
            ids = []
            for number in range(GUESTS):
                guest = tx.guests.add(Guest(0, f"Guest {number}", phone=f"+3361200{number:04d}", created_at=now))
                tx.guests.add_handle(Handle(0, guest.id, "sms", guest.phone, created_at=now))
                ids.append(guest.id)
            wanted = GroupSend(Wording(("sms",), "Bonjour ##{{name}}"), tuple(ids), "Harness")
            campaigns.start(tx, PACED, ANA, wanted, now)

    world.run(work)


def live(world: World, point: str, *, forever: bool) -> None:
    """A worker's life; it ends by itself only when everybody has been served."""
    with open_store(world.url) as store:
        lease = open_lease(world.url)
        if not lease.acquire():
            raise RuntimeError("the dead worker still holds the lock")

        def fault(reached: str) -> None:
            if reached == point and random.random() < 0.2:
                os.kill(os.getpid(), signal.SIGKILL)

        channel = WireChannel(ACCOUNT, world.socket, TRAITS)
        parts = Parts(store, PACED, {ACCOUNT: channel}, lease, fault=fault)
        sender = Sender(parts)
        sender.take_over()
        until = time.monotonic() + 60
        while True:
            group_work.work(store, PACED, datetime.now(UTC))
            sender.release_due()
            for name in sender.ready():
                sender.send(name)
            delivery.reconcile(store, PACED, channel, datetime.now(UTC))
            polling.poll_account(store, PACED, channel, SystemClock(), fault=fault)
            with store.read() as tx:
                settled = len(tx.outbox.in_state(OVER, 2 * GUESTS))
            if not forever and (settled == GUESTS or time.monotonic() > until):
                return


def kill(world: World) -> None:
    """One life, ended at a point of the sender or wherever it was."""
    point = world.dice.choice(POINTS) if world.dice.random() < 0.5 else ""
    pid = world._fork(lambda: live(world, point, forever=True))
    deadline = time.monotonic() + 0.05 + world.dice.random() * 0.25
    while time.monotonic() < deadline:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def judge(world: World) -> dict[str, int]:
    out = world.socket.with_name("report.json")

    def work() -> None:
        truth = ask(world.socket, op="truth")
        assert truth is not None
        at_vendor = Counter(one["address"] for one in truth["accepted"])
        with open_store(world.url) as store, store.read() as tx:
            (campaign,) = tx.campaigns.all(9)
            progress: Progress = tx.campaigns.progress(campaign.id)
            rows = {row.address: row.fate for row in campaigns.results(tx, campaign.id, None, 2 * GUESTS)}
        report = {
            "guests": len(rows),
            "total": progress.total,
            "waiting": progress.waiting + progress.queued,
            "got_it": sum(at_vendor[address] == 1 for address in rows),
            "twice": sum(count > 1 for count in at_vendor.values()),
            "lost": sum(fate in ("sent", "delivered") and not at_vendor[address] for address, fate in rows.items()),
            "failed_yet_there": sum(fate == "failed" and at_vendor[address] > 0 for address, fate in rows.items()),
            "failed": progress.failed,
            "unknown": progress.unknown,
            "asked_later": len(truth["received"]) - len(truth["accepted"]),
        }
        out.write_text(json.dumps(report))

    world.run(work)
    found: dict[str, int] = json.loads(out.read_text())
    return found


def run(kills: int, seed: int) -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        world = World(Path(folder), "ours", seed, inbound=0)
        try:
            world.prepare()
            begin(world)
            for _ in range(kills):
                kill(world)
            world.run(lambda: live(world, "", forever=False))
            return judge(world)
        finally:
            os.kill(world.vendor, signal.SIGKILL)
            os.waitpid(world.vendor, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    json.dump(run(options.kills, options.seed), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
