"""How many requests a vendor allows in any stretch of time: counted here, so that it never has to refuse one."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from threading import Lock


class Pace:
    """At most ``limit`` requests in any ``window``."""

    def __init__(self, limit: int, window: timedelta) -> None:
        self._limit, self._window = limit, window
        self._made: deque[datetime] = deque()
        self._lock = Lock()

    def left(self, now: datetime) -> int:
        """How many may be made at this moment."""
        with self._lock:
            self._forget(now)
            return self._limit - len(self._made)

    def take(self, now: datetime) -> float:
        """Note one more request and return 0; or, when there is none left, the seconds until there is."""
        with self._lock:
            self._forget(now)
            if len(self._made) >= self._limit:
                return max((self._made[0] + self._window - now).total_seconds(), 0.1)
            self._made.append(now)
            return 0.0

    def _forget(self, now: datetime) -> None:
        while self._made and self._made[0] + self._window <= now:
            self._made.popleft()
