"""The first minutes: an empty program that says what to do next, and a history that disturbs nobody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.desk.house import House
from tests.fakes import written
from tests.tui.hotel import ANA, a_desk
from tui_inbox.domain.conversation import State, Tab
from tui_inbox.domain.message import Direction
from tui_inbox.ports.channel import Envelope
from tui_inbox.rows import View
from tui_inbox.services import inbox


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


async def test_without_a_channel_the_next_step_is_named_on_the_screen(sqlite_store: SqlStore, tmp_path: Path) -> None:
    house = House(sqlite_store, tmp_path, desk=a_desk(accounts={}))
    async with house.screen() as desk:
        assert "tui-inbox channel add" in desk.text


async def test_eight_hundred_old_messages_become_five_hundred_quiet_ones(house: House) -> None:
    then = house.now - timedelta(days=3)

    def old(n: int) -> Envelope:
        return written(f"n° {n}", key=f"OLD{n}", at=then - timedelta(minutes=n), outbound=bool(n % 2))

    async with house.screen() as desk:
        rings: list[int] = []
        desk.app.bell = lambda: rings.append(1)  # type: ignore[method-assign]
        for start in range(0, 800, 200):
            applied = house.arrives(*(old(n) for n in range(start, start + 200))).applied
            assert not applied.rang
        row = house.conversation()
        assert (row.state, row.unanswered) == (State.CLOSED, False)
        await desk.press("3")
        await desk.until(lambda: desk.inbox.rows.rows)
        await desk.at_rest()
        counts = house.ask(inbox.counts, house.desk, ANA, View())
        assert (counts.open, counts.unread, counts.unanswered) == (0, 0, 0)
        assert rings == []
        await desk.press("enter", "home")
        for _ in range(30):
            await desk.press("home")
        assert "history starts here" in desk.text, desk.text
    stored = house.ask(lambda t: t.messages.page(row.id, None, 900))
    assert len(stored) == 500
    assert {message.direction for message in stored} == {Direction.IN, Direction.OUT}
    assert house.sent() == []
    assert house.ask(lambda t: t.outbox.held_by("ana")) is None
    house.writes("Nouveau")
    assert house.conversation().state is State.OPEN
    assert len(house.ask(inbox.page, house.desk, ANA, View(tab=Tab.OPEN), house.now).rows) == 1
