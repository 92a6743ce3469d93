"""Speech servers: every form of their errors, one more try for those that are not there, and no recording too much."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from adapters._http import Limits
from adapters.sandbox.speech import SandboxSpeech, Speech
from adapters.transcription import rough
from adapters.transcription.rough import Rough
from adapters.transcription.server import Server
from tui_inbox.domain.errors import AccountBlocked, NotSent, Refused, Rejected
from tui_inbox.ports.secrets import Secret

NOTE = b"OggS a voice"


@pytest.fixture
def box() -> Iterator[SandboxSpeech]:
    words = {hashlib.sha256(NOTE).hexdigest(): " Bonjour, nous arriverons vers vingt-deux heures. "}
    with SandboxSpeech(Speech(token="key-7d21", words=words)) as box:
        yield box


@pytest.fixture
def engine(box: SandboxSpeech) -> Iterator[Server]:
    made = Server(box.base_url, "whisper-1", Secret("key-7d21"))
    yield made
    made.close()


def test_what_is_said_comes_back_with_engine_and_language(engine: Server, box: SandboxSpeech) -> None:
    heard = engine.transcribe("note.ogg", "audio/ogg; codecs=opus", NOTE, "fr")
    assert heard.text == "Bonjour, nous arriverons vers vingt-deux heures."
    assert heard.by == "whisper-1/fr"
    (asked,) = box.speech.heard
    assert asked == {"model": "whisper-1", "response_format": "json", "language": "fr", "file": "audio.ogg"}


def test_an_unknown_language_is_left_out_or_named_as_the_server_wants_it(box: SandboxSpeech) -> None:
    with_auto = Server(box.base_url, "m", Secret("key-7d21"), unknown_language="auto")
    without = Server(box.base_url, "m", Secret("key-7d21"))
    with_auto.transcribe("n", "audio/wav", NOTE, "")
    without.transcribe("n", "audio/wav", NOTE, "")
    assert [asked.get("language") for asked in box.speech.heard] == ["auto", None]
    with_auto.close()
    without.close()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "could not read audio"}, "could not read audio"),
        ({"error": {"message": "Invalid file format.", "code": None}}, "Invalid file format."),
        ({"detail": [{"msg": "Field required"}]}, "Field required"),
        ("File Not Found (/v1/audio)", ""),
    ],
)
def test_an_error_is_told_whatever_form_it_has_and_is_not_tried_again(
    engine: Server, box: SandboxSpeech, body: object, words: str
) -> None:
    box.speech.answers.append((400, body))
    with pytest.raises(Rejected) as told:
        engine.transcribe("n", "audio/ogg", NOTE, "fr")
    assert told.value.code == "engine_refused"
    assert told.value.vendor_text == words
    assert len(box.speech.heard) == 1


def test_an_error_with_status_200_is_an_error(engine: Server, box: SandboxSpeech) -> None:
    box.speech.answers.append((200, {"error": "model not loaded"}))
    with pytest.raises(Rejected, match="engine_refused"):
        engine.transcribe("n", "audio/ogg", NOTE, "fr")


def test_a_server_that_is_loading_is_asked_once_more(engine: Server, box: SandboxSpeech) -> None:
    box.speech.answers.append((503, {"error": "loading model"}))
    assert engine.transcribe("n", "audio/ogg", NOTE, "fr").text.startswith("Bonjour")
    box.speech.answers += [(500, "x"), (500, "x")]
    with pytest.raises(NotSent, match="engine_down"):
        engine.transcribe("n", "audio/ogg", NOTE, "fr")


def test_a_wrong_key_is_told_as_one(box: SandboxSpeech) -> None:
    engine = Server(box.base_url, "m", Secret("wrong"))
    with pytest.raises(AccountBlocked, match="auth"):
        engine.transcribe("n", "audio/ogg", NOTE, "fr")
    engine.close()


def test_a_slow_server_is_left_after_the_limit(box: SandboxSpeech) -> None:
    box.speech.delay = 1.0
    engine = Server(box.base_url, "m", Secret("key-7d21"), limits=Limits(read=0.1, total=0.2))
    with pytest.raises(NotSent, match="engine_slow"):
        engine.transcribe("n", "audio/ogg", NOTE, "fr")
    engine.close()


def test_what_the_engine_cannot_take_is_refused_before_the_wire(engine: Server, box: SandboxSpeech) -> None:
    with pytest.raises(Refused) as form:
        engine.transcribe("n", "audio/midi", NOTE, "fr")
    with pytest.raises(Refused) as size:
        engine.transcribe("n", "audio/ogg", bytes(25 * 1024 * 1024 + 1), "fr")
    assert (form.value.code, size.value.code) == ("audio_form", "audio_too_big")
    assert box.speech.heard == []


def test_the_rough_engine_says_what_is_missing_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rough, "find_spec", lambda _name: None)
    with pytest.raises(Refused, match="speech_missing"):
        Rough()
    monkeypatch.setattr(rough, "find_spec", lambda _name: object())
    monkeypatch.setattr(rough, "which", lambda _name: None)
    with pytest.raises(Refused, match="ffmpeg_missing"):
        Rough()


def test_the_rough_engine_takes_no_other_language_and_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rough, "find_spec", lambda _name: object())
    monkeypatch.setattr(rough, "which", lambda _name: "/usr/bin/ffmpeg")
    with pytest.raises(Refused, match="engine_english_only"):
        Rough().transcribe("n", "audio/ogg", NOTE, "fr")
    with pytest.raises(NotSent, match="engine_slow"):
        Rough(patience=0.0).transcribe("n", "audio/ogg", NOTE, "en")
