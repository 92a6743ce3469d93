"""Who wrote: numbers compared across spellings, several candidates asked about."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest

from storage.store import SqlStore
from tests.builders import NOW, PHONE, a_guest, a_reservation
from tests.fakes import hotel
from tui_inbox.domain.channel import HandleKind
from tui_inbox.services.matching import country_of, e164, match, normalised, typed_kind


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+33 6 12 34 56 78", "US", "+33612345678"),
        ("0033612345678", "FR", "+33612345678"),
        ("(06) 12.34.56.78", "FR", "+33612345678"),
        ("0151 23456789", "DE", "+4915123456789"),
        ("3123", "FR", ""),
        ("Booking", "FR", ""),
        ("06 12 34 56 78", "", ""),
        ("", "FR", ""),
    ],
)
def test_phone_numbers_become_one_form(written: str, country: str, number: str) -> None:
    assert e164(written, country) == number


def test_short_codes_and_sender_names_stay_as_they_are() -> None:
    assert normalised("38080", HandleKind.PHONE, "FR") == "38080"
    assert normalised("BOOKING", HandleKind.PHONE, "FR") == "BOOKING"
    assert normalised(" Jo@Web.Example ", HandleKind.EMAIL, "FR") == "jo@web.example"
    assert country_of(PHONE) == "FR"
    assert country_of("38080") == ""


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("06 12 34 56 78", HandleKind.PHONE), ("jo@web.example", HandleKind.EMAIL), ("Martin", HandleKind.OPAQUE)],
)
def test_what_was_typed_is_told_apart(typed: str, kind: HandleKind) -> None:
    assert typed_kind(typed) is kind


def test_a_known_handle_wins_over_the_phone_on_file(store: SqlStore) -> None:
    with store.write() as t:
        known = a_guest(t, "Claire", channel="sms")
        a_guest(t, "Somebody else", phone=PHONE)
        found = match(t, hotel(), "sms", "06 12 34 56 78", now=NOW)
        assert (found.guest, found.ambiguous) == (known, False)
        assert match(t, hotel(), "sms", PHONE, now=NOW, wide=True).ambiguous


def test_a_whatsapp_number_is_found_by_the_phone_on_file(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        claire = a_guest(t, "Claire", phone=PHONE)
        assert match(t, hotel(), "whatsapp", PHONE, now=NOW).guest == claire
        jonas = a_guest(t, "Jonas", email="jonas@web.example")
        assert match(t, hotel(), "email", "Jonas@Web.example", now=NOW).guest == jonas
        assert match(t, hotel(), "webchat", "visitor-1", now=NOW, email="jonas@web.example").guest == jonas
        assert match(t, hotel(), "sms", "+4915123456789", now=NOW).guest is None


def test_of_two_the_one_in_the_house_is_taken_and_both_are_named(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        past, here, coming = (a_guest(t, name, phone=PHONE) for name in ("Past", "Here", "Coming"))
        a_reservation(t, past, -20, -15)
        a_reservation(t, here, -1, 2)
        a_reservation(t, coming, 3, 5)
        found = match(t, hotel(), "sms", PHONE, now=NOW)
        assert found.guest == here
        assert [guest.name for guest in found.candidates] == ["Here", "Coming", "Past"]
        later = match(t, hotel(), "sms", PHONE, now=NOW + timedelta(days=4))
        assert later.guest == coming


def test_of_two_in_the_house_the_newest_booking_is_taken(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        first, second = a_guest(t, "First", phone=PHONE), a_guest(t, "Second", phone=PHONE)
        a_reservation(t, second, -1, 2)
        a_reservation(t, first, -2, 2)
        assert match(t, hotel(), "sms", PHONE, now=NOW).guest == first
        assert match(t, hotel(), "sms", PHONE, now=NOW, name="second").guest == second


def test_the_hotels_country_completes_a_number(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        german = a_guest(t, "Jonas", phone="+4915123456789")
        assert match(t, hotel()._replace(country="DE"), "sms", "0151 23456789", now=NOW).guest == german
        assert match(t, hotel(), "sms", "0151 23456789", now=NOW).guest is None


def test_a_number_that_a_vendor_wrote_out_needs_no_table_of_all_numbers() -> None:
    script = (
        "import sys; from tui_inbox.domain.channel import HandleKind;"
        "from tui_inbox.services.matching import normalised;"
        "assert normalised('+33612345678', HandleKind.PHONE, 'FR') == '+33612345678';"
        "assert 'phonenumbers' not in sys.modules;"
        "assert normalised('+33 06 12 34 56 78', HandleKind.PHONE, 'FR') == '+33612345678'"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
