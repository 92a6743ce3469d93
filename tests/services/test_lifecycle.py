"""What operators and the clock do to conversations, and how each act is taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.store import SqlStore
from tests.builders import NOW, a_conversation, a_guest, a_reservation, an_inbound, at
from tests.fakes import hotel
from tui_inbox.domain.conversation import Conversation, DeadlineKind, State
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code
from tui_inbox.domain.guest import Line
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import RequestRow
from tui_inbox.services import lifecycle
from tui_inbox.services.desk import Actor
from tui_inbox.services.undo import life_of

ANA = Actor("ana", "Ana")
LEO = Actor("leo", "Leo")
GUARD = Actor("guard", "Guard", role="read-only")


def waiting(t: Transaction, **values: object) -> Conversation:
    return a_conversation(t, unanswered=True, unanswered_since=NOW, last_in_at=NOW, **values)


def codes(t: Transaction, conversation_id: int) -> list[Code]:
    return [event.code for event in t.events.between(conversation_id, at(-10_000), None)]


def test_close_is_an_event_clears_unread_for_all_and_undo_brings_everything_back(store: SqlStore) -> None:
    with store.write() as t:
        row = waiting(t)
        t.unread.bump(row, ["ana", "leo"], NOW)
        t.unread.bump(row, ["leo"], NOW)
        lifecycle.close(t, ANA, [row.id], at(5))
        closed = t.conversations.get(row.id)
        assert closed is not None
        assert (closed.state, closed.state_by, closed.unanswered) == (State.CLOSED, "ana", False)
        assert codes(t, row.id) == [Code.CLOSED_WITHOUT_REPLY]
        assert t.unread.clear_all(row.id) == []
        undone = lifecycle.undo(t, ANA, at(6))
        assert undone is not None
        assert (undone.code, undone.count, undone.skipped) == (Code.CLOSED_WITHOUT_REPLY, 1, 0)
        assert t.conversations.get(row.id) == row
        assert t.unread.clear_all(row.id) == [("ana", 1), ("leo", 2)]
        assert codes(t, row.id) == [Code.CLOSED_WITHOUT_REPLY, Code.UNDONE]
        assert lifecycle.undo(t, ANA, at(7)) is None


def test_a_bulk_act_is_undone_as_one_and_says_how_many(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rows = [waiting(t, thread_key=str(n)) for n in range(14)]
        moved = lifecycle.close(t, ANA, [row.id for row in rows], at(1))
        assert len(moved) == 14
        undone = lifecycle.undo(t, ANA, at(2))
        assert undone is not None
        assert undone.count == 14
        assert [t.conversations.get(row.id) for row in rows] == rows


def test_each_operator_has_an_own_stack(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        mine, theirs = waiting(t), waiting(t)
        lifecycle.close(t, ANA, [mine.id], at(1))
        lifecycle.close(t, LEO, [theirs.id], at(2))
        undone = lifecycle.undo(t, ANA, at(3))
        assert undone is not None
        assert undone.conversation_ids == (mine.id,)
        assert lifecycle.undo(t, ANA, at(4)) is None
        assert t.conversations.load(theirs.id).state is State.CLOSED


def test_undo_never_overwrites_what_happened_since(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row, other = waiting(t), waiting(t)
        lifecycle.close(t, ANA, [row.id, other.id], at(1))
        lifecycle.reopen(t, LEO, [row.id], at(2))
        reopened = t.conversations.get(row.id)
        undone = lifecycle.undo(t, ANA, at(3))
        assert undone is not None
        assert (undone.count, undone.skipped) == (1, 1)
        assert t.conversations.get(row.id) == reopened
        assert t.conversations.get(other.id) == other


def test_rows_that_cannot_move_are_left_out_of_a_bulk_act_and_refused_alone(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row, spam = waiting(t), a_conversation(t, state=State.SPAM)
        assert [one.id for one in lifecycle.close(t, ANA, [spam.id, row.id, 999], at(1))] == [row.id]
        with pytest.raises(Refused, match="not_open"):
            lifecycle.close(t, ANA, [spam.id], at(2))


@pytest.mark.parametrize(
    "act",
    [
        lambda t, actor, ids: lifecycle.close(t, actor, ids, NOW),
        lambda t, actor, ids: lifecycle.snooze(t, actor, ids, NOW, until_reply=True),
        lambda t, actor, ids: lifecycle.report_spam(t, actor, ids, NOW, block=True),
        lambda t, actor, ids: lifecycle.no_reply_needed(t, actor, ids, NOW),
        lambda t, actor, ids: lifecycle.assign(t, actor, ids, NOW, "ana"),
        lambda t, actor, ids: lifecycle.undo(t, actor, NOW),
    ],
)
def test_who_may_only_read_changes_nothing(
    sqlite_store: SqlStore, act: Callable[[Transaction, Actor, list[int]], object]
) -> None:
    with sqlite_store.write() as t:
        row = waiting(t)
        with pytest.raises(Refused, match="read_only"):
            act(t, GUARD, [row.id])
        assert t.conversations.get(row.id) == row


def test_a_snooze_survives_a_stopped_worker_and_wakes_late(store: SqlStore) -> None:
    with store.write() as t:
        row = waiting(t)
        lifecycle.snooze(t, ANA, [row.id], NOW, until=at(60), reason="housekeeping")
        assert lifecycle.wake_due(t, at(59)) == 0
    with store.write() as t:
        assert t.conversations.load(row.id).state is State.PENDING
        assert lifecycle.wake_due(t, at(80)) == 1
        assert lifecycle.wake_due(t, at(81)) == 0
        woken = t.conversations.load(row.id)
        assert (woken.state, woken.wake_at) == (State.OPEN, None)
        assert codes(t, row.id) == [Code.SNOOZED, Code.WOKE_LATE]


def test_a_snooze_without_a_time_is_refused_and_until_reply_has_none(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row = waiting(t)
        with pytest.raises(Refused, match="snooze_needs_time"):
            lifecycle.snooze(t, ANA, [row.id], NOW)
        (snoozed,) = lifecycle.snooze(t, ANA, [row.id], NOW, until_reply=True)
        assert (snoozed.state, snoozed.wake_at) == (State.PENDING, None)


def test_snooze_choices_follow_the_stay_and_the_hotels_clock(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        guest = a_guest(t)
        row = a_conversation(t, guest)
        a_reservation(t, guest, 2, 5)
        found = {choice.code: choice.at for choice in lifecycle.snooze_choices(t, hotel(), row.id, NOW)}
    assert found["1h"] == NOW + timedelta(hours=1)
    assert found["evening"] == NOW.replace(hour=17)
    assert found["tomorrow"] == NOW.replace(day=24, hour=7)
    assert found["arrival"] == NOW.replace(day=25, hour=7)
    assert found["checkout"] == NOW.replace(day=28, hour=7)
    assert found["reply"] is None


def test_an_evening_that_has_passed_is_not_offered(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row = a_conversation(t)
        late = lifecycle.snooze_choices(t, hotel(), row.id, NOW.replace(hour=20))
    assert "evening" not in [choice.code for choice in late]


def test_spam_blocks_the_sender_on_request_and_undo_unblocks(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row = waiting(t)
        lifecycle.report_spam(t, ANA, [row.id], at(1), block=True)
        assert t.guests.load(row.guest_id).blocked
        assert not t.conversations.load(row.id).unanswered
        lifecycle.undo(t, ANA, at(2))
        assert not t.guests.load(row.guest_id).blocked
        assert t.conversations.get(row.id) == row


def test_not_spam_waits_again_with_its_clock(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        guest = a_guest(t, phone="+33612345678", channel="whatsapp", blocked=True)
        row = a_conversation(t, guest, state=State.SPAM, last_in_at=NOW, last_channel="whatsapp")
        an_inbound(t, row)
        t.lines.put(Line("desk-sms", "whatsapp", "+33612345678", last_in_at=NOW))
        (back,) = lifecycle.not_spam(t, ANA, [row.id], at(1), desk=hotel())
        assert (back.state, back.unanswered) == (State.OPEN, True)
        assert (back.deadline_at, back.deadline_kind) == (NOW + timedelta(hours=24), DeadlineKind.WINDOW)
        assert not t.guests.load(guest.id).blocked


def test_no_reply_needed_clears_mark_and_deadline_and_undo_restores_both(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row = waiting(t, deadline_at=at(600), deadline_kind=DeadlineKind.REPLY_MARK)
        (done,) = lifecycle.no_reply_needed(t, ANA, [row.id], at(1))
        assert (done.unanswered, done.deadline_at, done.no_reply_needed) == (False, None, True)
        lifecycle.undo(t, ANA, at(2))
        assert t.conversations.get(row.id) == row


def test_machine_mail_moves_to_the_inbox_by_one_act(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row = a_conversation(t, state=State.CLOSED, machine=True, automation=True, last_in_at=NOW)
        (moved,) = lifecycle.move_to_inbox(t, ANA, [row.id], at(1))
        assert (moved.state, moved.machine, moved.unanswered) == (State.OPEN, False, True)


ACTS = st.lists(
    st.sampled_from(["close", "reopen", "snooze", "spam", "not_spam", "none", "need", "assign"]), max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_undoing_everything_leads_back_to_the_start(sqlite_store: SqlStore, acts: list[str]) -> None:
    with sqlite_store.write() as t:
        row = waiting(t, guest=a_guest(t))
        t.unread.bump(row, ["ana"], NOW)
        start = life_of(row)
        done = 0
        for n, name in enumerate(acts, start=1):
            act = {
                "close": lambda now: lifecycle.close(t, ANA, [row.id], now),
                "reopen": lambda now: lifecycle.reopen(t, ANA, [row.id], now),
                "snooze": lambda now: lifecycle.snooze(t, ANA, [row.id], now, until=now + timedelta(days=9)),
                "spam": lambda now: lifecycle.report_spam(t, ANA, [row.id], now, block=True),
                "not_spam": lambda now: lifecycle.not_spam(t, ANA, [row.id], now),
                "none": lambda now: lifecycle.no_reply_needed(t, ANA, [row.id], now),
                "need": lambda now: lifecycle.no_reply_needed(t, ANA, [row.id], now, on=False),
                "assign": lambda now: lifecycle.assign(t, ANA, [row.id], now, f"op{now.minute}"),
            }[name]
            try:
                act(at(n))
                done += 1
            except Refused:
                pass
        for n in range(done):
            undone = lifecycle.undo(t, ANA, at(100 + n))
            assert undone is not None
            assert undone.skipped == 0
        assert lifecycle.undo(t, ANA, at(200)) is None
        assert life_of(t.conversations.load(row.id)) == start
        assert not t.guests.load(row.guest_id).blocked
        assert t.unread.clear_all(row.id) == [("ana", 1)]


def test_a_promise_stays_the_rows_clock_whether_a_reply_is_needed_or_not(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row = waiting(t)
        t.requests.add(
            RequestRow(0, "other", "Call back", "open", at(90), "ana", row.id),
            guest_id=row.guest_id, reservation_id=None, at=NOW,
        )  # fmt: skip
        (kept,) = lifecycle.no_reply_needed(t, ANA, [row.id], at(1), desk=hotel())
        assert (kept.unanswered, kept.deadline_at) == (False, at(90))
        (back,) = lifecycle.no_reply_needed(t, ANA, [row.id], at(2), on=False, desk=hotel())
        assert (back.deadline_at, back.deadline_kind) == (at(90), DeadlineKind.CALLBACK)
