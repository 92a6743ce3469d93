"""A worker that was away for an hour, or for a day and two hours: what is still right goes once, the rest is listed.

Six time zones, both changes of their clocks, a leap day and the end of a year; the hotel and its property may live by
different clocks.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.store import SqlStore
from tests.builders import PHONE, a_guest
from tests.fakes import hotel
from tests.services.test_planner_tables import ANA, a_rule, hours_of_day, near, zones
from tui_inbox.domain.hours import Hours, after_quiet, span
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import ANCHORS, Late, Per, Planned, PlannedState, Rule, RuleKind, expires_at, local_date
from tui_inbox.domain.reservation import Reservation
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import ConsentRow
from tui_inbox.services import planning, templates
from tui_inbox.services.desk import SYSTEM, Desk

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
QUIET = span("21:30-07:30")

absences = st.sampled_from((HOUR, 26 * HOUR))
some = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


class _TakenBack(Exception):
    """Ends an example without a trace."""


def two_rooms(t: Transaction, arrival: date, now: datetime) -> list[Reservation]:
    """One guest's booking of two rooms in the annex, who asked for offers."""
    guest = a_guest(t, "Claire Martin", phone=PHONE, channel="sms")
    t.consents.put(guest.id, ConsentRow("marketing", "sms", True, now, "ana", ""))
    blank = Reservation(0, guest.id, "pms", "", arrival, arrival + timedelta(days=2), property="annex", group_id="G")
    return [
        t.reservations.add(blank._replace(external_id=room, room=room, created_at=now, updated_at=now))
        for room in ("204", "205")
    ]


def worked(t: Transaction, desk: Desk, now: datetime) -> None:
    planning.plan(t, desk, now)
    planning.queue_due(t, desk, now)


def made(t: Transaction, rule: Rule, now: datetime) -> Rule:
    templates.save(t, hotel(), SYSTEM, Template(0, TemplateKind.REMINDER, "words", "en", "Hello."), now)
    return planning.put_rule(t, hotel(), ANA, rule)


def everything(t: Transaction, rule: Rule, stays: list[Reservation]) -> list[Planned]:
    return [row for stay in stays for row in t.planner.planned(rule.id, stay.id)]


def due_by_hand(rule: Rule, stay: Reservation, zone: ZoneInfo) -> datetime:
    """Minute by minute through the day: the first that is not before the rule's hour, whatever the clocks do."""
    anchor = stay.arrival if ANCHORS[rule.kind].of == "arrival" else stay.departure
    day = local_date(rule, anchor)
    moment = datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC) - 3 * HOUR
    while True:
        local = moment.astimezone(zone).replace(tzinfo=None)
        if local >= datetime.combine(day, rule.at):
            return moment
        moment += 30 * MINUTE


@some
@given(
    st.sampled_from(RuleKind), st.integers(0, 3), hours_of_day, near, zones, zones, absences, st.booleans(),
    st.sampled_from(Per), st.integers(0, 120),
)  # fmt: skip
def test_what_is_still_right_goes_once_and_what_is_not_is_listed(
    sqlite_store: SqlStore,
    kind: RuleKind,
    days: int,
    at: time,
    arrival: date,
    home: ZoneInfo,
    zone: ZoneInfo,
    away: timedelta,
    quiet: bool,
    per: Per,
    before: int,
) -> None:
    desk = hotel()._replace(zone=home, zones={"annex": zone}, hours=Hours(quiet=QUIET if quiet else None))
    asked = a_rule(kind, max(days, 1) if ANCHORS[kind].months else days, at, per=per)
    booked = datetime.combine(arrival - timedelta(days=30), time(12), tzinfo=zone).astimezone(UTC)
    try:
        with sqlite_store.write() as t:
            rule = made(t, asked, booked)
            stays = two_rooms(t, arrival, booked)
            hour = due_by_hand(rule, stays[0], zone)
            due = after_quiet(hour, desk.hours.quiet, zone)
            until = expires_at(rule, arrival, zone, stays[0].departure)
            worked(t, desk, due - 10 * 24 * HOUR)
            left = due - before * MINUTE - MINUTE
            worked(t, desk, left)
            assert t.outbox.in_state(list(OutboxState), 9) == [], "nothing is early"
            back = left + away
            for _ in range(2):
                worked(t, desk, back)
            rooms = 1 if per is Per.BOOKING else 2
            found = everything(t, rule, stays)
            assert len(found) == rooms
            if back < due:
                assert {row.state for row in found} == {PlannedState.PLANNED}
                back = due
                worked(t, desk, back)
            calm = after_quiet(back, desk.hours.quiet, zone)
            worked(t, desk, calm)
            found = everything(t, rule, stays)
            sent = t.outbox.in_state(list(OutboxState), 9)
            right = calm < until
            assert {row.state for row in found} == {PlannedState.QUEUED if right else PlannedState.EXPIRED}
            assert len(sent) == (rooms if right else 0)
            assert all(row.not_before == calm for row in sent)
            assert {row.reason for row in found} == {"" if right else ANCHORS[kind].too_late}
            for later in (26, 52):
                worked(t, desk, calm + later * HOUR)
            assert len(t.outbox.in_state(list(OutboxState), 9)) == len(sent)
            assert len(everything(t, rule, stays)) == rooms
            raise _TakenBack
    except _TakenBack:
        pass


@some
@given(
    st.sampled_from(RuleKind),
    st.integers(0, 3),
    hours_of_day,
    near,
    zones,
    st.sampled_from(Late),
    absences,
    st.booleans(),
)
def test_what_was_booked_while_the_worker_was_away_is_late_only_if_its_hour_was_over(
    sqlite_store: SqlStore,
    kind: RuleKind,
    days: int,
    at: time,
    arrival: date,
    zone: ZoneInfo,
    late: Late,
    away: timedelta,
    early: bool,
) -> None:
    """An hour before the rule's, or half an hour after it."""
    desk = hotel()._replace(zone=zone)
    asked = a_rule(kind, max(days, 1) if ANCHORS[kind].months else days, at, late=late, per=Per.BOOKING)
    try:
        with sqlite_store.write() as t:
            stay = Reservation(0, 0, "pms", "x", arrival, arrival + timedelta(days=2))
            due = due_by_hand(asked, stay, zone)
            until = expires_at(asked, arrival, zone, stay.departure)
            rule = made(t, asked, due - 9 * 24 * HOUR)
            worked(t, desk, due - 2 * HOUR)
            booked = due - HOUR if early else due + HOUR / 2
            stays = two_rooms(t, arrival, booked)
            worked(t, desk, booked + away)
            (row,) = everything(t, rule, stays)
            if early or late is Late.NOW:
                in_time = booked + away < until
                assert row.state is (PlannedState.QUEUED if in_time else PlannedState.EXPIRED)
            else:
                assert (row.state, row.reason) == (PlannedState.SKIPPED, "booked_late")
            raise _TakenBack
    except _TakenBack:
        pass
