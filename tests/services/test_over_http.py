"""The whole way of one SMS over real HTTP: what the vendor has, the store knows; nothing is sent twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.sandbox.door import Fault
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import Delays, TwilioAccount
from adapters.twilio.account import Twilio
from storage.store import SqlStore
from tests.adapters.rigs import in_sandbox
from tests.fakes import NOON, StillClock, hotel
from tests.services.conftest import GUEST, Front
from tui_inbox.domain.message import Delivery, Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.services import accounts, delivery, thread
from tui_inbox.services.desk import Actor
from tui_inbox.services.ingest import Applied, ingest_page


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxTwilio]:
    with SandboxTwilio() as running:
        yield running


class Wire(Front):
    """The desk of the service tests, with the real adapter and the simulated vendor behind it."""

    box: SandboxTwilio
    cursors: dict[str, str]

    def poll(self) -> Applied:
        """One round over every stream."""
        done = Applied()
        for stream in self.channel.streams():
            batch = self.channel.fetch(stream, self.cursors.get(stream, ""), NOON - timedelta(days=30))
            assert not batch.more
            self.cursors[stream] = batch.cursor
            done += ingest_page(self.store, self.desk, self.channel, batch.envelopes, self.now)
        return done

    def at_vendor(self) -> list[str]:
        """Texts that the vendor took from us, oldest first."""
        return [m.body for m in reversed(self.box.account.messages()) if m.direction == "outbound-api"]

    def thread(self) -> list[tuple[Origin, str, Delivery]]:
        with self.store.read() as tx:
            shown = thread.open_thread(tx, self.desk, Actor("ana", "Ana"), self.conversation().id, self.now)
            return [(message.origin, message.text, message.state) for message in shown.messages]


@pytest.fixture
def wire(server: SandboxTwilio, sqlite_store: SqlStore) -> Iterator[Wire]:
    clock = StillClock()
    server.account = TwilioAccount(clock=clock, delays=Delays(sent=1, delivered=2, read=4))
    channel: Twilio = in_sandbox(server)
    channel.name = "desk-sms"
    with sqlite_store.write() as tx:
        for code, name in hotel().operators.items():
            tx.operators.seen(code, name, NOON)
        accounts.connected(tx, hotel(), channel.name, NOON - timedelta(days=1))
    front = Wire(sqlite_store, channel=channel, clock=clock)  # type: ignore[arg-type]
    front.box, front.cursors = server, {}
    yield front
    channel.close()


def answered(wire: Wire, text: str = "Oui, jusqu'à 23 h.") -> int:
    """A guest has asked, the desk has answered, and the undo time is over."""
    wire.box.account.receive(GUEST, wire.box.account.sms, "Le parking est ouvert ?")
    assert wire.poll().applied == 1
    outbox_id = wire.reply(text).outbox_id
    wire.clock.forward(seconds=6)
    return outbox_id


def test_a_question_is_answered_and_its_ticks_move(wire: Wire) -> None:
    outbox_id = answered(wire)
    assert wire.deliver() == [OutboxState.ACCEPTED]
    for _ in range(3):
        wire.clock.forward(seconds=2)
        wire.poll()
    assert wire.row(outbox_id).state is OutboxState.DELIVERED
    assert wire.thread() == [
        (Origin.GUEST, "Le parking est ouvert ?", Delivery.NONE),
        (Origin.MANUAL, "Oui, jusqu'à 23 h.", Delivery.DELIVERED),
    ]


@pytest.mark.parametrize("fault", ["lost_answer", "half", "html"])
def test_an_answer_that_was_lost_is_found_at_the_vendor_and_sent_once(wire: Wire, fault: str) -> None:
    outbox_id = answered(wire)
    wire.box.account.faults.append(Fault(fault))
    assert wire.deliver() == [OutboxState.UNKNOWN]
    assert wire.deliver() == []
    wire.clock.forward(minutes=3)
    delivery.reconcile(wire.store, wire.desk, wire.channel, wire.now)
    wire.poll()
    assert wire.row(outbox_id).state in (OutboxState.ACCEPTED, OutboxState.DELIVERED)
    assert wire.at_vendor() == ["Oui, jusqu'à 23 h."]
    assert len(wire.thread()) == 2, "read back, it is no second message"


def test_what_never_arrived_goes_to_the_operator_and_is_not_sent_by_itself(wire: Wire) -> None:
    outbox_id = answered(wire)
    wire.box.account.faults.append(Fault("drop"))
    assert wire.deliver() == [OutboxState.UNKNOWN]
    for _ in range(5):
        wire.clock.forward(minutes=3)
        delivery.reconcile(wire.store, wire.desk, wire.channel, wire.now)
        wire.poll()
        assert wire.deliver() == []
    assert wire.row(outbox_id).state is OutboxState.NEEDS_OPERATOR
    assert wire.at_vendor() == []


def test_the_read_back_may_come_before_our_own_note_of_it(wire: Wire) -> None:
    outbox_id = answered(wire)
    wire.box.account.faults.append(Fault("lost_answer"))
    wire.deliver()
    wire.clock.forward(seconds=5)
    wire.poll()
    assert wire.row(outbox_id).state in (OutboxState.ACCEPTED, OutboxState.DELIVERED)
    assert len(wire.thread()) == 2


def test_after_stop_the_vendor_and_the_desk_agree(wire: Wire) -> None:
    answered(wire)
    wire.box.account.stopped.add((wire.box.account.sms, GUEST))
    assert wire.deliver() == [OutboxState.FAILED]
    with wire.store.read() as tx:
        line = tx.lines.get("desk-sms", "sms", GUEST)
    assert line is not None
    assert line.stop_source == "provider"


def test_a_busy_vendor_is_asked_again_when_it_said(wire: Wire) -> None:
    outbox_id = answered(wire)
    wire.box.account.faults.append(Fault("rate_limited", retry_after="40"))
    assert wire.deliver() == [OutboxState.RETRY_WAIT]
    wire.clock.forward(seconds=30)
    assert wire.deliver() == []
    wire.clock.forward(seconds=30)
    assert wire.deliver() == [OutboxState.ACCEPTED]
    assert wire.row(outbox_id).tries == 2
    assert wire.at_vendor() == ["Oui, jusqu'à 23 h."]


def test_an_answer_from_the_vendors_own_console_answers(wire: Wire) -> None:
    wire.box.account.receive(GUEST, wire.box.account.sms, "Le parking est ouvert ?")
    wire.poll()
    assert wire.conversation().unanswered
    wire.clock.forward(seconds=60)
    wire.box.account.submit({"To": GUEST, "From": wire.box.account.sms, "Body": "Oui, monsieur."})
    wire.clock.forward(seconds=60)
    wire.poll()
    assert not wire.conversation().unanswered
    assert wire.thread()[-1][:2] == (Origin.ELSEWHERE, "Oui, monsieur.")
