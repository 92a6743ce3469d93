"""From a first message to Closed and back: each move as an operator makes it and sees it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import at
from tests.desk.house import GUEST, House
from tests.fakes import receipt
from tests.tui.hotel import ANA, MARC, a_desk, sketch
from tui_inbox.domain.conversation import State, Tab
from tui_inbox.domain.errors import Rejected
from tui_inbox.domain.event import Code
from tui_inbox.domain.message import Delivery
from tui_inbox.rows import View
from tui_inbox.services import inbox, lifecycle


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


async def test_a_strangers_first_message_is_the_top_row_of_open_unread_and_nobodys(house: House) -> None:
    house.writes("Bonjour", address="+33600000001")
    house.clock.forward(minutes=5)
    async with house.screen() as desk:
        house.writes("Avez-vous une chambre ?", address="+33699999123")
        await desk.until(lambda: desk.inbox.rows.rows[0].handle == "+33699999123")
        row = desk.inbox.rows.rows[0]
        assert (row.state, row.unread, row.assignee, row.guest) == (State.OPEN, 1, "", "")
        assert desk.line("..123").lstrip("▌ ").startswith("●")


async def test_the_palette_finds_close_by_the_word_archive(house: House) -> None:
    house.writes("Bonjour")
    async with house.screen() as desk:
        await desk.press("ctrl+k")
        await desk.type("archive")
        await desk.until(lambda: "Close" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: house.conversation().state is State.CLOSED)


async def test_two_people_at_one_login_close_under_their_own_names(house: House) -> None:
    house.writes("Un", address="+33600000001")
    house.clock.forward(minutes=1)
    house.writes("Deux", address="+33600000002")
    people = {"ana": ANA, "marc": MARC}
    async with house.screen(people=people, shared=True) as desk:
        await desk.press("e")
        await desk.at_rest()
        await desk.press("W")
        await desk.until(lambda: "Who are you?" in desk.text)
        await desk.type("j")
        await desk.press("enter")
        await desk.until(lambda: desk.app.actor.code == "marc")
        await desk.press("e", "3")
        await desk.at_rest()
        assert "by Ana" not in desk.line("closed now Marc")
        assert "closed now Ana" in desk.text
        assert "closed now Marc" in desk.text


async def test_the_guest_reopens_by_writing_and_it_rings(house: House) -> None:
    house.writes("Bonjour")
    house.do(lifecycle.close, ANA, [house.conversation().id], house.now)
    house.clock.forward(minutes=5)
    async with house.screen() as desk:
        rings: list[int] = []
        desk.app.bell = lambda: rings.append(1)  # type: ignore[method-assign]
        assert "Open 1" not in desk.text
        house.writes("Merci")
        await desk.until(lambda: "Open 1" in desk.text)
        await desk.at_rest()
        assert "● 1 unread" in desk.text
        assert "reopened by guest" in desk.text
        await desk.until(lambda: rings)


async def test_the_reopen_key_brings_a_row_back(house: House) -> None:
    house.writes("Bonjour")
    house.do(lifecycle.close, ANA, [house.conversation().id], house.now)
    async with house.screen() as desk:
        await desk.press("3")
        await desk.at_rest()
        await desk.press("o")
        await desk.until(lambda: "Open 1" in desk.text)
    assert house.events()[-1] is Code.REOPENED


async def test_writing_into_a_closed_conversation_reopens_it(house: House) -> None:
    house.writes("Bonjour")
    house.do(lifecycle.close, ANA, [house.conversation().id], house.now)
    async with house.screen() as desk:
        await desk.press("3")
        await desk.at_rest()
        await desk.press("r")
        await desk.type("Encore ceci")
        await desk.press("enter")
        await desk.until(lambda: "Open 1" in desk.text)
        await desk.press("1")
        await desk.at_rest()
        assert "reopened by reply" in desk.text


async def test_reopening_after_two_days_does_not_unlock_whatsapp(house: House) -> None:
    house.writes("Bonjour", channel="whatsapp")
    row = house.conversation(channel="whatsapp")
    house.do(lifecycle.close, ANA, [row.id], house.now)
    house.clock.forward(days=2)
    async with house.screen() as desk:
        await desk.press("3")
        await desk.at_rest()
        await desk.press("o")
        await desk.until(lambda: "Open 1" in desk.text)
        await desk.press("1")
        await desk.at_rest()
        await desk.press("r")
        await desk.type("x")
        assert desk.inbox.composer.text == ""
        assert "answer with a template" in desk.text


async def test_a_reply_leaves_the_row_in_open_without_its_mark(house: House) -> None:
    house.writes("Bonjour")
    async with house.screen() as desk:
        await desk.press("r")
        await desk.type("Oui")
        await desk.press("enter")
        assert "Open 1" in desk.text
        assert "○ 0 unanswered" in desk.text
        house.deliver()
        await desk.until(lambda: "✓ now" in desk.text)
    assert house.sent() == ["Oui"]


async def test_a_snooze_that_ended_while_nothing_ran_wakes_late_and_says_so(house: House) -> None:
    house.writes("Bonjour")
    house.do(lifecycle.snooze, ANA, [house.conversation().id], house.now, house.now + timedelta(hours=1), "étage")
    house.clock.forward(minutes=80)
    house.work()
    async with house.screen() as desk:
        assert "Open 1" in desk.text
        assert "woke 11:00 (late)" in desk.text, desk.text


async def test_a_reply_from_pending_opens_and_snooze_again_keeps_the_old_time(house: House) -> None:
    house.writes("Bonjour")
    row = house.conversation()
    until = house.now + timedelta(hours=3)
    house.do(lifecycle.snooze, ANA, [row.id], house.now, until, "étage")
    async with house.screen() as desk:
        await desk.press("2")
        await desk.at_rest()
        await desk.press("r")
        await desk.type("Oui")
        await desk.press("enter")
        await desk.until(lambda: "Open 1" in desk.text)
        assert house.conversation().wake_at is None
        await desk.type("Je demande")
        await desk.press("ctrl+g")
        await desk.until(lambda: "Pending 1" in desk.text)
    assert (house.conversation().state, house.conversation().wake_at) == (State.PENDING, until)


async def test_all_shows_every_row_with_its_state(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        sketch(t)
    desk_of = a_desk()
    with sqlite_store.read() as t:
        tabs = {tab: len(inbox.page(t, desk_of, ANA, View(tab=tab), at(0), limit=500).rows) for tab in Tab}
        machine = sum(row.machine for row in inbox.page(t, desk_of, ANA, View(tab=Tab.ALL), at(0), limit=500).rows)
    assert tabs[Tab.ALL] == tabs[Tab.OPEN] + tabs[Tab.PENDING] + tabs[Tab.CLOSED] + tabs[Tab.SPAM] + machine
    house = House(sqlite_store, tmp_path)
    async with house.screen() as desk:
        await desk.press("e", "exclamation_mark", "5")
        await desk.at_rest()
        assert len(desk.inbox.rows.rows) == tabs[Tab.ALL]
        assert "closed now Ana" in desk.text
        assert "spam" in desk.line("WA Claire Martin") + desk.line("SM Unknown") + desk.text
        assert "→ 15:00" in desk.text


async def test_what_fails_after_the_close_brings_the_row_back_with_sign_and_bell(house: House) -> None:
    house.writes("Bonjour")
    house.sms.faults.append(Rejected("bad_number"))
    async with house.screen() as desk:
        rings: list[int] = []
        desk.app.bell = lambda: rings.append(1)  # type: ignore[method-assign]
        await desk.press("r")
        await desk.type("Oui")
        await desk.press("ctrl+d")
        await desk.until(lambda: house.conversation().state is State.CLOSED)
        house.deliver()
        await desk.until(lambda: "! failed" in desk.text)
        assert "Open 1" in desk.text
        assert "○ 1 unanswered" in desk.text
        await desk.until(lambda: rings)


async def test_a_receipt_that_fails_a_day_later_brings_the_row_back_too(house: House) -> None:
    house.writes("Bonjour")
    async with house.screen() as desk:
        await desk.press("r")
        await desk.type("Oui")
        await desk.press("ctrl+d")
        await desk.until(lambda: house.conversation().state is State.CLOSED)
        house.deliver()
        (provider_id, _outgoing) = house.sms.sent[0]
        house.clock.forward(hours=20)
        house.arrives(receipt(provider_id, Delivery.FAILED, at=house.now, error_code="bad_number"))
        await desk.until(lambda: "! failed" in desk.text)
        assert "Open 1" in desk.text
    assert house.conversation().unanswered
    assert Code.REOPENED_BY_FAILURE in house.events()


def test_counts_are_a_recount_and_a_close_ends_unanswered_until_the_next_message(house: House) -> None:
    house.writes("Un", address="+33600000001")
    house.writes("Deux", address=GUEST)
    counts = house.ask(inbox.counts, house.desk, ANA, View())
    assert (counts.open, counts.unread, counts.unanswered) == (2, 2, 2)
    house.do(lifecycle.close, ANA, [house.conversation().id], house.now)
    counts = house.ask(inbox.counts, house.desk, ANA, View())
    assert (counts.open, counts.unread, counts.unanswered) == (1, 1, 1)
    assert house.events() == [Code.CLOSED_WITHOUT_REPLY]
    house.clock.forward(minutes=1)
    house.writes("Trois")
    counts = house.ask(inbox.counts, house.desk, ANA, View())
    assert (counts.open, counts.unread, counts.unanswered) == (2, 2, 2)
