from contextlib import AbstractContextManager

import pytest

from tests.fakes import FakeChannel, receipt, written
from tests.services.conftest import ANA, GUEST, Front
from tui_inbox.domain.conversation import State
from tui_inbox.domain.errors import (
    AcceptedWithoutId,
    AccountBlocked,
    ChannelError,
    NotSent,
    Refused,
    Rejected,
    StoreError,
    Unknown,
)
from tui_inbox.domain.event import Code
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.channel import Status
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services import delivery


def sent_reply(front: Front, text: str = "Oui", **more: object) -> int:
    """A reply whose undo time is over."""
    outbox_id = front.reply(text, **more).outbox_id
    front.clock.forward(seconds=6)
    return outbox_id


def test_a_held_message_leaves_after_its_undo_time_and_not_before(front: Front) -> None:
    front.guest_writes()
    outbox_id = front.reply("Oui").outbox_id
    assert front.deliver() == []
    front.clock.forward(seconds=5)
    assert front.deliver() == [OutboxState.ACCEPTED]
    row = front.row(outbox_id)
    assert (row.provider_id, row.owner, row.tries) == ("SM0001", "", 1)
    assert front.deliver() == []
    assert front.sent_texts() == ["Oui"]


def test_the_attempt_is_on_disk_before_the_first_byte(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    seen: list[OutboxState] = []

    class Watching(FakeChannel):
        def send(self, outgoing: Outgoing, files=()):  # type: ignore[no-untyped-def]
            seen.append(front.row(outbox_id).state)
            return FakeChannel.send(self, outgoing, files)

    front.channel = Watching()
    front.deliver()
    assert seen == [OutboxState.INFLIGHT]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NotSent("refused"), OutboxState.RETRY_WAIT),
        (AccountBlocked("auth"), OutboxState.QUEUED),
        (Rejected("filtered", vendor_text="30007"), OutboxState.FAILED),
        (Unknown("timeout"), OutboxState.UNKNOWN),
        (AcceptedWithoutId("unreadable"), OutboxState.UNKNOWN),
    ],
)
def test_the_kind_of_error_decides_what_happens_next(front: Front, error: ChannelError, state: OutboxState) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    front.channel.faults.append(error)
    assert front.deliver() == [state]
    assert front.row(outbox_id).reason in {error.code, "accepted_without_id"}
    if state is not OutboxState.QUEUED:
        front.deliver()
        assert front.channel.calls == 1


def test_a_refused_connection_is_tried_again_after_a_while(front: Front) -> None:
    front.guest_writes()
    sent_reply(front)
    front.channel.faults.append(NotSent("unreachable"))
    front.deliver()
    front.clock.forward(seconds=1)
    assert front.deliver() == []
    front.clock.forward(seconds=2)
    assert front.deliver() == [OutboxState.ACCEPTED]
    assert front.sent_texts() == ["Oui"]


def test_a_blocked_account_keeps_its_messages_and_says_so(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    front.channel.faults.append(AccountBlocked("auth", vendor_text="Authenticate"))
    front.deliver()
    assert front.row(outbox_id).state is OutboxState.QUEUED
    with front.store.read() as tx:
        account = tx.accounts.get("desk-sms")
    assert account is not None
    assert (account.state, account.reason, account.vendor_text) == ("error", "auth", "Authenticate")


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


def test_the_window_is_asked_again_after_the_hold_and_before_a_retry(front: Front) -> None:
    front.guest_writes(channel="whatsapp")
    front.clock.forward(hours=23, minutes=59, seconds=58)
    outbox_id = front.reply("Juste à temps ?", channel="whatsapp").outbox_id
    front.clock.forward(seconds=5)
    assert front.deliver() == []
    row = front.row(outbox_id)
    assert (row.state, row.reason) == (OutboxState.FAILED, "window_closed")
    assert front.conversation(channel="whatsapp").unanswered
    assert front.sent_texts() == []

    front.guest_writes("Encore là", channel="whatsapp")
    front.clock.forward(hours=23, minutes=59, seconds=50)
    retried = front.reply("Et maintenant ?", channel="whatsapp").outbox_id
    front.clock.forward(seconds=5)
    front.channel.faults.append(NotSent("unreachable"))
    front.deliver()
    front.clock.forward(minutes=1)
    front.deliver()
    assert front.row(retried).reason == "window_closed"
    assert front.sent_texts() == []


def test_a_stale_attempt_is_taken_back_before_a_byte_leaves(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    with front.store.write() as tx:
        delivery.release(tx, front.desk, front.now)
        (row,) = delivery.claim(tx, ["desk-sms"], "w", front.now)
    ticks = iter([100.0, 103.0])
    delivery.send_one(front.store, front.desk, front.channel, row, front.clock, monotonic=lambda: next(ticks))
    assert front.row(outbox_id).state is OutboxState.QUEUED
    assert front.channel.calls == 0
    assert front.deliver() == [OutboxState.ACCEPTED]


def test_messages_to_one_guest_keep_their_order(front: Front) -> None:
    front.guest_writes()
    for text in ("un", "deux", "trois"):
        front.reply(text)
    front.clock.forward(seconds=6)
    front.channel.faults.append(NotSent("unreachable"))
    for _ in range(5):
        front.deliver()
        front.clock.forward(seconds=5)
    assert front.sent_texts() == ["un", "deux", "trois"]


def test_an_unknown_message_does_not_hold_the_next(front: Front) -> None:
    front.guest_writes()
    sent_reply(front, "un")
    front.channel.faults.append((Unknown("timeout"), True))
    front.deliver()
    sent_reply(front, "deux")
    assert front.deliver() == [OutboxState.ACCEPTED]


def test_a_dead_worker_s_rows_are_sorted_out_and_never_sent_again(front: Front) -> None:
    front.guest_writes()
    first, second = sent_reply(front, "un"), sent_reply(front, "deux")
    front.guest_writes("autre", address="+33699999999")
    third = sent_reply(front, "trois", address="+33699999999")
    with front.store.write() as tx:
        delivery.release(tx, front.desk, front.now)
        claimed = delivery.claim(tx, ["desk-sms"], "dead", front.now)
        assert [row.id for row in claimed] == [first, third]
        tx.outbox.move(claimed[0], OutboxState.INFLIGHT, front.now, tries=1)
    with front.store.write() as tx:
        assert delivery.recover(tx, front.desk, "alive", front.now) == 2
    assert front.row(first).state is OutboxState.UNKNOWN
    assert front.row(third).state is OutboxState.QUEUED
    front.deliver()
    assert sorted(front.sent_texts()) == ["deux", "trois"]
    assert front.row(second).state is OutboxState.ACCEPTED


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


def test_a_message_that_could_not_leave_for_a_day_is_given_back(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    front.channel.faults.append(NotSent("unreachable"))
    front.deliver()
    front.clock.forward(hours=25)
    assert front.deliver() == []
    assert front.row(outbox_id).state is OutboxState.EXPIRED
    assert front.conversation().unanswered


def test_only_what_reaches_the_wire_counts_as_sent(front: Front) -> None:
    class Strict(FakeChannel):
        def check(self, outgoing: Outgoing) -> None:
            raise Refused("text_too_long", limit=10)

    front.channel = Strict()
    front.guest_writes()
    outbox_id = sent_reply(front)
    front.deliver()
    assert (front.row(outbox_id).state, front.row(outbox_id).reason) == (OutboxState.FAILED, "text_too_long")
    assert front.channel.calls == 0


def test_a_refusal_on_the_way_to_the_wire_is_no_mystery(front: Front) -> None:
    class Late(FakeChannel):
        def send(self, outgoing: Outgoing, files=()):  # type: ignore[no-untyped-def]
            raise Refused("needs_public_url")

    front.channel = Late()
    front.guest_writes()
    outbox_id = sent_reply(front)
    assert front.deliver() == [OutboxState.FAILED]
    assert front.row(outbox_id).reason == "needs_public_url"


def test_an_adapter_s_bug_leaves_the_outcome_unknown(front: Front) -> None:
    class Broken(FakeChannel):
        def send(self, outgoing: Outgoing, files=()):  # type: ignore[no-untyped-def]
            raise KeyError("sid")

    front.channel = Broken()
    front.guest_writes()
    outbox_id = sent_reply(front)
    assert front.deliver() == [OutboxState.UNKNOWN]
    assert front.row(outbox_id).reason == "adapter_failed"


class Failing:
    """A store that cannot be written ``times`` times once ``failing`` is set."""

    def __init__(self, store: Store, times: int) -> None:
        self.read = store.read
        self._write, self.times, self.failing = store.write, times, False

    def write(self) -> AbstractContextManager[Transaction]:
        if self.failing and self.times:
            self.times -= 1
            raise StoreError("busy")
        return self._write()


@pytest.mark.parametrize(
    ("error", "state"), [(None, OutboxState.ACCEPTED), (NotSent("unreachable"), OutboxState.RETRY_WAIT)]
)
def test_the_vendor_s_answer_is_written_down_though_the_store_is_busy(
    front: Front, error: ChannelError | None, state: OutboxState
) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    store = Failing(front.store, times=1)
    front.channel.faults.append(error)
    with front.store.write() as tx:
        delivery.release(tx, front.desk, front.now)
        (row,) = delivery.claim(tx, [front.channel.name], "worker-1", front.now)
    delivery.send_one(
        store,  # type: ignore[arg-type]
        front.desk,
        front.channel,
        row,
        front.clock,
        fault=lambda point: setattr(store, "failing", point == "answered"),
    )
    assert front.row(outbox_id).state is state


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


def test_what_waits_for_an_account_that_is_gone_is_told_as_failed(front: Front) -> None:
    front.guest_writes()
    outbox_id = sent_reply(front)
    without = front.desk._replace(accounts={"desk-mail": front.desk.accounts["desk-mail"]})
    with front.store.write() as tx:
        delivery.release(tx, front.desk, front.now)
    with front.store.write() as tx:
        assert delivery.recover(tx, without, "alive", front.now) == 1
    assert (front.row(outbox_id).state, front.row(outbox_id).reason) == (OutboxState.FAILED, "channel_gone")


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
