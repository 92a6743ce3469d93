"""A real terminal line for the screen's tests: keys go in as bytes, and every byte that comes out is kept."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import pyte

from tests.waiting import wish

PATIENCE = 60.0
"""Seconds after which something that should have happened has not: a whole hotel starts, on a machine that is busy."""
SYNC_QUESTION = b"\x1b[?2026$p"
SYNC_ANSWER = b"\x1b[?2026;2$y"


class Line:
    """Runs ``tests.e2e.run_inbox`` (or another command) on a pty and shows what a terminal would show."""

    def __init__(
        self,
        folder: Path,
        columns: int = 120,
        rows: int = 40,
        *,
        command: Sequence[str] = (),
        controlling: bool = True,
        **environment: str,
    ) -> None:
        """``controlling``: the kernel tells the program when the line drops, as it does behind a login."""
        self._controlling = controlling
        self.raw = bytearray()
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._command = list(command) or [sys.executable, "-m", "tests.e2e.run_inbox", str(folder)]
        self._size = struct.pack("HHHH", rows, columns, 0, 0)
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLORFGBG")}
        self._environment = {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        self._environment.update(environment)

    def __enter__(self) -> Line:
        self._master, slave = pty.openpty()
        self._cut = False

        def take_terminal() -> None:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        fcntl.ioctl(slave, termios.TIOCSWINSZ, self._size)
        self._process = subprocess.Popen(
            self._command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=self._environment,
            start_new_session=True,
            preexec_fn=take_terminal if self._controlling else None,
        )
        os.close(slave)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            deadline = time.monotonic() + 5
            while self._process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05) if self._cut else self.read(0.05)
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self.cut()

    def read(self, seconds: float) -> None:
        """Take what comes within ``seconds``."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([self._master], [], [], left)
            if not ready:
                return
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            if not data:
                return
            if SYNC_QUESTION in data:
                os.write(self._master, SYNC_ANSWER)
            self.raw += data
            self._stream.feed(data)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, holds: Callable[[], object]) -> None:
        """Read until something is true; the screen is shown when it never is."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"it did not happen: {wish(holds)}\n{self.text}"
            self.read(0.05)

    def shows(self, words: str) -> None:
        self.until(lambda: words in self.text)

    def keys(self, data: bytes) -> None:
        os.write(self._master, data)

    def hang_up(self) -> int:
        """The SSH connection is gone; the program's exit code."""
        os.kill(self._process.pid, signal.SIGHUP)
        return self.ended()

    @property
    def pid(self) -> int:
        """Of the program, which is also the name of its session."""
        return self._process.pid

    @property
    def master(self) -> int:
        return self._master

    def cut(self) -> None:
        """The terminal is gone, as when a connection breaks; nothing more can be read."""
        if not self._cut:
            os.close(self._master)
        self._cut = True

    def ended(self) -> int:
        """Wait until the program has ended by itself; its exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05) if self._cut else self.read(0.05)
        return self._process.wait(1)
