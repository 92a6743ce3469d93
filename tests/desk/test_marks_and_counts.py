"""What a glance tells: marks, counts, bell, ticks and activity, also without colour and on other screens."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.desk.house import House
from tests.e2e.terminal import Line
from tests.fakes import receipt
from tests.tui.driving import sitting
from tests.tui.hotel import ANA, MARC, a_session, sketch
from tui_inbox.domain.message import Delivery
from tui_inbox.services import guests, lifecycle, thread
from tui_inbox.services.desk import Actor


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


async def test_without_colour_unread_and_unanswered_are_signs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    house.writes("Un", address="+33600000111")
    house.clock.forward(minutes=1)
    house.writes("Deux", address="+33600000222")
    async with house.screen() as desk:
        assert "● SM Unknown client (SM ..111)" in desk.text
        await desk.press("enter", "escape")
        assert "○ SM Unknown client (SM ..222)" in desk.text
        strips = desk.inbox.rows.paint(40, 4)
        bold = [any(segment.style.bold for segment in line if "Unknown" in segment.text) for line in strips]
        assert bold[2]
        assert not bold[0]


@pytest.mark.parametrize("place", ["f3", "f4"])
async def test_on_other_screens_counts_follow_and_the_bell_rings(house: House, place: str) -> None:
    house.writes("Un", address="+33600000111")
    async with house.screen() as desk:
        rings: list[int] = []
        desk.app.bell = lambda: rings.append(1)  # type: ignore[method-assign]
        await desk.press(place)
        assert desk.app.screen is not desk.inbox
        house.writes("Deux", address="+33600000222")
        await desk.until(lambda: rings)
        await desk.until(lambda: "● 2" in desk.text.split("\n")[0])
        assert "○ 2" in desk.text.split("\n")[0]


def test_the_terminals_title_carries_the_count_while_another_screen_is_shown(
    tmp_path: Path, sqlite_template: Path
) -> None:
    import shutil

    from storage.store import open_store

    shutil.copy(sqlite_template, tmp_path / "inbox.db")
    with open_store(f"sqlite:///{tmp_path / 'inbox.db'}") as store, store.write() as t:
        sketch(t)
    with Line(tmp_path) as line:
        line.shows("reply")
        line.until(lambda: b"\x1b]2;(3) " in bytes(line.raw))
        line.keys(b"\x1bOR")
        line.shows("Outbox")
        before = len(line.raw)
        with open_store(f"sqlite:///{tmp_path / 'inbox.db'}") as store:
            other = House(store, tmp_path)
            other.writes("Allô ?", address="+33600000222")
        line.until(lambda: b"\x1b]2;(4) " in bytes(line.raw[before:]))
        line.until(lambda: b"\x07" in re.sub(rb"\x1b\][^\x07]*\x07", b"", bytes(line.raw[before:])))


async def test_ticks_step_up_while_one_looks_and_the_time_stands_under_the_last_read_only(house: House) -> None:
    house.writes("Bonjour", channel="whatsapp")
    async with house.screen() as desk:
        for text in ("Un", "Deux"):
            await desk.press("r")
            await desk.type(text)
            await desk.press("enter")
            house.deliver()
        await desk.until(lambda: "Un ✓" in desk.text)
        ids = [provider_id for provider_id, _outgoing in house.sms.sent]
        for sign, state in (("✓✓", Delivery.DELIVERED), ("✔✔", Delivery.READ)):
            house.clock.forward(minutes=1)
            house.arrives(*(receipt(one, state, at=house.now) for one in ids))
            await desk.until(lambda sign=sign: f"Deux {sign}" in desk.text)
            await desk.until(lambda sign=sign: f"Un {sign}" in desk.text)
        assert desk.text.count("read 10:") == 1
        assert desk.text.index("read 10:") > desk.text.index("Deux ✔✔")


async def test_without_colour_delivered_and_read_differ_on_each_message(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    house.writes("Bonjour", channel="whatsapp")
    async with house.screen() as desk:
        for text in ("Un", "Deux"):
            await desk.press("r")
            await desk.type(text)
            await desk.press("enter")
            house.deliver()
        first, second = (provider_id for provider_id, _outgoing in house.sms.sent)
        house.arrives(receipt(first, Delivery.READ, at=house.now), receipt(second, Delivery.DELIVERED, at=house.now))
        await desk.until(lambda: "Un ✔✔" in desk.text)
        assert "Deux ✓✓" in desk.text


async def test_the_card_and_its_activity_follow_the_cursor_and_nothing_is_read(house: House) -> None:
    house.writes("Un", address="+33600000111")
    house.do(guests.tag, ANA, "conversation", [house.conversation("+33600000111").id], "allergie", "red", house.now)
    house.clock.forward(minutes=1)
    house.writes("Deux", address="+33600000222")
    async with house.screen() as desk:
        await desk.press("j")
        await desk.at_rest()
        assert "ACTIVITY" in desk.text
        assert "allergie" in desk.text
        assert desk.app.focused is desk.inbox.rows
        assert "● 2 unread" in desk.text


async def test_open_is_where_the_program_starts_within_a_second_of_its_own_time(
    tmp_path: Path, sqlite_template: Path
) -> None:
    from bench.generate import NOW as THEN
    from bench.generate import generate
    from storage.store import open_store
    from tests.tui.hotel import StandingClock

    url = f"sqlite:///{tmp_path / 'big.db'}"
    assert generate(url, 50_000).conversations == 10_000
    with open_store(url) as store:
        session = a_session(store, tmp_path, clock=StandingClock(THEN))
        async with sitting(session):
            pass
        spent = time.process_time()
        async with sitting(session) as desk:
            own = time.process_time() - spent
            assert desk.inbox.view.tab == "open"
            assert len(desk.inbox.rows.rows) >= 50
    assert own < 1.0, f"{own:.2f} s of processor time until the panes were at rest"


async def test_marks_of_read_and_unread_are_mine_single_and_in_bulk(house: House) -> None:
    house.writes("Un", address="+33600000111")
    house.clock.forward(minutes=1)
    house.writes("Deux", address="+33600000222")
    async with house.screen() as desk:
        await desk.press("enter", "escape")
        assert "● 1 unread" in desk.text
        await desk.press("M")
        assert "● 2 unread" in desk.text
        await desk.press("space", "space", "M")
        assert "● 0 unread" in desk.text
        await desk.press("u")
        await desk.until(lambda: "● 2 unread" in desk.text)
        await desk.press("home", "space", "space", "M")
        assert "● 0 unread" in desk.text
    row = house.conversation("+33600000222")
    assert house.thread(row, MARC).conversation.unread == 1, "for Marc nothing has changed"


async def test_a_newcomers_first_login_shows_nothing_old_and_a_colleagues_answer_reads_for_me(house: House) -> None:
    house.writes("Un", address="+33600000111")
    house.clock.forward(minutes=1)
    house.writes("Deux", address="+33600000222")
    desk_of = house.desk._replace(operators={**house.desk.operators, "eva": "Eva"})
    house.desk = desk_of
    async with house.screen(actor=Actor("eva", "Eva")) as desk:
        assert "● 0 unread" in desk.text
        assert "○ 2 unanswered" in desk.text
        house.clock.forward(minutes=1)
        await desk.until(lambda: "eva" in dict(house.ask(lambda t: t.operators.all())))
        house.writes("Trois", address="+33600000333")
        await desk.until(lambda: "● 1 unread" in desk.text)
        house.do(lifecycle.close, ANA, [house.conversation("+33600000333").id], house.now)
        await desk.until(lambda: "● 0 unread" in desk.text)


def test_moving_about_in_another_persons_session_reads_nothing(house: House) -> None:
    house.writes("Un")
    row = house.conversation()
    assert house.do(thread.mark_read, ANA, row.id, house.now)
    assert house.thread(row, ANA).conversation.unread == 0
    assert house.thread(row, MARC).conversation.unread == 1
