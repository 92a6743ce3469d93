"""What planning could get wrong at its edges: other clocks, bookings of several rooms, dates that come nearer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.store import SqlStore
from tests.builders import NOW, a_conversation, a_guest, a_reservation
from tests.services.test_planning import DESK, HOUR, a_booking, a_rule, due, rows
from tui_inbox.domain.conversation import State
from tui_inbox.domain.guest_list import GuestList
from tui_inbox.domain.hours import Hours, span
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import Late, Per, PlannedState, RuleKind
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.services import accounts, guest_lists, planning, tonight
from tui_inbox.services.desk import Actor, BookingRules

ANA = Actor("ana", "Ana")
HONOLULU = ZoneInfo("Pacific/Honolulu")


def test_a_booking_of_today_by_the_property_s_clock_is_planned_though_the_hotel_has_tomorrow(
    sqlite_store: SqlStore,
) -> None:
    desk = DESK._replace(zones={"annex": HONOLULU})
    now = datetime(2026, 11, 23, 20, tzinfo=HONOLULU).astimezone(UTC)
    assert desk.today(now) == date(2026, 11, 24)
    with sqlite_store.write() as t:
        rule = a_rule(t)
        rule = planning.put_rule(t, desk, ANA, rule._replace(days=0, at=time(21)))
        planning.plan(t, desk, now - HOUR)
        _, stay = a_booking(t, 0, property="annex", created_at=now)
        planning.plan(t, desk, now)
        assert planning.queue_due(t, desk, now + HOUR).queued == 1
        assert [row.local_date for row in rows(t, rule, stay)] == [date(2026, 11, 23)]


def test_a_stay_given_to_another_property_goes_by_that_one_s_clock(sqlite_store: SqlStore) -> None:
    desk = DESK._replace(zones={"annex": HONOLULU})
    with sqlite_store.write() as t:
        rule = a_rule(t)
        _, stay = a_booking(t)
        planning.plan(t, desk, NOW)
        t.reservations.put(stay._replace(property="annex", updated_at=NOW + HOUR / 2))
        planning.plan(t, desk, NOW + HOUR)
        assert planning.queue_due(t, desk, due(stay)).queued == 0
        (row,) = rows(t, rule, stay)
        assert (row.state, row.due_at) == (PlannedState.PLANNED, due(stay) + 11 * HOUR)
        assert planning.queue_due(t, desk, row.due_at).queued == 1


def test_a_room_that_comes_back_does_not_speak_beside_the_one_that_took_its_place(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t, per=Per.BOOKING)
        guest, first = a_booking(t, group_id="G1")
        other = a_reservation(t, guest, 4, 7, group_id="G1", room="205")
        for status in (ReservationStatus.CONFIRMED, ReservationStatus.CANCELLED, ReservationStatus.CONFIRMED):
            t.reservations.put(first._replace(status=status))
            planning.plan(t, DESK, NOW)
        assert planning.queue_due(t, DESK, due(first)).queued == 1
        planning.plan(t, DESK, due(first) + HOUR)
        assert planning.queue_due(t, DESK, due(first) + HOUR).queued == 0
        sent = [row for stay in (first, other) for row in rows(t, rule, stay) if row.outbox_id]
        assert len(sent) == 1


def test_a_rule_that_is_told_to_speak_once_for_a_booking_does_so_for_what_waits_already(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        guest, first = a_booking(t, group_id="G1")
        other = a_reservation(t, guest, 4, 7, group_id="G1", room="205")
        planning.plan(t, DESK, NOW)
        assert [len(rows(t, rule, stay)) for stay in (first, other)] == [1, 1]
        planning.put_rule(t, DESK, ANA, rule._replace(per=Per.BOOKING))
        planning.plan(t, DESK, NOW + HOUR)
        assert planning.queue_due(t, DESK, due(first)).queued == 1
        assert [row.state for row in rows(t, rule, other)] == [PlannedState.WITHDRAWN]


@pytest.mark.parametrize(("late", "queued", "reasons"), [(Late.NOW, 1, [""]), (Late.SKIP, 0, ["booked_late"])])
def test_a_stay_that_is_moved_nearer_past_the_rule_s_hour_goes_by_what_the_rule_says_of_late(
    sqlite_store: SqlStore, late: Late, queued: int, reasons: list[str]
) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t, late=late)
        _, stay = a_booking(t, 40)
        for hours in (0, 24, 48):
            planning.plan(t, DESK, NOW + hours * HOUR)
        assert rows(t, rule, stay) == []
        t.reservations.put(stay._replace(arrival=NOW.date() + timedelta(days=3)))
        now = NOW + 49 * HOUR
        planning.plan(t, DESK, now)
        assert planning.queue_due(t, DESK, now).queued == queued
        assert [row.reason for row in rows(t, rule, stay)] == reasons


def test_a_rule_made_after_its_hour_says_nothing_to_who_was_there_before(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        planning.plan(t, DESK, NOW)
        _, stay = a_booking(t, 1, created_at=NOW - 99 * HOUR)
        rule = a_rule(t, late=Late.NOW)
        planning.plan(t, DESK, NOW + HOUR)
        planning.plan(t, DESK, NOW + 2 * HOUR)
        assert [row.reason for row in rows(t, rule, stay)] == ["before_rule"]


@pytest.mark.parametrize("quiet", [None, "21:00-08:00"])
def test_a_spread_never_carries_a_message_past_its_use(sqlite_store: SqlStore, quiet: str | None) -> None:
    """The evening before at 20:00 over four hours: nobody falls off the end of the day."""
    desk = DESK._replace(hours=Hours(quiet=span(quiet) if quiet else None))
    with sqlite_store.write() as t:
        rule = a_rule(t)
        rule = planning.put_rule(
            t, desk, ANA, rule._replace(kind=RuleKind.EVENING_BEFORE, at=time(20), days=0, stagger=240)
        )
        for number in range(30):
            guest = a_guest(t, f"Guest{number} Martin", phone=f"+336123456{number:02}", channel="sms")
            a_reservation(t, guest, 4, 7)
        planning.plan(t, desk, NOW)
        now = NOW
        while now < NOW + timedelta(days=5):
            now += timedelta(minutes=4)
            planning.queue_due(t, desk, now)
        found = t.planner.in_state(list(PlannedState), now, 99)
        assert {row.state for row in found} == {PlannedState.QUEUED}
        at = {row.not_before.astimezone(desk.zone).hour for row in t.outbox.in_state(list(OutboxState), 99)}  # type: ignore[union-attr]
        assert at <= ({20} if quiet else {20, 21, 22, 23})


def test_a_list_beyond_twenty_thousand_leaves_nobody_out(
    sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guest_lists, "MOST_MEMBERS", 1)
    with sqlite_store.write() as t:
        every = guest_lists.save(t, ANA, GuestList(0, "All", {"phone": "yes"}), NOW)
        rule = a_rule(t, audience=every.id)
        stays = []
        for number in range(3):
            guest = a_guest(t, f"Guest{number} Martin", phone=f"+336123456{number:02}", channel="sms")
            stays.append(a_reservation(t, guest, 4, 7))
        planning.plan(t, DESK, NOW)
        planning.queue_due(t, DESK, due(stays[0]))
        assert [row.state for stay in stays for row in rows(t, rule, stay)] == [PlannedState.QUEUED] * 3


def test_whoever_was_blocked_is_not_written_to(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        guest, stay = a_booking(t)
        t.guests.put(t.guests.load(guest.id)._replace(blocked=True))
        planning.plan(t, DESK, NOW)
        assert planning.queue_due(t, DESK, due(stay)).skipped == 1
        assert [row.reason for row in rows(t, rule, stay)] == ["guest_blocked"]


@pytest.mark.parametrize(
    ("holds", "state", "queued"),
    [(True, State.OPEN, 0), (True, State.PENDING, 0), (True, State.CLOSED, 1), (False, State.OPEN, 1)],
)
def test_a_rule_that_waits_for_the_desk_does_so_while_the_guest_s_words_are_open(
    sqlite_store: SqlStore, holds: bool, state: State, queued: int
) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t, hold_if_guest_writes=holds)
        guest, stay = a_booking(t)
        planning.plan(t, DESK, NOW)
        closed = state is State.CLOSED
        a_conversation(t, guest, state=state, automation=closed, last_in_at=NOW + HOUR, unanswered=not closed)
        assert planning.queue_due(t, DESK, due(stay)).queued == queued
        (row,) = rows(t, rule, stay)
        if not queued:
            assert (row.state, row.reason) == (PlannedState.HELD, "guest_wrote")
            planning.plan(t, DESK, due(stay) + HOUR)
            planning.release(t, ANA, rule.id, stay.id, row.local_date)
            assert planning.queue_due(t, DESK, due(stay) + HOUR).queued == 1


def test_a_row_that_the_desk_began_is_no_word_of_the_guest_s(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        a_rule(t, hold_if_guest_writes=True)
        guest, stay = a_booking(t)
        a_conversation(t, guest, state=State.OPEN, automation=False)
        planning.plan(t, DESK, NOW)
        assert planning.queue_due(t, DESK, due(stay)).queued == 1


def test_a_room_that_was_silent_for_its_booking_does_not_speak_late_when_the_rule_is_for_rooms_again(
    sqlite_store: SqlStore,
) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        guest, first = a_booking(t, group_id="G1")
        other = a_reservation(t, guest, 4, 7, group_id="G1", room="205")
        planning.plan(t, DESK, NOW)
        planning.put_rule(t, DESK, ANA, rule._replace(per=Per.BOOKING))
        planning.plan(t, DESK, NOW + HOUR)
        planning.queue_due(t, DESK, due(first))
        planning.put_rule(t, DESK, ANA, rule)
        planning.plan(t, DESK, due(first) + HOUR)
        assert planning.queue_due(t, DESK, due(first) + HOUR).queued == 0
        assert [row.state for row in rows(t, rule, other)] == [PlannedState.WITHDRAWN]


@pytest.mark.parametrize(("by_hand", "queued"), [(True, 0), (False, 1)])
def test_whose_booking_nobody_has_approved_is_not_told_that_they_are_awaited(
    sqlite_store: SqlStore, by_hand: bool, queued: int
) -> None:
    desk = DESK._replace(bookings=BookingRules(by_hand=by_hand))
    with sqlite_store.write() as t:
        rule = a_rule(t)
        guest, stay = a_booking(t, status=ReservationStatus.PENDING)
        planning.plan(t, desk, NOW)
        told = tonight.forecast(t, desk, rule, stay, guest, due(stay), NOW)
        assert told.reason == ("not_approved" if by_hand else "")
        assert planning.queue_due(t, desk, due(stay)).queued == queued
        if by_hand:
            planning.plan(t, desk, due(stay) + HOUR / 2)
            assert planning.queue_due(t, desk, due(stay) + HOUR / 2).postponed == 1
            assert [(row.state, row.reason) for row in rows(t, rule, stay)] == [(PlannedState.PLANNED, "not_approved")]
            t.reservations.put(stay._replace(status=ReservationStatus.CONFIRMED))
            planning.plan(t, desk, due(stay) + HOUR)
            assert planning.queue_due(t, desk, due(stay) + HOUR).queued == 1


@pytest.mark.parametrize("both", [True, False])
def test_a_channel_whose_account_is_out_of_use_is_not_the_first_that_works(sqlite_store: SqlStore, both: bool) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t, channels=("sms", "email"))
        guest, stay = a_booking(t)
        if both:
            t.guests.add_handle(t.guests.handles(guest.id)[0]._replace(id=0, channel="email", address="c@web.example"))
        accounts.set_paused(t, DESK, "desk-sms", True, NOW)
        planning.plan(t, DESK, NOW)
        assert planning.queue_due(t, DESK, due(stay)).queued == 1
        (sent,) = t.outbox.in_state(list(OutboxState), 9)
        assert sent.channel == ("email" if both else "sms"), "where nothing else works it waits for the account"
        (row,) = rows(t, rule, stay)
        assert row.said == ("sms:account_silent" if both else "email:no_address")
