"""One terminal, several people: what somebody types stays theirs."""

from __future__ import annotations

from pathlib import Path

from storage.store import SqlStore
from tests.builders import at
from tests.tui.driving import sitting
from tests.tui.hotel import a_session, sketch
from tui_inbox.services import replying
from tui_inbox.services.desk import Actor

ANA = Actor("ana", "Ana Lopez", role="admin")
LEO = Actor("leo", "Léo Moreau", role="admin")


async def test_another_person_finds_their_own_draft_and_leaves_the_first_one_s_alone(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    with sqlite_store.write() as t:
        claire = sketch(t)
        replying.save_draft(t, LEO, claire.id, "Les bagages de Léo", at(0))
    session = a_session(sqlite_store, tmp_path, actor=ANA, shared=True, people={"ana": ANA, "leo": LEO})
    async with sitting(session) as desk:
        await desk.press("r")
        await desk.type("Le parking")
        await desk.press("escape", "W", "down", "enter")
        await desk.until(lambda: desk.app.actor == LEO)
        await desk.at_rest()
        assert desk.inbox.composer.text == "Les bagages de Léo"
        await desk.press("escape", "W", "home", "enter")
        await desk.until(lambda: desk.app.actor == ANA)
        await desk.at_rest()
        assert desk.inbox.composer.text == "Le parking"
    with sqlite_store.read() as t:
        leo = t.drafts.get(claire.id, "leo")
        assert leo is not None
        assert leo.text == "Les bagages de Léo"


async def test_a_shared_login_asks_at_the_start_and_nothing_is_done_before(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    with sqlite_store.write() as t:
        sketch(t)
    nobody = Actor("", "", role="read-only")
    session = a_session(sqlite_store, tmp_path, actor=nobody, shared=True, people={"ana": ANA, "leo": LEO})
    async with sitting(session) as desk:
        await desk.until(lambda: "Who are you?" in desk.text)
        assert "Léo Moreau" in desk.text
        await desk.press("down", "enter")
        await desk.until(lambda: desk.app.actor == LEO)
        await desk.at_rest()
        await desk.press("r")
        assert not desk.inbox.composer.box.read_only
