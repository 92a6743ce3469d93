"""What vendors tell of a message later, or before our own commit."""

from tests.fakes import FakeChannel, receipt, written
from tests.services.conftest import Front
from tests.services.delivery.conftest import sent_reply
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.channel import Status
from tui_inbox.services import delivery


def test_an_echo_of_a_send_in_flight_waits_for_its_answer(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    with front.store.write() as tx:
        delivery.release(tx, front.desk, front.now)
        (row,) = delivery.claim(tx, ["desk-sms"], "w", front.now)
        tx.outbox.move(row, OutboxState.INFLIGHT, front.now, tries=1)
    assert front.arrives(written("Oui", key="SM0001", outbound=True, at=front.now)).parked == 1
    assert front.row(outbox_id).state is OutboxState.INFLIGHT


def test_receipts_rise_in_any_order_and_twice(front: Front) -> None:
    front.guest_writes(channel="whatsapp")
    outbox_id = sent_reply(front, channel="whatsapp")
    front.deliver()
    read = receipt("SM0001", Delivery.READ, at=front.now)
    delivered = receipt("SM0001", Delivery.DELIVERED, at=front.now)
    front.arrives(read, delivered)
    front.clock.forward(minutes=1)
    front.arrives(receipt("SM0001", Delivery.DELIVERED, at=front.now), receipt("SM0001", Delivery.SENT, at=front.now))
    assert front.row(outbox_id).state is OutboxState.READ
    assert front.conversation(channel="whatsapp").outcome == "read"


def test_a_receipt_that_beats_our_own_commit_is_applied_later(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    assert front.arrives(receipt("SM0001", Delivery.DELIVERED, at=front.now)).parked == 1
    front.deliver()
    assert front.arrives().applied == 1
    assert front.row(outbox_id).state is OutboxState.DELIVERED


def test_a_bounce_that_comes_before_the_answer_stands(front: Front) -> None:
    class Bouncing(FakeChannel):
        def send(self, outgoing: Outgoing, files=()):  # type: ignore[no-untyped-def]
            taken = super().send(outgoing, files)
            with front.store.write() as tx:
                status = Status("", Delivery.FAILED, front.now, "bad_address", message_ref=outgoing.message_ref)
                assert delivery.apply_status(tx, front.desk, status, self.name, front.now)
            return taken

    front.channel = Bouncing("desk-mail")
    front.guest_writes(address="claire@web.example", channel="email")
    sent = front.reply(channel="email", address="claire@web.example")
    front.clock.forward(seconds=11)
    assert front.deliver() == [OutboxState.FAILED]
    assert front.row(sent.outbox_id).reason == "bad_address"
