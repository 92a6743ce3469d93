"""One order over all clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tui_inbox.domain.channel import ChannelTraits, HandleKind
from tui_inbox.domain.conversation import Conversation, DeadlineKind, State
from tui_inbox.domain.deadline import Deadline, Urgency, deadline_of, order, urgency
from tui_inbox.domain.guest import Line

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
WHATSAPP = ChannelTraits("whatsapp", "WA", "WhatsApp", HandleKind.PHONE, free_window=DAY)
BOOKING = ChannelTraits("booking", "BK", "Booking.com", HandleKind.OPAQUE, reply_mark=DAY)
SMS = ChannelTraits("sms", "SM", "SMS", HandleKind.PHONE)


def line(channel: str, last_in: datetime | None, last_out: datetime | None = None) -> Line:
    return Line("desk", channel, "x", last_in_at=last_in, last_out_at=last_out)


def waiting(state: State = State.OPEN, **values: bool) -> Conversation:
    return Conversation(1, 1, state=state, **{"unanswered": True, **values})


def test_the_earliest_clock_is_shown() -> None:
    clocks = [(line("whatsapp", NOW), WHATSAPP), (line("booking", NOW - HOUR), BOOKING), (line("sms", NOW), SMS)]
    assert deadline_of(waiting(), clocks) == Deadline(NOW - HOUR + DAY, DeadlineKind.REPLY_MARK)
    assert deadline_of(waiting(), clocks[:1]) == Deadline(NOW + DAY, DeadlineKind.WINDOW)
    assert deadline_of(waiting(), clocks, NOW + HOUR) == Deadline(NOW + HOUR, DeadlineKind.CALLBACK)
    assert deadline_of(waiting(), clocks[2:]) == Deadline()


def test_an_answer_elsewhere_does_not_stop_a_vendors_mark() -> None:
    answered = waiting(unanswered=False)
    clocks = [(line("booking", NOW), BOOKING), (line("whatsapp", NOW - HOUR, NOW + HOUR), WHATSAPP)]
    assert deadline_of(answered, clocks).kind is DeadlineKind.REPLY_MARK
    assert deadline_of(answered, [(line("booking", NOW, NOW + HOUR), BOOKING)]) == Deadline()


def test_no_reply_needed_and_spam_stop_the_marks() -> None:
    clocks = [(line("booking", NOW), BOOKING)]
    assert deadline_of(waiting(unanswered=False, no_reply_needed=True), clocks) == Deadline()
    assert deadline_of(waiting(State.SPAM), clocks, NOW) == Deadline()


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (timedelta(hours=4), Urgency.LATER),
        (timedelta(hours=4, seconds=-1), Urgency.SOON),
        (timedelta(hours=1), Urgency.SOON),
        (timedelta(minutes=59, seconds=59), Urgency.URGENT),
        (timedelta(0), Urgency.OVER),
        (-DAY, Urgency.OVER),
    ],
)
def test_urgency_changes_at_four_hours_and_one(left: timedelta, shown: Urgency) -> None:
    assert urgency(NOW + left, NOW) is shown


def test_rows_without_a_clock_come_last() -> None:
    rows = [(None, None), (NOW + HOUR, None), (None, NOW), (NOW + DAY, NOW - HOUR)]
    assert sorted(rows, key=lambda row: order(*row)) == [rows[3], rows[2], rows[1], rows[0]]
    assert urgency(None, NOW) is Urgency.NONE


def test_a_site_s_own_deadline_runs_until_the_line_is_answered_or_nothing_is_owed() -> None:
    asked = line("sms", NOW)._replace(reply_by=NOW + 12 * HOUR)
    assert deadline_of(waiting(), [(asked, SMS)]) == Deadline(NOW + 12 * HOUR, DeadlineKind.REPLY_MARK)
    assert deadline_of(waiting(unanswered=False, no_reply_needed=True), [(asked, SMS)]) == Deadline()
    assert deadline_of(waiting(), [(asked._replace(last_out_at=NOW + HOUR), SMS)]) == Deadline()


def test_on_a_closed_line_no_clock_runs() -> None:
    closed = line("whatsapp", NOW)._replace(closed_code="no_messaging", reply_by=NOW + HOUR)
    assert deadline_of(waiting(), [(closed, WHATSAPP)]) == Deadline()


def test_where_a_person_may_write_longer_that_is_the_clock() -> None:
    day, week = timedelta(days=1), timedelta(days=7)
    messenger = ChannelTraits("messenger", "FB", "Messenger", HandleKind.OPAQUE, free_window=day, human_window=week)
    asked = Line("page", "messenger", "7001", last_in_at=NOW)
    waits = Conversation(1, 1, unanswered=True)
    assert deadline_of(waits, [(asked, messenger)]) == Deadline(NOW + week, DeadlineKind.WINDOW)
