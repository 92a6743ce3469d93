"""A message to a number nobody has written from."""

from __future__ import annotations

from pathlib import Path

from storage.store import SqlStore
from tests.tui.driving import sitting
from tests.tui.hotel import a_session, sketch


async def test_the_composer_names_the_number_of_a_guest_who_has_no_name_yet(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    with sqlite_store.write() as t:
        sketch(t)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await desk.press("m")
        await desk.type("+33699000000")
        await desk.until(lambda: "to +33699000000" in desk.text)
        await desk.press("enter")
        await desk.at_rest()
        assert "to +33699000000 · SMS" in desk.text
        assert "()" not in desk.text
