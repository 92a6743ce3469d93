"""All that a worker is made of; ``bootstrap`` puts it together, for the worker knows no vendor and no database."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tui_inbox.ports.bookings import BookingSource
from tui_inbox.ports.channel import Channel
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.ports.letterbox import Letterbox
from tui_inbox.ports.store import Blobs, Lease, Store
from tui_inbox.ports.transcriber import Transcriber
from tui_inbox.services.delivery import no_fault
from tui_inbox.services.desk import Desk

POLL_SECONDS = 20.0
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def identity() -> str:
    """This process and no other, ever: the host's boot, the process id and the moment."""
    boot = _BOOT.read_text().strip() if _BOOT.exists() else "unknown"
    return f"{boot}:{os.getpid()}:{time.monotonic_ns()}"


class Receiving(NamedTuple):
    """By which ways vendors' own requests come in."""

    listen: str = ""
    """Address of the HTTP receiver, such as ``127.0.0.1:8765``; empty: none."""
    behind_proxy: bool = False
    spool: str = ""
    """Folder of files; empty: none."""
    relay: Letterbox | None = None

    @property
    def any(self) -> bool:
        return bool(self.listen or self.spool or self.relay)


NOTHING = Receiving()


@dataclass(frozen=True)
class Parts:
    store: Store
    desk: Desk
    channels: Mapping[str, Channel]
    lease: Lease
    blobs: Blobs | None = None
    clock: Clock = field(default_factory=SystemClock)
    owner: str = field(default_factory=identity)
    fault: Callable[[str], None] = no_fault
    """Called at named points by the crash harness; production passes nothing."""
    receiving: Receiving = NOTHING
    transcriber: Transcriber | None = None
    sources: Mapping[str, BookingSource] = field(default_factory=dict)

    def close(self) -> None:
        """Let go of every vendor's lines."""
        for channel in self.channels.values():
            channel.close()
        for source in self.sources.values():
            source.close()

    def poll_seconds(self, account: str) -> float:
        """How often an account or a source is polled."""
        info = self.desk.info(account)
        written = info.settings.get("poll_seconds", "") if info else ""
        try:
            return max(float(written), 0.05) if written else POLL_SECONDS
        except ValueError:
            return POLL_SECONDS
