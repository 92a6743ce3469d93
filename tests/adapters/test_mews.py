"""Mews over its simulator: pages, intervals, limits, and what a reservation says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from adapters._http import Limits
from adapters._json import decoded
from adapters.mews import wire
from adapters.mews.hotel import Mews
from adapters.mews.pace import Pace
from adapters.sandbox.door import Fault
from adapters.sandbox.mews import Guest, Property, SandboxMews
from tests.adapters.source_rigs import MEWS, PARIS, mews, told
from tests.fakes import NOON, StillClock
from tui_inbox.domain.errors import AccountBlocked, NotSent
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.ports.bookings import StayRecord
from tui_inbox.ports.channel import HealthState

CLAIRE = Guest("Claire", "Martin", "claire@web.example", "06 12 34 56 78")
FIRST, LAST = date(2026, 12, 1), date(2026, 12, 4)
SINCE = NOON - timedelta(days=30)


class Hotel:
    """The adapter, its vendor and a clock of both."""

    def __init__(self, box: SandboxMews) -> None:
        self.clock = StillClock()
        self.property: Property = box.property
        self.property.clock = self.clock
        self.mews: Mews = mews(box.base_url, self.clock, "sandbox-access", Limits())
        self.cursor = ""
        self.seen: set[str] = set()

    def poll(self) -> list[StayRecord]:
        """What is new to the store, until there is no more, as the worker does."""
        found: list[StayRecord] = []
        for _ in range(60):
            batch = self.mews.fetch("reservations", self.cursor, SINCE)
            new = [envelope for envelope in batch.envelopes if envelope.external_id not in self.seen]
            self.seen |= {envelope.external_id for envelope in new}
            found += [record for envelope in new for record in self.mews.read(envelope)]
            if batch.more and batch.cursor == self.cursor and not batch.envelopes:
                break
            self.cursor = batch.cursor
            if not batch.more:
                break
        return found

    def asked(self, action: str) -> list[dict[str, object]]:
        return [body for name, body in self.property.asked if name.startswith(action)]


@pytest.fixture
def hotel() -> Iterator[Hotel]:
    with SandboxMews() as box:
        found = Hotel(box)
        yield found
        found.mews.close()


def test_a_reservation_comes_with_its_customer_and_its_room(hotel: Hotel) -> None:
    hotel.property.book("52", CLAIRE, FIRST, LAST, room="204", channel="TW48ZP", group="g", children=1)
    (stay,) = hotel.poll()
    assert (stay.arrival, stay.departure, stay.status) == (FIRST, LAST, ReservationStatus.CONFIRMED)
    assert (stay.room, stay.room_type, stay.adults, stay.children) == ("204", "Double", 2, 1)
    assert (stay.ota_code, stay.group_id != "", stay.low_confidence) == ("TW48ZP", True, False)
    guest = stay.guest
    assert (guest.name, guest.email, guest.phone) == ("Claire Martin", "claire@web.example", "06 12 34 56 78")
    assert (guest.language, guest.country, guest.email_is_alias) == ("fr", "FR", False)


def test_identity_papers_are_not_kept(hotel: Hotel) -> None:
    hotel.property.book("52", CLAIRE, FIRST, LAST)
    (envelope,) = hotel.mews.fetch("reservations", "", SINCE).envelopes
    assert b"13AA00001" not in envelope.raw
    assert b"1983" not in envelope.raw


@pytest.mark.parametrize("state", ["Confirmed", "Optional"])
def test_its_price_is_all_that_is_ordered_and_not_cancelled(hotel: Hotel, state: str) -> None:
    hotel.property.book("52", CLAIRE, FIRST, LAST, price="120.50", state=state)
    hotel.property.book("53", CLAIRE, FIRST, LAST)
    assert {stay.total for stay in hotel.poll()} == {"361.50 EUR", ""}


@pytest.mark.parametrize(
    ("paid", "payment"),
    [("CashPayment", "cash"), ("CreditCardPayment", "card"), ("InvoicePayment", "invoice"), ("GhostPayment", "")],
)
def test_the_last_payment_that_went_through_says_how_it_is_paid(hotel: Hotel, paid: str, payment: str) -> None:
    hotel.property.book("52", CLAIRE, FIRST, LAST, price="120", paid=paid)
    assert [stay.payment for stay in hotel.poll()] == [payment]


def test_a_price_that_changes_with_its_reservation_comes_again(hotel: Hotel) -> None:
    hotel.property.book("52", CLAIRE, FIRST, LAST, price="120")
    hotel.poll()
    hotel.clock.forward(minutes=10)
    hotel.property.change("52", price="100")
    assert [stay.total for stay in hotel.poll()] == ["300.00 EUR"]


def test_a_company_s_reservation_bears_its_name_and_is_nobody_s_address(hotel: Hotel) -> None:
    hotel.property.book("52", CLAIRE, FIRST, LAST, company="Dupont & Fils")
    (stay,) = hotel.poll()
    assert (stay.guest.name, stay.guest.email, stay.guest.phone) == ("Dupont & Fils", "", "")


def test_the_agency_or_site_by_which_it_was_booked_is_named_and_asked_for_once(hotel: Hotel) -> None:
    for n in range(3):
        hotel.property.book(str(n), CLAIRE, FIRST, LAST, agency="Booking.com", channel=f"38123913{n}")
        hotel.clock.forward(minutes=10)
        assert [stay.ota for stay in hotel.poll()] == ["Booking.com"]
    assert len(hotel.asked("companies")) == 1


@pytest.mark.parametrize("closed", ["payments", "orderItems", "companies"])
def test_a_token_without_the_right_to_one_list_has_the_others(hotel: Hotel, closed: str) -> None:
    hotel.property.closed = {closed}
    hotel.property.book("52", CLAIRE, FIRST, LAST, price="120", paid="CashPayment", agency="Expedia")
    (stay,) = hotel.poll()
    told = {"payments": stay.payment, "orderItems": stay.total, "companies": stay.ota}
    assert told.pop(closed) in ("", "Direct")
    assert set(told.values()) <= {"cash", "360.00 EUR", "Expedia"}


def test_a_list_of_what_was_ordered_may_have_many_pages(hotel: Hotel) -> None:
    for n in range(12):
        hotel.property.book(str(n), CLAIRE, FIRST, FIRST + timedelta(days=90), price="10")
    assert {stay.total for stay in hotel.poll()} == {"900.00 EUR"}
    assert len(hotel.asked("orderItems")) > 1


@pytest.mark.parametrize(
    ("amounts", "total"),
    [
        ([("EUR", "10"), ("EUR", "-2.5")], "7.50 EUR"),
        ([("EUR", "10"), ("GBP", "10")], ""),
        ([("EUR", "1e30")], ""),
        ([("EUR", "NaN")], ""),
        ([(None, "10")], ""),
        ([], ""),
    ],
)
def test_an_amount_is_told_only_where_it_is_one(amounts: list[tuple[str | None, str]], total: str) -> None:
    items = [
        wire.Item(str(n), amount=wire.Amount(currency, Decimal(value))) for n, (currency, value) in enumerate(amounts)
    ]
    one = wire.Told(decoded(json.dumps(MEWS).encode(), wire.Reservation), items=items)
    assert wire.record_of(one, PARIS).total == total


@pytest.mark.parametrize(
    ("state", "reason", "status"),
    [
        ("Inquired", None, ReservationStatus.PENDING),
        ("Requested", None, ReservationStatus.PENDING),
        ("Optional", None, ReservationStatus.PENDING),
        ("Confirmed", None, ReservationStatus.CONFIRMED),
        ("Started", None, ReservationStatus.CONFIRMED),
        ("Processed", None, ReservationStatus.CONFIRMED),
        ("Canceled", "RequestedByGuest", ReservationStatus.CANCELLED),
        ("Canceled", "NoShow", ReservationStatus.NO_SHOW),
    ],
)
def test_its_states_are_ours(hotel: Hotel, state: str, reason: str | None, status: ReservationStatus) -> None:
    hotel.property.book("52", CLAIRE, FIRST, LAST, state=state, reason=reason)
    assert [stay.status for stay in hotel.poll()] == [status]


def test_the_first_import_reads_what_lies_ahead_whenever_it_was_booked(hotel: Hotel) -> None:
    for n, days in enumerate((-20, 3, 100, 400)):
        arrival = NOON.date() + timedelta(days=days)
        hotel.property.book(str(n), CLAIRE, arrival, arrival + timedelta(days=2), updated=NOON - timedelta(days=300))
    assert len(hotel.poll()) == 4
    for body in hotel.asked("reservations"):
        told = body.get("CollidingUtc") or body["UpdatedUtc"]
        assert isinstance(told, dict)
        start, end = datetime.fromisoformat(told["StartUtc"]), datetime.fromisoformat(told["EndUtc"])
        assert end - start <= timedelta(days=92)


def test_afterwards_only_what_changed_is_asked_for(hotel: Hotel) -> None:
    hotel.property.book("52", CLAIRE, FIRST, LAST)
    hotel.poll()
    hotel.property.asked.clear()
    hotel.clock.forward(minutes=30)
    assert hotel.poll() == []
    hotel.property.change("52", departure=LAST + timedelta(days=1))
    hotel.clock.forward(minutes=2)
    (stay,) = hotel.poll()
    assert (stay.departure, stay.updated_at) == (LAST + timedelta(days=1), NOON + timedelta(minutes=30))
    assert all("UpdatedUtc" in body for body in hotel.asked("reservations"))


def test_after_a_long_silence_the_intervals_follow_one_another(hotel: Hotel) -> None:
    hotel.property.book("52", CLAIRE, FIRST, LAST)
    hotel.poll()
    hotel.clock.forward(days=100)
    hotel.property.change("52", room="305")
    hotel.clock.forward(days=100)
    assert [stay.room for stay in hotel.poll()] == ["305"]


def test_many_reservations_come_page_by_page_each_once(hotel: Hotel) -> None:
    for n in range(450):
        guest = Guest("Guest", str(n))
        hotel.property.book(str(n), guest, FIRST, LAST, updated=NOON - timedelta(days=90, minutes=n))
    found = hotel.poll()
    assert len({stay.external_id for stay in found}) == 450
    assert len(found) == 450
    assert {len(body["CustomerIds"]) for body in hotel.asked("customers")} == {200, 50}  # type: ignore[arg-type]


def test_a_page_that_takes_too_long_is_asked_for_in_smaller_ones(hotel: Hotel) -> None:
    for n in range(60):
        hotel.property.book(str(n), CLAIRE, FIRST, LAST, updated=NOON - timedelta(days=90, minutes=n))
    hotel.property.most_rows = 25
    assert len({stay.external_id for stay in hotel.poll()}) == 60


def test_where_even_the_smallest_page_takes_too_long_the_interval_is_halved(hotel: Hotel) -> None:
    for n in range(24):
        day = FIRST + timedelta(days=n)
        hotel.property.book(str(n), CLAIRE, day, day + timedelta(days=1), updated=NOON - timedelta(days=90, minutes=n))
    hotel.property.most_rows = 6
    assert len({stay.external_id for stay in hotel.poll()}) == 24


def test_one_that_always_takes_too_long_fails_in_the_end(hotel: Hotel) -> None:
    hotel.property.book("52", CLAIRE, FIRST, LAST)
    hotel.property.most_rows = -1
    with pytest.raises(NotSent, match="timeout"):
        hotel.poll()


def test_the_vendor_s_limit_is_never_reached(hotel: Hotel) -> None:
    hotel.property.limited = True
    hotel.property.book("52", CLAIRE, FIRST, LAST)
    for _ in range(40):
        hotel.poll()
        hotel.cursor = ""
        hotel.seen.clear()
    assert 150 < len(hotel.property.asked) <= 200, "it waits by itself, and no request was refused"
    hotel.property.asked.clear()
    assert hotel.poll() == []
    assert hotel.property.asked == []
    hotel.clock.forward(seconds=31)
    assert hotel.poll()


def test_a_window_slides() -> None:
    pace = Pace(2, timedelta(seconds=30))
    assert [pace.take(NOON), pace.take(NOON + timedelta(seconds=10))] == [0.0, 0.0]
    assert pace.take(NOON + timedelta(seconds=20)) == 10.0
    assert pace.left(NOON + timedelta(seconds=31)) == 1
    assert pace.take(NOON + timedelta(seconds=31)) == 0.0
    assert pace.take(NOON + timedelta(seconds=31)) == 9.0


@pytest.mark.parametrize(("given", "wait"), [("", None), ("11", 11.0)])
def test_too_many_requests_are_waited_out_with_and_without_a_time(hotel: Hotel, given: str, wait: float | None) -> None:
    hotel.property.faults.append(Fault("rate_limited", "read", retry_after=given))
    with pytest.raises(NotSent, match="rate_limited") as caught:
        hotel.poll()
    assert caught.value.retry_after == wait
    assert hotel.poll() == []


def test_what_it_says_with_a_403_is_for_the_people_at_the_hotel(hotel: Hotel) -> None:
    words = "The integration was disabled by Ana on 20 November."
    hotel.property.faults.append(Fault("refuse", "read", times=2, status=403, text=words))
    with pytest.raises(AccountBlocked, match="forbidden") as caught:
        hotel.poll()
    assert caught.value.vendor_text == words
    assert (hotel.mews.test().code, hotel.mews.test().state) == ("forbidden", HealthState.OK)


def test_a_wrong_token_blocks_the_source(hotel: Hotel) -> None:
    hotel.property.access = "another"
    with pytest.raises(AccountBlocked, match="auth"):
        hotel.poll()
    assert hotel.mews.test().vendor_text == "Invalid AccessToken."


def test_without_the_right_to_names_stays_come_without_them(hotel: Hotel) -> None:
    hotel.property.book("52", CLAIRE, FIRST, LAST, room="999")
    (stay,) = hotel.poll()
    assert (stay.room, stay.room_type) == ("", "Double")
    before = len(hotel.asked("resources"))
    hotel.property.change("52", adults=1)
    hotel.clock.forward(minutes=5)
    hotel.poll()
    assert len(hotel.asked("resources")) == before, "a room without a name is not asked for at every poll"


def test_a_crash_between_two_fetches_repeats_and_loses_nothing(hotel: Hotel) -> None:
    hotel.property.book("52", CLAIRE, FIRST, LAST)
    once = hotel.mews.fetch("reservations", "", SINCE)
    again = hotel.mews.fetch("reservations", "", SINCE)
    assert [envelope.external_id for envelope in once.envelopes] == [e.external_id for e in again.envelopes]


def test_the_hotel_s_day_is_that_of_its_zone(hotel: Hotel) -> None:
    assert datetime(2026, 12, 1, 23, 30, tzinfo=UTC).date() == FIRST
    late = {**MEWS, "ScheduledStartUtc": "2026-12-01T23:30:00Z"}
    (stay,) = hotel.mews.read(told("reservation", reservation=late))
    assert stay.arrival == date(2026, 12, 2)


def test_the_test_call_names_the_property(hotel: Hotel) -> None:
    assert hotel.mews.test().account_name == "Sandbox"
