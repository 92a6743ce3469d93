"""Who said what at a glance, at every width; and where help is found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.desk.house import House
from tests.e2e.terminal import Line


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


async def test_sides_are_apart_where_there_is_room_and_named_where_there_is_not(house: House) -> None:
    house.writes("Question du client")
    for size, width in (((120, 40), None), ((80, 24), None), ((80, 24), 40)):
        async with house.screen(size) as desk:
            await desk.press("r")
            await desk.type("Notre avis")
            await desk.press("enter")
            await desk.until(lambda desk=desk: desk.inbox.thread.messages[-1].text == "Notre avis")
            await desk.settle()
            pane = desk.inbox.thread
            lines = [line.text for line in pane.paint(width or pane.content_size.width, pane.content_size.height)]
            theirs = next(line for line in lines if "Question du client" in line)
            ours = next(line for line in lines if "Notre avis" in line)
            indent = len(ours) - len(ours.lstrip(" ▌"))
            assert indent < 8 if width else indent > 20
            assert theirs.strip(" ▌").startswith("Question")
            assert any(line.strip(" ▌").startswith("Guest ") for line in lines)
            assert any(line.strip(" ▌").startswith("Ana ") for line in lines)
            await desk.press("ctrl+z")


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
        line.shows("Claire Martin")
        line.until(lambda: "Open 1" in line.text or "Open 2" in line.text)
        line.keys(b"\x11")
        line.read(2.0)
