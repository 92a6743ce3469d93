"""A vendor's no: what it changes beside the message."""

import pytest

from tests.fakes import receipt
from tests.services.conftest import GUEST, Front
from tests.services.delivery.conftest import sent_reply
from tui_inbox.domain.conversation import State
from tui_inbox.domain.errors import Refused, Rejected
from tui_inbox.domain.event import Code
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.services import delivery


def test_a_refusal_brings_a_closed_conversation_back_unanswered(front: Front) -> None:
    front.guest_writes()
    sent_reply(front, then="close")
    front.channel.faults.append(Rejected("filtered"))
    front.deliver()
    conversation = front.conversation()
    assert (conversation.state, conversation.unanswered, conversation.outcome) == (State.OPEN, True, "failed")
    with front.store.read() as tx:
        found = {row.code for row in tx.events.activity(conversation.id, conversation.guest_id, 9)}
    assert {Code.SEND_FAILED, Code.REOPENED_BY_FAILURE} <= found


def test_the_vendor_s_stop_is_remembered_on_the_line(front: Front) -> None:
    front.guest_writes()
    sent_reply(front)
    front.channel.faults.append(Rejected("stopped", vendor_code="21610"))
    front.deliver()
    with front.store.read() as tx:
        line = tx.lines.get("desk-sms", "sms", GUEST)
    assert line is not None
    assert line.stop_source == "provider"
    with pytest.raises(Refused, match="stopped_by_provider"):
        front.reply("Encore")


def test_a_bad_number_marks_the_handle(front: Front) -> None:
    front.guest_writes()
    sent_reply(front)
    front.channel.faults.append(Rejected("not_mobile"))
    front.deliver()
    with front.store.read() as tx:
        assert [handle.unreachable for handle in tx.guests.handles(front.conversation().guest_id)] == ["not_mobile"]


def test_a_late_failure_brings_a_closed_conversation_back(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front, then="close")
    front.deliver()
    assert front.conversation().state is State.CLOSED
    front.clock.forward(minutes=5)
    got = front.arrives(receipt("SM0001", Delivery.FAILED, at=front.now, error_code="handset_off", vendor_text="30003"))
    assert got.rang
    conversation = front.conversation()
    assert (conversation.state, conversation.unanswered, conversation.outcome) == (State.OPEN, True, "failed")
    assert (front.row(outbox_id).reason, front.row(outbox_id).vendor_text) == ("handset_off", "30003")


def test_what_waits_for_an_account_that_is_gone_is_told_as_failed(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    without = front.desk._replace(accounts={"desk-mail": front.desk.accounts["desk-mail"]})
    with front.store.write() as tx:
        delivery.release(tx, front.desk, front.now)
    with front.store.write() as tx:
        assert delivery.recover(tx, without, "alive", front.now) == 1
    assert (front.row(outbox_id).state, front.row(outbox_id).reason) == (OutboxState.FAILED, "channel_gone")
