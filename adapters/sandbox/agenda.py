"""What the simulated world does later, in one thread of its own."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable


class Agenda:
    """Runs what is due, in one thread of its own; tests call ``run_due``."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._count = 0
        self._wake = threading.Condition()
        self._open = True

    def add(self, seconds: float, act: Callable[[], object]) -> None:
        with self._wake:
            self._count += 1
            heapq.heappush(self._due, (self._monotonic() + seconds, self._count, act))
            self._wake.notify()

    def run_due(self) -> int:
        """Do everything whose time has come; how much there was."""
        done = 0
        while (act := self._next()) is not None:
            act()
            done += 1
        return done

    def run(self) -> None:
        """Until ``stop``."""
        while self._open:
            self.run_due()
            with self._wake:
                wait = self._due[0][0] - self._monotonic() if self._due else 1.0
                if self._open and wait > 0:
                    self._wake.wait(min(wait, 1.0))

    def stop(self) -> None:
        with self._wake:
            self._open = False
            self._wake.notify()

    def _next(self) -> Callable[[], object] | None:
        with self._wake:
            if self._due and self._due[0][0] <= self._monotonic():
                return heapq.heappop(self._due)[2]
            return None
