"""Recordings written down: asked for by a person, done by the worker, kept under the recording and found by search."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.blobs import FileBlobs
from storage.store import SqlStore
from tests.builders import a_conversation, a_guest, an_inbound
from tests.domain.test_audio import an_opus
from tests.fakes import NOON, hotel
from tests.services.conftest import ANA
from tui_inbox.domain.errors import NotSent, Refused
from tui_inbox.domain.message import Attachment
from tui_inbox.ports.transcriber import Transcript
from tui_inbox.rows import AttachmentRow, View
from tui_inbox.services import transcribing

DESK = hotel()._replace(transcribes=True)


class Engine:
    """Says what it is told to, and remembers in which language it was asked."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def transcribe(self, name: str, type_: str, content: bytes, language: str) -> Transcript:
        self.asked.append(language)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Transcript(answer, "whisper-1/fr")

    def close(self) -> None:
        """Nothing is open."""


def a_recording(store: SqlStore, blobs: FileBlobs, content: bytes, **values: object) -> int:
    file = Attachment("voice.ogg", "audio/ogg", len(content), blobs.put(content), "stored")
    with store.write() as t:
        guest = a_guest(t, "Claire Martin", phone="+33612345678", channel="sms", language="fr")
        message = an_inbound(t, a_conversation(t, guest), "", attachments=(file._replace(**values),))  # type: ignore[arg-type]
        return message.attachments[0].id


def file_of(store: SqlStore, attachment_id: int) -> Attachment:
    with store.read() as t:
        file = t.messages.attachment(attachment_id)
        assert file is not None
        return file


def ask(store: SqlStore, attachment_id: int) -> None:
    with store.write() as t:
        transcribing.ask(t, DESK, ANA, attachment_id, NOON)


def test_what_is_said_is_kept_shown_and_found(store: SqlStore, tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    sound = a_recording(store, blobs, an_opus(12))
    ask(store, sound)
    engine = Engine("Bonjour, nous arriverons vers\x1b[2J vingt-deux heures.")
    assert transcribing.write_down(store, DESK, blobs, engine, NOON) == 1
    assert engine.asked == ["fr"]
    told = file_of(store, sound)
    assert told.transcript_state == "done"
    assert told.transcript == "Bonjour, nous arriverons vers vingt-deux heures."
    assert (told.transcript_by, told.seconds) == ("whisper-1/fr", 12)
    with store.read() as t:
        (row,) = t.inbox.page(View(search="vingt deux heures"), "ana", NOON.date(), None, 10).rows
        shown: AttachmentRow = t.messages.page(row.id, None, 5)[0].attachments[0]
    assert shown.transcript == told.transcript
    assert transcribing.write_down(store, DESK, blobs, engine, NOON) == 0, "once"


def test_four_minutes_fifty_nine_is_taken_and_five_minutes_one_is_not(store: SqlStore, tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    short, long = a_recording(store, blobs, an_opus(299)), a_recording(store, blobs, an_opus(301))
    ask(store, short)
    ask(store, long)
    engine = Engine("short enough")
    transcribing.write_down(store, DESK, blobs, engine, NOON)
    assert file_of(store, short).transcript == "short enough"
    assert (file_of(store, long).transcript_state, file_of(store, long).transcript) == ("failed", "audio_too_long")
    told = a_recording(store, blobs, b"a form that tells nothing", seconds=301)
    with pytest.raises(Refused, match="audio_too_long"):
        ask(store, told)


def test_an_engine_that_fails_is_told_and_can_be_asked_again(store: SqlStore, tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    sound = a_recording(store, blobs, an_opus(3))
    ask(store, sound)
    engine = Engine(NotSent("engine_slow"), "Merci")
    transcribing.write_down(store, DESK, blobs, engine, NOON)
    assert (file_of(store, sound).transcript_state, file_of(store, sound).transcript) == ("failed", "engine_slow")
    ask(store, sound)
    transcribing.write_down(store, DESK, blobs, engine, NOON)
    assert file_of(store, sound).transcript == "Merci"


def test_a_recording_that_breaks_an_engine_does_not_hold_up_the_others(store: SqlStore, tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    first, second = a_recording(store, blobs, an_opus(3)), a_recording(store, blobs, an_opus(4))
    ask(store, first)
    ask(store, second)
    transcribing.write_down(store, DESK, blobs, Engine(RecursionError(), "Merci"), NOON)
    assert (file_of(store, first).transcript_state, file_of(store, second).transcript) == ("failed", "Merci")


def test_nothing_is_asked_without_an_engine_or_of_what_is_no_recording(store: SqlStore, tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    sound = a_recording(store, blobs, an_opus(3))
    picture = a_recording(store, blobs, b"png", type="image/png")
    away = a_recording(store, blobs, b"gone", state="remote")
    with store.write() as t:
        with pytest.raises(Refused, match="no_engine"):
            transcribing.ask(t, hotel(), ANA, sound, NOON)
        with pytest.raises(Refused, match="not_audio"):
            transcribing.ask(t, DESK, ANA, picture, NOON)
        with pytest.raises(Refused, match="not_stored"):
            transcribing.ask(t, DESK, ANA, away, NOON)


def test_a_recording_whose_file_is_lost_is_told(store: SqlStore, tmp_path: Path) -> None:
    sound = a_recording(store, FileBlobs(tmp_path / "one"), an_opus(3))
    ask(store, sound)
    transcribing.write_down(store, DESK, FileBlobs(tmp_path / "other"), Engine(), NOON)
    assert file_of(store, sound).transcript == "not_stored"
