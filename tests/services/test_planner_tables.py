"""Whatever the zone, the day and the course of things: each rule speaks once for a reservation and a day."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.store import SqlStore
from tests.builders import PHONE, a_guest
from tests.fakes import hotel
from tui_inbox.domain.guest_list import GuestList
from tui_inbox.domain.hours import Hours, span
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import (
    ANCHORS,
    FIXED,
    Mode,
    PlannedState,
    Rule,
    RuleKind,
    anchors_for,
    due_at,
    expires_at,
    local_date,
    staggered,
)
from tui_inbox.domain.reservation import Reservation, ReservationStatus
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import ConsentRow
from tui_inbox.services import guest_lists, planning, templates
from tui_inbox.services.desk import SYSTEM, Actor

ANA = Actor("ana", "Ana")
ZONES = (
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Santiago",
    "Pacific/Apia",
)
DAYS = (
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 3, 8),
    date(2026, 11, 1),
    date(2026, 4, 5),
    date(2026, 10, 4),
    date(2028, 2, 29),
    date(2026, 12, 31),
    date(2027, 1, 1),
)
"""Both changes of the clocks in each of these zones, a leap day, the end of a year."""
HOUR = timedelta(hours=1)

zones = st.sampled_from(ZONES).map(ZoneInfo)
kinds = st.sampled_from([kind for kind in RuleKind if not ANCHORS[kind].months])
near = st.builds(lambda day, offset: day + timedelta(days=offset), st.sampled_from(DAYS), st.integers(-2, 2))
hours_of_day = st.builds(time, st.integers(0, 23), st.sampled_from((0, 30)))


def a_rule(kind: RuleKind, days: int, at: time, **values: object) -> Rule:
    fields = {"channels": ("sms",), **values}
    return Rule(0, kind, "Rule", "words", 0 if kind in FIXED else days, at, **fields)  # type: ignore[arg-type]


@given(st.sampled_from(RuleKind), st.integers(0, 12), hours_of_day, near, zones)
def test_a_rule_speaks_at_its_hour_of_its_day(
    kind: RuleKind, days: int, at: time, anchor: date, zone: ZoneInfo
) -> None:
    rule = a_rule(kind, days, at)
    wanted = datetime.combine(local_date(rule, anchor), at)
    said = due_at(rule, anchor, zone).astimezone(zone).replace(tzinfo=None)
    assert timedelta(0) <= said - wanted <= HOUR
    assert said.date() == wanted.date()


@given(st.sampled_from(RuleKind), st.integers(0, 12), near, st.integers(0, 14))
def test_every_day_that_is_planned_lies_within_the_days_that_are_read(
    kind: RuleKind, days: int, anchor: date, ahead: int
) -> None:
    rule = a_rule(kind, days, time(10))
    today = local_date(rule, anchor) - timedelta(days=ahead)
    first, last = anchors_for(rule, today, today + timedelta(days=14))
    # Before arrival nothing is read of those who are here already: their message is wrong.
    assert first <= anchor <= last or anchor < today


def test_months_end_on_the_last_day_where_a_month_is_shorter() -> None:
    rule = a_rule(RuleKind.SINCE_STAY, 6, time(10))
    assert local_date(rule, date(2027, 8, 31)) == date(2028, 2, 29)
    assert local_date(rule, date(2026, 8, 31)) == date(2027, 2, 28)
    assert local_date(a_rule(RuleKind.SINCE_STAY, 12, time(10)), date(2028, 2, 29)) == date(2029, 2, 28)


@given(st.integers(1, 10_000), st.integers(0, 240), near)
def test_a_stagger_spreads_and_stays(reservation_id: int, minutes: int, anchor: date) -> None:
    rule = a_rule(RuleKind.BEFORE_ARRIVAL, 1, time(10), stagger=minutes)
    due = due_at(rule, anchor, ZoneInfo("Europe/Paris"))
    at = staggered(rule, due, reservation_id, ZoneInfo("Europe/Paris"))
    assert due <= at < due + timedelta(minutes=max(minutes, 1))
    assert at == staggered(rule, due, reservation_id, ZoneInfo("Europe/Paris"))


class _TakenBack(Exception):
    """Ends an example without a trace."""


changes = st.lists(
    st.tuples(
        st.sampled_from(("cancel", "restore", "later", "earlier", "off", "on", "nothing")),
        st.integers(1, 30),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds, st.integers(0, 4), hours_of_day, near, zones, changes, st.booleans())
def test_each_rule_once_per_reservation_and_day_whatever_happens(
    sqlite_store: SqlStore,
    kind: RuleKind,
    days: int,
    at: time,
    arrival: date,
    zone: ZoneInfo,
    course: list[tuple[str, int]],
    quiet: bool,
) -> None:
    """The worker looks at odd hours, or not for days, while the stay is moved, cancelled and booked again."""
    desk = hotel()._replace(zone=zone, hours=Hours(quiet=span("21:00-08:00") if quiet else None))
    now = datetime.combine(arrival - timedelta(days=9), time(12), tzinfo=zone).astimezone(UTC)
    try:
        with sqlite_store.write() as t:
            rule, stay = prepared(t, a_rule(kind, days, at), arrival, now)
            planning.plan(t, desk, now)
            for change, hours in course:
                happens(t, desk, rule, stay.id, change)
                now += hours * HOUR
                worked(t, desk, now)
            for _ in range(40):
                now += 13 * HOUR
                worked(t, desk, now)
            rows = t.planner.planned(rule.id, stay.id)
            sent = list(t.outbox.in_state(list(OutboxState), 99))
            assert max(Counter(row.local_date for row in rows).values(), default=1) == 1
            assert len(sent) == sum(row.state is PlannedState.QUEUED for row in rows)
            assert len({row.dedupe_key for row in sent}) == len(sent)
            assert all(row.state is not PlannedState.PLANNED for row in rows)
            for row in rows:
                assert (row.outbox_id is not None) == (row.state is PlannedState.QUEUED)
                assert bool(row.reason) == (row.state is not PlannedState.QUEUED)
            # The worker looks every 13 hours: what is good for less than that may be missed.
            if not course and not quiet and at.hour <= 10:
                assert [row.state for row in rows] == [PlannedState.QUEUED]
                before = expires_at(rule, stay.arrival, zone, stay.departure)
                assert sent[0].not_before is not None
                assert due_at(rule, rows[0].anchor or arrival, zone) <= sent[0].not_before < before
            raise _TakenBack
    except _TakenBack:
        pass


def prepared(t: Transaction, rule: Rule, arrival: date, now: datetime) -> tuple[Rule, Reservation]:
    templates.save(t, hotel(), SYSTEM, Template(0, TemplateKind.REMINDER, "words", "en", "Hello."), now)
    made = planning.put_rule(t, hotel(), ANA, rule)
    guest = a_guest(t, "Claire Martin", phone=PHONE, channel="sms")
    stay = Reservation(0, guest.id, "pms", "R1", arrival, arrival + timedelta(days=3), created_at=now, updated_at=now)
    return made, t.reservations.add(stay)


def happens(t: Transaction, desk: object, rule: Rule, stay_id: int, change: str) -> None:
    stay = t.reservations.load(stay_id)
    day = timedelta(days=1)
    if change in ("off", "on"):
        planning.put_rule(t, hotel(), ANA, rule._replace(enabled=change == "on"))
    elif change == "cancel":
        t.reservations.put(stay._replace(status=ReservationStatus.CANCELLED))
    elif change == "restore":
        t.reservations.put(stay._replace(status=ReservationStatus.CONFIRMED))
    elif change == "later":
        t.reservations.put(stay._replace(arrival=stay.arrival + day, departure=stay.departure + day))
    elif change == "earlier":
        t.reservations.put(stay._replace(arrival=stay.arrival - day, departure=stay.departure - day))


def worked(t: Transaction, desk: object, now: datetime) -> None:
    planning.plan(t, desk, now)  # type: ignore[arg-type]
    planning.queue_due(t, desk, now)  # type: ignore[arg-type]


def test_both_channels_are_two_messages_of_one_row(sqlite_store: SqlStore) -> None:
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    with sqlite_store.write() as t:
        rule, stay = prepared(
            t,
            a_rule(RuleKind.BEFORE_ARRIVAL, 2, time(10), channels=("email", "sms"), mode=Mode.BOTH),
            date(2026, 11, 9),
            now,
        )
        guest = t.guests.get(stay.guest_id)
        assert guest is not None
        t.guests.add_handle(t.guests.handles(guest.id)[0]._replace(id=0, channel="email", address="c@example.net"))
        for hours in (0, 150, 151):
            worked(t, hotel(), now + hours * HOUR)
        assert sorted(row.channel for row in t.outbox.in_state(list(OutboxState), 9)) == ["email", "sms"]
        assert [row.state for row in t.planner.planned(rule.id, stay.id)] == [PlannedState.QUEUED]


def test_a_year_after_the_stay_only_who_asked_for_it_and_did_not_come_back(sqlite_store: SqlStore) -> None:
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    with sqlite_store.write() as t:
        rule, stay = prepared(t, a_rule(RuleKind.SINCE_STAY, 12, time(10)), date(2025, 11, 5), now - 365 * 24 * HOUR)
        others = {}
        for number, name in enumerate(("silent", "back")):
            guest = a_guest(t, name, phone=f"{PHONE[:-1]}{number}", channel="sms")
            others[name] = t.reservations.add(stay._replace(guest_id=guest.id, external_id=name))
        again = stay._replace(guest_id=others["back"].guest_id, external_id="again")
        t.reservations.add(again._replace(arrival=date(2026, 5, 1), departure=date(2026, 5, 4)))
        for guest_id in (stay.guest_id, others["back"].guest_id):
            t.consents.put(guest_id, ConsentRow("marketing", "sms", True, now, "ana", ""))
        worked(t, hotel(), now)
        worked(t, hotel(), now + 8 * 24 * HOUR)
        found = {
            name: [(row.state.value, row.reason) for row in t.planner.planned(rule.id, one.id)]
            for name, one in (("asked", stay), *others.items())
        }
        assert found == {
            "asked": [("queued", "")],
            "silent": [("skipped", "no_consent")],
            "back": [("skipped", "came_again")],
        }
        (row,) = t.outbox.in_state(list(OutboxState), 9)
        message = t.messages.get(row.message_id)
        assert message is not None
        assert message.message_class.value == "marketing"


def test_a_rule_for_a_guest_list_speaks_to_nobody_else(sqlite_store: SqlStore) -> None:
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    with sqlite_store.write() as t:
        vips = guest_lists.save(t, ANA, GuestList(0, "VIP", {"vip": "yes"}), now)
        words = a_rule(RuleKind.BEFORE_ARRIVAL, 2, time(10), audience=vips.id)
        rule, stay = prepared(t, words, date(2026, 11, 9), now)
        vip = a_guest(t, "Ada", phone=f"{PHONE[:-1]}0", channel="sms", vip=True)
        other = t.reservations.add(stay._replace(guest_id=vip.id, external_id="vip"))
        worked(t, hotel(), now)
        worked(t, hotel(), now + 150 * HOUR)
        found = [(row.state.value, row.reason) for one in (stay, other) for row in t.planner.planned(rule.id, one.id)]
        assert found == [("skipped", "not_on_list"), ("queued", "")]
