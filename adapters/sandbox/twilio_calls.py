"""The telephone side of the simulated Twilio: what its number was told to do, and the calls that came of it."""

from __future__ import annotations

import io
import math
import struct
import threading
import wave
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

_RATE = 8000
_DIALLED = 2
"""Seconds before the other telephone rings."""
_PROCESSING = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class StoredCall:
    """One leg; ``status`` is what it ends with."""

    sid: str
    direction: str
    from_: str
    to: str
    began: datetime
    ends: datetime
    status: str
    seconds: int
    parent: str = ""

    def now(self, at: datetime) -> str:
        return self.status if at >= self.ends else "in-progress"


@dataclass(frozen=True, slots=True)
class StoredRecording:
    sid: str
    call: str
    seconds: int
    made: datetime
    source: str = "RecordVerb"

    def now(self, at: datetime) -> str:
        return "completed" if at >= self.made + _PROCESSING else "processing"


@dataclass(slots=True)
class Telephone:
    """The number's instructions and everything that was spoken through it."""

    number_sid: str = "PN" + "7b" * 16
    voice_url: str = ""
    voice_method: str = "POST"
    application: str = ""
    trunk: str = ""
    stubborn: bool = False
    """Takes new instructions with 200 and keeps the old ones."""
    _calls: dict[str, StoredCall] = field(default_factory=dict)
    _recordings: dict[str, StoredRecording] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def instruct(self, form: dict[str, str]) -> None:
        with self._lock:
            if self.stubborn:
                return
            self.voice_url = form.get("VoiceUrl", self.voice_url)
            self.voice_method = form.get("VoiceMethod", self.voice_method)
            self.application = form.get("VoiceApplicationSid", self.application)

    def calls(self) -> list[StoredCall]:
        """All legs, newest first."""
        with self._lock:
            return sorted(self._calls.values(), key=lambda call: (call.began, call.sid), reverse=True)

    def recordings(self) -> list[StoredRecording]:
        with self._lock:
            return sorted(self._recordings.values(), key=lambda one: (one.made, one.sid), reverse=True)

    def ring(
        self, guest: str, own: str, at: datetime, *, talk: int = 0, voicemail: int = 0, rings: int = 12
    ) -> StoredCall:
        """A guest calls. Somebody at the target talks for ``talk`` seconds (0: nobody takes it); the guest leaves
        ``voicemail`` seconds if they are asked to. What happens is what the number was told."""
        with self._lock:
            target, after, records = self._plan()
            left = voicemail if records and not (target and talk) else 0
            taken = talk if target else 0
            rang = (rings if taken else min(after, 60)) if target else 0
            total = (_DIALLED + rang + taken if target else 0) + left
            sid, ends = "CA" + uuid4().hex, at + timedelta(seconds=total)
            call = StoredCall(sid, "inbound", guest, own, at, ends, "completed", total)
            self._calls[sid] = call
            if target:
                began = at + timedelta(seconds=_DIALLED)
                over = began + timedelta(seconds=rang + taken)
                status = "completed" if taken else "no-answer"
                leg = StoredCall(
                    "CA" + uuid4().hex, "outbound-dial", guest, target, began, over, status, taken, parent=sid
                )
                self._calls[leg.sid] = leg
            if left:
                recording = StoredRecording("RE" + uuid4().hex, sid, left, ends)
                self._recordings[recording.sid] = recording
            return call

    def remember(self, call: StoredCall) -> StoredCall:
        """Put a leg into the record as it is."""
        with self._lock:
            self._calls[call.sid] = call
            return call

    def record(self, recording: StoredRecording) -> StoredRecording:
        with self._lock:
            self._recordings[recording.sid] = recording
            return recording

    def _plan(self) -> tuple[str, int, bool]:
        """(target, seconds that it rings, is a recording made when nobody takes it), as the vendor's scripts do."""
        url = urlsplit(self.voice_url)
        asked = {key: values[0] for key, values in parse_qs(url.query).items()}
        if url.path.endswith("/forward"):
            fails = asked.get("FailUrl", "")
            return asked.get("PhoneNumber", ""), int(asked.get("Timeout", "20")), "%3CRecord" in fails
        return "", 0, url.path.endswith("/echo") and "<Record" in asked.get("Twiml", "")


def wav(seconds: int) -> bytes:
    """A tone of this length, as the vendor gives recordings: 8 kHz, 16 bit, one channel."""
    tone = b"".join(struct.pack("<h", int(6000 * math.sin(math.tau * 440 * n / _RATE))) for n in range(_RATE))
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        for _second in range(seconds):
            file.writeframesraw(tone)
    return made.getvalue()
