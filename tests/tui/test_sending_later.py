"""A text leaves at the hour that was typed, or at none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from storage.store import SqlStore
from tests.tui.driving import sitting
from tests.tui.hotel import a_session, sketch
from tui_inbox import wording
from tui_inbox.tui.dialogs.snooze import typed_time

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(("language", "text"), [("en", "tomorrow 9:00"), ("en", "Tomorrow 9"), ("fr", "demain 9h")])
def test_tomorrow_is_a_day_in_the_language_of_the_screen(language: str, text: str) -> None:
    wording.use(language)
    try:
        found = typed_time(text, datetime(2026, 11, 22, 15, 0, tzinfo=UTC), PARIS)
    finally:
        wording.use("en")
    assert found == (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "")


async def test_what_is_no_time_plans_nothing(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        sketch(t)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await desk.press("r")
        await desk.type("Yes")
        await desk.press("ctrl+l")
        await desk.type("someday")
        await desk.until(lambda: "someday" in desk.text)
        await desk.press("enter")
        assert desk.inbox.answering.send_at is None
        assert "no time that is understood" in desk.text
