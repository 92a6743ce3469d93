"""What nobody knows: looked up, settled by a person, and never sent again by itself."""

import pytest

from tests.fakes import FakeChannel, receipt, written
from tests.services.conftest import ANA, Front
from tests.services.delivery.conftest import sent_reply
from tui_inbox.domain.errors import AcceptedWithoutId, NotSent, Refused, Unknown
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.services import delivery


def test_the_vendor_s_list_settles_an_unknown_send(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front, then="close")
    front.channel.faults.append((Unknown("timeout"), True))
    front.deliver()
    assert front.conversation().unanswered
    assert delivery.reconcile(front.store, front.desk, front.channel, front.now) == 0
    front.clock.forward(minutes=2)
    assert delivery.reconcile(front.store, front.desk, front.channel, front.now) == 1
    assert (front.row(outbox_id).state, front.row(outbox_id).provider_id) == (OutboxState.ACCEPTED, "SM0001")
    assert not front.conversation().unanswered
    assert front.channel.calls == 1


def test_what_the_vendor_does_not_show_goes_to_the_operator_and_is_never_repeated(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    front.channel.faults.append(Unknown("timeout"))
    front.deliver()
    for _ in range(4):
        front.clock.forward(minutes=2)
        delivery.reconcile(front.store, front.desk, front.channel, front.now)
        front.deliver()
    row = front.row(outbox_id)
    assert (row.state, row.reason) == (OutboxState.NEEDS_OPERATOR, "not_listed")
    assert front.channel.calls == 1


def test_late_sight_still_settles_what_waits_for_the_operator(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    front.channel.faults.append((Unknown("timeout"), True))
    front.channel.hidden.add("SM0001")
    front.deliver()
    for _ in range(3):
        front.clock.forward(minutes=2)
        delivery.reconcile(front.store, front.desk, front.channel, front.now)
    assert front.row(outbox_id).state is OutboxState.NEEDS_OPERATOR
    front.channel.hidden.clear()
    front.clock.forward(minutes=4)
    delivery.reconcile(front.store, front.desk, front.channel, front.now)
    assert front.row(outbox_id).state is OutboxState.ACCEPTED


def test_rows_that_nobody_settles_never_hide_a_fresh_one(front: Front) -> None:
    front.guest_writes()
    for number in range(60):
        sent_reply(front, f"n° {number}")
        front.channel.faults.append(Unknown("timeout"))
        front.deliver()
    for _ in range(2):
        front.clock.forward(minutes=2)
        delivery.reconcile(front.store, front.desk, front.channel, front.now)
    fresh = sent_reply(front, "Et celui-ci ?")
    front.channel.faults.append((Unknown("timeout"), True))
    front.deliver()
    front.clock.forward(minutes=2)
    delivery.reconcile(front.store, front.desk, front.channel, front.now)
    assert front.row(fresh).state is OutboxState.ACCEPTED


def test_an_old_row_of_the_same_text_does_not_take_a_new_one_s_id(front: Front) -> None:
    front.guest_writes()
    old = sent_reply(front, "Bonjour")
    front.channel.faults.append(Unknown("timeout"))
    front.deliver()
    for _ in range(2):
        front.clock.forward(minutes=2)
        delivery.reconcile(front.store, front.desk, front.channel, front.now)
    front.clock.forward(hours=3)
    new = sent_reply(front, "Bonjour", repeat=True)
    front.channel.faults.append((Unknown("timeout"), True))
    front.deliver()
    front.clock.forward(minutes=2)
    delivery.reconcile(front.store, front.desk, front.channel, front.now)
    assert front.row(old).state is OutboxState.NEEDS_OPERATOR
    assert front.row(new).state is OutboxState.ACCEPTED


def test_identical_texts_are_matched_by_counting(front: Front) -> None:
    front.guest_writes()
    ids = []
    for taken in (True, False, True):
        ids.append(sent_reply(front, "Bonjour", repeat=True))
        front.channel.faults.append((Unknown("timeout"), taken))
        front.deliver()
    for _ in range(3):
        front.clock.forward(minutes=3)
        delivery.reconcile(front.store, front.desk, front.channel, front.now)
    states = [front.row(outbox_id).state for outbox_id in ids]
    assert states.count(OutboxState.ACCEPTED) == 2
    assert states.count(OutboxState.NEEDS_OPERATOR) == 1
    bound = [front.row(outbox_id).provider_id for outbox_id in ids if front.row(outbox_id).provider_id]
    assert sorted(bound) == ["SM0001", "SM0002"]


def test_a_channel_that_cannot_look_up_asks_the_operator(front: Front) -> None:
    class Blind(FakeChannel):
        find = None  # type: ignore[assignment]

    front.channel = Blind()
    front.guest_writes()
    outbox_id = sent_reply(front)
    front.channel.faults.append(Unknown("timeout"))
    front.deliver()
    front.clock.forward(minutes=2)
    delivery.reconcile(front.store, front.desk, front.channel, front.now)
    assert front.row(outbox_id).reason == "no_lookup"


def test_accepted_without_an_id_is_never_asked_of_the_operator(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    front.channel.faults.append(AcceptedWithoutId("unreadable"))
    front.deliver()
    for _ in range(3):
        front.clock.forward(minutes=2)
        delivery.reconcile(front.store, front.desk, front.channel, front.now)
    assert (front.row(outbox_id).state, front.row(outbox_id).provider_id) == (OutboxState.ACCEPTED, "")


def test_the_vendor_s_own_record_in_the_post_settles_an_unknown_send(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    front.channel.faults.append((Unknown("timeout"), True))
    front.deliver()
    echo = written("Oui", key="SM0001", outbound=True, at=front.now)
    front.arrives(echo)
    assert front.row(outbox_id).state is OutboxState.ACCEPTED
    with front.store.read() as tx:
        assert [row.text for row in tx.messages.page(front.conversation().id, None, 9)] == ["Bonjour ?", "Oui"]


def unknown_row(front: Front) -> int:
    front.guest_writes()
    outbox_id = sent_reply(front)
    front.channel.faults.append(Unknown("timeout"))
    front.deliver()
    for _ in range(3):
        front.clock.forward(minutes=2)
        delivery.reconcile(front.store, front.desk, front.channel, front.now)
    assert front.row(outbox_id).state is OutboxState.NEEDS_OPERATOR
    return outbox_id


def test_the_operator_settles_what_nobody_knows(front: Front) -> None:
    outbox_id = unknown_row(front)
    with front.store.write() as tx:
        delivery.it_arrived(tx, front.desk, ANA, outbox_id, front.now)
    assert front.row(outbox_id).state is OutboxState.ACCEPTED
    assert not front.conversation().unanswered


def test_the_operator_may_send_again(front: Front) -> None:
    outbox_id = unknown_row(front)
    with front.store.write() as tx:
        delivery.send_again(tx, front.desk, ANA, outbox_id, front.now)
    assert front.deliver() == [OutboxState.ACCEPTED]
    assert front.channel.calls == 2


def test_the_operator_may_drop(front: Front) -> None:
    outbox_id = unknown_row(front)
    with front.store.write() as tx:
        delivery.drop(tx, ANA, outbox_id, front.now)
    assert front.row(outbox_id).state is OutboxState.CANCELLED
    assert front.deliver() == []


def test_the_same_text_as_an_unknown_one_is_warned_of(front: Front) -> None:
    unknown_row(front)
    with pytest.raises(Refused, match="same_text_unknown"):
        front.reply(" Oui ")
    front.reply("Oui", repeat=True)


def test_a_cancelled_message_never_leaves_and_its_guest_waits_again(front: Front) -> None:
    front.guest_writes()
    outbox_id = front.reply().outbox_id
    with front.store.write() as tx:
        delivery.cancel(tx, front.desk, ANA, outbox_id, front.now)
    front.clock.forward(seconds=9)
    assert front.deliver() == []
    assert front.conversation().unanswered


def test_nothing_in_flight_can_be_cancelled(front: Front) -> None:
    outbox_id = unknown_row(front)
    with front.store.write() as tx, pytest.raises(Refused, match="gone_already"):
        delivery.cancel(tx, front.desk, ANA, outbox_id, front.now)


@pytest.mark.parametrize(
    ("told", "state"), [(Delivery.DELIVERED, OutboxState.DELIVERED), (Delivery.FAILED, OutboxState.FAILED)]
)
def test_a_message_that_was_taken_after_all_is_not_sent_again(front: Front, told: Delivery, state: OutboxState) -> None:
    """The vendor answers that it is down, and its webhook brings the receipt, with our own key."""
    front.guest_writes()
    outbox_id = sent_reply(front)
    front.channel.faults.append(NotSent("vendor_down"))
    front.deliver()
    row = front.row(outbox_id)
    assert row.state is OutboxState.RETRY_WAIT
    front.arrives(receipt("SM0777", told, at=front.now, message_ref=row.dedupe_key))
    front.clock.forward(minutes=10)
    front.deliver()
    assert (front.channel.sent, front.row(outbox_id).state) == ([], state)


def test_a_late_receipt_of_the_first_copy_does_not_stop_a_second_that_was_asked_for(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    front.deliver()
    key = front.row(outbox_id).dedupe_key
    front.arrives(receipt("SM0001", Delivery.FAILED, at=front.now, message_ref=key))
    with front.store.write() as tx:
        delivery.send_again(tx, front.desk, ANA, outbox_id, front.now)
    front.arrives(receipt("SM0001", Delivery.SENT, at=front.now, message_ref=key))
    front.deliver()
    assert len(front.channel.sent) == 2
