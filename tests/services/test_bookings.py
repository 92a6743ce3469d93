"""Stays typed by hand, and lists as hotels export them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.store import SqlStore
from tests.builders import NOW, PHONE, TODAY, a_conversation, a_guest, at
from tests.fakes import hotel
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.services import bookings, lifecycle
from tui_inbox.services.bookings import BookingRow, ImportResult, StayForm
from tui_inbox.services.desk import Actor
from tui_inbox.services.table import folded, month_first, parse_date, parse_status

ANA = Actor("ana", "Ana")
GUARD = Actor("guard", "Guard", role="read-only")

FRENCH = (
    "Export des réservations\r\n"
    "N° de réservation;Nom;Prénom;Téléphone;E-mail;Arrivée;Départ;Chambre;Statut;Adultes\r\n"
    "1001;Martin;Hélène;06 12 34 56 78;helene@web.example;25/11/2026;28/11/2026;204;Confirmée;2\r\n"
    '1002;"Weber; Jonas";;+49 1512 3456789;;26/11/2026;27/11/2026;112;Annulée;1\r\n'
).encode("cp1252")


def rows_of(content: bytes) -> list[BookingRow]:
    table = bookings.read_table(content)
    return list(bookings.preview(table, bookings.guess_mapping(table), hotel()).rows)


def test_a_french_export_in_cp1252_with_a_title_is_read() -> None:
    table = bookings.read_table(FRENCH)
    assert (table.encoding, table.delimiter, len(table.rows)) == ("cp1252", ";", 2)
    mapping = bookings.guess_mapping(table)
    assert {name: table.header[column] for name, column in mapping.items()} == {
        "external_id": "N° de réservation",
        "last_name": "Nom",
        "first_name": "Prénom",
        "phone": "Téléphone",
        "email": "E-mail",
        "arrival": "Arrivée",
        "departure": "Départ",
        "room": "Chambre",
        "status": "Statut",
        "adults": "Adultes",
    }
    first, second = bookings.preview(table, mapping, hotel()).rows
    assert (first.line, first.name, first.phone, first.room) == (3, "Hélène Martin", PHONE, "204")
    assert (first.arrival, first.departure) == (date(2026, 11, 25), date(2026, 11, 28))
    assert (second.name, second.status) == ("Weber; Jonas", ReservationStatus.CANCELLED)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfGuest name,Check-in,Check-out\nAna,2026-11-25,2026-11-26\n",
        b"Guest name\tCheck in\tNights\nAna\t25 Nov 2026\t1\n",
        "Guest;Arrival;Departure\nAna;25.11.2026;26.11.2026\n".encode("utf-16"),
        b'Guest|From|To\n"Ana"|11/25/2026|11/26/2026\n',
    ],
)
def test_other_encodings_delimiters_and_dates(content: bytes) -> None:
    (row,) = rows_of(content)
    assert (row.name, row.arrival, row.departure) == ("Ana", date(2026, 11, 25), date(2026, 11, 26))


@pytest.mark.parametrize(
    "content", [b"", b"only a title\n", b"Guest;Arrival;Departure\n", b"\n\n\n", b'a;b\n"unclosed;' + b"x" * 200_000]
)
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        bookings.read_table(content)


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_table_or_a_refusal(content: bytes) -> None:
    try:
        table = bookings.read_table(content)
        bookings.preview(table, {"guest": 0, "arrival": 1, "departure": 1}, hotel())
    except Refused:
        pass


@pytest.mark.parametrize(
    ("cell", "us", "expected"),
    [
        ("2026-11-25", False, date(2026, 11, 25)),
        ("2026-11-25 15:00", False, date(2026, 11, 25)),
        ("2026-11-25T15:00:00+01:00", False, date(2026, 11, 25)),
        ("25/11/2026", False, date(2026, 11, 25)),
        ("25.11.26", False, date(2026, 11, 25)),
        ("03/04/2026", False, date(2026, 4, 3)),
        ("03/04/2026", True, date(2026, 3, 4)),
        ("20261125", False, date(2026, 11, 25)),
        ("25 nov. 2026", False, date(2026, 11, 25)),
        ("mer. 25 novembre 2026", False, date(2026, 11, 25)),
        ("2 août 2026", False, date(2026, 8, 2)),
        ("November 25, 2026", False, date(2026, 11, 25)),
        ("46351", False, date(2026, 11, 25)),
        ("31/02/2026", False, None),
        ("99999999999", False, None),
        ("soon", False, None),
        ("", False, None),
    ],
)
def test_dates(cell: str, us: bool, expected: date | None) -> None:
    assert parse_date(cell, month_first=us) == expected


@pytest.mark.parametrize(
    ("cells", "country", "expected"),
    [
        (["25/11/2026", "03/04/2026"], "US", (False, False)),
        (["11/25/2026", "03/04/2026"], "FR", (True, False)),
        (["03/04/2026"], "FR", (False, True)),
        (["03/04/2026"], "US", (True, True)),
        (["04/04/2026", "2026-11-25"], "FR", (False, False)),
    ],
)
def test_day_or_month_first_is_decided_for_the_whole_column(
    cells: list[str], country: str, expected: tuple[bool, bool]
) -> None:
    assert month_first(cells, country) == expected


def test_an_unknown_status_is_never_taken_for_confirmed() -> None:
    assert parse_status("Vielleicht") is None
    assert parse_status("No-show") is ReservationStatus.NO_SHOW
    assert parse_status("") is ReservationStatus.CONFIRMED
    assert folded("N° de réservation") == "n de reservation"


def test_problems_name_their_line_and_the_rest_comes() -> None:
    content = (
        b"Guest;Phone;Email;Arrival;Departure;Status\n"
        b";;;25/11/2026;26/11/2026;\n"
        b"Bad date;;;soon;26/11/2026;\n"
        b"Backwards;;;26/11/2026;25/11/2026;\n"
        b"Strange;;;25/11/2026;26/11/2026;perhaps\n"
        b"Kept;12;nowhere;25/11/2026;26/11/2026;ok\n"
        b"Kept;;;25/11/2026;26/11/2026;ok\n"
    )
    table = bookings.read_table(content)
    found = bookings.preview(table, bookings.guess_mapping(table), hotel())
    assert [(row.line, row.name) for row in found.rows] == [(6, "Kept")]
    assert [(one.line, one.code, one.fatal) for one in found.problems] == [
        (2, "line_no_name", True),
        (3, "line_bad_date", True),
        (4, "line_dates", True),
        (5, "line_status", True),
        (6, "line_phone", False),
        (6, "line_email", False),
        (7, "line_twice", True),
    ]


def test_a_needed_column_that_is_not_mapped_is_named() -> None:
    with pytest.raises(Refused) as refused:
        bookings.preview(bookings.read_table(FRENCH), {"guest": 1, "arrival": 5}, hotel())
    assert refused.value.params == {"column": "departure"}


def test_an_import_makes_guests_and_stays_and_a_second_one_changes_nothing(store: SqlStore) -> None:
    with store.write() as t:
        dry = bookings.import_rows(t, hotel(), rows_of(FRENCH), ANA, NOW, dry_run=True)
        assert dry == ImportResult(added=2, guests=2)
        assert t.guests.directory("", TODAY, None, 9) == []
        assert bookings.import_rows(t, hotel(), rows_of(FRENCH), ANA, NOW) == dry
        assert bookings.import_rows(t, hotel(), rows_of(FRENCH), ANA, at(1)) == ImportResult(unchanged=2)
        moved = FRENCH.replace(b"25/11/2026", b"24/11/2026")
        assert bookings.import_rows(t, hotel(), rows_of(moved), ANA, at(2)) == ImportResult(changed=1, unchanged=1)
        stay = t.reservations.by_source("csv", "1001")
        assert stay is not None
        assert (stay.arrival, stay.revision, stay.ota_code) == (date(2026, 11, 24), 2, "1001")
        guest = t.guests.load(stay.guest_id)
        assert (guest.name, guest.phone) == ("Hélène Martin", PHONE)
        assert {handle.channel for handle in t.guests.handles(guest.id)} == {"sms", "whatsapp", "email"}


def test_who_wrote_before_is_recognised_and_what_was_typed_stands(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        helene = a_guest(t, "hélène", phone=PHONE, channel="sms", email="typed@web.example")
        result = bookings.import_rows(t, hotel(), rows_of(FRENCH)[:1], ANA, NOW)
        assert result == ImportResult(added=1)
        kept = t.guests.load(helene.id)
        assert (kept.name, kept.email) == ("hélène", "typed@web.example")
        assert len(t.reservations.of_guest(helene.id)) == 1


def test_a_number_that_a_family_shares_stays_two_guests(sqlite_store: SqlStore) -> None:
    content = (
        b"Guest;Phone;Arrival;Departure\n"
        b"Claire Martin;0612345678;25/11/2026;26/11/2026\n"
        b"Luc Martin;0612345678;27/11/2026;28/11/2026\n"
        b"MARTIN Claire;0612345678;29/11/2026;30/11/2026\n"
    )
    with sqlite_store.write() as t:
        assert bookings.import_rows(t, hotel(), rows_of(content), ANA, NOW) == ImportResult(added=3, guests=2)
        assert len(t.guests.by_contact(phone=PHONE)) == 2


def test_a_booking_of_two_rooms_is_two_stays() -> None:
    content = b"Booking;Guest;Room;Arrival;Departure\n7;Ana;1;25/11/2026;26/11/2026\n7;Ana;2;25/11/2026;26/11/2026\n"
    assert [(row.external_id, row.ota_code) for row in rows_of(content)] == [("7/1", "7"), ("7/2", "7")]


def test_the_rooms_of_one_number_are_one_booking_and_stay_what_they_are_when_one_of_them_goes(
    sqlite_store: SqlStore,
) -> None:
    head = b"Booking;Guest;Room;Arrival;Departure\n"
    one, two = b"7;Ana;1;25/11/2026;26/11/2026\n", b"7;Ana;2;25/11/2026;26/11/2026\n"
    with sqlite_store.write() as t:
        for lines, added in ((head + one + two, 2), (head + one, 0), (head + two, 0), (head + one + two, 0)):
            assert bookings.import_rows(t, hotel(), rows_of(lines), ANA, NOW).added == added
        stays = t.reservations.of_code("7")
        assert [(stay.room, stay.group_id) for stay in stays] == [("1", "7"), ("2", "7")]


def test_a_booking_to_which_a_room_is_added_keeps_its_first(sqlite_store: SqlStore) -> None:
    head = b"Booking;Guest;Room;Arrival;Departure\n"
    one, two = b"7;Ana;1;25/11/2026;26/11/2026\n", b"7;Ana;2;25/11/2026;26/11/2026\n"
    with sqlite_store.write() as t:
        for lines, added in ((head + one, 1), (head + two + one, 1), (head + one + two, 0), (head + one, 0)):
            assert bookings.import_rows(t, hotel(), rows_of(lines), ANA, NOW).added == added
        stays = t.reservations.of_code("7")
        assert sorted((stay.room, stay.group_id) for stay in stays) == [("1", "7"), ("2", "7")]


def test_a_mapping_is_kept_for_files_with_the_same_headings(sqlite_store: SqlStore) -> None:
    table = bookings.read_table(FRENCH)
    with sqlite_store.write() as t:
        assert bookings.saved_mapping(t, table) is None
        bookings.save_mapping(t, table, {"guest": 1, "arrival": 5, "departure": 6})
        assert bookings.saved_mapping(t, bookings.read_table(FRENCH)) == {"guest": 1, "arrival": 5, "departure": 6}


def test_a_stay_typed_by_hand_shows_and_is_undone(store: SqlStore) -> None:
    form = StayForm(TODAY, TODAY + timedelta(days=2), room="204\x1b[31m", adults=4_000_000_000)
    with store.write() as t:
        row = a_conversation(t)
        stay = bookings.add_stay(t, hotel(), ANA, row.guest_id, form, NOW)
        shown = t.inbox.row(row.id, "ana", TODAY)
        assert shown is not None
        assert shown.stay is not None
        assert shown.stay.room == "204"
        moved = StayForm(TODAY, TODAY + timedelta(days=3), room="205")
        assert bookings.edit_stay(t, hotel(), ANA, stay.id, moved, at(1)).revision == 2
        lifecycle.undo(t, ANA, at(2))
        back = t.reservations.get(stay.id)
        assert back is not None
        assert (back.room, back.departure) == ("204", TODAY + timedelta(days=2))
        lifecycle.undo(t, ANA, at(3))
        assert [one.status for one in t.reservations.of_guest(row.guest_id)] == [ReservationStatus.CONFIRMED]
        codes = [event.code for event in t.events.activity(row.id, row.guest_id, 9)]
        assert codes.count(Code.STAY_CHANGED) == 1


@pytest.mark.parametrize("nights", [-1, 400])
def test_impossible_dates_and_readers_are_refused(sqlite_store: SqlStore, nights: int) -> None:
    with sqlite_store.write() as t:
        guest = a_guest(t)
        with pytest.raises(Refused, match="stay_dates"):
            bookings.add_stay(t, hotel(), ANA, guest.id, StayForm(TODAY, TODAY + timedelta(days=nights)), NOW)
        with pytest.raises(Refused, match="read_only"):
            bookings.import_rows(t, hotel(), [], GUARD, NOW)


def test_the_means_of_payment_comes_with_the_file_and_with_a_stay_made_by_hand(sqlite_store: SqlStore) -> None:
    file = bookings.read_table(
        "Réservation;Client;Arrivée;Départ;Mode de paiement\nA1;Ana Diaz;01/12/2026;03/12/2026;cash\n".encode()
    )
    found = bookings.preview(file, bookings.guess_mapping(file), hotel())
    assert [row.payment for row in found.rows] == ["cash"]
    with sqlite_store.write() as t:
        bookings.import_rows(t, hotel(), found.rows, ANA, NOW)
        (stay,) = t.reservations.arriving(date(2026, 12, 1), date(2026, 12, 1), 0, 9)
        typed = StayForm(TODAY, TODAY, payment="package ")
        by_hand = bookings.add_stay(t, hotel(), ANA, stay.guest_id, typed, NOW)
    assert (stay.payment, by_hand.payment) == ("cash", "package")


def test_a_booking_sites_alias_is_no_address_of_the_guest(sqlite_store: SqlStore) -> None:
    content = (
        b"Guest;Email;Arrival;Departure\n"
        b"Claire Martin;claire.4711@guest.booking.com;25/11/2026;26/11/2026\n"
        b"Paul Petit;paul@guest.airbnb.com;25/11/2026;26/11/2026\n"
        b"Jo Own;jo@web.example;25/11/2026;26/11/2026\n"
    )
    with sqlite_store.write() as t:
        bookings.import_rows(t, hotel(), rows_of(content), ANA, NOW)
        mails = {guest.name: guest.email for guest in t.guests.directory("", TODAY, None, 9)}
    assert mails == {"Claire Martin": "", "Paul Petit": "", "Jo Own": "jo@web.example"}
