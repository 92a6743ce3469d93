"""What the thread shows beside the words: comments nested, quotes, reactions, edits, calls, what was heard."""

from __future__ import annotations

from pathlib import Path

from storage.store import SqlStore
from tests.builders import a_reply, an_inbound, at
from tests.tui.driving import sitting
from tests.tui.hotel import a_desk, a_session, converse
from tui_inbox.domain.conversation import DeadlineKind
from tui_inbox.domain.message import Attachment, Kind
from tui_inbox.tui.render.line import strip
from tui_inbox.tui.theme import DARK, Ink


def _order(text: str, *words: str) -> bool:
    places = [text.index(word) for word in words]
    return places == sorted(places)


async def test_answers_stand_under_their_comment_with_the_posts_title(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "sms", "Bonjour", -90, phone="+33600000009")
        an_inbound(
            t, made, "Beau jardin", minutes=-60, kind=Kind.COMMENT, external_id="c1", parent="p1", subject="Été ouvert"
        )
        an_inbound(t, made, "Autre sujet", minutes=-50, external_id="m9")
        a_reply(t, made, "Merci Lea", minutes=-40, kind=Kind.COMMENT, external_id="c2", parent="c1")
        an_inbound(t, made, "Et la piscine ?", minutes=-30, kind=Kind.COMMENT, external_id="c3", parent="c2")
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        assert "comment on “Été ouvert”" in desk.text
        assert _order(desk.text, "Autre sujet", "Beau jardin", "Merci Lea", "Et la piscine")
        assert desk.text.count("comment") == 1, "the post is named once, above what stands under it"


async def test_a_quote_a_reaction_and_an_edit_are_told(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "sms", "Bonjour", -90, phone="+33600000009")
        a_reply(t, made, "Le spa ouvre à 10 h", minutes=-60, external_id="m1", reactions={"guest": "👍"})
        an_inbound(t, made, "Parfait", minutes=-50, external_id="m2", quoted="m1")
        an_inbound(t, made, "Sans lui", minutes=-45, external_id="m3", quoted="gone")
        an_inbound(t, made, "À midi", minutes=-40, external_id="m4", edited_at=at(-35))
        an_inbound(t, made, "Oubliez", minutes=-30, external_id="m5", removed_at=at(-29))
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        assert desk.text.count("Le spa ouvre à 10 h") == 2
        assert "Guest 👍" in desk.text
        assert "an earlier message" in desk.text
        assert "edited 09:25; Enter: what it said before" in desk.text
        assert "Oubliez" in desk.text
        assert "unsent 09:31" in desk.text


async def test_calls_and_what_was_said_on_them_are_lines_of_the_thread(sqlite_store: SqlStore, tmp_path: Path) -> None:
    heard = Attachment("message.wav", "audio/wav", 1000, state="stored", transcript="Bonjour, une chambre ?")
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "sms", "Bonjour", -90, phone="+33600000009")
        an_inbound(t, made, "", minutes=-60, kind=Kind.CALL, seconds=134)
        an_inbound(t, made, "", minutes=-50, kind=Kind.CALL)
        an_inbound(
            t, made, "", minutes=-40, kind=Kind.CALL, seconds=20,
            attachments=(heard._replace(transcript_state="done", transcript_by="whisper-1/fr"),),
        )  # fmt: skip
        an_inbound(t, made, "", minutes=-30, attachments=(heard._replace(transcript_state="asked", transcript=""),))
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        assert "call, 2:14" in desk.text
        assert "missed call" in desk.text
        assert _order(desk.text, "message.wav", "Bonjour, une chambre ?", "heard by whisper-1/fr")
        assert "being written down…" in desk.text


async def test_enter_on_an_edited_message_shows_what_it_said_before(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "sms", "Bonjour", -90, phone="+33600000009")
        written = an_inbound(t, made, "À midi", minutes=0, edited_at=at(1))
        t.messages.revise(written, "À onze heures", at(1))
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await desk.press("enter", "enter")
        await desk.until(lambda: "This message" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: "À onze heures" in desk.text)


async def test_a_recording_is_given_to_the_engine_from_its_menu(sqlite_store: SqlStore, tmp_path: Path) -> None:
    voice = Attachment("voice.ogg", "audio/ogg", 1000, "0" * 64, "stored")
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "sms", "Bonjour", -90, phone="+33600000009")
        an_inbound(t, made, "", minutes=0, attachments=(voice,))
    session = a_session(sqlite_store, tmp_path, desk=a_desk(transcribes=True))
    async with sitting(session) as desk:
        await desk.press("enter", "enter")
        await desk.until(lambda: "write down what is said" in desk.text)
        await desk.press("down", "down", "enter")
        await desk.until(lambda: "being written down…" in desk.text)


async def test_a_recording_that_is_still_at_the_vendor_is_fetched_and_then_written_down(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "sms", "Bonjour", -90, phone="+33600000009")
        an_inbound(t, made, "", minutes=0, attachments=(Attachment("voice.ogg", "audio/ogg"),))
    session = a_session(sqlite_store, tmp_path, desk=a_desk(transcribes=True))
    async with sitting(session) as desk:
        await desk.press("enter", "enter")
        await desk.until(lambda: "write down what is said" in desk.text)
        await desk.pilot.press("down", "down", "enter")
        await desk.until(lambda: "the recording is fetched first" in desk.text)
        with sqlite_store.write() as t:
            (job,) = t.jobs.queued(5)
            file = t.messages.attachment(int(job.params["attachment"]))
            assert job.kind == "download"
            assert file is not None
            t.messages.put_attachment(file._replace(state="stored", sha256="0" * 64))
            t.jobs.finish(job.id, True, {}, at(1))
        await desk.until(lambda: "being written down…" in desk.text)


async def test_an_answer_to_a_file_names_the_file(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "sms", "Bonjour", -90, phone="+33600000009")
        an_inbound(t, made, "", minutes=-60, external_id="m_1", attachments=(Attachment("voice.ogg", "audio/ogg"),))
        an_inbound(t, made, "Is it loud?", minutes=0, quoted="m_1")
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        assert desk.text.count("Voice note") == 2


async def test_two_hours_before_a_sites_mark_the_bell_rings_once_and_offers_no_reply_needed(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    mark = {"deadline_kind": DeadlineKind.REPLY_MARK}
    with sqlite_store.write() as t:
        converse(t, "Lea", "booking", "ok merci", -1325, account="ota", deadline_at=at(115), **mark)
        converse(t, "Bo", "booking", "?", -60, account="ota", deadline_at=at(121), **mark)
        converse(t, "Cy", "sms", "?", -60, phone="+33600000009", deadline_at=at(60), deadline_kind=DeadlineKind.WINDOW)
    rings: list[int] = []
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        desk.app.bell = lambda: rings.append(1)  # type: ignore[method-assign]
        for _ in range(2):
            desk.app.screen.tick()  # type: ignore[attr-defined]
            await desk.settle()
        await desk.until(lambda: rings)
        assert "answer Lea by 11:55; x where no answer is needed" in desk.text
        assert rings == [1]


async def test_what_is_special_about_a_guests_message_stands_under_it(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "booking", "Bonjour", -90, account="ota")
        an_inbound(t, made, "Other dates, please", minutes=-60, error_code="answer_in_extranet")
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        assert "Answer this request in the Extranet" in desk.text


def test_what_was_taken_back_is_struck_and_nothing_beside_it() -> None:
    painted = strip(Ink(DARK), 30, [("   ", ""), ("Is er een lift??", "muted strike"), (" ", "")])
    struck = "".join(part.text for part in painted if part.style and part.style.strike)
    assert struck == "Is er een lift??"
