"""The queue whose confirmation counts: whatever breaks off where, no message is lost and none is removed unread."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from random import Random

import msgspec
import pytest

from adapters._answers import Answer
from adapters.booking_com.account import Booking
from adapters.booking_com.queue import SETTLE, Queue
from adapters.sandbox.booking_com import SandboxBooking
from adapters.sandbox.door import Fault
from storage.store import SqlStore
from tests.fakes import StillClock, hotel
from tui_inbox.domain.errors import AccountBlocked, ChannelError, Malformed, Rejected
from tui_inbox.ports.channel import Inbound, News
from tui_inbox.services import polling
from tui_inbox.services.desk import AccountInfo, Desk


@pytest.fixture
def house(desk: Booking) -> Desk:
    info = AccountInfo("desk", "booking.com", desk.traits, {"booking": "1234567"}, "full")
    plain = hotel()
    return plain._replace(accounts={**plain.accounts, "desk": info})


def texts(desk: Booking, batch_envelopes: object) -> list[str]:
    items = [item for envelope in batch_envelopes for item in desk.read(envelope)]  # type: ignore[attr-defined]
    return [item.text for item in items if isinstance(item, Inbound)]


def test_nothing_is_confirmed_before_it_was_committed(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    box.account.write(talk, "one")
    first = desk.fetch("queue", "", None)
    assert texts(desk, first.envelopes) == ["one"]
    assert (box.account.confirmed, first.more) == ([], True)
    again = desk.fetch("queue", "", None)
    assert texts(desk, again.envelopes) == ["one"], "a batch that was not committed comes again"
    assert box.account.confirmed == []
    box.account.write(talk, "two")
    second = desk.fetch("queue", first.cursor, None)
    assert (box.account.confirmed, texts(desk, second.envelopes)) == ([1], ["two"])
    third = desk.fetch("queue", second.cursor, None)
    assert (box.account.confirmed, third.envelopes, third.more, box.account.queue) == ([1, 1], (), False, [])


def test_a_confirmation_without_an_answer_is_never_repeated_blindly(
    box: SandboxBooking, desk: Booking, clock: StillClock
) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    for n in range(3):
        box.account.write(talk, f"n{n}")
    first = desk.fetch("queue", "", None)
    box.account.faults.append(Fault("lost_answer", on="confirm"))
    doubtful = desk.fetch("queue", first.cursor, None)
    assert box.account.confirmed == [3], "it was carried out, and nobody here knows"
    for n in range(3):
        box.account.write(talk, f"m{n}")
    after = desk.fetch("queue", doubtful.cursor, None)
    assert texts(desk, after.envelopes) == ["m0", "m1", "m2"], "no other message was removed"
    assert box.account.confirmed == [3]
    clock.forward(minutes=4)
    last = desk.fetch("queue", after.cursor, None)
    assert (box.account.confirmed, last.envelopes, box.account.queue) == ([3, 3], (), [])


def test_a_confirmation_that_comes_late_to_the_vendor_takes_nothing_else(
    box: SandboxBooking, desk: Booking, clock: StillClock
) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    for n in range(2):
        box.account.write(talk, f"n{n}")
    first = desk.fetch("queue", "", None)
    box.account.faults.append(Fault("drop", on="confirm"))
    doubtful = desk.fetch("queue", first.cursor, None)
    assert box.account.confirmed == []
    box.account.write(talk, "meanwhile")
    cursor = doubtful.cursor
    for _ in range(3):
        clock.forward(seconds=30)
        batch = desk.fetch("queue", cursor, None)
        cursor = batch.cursor
    assert box.account.confirmed == [], "none follows while the first may still be on its way"
    box.account.confirm(2)  # the one on its way arrives
    clock.at += SETTLE
    batch = desk.fetch("queue", cursor, None)
    assert (box.account.confirmed, box.account.queue) == ([2, 1], [])


def test_a_confirmation_that_never_left_is_made_up_for_with_a_new_count(
    box: SandboxBooking, desk: Booking, clock: StillClock
) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    for n in range(2):
        box.account.write(talk, f"n{n}")
    first = desk.fetch("queue", "", None)
    box.account.faults.append(Fault("drop", on="confirm"))
    doubtful = desk.fetch("queue", first.cursor, None)
    box.account.write(talk, "n2")
    seen = desk.fetch("queue", doubtful.cursor, None)
    assert texts(desk, seen.envelopes) == ["n2"], "new ones are kept meanwhile"
    clock.at += SETTLE
    desk.fetch("queue", seen.cursor, None)
    assert (box.account.confirmed, box.account.queue) == ([3], [])


def test_a_confirmation_that_is_refused_is_told_when_nothing_new_waits_with_it(
    box: SandboxBooking, desk: Booking
) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    box.account.write(talk, "one")
    first = desk.fetch("queue", "", None)
    box.account.write(talk, "two")
    box.account.faults.append(Fault("refuse", on="confirm", times=2, status=400, code="400"))
    second = desk.fetch("queue", first.cursor, None)
    assert texts(desk, second.envelopes) == ["two"], "what is new is kept first"
    with pytest.raises(Rejected):
        desk.fetch("queue", msgspec.json.encode({"kept": list(box.account.queue)}).decode(), None)
    assert len(box.account.queue) == 2


def test_a_message_that_is_served_again_is_confirmed_and_not_told_twice(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    one = box.account.write(talk, "one")
    first = desk.fetch("queue", "", None)
    box.account.queue.append(one.id)
    again = desk.fetch("queue", first.cursor, None)
    assert (again.envelopes, box.account.confirmed) == ((), [2])


def test_a_queue_that_is_not_switched_on_is_told_once_and_conversations_take_its_place(
    box: SandboxBooking, desk: Booking, clock: StillClock
) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    talks = desk.fetch("conversations:1234567", "", None)
    box.account.queue_on = False
    off = desk.fetch("queue", "", None)
    assert [desk.read(envelope) for envelope in off.envelopes] == [(News(clock.now(), "account", "queue_off"),)]
    assert desk.fetch("queue", off.cursor, None).envelopes == ()
    box.account.write(talk, "here")
    clock.forward(seconds=30)
    assert texts(desk, desk.fetch("conversations:1234567", talks.cursor, None).envelopes) == ["here"]
    assert desk.test().code == "queue_off"
    box.account.queue_on = True
    on = desk.fetch("queue", off.cursor, None)
    assert [desk.read(envelope) for envelope in on.envelopes] == [(News(clock.now(), "account"),)]


@pytest.mark.parametrize("cursor", ["garbage", "[]", '{"kept":7}'])
def test_a_damaged_cursor_confirms_nothing(box: SandboxBooking, desk: Booking, cursor: str) -> None:
    box.account.write(box.account.book("3812391309", "A. Guest"), "one")
    assert texts(desk, desk.fetch("queue", cursor, None).envelopes) == ["one"]
    assert box.account.confirmed == []


class Killed(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("seed", range(3))
def test_a_worker_that_dies_anywhere_and_a_vendor_that_loses_answers_lose_no_message(
    box: SandboxBooking, desk: Booking, house: Desk, clock: StillClock, store: SqlStore, seed: int
) -> None:
    rng = Random(seed)
    talk = box.account.book("3812391309", "A. Guest")
    # Conversations and search are other ways to the same messages: here the queue is alone.
    desk.streams = lambda: ["queue"]  # type: ignore[method-assign]
    written: list[str] = []

    def fate(point: str) -> None:
        if rng.random() < 0.25:
            raise Killed

    for n in range(40):
        for _ in range(rng.randrange(3)):
            written.append(box.account.write(talk, f"n{n}").id)
        if rng.random() < 0.4:
            kind = rng.choice(["lost_answer", "drop", "half", "down"])
            box.account.faults.append(Fault(kind, on=rng.choice(["confirm", "confirm", "read"])))
        clock.forward(seconds=rng.choice([20, 60, 200]))
        with suppress(Killed, ChannelError):
            polling.poll_account(store, house, desk, clock, fault=fate)
    box.account.faults.clear()
    for _ in range(3):
        clock.at += SETTLE + timedelta(seconds=1)
        polling.poll_account(store, house, desk, clock)
    with store.read() as tx:
        (guest,) = tx.guests.by_handle("booking", talk.id)
        (conversation,) = tx.conversations.all_of_guest(guest.id)
        rows = tx.messages.page(conversation.id, None, 500)
        kept = [message.external_id for row in rows if (message := tx.messages.get(row.id))]
    assert sorted(kept) == sorted(written), "all, and each once"
    assert box.account.queue == []
    assert sum(box.account.confirmed) == len(written), "what was removed is what was written"


def test_an_account_that_is_refused_removes_nothing(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    box.account.write(talk, "one")
    first = desk.fetch("queue", "", None)
    box.account.secret = "changed"
    box.account.forget_tokens()
    with pytest.raises(AccountBlocked):
        desk.fetch("queue", first.cursor, None)
    assert len(box.account.queue) == 1


class Rows:
    """The vendor's queue as bytes, in forms that its simulator does not write."""

    def __init__(self, *rows: bytes) -> None:
        self.rows = list(rows)

    def read(self, _path: str) -> Answer:
        return Answer(200, {}, b'{"data":{"messages":[' + b",".join(self.rows) + b"]}}")

    def tell(self, _method: str, _path: str, params: dict[str, str]) -> None:
        del self.rows[: int(params["number_of_messages"])]


def test_what_cannot_be_read_is_kept_before_it_is_removed(desk: Booking, clock: StillClock) -> None:
    changed = b'{"message_id":"4ad42260-e0aa-11ea-b1cb-0975761ce091","timestamp":{"epoch":1},"content":"Help"}'
    rows = Rows(changed, b'["of another form"]', b'{"message_id":null}')
    queue = Queue(rows, ("1234567",))  # type: ignore[arg-type]
    first = queue.fetch("", clock.now())
    assert len(rows.rows) == 3
    queue.fetch(first.cursor, clock.now())
    assert rows.rows == [], "kept, so confirmed"
    named, strange, artefact = first.envelopes
    assert named.external_id == "4ad42260-e0aa-11ea-b1cb-0975761ce091", "found again under its id once it can be read"
    for envelope in (named, strange):
        with pytest.raises(Malformed):
            desk.read(envelope)
    assert desk.read(artefact) == ()
