"""What is wrong with the program stands in the bottom line of every screen for as long as it is so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import NOW
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import a_session, sketch
from tui_inbox import wording
from tui_inbox.rows import WorkerCare
from tui_inbox.tui.widgets.bars import BottomBar


@pytest.fixture
def hotel(sqlite_store: SqlStore) -> SqlStore:
    with sqlite_store.write() as t:
        sketch(t)
        t.workers.beat("boot", 1, NOW, NOW)
    return sqlite_store


def bottom(desk: Desk) -> str:
    """The last line of the screen in sight."""
    assert desk.app.screen.query_one(BottomBar)
    return desk.text.rstrip("\n").split("\n")[-1]


@pytest.mark.parametrize(
    ("size", "language", "words"),
    [((80, 24), "fr", "muet depuis 2 min"), ((60, 20), "en", "worker silent for 2 min")],
)
async def test_a_worker_that_died_is_told_whatever_has_the_focus(
    hotel: SqlStore, tmp_path: Path, size: tuple[int, int], language: str, words: str
) -> None:
    wording.use(language)
    async with sitting(a_session(hotel, tmp_path), size) as desk:
        await desk.inbox.look_after()
        assert words not in desk.text
        desk.clock.forward(minutes=2)
        await desk.press("r")
        await desk.type("Bonjour")
        await desk.inbox.look_after()
        await desk.settle()
        assert desk.app.focused is desk.inbox.composer.box
        assert words in bottom(desk)
        await desk.press("escape")
        assert words in bottom(desk)
        await desk.press("escape", "f8")
        assert words in bottom(desk)
        await desk.press("escape", "u")  # a notice of some seconds
        assert words in bottom(desk)


async def test_the_minute_of_silence_is_told_when_it_is_over_and_not_at_the_next_tick(
    hotel: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sitting(a_session(hotel, tmp_path)) as desk:
        asked: list[tuple[float, Callable[[], None]]] = []
        monkeypatch.setattr(desk.inbox, "set_timer", lambda delay, callback: asked.append((delay, callback)))
        desk.clock.forward(seconds=50)
        await desk.inbox.look_after()
        ((delay, callback),) = asked
        assert 10 < delay < 11
        desk.clock.forward(seconds=delay)
        callback()
        await desk.until(lambda: "worker silent for 1 min" in desk.text)


async def test_a_worker_that_is_starting_is_no_trouble(sqlite_store: SqlStore, tmp_path: Path) -> None:
    given = iter([WorkerCare("starting"), WorkerCare("starting"), WorkerCare()])
    async with sitting(a_session(sqlite_store, tmp_path, keep_worker=lambda: next(given))) as desk:
        desk.inbox.begin_to_look_after()
        await desk.settle()
        assert desk.inbox.care == WorkerCare("starting")
        assert "worker" not in bottom(desk)
        await desk.inbox.keep_worker()
        await desk.inbox.look_after()
        assert "worker" not in bottom(desk)
        await desk.inbox.keep_worker()
        await desk.settle()
        assert "worker not running" in bottom(desk)
        assert "runs again" not in desk.text


async def test_that_a_worker_is_started_again_is_said_until_it_runs(hotel: SqlStore, tmp_path: Path) -> None:
    told = [WorkerCare(), WorkerCare("starting_again"), WorkerCare("keeps_ending", NOW + timedelta(minutes=3))]
    given = iter([*told, WorkerCare()])
    async with sitting(a_session(hotel, tmp_path, keep_worker=lambda: next(given)), (80, 24)) as desk:
        await desk.press("r")
        await desk.inbox.keep_worker()
        assert "worker" not in bottom(desk)
        await desk.inbox.keep_worker()
        await desk.settle()
        assert "the worker died; it is started again" in bottom(desk)
        await desk.inbox.keep_worker()
        await desk.settle()
        assert "the worker keeps dying; next try 10:03" in bottom(desk)
        await desk.inbox.keep_worker()
        await desk.settle()
        assert "keeps dying" not in desk.text
        assert "the worker runs again" in bottom(desk)
