"""Who types faster than the program answers: each key means what it would have meant a moment later, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Input

from storage.store import SqlStore
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import a_session, sketch
from tests.tui.test_inbox import held
from tui_inbox.domain.conversation import State
from tui_inbox.tui.dialogs.chooser import Chooser
from tui_inbox.tui.session import Session


@pytest.fixture
def hotel(sqlite_store: SqlStore) -> SqlStore:
    with sqlite_store.write() as t:
        sketch(t)
    return sqlite_store


@pytest.fixture
def session(hotel: SqlStore, tmp_path: Path) -> Session:
    return a_session(hotel, tmp_path)


def burst(desk: Desk, *keys: str) -> None:
    """All of them in one piece, as a slow line delivers them."""
    for key in keys:
        desk.app.post_message(events.Key(key, key if len(key) == 1 else None))


def hold_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """The store answers nobody until the event is set."""
    free, read = asyncio.Event(), desk.app.gateway.read

    async def slow(use: Callable[..., Any], *args: Any, **more: Any) -> Any:
        await free.wait()
        return await read(use, *args, **more)

    monkeypatch.setattr(desk.app.gateway, "read", slow)
    return free


def typed(desk: Desk) -> str:
    return desk.app.screen.query_one(Input).value if isinstance(desk.app.screen, Chooser) else ""


async def test_what_follows_enter_in_one_piece_is_the_next_message(session: Session, hotel: SqlStore) -> None:
    async with sitting(session) as desk:
        await desk.press("r")
        burst(desk, *"oui", "enter", *"non", "enter", *"puis")
        await desk.until(lambda: len(held(hotel)) == 2)
        await desk.until(lambda: desk.inbox.composer.text == "puis")
        assert sorted(held(hotel)) == ["non", "oui"]


async def test_a_word_typed_right_after_the_key_of_a_dialog_is_typed_into_it(session: Session) -> None:
    async with sitting(session) as desk:
        burst(desk, "t", *"ex!z")
        await desk.until(lambda: typed(desk) == "ex!z")
        await desk.press("escape")
        assert "Claire Martin" in desk.text
        assert all(row.state is State.OPEN for row in desk.inbox.rows.rows)


async def test_keys_for_a_dialog_that_loads_wait_for_it(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sitting(session) as desk:
        free = hold_up(desk, monkeypatch)
        await desk.pilot.press("t")
        await desk.pilot.press("e", "x")
        assert not isinstance(desk.app.screen, Chooser)
        free.set()
        await desk.until(lambda: typed(desk) == "ex")
        await desk.press("escape")
        row = desk.inbox.rows.current
        assert row is not None
        assert (row.guest, row.state, row.no_reply_needed) == ("Claire Martin", State.OPEN, False)


async def test_keys_between_two_dialogs_wait_for_the_second(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sitting(session) as desk:
        await desk.press("colon")
        await desk.type("tag")
        free = hold_up(desk, monkeypatch)
        await desk.pilot.press("enter")
        await desk.until(lambda: not isinstance(desk.app.screen, Chooser))
        await desk.pilot.press("e", "x")
        free.set()
        await desk.until(lambda: typed(desk) == "ex")
        await desk.press("escape")
        row = desk.inbox.rows.current
        assert row is not None
        assert (row.guest, row.state) == ("Claire Martin", State.OPEN)


async def test_closing_three_rows_in_one_piece_closes_three(session: Session, hotel: SqlStore) -> None:
    async with sitting(session) as desk:
        first = [row.id for row in desk.inbox.rows.rows][:4]
        burst(desk, "e", "e", "e")
        await desk.until(lambda: first[2] not in {row.id for row in desk.inbox.rows.rows})
        await desk.at_rest()
        left = {row.id for row in desk.inbox.rows.rows}
        assert not left & set(first[:3])
        assert first[3] in left


async def test_a_command_that_never_ends_keeps_neither_the_keyboard_nor_the_key_that_leaves(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sitting(session) as desk:
        monkeypatch.setattr("tui_inbox.tui.type_ahead.LONGEST_SECONDS", 0.05)
        free = hold_up(desk, monkeypatch)
        await desk.pilot.press("t", "e")
        await desk.pilot.pause(0.1)
        await desk.pilot.press("j")
        assert desk.inbox.rows.index == 1
        monkeypatch.setattr("tui_inbox.tui.type_ahead.LONGEST_SECONDS", 60.0)
        await desk.pilot.press("t")
        await desk.pilot.press("j")
        assert desk.inbox.rows.index == 1
        await desk.pilot.press("ctrl+q")
        await desk.until(lambda: desk.app.return_code == 0)
        free.set()
