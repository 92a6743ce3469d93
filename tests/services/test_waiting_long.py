"""Messages that wait long before they leave, or whose fate cannot be asked for."""

from datetime import timedelta

from tests.fakes import FakeChannel
from tests.services.conftest import ANA, Front
from tui_inbox.domain.conversation import State
from tui_inbox.domain.errors import AccountBlocked, NotSent, Rejected, Unknown
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.channel import Found
from tui_inbox.services import accounts, delivery, lifecycle

FIVE_DAYS = timedelta(days=5)


def test_a_message_planned_days_ahead_is_tried_again_after_a_fault_like_any_other(front: Front) -> None:
    front.guest_writes()
    outbox_id = front.reply(send_at=front.now + FIVE_DAYS).outbox_id
    front.clock.forward(days=5)
    front.channel.faults.append(NotSent("unreachable"))
    assert front.deliver() == [OutboxState.RETRY_WAIT]
    front.clock.forward(minutes=1)
    assert front.deliver() == [OutboxState.ACCEPTED]
    assert front.row(outbox_id).tries == 2


def test_the_receipts_of_a_message_planned_days_ahead_are_followed(front: Front) -> None:
    front.guest_writes()
    outbox_id = front.reply(send_at=front.now + FIVE_DAYS).outbox_id
    front.clock.forward(days=5)
    front.deliver()
    with front.store.read() as tx:
        moving = tx.outbox.unfinished("desk-sms", front.now - timedelta(hours=72), 10)
    assert [row.id for row in moving] == [outbox_id]


def test_what_has_lost_its_use_while_the_account_was_paused_is_not_sent(front: Front) -> None:
    front.guest_writes()
    outbox_id = front.reply("Rendez-vous à 15 h.").outbox_id
    front.clock.forward(seconds=6)
    with front.store.write() as tx:
        row = tx.outbox.load(outbox_id)
        tx.outbox.move(row, row.state, front.now, expires_at=front.now + timedelta(hours=3))
        delivery.release(tx, front.desk, front.now)
        accounts.set_paused(tx, front.desk, "desk-sms", True, front.now)
    front.clock.forward(hours=7)
    assert front.deliver() == [OutboxState.EXPIRED]
    assert front.channel.calls == 0
    assert front.conversation().unanswered


def test_what_a_refused_account_kept_for_more_than_a_day_is_the_desks_to_decide(front: Front) -> None:
    front.guest_writes()
    front.reply()
    front.clock.forward(seconds=6)
    front.channel.faults.append(AccountBlocked("auth"))
    assert front.deliver() == [OutboxState.QUEUED]
    front.clock.forward(hours=25)
    assert front.deliver() == [OutboxState.EXPIRED]
    assert front.sent_texts() == []


class Unasked(FakeChannel):
    """Its look-ups fail for the texts in ``silent``."""

    silent: tuple[str, ...] = ()

    def find(self, outgoing: Outgoing) -> Found:
        if outgoing.text in self.silent:
            raise Rejected("bad_number")
        return super().find(outgoing)


def unknown(front: Front, *texts: str) -> list[int]:
    ids = [front.reply(text).outbox_id for text in texts]
    front.clock.forward(seconds=6)
    for _ in texts:
        front.channel.faults.append((Unknown("timeout"), True))
        assert front.deliver() == [OutboxState.UNKNOWN]
    return ids


def test_a_look_up_that_the_vendor_refuses_keeps_no_other_waiting(front: Front) -> None:
    front.guest_writes()
    front.channel = Unasked()
    first, second = unknown(front, "Oui", "À 10 h")
    front.channel.silent = ("Oui",)
    front.clock.forward(minutes=3)
    delivery.reconcile(front.store, front.desk, front.channel, front.now)
    assert front.row(first).state is OutboxState.UNKNOWN
    assert front.row(second).state is OutboxState.ACCEPTED


def test_a_send_that_cannot_be_looked_up_for_long_goes_to_the_operator(front: Front) -> None:
    front.guest_writes()
    front.channel = Unasked()
    front.channel.silent = ("Oui",)
    (outbox_id,) = unknown(front, "Oui")
    front.clock.forward(minutes=10)
    delivery.reconcile(front.store, front.desk, front.channel, front.now)
    assert front.row(outbox_id).state is OutboxState.UNKNOWN
    front.clock.forward(minutes=10)
    delivery.reconcile(front.store, front.desk, front.channel, front.now)
    row = front.row(outbox_id)
    assert (row.state, row.reason) == (OutboxState.NEEDS_OPERATOR, "no_lookup")
    with front.store.write() as tx:
        delivery.send_again(tx, front.desk, ANA, outbox_id, front.now)


def test_what_a_vendor_says_of_a_failure_is_made_printable(front: Front) -> None:
    front.guest_writes()
    outbox_id = front.reply().outbox_id
    front.clock.forward(seconds=6)
    front.channel.faults.append(Rejected("filtered", vendor_text="spam\x1b]52;c;aGk=\x07 \u202etxt"))
    front.deliver()
    row = front.row(outbox_id)
    with front.store.read() as tx:
        message = tx.messages.get(row.message_id)
    assert message is not None
    assert (row.vendor_text, message.vendor_text) == ("spam txt", "spam txt")


def test_a_planned_message_that_has_not_left_is_no_answer(front: Front) -> None:
    front.guest_writes()
    front.reply("À demain", send_at=front.now + timedelta(days=1))
    answer = front.reply("Oui")
    front.clock.forward(seconds=1)
    with front.store.write() as tx:
        delivery.cancel(tx, front.desk, ANA, answer.outbox_id, front.now)
    assert front.conversation().unanswered
    with front.store.write() as tx:
        lifecycle.no_reply_needed(tx, ANA, [front.conversation().id], front.now, desk=front.desk)
        lifecycle.no_reply_needed(tx, ANA, [front.conversation().id], front.now, on=False, desk=front.desk)
    assert front.conversation().unanswered
    assert front.conversation().state is State.OPEN
