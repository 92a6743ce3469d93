"""Calendar feeds: what sites write into them, and what it means that something is no longer there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.ical.feed import Calendar, place_of
from adapters.sandbox.door import Fault
from adapters.sandbox.ical import Entry, SandboxFeed
from tests.adapters.source_rigs import calendar
from tests.fakes import StillClock
from tui_inbox.domain.errors import ChannelError, Malformed, NotSent, Refused, Rejected
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.ports.bookings import StayRecord
from tui_inbox.ports.channel import HealthState

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 4)
CODE = "HMABCD1234"


class Feed:
    """A calendar and the site that it asks; ``poll`` gives the stays of one fetch and remembers its cursor."""

    def __init__(self, box: SandboxFeed, **settings: object) -> None:
        self.agenda = box.agenda
        self.clock = StillClock()
        self.agenda.clock = self.clock
        origin = box.address.split("/calendar")[0]
        self.calendar: Calendar = calendar(origin, self.clock, box.address.removeprefix(origin), **settings)
        self.cursor = ""

    def poll(self) -> list[StayRecord]:
        self.clock.forward(minutes=30)
        batch = self.calendar.fetch("calendar", self.cursor, None)
        assert not batch.more
        self.cursor = batch.cursor
        return [record for envelope in batch.envelopes for record in self.calendar.read(envelope)]


@pytest.fixture
def feed() -> Feed:  # type: ignore[misc]
    with SandboxFeed() as box:
        found = Feed(box)
        yield found
        found.calendar.close()


def test_an_airbnb_booking_is_a_stay_with_dates_and_a_code_and_a_block_is_none(feed: Feed) -> None:
    feed.agenda.airbnb(CODE, FIRST, LAST, "4321")
    feed.agenda.airbnb_block("b1", LAST, LAST + timedelta(days=2))
    (stay,) = feed.poll()
    assert (stay.external_id, stay.arrival, stay.departure) == (CODE, FIRST, LAST)
    assert (stay.ota, stay.ota_code, stay.low_confidence) == ("Airbnb", CODE, True)
    assert stay.guest.name == ""
    assert "4321" in stay.notes


def test_what_booking_com_calls_closed_is_a_stay_only_where_the_hotel_says_so() -> None:
    with SandboxFeed() as box:
        box.agenda.booking("x1", FIRST, LAST)
        for closed, stays in (("skip", []), ("stay", [("Booking.com", True, "12")])):
            feed = Feed(box, closed=closed, room="12")
            assert [(stay.ota, stay.low_confidence, stay.room) for stay in feed.poll()] == stays
            feed.calendar.close()


def test_another_calendar_may_name_the_guest(feed: Feed) -> None:
    feed.agenda.put(Entry("1@pms.example", FIRST, LAST, "Claire Martin", more=("STATUS:TENTATIVE",)))
    feed.agenda.put(Entry("2@pms.example", FIRST, LAST, "Reserved"))
    feed.agenda.put(Entry("3@pms.example", FIRST, LAST, "Maintenance"))
    feed.agenda.put(Entry("4@pms.example", FIRST, LAST, "Léo", more=("STATUS:CANCELLED",)))
    named, unnamed, gone = feed.poll()
    assert (named.guest.name, named.status) == ("Claire Martin", ReservationStatus.PENDING)
    assert unnamed.guest.name == ""
    assert gone.status is ReservationStatus.CANCELLED


def test_an_unchanged_feed_is_asked_by_its_etag_and_brings_nothing(feed: Feed) -> None:
    feed.agenda.airbnb(CODE, FIRST, LAST)
    assert feed.poll()
    assert feed.poll() == []
    assert feed.agenda.asked[0] == ""
    assert feed.agenda.asked[1].startswith('"')


def test_only_what_differs_comes_again(feed: Feed) -> None:
    feed.agenda.airbnb(CODE, FIRST, LAST)
    feed.agenda.airbnb("HMZZZZ9999", FIRST, LAST)
    assert len(feed.poll()) == 2
    feed.agenda.airbnb(CODE, FIRST, LAST + timedelta(days=1))
    (moved,) = feed.poll()
    assert (moved.external_id, moved.departure) == (CODE, LAST + timedelta(days=1))


def test_a_stay_ahead_that_is_gone_twice_is_cancelled_once(feed: Feed) -> None:
    feed.agenda.airbnb(CODE, FIRST, LAST)
    other = feed.agenda.airbnb("HMZZZZ9999", FIRST, LAST)
    feed.poll()
    del feed.agenda.entries[other.uid]
    assert feed.poll() == []
    (gone,) = feed.poll()
    assert (gone.external_id, gone.status) == ("HMZZZZ9999", ReservationStatus.CANCELLED)
    assert (gone.arrival, gone.departure) == (FIRST, LAST)
    assert feed.poll() == []


def test_one_that_comes_back_was_never_cancelled(feed: Feed) -> None:
    feed.agenda.airbnb(CODE, FIRST, LAST)
    other = feed.agenda.airbnb("HMZZZZ9999", FIRST, LAST)
    feed.poll()
    del feed.agenda.entries[other.uid]
    assert feed.poll() == []
    feed.agenda.put(other)
    assert feed.poll() == []
    del feed.agenda.entries[other.uid]
    assert feed.poll() == [], "its misses are counted anew"


def test_one_that_was_cancelled_and_comes_back_as_it_was_is_told_again(feed: Feed) -> None:
    feed.agenda.airbnb(CODE, FIRST, LAST)
    other = feed.agenda.airbnb("HMZZZZ9999", FIRST, LAST)
    feed.poll()
    del feed.agenda.entries[other.uid]
    first = feed.poll() + feed.poll()
    feed.agenda.put(other)
    (back,) = feed.poll()
    assert [stay.status for stay in (*first, back)] == [ReservationStatus.CANCELLED, ReservationStatus.CONFIRMED]


@pytest.mark.parametrize("arrival", [date(2026, 11, 20), date(2026, 11, 23)])
def test_a_stay_that_has_begun_or_is_over_is_forgotten_and_not_cancelled(feed: Feed, arrival: date) -> None:
    feed.agenda.airbnb(CODE, FIRST, LAST)
    begun = feed.agenda.airbnb("HMZZZZ9999", arrival, date(2026, 11, 25))
    feed.poll()
    del feed.agenda.entries[begun.uid]
    assert [feed.poll(), feed.poll(), feed.poll()] == [[], [], []]


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"<html>Sign in</html>",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1@airbnb.com\r\n",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
    ],
)
def test_half_a_feed_is_a_failed_poll_and_cancels_nothing(feed: Feed, broken: bytes) -> None:
    feed.agenda.airbnb(CODE, FIRST, LAST)
    feed.poll()
    feed.agenda.text = broken
    for _ in range(3):
        with pytest.raises(NotSent, match="unreadable_answer"):
            feed.poll()
    assert feed.calendar.test().code == "unreadable_answer"
    feed.agenda.text = None
    assert feed.poll() == []


def test_an_empty_feed_cancels_nothing(feed: Feed) -> None:
    entry = feed.agenda.airbnb(CODE, FIRST, LAST)
    feed.poll()
    feed.agenda.entries.clear()
    assert [feed.poll(), feed.poll(), feed.poll()] == [[], [], []]
    feed.agenda.put(entry)
    assert feed.poll() == []


def test_failed_fetches_between_do_not_count(feed: Feed) -> None:
    feed.agenda.airbnb(CODE, FIRST, LAST)
    other = feed.agenda.airbnb("HMZZZZ9999", FIRST, LAST)
    feed.poll()
    del feed.agenda.entries[other.uid]
    assert feed.poll() == []
    feed.agenda.faults.append(Fault("down", "read", times=2))
    for _ in range(2):
        with pytest.raises(ChannelError):
            feed.poll()
    assert [stay.status for stay in feed.poll()] == [ReservationStatus.CANCELLED]


def test_one_event_that_cannot_be_read_is_set_aside_alone_and_nothing_is_taken_for_gone(feed: Feed) -> None:
    feed.agenda.airbnb(CODE, FIRST, LAST)
    other = feed.agenda.airbnb("HMZZZZ9999", FIRST, LAST)
    feed.poll()
    del feed.agenda.entries[other.uid]
    feed.agenda.put(Entry("bad@airbnb.com", FIRST, LAST, "Reserved", more=("DTSTART:tomorrow",)))
    good = b"DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261204\r\nSUMMARY:Reserved\r\nUID:bad"
    feed.agenda.text = feed.agenda.shown().replace(good, b"SUMMARY:Reserved\r\nUID:bad")
    seen = set()
    for _ in range(3):
        feed.clock.forward(minutes=30)
        batch = feed.calendar.fetch("calendar", feed.cursor, None)
        feed.cursor = batch.cursor
        for envelope in batch.envelopes:
            seen.add(envelope.external_id)
            with pytest.raises(Malformed):
                feed.calendar.read(envelope)
    assert len(seen) == 1, "kept once, however often it comes"


def test_an_event_that_repeats_is_refused(feed: Feed) -> None:
    feed.agenda.put(Entry("r@pms.example", FIRST, LAST, "Claire", more=("RRULE:FREQ=DAILY;COUNT=9000000",)))
    feed.clock.forward(minutes=30)
    (envelope,) = feed.calendar.fetch("calendar", "", None).envelopes
    with pytest.raises(Malformed, match="calendar_repeats"):
        feed.calendar.read(envelope)


def test_a_feed_beyond_all_measure_is_refused(feed: Feed) -> None:
    feed.agenda.text = b"BEGIN:VCALENDAR\r\n" + b"X-A:" + b"a" * 6_000_000 + b"\r\nEND:VCALENDAR\r\n"
    with pytest.raises(Rejected, match="too_big"):
        feed.poll()


def test_times_are_the_hotel_s_days(feed: Feed) -> None:
    feed.agenda.put(Entry("t@pms.example", FIRST, LAST, "Claire"))
    night = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    feed.agenda.text = (
        feed.agenda.shown()
        .replace(b"DTSTART;VALUE=DATE:20261201", f"DTSTART:{night:%Y%m%dT%H%M%SZ}".encode())
        .replace(b"DTEND;VALUE=DATE:20261204", b"DURATION:P2D")
    )
    (stay,) = feed.poll()
    assert (stay.arrival, stay.departure) == (date(2026, 12, 2), date(2026, 12, 4))


def test_the_address_is_a_secret_by_https() -> None:
    origin, rest = place_of(" webcal://www.airbnb.com/calendar/ical/1.ics?s=abc ")
    assert (origin, rest.reveal()) == ("https://www.airbnb.com", "/calendar/ical/1.ics?s=abc")
    assert "abc" not in repr(rest)
    for bad in ("http://www.airbnb.com/x.ics", "ftp://x/y", "x", "", "https://[::1"):
        with pytest.raises(Refused, match="bad_base_url"):
            place_of(bad)


def test_the_test_call_counts_the_events(feed: Feed) -> None:
    feed.agenda.airbnb(CODE, FIRST, LAST)
    found = feed.calendar.test()
    assert (found.state, found.details) == (HealthState.OK, {"events": 1})


@pytest.mark.parametrize(
    "name", ["Jean Fermet", "Anne Blockley", "Paul Bloquel", "Lea Busybee", "Tom Ownerson", "Max Closeden"]
)
def test_a_guest_whose_name_begins_like_a_closed_room_is_a_guest(feed: Feed, name: str) -> None:
    feed.agenda.put(Entry("1@pms.example", FIRST, LAST, name))
    assert [stay.guest.name for stay in feed.poll()] == [name]


@pytest.mark.parametrize(
    "words",
    [
        "Fermé",
        "Chambre fermée",
        "Bloqué",
        "blocked",
        "Block",
        "Owner",
        "Propriétaire",
        "Busy",
        "CLOSED",
        "owner's stay",
    ],
)
def test_what_sites_call_a_closed_room_is_no_stay(feed: Feed, words: str) -> None:
    feed.agenda.put(Entry("1@pms.example", FIRST, LAST, words))
    assert feed.poll() == []


def test_two_events_under_one_uid_are_not_told_again_at_every_poll(feed: Feed) -> None:
    """An export that numbers its rooms and not its bookings."""
    feed.agenda.entries["a"] = Entry("1@pms.example", FIRST, LAST, "Reserved")
    feed.agenda.entries["b"] = Entry("1@pms.example", FIRST + timedelta(days=9), LAST + timedelta(days=9), "Reserved")
    feed.agenda.entries["same"] = Entry("1@pms.example", FIRST, LAST, "Reserved")
    assert len(feed.poll()) == 2
    feed.agenda.entries["c"] = Entry("2@pms.example", FIRST, LAST, "Reserved")
    assert len(feed.poll()) == 1
