"""Guests and staff are told what happens to a booking: once, by the ways switched on, and never by an import."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from storage.store import SqlStore
from tests.builders import NOW, PHONE, TODAY, a_guest, a_reservation
from tests.fakes import hotel
from tui_inbox.domain.booking import BookingEvent, EventMessage
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.guest import Guest, Handle
from tui_inbox.domain.message import Origin
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.domain.planner import Mode
from tui_inbox.domain.reservation import Reservation, ReservationStatus
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import booking_messages as messages
from tui_inbox.services import bookings, holding, templates
from tui_inbox.services.desk import SYSTEM, Actor, BookingRules, Desk

ANA = Actor("ana", "Ana")
DESK = hotel()._replace(bookings=BookingRules(staff="front@lumiere.example"))
BY_HAND = DESK._replace(bookings=DESK.bookings._replace(by_hand=True))
MINUTE = timedelta(minutes=1)
ON = EventMessage(guest=True, channels=("email", "sms"))
Status = ReservationStatus


def a_person(t: Transaction, *channels: str, **values: object) -> Guest:
    guest = a_guest(t, "Claire Martin", language="en", **values)  # type: ignore[arg-type]
    for channel in channels or ("email",):
        address = "claire@example.net" if channel == "email" else PHONE
        t.guests.add_handle(Handle(0, guest.id, channel, address, created_at=NOW))
    return guest


def switch_on(t: Transaction, *events: BookingEvent, setting: EventMessage = ON) -> None:
    for event in events or tuple(BookingEvent):
        messages.put_setting(t, DESK, ANA, event, setting)


def happens(
    t: Transaction, stay: Reservation, now: datetime = NOW, desk: Desk = DESK, **changes: object
) -> Reservation:
    after = stay._replace(revision=stay.revision + 1, **changes)  # type: ignore[arg-type]
    t.reservations.put(after)
    messages.stay_changed(t, desk, stay, after, now)
    return after


def booked(t: Transaction, guest: Guest, desk: Desk = DESK, **values: object) -> Reservation:
    stay = a_reservation(t, guest, 4, 7, **values)
    messages.stay_changed(t, desk, None, stay, NOW)
    return stay


def sent(t: Transaction) -> list[Outgoing]:
    return list(t.outbox.in_state(list(OutboxState), 99))


def subjects(t: Transaction) -> list[str]:
    return sorted(row.subject for row in sent(t))


def outcome(t: Transaction, stay: Reservation) -> list[tuple[str, str]]:
    return [(event.kind.value, event.outcome) for event in t.stay_events.of_reservation(stay.id)]


def test_a_new_booking_is_confirmed_once_in_the_thread(store: SqlStore) -> None:
    with store.write() as t:
        switch_on(t)
        stay = booked(t, a_person(t))
        assert messages.tell_due(t, DESK, NOW) == 1
        assert messages.tell_due(t, DESK, NOW + MINUTE) == 0
        (row,) = sent(t)
        assert (row.subject, row.channel) == ("Your booking at Hôtel Lumière is confirmed", "email")
        assert "from Friday, 27 November 2026 to Monday, 30 November 2026 is confirmed" in row.text
        assert row.dedupe_key == f"booking-{stay.id}-confirmed-1"
        (message,) = t.messages.page(row.conversation_id, None, 9)
        assert message.origin is Origin.BOOKING
        assert t.unread.clear_all(row.conversation_id) == []


def test_three_causes_are_one_message(sqlite_store: SqlStore) -> None:
    """Made by staff, confirmed by hand, confirmed on creation: the same revision is told once."""
    with sqlite_store.write() as t:
        switch_on(t)
        stay = booked(t, a_person(t))
        messages.stay_changed(t, DESK, None, stay, NOW)
        messages.stay_changed(t, DESK, stay._replace(status=Status.PENDING), stay, NOW)
        messages.tell_due(t, DESK, NOW)
        messages.stay_changed(t, DESK, None, stay, NOW + MINUTE)
        messages.tell_due(t, DESK, NOW + MINUTE)
        assert len(sent(t)) == 1


def test_a_stay_typed_at_the_desk_is_confirmed_like_any_other(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        switch_on(t)
        guest = a_person(t)
        form = bookings.StayForm(TODAY + timedelta(days=2), TODAY + timedelta(days=4))
        bookings.add_stay(t, DESK, ANA, guest.id, form, NOW)
        messages.tell_due(t, DESK, NOW)
        assert subjects(t) == ["Your booking at Hôtel Lumière is confirmed"]


@pytest.mark.parametrize(("desk", "told"), [(DESK, []), (BY_HAND, ["Your booking request at Hôtel Lumière"])])
def test_waiting_for_approval_is_told_only_where_somebody_approves(
    sqlite_store: SqlStore, desk: Desk, told: list[str]
) -> None:
    with sqlite_store.write() as t:
        switch_on(t)
        stay = booked(t, a_person(t), desk, status=Status.PENDING)
        messages.tell_due(t, desk, NOW)
        assert subjects(t) == told
        assert outcome(t, stay) == [("pending", "" if told else "approved_by_itself")]
        happens(t, stay, desk=desk, status=Status.CONFIRMED)
        messages.tell_due(t, desk, NOW)
        assert len(sent(t)) == len(told) + 1


def test_refused_is_not_cancelled(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        switch_on(t, BookingEvent.DECLINED, BookingEvent.CANCELLED)
        guest = a_person(t)
        refused = booked(t, guest, BY_HAND, status=Status.PENDING)
        happens(t, refused, desk=BY_HAND, status=Status.DECLINED)
        cancelled = booked(t, guest, BY_HAND)
        happens(t, cancelled, desk=BY_HAND, status=Status.CANCELLED)
        messages.tell_due(t, BY_HAND, NOW + timedelta(hours=1))
        assert subjects(t) == ["Your booking at Hôtel Lumière is cancelled", "Your booking request at Hôtel Lumière"]


def test_a_cancellation_waits_for_a_note_and_its_line_goes_without_one(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        switch_on(t, BookingEvent.CANCELLED)
        for name, note in (("Claire Martin", "The deposit is on its way back."), ("Jonas Weber", "")):
            guest = t.guests.add(Guest(0, name, language="en", created_at=NOW, updated_at=NOW))
            t.guests.add_handle(Handle(0, guest.id, "email", f"{name.split()[0]}@example.net", created_at=NOW))
            happens(t, a_reservation(t, guest, 4, 7), status=Status.CANCELLED)
            if note:
                (event,) = [one for one in t.stay_events.waiting(9) if one.kind is BookingEvent.CANCELLED]
                messages.add_note(t, ANA, event.id, note)
        assert messages.tell_due(t, DESK, NOW + 9 * MINUTE) == 0
        assert messages.tell_due(t, DESK, NOW + 10 * MINUTE) == 2
        with_note, without = sorted(sent(t), key=lambda row: row.id)
        assert "is cancelled.\nThe deposit is on its way back.\n\nHôtel Lumière" in with_note.text
        assert "is cancelled.\n\nHôtel Lumière" in without.text
        with pytest.raises(Refused, match="note_too_late"):
            messages.add_note(t, ANA, event.id, "Too late")


def test_new_dates_carry_the_old_ones_and_a_new_room_is_no_news(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        switch_on(t, BookingEvent.RESCHEDULED)
        stay = a_reservation(t, a_person(t), 4, 7)
        stay = happens(t, stay, room="305")
        happens(t, stay, arrival=stay.arrival + timedelta(days=1), departure=stay.departure + timedelta(days=1))
        messages.tell_due(t, DESK, NOW)
        (row,) = sent(t)
        assert "from Saturday, 28 November 2026 to Tuesday, 1 December 2026" in row.text
        assert "Before: from Friday, 27 November 2026 to Monday, 30 November 2026." in row.text


def test_cancelled_and_booked_again_within_minutes_is_told_as_what_it_is(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        switch_on(t)
        guest = a_person(t)
        same = a_reservation(t, guest, 4, 7)
        same = happens(t, happens(t, same, status=Status.CANCELLED), NOW + MINUTE, status=Status.CONFIRMED)
        messages.tell_due(t, DESK, NOW + 30 * MINUTE)
        assert sent(t) == []
        happens(t, same, NOW + 40 * MINUTE, status=Status.CANCELLED)
        other = a_reservation(t, guest, 9, 12)
        messages.stay_changed(t, DESK, None, other, NOW + 45 * MINUTE)
        messages.tell_due(t, DESK, NOW + 90 * MINUTE)
        (row,) = sent(t)
        assert row.subject == "New dates for your stay at Hôtel Lumière"
        assert "Before: from Friday, 27 November 2026" in row.text


def test_booked_and_cancelled_before_anything_was_told_is_a_cancellation(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        switch_on(t)
        stay = booked(t, a_person(t))
        happens(t, stay, status=Status.CANCELLED)
        messages.tell_due(t, DESK, NOW + 20 * MINUTE)
        assert subjects(t) == ["Your booking at Hôtel Lumière is cancelled"]
        assert outcome(t, stay) == [("confirmed", "superseded"), ("cancelled", "")]


def test_a_first_import_tells_nobody(store: SqlStore) -> None:
    with store.write() as t:
        switch_on(t)
        stay = a_reservation(t, a_person(t), 4, 7)
        messages.stay_changed(t, DESK, None, stay, NOW, first=True)
        assert messages.tell_due(t, DESK, NOW) == 0
        assert sent(t) == []


def test_what_is_over_is_not_told(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        switch_on(t)
        stay = a_reservation(t, a_person(t), -9, -6)
        happens(t, stay, status=Status.CANCELLED)
        messages.tell_due(t, DESK, NOW + timedelta(hours=1))
        assert (sent(t), outcome(t, stay)) == ([], [("cancelled", "stay_over")])


@pytest.mark.parametrize(
    ("guest_on", "staff_on", "addresses"),
    [
        (False, True, ["front@lumiere.example"]),
        (True, False, ["claire@example.net"]),
        (True, True, ["claire@example.net", "front@lumiere.example"]),
        (False, False, []),
    ],
)
def test_guest_and_staff_have_switches_of_their_own(
    sqlite_store: SqlStore, guest_on: bool, staff_on: bool, addresses: list[str]
) -> None:
    with sqlite_store.write() as t:
        switch_on(t, setting=EventMessage(guest_on, staff_on))
        stay = a_reservation(t, a_person(t), 4, 7)
        happens(t, stay, status=Status.CANCELLED)
        messages.tell_due(t, DESK, NOW + timedelta(hours=1))
        assert sorted(row.address for row in sent(t)) == addresses
        for row in sent(t):
            if row.address == "front@lumiere.example":
                assert row.subject == "Annulée : Claire Martin"
                assert "Chambre : 204" in row.text
        assert outcome(t, stay) == [("cancelled", "" if guest_on else "event_off")]


@pytest.mark.parametrize(
    ("handles", "setting", "channels"),
    [
        (("email", "sms"), ON, ["email"]),
        (("sms",), ON, ["sms"]),
        (("email", "sms"), ON._replace(mode=Mode.BOTH), ["email", "sms"]),
        (("email", "sms"), ON._replace(channels=("sms",)), ["sms"]),
    ],
)
def test_each_channel_has_a_switch_and_both_means_both(
    sqlite_store: SqlStore, handles: tuple[str, ...], setting: EventMessage, channels: list[str]
) -> None:
    with sqlite_store.write() as t:
        switch_on(t, setting=setting)
        booked(t, a_person(t, *handles))
        messages.tell_due(t, DESK, NOW)
        assert sorted(row.channel for row in sent(t)) == channels


def test_who_cannot_be_reached_leaves_the_reason(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        switch_on(t)
        stay = booked(t, a_guest(t, "Claire Martin"))
        messages.tell_due(t, DESK, NOW)
        assert (sent(t), outcome(t, stay)) == ([], [("confirmed", "no_address")])


def test_the_hotels_own_text_takes_the_place_of_ours(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        own = Template(0, TemplateKind.REMINDER, "welcome", "fr", "Bonjour ##{{first_name}}, prenez un pull.")
        templates.save(t, DESK, SYSTEM, own, NOW)
        switch_on(t, BookingEvent.CONFIRMED, setting=ON._replace(template="welcome"))
        guest = a_person(t)
        t.guests.put(guest._replace(language="fr"))
        booked(t, guest)
        messages.tell_due(t, DESK, NOW)
        (row,) = sent(t)
        assert row.text.startswith("Bonjour Claire, prenez un pull.")


def test_nothing_is_told_while_all_is_held_and_what_is_still_so_afterwards(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        switch_on(t)
        holding.hold_all(t, ANA, "water is off", NOW)
        booked(t, a_person(t))
        assert messages.tell_due(t, DESK, NOW) == 0
        holding.release_all(t, ANA)
        assert messages.tell_due(t, DESK, NOW) == 1


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        (ON._replace(channels=()), "rule_channels"),
        (ON._replace(channels=("fax",)), "rule_channels"),
        (ON._replace(template="nothing"), "rule_template"),
        (EventMessage(staff=True), "no_staff_address"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(sqlite_store: SqlStore, setting: EventMessage, code: str) -> None:
    with sqlite_store.write() as t, pytest.raises(Refused, match=code):
        messages.put_setting(t, hotel(), ANA, BookingEvent.CONFIRMED, setting)
