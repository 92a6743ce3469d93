"""The outbox as a machine that Hypothesis drives: whatever happens in whatever order, the promises hold."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from storage.store import open_store
from tests.fakes import NOON, hotel, receipt, written
from tests.services.conftest import ANA, GUEST, Front
from tui_inbox.domain.errors import AccountBlocked, ChannelError, NotSent, Refused, Rejected, Unknown
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.outbox import OutboxState, shown
from tui_inbox.services import accounts, delivery, replying

TEXTS = ("Oui", "Non", "Bonjour")
FAULTS: tuple[ChannelError | tuple[ChannelError, bool] | None, ...] = (
    None,
    None,
    NotSent("unreachable"),
    AccountBlocked("auth"),
    Rejected("filtered"),
    Unknown("timeout"),
    (Unknown("timeout"), True),
)
SENT = (OutboxState.ACCEPTED, OutboxState.DELIVERED, OutboxState.READ)


@pytest.fixture(scope="module", autouse=True)
def template(sqlite_template: Path) -> Iterator[None]:
    Outbox.template = sqlite_template
    yield
    Outbox.template = None


class Outbox(RuleBasedStateMachine):
    template: Path | None = None

    def __init__(self) -> None:
        super().__init__()
        assert self.template is not None
        self.folder = tempfile.TemporaryDirectory(prefix="model-")
        path = Path(self.folder.name) / "inbox.db"
        shutil.copy(self.template, path)
        path.chmod(0o600)
        self.front = Front(open_store(f"sqlite:///{path}"))
        self.worker = 0
        self.repeated: Counter[str] = Counter()
        """How often an operator asked for a text to be sent again."""
        with self.front.store.write() as tx:
            tx.operators.seen("ana", "Ana", NOON)
            accounts.connected(tx, hotel(), "desk-sms", NOON - timedelta(days=1))
        self.front.guest_writes()

    def teardown(self) -> None:
        self.front.store.close()
        self.folder.cleanup()

    def rows(self, *states: OutboxState) -> list[int]:
        with self.front.store.read() as tx:
            return [row.id for row in tx.outbox.in_state(states or tuple(OutboxState), 1000)]

    @rule(text=st.sampled_from(TEXTS), now=st.booleans())
    def reply(self, text: str, now: bool) -> None:
        self.front.reply(text, send_now=now, repeat=True)

    @rule(seconds=st.sampled_from((1, 6, 30, 130)))
    def wait(self, seconds: int) -> None:
        self.front.clock.forward(seconds=seconds)

    @rule(faults=st.lists(st.sampled_from(FAULTS), max_size=3))
    def deliver(self, faults: list[ChannelError | tuple[ChannelError, bool] | None]) -> None:
        self.front.channel.faults.extend(faults)
        self.front.deliver()
        self.front.channel.faults.clear()

    @rule(taken=st.sampled_from((None, False, True)))
    def die(self, taken: bool | None) -> None:
        """The worker dies: before the attempt is durable (None), or with the request half or wholly at the vendor."""
        front = self.front
        with front.store.write() as tx:
            delivery.release(tx, front.desk, front.now)
            claimed = delivery.claim(tx, ["desk-sms"], f"worker-{self.worker}", front.now)
            if claimed and taken is not None:
                row = tx.outbox.move(claimed[0], OutboxState.INFLIGHT, front.now, tries=claimed[0].tries + 1)
                assert row is not None
                if taken:
                    front.channel.send(row)
        self.worker += 1
        with front.store.write() as tx:
            delivery.recover(tx, front.desk, f"worker-{self.worker}", front.now)

    @rule()
    def reconcile(self) -> None:
        delivery.reconcile(self.front.store, self.front.desk, self.front.channel, self.front.now)

    @precondition(lambda self: self.front.channel.sent)
    @rule(pick=st.integers(0, 50), state=st.sampled_from((Delivery.SENT, Delivery.DELIVERED, Delivery.FAILED)))
    def receipt(self, pick: int, state: Delivery) -> None:
        provider_id = self.front.channel.sent[pick % len(self.front.channel.sent)][0]
        self.front.arrives(receipt(provider_id, state, at=self.front.now))

    @precondition(lambda self: self.front.channel.sent)
    @rule(pick=st.integers(0, 50))
    def echo(self, pick: int) -> None:
        provider_id, outgoing = self.front.channel.sent[pick % len(self.front.channel.sent)]
        self.front.arrives(written(outgoing.text, key=provider_id, address=GUEST, outbound=True, at=self.front.now))

    @rule(pick=st.integers(0, 50), act=st.sampled_from(("it_arrived", "send_again", "drop", "cancel", "take_back")))
    def operator(self, pick: int, act: str) -> None:
        ids = self.rows()
        if not ids:
            return
        outbox_id, front = ids[pick % len(ids)], self.front
        before = front.row(outbox_id)
        try:
            with front.store.write() as tx:
                if act == "drop":
                    delivery.drop(tx, ANA, outbox_id, front.now)
                elif act == "take_back":
                    replying.take_back(tx, ANA, front.now, outbox_id)
                else:
                    getattr(delivery, act)(tx, front.desk, ANA, outbox_id, front.now)
        except Refused:
            assert front.row(outbox_id) == before
            return
        if act in ("it_arrived", "send_again", "drop"):
            self.repeated[before.text] += 1

    @invariant()
    def nothing_is_sent_that_nobody_asked_for(self) -> None:
        """I4: the vendor has no more of a text than rows that say so, may say so, or were decided by a person."""
        at_vendor = Counter(outgoing.text for _, outgoing in self.front.channel.sent)
        with self.front.store.read() as tx:
            rows = tx.outbox.in_state(tuple(OutboxState), 1000)
        for text in TEXTS:
            states = Counter(row.state for row in rows if row.text == text)
            told = sum(states[state] for state in (*SENT, OutboxState.UNKNOWN, OutboxState.NEEDS_OPERATOR))
            failed_after = sum(1 for row in rows if row.text == text and row.provider_id and row.state not in SENT)
            assert at_vendor[text] <= told + failed_after + self.repeated[text]

    @invariant()
    def an_id_of_the_vendor_belongs_to_one_row(self) -> None:
        """I2."""
        with self.front.store.read() as tx:
            ids = [row.provider_id for row in tx.outbox.in_state(tuple(OutboxState), 1000) if row.provider_id]
        assert len(ids) == len(set(ids))
        assert set(ids) <= {provider_id for provider_id, _ in self.front.channel.sent}

    @invariant()
    def the_thread_shows_what_the_outbox_knows(self) -> None:
        with self.front.store.read() as tx:
            for row in tx.outbox.in_state(tuple(OutboxState), 1000):
                message = tx.messages.get(row.message_id)
                assert message is not None
                assert message.state is shown(row.state)

    @invariant()
    def every_sent_message_has_its_attempt(self) -> None:
        """I1, seen from the row: what reached the vendor had been tried."""
        tried = Counter[int]()
        for _, outgoing in self.front.channel.sent:
            tried[outgoing.id] += 1
        for outbox_id, count in tried.items():
            assert self.front.row(outbox_id).tries >= count


TestOutbox = Outbox.TestCase
TestOutbox.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
