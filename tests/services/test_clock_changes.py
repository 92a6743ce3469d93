"""Reminders across both changes of the clocks, wherever the hotel and the server are, and after a worker's absence."""

from __future__ import annotations

import os
import time as clock
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.store import SqlStore
from tests.builders import PHONE, a_guest
from tests.fakes import hotel
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import PlannedState, Rule, RuleKind
from tui_inbox.domain.reservation import Reservation
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import planning, templates
from tui_inbox.services.desk import SYSTEM, Actor, Desk

ANA = Actor("ana", "Ana")
HOUR = timedelta(hours=1)
CHANGES = [
    # The local day on which the clocks change: forward, back.
    ("Europe/Paris", date(2026, 3, 29), date(2026, 10, 25)),
    ("Europe/London", date(2026, 3, 29), date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8), date(2026, 11, 1)),
    ("America/Santiago", date(2026, 9, 6), date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4), date(2026, 4, 5)),
    ("Asia/Kolkata", date(2026, 3, 29), date(2026, 10, 25)),
]
TIMES = (time(0), time(1, 30), time(2, 15), time(2, 30), time(3), time(18))


@pytest.fixture
def server_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The machine's own zone, which must not matter."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    clock.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    clock.tzset()


def prepared(tx: Transaction, desk: Desk, days: list[date], start: datetime) -> list[Rule]:
    """A rule for each time, the day before arrival, and a guest who arrives on each of the days after."""
    template = Template(0, TemplateKind.REMINDER, "welcome", "en", "Hello ##{{first_name}}.")
    templates.save(tx, desk, SYSTEM, template, start)
    rules = [
        planning.put_rule(
            tx, desk, ANA, Rule(0, RuleKind.BEFORE_ARRIVAL, f"at {at}", "welcome", 1, at, channels=("sms",))
        )
        for at in TIMES
    ]
    for number, day in enumerate(days):
        guest = a_guest(tx, f"Guest{number} Name", phone=f"{PHONE[:-2]}{number:02}", channel="sms")
        arrival = day + timedelta(days=1)
        tx.reservations.add(
            Reservation(
                0,
                guest.id,
                "pms",
                f"R{number}",
                arrival,
                arrival + timedelta(days=2),
                created_at=start,
                updated_at=start,
            )
        )
    return rules


CASES = [
    (zone, change, server)
    for zone, *days in CHANGES
    for change, server in zip(days, ("America/Los_Angeles", "Pacific/Auckland"), strict=True)
]


@pytest.mark.parametrize(("zone_name", "change", "server_zone"), CASES, indirect=["server_zone"])
def test_each_reminder_goes_once_on_its_day_and_not_before_its_time(
    sqlite_store: SqlStore, zone_name: str, change: date, server_zone: str
) -> None:
    zone = ZoneInfo(zone_name)
    desk = hotel()._replace(zone=zone)
    days = [change + timedelta(days=offset) for offset in (-1, 0, 1)]
    now = datetime.combine(days[0] - timedelta(days=1), time(12), tzinfo=zone).astimezone(UTC)
    with sqlite_store.write() as tx:
        rules = {rule.id: rule for rule in prepared(tx, desk, days, now)}
        stays = {stay.id: stay for stay in tx.reservations.arriving(days[0], days[-1] + timedelta(days=2), 0, 99)}
        for step in range(5 * 48):
            if step % 8 == 0:
                planning.plan(tx, desk, now)
            planning.queue_due(tx, desk, now)
            now += timedelta(minutes=30)
        rows = [row for rule in rules for stay in stays for row in tx.planner.planned(rule, stay)]
        assert [row.state for row in rows] == [PlannedState.QUEUED] * (len(TIMES) * 3)
        for row in rows:
            assert row.outbox_id is not None
            left = tx.outbox.load(row.outbox_id).not_before
            assert left is not None
            wanted = datetime.combine(stays[row.reservation_id].arrival - timedelta(days=1), rules[row.rule_id].at)
            said = left.astimezone(zone).replace(tzinfo=None)
            assert timedelta(0) <= said - wanted <= timedelta(hours=1, minutes=30), (rules[row.rule_id].at, said)
            assert said.date() == wanted.date()
        assert len(tx.outbox.in_state(list(OutboxState), 999)) == len(rows), "each of them once"


@pytest.mark.parametrize(("away", "late", "expired"), [(HOUR, 1, 0), (26 * HOUR, 1, 1)])
def test_after_an_absence_what_is_still_right_goes_once_and_the_rest_is_listed(
    store: SqlStore, away: timedelta, late: int, expired: int
) -> None:
    """Over the night in which Paris sets its clocks back: a worker away for 26 hours is away for one day more."""
    zone = ZoneInfo("Europe/Paris")
    desk = hotel()
    left_at = datetime(2026, 10, 24, 17, 30, tzinfo=zone).astimezone(UTC)
    with store.write() as tx:
        template = Template(0, TemplateKind.REMINDER, "welcome", "en", "Hello ##{{first_name}}.")
        templates.save(tx, desk, SYSTEM, template, left_at)
        rule = Rule(0, RuleKind.BEFORE_ARRIVAL, "Evening", "welcome", 1, time(18), channels=("sms",))
        planning.put_rule(tx, desk, ANA, rule)
        for number, arrival in enumerate((date(2026, 10, 25), date(2026, 10, 26))):
            guest = a_guest(tx, f"Guest{number} Name", phone=f"{PHONE[:-2]}{number:02}", channel="sms")
            made = left_at - timedelta(days=3)
            tx.reservations.add(
                Reservation(
                    0,
                    guest.id,
                    "pms",
                    f"R{number}",
                    arrival,
                    arrival + timedelta(days=2),
                    created_at=made,
                    updated_at=made,
                )
            )
        planning.plan(tx, desk, left_at)
        assert planning.queue_due(tx, desk, left_at).queued == 0
    back = left_at + away
    with store.write() as tx:
        planning.plan(tx, desk, back)
        assert planning.queue_due(tx, desk, back) == planning.QueueResult(queued=late, expired=expired)
        assert planning.queue_due(tx, desk, back) == planning.QueueResult()
        listed = planning.upcoming(tx, left_at, back, [PlannedState.EXPIRED])
        assert [row.planned.reason for row in listed] == ["arrived"] * expired
