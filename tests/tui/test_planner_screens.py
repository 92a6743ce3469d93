"""What leaves by itself, as an operator meets it: tonight's sends, rules with their dry run, booking messages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from storage.store import SqlStore
from tests.builders import PHONE, a_guest, a_reservation, at
from tests.tui.beside import furnish, listed
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import a_session
from tui_inbox.domain.booking import BookingEvent, EventMessage
from tui_inbox.domain.guest import Handle, Line
from tui_inbox.domain.planner import Planned, PlannedState
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.domain.template import TemplateKind
from tui_inbox.services import booking_messages, holding
from tui_inbox.services.desk import SYSTEM, BookingRules
from tui_inbox.tui.session import Session


@pytest.fixture
def session(sqlite_store: SqlStore, tmp_path: Path) -> Session:
    with sqlite_store.write() as t:
        furnish(t)
        (rule,) = t.planner.rules()
        guest = a_guest(t, "Claire Martin", language="fr")
        t.guests.add_handle(Handle(0, guest.id, "sms", PHONE))
        stay = a_reservation(t, guest, 3, 5)
        t.planner.add(Planned(0, rule.id, stay.id, date(2026, 11, 25), at(3000), anchor=stay.arrival))
    made = a_session(sqlite_store, tmp_path)
    desk = made.desk._replace(bookings=BookingRules(staff="front@lumiere.example"))
    return replace(made, desk=desk)


def cancelled(store: SqlStore, session: Session) -> None:
    with store.write() as t:
        guest = a_guest(t, "Ken Sato", language="en")
        t.guests.add_handle(Handle(0, guest.id, "email", "ken@example.net"))
        stay = a_reservation(t, guest, 5, 6)
        setting = EventMessage(guest=True, channels=("email",))
        booking_messages.put_setting(t, session.desk, SYSTEM, BookingEvent.CANCELLED, setting)
        gone = stay._replace(status=ReservationStatus.CANCELLED, revision=2)
        t.reservations.put(gone)
        booking_messages.stay_changed(t, session.desk, stay, gone, at(0))


async def on(desk: Desk, words: str) -> None:
    """The cursor on the row with these words."""
    await desk.press("home")
    for _ in range(9):
        if words in desk.line("▌"):
            return
        await desk.press("down")
    raise AssertionError(f"no row with {words}:\n{desk.text}")


async def test_tonight_shows_text_price_and_the_reason_where_nothing_goes(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("f9")
        assert "tomorrow 18:00" in listed(desk, "Zoé Blanc")
        assert "No way to reach" in listed(desk, "Zoé Blanc")
        await on(desk, "Claire Martin")
        assert "≈ 0.07 €" in listed(desk, "Claire Martin")
        assert "Bonjour Claire, à demain." in desk.text
        assert PHONE in desk.text
        assert "1 day before" in desk.text


async def test_one_is_held_and_released(session: Session, sqlite_store: SqlStore) -> None:
    def states() -> list[PlannedState]:
        with sqlite_store.read() as t:
            return [row.state for row in t.planner.in_state([PlannedState.HELD], at(9999), 9)]

    async with sitting(session) as desk:
        await desk.press("f9")
        await on(desk, "Claire Martin")
        await desk.press("h")
        await desk.until(lambda: "held" in listed(desk, "Claire Martin"))
        assert states() == [PlannedState.HELD]
        await desk.until(lambda: "h let go" in desk.line("H stop all"))
        await desk.press("h")
        await desk.until(lambda: states() == [])
        await desk.until(lambda: "h hold" in desk.line("H stop all"))


async def test_all_is_held_with_a_reason_that_the_next_one_reads(session: Session, sqlite_store: SqlStore) -> None:
    async with sitting(session) as desk:
        await desk.press("f9", "H", "ctrl+s")
        await desk.until(lambda: "Say why everything is held" in desk.text)
        await desk.type("Water is off")
        await desk.press("ctrl+s")
        await desk.until(lambda: "All held by Ana: Water is off" in desk.text)
        await desk.press("H", "enter")
        with sqlite_store.read() as t:
            assert holding.held_all(t) is not None
        await desk.press("H", "down", "enter")
        await desk.until(lambda: "All held" not in desk.text)
        assert "released: each message is checked again first" in desk.text


async def test_a_cancellation_takes_a_note_while_it_waits(session: Session, sqlite_store: SqlStore) -> None:
    cancelled(sqlite_store, session)
    async with sitting(session, (80, 24)) as desk:
        await desk.press("f9")
        await on(desk, "Ken Sato")
        assert desk.line("Ken Sato").endswith("waits")
        await desk.press("n")
        await desk.type("Deposit paid back")
        await desk.press("ctrl+s")
        await desk.until(lambda: desk.line("Ken Sato").endswith("with note"))
    with sqlite_store.write() as t:
        assert booking_messages.tell_due(t, session.desk, at(11)) == 1
        (row,) = t.outbox.due(at(99), 9)
        assert "is cancelled.\nDeposit paid back\n" in row.text


async def test_nobody_is_told_where_the_desk_says_so(session: Session, sqlite_store: SqlStore) -> None:
    cancelled(sqlite_store, session)
    async with sitting(session) as desk:
        await desk.press("f9")
        await on(desk, "Ken Sato")
        await desk.press("x", "down", "enter")
        await desk.until(lambda: "Ken Sato" not in desk.text)
        await desk.press("f")
        await desk.until(lambda: "Held back by hand" in listed(desk, "Ken Sato"))
    with sqlite_store.write() as t:
        assert booking_messages.tell_due(t, session.desk, at(11)) == 0


async def test_a_rule_is_made_and_switched_off(session: Session, sqlite_store: SqlStore) -> None:
    async with sitting(session) as desk:
        await desk.press("f12", "a")
        await desk.type("Merci")
        await desk.press("down", "down", "right", "right", "right", "right", "right", "down", "backspace")
        await desk.type("2")
        await desk.press("down", *["backspace"] * 5)
        await desk.type("25:00")
        await desk.press("ctrl+s")
        await desk.until(lambda: "is no hour" in desk.text)
        await desk.press(*["backspace"] * 5)
        await desk.type("8h30")
        await desk.press("ctrl+s")
        await desk.until(lambda: "2 days after the stay, 08:30" in listed(desk, "Merci"))
        await on(desk, "Merci")
        await desk.press("o")
        with sqlite_store.read() as t:
            assert {rule.name: rule.enabled for rule in t.planner.rules()} == {"La veille": True, "Merci": False}


async def test_one_key_switches_the_whole_journey_and_one_undo_takes_it_back(
    session: Session, sqlite_store: SqlStore
) -> None:
    with sqlite_store.write() as t:
        (eve,) = t.planner.rules()
        for name, enabled in (("Bienvenue", True), ("Merci", False)):
            t.planner.put_rule(eve._replace(id=0, name=name, journey="Séjour", enabled=enabled))

    def on_now() -> dict[str, bool]:
        with sqlite_store.read() as t:
            return {rule.name: rule.enabled for rule in t.planner.rules()}

    async with sitting(session) as desk:
        await desk.press("f12")
        await on(desk, "La veille")
        assert "O journey" not in desk.text, "a rule of its own has none"
        await on(desk, "Merci")
        assert "1 of 2 rules on" in desk.text
        assert "O switches all off" in desk.text
        await desk.press("O")
        await desk.until(lambda: "Séjour: 2 rules are off  u undo" in desk.text)
        assert on_now() == {"La veille": True, "Bienvenue": False, "Merci": False}
        await desk.press("u")
        await desk.until(lambda: "undone: switching rules off" in desk.text)
        assert on_now() == {"La veille": True, "Bienvenue": True, "Merci": False}
        assert "1 of 2 rules on" in desk.text
        await desk.press("O", "O")
        await desk.until(lambda: "Séjour: 2 rules are on" in desk.text)
        assert on_now() == {"La veille": True, "Bienvenue": True, "Merci": True}
        await desk.press("o")
        await desk.until(lambda: "off  u undo" in desk.text)
        await desk.press("u")
        await desk.until(lambda: on_now()["Merci"])


async def test_a_journey_is_not_switched_on_by_halves(session: Session, sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        (eve,) = t.planner.rules()
        for name, text in (("Bienvenue", eve.template), ("Merci", "gone")):
            t.planner.put_rule(eve._replace(id=0, name=name, journey="Séjour", enabled=False, template=text))
    async with sitting(session) as desk:
        await desk.press("f12")
        await on(desk, "Merci")
        await desk.press("O")
        await desk.until(lambda: "There is no reminder template “gone”" in desk.text)
    with sqlite_store.read() as t:
        assert [rule.name for rule in t.planner.rules() if rule.enabled] == ["La veille"]


async def test_a_dry_run_shows_the_coming_week_of_one_rule(session: Session, sqlite_store: SqlStore) -> None:
    async with sitting(session) as desk:
        await desk.press("f12", "t")
        assert "1 would go" in desk.text
        assert "1 would not" in desk.text
        await on(desk, "Claire Martin")
        assert "Bonjour Claire, à demain." in desk.text
        assert "No way to reach this guest" in listed(desk, "Zoé Blanc")
        await desk.press("escape")
        assert "La veille" in desk.text
    with sqlite_store.read() as t:
        assert len(t.planner.in_state(list(PlannedState), at(99999), 99)) == 2


async def test_a_reason_that_holds_for_every_channel_is_said_once(session: Session) -> None:
    async with sitting(session) as desk:
        for keys in (("f9",), ("f12", "t")):
            await desk.press(*keys)
            await on(desk, "Zoé Blanc")
            beside = "\n".join(line[76:] for line in desk.text.split("\n"))
            assert beside.count("No way to reach") == 1, desk.text
            assert "SMS" not in beside
            assert "WhatsApp" not in beside
            await desk.press("escape")


async def test_channels_with_reasons_of_their_own_are_named_with_them(session: Session, sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        zoe = next(guest for n in range(1, 20) if (guest := t.guests.get(n)) and guest.name == "Zoé Blanc")
        t.guests.add_handle(Handle(0, zoe.id, "sms", PHONE))
        t.lines.put(Line("desk-sms", "sms", PHONE, stopped_at=at(-5), stop_word="STOP"))
    async with sitting(session) as desk:
        await desk.press("f12", "t")
        await on(desk, "Zoé Blanc")
        beside = " ".join("\n".join(line[76:] for line in desk.text.split("\n")).split())
        assert "WhatsApp: no address" in beside
        assert "SMS: The guest has stopped" in beside


async def test_booking_messages_have_six_rows_and_switches(session: Session, sqlite_store: SqlStore) -> None:
    async with sitting(session) as desk:
        await desk.press("f9", "b")
        for words in ("awaiting confirmation", "booking confirmed", "booking declined", "new dates", "reminder"):
            assert words in desk.text
        await on(desk, "awaiting confirmation")
        assert "Bookings are confirmed by themselves" in desk.text
        await on(desk, "booking cancelled")
        await desk.press("o", "s")
        await desk.until(lambda: "staff: on" in listed(desk, "booking cancelled"))
        assert "Votre réservation est annulée" in desk.text
        await desk.press("e", "shift+tab", "shift+tab", "space", "ctrl+s")
    with sqlite_store.read() as t:
        setting = booking_messages.settings(t)[BookingEvent.CANCELLED]
        assert (setting.guest, setting.staff) == (True, True)
        assert "email" not in setting.channels


async def test_the_hotel_writes_its_own_text_from_ours(session: Session, sqlite_store: SqlStore) -> None:
    async with sitting(session) as desk:
        await desk.press("f9", "b")
        await on(desk, "booking confirmed")
        await desk.press("enter", "tab", "tab", "tab", "tab", "tab", "tab")
        await desk.type("A bientot. ")
        await desk.press("ctrl+s")
        await desk.until(lambda: "Booking messages" in desk.text)
    with sqlite_store.read() as t:
        own = booking_messages.settings(t)[BookingEvent.CONFIRMED].template
        found = t.templates.named(TemplateKind.REMINDER, own)
        assert {one.event for one in found} == {"confirmed"}
        assert [one.language for one in found if one.body.startswith("A bientot. ")] == ["fr"]


async def test_a_first_rule_brings_its_first_reminder(sqlite_store: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await desk.press("f12", "a")
        await desk.type("The day before")
        await desk.press("ctrl+s")
        await desk.until(lambda: "1 day before arrival, 10:00" in listed(desk, "The day before"))
    with sqlite_store.read() as t:
        texts = t.templates.all(TemplateKind.REMINDER)
    assert {text.language for text in texts} == {"en", "fr"}
    assert all("##{{arrival}}" in text.body for text in texts)
