"""Who said what at a glance, at every width; and where help is found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.desk.house import GUEST, House
from tests.e2e.terminal import Line
from tests.tui.hotel import ANA
from tui_inbox.services import replying
from tui_inbox.services.replying import Reply


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


async def test_sides_are_apart_where_there_is_room_and_named_where_there_is_not(house: House) -> None:
    house.writes("Question du client")
    reply = Reply(house.conversation().id, "desk-sms", "sms", GUEST, "Notre avis")
    house.do(replying.send, house.desk, ANA, reply, house.now)
    for size, apart in (((120, 40), True), ((80, 24), True), ((44, 24), False)):
        async with house.screen(size) as desk:
            await desk.press("enter")
            pane = desk.inbox.thread
            lines = [line.text for line in pane.paint(*pane.content_size)]
            theirs = next(line for line in lines if "Question du client" in line)
            ours = next(line for line in lines if "Notre avis" in line)
            indent = len(ours) - len(ours.lstrip(" ▌"))
            assert (indent > 20) if apart else (indent < 8)
            assert theirs.strip(" ▌").startswith("Question")
            assert any(line.strip(" ▌").startswith("Guest ") for line in lines)
            assert any(line.strip(" ▌").startswith("Ana ") for line in lines)


async def test_help_has_this_screens_keys_and_what_to_do_when_something_fails(house: House) -> None:
    house.writes("Bonjour")
    async with house.screen((120, 60)) as desk:
        await desk.press("question_mark")
        await desk.until(lambda: "Help" in desk.text)
        assert "Close" in desk.text
        await desk.press("end")
        assert "WHEN SOMETHING FAILS" in desk.text
        assert "log in again, your draft is where you left it" in desk.text


def test_the_demo_opens_on_a_living_hotel_with_its_banner(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tui_inbox", "demo", "--lang", "en"]
    with Line(tmp_path, command=command, HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path)) as line:
        line.shows("DEMO")
        line.shows("Jonas Weber")
        line.until(lambda: "Open 3" in line.text)
        line.keys(b"\x11")
        assert line.ended() == 0
