"""One operator at one terminal: all that the screen is given, built by ``bootstrap``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.services.desk import Actor, ChannelKind, Desk

if TYPE_CHECKING:
    from tui_inbox.ports.store import Blobs, Store
    from tui_inbox.rows import WorkerCare


class Session(Struct, frozen=True):
    store: Store
    desk: Desk
    actor: Actor
    log_dir: Path
    """Where a crash is written (0600)."""
    clock: Clock = field(default_factory=SystemClock)
    blobs: Blobs | None = None
    export_dir: Path | None = None
    """Where an attachment is saved: a share that the desk's computer sees."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Rebindings: command id -> keys."""
    letters: bool = True
    """Off: single letters do nothing, for newcomers."""
    theme: str = "auto"
    """``dark``, ``light`` or ``auto``."""
    mouse: bool = True
    demo: bool = False
    people: Mapping[str, Actor] = field(default_factory=dict)
    """Everybody who may sit here, by code: for «who am I» on a shared account."""
    when_painted: Callable[[], None] | None = None
    """Run once, on a thread, when the first frame is out: what starts worker and sandbox."""
    keep_worker: Callable[[], WorkerCare] | None = None
    """Asked every few seconds, on a thread: starts a worker that died again, and says so. None: a service does that."""
    bell: bool = True
    enter_sends: bool = True
    """Off: Enter breaks the line on every channel, and only the send keys send."""
    kinds: Callable[[], Sequence[ChannelKind]] = tuple
    """The types of accounts that can be connected; asked for only on the screen that shows them."""
    shared: bool = False
    """Several people use this login: they say who they are at the start."""
