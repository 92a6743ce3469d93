"""What writes down what is said in a recording."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Transcript(Struct, frozen=True):
    text: str
    by: str
    """Engine and language, as the thread shows them: ``whisper-1/fr``, ``rough English``."""


class Transcriber(Protocol):
    def transcribe(self, name: str, type_: str, content: bytes, language: str) -> Transcript:
        """``language`` is ISO 639-1, or empty when nobody knows it.

        Raises ``Refused`` (this file cannot be taken) or ``ChannelError`` (the engine does not answer, or says no).
        Ends within a minute, whatever happens.
        """
        ...

    def close(self) -> None: ...
