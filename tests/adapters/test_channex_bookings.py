"""Channex's bookings over their simulator: the list, the feed, and when a revision is acknowledged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from adapters.channex.bookings import Bookings
from adapters.sandbox.channex_bookings import SandboxChannexBookings
from adapters.sandbox.door import Fault
from tests.adapters.source_rigs import bookings
from tests.fakes import StillClock
from tui_inbox.domain.errors import AccountBlocked, ChannelError
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.ports.bookings import StayRecord
from tui_inbox.ports.channel import Batch, HealthState

ANA = ("Ana", "Lopez")
FIRST, LAST = date(2026, 12, 1), date(2026, 12, 4)


class Sites:
    """The adapter, its vendor, and the cursors of its streams."""

    def __init__(self, box: SandboxChannexBookings, **more: object) -> None:
        self.ledger = box.ledger
        self.clock = self.ledger.clock = StillClock()
        self.source: Bookings = bookings(box.base_url, self.clock, box.ledger.key, **more)
        self.cursors: dict[str, str] = {}
        self.seen: set[str] = set()

    def fetch(self, stream: str) -> Batch:
        batch = self.source.fetch(stream, self.cursors.get(stream, ""), None)
        self.cursors[stream] = batch.cursor
        return batch

    def poll(self) -> list[StayRecord]:
        """What the store has not seen yet."""
        found: list[StayRecord] = []
        for stream in self.source.streams():
            while True:
                batch = self.fetch(stream)
                new = [envelope for envelope in batch.envelopes if envelope.external_id not in self.seen]
                self.seen |= {envelope.external_id for envelope in new}
                found += [record for envelope in new for record in self.source.read(envelope)]
                if not batch.more:
                    break
        return found


@pytest.fixture
def box() -> Iterator[SandboxChannexBookings]:
    with SandboxChannexBookings() as found:
        yield found


@pytest.fixture
def sites(box: SandboxChannexBookings) -> Iterator[Sites]:
    found = Sites(box)
    yield found
    found.source.close()


@pytest.fixture
def feed(box: SandboxChannexBookings) -> Iterator[Sites]:
    found = Sites(box, acknowledge=True)
    yield found
    found.source.close()


def test_a_booking_is_a_stay_of_its_site_s_guest(sites: Sites) -> None:
    mail = "alopez.123@guest.booking.com"
    sites.ledger.book("3812391309", ANA, FIRST, LAST, phone="+34600000001", mail=mail)
    (stay,) = sites.poll()
    assert (stay.arrival, stay.departure, stay.status) == (FIRST, LAST, ReservationStatus.CONFIRMED)
    assert (stay.ota, stay.ota_code, stay.total, stay.room_type) == (
        "Booking.com",
        "3812391309",
        "412.00 EUR",
        "Double",
    )
    assert (stay.adults, stay.children, stay.notes) == (2, 1, "Late arrival")
    assert (stay.guest.name, stay.guest.email_is_alias, stay.guest.phone) == ("Ana Lopez", True, "+34600000001")


@pytest.mark.parametrize(
    ("collect", "pays_with", "payment"),
    [
        (None, None, ""),
        ("property", "credit_card", "card"),
        ("property", "bank_transfer", "transfer"),
        ("property", "beads", ""),
        ("ota", "credit_card", "site"),
        ("ota", None, "site"),
    ],
)
def test_who_takes_the_money_and_how_is_told(
    sites: Sites, collect: str | None, pays_with: str | None, payment: str
) -> None:
    sites.ledger.book("3812391309", ANA, FIRST, LAST, collect=collect, pays_with=pays_with)
    assert [stay.payment for stay in sites.poll()] == [payment]


def test_cards_are_never_kept(sites: Sites) -> None:
    sites.ledger.book("3812391309", ANA, FIRST, LAST)
    (envelope,) = sites.fetch("bookings").envelopes
    assert b"411111" not in envelope.raw
    assert b"guarantee" not in envelope.raw


def test_the_list_brings_a_booking_again_only_when_it_changed(sites: Sites) -> None:
    sites.ledger.book("A1", ANA, FIRST, LAST)
    assert len(sites.poll()) == 1
    assert sites.poll() == []
    sites.ledger.change("A1", departure=LAST + timedelta(days=1))
    (moved,) = sites.poll()
    assert moved.departure == LAST + timedelta(days=1)
    sites.ledger.change("A1", "cancelled")
    (gone,) = sites.poll()
    assert (gone.status, gone.external_id) == (ReservationStatus.CANCELLED, moved.external_id)
    assert sites.ledger.acknowledged == [], "the feed is somebody else's"


def test_a_long_list_comes_page_by_page(sites: Sites) -> None:
    for n in range(230):
        sites.ledger.book(f"A{n}", ANA, FIRST, LAST)
    assert len(sites.poll()) == 230
    assert sites.poll() == []


def test_the_feed_is_acknowledged_only_with_the_fetch_after(feed: Sites) -> None:
    feed.ledger.book("A1", ANA, FIRST, LAST)
    feed.fetch("bookings")
    first = feed.fetch("revisions")
    assert (len(first.envelopes), feed.ledger.acknowledged) == (1, [])
    second = feed.fetch("revisions")
    assert (second.envelopes, second.more) == ((), False)
    assert feed.ledger.acknowledged == [feed.ledger.revisions[0].id]


def test_a_crash_before_the_acknowledgement_brings_the_revision_again_under_its_id(feed: Sites) -> None:
    feed.ledger.book("A1", ANA, FIRST, LAST)
    first = feed.fetch("revisions")
    feed.cursors.clear()
    assert feed.fetch("revisions").envelopes == first.envelopes


def test_the_feed_tells_every_revision_of_one_booking(feed: Sites) -> None:
    feed.ledger.book("A1", ANA, FIRST, LAST)
    feed.poll()
    feed.clock.forward(minutes=1)
    feed.ledger.change("A1", arrival=FIRST - timedelta(days=1))
    feed.ledger.change("A1", "cancelled")
    moved, gone = feed.poll()
    assert (moved.arrival, gone.status) == (FIRST - timedelta(days=1), ReservationStatus.CANCELLED)
    assert moved.external_id == gone.external_id
    assert moved.updated_at == feed.clock.now()
    assert len(feed.ledger.acknowledged) == 3


def test_an_acknowledgement_that_is_refused_does_not_stop_the_feed(feed: Sites) -> None:
    feed.ledger.book("A1", ANA, FIRST, LAST)
    feed.fetch("revisions")
    feed.ledger.faults.append(Fault("refuse", "send", status=422, code="x", text="gone"))
    batch = feed.fetch("revisions")
    assert len(batch.envelopes) == 1
    assert not batch.more, "what cannot be acknowledged is not asked for in a circle"


def test_an_acknowledgement_that_fails_is_made_with_the_next_poll(feed: Sites) -> None:
    feed.ledger.book("A1", ANA, FIRST, LAST)
    feed.fetch("revisions")
    feed.ledger.faults.append(Fault("down", "send"))
    with pytest.raises(ChannelError):
        feed.fetch("revisions")
    feed.fetch("revisions")
    assert len(feed.ledger.acknowledged) == 1


def test_a_wrong_key_blocks_the_source(sites: Sites) -> None:
    sites.ledger.key = "another"
    with pytest.raises(AccountBlocked, match="auth"):
        sites.poll()


def test_the_test_call_names_the_property(sites: Sites) -> None:
    found = sites.source.test()
    assert (found.state, found.account_name) == (HealthState.OK, "Sandbox")


def test_what_is_long_over_is_not_listed_for_ever(sites: Sites) -> None:
    """A hotel that was connected years ago would list, and in the end not reach, what is booked today."""
    connected = sites.clock.now()
    sites.ledger.book("1", ANA, FIRST, LAST)
    sites.clock.forward(days=700)
    soon = sites.clock.now().date()
    sites.ledger.book("2", ANA, soon - timedelta(days=20), soon - timedelta(days=18))
    batch = sites.source.fetch("bookings", "", connected - timedelta(days=30))
    assert [record.ota_code for one in batch.envelopes for record in sites.source.read(one)] == ["2"]
