"""Sitting at the screen: keys in, text out, and waiting for what is under way instead of sleeping."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.worker import Worker

from tests.tui.hotel import StandingClock
from tests.tui.pictures import text_of
from tests.waiting import wish
from tui_inbox.tui.app import TuiInbox
from tui_inbox.tui.screens.inbox import InboxScreen
from tui_inbox.tui.session import Session

PATIENCE = 20.0
"""Seconds after which something that should have happened has not, on a machine that is busy."""
SOON = 3.0
"""Seconds within which the last repaint follows the last key."""
QUIET = 5.0
"""Seconds that a key's own work is waited for; some of it waits for the worker, and goes on beside the next key."""


@dataclass
class Desk:
    app: TuiInbox
    pilot: Pilot[int]

    @property
    def inbox(self) -> InboxScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, InboxScreen)
        return screen

    @property
    def clock(self) -> StandingClock:
        assert isinstance(self.app.session.clock, StandingClock)
        return self.app.session.clock

    @property
    def text(self) -> str:
        return text_of(self.app)

    def line(self, containing: str) -> str:
        """The first line of the screen with these words."""
        return next((line for line in self.text.split("\n") if containing in line), "")

    async def press(self, *keys: str) -> None:
        """Keys one after the other, each with all that it sets going."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        await self.pilot.press(*[" " if char == " " else char for char in text])
        await self.settle()

    async def settle(self) -> None:
        """Workers of the screens are done and the cursor's conversation is shown."""
        for _ in range(3):
            await self.pilot.pause()
            busy = [w for w in self.app.workers if w.is_running and w.group not in ("dialog",) and not self._waits(w)]
            if busy:
                await asyncio.wait([asyncio.ensure_future(_ended(w)) for w in busy], timeout=QUIET)
        await self.pilot.pause()

    def _waits(self, worker: Worker[object]) -> bool:
        """A worker that asked a question waits for the person, and one of a screen beneath for the one above."""
        return isinstance(self.app.screen, ModalScreen) or worker.node.screen is not self.app.screen

    async def until(self, holds: Callable[[], object]) -> None:
        """Something becomes true soon."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not holds():
            assert asyncio.get_running_loop().time() < deadline, f"it did not happen: {wish(holds)}\n{self.text}"
            await self.pilot.pause(0.01)

    async def looks_as(self, approved: Path) -> None:
        """The screen is this one, soon: the last repaint may follow the last key by a moment."""
        if os.environ.get("UPDATE_SCREENS"):
            approved.parent.mkdir(exist_ok=True)
            approved.write_text(f"{self.text}\n", encoding="utf-8")
        wanted = approved.read_text(encoding="utf-8")
        deadline = asyncio.get_running_loop().time() + SOON
        while f"{self.text}\n" != wanted and asyncio.get_running_loop().time() < deadline:
            await self.pilot.pause(0.05)
        assert f"{self.text}\n" == wanted

    async def at_rest(self) -> None:
        """The panes show the conversation under the cursor."""
        await self.until(
            lambda: (
                self.inbox.rows.current is None
                or self.inbox.answering.conversation_id
                == self.inbox.rows.current.id
                == self.inbox.thread.conversation_id
            )
        )
        await self.settle()


async def _ended(worker: object) -> None:
    try:
        await worker.wait()  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 - a cancelled or failed worker is over, too
        return


@asynccontextmanager
async def sitting(session: Session, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Desk]:
    """The program runs; at the end nothing may have been noted as a fault."""
    app = TuiInbox(session)
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot)
        await desk.at_rest()
        yield desk
    log = session.log_dir / "crash.log"
    assert not log.exists(), log.read_text()
