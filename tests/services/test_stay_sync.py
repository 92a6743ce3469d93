"""Stays from a source into the store: whose they are, what changed, what is told of it, and what never is."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from storage.store import SqlStore
from tests.builders import a_conversation, a_guest
from tests.fakes import NOON, StillClock, hotel
from tui_inbox.domain.booking import BookingEvent
from tui_inbox.domain.errors import AccountBlocked, ChannelError, Malformed, NotSent
from tui_inbox.domain.guest import BOOKING, Guest, Handle
from tui_inbox.domain.reservation import Reservation, ReservationStatus
from tui_inbox.ports.bookings import Booker, StayRecord
from tui_inbox.ports.channel import Batch, Envelope, Health, HealthState
from tui_inbox.services import bookings, channels, stay_sync, undo
from tui_inbox.services.bookings import BookingRow, StayForm
from tui_inbox.services.desk import AccountInfo, Actor, Desk
from tui_inbox.services.ingest import Applied

ANA = Actor("ana", "Ana")
FIRST, LAST = date(2026, 12, 1), date(2026, 12, 4)
CONFIRMED, PENDING, CANCELLED = ReservationStatus.CONFIRMED, ReservationStatus.PENDING, ReservationStatus.CANCELLED


def a_record(external_id: str = "R1", **fields: Any) -> StayRecord:
    guest = fields.pop("guest", Booker("Claire", "Martin", email="claire@web.example", phone="06 12 34 56 78"))
    return StayRecord(external_id, fields.pop("arrival", FIRST), fields.pop("departure", LAST), guest=guest, **fields)


@dataclass
class FakeSource:
    """Gives the batches of the test in turn; an envelope is a record as JSON."""

    name: str = "pms"
    batches: deque[Batch | ChannelError] = field(default_factory=deque)
    fetched: list[str] = field(default_factory=list)
    health: Health = field(default_factory=lambda: Health(HealthState.OK, "Fake PMS"))

    def tells(self, *records: StayRecord, more: bool = False) -> None:
        envelopes = tuple(self.envelope(record) for record in records)
        self.batches.append(Batch(envelopes, f"c{len(self.fetched) + len(self.batches) + 1}", more))

    def envelope(self, record: StayRecord) -> Envelope:
        raw = msgspec.json.encode(record)
        return Envelope(f"{record.external_id}:{hash(raw)}", "stay", raw)

    def streams(self) -> Sequence[str]:
        return ("stays",)

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        self.fetched.append(cursor)
        if not self.batches:
            return Batch((), cursor)
        batch = self.batches.popleft()
        if isinstance(batch, ChannelError):
            raise batch
        return batch

    def read(self, envelope: Envelope) -> Sequence[StayRecord]:
        try:
            return (msgspec.json.decode(envelope.raw, type=StayRecord),)
        except msgspec.DecodeError:
            raise Malformed("bad_payload") from None

    def test(self) -> Health:
        return self.health

    def close(self) -> None:
        return None


@dataclass
class Office:
    """A store, a source that is past its first import, and a clock."""

    store: SqlStore
    source: FakeSource = field(default_factory=FakeSource)
    clock: StillClock = field(default_factory=StillClock)
    desk: Desk = field(default_factory=lambda: with_sources("pms", "sites", "flat"))

    def hears(self, *records: StayRecord, source: FakeSource | None = None) -> Applied:
        self.clock.forward(minutes=1)
        (source or self.source).tells(*records)
        return self.poll(source)

    def poll(self, source: FakeSource | None = None) -> Applied:
        return stay_sync.poll_source(self.store, self.desk, source or self.source, self.clock)

    def stay(self, external_id: str = "R1", source: str = "pms") -> Reservation:
        with self.store.read() as tx:
            found = tx.reservations.by_source(source, external_id)
        assert found is not None
        return found

    def stays(self) -> list[Reservation]:
        with self.store.read() as tx:
            return [stay for n in range(1, 40) if (stay := tx.reservations.get(n)) is not None]

    def guest(self, external_id: str = "R1") -> Guest:
        with self.store.read() as tx:
            found = tx.guests.get(self.stay(external_id).guest_id)
        assert found is not None
        return found

    def told(self, external_id: str = "R1", source: str = "pms") -> list[BookingEvent]:
        with self.store.read() as tx:
            return [event.kind for event in tx.stay_events.of_reservation(self.stay(external_id, source).id)]


def with_sources(*names: str) -> Desk:
    sources = {name: AccountInfo(name, "fake", {}, settings={"property": ""}) for name in names}
    return hotel()._replace(sources=sources)


@pytest.fixture
def fresh(store: SqlStore) -> Office:
    return Office(store)


@pytest.fixture
def office(fresh: Office) -> Office:
    fresh.poll()
    return fresh


def test_a_new_stay_finds_or_makes_its_guest_and_is_told_once(office: Office) -> None:
    assert office.hears(a_record(room="204", adults=2, group_id="g")).applied == 1
    stay, guest = office.stay(), office.guest()
    assert (stay.arrival, stay.departure, stay.room, stay.adults, stay.group_id) == (FIRST, LAST, "204", 2, "g")
    assert (guest.name, guest.email, guest.phone) == ("Claire Martin", "claire@web.example", "+33612345678")
    assert office.told() == [BookingEvent.CONFIRMED]


def test_the_same_batch_twice_changes_nothing(office: Office) -> None:
    office.hears(a_record())
    before = office.stay()
    office.source.tells(a_record())
    assert office.poll() == Applied()
    assert office.hears(a_record(notes="")) == Applied(), "the same envelope"
    assert (office.stay(), office.told()) == (before, [BookingEvent.CONFIRMED])


def test_another_envelope_that_says_the_same_is_ignored(office: Office) -> None:
    office.hears(a_record(updated_at=NOON))
    assert office.hears(a_record(updated_at=NOON + timedelta(minutes=1))).ignored == 1
    assert office.stay().revision == 1


def test_the_first_import_tells_nobody_and_what_comes_after_it_does(fresh: Office) -> None:
    fresh.source.tells(a_record("R1"), more=True)
    fresh.source.tells(a_record("R2", guest=Booker("Jonas", "Weber")))
    fresh.poll()
    assert (fresh.told("R1"), fresh.told("R2")) == ([], [])
    fresh.hears(a_record("R3", guest=Booker("Mia", "Berg")))
    assert fresh.told("R3") == [BookingEvent.CONFIRMED]


def test_an_import_that_was_interrupted_is_still_the_first(fresh: Office) -> None:
    fresh.source.tells(a_record("R1"), more=True)
    fresh.source.batches.append(NotSent("timeout"))
    with pytest.raises(NotSent):
        fresh.poll()
    fresh.source.batches.append(Batch((), "c1", more=True))
    fresh.poll()
    with fresh.store.read() as tx:
        assert stay_sync.importing(tx, "pms"), "it waits, and has not ended"
    fresh.hears(a_record("R2", guest=Booker("Jonas", "Weber")))
    assert (fresh.told("R1"), fresh.told("R2")) == ([], [])
    fresh.hears(a_record("R3", guest=Booker("Mia", "Berg")))
    assert fresh.told("R3") == [BookingEvent.CONFIRMED]


def test_what_was_set_aside_in_the_first_import_is_history_when_it_is_read_later(fresh: Office) -> None:
    old = a_record("R1", updated_at=NOON - timedelta(days=3))
    good = fresh.source.envelope(old)
    fresh.source.batches.append(Batch((Envelope(good.external_id, "stay", b"{broken"),), "c1"))
    assert fresh.poll().quarantined == 1
    with fresh.store.write() as tx:
        (row,) = tx.inbounds.quarantined("pms", 9)
        tx.jobs.add("replay", "pms", {"inbound": row.id}, "ana", NOON)
    fresh.source.read = lambda _envelope: (old,)  # type: ignore[method-assign,assignment]
    assert channels.run_jobs(fresh.store, fresh.desk, {}, NOON, sources={"pms": fresh.source}) == 1
    assert fresh.told("R1") == []


def test_the_life_of_a_booking_is_found_by_comparing(office: Office) -> None:
    office.hears(a_record(status=PENDING))
    office.hears(a_record(status=CONFIRMED))
    office.hears(a_record(status=CONFIRMED, departure=LAST + timedelta(days=1)))
    office.hears(a_record(status=CONFIRMED, departure=LAST + timedelta(days=1), room="305"))
    office.hears(a_record(status=CANCELLED, departure=LAST + timedelta(days=1)))
    assert office.told() == [
        BookingEvent.PENDING,
        BookingEvent.CONFIRMED,
        BookingEvent.RESCHEDULED,
        BookingEvent.CANCELLED,
    ]
    assert (office.stay().revision, office.stay().room) == (5, "305")


def test_what_is_cancelled_before_it_was_ever_confirmed_is_declined(office: Office) -> None:
    office.hears(a_record(status=PENDING))
    office.hears(a_record(status=CANCELLED))
    assert office.stay().status is ReservationStatus.DECLINED
    assert office.told() == [BookingEvent.PENDING, BookingEvent.DECLINED]
    assert office.hears(a_record(status=CANCELLED, notes="again")).applied == 1
    assert office.stay().status is ReservationStatus.DECLINED


def test_what_was_over_before_anybody_heard_of_it_makes_no_guest(office: Office) -> None:
    assert office.hears(a_record(status=CANCELLED)).ignored == 1
    assert office.stays() == []


def test_how_it_is_paid_is_kept_and_silence_does_not_erase_it(office: Office) -> None:
    office.hears(a_record(payment="card", total="360.00 EUR"))
    office.hears(a_record(notes="late"))
    assert (office.stay().payment, office.stay().total) == ("card", "360.00 EUR")
    office.hears(a_record(payment="cash"))
    assert office.stay().payment == "cash"
    assert office.told() == [BookingEvent.CONFIRMED], "money moves no message"


def test_what_is_older_than_what_is_stored_changes_nothing(office: Office) -> None:
    office.hears(a_record(departure=LAST, updated_at=NOON + timedelta(minutes=9)))
    older = a_record(departure=LAST + timedelta(days=2), updated_at=NOON + timedelta(minutes=5))
    assert office.hears(older).ignored == 1
    assert office.stay().departure == LAST


def test_an_equal_record_moves_the_time_so_that_one_between_stays_old(office: Office) -> None:
    office.hears(a_record(updated_at=NOON + timedelta(minutes=1)))
    office.hears(a_record(updated_at=NOON + timedelta(minutes=9)))
    assert office.hears(a_record(room="9", updated_at=NOON + timedelta(minutes=5))).ignored == 1
    assert office.stay().revision == 1


def test_a_site_s_alias_is_nobody_s_address(office: Office) -> None:
    alias = Booker("Ana", "Lopez", email="x.1@guest.booking.com", email_is_alias=True)
    office.hears(a_record("R1", guest=alias), a_record("R2", guest=Booker("Ben", "Ito", **_mail(alias))))
    assert (office.guest("R1").email, office.guest("R2").email) == ("", "")
    assert office.guest("R1").id != office.guest("R2").id


def _mail(booker: Booker) -> dict[str, Any]:
    return {"email": booker.email, "email_is_alias": True}


def test_the_guest_who_wrote_from_the_booking_s_code_gets_the_stay(office: Office) -> None:
    with office.store.write() as tx:
        guest = a_guest(tx, "")
        tx.guests.add_handle(Handle(0, guest.id, BOOKING, "HMABCD1234", created_at=NOON))
    office.hears(a_record(ota_code="HMABCD1234", guest=Booker()))
    assert office.guest().id == guest.id


def test_a_guest_on_file_is_completed_and_what_the_desk_wrote_stands(office: Office) -> None:
    with office.store.write() as tx:
        guest = a_guest(tx, "Claire Martin", phone="+33612345678")
        tx.guests.put(guest._replace(language="de", notes="Allergie"))
        a_conversation(tx, guest)
    office.hears(a_record(guest=Booker("Claire", "Martin", "claire@web.example", False, "0612345678", "fr-FR", "FR")))
    found = office.guest()
    assert (found.id, found.email, found.language, found.country) == (guest.id, "claire@web.example", "de", "FR")
    assert found.notes == "Allergie"


def test_what_a_source_tells_of_the_guest_later_fills_blanks(office: Office) -> None:
    office.hears(a_record(guest=Booker()))
    assert office.guest().name == ""
    office.hears(a_record(guest=Booker("Claire", "Martin"), updated_at=NOON + timedelta(minutes=9)))
    assert office.guest().name == "Claire Martin"


def test_the_rooms_of_one_booking_belong_to_one_guest(office: Office) -> None:
    who = Booker("Ana", "Lopez")
    office.hears(
        a_record("R1", guest=who, ota_code="381", room="1"), a_record("R2", guest=who, ota_code="381", room="2")
    )
    assert office.guest("R1").id == office.guest("R2").id


def test_dates_that_no_stay_has_are_set_aside_and_the_others_go_on(office: Office) -> None:
    wrong = a_record("R1", departure=FIRST - timedelta(days=1))
    long = a_record("R2", departure=FIRST + timedelta(days=500))
    assert office.hears(wrong, long, a_record("R3")) == Applied(applied=1, quarantined=2)
    with office.store.read() as tx:
        assert {row.reason for row in tx.inbounds.quarantined("pms", 9)} == {"stay_dates"}


def test_hostile_text_is_made_printable(office: Office) -> None:
    evil = "A\x1b]52;c;aGk=\x07\u202e" + "x" * 9000
    office.hears(a_record(room=evil, notes=evil, ota=evil, guest=Booker(evil)))
    stay = office.stay()
    assert "\x1b" not in stay.room + stay.notes + stay.ota + office.guest().name
    assert max(len(stay.room), len(office.guest().name)) <= 200


def test_a_blocked_source_is_noted_and_tells_why(office: Office) -> None:
    office.source.batches.append(AccountBlocked("forbidden", vendor_text="Disabled by Ana."))
    with pytest.raises(AccountBlocked):
        office.poll()
    with office.store.read() as tx:
        (row,) = [row for row in channels.rows(tx, office.desk) if row.name == "pms"]
    assert (row.state, row.reason, row.vendor_text) == ("error", "forbidden", "Disabled by Ana.")


def test_a_calendar_s_stay_is_unsure_and_nobody_is_told(office: Office) -> None:
    flat = FakeSource("flat")
    office.poll(flat)
    office.hears(a_record("HM1", guest=Booker(), low_confidence=True), source=flat)
    assert office.stay("HM1", "flat").low_confidence
    assert office.told("HM1", "flat") == []


def test_a_source_that_knows_the_guest_takes_a_calendar_s_stay_over(office: Office) -> None:
    flat = FakeSource("flat")
    office.poll(flat)
    office.hears(a_record("HM1", guest=Booker(), ota_code="HM1", low_confidence=True), source=flat)
    office.hears(a_record("R1", ota_code="HM1", room="204"))
    (stay,) = office.stays()
    assert (stay.source, stay.external_id, stay.low_confidence, stay.room) == ("pms", "R1", False, "204")
    assert (office.guest().name, office.told()) == ("Claire Martin", [BookingEvent.CONFIRMED])
    gone = a_record("HM1", guest=Booker(), ota_code="HM1", low_confidence=True, status=CANCELLED)
    assert office.hears(gone, source=flat).ignored == 1
    again = a_record("HM1", guest=Booker(), ota_code="HM1", low_confidence=True, notes="x")
    assert office.hears(again, source=flat).ignored == 1
    assert office.stay().status is CONFIRMED


def test_a_calendar_s_nameless_guest_becomes_the_one_on_file(office: Office) -> None:
    flat = FakeSource("flat")
    office.poll(flat)
    office.hears(a_record("HM1", guest=Booker(), ota_code="HM1", low_confidence=True), source=flat)
    nobody = office.stay("HM1", "flat").guest_id
    with office.store.write() as tx:
        claire = a_guest(tx, "Claire Martin", phone="+33612345678")
    office.hears(a_record("R1", ota_code="HM1"))
    assert office.guest().id == claire.id
    with office.store.read() as tx:
        merged = tx.guests.get(nobody)
        assert merged is not None
        assert merged.merged_into == claire.id


def test_one_booking_that_two_sources_tell_is_one_stay(office: Office) -> None:
    sites = FakeSource("sites")
    office.poll(sites)
    office.hears(a_record("R1", ota_code="381"))
    assert office.hears(a_record("b-1", ota_code="381"), source=sites).ignored == 1
    assert len(office.stays()) == 1
    assert office.told() == [BookingEvent.CONFIRMED]


def test_a_stay_from_a_file_is_gone_on_with_by_a_source_without_a_second_word(office: Office) -> None:
    row = BookingRow(1, "381", "Claire Martin", FIRST, LAST, ota_code="381")
    with office.store.write() as tx:
        bookings.import_rows(tx, office.desk, [row], ANA, NOON, first=True)
    office.hears(a_record("R1", ota_code="381", departure=LAST))
    (stay,) = office.stays()
    assert (stay.source, office.told()) == ("pms", [])


def test_a_file_and_the_desk_tell_what_happened_by_the_same_way(office: Office) -> None:
    row = BookingRow(1, "381", "Claire Martin", FIRST, LAST)
    with office.store.write() as tx:
        assert bookings.first_import(tx)
        bookings.import_rows(tx, office.desk, [row], ANA, NOON, first=True)
        assert not bookings.first_import(tx)
        bookings.import_rows(tx, office.desk, [row._replace(departure=LAST + timedelta(days=1))], ANA, NOON)
        stay = tx.reservations.by_source("csv", "381")
        assert stay is not None
        form = StayForm(FIRST, LAST, status=CANCELLED)
        bookings.edit_stay(tx, office.desk, ANA, stay.id, form, NOON)
        added = bookings.add_stay(tx, office.desk, ANA, stay.guest_id, StayForm(FIRST, LAST), NOON)
    assert office.told("381", "csv") == [BookingEvent.RESCHEDULED, BookingEvent.CANCELLED]
    assert office.told(added.external_id, "hand") == [BookingEvent.CONFIRMED]


def test_what_the_desk_takes_back_before_it_was_told_is_not_told(office: Office) -> None:
    office.hears(a_record())
    with office.store.write() as tx:
        for event in tx.stay_events.of_reservation(office.stay().id):
            tx.stay_events.handled(event.id, NOON, "")
        form = StayForm(FIRST, LAST + timedelta(days=1))
        bookings.edit_stay(tx, office.desk, ANA, office.stay().id, form, NOON + timedelta(days=1))
    with office.store.write() as tx:
        undo.undo(tx, ANA, NOON + timedelta(days=2), office.desk)
    assert (office.stay().departure, office.stay().revision) == (LAST, 3)
    with office.store.read() as tx:
        events = tx.stay_events.of_reservation(office.stay().id)
    assert [event.kind for event in events if event.handled_at is None] == []


def test_testing_a_source_says_how_it_is(office: Office) -> None:
    with office.store.write() as tx:
        fine = channels.ask(tx, ANA, "channel_test", "pms", {}, NOON)
        strange = channels.ask(tx, ANA, "usage", "pms", {}, NOON)
    channels.run_jobs(office.store, office.desk, {}, NOON, sources={"pms": office.source})
    with office.store.read() as tx:
        jobs = [channels.answer(tx, number) for number in (fine, strange)]
    assert [(job.state, job.result) for job in jobs if job] == [
        ("done", {"account_name": "Fake PMS"}),
        ("failed", {"code": "unknown_job", "kind": "usage"}),
    ]


def test_two_who_change_one_stay_at_the_same_moment_both_count(office: Office) -> None:
    from tests.services.test_at_once import both

    office.hears(a_record())
    stay = office.stay()
    form = StayForm(FIRST, LAST, room="305", notes="cot")

    class Two:
        store = office.store

    both(
        Two(),  # type: ignore[arg-type]
        lambda tx: bookings.edit_stay(tx, office.desk, ANA, stay.id, form, NOON),
        lambda tx: stay_sync.apply_record(tx, office.desk, "pms", a_record(adults=3), NOON),
    )
    after = office.stay()
    assert (after.room, after.notes, after.adults, after.revision) == ("305", "cot", 3, 3)


def test_a_file_that_is_read_again_knows_the_stays_that_a_source_has_taken_over(office: Office) -> None:
    rows = [BookingRow(line, str(line), "Claire Martin", FIRST, LAST, ota_code=str(line)) for line in (381, 382)]
    with office.store.write() as tx:
        bookings.import_rows(tx, office.desk, rows, ANA, NOON, first=True)
    office.hears(a_record("R1", ota_code="381"))
    with office.store.write() as tx:
        again = bookings.import_rows(tx, office.desk, rows, ANA, NOON, first=bookings.first_import(tx))
        assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert [(stay.source, stay.ota_code) for stay in office.stays()] == [("pms", "381"), ("csv", "382")]
    assert office.told() == []


def test_a_cancellation_in_a_file_says_nothing_of_a_stay_that_a_source_tells(office: Office) -> None:
    office.hears(a_record("R1", ota_code="381"))
    row = BookingRow(1, "381", "Claire Martin", FIRST, LAST, ota_code="381")
    with office.store.write() as tx:
        for status in (CONFIRMED, CANCELLED):
            bookings.import_rows(tx, office.desk, [row._replace(status=status)], ANA, NOON)
    (stay,) = office.stays()
    assert (stay.source, stay.status) == ("pms", CONFIRMED)


def test_another_stay_under_the_same_number_comes_from_the_file_all_the_same(office: Office) -> None:
    """A number that the hotel's own system gave, which a site has given to somebody else in another month."""
    office.hears(a_record("R1", ota_code="381"))
    months = timedelta(days=60)
    row = BookingRow(1, "381", "Jonas Weber", FIRST + months, LAST + months, ota_code="381")
    with office.store.write() as tx:
        assert bookings.import_rows(tx, office.desk, [row], ANA, NOON).added == 1


def test_a_stay_that_a_source_takes_over_belongs_to_the_source_s_property(office: Office) -> None:
    row = BookingRow(1, "381", "Claire Martin", FIRST, LAST, ota_code="381")
    with office.store.write() as tx:
        bookings.import_rows(tx, office.desk, [row], ANA, NOON, first=True)
    sources = {"pms": AccountInfo("pms", "fake", {}, settings={"property": "annex"})}
    office.desk = office.desk._replace(sources=sources, properties={"annex": "Annexe"})
    office.hears(a_record("R1", ota_code="381"))
    assert [(stay.source, stay.property) for stay in office.stays()] == [("pms", "annex")]


def test_what_happened_long_before_it_is_heard_is_told_to_nobody(office: Office) -> None:
    """A source that comes back after months, in the configuration or at its vendor's."""
    office.clock.forward(days=90)
    old = office.clock.now() - timedelta(days=30)
    office.hears(a_record("R1", updated_at=old, arrival=LAST + timedelta(days=90), departure=LAST + timedelta(days=92)))
    office.hears(a_record("R2", updated_at=office.clock.now(), guest=Booker("Jonas", "Weber", email="j@web.example")))
    assert (office.told("R1"), office.told("R2")) == ([], [BookingEvent.CONFIRMED])
