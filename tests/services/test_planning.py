"""Reminders follow the reservation, go once, and say why when they do not."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.store import SqlStore
from tests.builders import NOW, PHONE, TODAY, a_conversation, a_guest, a_reservation
from tests.fakes import hotel
from tui_inbox.domain.channel import ChannelTraits, HandleKind
from tui_inbox.domain.conversation import State
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.guest import Guest, Handle, Line
from tui_inbox.domain.hours import Hours, span
from tui_inbox.domain.message import Delivery, MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import Late, Per, Planned, PlannedState, Rule, RuleKind
from tui_inbox.domain.reason import read
from tui_inbox.domain.reservation import Reservation, ReservationStatus
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import ConsentRow
from tui_inbox.services import booking_messages, holding, planning, templates, tonight
from tui_inbox.services.desk import SYSTEM, Actor
from tui_inbox.services.planning import QueueResult
from tui_inbox.wording import sentence

ANA = Actor("ana", "Ana")
DESK = hotel()
HOUR = timedelta(hours=1)


def a_rule(t: Transaction, body: str = "Hello ##{{first_name}}, see you on ##{{arrival}}.", **values: object) -> Rule:
    """Two days before arrival at 18:00 in Paris, which is 17:00 UTC in winter."""
    templates.save(t, DESK, SYSTEM, Template(0, TemplateKind.REMINDER, "welcome", "en", body), NOW)
    fields = {"channels": ("sms",), **values}
    rule = Rule(0, RuleKind.BEFORE_ARRIVAL, "Welcome", "welcome", 2, time(18), **fields)  # type: ignore[arg-type]
    return planning.put_rule(t, DESK, ANA, rule)


def a_booking(t: Transaction, first: int = 4, **values: object) -> tuple[Guest, Reservation]:
    guest = a_guest(t, "Claire Martin", phone=PHONE, channel="sms")
    return guest, a_reservation(t, guest, first, first + 3, **values)


def rows(t: Transaction, rule: Rule, stay: Reservation) -> list[Planned]:
    return list(t.planner.planned(rule.id, stay.id))


def due(stay: Reservation) -> datetime:
    return datetime.combine(stay.arrival - timedelta(days=2), time(17), UTC)


def test_planned_once_sent_once_in_the_thread_and_nothing_unread(store: SqlStore) -> None:
    with store.write() as t:
        rule = a_rule(t)
        guest, stay = a_booking(t)
        assert planning.plan(t, DESK, NOW).planned == 1
        assert planning.plan(t, DESK, NOW) == planning.PlanResult()
        assert planning.queue_due(t, DESK, due(stay) - timedelta(seconds=1)) == QueueResult()
        assert planning.queue_due(t, DESK, due(stay)) == QueueResult(queued=1)
        assert planning.queue_due(t, DESK, due(stay) + HOUR) == QueueResult()
        (row,) = rows(t, rule, stay)
        assert row.outbox_id is not None
        outgoing = t.outbox.load(row.outbox_id)
        assert (outgoing.state, outgoing.scheduled, outgoing.created_by) == (OutboxState.HELD, True, "")
        assert outgoing.text == "Hello Claire, see you on Friday, 27 November 2026."
        assert outgoing.dedupe_key == f"rule-{rule.id}-{stay.id}-2026-11-25"
        conversation = t.conversations.load(outgoing.conversation_id)
        assert (conversation.state, conversation.automation, conversation.unanswered) == (State.CLOSED, True, False)
        (message,) = t.messages.page(conversation.id, None, 9)
        assert (message.origin, message.template, message.state) == (Origin.SCHEDULED, "welcome", Delivery.HELD)
        assert t.unread.clear_all(conversation.id) == []
        assert conversation.guest_id == guest.id


def test_an_open_conversation_keeps_its_line_while_the_guest_waits(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        a_rule(t)
        guest, stay = a_booking(t)
        row = a_conversation(t, guest, unanswered=True, unanswered_since=NOW, preview="A question")
        planning.plan(t, DESK, NOW)
        planning.queue_due(t, DESK, due(stay))
        assert t.conversations.get(row.id) == row
        assert len(t.messages.page(row.id, None, 9)) == 1


def test_moved_dates_move_it_and_a_cancelled_booking_withdraws_it_with_the_reason(store: SqlStore) -> None:
    with store.write() as t:
        rule = a_rule(t)
        _, stay = a_booking(t)
        planning.plan(t, DESK, NOW)
        t.reservations.put(stay._replace(arrival=stay.arrival + timedelta(days=1)))
        assert planning.plan(t, DESK, NOW + HOUR).moved == 1
        (row,) = rows(t, rule, stay)
        assert (row.local_date, row.due_at) == (date(2026, 11, 26), due(stay) + timedelta(days=1))
        t.reservations.put(stay._replace(status=ReservationStatus.CANCELLED))
        assert planning.plan(t, DESK, NOW + 2 * HOUR).withdrawn == 1
        (row,) = rows(t, rule, stay)
        assert (row.state, row.reason) == (PlannedState.WITHDRAWN, "cancelled")
        assert planning.queue_due(t, DESK, due(stay) + timedelta(days=1)) == QueueResult()


def test_a_booking_that_comes_back_is_planned_again(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        _, stay = a_booking(t)
        for status in (ReservationStatus.CONFIRMED, ReservationStatus.CANCELLED, ReservationStatus.CONFIRMED):
            t.reservations.put(stay._replace(status=status))
            planning.plan(t, DESK, NOW)
        assert [row.state for row in rows(t, rule, stay)] == [PlannedState.PLANNED]


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        ({"status": ReservationStatus.CANCELLED}, PlannedState.WITHDRAWN, "cancelled"),
        ({"arrival": TODAY + timedelta(days=6)}, PlannedState.PLANNED, "moved"),
    ],
)
def test_a_change_while_the_worker_was_down_is_seen_at_the_moment_of_sending(
    sqlite_store: SqlStore, change: dict[str, object], state: PlannedState, reason: str
) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        _, stay = a_booking(t)
        planning.plan(t, DESK, NOW)
        t.reservations.put(stay._replace(**change))  # type: ignore[arg-type]
        assert planning.queue_due(t, DESK, due(stay) + 3 * HOUR).queued == 0
        (row,) = rows(t, rule, stay)
        assert (row.state, row.reason) == (state, reason)


def test_after_a_stop_what_is_late_but_right_goes_once_and_what_is_wrong_is_listed(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        _, late = a_booking(t, 4)
        other = a_guest(t, "Jonas", phone="+4915123456789", channel="sms")
        gone = a_reservation(t, other, 3, 6)
        planning.plan(t, DESK, NOW)
        back = NOW + timedelta(days=3, hours=5)
        planning.plan(t, DESK, back)
        assert planning.queue_due(t, DESK, back) == QueueResult(queued=1, expired=1)
        assert planning.queue_due(t, DESK, back) == QueueResult()
        assert [row.state for row in rows(t, rule, late)] == [PlannedState.QUEUED]
        (row,) = planning.upcoming(t, NOW, back, [PlannedState.EXPIRED])
        assert (row.planned.reservation_id, row.planned.reason, row.guest) == (gone.id, "arrived", "Jonas")


def test_what_became_due_while_the_worker_was_down_is_still_planned(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        planning.plan(t, DESK, NOW)
        _, stay = a_booking(t, 4)
        back = due(stay) + 2 * HOUR
        assert planning.plan(t, DESK, back).planned == 1
        assert planning.queue_due(t, DESK, back).queued == 1
        assert [row.state for row in rows(t, rule, stay)] == [PlannedState.QUEUED]


def test_a_first_import_and_a_late_booking_fire_nothing(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        _, stay = a_booking(t, 1)
        assert planning.plan(t, DESK, NOW).skipped == 1
        _, later = a_booking(t, 4, created_at=due(stay) + timedelta(days=3) + HOUR)
        planning.plan(t, DESK, due(later) + 2 * HOUR)
        for one in (stay, later):
            assert [(row.state, row.reason) for row in rows(t, rule, one)] == [(PlannedState.SKIPPED, "booked_late")]
        assert planning.queue_due(t, DESK, NOW + timedelta(days=9)) == QueueResult()


def _stop(t: Transaction, guest: Guest) -> None:
    t.lines.put(Line("desk-sms", "sms", PHONE, stopped_at=NOW, stop_word="STOP", stop_source="guest"))


def _unsubscribe(t: Transaction, guest: Guest) -> None:
    t.consents.put(guest.id, ConsentRow("transactional", "sms", False, NOW, "ana", ""))


def _forget_name(t: Transaction, guest: Guest) -> None:
    t.guests.put(guest._replace(name=""))


def _bad_number(t: Transaction, guest: Guest) -> None:
    (handle,) = t.guests.handles(guest.id)
    t.guests.put_handle(handle._replace(unreachable="bad_number"))


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (_stop, "stopped"),
        (_unsubscribe, "unsubscribed_transactional"),
        (_forget_name, "missing_value?text=first_name&name=first_name&line=1"),
        (_bad_number, "no_address"),
    ],
)
def test_who_cannot_get_it_is_skipped_with_the_reason(sqlite_store: SqlStore, prepare: object, reason: str) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        guest, stay = a_booking(t)
        prepare(t, guest)  # type: ignore[operator]
        planning.plan(t, DESK, NOW)
        assert planning.queue_due(t, DESK, due(stay)) == QueueResult(skipped=1)
        (row,) = rows(t, rule, stay)
        assert (row.state, row.reason) == (PlannedState.SKIPPED, reason)
        assert t.conversations.all_of_guest(guest.id) == []


def test_a_channel_for_people_alone_is_named_in_the_reason(sqlite_store: SqlStore) -> None:
    page = ChannelTraits(
        "page", "PG", "Messenger", HandleKind.OPAQUE, free_window=timedelta(hours=24), human_window=timedelta(days=7)
    )
    info = DESK.accounts["desk-sms"]
    desk = DESK._replace(
        accounts={**DESK.accounts, "desk-sms": info._replace(channels={**info.channels, "page": page})}
    )
    with sqlite_store.write() as t:
        templates.save(t, desk, SYSTEM, Template(0, TemplateKind.REMINDER, "welcome", "en", "See you soon."), NOW)
        rule = planning.put_rule(
            t, desk, ANA, Rule(0, RuleKind.BEFORE_ARRIVAL, "Welcome", "welcome", 2, time(18), ("page",))
        )
        guest, stay = a_booking(t)
        t.guests.add_handle(Handle(0, guest.id, "page", "psid-1", created_at=NOW))
        t.lines.put(Line("desk-sms", "page", "psid-1", last_in_at=NOW))
        planning.plan(t, desk, NOW)
        assert planning.queue_due(t, desk, due(stay)) == QueueResult(skipped=1)
        (row,) = rows(t, rule, stay)
    assert "may go to Messenger here" in sentence(*read(row.reason))


def test_the_next_channel_is_tried_where_the_first_is_not_possible(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        a_rule(t, channels=("whatsapp", "sms"))
        guest, stay = a_booking(t)
        t.guests.add_handle(t.guests.handles(guest.id)[0]._replace(id=0, channel="whatsapp"))
        planning.plan(t, DESK, NOW)
        assert planning.queue_due(t, DESK, due(stay)).queued == 1
        (conversation,) = t.conversations.all_of_guest(guest.id)
        assert conversation.last_channel == "sms"


def test_a_switched_off_rule_withdraws(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        _, stay = a_booking(t)
        planning.plan(t, DESK, NOW)
        planning.put_rule(t, DESK, ANA, rule._replace(enabled=False))
        assert planning.plan(t, DESK, NOW).withdrawn == 1
        assert rows(t, rule, stay)[0].reason == "rule_off"


def test_one_can_be_held_back_by_hand(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        _, stay = a_booking(t)
        planning.plan(t, DESK, NOW)
        (row,) = rows(t, rule, stay)
        planning.hold(t, ANA, rule.id, stay.id, row.local_date)
        planning.plan(t, DESK, NOW)
        assert planning.queue_due(t, DESK, due(stay)) == QueueResult()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "rule_name"),
        ({"days": -1}, "rule_days"),
        ({"channels": ()}, "rule_channels"),
        ({"channels": ("fax",)}, "rule_channels"),
        ({"template": "nothing"}, "rule_template"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(sqlite_store: SqlStore, change: dict[str, object], code: str) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        with pytest.raises(Refused, match=code):
            planning.put_rule(t, DESK, ANA, rule._replace(**change))  # type: ignore[arg-type]


def test_a_marketing_reminder_obeys_the_marketing_refusal(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        (template,) = t.templates.named(TemplateKind.REMINDER, "welcome")
        t.templates.put(template._replace(message_class=MessageClass.MARKETING))
        guest, stay = a_booking(t)
        t.consents.put(guest.id, ConsentRow("marketing", "sms", False, NOW, "ana", ""))
        planning.plan(t, DESK, NOW)
        planning.queue_due(t, DESK, due(stay))
        assert rows(t, rule, stay)[0].reason == "unsubscribed_marketing"


def test_a_dry_run_shows_text_price_and_who_gets_nothing_and_writes_nothing(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t, enabled=False)
        a_booking(t, 4)
        a_reservation(t, a_guest(t, "Nobody Reachable"), 5, 6)
        a_booking(t, 12)
        first, second = tonight.dry_run(t, DESK, rule, NOW)
        (letter,) = first.forecast.prepared.letters
        assert letter.text.startswith("Hello Claire, see you on Friday, 27 November 2026.")
        assert [cost.amount for cost in first.forecast.costs] != []
        assert (second.guest.name, second.forecast.reason) == ("Nobody Reachable", "no_address")
        assert t.planner.in_state(list(PlannedState), NOW + timedelta(days=99), 9) == []
        assert t.outbox.in_state(list(OutboxState), 9) == []


def test_held_by_hand_until_released_or_too_late(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        stays = [a_booking(t)[1], a_reservation(t, a_guest(t, "Jonas", phone="+4915123456789", channel="sms"), 4, 7)]
        planning.plan(t, DESK, NOW)
        for stay in stays:
            planning.hold(t, ANA, rule.id, stay.id, date(2026, 11, 25))
        assert planning.queue_due(t, DESK, due(stays[0])) == QueueResult()
        planning.release(t, ANA, rule.id, stays[0].id, date(2026, 11, 25))
        with pytest.raises(Refused, match="not_waiting"):
            planning.release(t, ANA, rule.id, stays[0].id, date(2026, 11, 25))
        assert planning.queue_due(t, DESK, due(stays[0]) + HOUR).queued == 1
    planning.work(sqlite_store, DESK, due(stays[0]) + 48 * HOUR)
    with sqlite_store.read() as t:
        assert [(row.state, row.reason) for row in rows(t, rule, stays[1])] == [(PlannedState.EXPIRED, "arrived")]


def test_all_held_and_released_is_checked_again(store: SqlStore) -> None:
    with store.write() as t:
        rule = a_rule(t)
        _, goes = a_booking(t)
        _, late = a_booking(t, 3)
        with pytest.raises(Refused, match="hold_reason"):
            holding.hold_all(t, ANA, " ", NOW)
        planning.plan(t, DESK, NOW)
        holding.hold_all(t, ANA, "water is off", NOW)
    planning.work(store, DESK, due(goes))
    with store.write() as t:
        assert holding.held_all(t) == holding.Hold(NOW, "ana", "water is off")
        assert [row.state for row in rows(t, rule, goes)] == [PlannedState.PLANNED]
        holding.release_all(t, ANA)
    after = due(goes) + 8 * HOUR
    planning.work(store, DESK, after)
    with store.read() as t:
        assert [row.state for row in rows(t, rule, goes)] == [PlannedState.QUEUED]
        assert [(row.state, row.reason) for row in rows(t, rule, late)] == [(PlannedState.EXPIRED, "arrived")]


def test_quiet_hours_put_off_and_a_late_booking_is_sent_at_once_where_the_rule_says_so(store: SqlStore) -> None:
    quiet = DESK._replace(hours=Hours(quiet=span("17:00-08:00")))
    with store.write() as t:
        rule = a_rule(t, late=Late.NOW)
        _, stay = a_booking(t)
        planning.plan(t, quiet, NOW)
        (row,) = rows(t, rule, stay)
        assert row.due_at == datetime(2026, 11, 26, 7, tzinfo=UTC)
        _, late = a_booking(t, 1)
        planning.plan(t, quiet, NOW)
        assert planning.queue_due(t, quiet, datetime(2026, 11, 23, 17, tzinfo=UTC)).postponed == 1
        (row,) = rows(t, rule, late)
        assert (row.reason, row.due_at) == ("quiet_hours", datetime(2026, 11, 24, 7, tzinfo=UTC))
        planning.plan(t, quiet, datetime(2026, 11, 23, 18, tzinfo=UTC))
        assert planning.queue_due(t, quiet, datetime(2026, 11, 24, 7, tzinfo=UTC)).expired == 1


def test_what_a_first_import_brings_is_no_late_booking(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t, late=Late.NOW)
        planning.plan(t, DESK, NOW - HOUR)
        _, stay = a_booking(t, 1)
        booking_messages.stay_changed(t, DESK, None, stay, NOW, first=True)
        planning.plan(t, DESK, NOW)
        assert [row.reason for row in rows(t, rule, stay)] == ["booked_late"]
        _, later = a_booking(t, 1, created_at=NOW + HOUR)
        planning.plan(t, DESK, NOW + HOUR)
        assert planning.queue_due(t, DESK, NOW + HOUR).queued == 1
        assert [row.state for row in rows(t, rule, later)] == [PlannedState.QUEUED]


def test_one_message_for_a_booking_of_several_rooms_by_the_first_that_lives(store: SqlStore) -> None:
    with store.write() as t:
        rule = a_rule(t, per=Per.BOOKING)
        guest, first = a_booking(t, group_id="G1")
        others = [a_reservation(t, guest, 4, 7, group_id="G1", room=room) for room in ("205", "206")]
        planning.plan(t, DESK, NOW)
        assert [len(rows(t, rule, stay)) for stay in (first, *others)] == [1, 0, 0]
        t.reservations.put(first._replace(status=ReservationStatus.CANCELLED))
        planning.plan(t, DESK, NOW + HOUR)
        assert [len(rows(t, rule, stay)) for stay in others] == [1, 0]
        planning.queue_due(t, DESK, due(first))
        t.reservations.put(others[0]._replace(status=ReservationStatus.CANCELLED))
        planning.plan(t, DESK, due(first) + HOUR)
        assert rows(t, rule, others[1]) == []


def test_a_booking_changed_between_the_look_and_the_writing_keeps_what_the_desk_did(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        _, stay = a_booking(t)
        planning.plan(t, DESK, NOW)
        (row,) = rows(t, rule, stay)
        planning.hold(t, ANA, rule.id, stay.id, row.local_date)
        assert not t.planner.move(row, row._replace(state=PlannedState.WITHDRAWN))
        assert [one.state for one in rows(t, rule, stay)] == [PlannedState.HELD]


def test_a_property_lives_by_its_own_clock(sqlite_store: SqlStore) -> None:
    desk = DESK._replace(zones={"annex": ZoneInfo("Atlantic/Azores")})
    with sqlite_store.write() as t:
        rule = a_rule(t)
        _, stay = a_booking(t, property="annex")
        planning.plan(t, desk, NOW)
        assert [row.due_at for row in rows(t, rule, stay)] == [due(stay) + 2 * HOUR]


class Counting:
    """A store that counts its write transactions and lets somebody in between them."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.writes = store, 0
        self.read = store.read

    def write(self) -> AbstractContextManager[Transaction]:
        self.writes += 1
        return self.store.write()


def test_much_is_written_in_many_short_transactions(sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "PAGE", 2)
    with sqlite_store.write() as t:
        rule = a_rule(t)
        stays = [a_booking(t, 4)[1] for _ in range(5)]
    counting = Counting(sqlite_store)
    assert planning.plan_by_pages(counting, DESK, NOW).planned == 5  # type: ignore[arg-type]
    assert counting.writes == 4, "three pages and the note that it was done"
    counting.writes = 0
    assert planning.plan_by_pages(counting, DESK, NOW) == planning.PlanResult()  # type: ignore[arg-type]
    assert counting.writes == 1
    with sqlite_store.read() as t:
        assert [len(rows(t, rule, stay)) for stay in stays] == [1] * 5


def test_a_guest_who_never_wrote_is_reached_by_the_number_on_file(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rule = a_rule(t)
        guest = a_guest(t, "Arthur Pendleton")
        t.guests.put(guest._replace(phone="+447700900142"))
        stay = a_reservation(t, guest, 4, 7)
        planning.plan(t, DESK, NOW)
        assert planning.queue_due(t, DESK, due(stay)) == QueueResult(queued=1)
        (row,) = rows(t, rule, stay)
        assert row.outbox_id is not None
        assert t.outbox.load(row.outbox_id).address == "+447700900142"
