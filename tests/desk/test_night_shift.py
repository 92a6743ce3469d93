"""Whole stories, from the vendor's side of the wire to the screen and back."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from adapters.sandbox.door import Fault
from adapters.sandbox.hotel import script
from adapters.sandbox.seeding import account_of
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import Delays, TwilioAccount
from storage.store import SqlStore, open_store
from tests.adapters.rigs import in_sandbox
from tests.builders import NOW, a_guest, a_reservation
from tests.desk.house import GUEST, House
from tests.e2e.terminal import Line
from tests.tui.driving import sitting
from tests.tui.hotel import ANA, StandingClock, sketch
from tests.waiting import wish
from tests.worker.test_worker import OneLease
from tui_inbox.bootstrap.demo import fill_vault, free_ports, write_hotel
from tui_inbox.bootstrap.opening import open_store as open_hotel
from tui_inbox.bootstrap.running import session
from tui_inbox.config import Loaded
from tui_inbox.domain.conversation import Conversation, State
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import PlannedState, Rule, RuleKind
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.channel import Channel
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services import planning, templates
from tui_inbox.worker.once import Outcome, run_once
from tui_inbox.worker.parts import Parts


async def test_e1_a_late_check_in_is_answered_closed_thanked_for_and_closed_again(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    clock = StandingClock(datetime(2026, 11, 23, 22, 40, tzinfo=UTC))
    house = House(sqlite_store, tmp_path, clock=clock)
    house.writes("Late check-in possible, around 1 am?", channel="whatsapp")
    async with house.screen() as desk:
        rings: list[int] = []
        desk.app.bell = lambda: rings.append(1)  # type: ignore[method-assign]
        assert "window 23 h" in desk.text or "window 24 h" in desk.text
        clock.forward(minutes=1)
        await desk.press("r")
        await desk.type("Yes, the night porter waits for you")
        await desk.press("ctrl+d")
        await desk.until(lambda: house.conversation(channel="whatsapp").state is State.CLOSED)
        house.deliver()
        assert house.sent() == ["Yes, the night porter waits for you"]
        clock.moment = datetime(2026, 11, 23, 22, 45, tzinfo=UTC)
        house.writes("thanks", channel="whatsapp")
        await desk.until(lambda: "Open 1" in desk.text)
        await desk.until(lambda: rings)
        await desk.at_rest()
        assert "reopened by guest 23:45" in desk.text
        await desk.press("e")
        await desk.until(lambda: house.conversation(channel="whatsapp").state is State.CLOSED)
        assert "Open 1" not in desk.text
    assert house.events(house.conversation(channel="whatsapp")) == [
        Code.CLOSED, Code.REOPENED_BY_GUEST, Code.CLOSED_WITHOUT_REPLY,
    ]  # fmt: skip


@dataclass
class Hotel:
    """A configured hotel with a simulated vendor; its worker is a process of its own."""

    loaded: Loaded
    store: Store
    box: SandboxTwilio
    folder: Path

    def worker(self) -> subprocess.Popen[bytes]:
        log = (self.folder / "worker.log").open("ab")
        return subprocess.Popen(
            [sys.executable, "-m", "tui_inbox", "--config", str(self.loaded.file), "worker"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env={**os.environ, "XDG_STATE_HOME": str(self.folder), "LANG": "C.UTF-8"},
        )  # fmt: skip

    def conversation(self) -> Conversation | None:
        with self.store.read() as t:
            known = t.guests.by_handle("sms", GUEST)
            return t.conversations.all_of_guest(known[0].id)[0] if known else None

    def known(self) -> Conversation:
        found = self.conversation()
        assert found is not None
        return found

    def polled(self) -> bool:
        with self.store.read() as t:
            return all(row.poll_ok_at for row in t.accounts.all() if row.type == "twilio") and bool(t.accounts.all())

    def time_passes(self, gone: timedelta) -> None:
        """The wake time comes that much nearer; nothing else in this story looks at a clock."""
        row = self.known()
        assert row.wake_at is not None
        with self.store.write() as t:
            t.conversations.put(row._replace(wake_at=row.wake_at - gone))

    def at_vendor(self) -> list[str]:
        return [one.body for one in self.box.account.messages() if one.direction == "outbound-api"]

    async def until(self, holds: Callable[[], object], seconds: float = 30) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        while not holds():
            log = (self.folder / "worker.log").read_text()
            assert asyncio.get_running_loop().time() < deadline, f"it did not happen: {wish(holds)}\n{log}"
            await asyncio.sleep(0.05)


@pytest.fixture
def hotel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hotel]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    sample = script(datetime.now(UTC))
    ports = free_ports()
    written = write_hotel(tmp_path, sample, ports, "en")
    with written.file.open("a") as file:
        file.write("\n[worker]\nundo_seconds = { chat = 1, email = 1 }\n")
    from tui_inbox.config import load

    loaded = load(written.file)
    fill_vault(tmp_path)
    account = account_of(sample)
    with SandboxTwilio(account, port=ports["twilio"]) as box, open_hotel(loaded) as store:
        yield Hotel(loaded, store, box, tmp_path)


async def test_e5_a_snooze_outlives_a_killed_worker_and_wakes_late(hotel: Hotel) -> None:
    def kill(process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()

    account = hotel.box.account
    first = hotel.worker()
    try:
        await hotel.until(lambda: hotel.polled())
        account.receive(GUEST, account.sms, "Extra towels please, ask housekeeping")
        await hotel.until(hotel.conversation)
        async with sitting(session(hotel.loaded, hotel.store, "ana", log_dir=hotel.folder)) as desk:
            await desk.inbox.go_to(hotel.known().id)
            await desk.at_rest()
            await desk.press("z")
            await desk.until(lambda: "in an hour" in desk.text)
            await desk.type("ask housekeeping")
            await desk.press("enter")
            await desk.until(lambda: hotel.known().state is State.PENDING)
    finally:
        kill(first)
    hotel.time_passes(timedelta(minutes=70))
    second = hotel.worker()
    try:
        await hotel.until(lambda: hotel.known().state is State.OPEN)
        async with sitting(session(hotel.loaded, hotel.store, "ana", log_dir=hotel.folder)) as desk:
            await desk.inbox.go_to(hotel.known().id)
            await desk.at_rest()
            assert "(late)" in desk.text
            await desk.press("r")
            await desk.type("The towels are on their way")
            await desk.press("ctrl+g")
            await desk.until(lambda: "in an hour" in desk.text)
            await desk.press("enter")
            await desk.until(lambda: hotel.known().state is State.PENDING)
        await hotel.until(lambda: "The towels are on their way" in hotel.at_vendor())
        assert hotel.known().state is State.PENDING
        assert hotel.at_vendor().count("The towels are on their way") == 1
    finally:
        kill(second)


class Wired(House):
    """The same house with the real adapter and the simulated vendor behind it."""

    box: SandboxTwilio

    def work(self) -> Outcome:
        channel: Channel = in_sandbox(self.box)
        channel.name = "desk-sms"
        return run_once(Parts(self.store, self.desk, {"desk-sms": channel}, OneLease(), clock=self.clock))

    def at_vendor(self) -> list[str]:
        return [one.body for one in reversed(self.box.account.messages()) if one.direction == "outbound-api"]


async def test_e11_a_lost_answer_is_unknown_is_sent_once_and_is_settled_by_the_vendors_list(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    clock = StandingClock()
    house = Wired(sqlite_store, tmp_path, clock=clock)
    with SandboxTwilio() as box:
        box.account = TwilioAccount(clock=clock, delays=Delays(sent=1, delivered=2, read=4))
        house.box = box
        box.account.receive(GUEST, box.account.sms, "Le parking est ouvert ?")
        house.work()
        async with house.screen() as desk:
            await desk.press("r")
            await desk.type("Oui")
            await desk.press("enter")
            box.account.faults.append(Fault("lost_answer"))
            house.deliver()
            await desk.until(lambda: "? unknown" in desk.text)
            house.work()
            assert house.at_vendor() == ["Oui"]
            clock.forward(minutes=5)
            house.work()
            await desk.until(lambda: "? unknown" not in desk.text)
            await desk.until(lambda: "Oui ✓" in desk.text)
        assert house.at_vendor() == ["Oui"]


def test_e11_a_dropped_line_resumes_text_and_cursor_at_the_next_login(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "inbox.db")
    with open_store(f"sqlite:///{tmp_path / 'inbox.db'}") as store, store.write() as t:
        sketch(t)
    with Line(tmp_path) as line:
        line.shows("reply")
        line.read(0.5)
        line.keys(b"r")
        line.read(0.8)
        line.keys(b"je regar")
        line.shows("je regar")
        line.keys(b"\x1b[D\x1b[D\x1b[D")
        line.read(0.3)
        assert line.hang_up() == 0
    with Line(tmp_path) as line:
        line.shows("je regar")
        line.read(0.5)
        line.keys(b"XY")
        line.shows("je reXYgar")


def broken_text(t: Transaction, kind: TemplateKind) -> None:
    """A copy from before the names were checked, put past the checks."""
    body = "Bonjour ##{{firstname}}, le code est 2043."
    t.templates.add(Template(0, kind, "wifi", "fr", body, shortcut="wifi", updated_at=NOW))


def test_e9_a_misspelt_variable_is_refused_and_the_nearest_named(sqlite_store: SqlStore, tmp_path: Path) -> None:
    house = House(sqlite_store, tmp_path)
    wrong = Template(0, TemplateKind.SNIPPET, "wifi", "fr", "Bonjour ##{{firstname}}")
    with pytest.raises(Refused) as refused:
        house.do(templates.save, house.desk, ANA, wrong, house.now)
    assert (refused.value.code, refused.value.params["nearest"]) == ("unknown_variable_near", "first_name")


async def test_e9_a_legacy_copy_is_refused_when_it_is_sent_and_stays_in_the_composer(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    house = House(sqlite_store, tmp_path)
    house.writes("Le code du wifi ?")
    house.do(broken_text, TemplateKind.SNIPPET)
    async with house.screen() as desk:
        await desk.press("r")
        await desk.type(";wifi")
        await desk.press("tab")
        await desk.until(lambda: "2043" in desk.inbox.composer.text)
        assert "##{{firstname}}" in desk.inbox.composer.text
        await desk.press("enter")
        assert "##{{firstname}}" in desk.inbox.composer.text
        house.deliver()
    assert house.sent() == []
    assert house.ask(lambda t: t.outbox.in_state(list(OutboxState), 9)) == []


def test_e9_a_legacy_reminder_is_skipped_with_its_reason(sqlite_store: SqlStore, tmp_path: Path) -> None:
    house = House(sqlite_store, tmp_path)

    def plan(t: Transaction) -> tuple[int, int]:
        good = Template(0, TemplateKind.REMINDER, "wifi", "fr", "Bonjour ##{{first_name}}")
        kept = templates.save(t, house.desk, ANA, good, house.now)
        rule = Rule(0, RuleKind.BEFORE_ARRIVAL, "Wifi", "wifi", 1, time(11), ("sms",))
        made = planning.put_rule(t, house.desk, ANA, rule)
        t.templates.put(kept._replace(body="Bonjour ##{{firstname}}"))
        return made.id, a_reservation(t, a_guest(t, "Claire Martin", phone=GUEST, channel="sms"), 1, 3).id

    rule_id, stay_id = house.do(plan)
    house.work()
    house.clock.forward(hours=2)
    house.work()
    house.deliver()
    assert house.sent() == []
    (row,) = house.ask(lambda t: t.planner.planned(rule_id, stay_id))
    assert row.state is PlannedState.SKIPPED
    assert row.reason
