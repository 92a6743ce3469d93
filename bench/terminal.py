"""A terminal for benchmarks: runs a program in a pty, writes keys, and times every byte that comes back.

"Complete" means the last byte before a quiet spell: a paint counts when it is finished, not when it begins.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyte

LEAST_PAINT = 1000
"""Bytes; every first frame has more, and what switches the modes of the terminal on has less."""
QUIET = 0.25
"""Seconds without a byte after which a paint is taken as finished."""


@dataclass(frozen=True, slots=True)
class Paint:
    """What followed one key or the start: milliseconds to the first and last byte, and how many came."""

    first: float
    last: float
    bytes: int


@dataclass
class Terminal:
    """One program in a pty of ``columns`` x ``rows``; use as a context manager."""

    command: Sequence[str]
    columns: int = 120
    rows: int = 40
    environment: dict[str, str] = field(default_factory=dict)
    output: bytearray = field(default_factory=bytearray)

    def __enter__(self) -> Terminal:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            **self.environment,
        }
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            list(self.command),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            deadline = time.perf_counter() + 3
            while self._process.poll() is None and time.perf_counter() < deadline:
                self._drain(0.05)
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    @property
    def pid(self) -> int:
        return self._process.pid

    def _drain(self, timeout: float) -> int:
        """Read what is there, waiting at most ``timeout`` for the first byte; 0 when nothing came."""
        ready, _, _ = select.select([self._master], [], [], timeout)
        if not ready:
            return 0
        try:
            chunk = os.read(self._master, 65536)
        except OSError:
            return 0
        self.output += chunk
        return len(chunk)

    def settle(self, since: float, *, quiet: float = QUIET, limit: float = 15.0) -> Paint:
        """Wait until nothing has come for ``quiet`` seconds; times count from ``since``."""
        first = last = 0.0
        total = 0
        while time.perf_counter() - since < limit:
            got = self._drain(quiet if total else limit / 4)
            if not got:
                break
            now = time.perf_counter()
            first = first or (now - since) * 1000
            last = (now - since) * 1000
            total += got
        return Paint(first, last, total)

    def start(self) -> Paint:
        """The first complete paint, from exec; what is said to the terminal before it does not count as one."""
        paint = self.settle(self.started)
        while len(self.output) < LEAST_PAINT and paint.bytes:
            paint = self.settle(self.started)
        return Paint(paint.first, paint.last, len(self.output))

    def press(self, keys: bytes, *, quiet: float = QUIET) -> Paint:
        since = time.perf_counter()
        os.write(self._master, keys)
        return self.settle(since, quiet=quiet, limit=4.0)

    def text(self) -> str:
        """What a person would read on the screen now."""
        screen = pyte.Screen(self.columns, self.rows)
        pyte.ByteStream(screen).feed(bytes(self.output))
        return "\n".join(screen.display)

    def idle(self, seconds: float) -> tuple[float, int]:
        """(CPU seconds, bytes) that the program and its threads used while nothing happened."""
        before, total = cpu_seconds(self.pid), 0
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            total += self._drain(left)
        return cpu_seconds(self.pid) - before, total

    def peak_rss(self) -> float:
        """Peak resident memory in MiB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("no VmHWM in /proc")


def cpu_seconds(pid: int) -> float:
    """Time on a processor so far, of all threads that live; the kernel counts it in nanoseconds, not in ticks."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9
