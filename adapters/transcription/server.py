"""A server with ``POST /v1/audio/transcriptions`` (OpenAI, speaches, LocalAI, whisper.cpp with that path set).

Request and answer after OpenAI's published description; errors come as text, object or ``detail``, and are taken in
each form.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from adapters._answers import Answer
from adapters._http import Http, Limits, Upload, bearer
from adapters._json import decoded
from tui_inbox.domain.errors import ChannelError, Malformed, NotSent, Refused, Rejected, Unknown
from tui_inbox.ports.secrets import Secret
from tui_inbox.ports.transcriber import Transcript

PATH = "/v1/audio/transcriptions"
MOST_BYTES = 25 * 1024 * 1024
"""What hosted servers are widely said to take; their description names no figure."""
PATIENCE = 60.0
EXTENSIONS = {
    "audio/ogg": "ogg", "audio/opus": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/aac": "m4a",
    "audio/x-m4a": "m4a", "audio/wav": "wav", "audio/x-wav": "wav", "audio/wave": "wav", "audio/webm": "webm",
    "audio/flac": "flac", "video/mp4": "mp4",
}  # fmt: skip
"""The server knows the form by the name's ending."""


class _Said(Struct):
    text: str | None = None
    language: str | None = None
    error: Any = None
    detail: Any = None


class Server:
    """One address, one model."""

    def __init__(
        self,
        base_url: str,
        model: str,
        secret: Secret | None = None,
        *,
        unknown_language: str = "",
        limits: Limits | None = None,
    ) -> None:
        """``unknown_language`` is sent where nobody knows it: whisper.cpp wants ``auto``, OpenAI nothing.

        Raises ``Refused("bad_base_url")``.
        """
        self._model = model
        self._unknown = unknown_language
        self._http = Http(
            base_url,
            auth=bearer(secret) if secret is not None else None,
            explain=_explain,
            limits=limits or Limits(read=PATIENCE, total=PATIENCE),
        )

    def transcribe(self, name: str, type_: str, content: bytes, language: str) -> Transcript:
        ending = EXTENSIONS.get(type_.partition(";")[0].strip().lower())
        if ending is None:
            raise Refused("audio_form", type=type_)
        if len(content) > MOST_BYTES:
            raise Refused("audio_too_big", limit=MOST_BYTES // 1_000_000)
        form = {"model": self._model, "response_format": "json"}
        if language or self._unknown:
            form["language"] = language or self._unknown
        upload = Upload("file", f"audio.{ending}", type_, content)
        said = self._asked(form, upload)
        if said.text is None:
            raise Rejected("engine_refused", vendor_text=_words(said.error or said.detail))
        return Transcript(
            said.text.strip(), "/".join(part for part in (self._model, said.language or language) if part)
        )

    def _asked(self, form: dict[str, str], upload: Upload) -> _Said:
        """Once more when the server was not there: writing the same down twice harms nobody."""
        try:
            answer = self._http.send(PATH, form=form, upload=upload)
        except (NotSent, Unknown) as error:
            if error.code == "timeout":
                raise NotSent("engine_slow") from None
            answer = self._http.send(PATH, form=form, upload=upload)
        try:
            return decoded(answer.content, _Said)
        except Malformed:
            raise NotSent("engine_unreadable", http_status=answer.status) from None

    def close(self) -> None:
        self._http.close()


def _explain(answer: Answer) -> ChannelError | None:
    if 200 <= answer.status < 300 or answer.status in (401, 403, 429):
        return None
    try:
        said = msgspec.json.decode(answer.content, type=_Said)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        said = _Said()
    words = _words(said.error or said.detail)
    if 400 <= answer.status < 500:
        return Rejected("engine_refused", vendor_text=words, http_status=answer.status)
    return NotSent("engine_down", vendor_text=words, http_status=answer.status)


def _words(told: Any) -> str:
    """The engine's own words, whichever form they come in."""
    if isinstance(told, dict):
        told = told.get("message") or told.get("msg") or ""
    if isinstance(told, list):
        told = "; ".join(_words(one) for one in told)
    return str(told or "")[:500]
