"""Begets workers for the town harness: ``python -m tests.e2e.town_worker CONFIG [POLL_SECONDS]``.

Each line of standard input (``POINT COUNTDOWN``, ``- 0`` for none) forks one life with everything already imported and
prints its process id. A life kills itself (SIGKILL) when it has come to its point so many times; SIGTERM ends it well.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock

from tui_inbox.bootstrap.working import parts_of, share_heaps, speak_to_log
from tui_inbox.config import Loaded, load
from tui_inbox.services.desk import Desk
from tui_inbox.worker.receiver import receiver
from tui_inbox.worker.serving import serve

SETTLE = timedelta(seconds=10)
assert receiver  # Imported here, once for all lives.


def killer(point: str, countdown: int) -> Callable[[str], None]:
    """Called by several threads: SIGKILL at the ``countdown``-th time that ``point`` is reached."""
    left, lock = [countdown], Lock()

    def fault(reached: str) -> None:
        if reached == point:
            with lock:
                left[0] -= 1
                if left[0] <= 0:
                    os.kill(os.getpid(), signal.SIGKILL)

    return fault


def hasty(desk: Desk, poll: str) -> Desk:
    """Polled more often than a configuration may ask for, and with less patience for what may still turn up."""
    told = {}
    for name, info in desk.accounts.items():
        channels = {code: one._replace(settle=min(one.settle, SETTLE)) for code, one in info.channels.items()}
        told[name] = info._replace(channels=channels, settings={**info.settings, "poll_seconds": poll})
    return desk._replace(accounts=told)


def live(loaded: Loaded, poll: str, point: str, countdown: int) -> None:
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    speak_to_log()
    share_heaps()
    with parts_of(loaded) as (parts, refused):
        if refused:
            raise RuntimeError(str(refused))
        if poll:
            parts = replace(parts, desk=hasty(parts.desk, poll))
        serve(replace(parts, fault=killer(point, countdown)), stop)


def main() -> None:
    loaded, poll = load(Path(sys.argv[1])), "".join(sys.argv[2:])
    # Nobody waits for a life that was killed.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        point, countdown = line.split()
        pid = os.fork()
        if not pid:
            try:
                live(loaded, poll, point, int(countdown))
            except BaseException:  # noqa: BLE001 - a child must never return into its parent's code
                traceback.print_exc()
            finally:
                os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
