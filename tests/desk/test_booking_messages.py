"""Bookings and the words about them, with the worker's rounds: from a list of stays to the mail that left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import TODAY
from tests.desk.house import House
from tests.tui.hotel import ANA
from tui_inbox.domain.booking import BookingEvent, EventMessage
from tui_inbox.domain.conversation import State
from tui_inbox.domain.hours import Hours, span
from tui_inbox.domain.message import Origin
from tui_inbox.ports.store import Transaction
from tui_inbox.services import booking_messages, bookings, lifecycle
from tui_inbox.services.desk import BookingRules

ARRIVAL = TODAY + timedelta(days=9)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    made = House(sqlite_store, tmp_path)
    made.desk = made.desk._replace(bookings=BookingRules(staff="front@lumiere.example"))
    for event in BookingEvent:
        setting = EventMessage(guest=True, staff=event is BookingEvent.CANCELLED, channels=("email", "sms"))
        made.do(booking_messages.put_setting, made.desk, ANA, event, setting)
    return made


def imported(
    house: House, *, status: str = "confirmed", days: int = 0, number: str = "B1", first: bool = False
) -> None:
    """The hotel's list, as its system exports it today."""
    arrival = ARRIVAL + timedelta(days=days)
    lines = (
        "number;guest;arrival;departure;email;status;language",
        f"{number};Claire Martin;{arrival};{arrival + timedelta(days=2)};claire@exemple.fr;{status};en",
    )
    table = bookings.read_table("\n".join(lines).encode())
    mapping = {name: at for at, name in enumerate(
        ("external_id", "guest", "arrival", "departure", "email", "status", "language")
    )}  # fmt: skip
    rows = bookings.preview(table, mapping, house.desk).rows
    house.do(bookings.import_rows, house.desk, rows, ANA, house.now, first=first)


def rounds(house: House, minutes: int = 1) -> None:
    """The worker works now, and again when what it made may leave."""
    for _ in range(minutes):
        house.work()
        house.clock.forward(seconds=60)
    house.work()


def told(house: House) -> list[str]:
    return [mail.subject for _id, mail in house.channels["desk-mail"].sent]


def test_from_the_first_import_to_a_cancellation_with_its_note(house: House) -> None:
    imported(house, first=True)
    rounds(house)
    assert told(house) == []
    imported(house, days=1)
    rounds(house)
    assert told(house) == ["New dates for your stay at Hôtel Lumière"]
    imported(house, days=1, status="cancelled")
    rounds(house, 5)
    assert len(told(house)) == 1

    def waiting(t: Transaction) -> int:
        return t.stay_events.waiting(9)[0].id

    house.do(booking_messages.add_note, ANA, house.ask(waiting), "Your deposit is on its way back.")
    rounds(house, 6)
    rounds(house, 3)
    assert sorted(told(house)[1:]) == ["Annulée : Claire Martin", "Your booking at Hôtel Lumière is cancelled"]
    assert any("is cancelled.\nYour deposit is on its way back.\n" in text for text in house.sent("desk-mail"))


def test_pending_then_confirmed_by_hand(house: House) -> None:
    house.desk = house.desk._replace(bookings=house.desk.bookings._replace(by_hand=True))
    imported(house, number="OLD", first=True)
    imported(house, number="NEW", status="pending")
    rounds(house)
    assert told(house) == ["Your booking request at Hôtel Lumière"]
    imported(house, number="NEW")
    rounds(house)
    imported(house, number="NEW")
    rounds(house)
    assert told(house)[1:] == ["Your booking at Hôtel Lumière is confirmed"]


async def test_the_message_stands_in_the_guests_thread_and_nothing_becomes_unread(house: House) -> None:
    imported(house, number="OLD", first=True)
    imported(house, number="NEW")
    rounds(house)
    conversation = house.conversation("claire@exemple.fr", "email")
    assert [message.origin for message in house.thread(conversation).messages] == [Origin.BOOKING]
    async with house.screen() as desk:
        await desk.press("5", "enter")
        await desk.until(lambda: "is confirmed" in desk.text)
        assert "● 0 unread" in desk.text


def test_out_of_hours_a_guest_is_told_once_and_again_after_closing(house: House) -> None:
    """In Open and Pending automation is off; closing turns it on again, and the guest's next word reopens."""
    night = Hours(dict.fromkeys(range(7), (span("11:00-12:00"),)))
    house.desk = house.desk._replace(hours=night, acknowledge="")
    house.writes("Is anybody there?")
    house.deliver()
    assert len(house.sent()) == 1
    house.writes("Hello?")
    house.deliver()
    assert len(house.sent()) == 1
    house.do(lifecycle.close, ANA, [house.conversation().id], house.now)
    assert house.conversation().automation
    house.clock.forward(days=1)
    house.writes("Another night")
    house.deliver()
    assert len(house.sent()) == 2
    row = house.conversation()
    assert (row.state, row.automation, row.unanswered) == (State.OPEN, False, True)
