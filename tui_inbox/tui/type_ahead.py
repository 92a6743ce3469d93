"""Keys typed while a command is under way wait until its dialog is there or it is done: they were meant for what comes.

Without that a letter typed for a dialog acts on the list behind it, and what follows Enter goes with what was sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual import events

if TYPE_CHECKING:
    from textual.app import App
    from textual.timer import Timer

LONGEST_SECONDS = 10.0
"""A command that takes longer keeps the keyboard no more; what was typed for it is dropped."""
Typed = events.Key | events.Paste


class TypeAhead:
    """Knows which commands are under way and what was typed meanwhile."""

    def __init__(self, app: App[int], forward: Callable[[Typed], Awaitable[None]]) -> None:
        self._app = app
        self._forward = forward
        self._under_way: dict[object, Timer] = {}
        self._kept: list[Typed] = []

    def hold(self, work: object) -> None:
        """``work`` has begun: keys wait for it."""
        if work not in self._under_way:
            self._under_way[work] = self._app.set_timer(LONGEST_SECONDS, lambda: self._give_up(work))

    def go_on(self, work: object) -> None:
        """``work`` is done, or has its dialog; after what it asked for before, such as to move the focus."""
        if work in self._under_way:
            self._app.call_later(self._go_on, work)

    def takes(self, event: events.Event) -> bool:
        """Is this key kept for later? It may have been on its way already when the command began."""
        if not isinstance(event, Typed) or not self._under_way:
            return False
        fresh: Typed = (
            events.Paste(event.text) if isinstance(event, events.Paste) else events.Key(event.key, event.character)
        )
        fresh.time = event.time
        self._kept.append(fresh)
        self._kept.sort(key=lambda typed: typed.time)
        return True

    async def _go_on(self, work: object) -> None:
        timer = self._under_way.pop(work, None)
        if timer is not None:
            timer.stop()
        while self._kept and not self._under_way:
            await self._forward(self._kept.pop(0))

    def _give_up(self, work: object) -> None:
        self._kept.clear()
        self._under_way.pop(work, None)
