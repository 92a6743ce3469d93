"""The screens beside the inbox as text: the narrow one in the longer language, the wide one in English.

UPDATE_SCREENS=1 writes them anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hatch_build import compile_catalogues
from storage.store import SqlStore
from tests.tui.beside import furnish, outbox_of_each_kind
from tests.tui.driving import sitting
from tests.tui.hotel import a_session, sketch
from tui_inbox import wording

FOLDER = Path(__file__).parent / "screens"
ROOT = Path(__file__).parents[2]
WAYS = {"80x24-fr": ((80, 24), "fr"), "120x40-en": ((120, 40), "en")}
KEYS = {
    "outbox": ("f3", "down"),
    "sent": ("f4",),
    "guests": ("f6",),
    "guest": ("f3", "p"),
    "guest-form": ("f3", "p", "e"),
    "texts": ("f7",),
    "text-form": ("f7", "e"),
    "rules": ("f12",),
    "rule-form": ("f12", "e"),
    "dry-run": ("f12", "t"),
    "booking": ("f9", "b"),
    "channels": ("f8", "down"),
    "quarantine": ("f8", "s"),
    "planned": ("f9",),
}


@pytest.fixture(scope="module", autouse=True)
def catalogues() -> None:
    """Compiled, where an editable install has older ones."""
    compile_catalogues(ROOT)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", KEYS)
async def test_the_screen_is_the_one_that_was_approved(
    sqlite_store: SqlStore, tmp_path: Path, name: str, way: str
) -> None:
    size, language = WAYS[way]
    wording.use(language)
    with sqlite_store.write() as t:
        sketch(t)
        outbox_of_each_kind(t)
        furnish(t)
    async with sitting(a_session(sqlite_store, tmp_path), size) as desk:
        for key in KEYS[name]:
            await desk.press(key)
        await desk.looks_as(FOLDER / f"{name}-{way}.txt")
