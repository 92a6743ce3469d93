"""The length of a recording, from its own header."""

from __future__ import annotations

import io
import struct
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tui_inbox.domain.audio import seconds_of


def a_wave(seconds: float, rate: int = 8000) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(bytes(int(seconds * rate) * 2))
    return target.getvalue()


def an_opus(seconds: float) -> bytes:
    """Two pages: the head, and one that ends at the last sample."""
    head = b"OggS\0\2" + struct.pack("<q", 0) + bytes(12) + b"\1\x13OpusHead" + bytes(11)
    return head + b"OggS\0\4" + struct.pack("<q", int(seconds * 48_000)) + bytes(12) + b"\1\x05sound"


@pytest.mark.parametrize(("seconds", "told"), [(0.4, 1), (1, 1), (299, 299), (299.2, 300), (301, 301)])
def test_wave_and_opus_tell_their_length_rounded_up(seconds: float, told: int) -> None:
    assert seconds_of(a_wave(seconds)) == told
    assert seconds_of(an_opus(seconds)) == told


@given(some.binary(max_size=300), some.sampled_from([b"", b"RIFF1234WAVE", b"OggS", b"RIFF1234WAVEfmt "]))
def test_any_bytes_give_a_length_or_none(content: bytes, head: bytes) -> None:
    told = seconds_of(head + content)
    assert told is None or told >= 0


def test_what_is_no_recording_has_no_length() -> None:
    assert seconds_of(b"") is None
    assert seconds_of(b"ID3\x04 an mp3") is None
