"""The worker's end of the parser child: one process, used again and again, replaced when a mail has killed it."""

from __future__ import annotations

import signal
import struct
import subprocess
import sys
import threading
from pathlib import Path

import msgspec

from adapters.email.parsed import Parsed
from tui_inbox.domain.errors import Malformed, NotSent

PARSE, FILE = 1, 2
OK, MALFORMED = 0, 1
ASK = struct.Struct(">BHI")
"""What to do, and the lengths of the place and of the mail that follow."""
HEAD = struct.Struct(">BI")
"""Status, and the length of the answer that follows."""
CPU_SECONDS = 2.0
WALL_SECONDS = 10.0
"""For a child that sleeps instead of working; generous, because a paused machine is nobody's fault."""
MEMORY = 256 * 1024 * 1024
MAILS_PER_CHILD = 5000
READY = b"ready"
"""The child's first word: without it the fault is ours, not the mail's."""
_ARGUMENTS = (sys.executable, "-I", str(Path(__file__).resolve().parent.parent / "mail_child.py"))


class MailParser:
    """Parses mails in a child process. Safe to use from several threads, which then wait for each other."""

    def __init__(self, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._lock = threading.Lock()

    def parse(self, raw: bytes) -> Parsed:
        """Raises ``Malformed`` (``mail_too_slow``, ``mail_too_big``, ``mail_too_deep``, ``mail_unreadable`` …), and
        ``NotSent("mail_parser_down")`` where no mail can be read at all.
        """
        answer = self._ask(PARSE, b"", raw)
        try:
            return msgspec.json.decode(answer, type=Parsed)
        except msgspec.DecodeError:
            raise Malformed("mail_unreadable") from None

    def file(self, raw: bytes, path: str) -> bytes:
        """The content of an attachment. Raises ``Malformed``."""
        return self._ask(FILE, path.encode("ascii", "replace")[:1000], raw)

    def close(self) -> None:
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """Of the living child, for tests."""
        return self._child.pid if self._child is not None else None

    def _ask(self, kind: int, place: bytes, raw: bytes) -> bytes:
        with self._lock:
            child = self._ready()
            late = threading.Event()
            timer = threading.Timer(self._wall_seconds, _kill, (child, late))
            timer.daemon = True
            timer.start()
            try:
                answer = _exchange(child, kind, place, raw)
            finally:
                timer.cancel()
            if answer is None:
                raise Malformed(self._died(late.is_set()))
            status, content = answer
        if status == OK:
            return content
        code, _colon, kind_of_error = content.decode("ascii", "replace").partition(":")
        raise Malformed(code, **({"error": kind_of_error} if kind_of_error else {}))

    def _ready(self) -> subprocess.Popen[bytes]:
        child = self._child
        if child is not None and (child.poll() is not None or self._served >= MAILS_PER_CHILD):
            self._end()
            child = None
        if child is None:
            child = _started()
            self._child, self._served = child, 0
            if child.stdout is None or child.stdout.read(len(READY)) != READY:
                self._end()
                raise NotSent("mail_parser_down")
        self._served += 1
        return child

    def _died(self, late: bool) -> str:
        code = self._end()
        return "mail_too_slow" if late or code in (-signal.SIGPROF, -signal.SIGXCPU) else "mail_crashed"

    def _end(self) -> int | None:
        child, self._child = self._child, None
        if child is None:
            return None
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    pass
        try:
            return child.wait(timeout=2)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()


def _started() -> subprocess.Popen[bytes]:
    """Raises ``NotSent("mail_parser_down")``: a machine without memory for it is not the mail's fault."""
    try:
        return subprocess.Popen(
            _ARGUMENTS,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8"},
            start_new_session=True,
        )
    except OSError:
        raise NotSent("mail_parser_down") from None


def _kill(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _exchange(child: subprocess.Popen[bytes], kind: int, place: bytes, raw: bytes) -> tuple[int, bytes] | None:
    """(status, content), or None when the child is gone."""
    if child.stdin is None or child.stdout is None:
        return None
    try:
        child.stdin.write(ASK.pack(kind, len(place), len(raw)) + place)
        child.stdin.write(raw)
        child.stdin.flush()
        head = child.stdout.read(HEAD.size)
        if len(head) < HEAD.size:
            return None
        status, length = HEAD.unpack(head)
        content = child.stdout.read(length)
    except OSError:
        return None
    return (status, content) if len(content) == length else None
