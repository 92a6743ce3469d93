"""Around every job: a fault is logged once, its end is logged once, and nobody else's job is touched."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from tui_inbox.domain.errors import AccountBlocked, ChannelError, StoreError

log = logging.getLogger("tui_inbox.worker")

_SHORTEST, _LONGEST = 15.0, 600.0
_BLOCKED = 60.0
"""Seconds at least between two polls of an account that its vendor refuses."""


class Guard:
    """Remembers what fails, by name, and when it may be tried again."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._faults: dict[str, str] = {}
        self._count: dict[str, int] = {}
        self._until: dict[str, datetime] = {}

    def run(self, name: str, work: Callable[[], object]) -> bool:
        """Do it; False when it failed or is not yet to be tried again."""
        until = self._until.get(name)
        if until is not None and self._now() < until:
            return False
        try:
            work()
        except ChannelError as error:
            self._failed(name, error.code, error)
            return False
        except StoreError as error:
            self._failed(name, error.code, None)
            return False
        except Exception as error:  # noqa: BLE001 - one job's bug must not stop the others
            self._failed(name, type(error).__name__, None, trace=True)
            return False
        self._well(name)
        return True

    def _failed(self, name: str, code: str, error: ChannelError | None, *, trace: bool = False) -> None:
        with self._lock:
            known = self._faults.get(name) == code
            self._faults[name] = code
            self._count[name] = count = self._count.get(name, 0) + 1
            if error is not None:
                wait = min(_SHORTEST * 2 ** min(count - 1, 8), _LONGEST)
                wait = max(wait, _BLOCKED if isinstance(error, AccountBlocked) else 0.0, error.retry_after or 0.0)
                self._until[name] = self._now() + timedelta(seconds=min(wait, 3600.0))
        if not known:
            log.error("%s: %s", name, code, exc_info=trace)

    def _well(self, name: str) -> None:
        with self._lock:
            was = self._faults.pop(name, None)
            self._count.pop(name, None)
            self._until.pop(name, None)
        if was is not None:
            log.info("%s: works again after %s", name, was)

    def forget(self, prefix: str) -> None:
        """Try at once what was put off: the operator resumed or repaired it."""
        with self._lock:
            for name in [name for name in self._until if name.startswith(prefix)]:
                del self._until[name]
