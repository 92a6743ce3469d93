"""A speech server with OpenAI's transcription call on loopback: it knows the sample hotel's recordings by heart."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from adapters.sandbox.multipart import parted
from adapters.sandbox.server import Simulator


@dataclass
class Speech:
    """The server's whole state."""

    token: str = ""
    """Empty: nobody is asked for one."""
    words: dict[str, str] = field(default_factory=dict)
    """sha256 of a recording -> what is said in it."""
    otherwise: str = "I could not make out much."
    answers: list[tuple[int, object]] = field(default_factory=list)
    """(status, body) to be given before any other, for tests: text, an object, ``detail``."""
    delay: float = 0.0
    heard: list[dict[str, str]] = field(default_factory=list)
    """The form fields of every request, with the file's name."""


class SandboxSpeech(Simulator):
    def __init__(self, speech: Speech | None = None, port: int = 0) -> None:
        self.speech = speech or Speech()
        super().__init__([Route("/v1/audio/transcriptions", self._transcribe, methods=["POST"])], port)

    async def _transcribe(self, request: Request) -> Response:
        speech = self.speech
        wanted, given = f"Bearer {speech.token}", request.headers.get("authorization", "")
        if speech.token and not hmac.compare_digest(wanted.encode(), given.encode()):
            return JSONResponse({"error": {"message": "Incorrect API key provided."}}, 401)
        name, _type, content, fields = parted(request.headers.get("content-type", ""), await request.body())
        speech.heard.append({**fields, "file": name})
        if speech.delay:
            await asyncio.sleep(speech.delay)
        if speech.answers:
            status, body = speech.answers.pop(0)
            return PlainTextResponse(body, status) if isinstance(body, str) else JSONResponse(body, status)
        text = speech.words.get(hashlib.sha256(content).hexdigest(), speech.otherwise)
        return JSONResponse({"text": text})
