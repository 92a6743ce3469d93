"""The state machine: every move, its event, and what can never be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.domain import lifecycle
from tui_inbox.domain.conversation import Conversation, State
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code
from tui_inbox.domain.lifecycle import Act, Change

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def conversation(state: State = State.OPEN, *, waiting: bool = False, wake_at: datetime | None = None) -> Conversation:
    return Conversation(
        id=1,
        guest_id=1,
        state=state,
        automation=state is State.CLOSED,
        unanswered=waiting,
        unanswered_since=NOW - HOUR if waiting else None,
        last_in_at=NOW - HOUR,
        wake_at=wake_at,
    )


MOVES = [
    ("close", State.OPEN, lambda c: lifecycle.close(c, "ana", NOW), State.CLOSED, Code.CLOSED),
    ("close snoozed", State.PENDING, lambda c: lifecycle.close(c, "ana", NOW), State.CLOSED, Code.CLOSED),
    ("reopen", State.CLOSED, lambda c: lifecycle.reopen(c, "ana", NOW), State.OPEN, Code.REOPENED),
    ("reopen snoozed", State.PENDING, lambda c: lifecycle.reopen(c, "ana", NOW), State.OPEN, Code.REOPENED),
    ("snooze", State.OPEN, lambda c: lifecycle.snooze(c, "ana", NOW, NOW + HOUR), State.PENDING, Code.SNOOZED),
    ("until reply", State.OPEN, lambda c: lifecycle.snooze(c, "ana", NOW, None), State.PENDING, Code.SNOOZED),
    ("spam", State.OPEN, lambda c: lifecycle.report_spam(c, "ana", NOW), State.SPAM, Code.SPAM),
    ("spam closed", State.CLOSED, lambda c: lifecycle.report_spam(c, "ana", NOW), State.SPAM, Code.SPAM),
    ("not spam", State.SPAM, lambda c: lifecycle.not_spam(c, "ana", NOW), State.OPEN, Code.NOT_SPAM),
    ("guest, open", State.OPEN, lambda c: lifecycle.guest_wrote(c, NOW, NOW), State.OPEN, None),
    ("guest, closed", State.CLOSED, lambda c: lifecycle.guest_wrote(c, NOW, NOW), State.OPEN, Code.REOPENED_BY_GUEST),
    ("guest, pending", State.PENDING, lambda c: lifecycle.guest_wrote(c, NOW, NOW), State.OPEN, Code.WOKEN_BY_GUEST),
    ("guest, spam", State.SPAM, lambda c: lifecycle.guest_wrote(c, NOW, NOW), State.SPAM, None),
    ("reply, open", State.OPEN, lambda c: lifecycle.replied(c, "ana", NOW), State.OPEN, None),
    ("reply, closed", State.CLOSED, lambda c: lifecycle.replied(c, "ana", NOW), State.OPEN, Code.REOPENED_BY_REPLY),
    ("reply, pending", State.PENDING, lambda c: lifecycle.replied(c, "ana", NOW), State.OPEN, Code.WOKEN_BY_REPLY),
    ("failure, closed", State.CLOSED, lambda c: lifecycle.send_failed(c, NOW), State.OPEN, Code.REOPENED_BY_FAILURE),
    ("failure, pending", State.PENDING, lambda c: lifecycle.send_failed(c, NOW), State.OPEN, Code.REOPENED_BY_FAILURE),
    ("failure, spam", State.SPAM, lambda c: lifecycle.send_failed(c, NOW), State.SPAM, None),
]


@pytest.mark.parametrize(("name", "state", "move", "after", "code"), MOVES, ids=[row[0] for row in MOVES])
def test_move(name: str, state: State, move: object, after: State, code: Code | None) -> None:
    change = move(conversation(state))  # type: ignore[operator]
    assert (change.conversation.state, change.code) == (after, code)
    assert change.conversation.automation is (after is State.CLOSED)


@pytest.mark.parametrize(
    ("act", "state", "code"),
    [
        ("close", State.CLOSED, "not_open"),
        ("close", State.SPAM, "not_open"),
        ("reopen", State.OPEN, "not_closed"),
        ("reopen", State.SPAM, "not_closed"),
        ("report_spam", State.SPAM, "is_spam"),
        ("not_spam", State.OPEN, "not_spam_now"),
    ],
)
def test_moves_that_make_no_sense_are_refused(act: str, state: State, code: str) -> None:
    with pytest.raises(Refused) as refused:
        getattr(lifecycle, act)(conversation(state), "ana", NOW)
    assert refused.value.code == code


def test_closing_an_unanswered_row_says_so_and_ends_it() -> None:
    change = lifecycle.close(conversation(waiting=True), "ana", NOW)
    assert change.code is Code.CLOSED_WITHOUT_REPLY
    assert not change.conversation.unanswered
    assert (change.conversation.state_by, change.conversation.state_at) == ("ana", NOW)


def test_next_guest_message_waits_again_after_a_close() -> None:
    closed = lifecycle.close(conversation(waiting=True), "ana", NOW).conversation
    heard = lifecycle.guest_wrote(closed, NOW + HOUR, NOW + HOUR).conversation
    assert heard.unanswered
    assert heard.unanswered_since == NOW + HOUR


def test_waiting_counts_from_the_first_unanswered_message() -> None:
    heard = lifecycle.guest_wrote(conversation(waiting=True), NOW, NOW).conversation
    assert heard.unanswered_since == NOW - HOUR


def test_a_message_older_than_the_answer_makes_nobody_wait() -> None:
    heard = lifecycle.guest_wrote(conversation(), NOW - 2 * HOUR, NOW, last_answer_at=NOW - HOUR).conversation
    assert not heard.unanswered
    assert heard.last_in_at == NOW - HOUR


@pytest.mark.parametrize("late", [False, True])
def test_waking_says_when_it_is_late(late: bool) -> None:
    now = NOW + (10 * HOUR if late else timedelta(seconds=30))
    change = lifecycle.wake(conversation(State.PENDING, wake_at=NOW), now, timedelta(minutes=2))
    assert change.conversation.state is State.OPEN
    assert change.code is (Code.WOKE_LATE if late else Code.WOKE)
    assert change.params == {"due_at": int(NOW.timestamp())}


def test_nothing_wakes_before_its_time_or_without_one() -> None:
    for wake_at in (NOW + HOUR, None):
        change = lifecycle.wake(conversation(State.PENDING, wake_at=wake_at), NOW, HOUR)
        assert (change.conversation.state, change.code) == (State.PENDING, None)


@pytest.mark.parametrize("woken_by", ["guest", "reply"])
def test_an_ended_snooze_is_offered_again(woken_by: str) -> None:
    snoozed = lifecycle.snooze(conversation(), "ana", NOW, NOW + 5 * HOUR, "housekeeping").conversation
    if woken_by == "guest":
        woken = lifecycle.guest_wrote(snoozed, NOW + HOUR, NOW + HOUR).conversation
    else:
        woken = lifecycle.replied(snoozed, "ana", NOW + HOUR).conversation
    assert woken.kept_wake_at == NOW + 5 * HOUR
    again = lifecycle.snooze_again(woken, "ana", NOW + HOUR)
    assert again.code is Code.SNOOZED_AGAIN
    assert again.conversation.wake_at == NOW + 5 * HOUR
    assert again.conversation.snooze_reason == "housekeeping"


def test_snoozing_into_the_past_and_again_without_a_time_are_refused() -> None:
    with pytest.raises(Refused, match="snooze_in_past"):
        lifecycle.snooze(conversation(), "ana", NOW, NOW)
    with pytest.raises(Refused, match="nothing_snoozed"):
        lifecycle.snooze_again(conversation(), "ana", NOW)


def test_no_reply_needed_and_back() -> None:
    owed = lifecycle.guest_wrote(conversation(), NOW, NOW).conversation
    done = lifecycle.no_reply_needed(owed)
    assert done.code is Code.NO_REPLY_NEEDED
    assert not done.conversation.unanswered
    back = lifecycle.reply_needed(done.conversation)
    assert back.conversation.unanswered_since == NOW
    assert lifecycle.guest_wrote(done.conversation, NOW + HOUR, NOW + HOUR).conversation.unanswered


def test_not_spam_waits_only_if_the_guest_spoke_last() -> None:
    assert lifecycle.not_spam(conversation(State.SPAM), "ana", NOW).conversation.unanswered
    assert not lifecycle.not_spam(conversation(State.SPAM), "ana", NOW, last_answer_at=NOW).conversation.unanswered


def test_a_failed_send_waits_again() -> None:
    answered = lifecycle.close(lifecycle.replied(conversation(waiting=True), "ana", NOW).conversation, "ana", NOW)
    failed = lifecycle.send_failed(answered.conversation, NOW + HOUR).conversation
    assert failed.unanswered
    assert failed.unanswered_since == NOW - HOUR


def test_history_and_machine_mail_stay_quiet() -> None:
    quiet = lifecycle.new_quiet(7, NOW, machine=True)
    assert (quiet.state, quiet.automation, quiet.unanswered) == (State.CLOSED, True, False)
    imported = lifecycle.history_imported(quiet, NOW - HOUR, inbound=True)
    assert (imported.state, imported.unanswered, imported.last_in_at) == (State.CLOSED, False, NOW - HOUR)
    moved = lifecycle.move_to_inbox(imported, "ana", NOW)
    assert (moved.conversation.state, moved.conversation.machine, moved.conversation.unanswered) == (
        State.OPEN,
        False,
        True,
    )


def test_what_is_offered_is_what_is_allowed() -> None:
    assert lifecycle.may(Act.CLOSE, State.OPEN)
    assert not lifecycle.may(Act.CLOSE, State.SPAM)


STEPS = st.lists(
    st.sampled_from(
        [
            "close",
            "reopen",
            "snooze",
            "until",
            "again",
            "wake",
            "spam",
            "not_spam",
            "guest",
            "reply",
            "fail",
            "none",
            "need",
        ]
    ),
    max_size=25,
)


def _step(name: str, before: Conversation, now: datetime) -> Change:
    return {
        "close": lambda: lifecycle.close(before, "ana", now),
        "reopen": lambda: lifecycle.reopen(before, "ana", now),
        "snooze": lambda: lifecycle.snooze(before, "ana", now, now + 3 * HOUR),
        "until": lambda: lifecycle.snooze(before, "ana", now, None),
        "again": lambda: lifecycle.snooze_again(before, "ana", now),
        "wake": lambda: lifecycle.wake(before, now, timedelta(minutes=2)),
        "spam": lambda: lifecycle.report_spam(before, "ana", now),
        "not_spam": lambda: lifecycle.not_spam(before, "ana", now),
        "guest": lambda: lifecycle.guest_wrote(before, now, now),
        "reply": lambda: lifecycle.replied(before, "ana", now),
        "fail": lambda: lifecycle.send_failed(before, now),
        "none": lambda: lifecycle.no_reply_needed(before),
        "need": lambda: lifecycle.reply_needed(before),
    }[name]()


@given(STEPS)
def test_any_life_keeps_the_rules(steps: list[str]) -> None:
    current = lifecycle.new_for_guest(1, NOW)
    for n, name in enumerate(steps, start=1):
        before = current
        try:
            current = _step(name, before, NOW + n * HOUR).conversation
        except Refused:
            assert current == before
            continue
        assert not current.unanswered or current.state in (State.OPEN, State.PENDING)
        assert current.unanswered == (current.unanswered_since is not None)
        assert not (current.unanswered and current.no_reply_needed)
        assert current.automation is (current.state is State.CLOSED)
        assert current.wake_at is None or current.state is State.PENDING
        assert current.kept_wake_at is None or current.state is State.OPEN
        if name == "guest" and before.state is not State.SPAM:
            assert current.state is State.OPEN
            assert current.unanswered
