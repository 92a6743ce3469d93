"""From the hold to the wire: when, in which order, and what an error makes of it."""

from contextlib import AbstractContextManager

import pytest

from tests.fakes import FakeChannel
from tests.services.conftest import Front
from tests.services.delivery.conftest import sent_reply
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
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services import delivery


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
