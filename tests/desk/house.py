"""A hotel at work: a real store, a screen, and a worker whose rounds the test decides; only the vendors are played."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from storage.store import SqlStore
from tests.builders import NOW
from tests.fakes import FakeChannel, written
from tests.tui.driving import Desk as Sitting
from tests.tui.driving import sitting
from tests.tui.hotel import ANA, MARC, StandingClock, a_desk, a_session
from tests.worker.test_worker import OneLease
from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.event import Code
from tui_inbox.ports.channel import Batch, Envelope
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import Thread
from tui_inbox.services import accounts, thread
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.worker.once import Outcome, run_once
from tui_inbox.worker.parts import Parts

T = TypeVar("T")
GUEST = "+33612345678"
DAY = timedelta(days=1)


def connected(store: SqlStore, desk: Desk, since: datetime = NOW - DAY) -> None:
    """Ana and Marc work here, and every account was connected yesterday."""
    with store.write() as t:
        for actor in (ANA, MARC):
            t.operators.seen(actor.code, actor.name, since)
        for name in desk.accounts:
            accounts.connected(t, desk, name, since)


@dataclass
class House:
    store: SqlStore
    folder: Path
    desk: Desk = field(default_factory=a_desk)
    clock: StandingClock = field(default_factory=StandingClock)
    channels: dict[str, FakeChannel] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        connected(self.store, self.desk)
        self.channels = {name: FakeChannel(name, info.channels) for name, info in self.desk.accounts.items()}

    @property
    def sms(self) -> FakeChannel:
        return self.channels["desk-sms"]

    @property
    def now(self) -> datetime:
        return self.clock.now()

    # The guest's and the worker's part.

    def writes(self, text: str, *, account: str = "desk-sms", **more: object) -> Outcome:
        """A guest's message waits at the vendor's, and the worker polls."""
        self.count += 1
        return self.arrives(
            written(text, key=f"IN{self.count}", **{"at": self.now, **more}),  # type: ignore[arg-type]
            account=account,
        )

    def arrives(self, *envelopes: Envelope, account: str = "desk-sms") -> Outcome:
        self.channels[account].batches.append(Batch(envelopes, f"c{self.count}"))
        return self.work()

    def work(self) -> Outcome:
        """One round of the worker."""
        return run_once(Parts(self.store, self.desk, self.channels, OneLease(), clock=self.clock))

    def deliver(self) -> Outcome:
        """The undo time is over, and the worker works."""
        self.clock.forward(seconds=11)
        return self.work()

    # Looking and acting past the screen.

    def ask(self, use: Callable[..., T], *args: object, **more: object) -> T:
        with self.store.read() as t:
            return use(t, *args, **more)

    def do(self, act: Callable[..., T], *args: object, **more: object) -> T:
        with self.store.write() as t:
            return act(t, *args, **more)

    def conversation(self, address: str = GUEST, channel: str = "sms") -> Conversation:
        def find(t: Transaction) -> Conversation:
            guest = t.guests.by_handle(channel, address)[0]
            return t.conversations.all_of_guest(guest.id)[0]

        return self.ask(find)

    def thread(self, conversation: Conversation | None = None, actor: Actor = ANA) -> Thread:
        row = conversation or self.conversation()
        return self.ask(thread.open_thread, self.desk, actor, row.id, self.now)

    def events(self, conversation: Conversation | None = None) -> list[Code]:
        return [event.code for event in self.thread(conversation).events]

    def sent(self, account: str = "desk-sms") -> list[str]:
        return [outgoing.text for _id, outgoing in self.channels[account].sent]

    def screen(self, size: tuple[int, int] = (120, 40), **values: object) -> AbstractAsyncContextManager[Sitting]:
        given = a_session(self.store, self.folder, desk=self.desk, clock=self.clock, **values)
        return sitting(given, size)
