"""A recording that is being written down keeps nobody waiting, and one that took too long is asked for again."""

from __future__ import annotations

from pathlib import Path

from storage.blobs import FileBlobs
from storage.store import SqlStore
from tests.builders import an_inbound
from tests.domain.test_audio import an_opus
from tests.services.test_transcribing import Engine
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import a_desk, a_session, converse
from tui_inbox.domain.errors import NotSent
from tui_inbox.domain.message import Attachment
from tui_inbox.services import transcribing


async def asked(desk: Desk) -> None:
    """«Write down what is said», from the message's menu."""
    await desk.press("enter", "enter")
    await desk.until(lambda: "write down what is said" in desk.text)
    for _ in range(6):
        if "write down" in desk.line("▌ write down"):
            break
        await desk.press("down")
    await desk.press("enter")
    await desk.until(lambda: "being written down…" in desk.text)
    await desk.press("escape")


async def test_the_list_scrolls_during_the_job_and_a_timeout_offers_it_again(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    blobs = FileBlobs(tmp_path / "blobs")
    sha256 = blobs.put(an_opus(12))
    voice = Attachment("voice.ogg", "audio/ogg", 4, sha256, "stored")
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "sms", "Bonjour", -90, phone="+33600000009")
        an_inbound(t, made, "", minutes=0, attachments=(voice,))
        converse(t, "Marc Petit", "sms", "Et le parking ?", -95, phone="+33600000008")
    house = a_desk(transcribes=True)
    async with sitting(a_session(sqlite_store, tmp_path, desk=house)) as desk:
        await asked(desk)
        await desk.press("down")
        await desk.until(lambda: "Et le parking ?" in desk.text.split("STAY")[0])
        await desk.at_rest()
        assert "to Marc Petit" in desk.text
        await desk.press("up")
        engine = Engine(NotSent("engine_slow"), "Une chambre avec vue")
        transcribing.write_down(sqlite_store, house, blobs, engine, desk.clock.now())
        await desk.press("f5")
        await desk.until(lambda: "needed more than a minute" in desk.text)
        await asked(desk)
        transcribing.write_down(sqlite_store, house, blobs, engine, desk.clock.now())
        await desk.press("f5")
        await desk.until(lambda: "Une chambre avec vue" in desk.text)
