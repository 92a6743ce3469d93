"""Whole screens as text, in both languages and at both sizes; UPDATE_SCREENS=1 writes them anew.

A picture of cells says what a person would see, and stays the same when only colours or the framework change.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hatch_build import compile_catalogues
from storage.store import SqlStore
from tests.tui.driving import sitting
from tests.tui.hotel import a_session, sketch
from tui_inbox import wording

FOLDER = Path(__file__).parent / "screens"
ROOT = Path(__file__).parents[2]
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
KEYS = {
    "inbox": (),
    "thread": ("enter",),
    "composer": ("r", "O", "u", "i"),
    "locked": ("j", "j", "j", "j", "r"),
    "snooze": ("z",),
    "pending": ("2",),
    "card": ("p",),
}


@pytest.fixture(scope="module", autouse=True)
def catalogues() -> None:
    """Compiled, where an editable install has older ones."""
    compile_catalogues(ROOT)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", KEYS)
async def test_the_screen_is_the_one_that_was_approved(
    sqlite_store: SqlStore, tmp_path: Path, name: str, size: str, language: str
) -> None:
    wording.use(language)
    with sqlite_store.write() as t:
        sketch(t)
    async with sitting(a_session(sqlite_store, tmp_path), SIZES[size]) as desk:
        for key in KEYS[name]:
            await desk.press(key)
            await desk.at_rest()
        if name == "composer":
            await desk.until(lambda: desk.inbox.rows.current is not None and desk.inbox.rows.current.has_draft)
            await desk.at_rest()
        await desk.looks_as(FOLDER / f"{name}-{size}-{language}.txt")
