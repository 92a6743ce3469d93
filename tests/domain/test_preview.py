"""The line of a conversation: a recording is told as what it is, and a guest's words stay words."""

from __future__ import annotations

import pytest

from tui_inbox.domain.message import Attachment, preview, sound
from tui_inbox.wording.sounds import previewed


@pytest.mark.parametrize(
    ("name", "seconds", "told"),
    [
        ("audio.oga", 12, "Voice note 0:12"),
        ("audio-1.ogg", None, "Voice note"),
        ("", 75, "Voice note 1:15"),
        ("voicemail.wav", 14, "Voicemail 0:14"),
        ("recording.wav", 3720, "Recording 1:02:00"),
        ("Our song.mp3", 12, "Our song.mp3"),
    ],
)
def test_a_sound_is_named_by_what_it_is_unless_somebody_named_it(name: str, seconds: int | None, told: str) -> None:
    assert previewed(preview("", attachments=(Attachment(name, "audio/ogg", seconds=seconds),))) == told


def test_a_picture_keeps_its_name_and_words_come_before_what_came_with_them() -> None:
    assert previewed(preview("", attachments=(Attachment("audio.jpg", "image/jpeg"),))) == "audio.jpg"
    assert previewed(preview("Bonjour", attachments=(Attachment("audio.oga", "audio/ogg"),))) == "Bonjour"
    assert sound("audio.oga", "application/ogg") == ""


def test_a_guest_who_writes_a_code_is_quoted() -> None:
    assert previewed(preview("<voice 12>")) == "‹voice 12›"
    assert previewed(preview("  <voicemail> ")) == "‹voicemail›"
