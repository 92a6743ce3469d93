"""A desk with two operators, connected since yesterday, and short words for what tests do with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from storage.store import SqlStore
from tests.fakes import NOON, FakeChannel, StillClock, hotel, written
from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.channel import Envelope
from tui_inbox.services import accounts, delivery, replying
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.ingest import Applied, ingest_page
from tui_inbox.services.replying import Reply, SentNow

ANA, LEO = Actor("ana", "Ana"), Actor("leo", "Leo")
GUEST = "+33612345678"


@dataclass
class Front:
    """The desk of a test: real store, fake vendor, a clock that stands still."""

    store: SqlStore
    desk: Desk = field(default_factory=hotel)
    channel: FakeChannel = field(default_factory=FakeChannel)
    clock: StillClock = field(default_factory=StillClock)
    count: int = 0

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def guest_writes(self, text: str = "Bonjour ?", **fields: object) -> Applied:
        self.count += 1
        envelope = written(text, key=f"IN{self.count}", **{"at": self.now, **fields})  # type: ignore[arg-type]
        return self.arrives(envelope)

    def arrives(self, *envelopes: Envelope) -> Applied:
        return ingest_page(self.store, self.desk, self.channel, envelopes, self.now)

    def conversation(self, address: str = GUEST, channel: str = "sms") -> Conversation:
        with self.store.read() as tx:
            guest = tx.guests.by_handle(channel, address)[0]
            return tx.conversations.all_of_guest(guest.id)[0]

    def reply(self, text: str = "Oui, bien sûr.", actor: Actor = ANA, channel: str = "sms", **more: object) -> SentNow:
        address = str(more.pop("address", GUEST))
        conversation_id = more.pop("conversation_id", None) or self.conversation(address, channel).id
        account = "desk-mail" if channel == "email" else "desk-sms"
        reply = Reply(conversation_id, account, channel, address, text, **more)  # type: ignore[arg-type]
        with self.store.write() as tx:
            return replying.send(tx, self.desk, actor, reply, self.now)

    def row(self, outbox_id: int) -> Outgoing:
        with self.store.read() as tx:
            found = tx.outbox.get(outbox_id)
        assert found is not None
        return found

    def deliver(self) -> list[OutboxState]:
        """One round of the worker: release, claim, send. The states that the sent rows end in."""
        with self.store.write() as tx:
            delivery.release(tx, self.desk, self.now)
            claimed = delivery.claim(tx, [self.channel.name], "worker-1", self.now)
        for row in claimed:
            delivery.send_one(self.store, self.desk, self.channel, row, self.clock)
        return [self.row(row.id).state for row in claimed]

    def sent_texts(self) -> list[str]:
        return [outgoing.text for _, outgoing in self.channel.sent]


@pytest.fixture
def front(store: SqlStore) -> Front:
    with store.write() as tx:
        for code, name in hotel().operators.items():
            tx.operators.seen(code, name, NOON)
        for name in hotel().accounts:
            accounts.connected(tx, hotel(), name, NOON - timedelta(days=1))
    return Front(store)
