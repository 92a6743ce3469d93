"""Reminders come at the hotel's local time, also across a change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.domain.planner import Rule, RuleKind, due_at, expires_at, objection
from tui_inbox.domain.reservation import Reservation, ReservationStatus

PARIS = ZoneInfo("Europe/Paris")


def rule(days: int = 2, at: time = time(10)) -> Rule:
    return Rule(1, RuleKind.BEFORE_ARRIVAL, "Before arrival", "welcome", days, at, ("sms",))


@pytest.mark.parametrize(
    ("arrival", "at", "expected"),
    [
        (date(2026, 11, 24), time(10), datetime(2026, 11, 22, 9, tzinfo=UTC)),
        (date(2026, 7, 3), time(10), datetime(2026, 7, 1, 8, tzinfo=UTC)),
        # 25 Oct 2026: 02:30 comes twice; the first pass is still summer time.
        (date(2026, 10, 27), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # 29 Mar 2026: 02:30 does not exist; 03:00 summer time is the first moment after it.
        (date(2026, 3, 31), time(2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        # The message goes before the change, the arrival is after it.
        (date(2026, 3, 30), time(10), datetime(2026, 3, 28, 9, tzinfo=UTC)),
        (date(2026, 10, 26), time(10), datetime(2026, 10, 24, 8, tzinfo=UTC)),
    ],
)
def test_due_time(arrival: date, at: time, expected: datetime) -> None:
    assert due_at(rule(2, at), arrival, PARIS) == expected


@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(0, 30),
    st.times(),
    st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago"]),
)
def test_never_before_its_local_time(arrival: date, days: int, at: time, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    wanted = datetime.combine(arrival - timedelta(days=days), at)
    local = due_at(rule(days, at), arrival, zone).astimezone(zone).replace(tzinfo=None)
    assert timedelta(0) <= local - wanted <= timedelta(hours=1)


def test_it_expires_when_the_arrival_day_begins_or_ends_for_a_rule_of_that_day() -> None:
    assert expires_at(rule(2), date(2026, 11, 24), PARIS) == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert expires_at(rule(0), date(2026, 11, 24), PARIS) == datetime(2026, 11, 24, 23, tzinfo=UTC)


def test_objections() -> None:
    booked = Reservation(1, 1, "csv", "1", date(2026, 11, 24), date(2026, 11, 26))
    before, after = datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert objection(rule(), booked, before, PARIS) == ""
    assert objection(rule(), booked, after, PARIS) == "arrived"
    gone = Reservation(1, 1, "csv", "1", booked.arrival, booked.departure, ReservationStatus.CANCELLED)
    assert objection(rule(), gone, before, PARIS) == "cancelled"
