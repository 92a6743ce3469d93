"""pocketsphinx on this machine (extra ``speech``): English only and rough, so used only when it is asked for by name.

Measured word errors: about one in ten with a clear voice, one in three over a telephone; other languages give
English nonsense. Runs in a child of its own, which is ended after the time limit.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from shutil import which

from tui_inbox.domain.errors import NotSent, Refused, Rejected
from tui_inbox.ports.transcriber import Transcript

PATIENCE = 60.0
BY = "rough/en"


class Rough:
    """Needs ffmpeg beside the extra. Raises ``Refused`` where one of them is missing."""

    def __init__(self, patience: float = PATIENCE) -> None:
        if find_spec("pocketsphinx") is None:
            raise Refused("speech_missing")
        if which("ffmpeg") is None:
            raise Refused("ffmpeg_missing")
        self._patience = patience

    def transcribe(self, name: str, type_: str, content: bytes, language: str) -> Transcript:
        if language not in ("", "en"):
            raise Refused("engine_english_only")
        try:
            done = subprocess.run(
                [sys.executable, "-m", "adapters.transcription.rough"],
                input=content,
                capture_output=True,
                timeout=self._patience,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NotSent("engine_slow") from None
        if done.returncode:
            raise Rejected("engine_refused", vendor_text=done.stderr.decode("utf-8", "replace")[-300:])
        return Transcript(done.stdout.decode("utf-8", "replace").strip(), BY)

    def close(self) -> None:
        """Nothing is kept open."""


def main() -> int:
    """A recording on standard input, its words on standard output."""
    from pocketsphinx import Decoder

    convert = ["ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "s16le", "-ac", "1", "-ar", "16000", "pipe:1"]
    sound = subprocess.run(convert, input=sys.stdin.buffer.read(), capture_output=True, check=False)
    if sound.returncode or not sound.stdout:
        sys.stderr.buffer.write(sound.stderr[-300:])
        return 1
    decoder = Decoder(loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(sound.stdout, full_utt=True)
    decoder.end_utt()
    heard = decoder.hyp()
    print(heard.hypstr if heard is not None else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
