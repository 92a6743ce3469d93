"""Vendors that say when something is new: a thread for each waits for it, and wakes the poll earlier than its time.

It only wakes: what comes is fetched by the poll, and an account whose waiting fails is polled as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from threading import Event, Thread
from time import monotonic

from tui_inbox.ports.channel import Channel, WaitsForNews
from tui_inbox.worker.guard import Guard

AT_ONCE = 300.0
"""Seconds of one wait; between two it is asked whether the account was paused."""
PAUSED = 2.0
FAREWELL = 0.8
"""Seconds that the end of all waits may take: one that is just connecting is left behind."""


class Waiting:
    """All waits of one leader."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        guard: Guard,
        paused: Callable[[str], bool],
        poll_soon: Callable[[str], None],
    ) -> None:
        self._channels = {name: channel for name, channel in channels.items() if isinstance(channel, WaitsForNews)}
        self._guard, self._paused, self._poll_soon = guard, paused, poll_soon
        self._told: set[str] = set()
        """Accounts with news that no poll has begun to fetch."""
        self._ended = Event()
        self._threads = [
            Thread(target=self._watch, args=(name, channel), name=f"wait {name}", daemon=True)
            for name, channel in self._channels.items()
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def poll(self, name: str, poll: Callable[[], object]) -> None:
        """Poll, and once more for what was told after that poll had begun."""
        while not self._ended.is_set():
            self._told.discard(name)
            poll()
            if name not in self._told:
                return

    def stop(self) -> None:
        """``close`` ends a wait that is going on; one that was about to begin needs another call."""
        self._ended.set()
        until = monotonic() + FAREWELL
        living = [thread for thread in self._threads if thread.is_alive()]
        while living and monotonic() < until:
            for channel in self._channels.values():
                channel.close()
            living[0].join(0.05)
            living = [thread for thread in living if thread.is_alive()]

    def _watch(self, name: str, channel: WaitsForNews) -> None:
        while not self._ended.is_set():
            if self._paused(name):
                self._ended.wait(PAUSED)
                continue
            if not self._guard.run(f"wait {name}", partial(self._wait, name, channel)):
                self._ended.wait(1.0)

    def _wait(self, name: str, channel: WaitsForNews) -> None:
        if channel.wait(AT_ONCE) and not self._ended.is_set():
            self._told.add(name)
            self._poll_soon(name)
