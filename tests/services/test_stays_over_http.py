"""From a simulated vendor's reservation to the message that the guest gets, and with messages switched off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from adapters._http import Limits
from adapters.sandbox.channex_bookings import SandboxChannexBookings
from adapters.sandbox.ical import SandboxFeed
from adapters.sandbox.mews import Guest, SandboxMews
from storage.store import SqlStore
from tests.adapters.source_rigs import bookings, calendar, mews
from tests.fakes import FakeChannel, StillClock, hotel
from tui_inbox.domain.booking import BookingEvent, EventMessage
from tui_inbox.domain.errors import NotSent
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.domain.reservation import Reservation, ReservationStatus
from tui_inbox.ports.bookings import BookingSource
from tui_inbox.services import accounts, booking_messages, channels, stay_sync
from tui_inbox.services.desk import AccountInfo, Actor
from tui_inbox.services.ingest import Applied

ANA = Actor("ana", "Ana")
CLAIRE = Guest("Claire", "Martin", "claire@web.example", "06 12 34 56 78")
FIRST, LAST = date(2026, 12, 1), date(2026, 12, 4)
DESK = hotel()._replace(sources={name: AccountInfo(name, "fake", {}) for name in ("pms", "sites", "flat")})


class Front:
    """A store, a clock, and what the worker does with a source."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.clock = store, StillClock()

    def poll(self, source: BookingSource) -> Applied:
        self.clock.forward(minutes=2)
        applied = stay_sync.poll_source(self.store, DESK, source, self.clock)
        booking_messages.work(self.store, DESK, self.clock.now())
        return applied

    def switch_on(self) -> None:
        with self.store.write() as tx:
            for event in BookingEvent:
                booking_messages.put_setting(tx, DESK, ANA, event, EventMessage(guest=True, channels=("email",)))

    def queued(self) -> list[Outgoing]:
        with self.store.read() as tx:
            return sorted(tx.outbox.in_state(list(OutboxState), 99), key=lambda row: row.id)

    def stays(self) -> list[Reservation]:
        with self.store.read() as tx:
            return [stay for n in range(1, 20) if (stay := tx.reservations.get(n)) is not None]


@pytest.fixture
def front(store: SqlStore) -> Front:
    found = Front(store)
    found.switch_on()
    return found


@pytest.fixture
def pms(front: Front) -> Iterator[tuple[SandboxMews, BookingSource]]:
    with SandboxMews() as box:
        box.property.clock = front.clock
        source = mews(box.base_url, front.clock, "sandbox-access", Limits())
        yield box, source
        source.close()


def test_a_change_in_the_pms_queues_the_right_message_once(
    front: Front, pms: tuple[SandboxMews, BookingSource]
) -> None:
    box, source = pms
    box.property.book("50", Guest("Jonas", "Weber", "jonas@web.example"), FIRST, LAST)
    front.poll(source)
    assert front.queued() == [], "the first import tells nobody"
    box.property.book("52", CLAIRE, FIRST, LAST, room="204")
    front.poll(source)
    front.poll(source)
    box.property.change("52", departure=LAST + timedelta(days=1))
    front.poll(source)
    box.property.change("52", room="305")
    front.poll(source)
    box.property.change("52", state="Canceled")
    front.poll(source)
    front.clock.forward(hours=2)
    front.poll(source)
    rows = front.queued()
    assert [row.address for row in rows] == ["claire@web.example"] * 3
    assert len({row.dedupe_key for row in rows}) == 3
    assert len({row.subject for row in rows}) == 3, [row.subject for row in rows]
    assert [stay.status for stay in front.stays()] == [ReservationStatus.CONFIRMED, ReservationStatus.CANCELLED]


def test_a_worker_that_dies_between_keeping_and_applying_brings_each_stay_once(
    front: Front, pms: tuple[SandboxMews, BookingSource]
) -> None:
    box, source = pms
    front.poll(source)
    box.property.book("52", CLAIRE, FIRST, LAST)
    front.clock.forward(minutes=2)

    class Killed(BaseException):
        pass

    def dies(point: str) -> None:
        if point == "stored":
            raise Killed

    for _ in range(2):
        try:
            stay_sync.poll_source(front.store, DESK, source, front.clock, fault=dies)
        except Killed:
            continue
    front.poll(source)
    front.poll(source)
    assert [stay.external_id for stay in front.stays()] == [box.property.booked["52"].id]
    assert len(front.queued()) == 1


def test_with_messages_switched_off_reservations_still_come(front: Front) -> None:
    with SandboxChannexBookings() as box:
        box.ledger.clock = front.clock
        source = bookings(box.base_url, front.clock, box.ledger.key)
        source.name = "sites"
        front.poll(source)
        chats = FakeChannel("desk-sms")
        with front.store.write() as tx:
            channels.pause(tx, DESK, ANA, "desk-sms", front.clock.now())
            assert not accounts.may_poll(tx.accounts.get("desk-sms"))
            assert accounts.may_poll(tx.accounts.get("sites"))
        box.ledger.book("381", ("Ana", "Lopez"), FIRST, LAST, mail="ana@web.example")
        assert front.poll(source).applied == 1
        assert [stay.ota_code for stay in front.stays()] == ["381"]
        assert chats.fetched == []
        source.close()


def test_a_calendar_beside_the_pms_tells_nobody_and_cancels_only_its_own(
    front: Front, pms: tuple[SandboxMews, BookingSource]
) -> None:
    box, source = pms
    with SandboxFeed() as feed:
        feed.agenda.clock = front.clock
        origin = feed.address.split("/calendar")[0]
        flat = calendar(origin, front.clock, feed.address.removeprefix(origin))
        front.poll(source)
        front.poll(flat)
        feed.agenda.airbnb("HMABCD1234", FIRST, LAST)
        feed.agenda.airbnb("HMZZZZ9999", FIRST, LAST)
        front.poll(flat)
        assert front.queued() == []
        box.property.book("52", CLAIRE, FIRST, LAST, channel="HMABCD1234")
        front.poll(source)
        assert len(front.queued()) == 1, "the booking is certain now"
        feed.agenda.entries.clear()
        feed.agenda.airbnb("HMOTHER001", LAST, LAST + timedelta(days=1))
        front.poll(flat)
        front.poll(flat)
        states = {stay.ota_code: (stay.source, stay.status) for stay in front.stays()}
        assert states["HMABCD1234"] == ("pms", ReservationStatus.CONFIRMED)
        assert states["HMZZZZ9999"] == ("flat", ReservationStatus.CANCELLED)
        assert len(front.queued()) == 1
        feed.agenda.text = b"<html>"
        with pytest.raises(NotSent):
            front.poll(flat)
        flat.close()
