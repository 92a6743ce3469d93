"""Scenarios E6 to E9, each from a vendor's side of the wire to the screen and back, without a step left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from storage.store import SqlStore
from tests.desk.flows import switch_to
from tests.desk.hotel_in_town import HotelInTown, hotel_in_town
from tests.desk.test_messages_to_many import LONG, _criterion, fill, group, pick
from tests.services.test_campaigns import BOSS
from tests.tui.driving import Desk
from tests.tui.hotel import ANA
from tui_inbox.domain.guest_list import GuestList
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import Rule, RuleKind
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import guest_lists, guests, planning, sms_used, templates
from tui_inbox.services.desk import Bulk
from tui_inbox.tui.dialogs.form import Form
from tui_inbox.tui.screens.group_send import GroupSendScreen
from tui_inbox.tui.screens.sends import SendsScreen
from tui_inbox.tui.widgets.composer import ReplyBox


@pytest.fixture
def hotel(sqlite_store: SqlStore, tmp_path: Path) -> Iterator[HotelInTown]:
    with hotel_in_town(sqlite_store, tmp_path, bulk=Bulk(74, 60), sms_segments={"desk-sms": 1000}) as found:
        yield found


def number(n: int) -> str:
    return f"+336120{n:05d}"


async def test_e6_a_message_to_the_76_who_arrive_today(hotel: HotelInTown) -> None:
    for n in range(76):
        hotel.books(f"Guest{n:03d}", phone=number(n) if n < 75 else "")
    hotel.work()
    hotel.texts(number(0), "STOP")

    def unsubscribe(t: Transaction) -> None:
        (guest,) = t.guests.by_contact(phone=number(1))
        guests.set_consent(t, ANA, guest.id, "marketing", "sms", False, "mail", hotel.now)

    hotel.do(unsubscribe)
    assert hotel.at_twilio() == [], "the first import tells nobody"
    async with hotel.screen((80, 24), people={"ana": ANA, "chef": BOSS}) as desk:
        await desk.press("f10", "a")
        await _criterion(desk, "arrives within days")
        await desk.type("0")
        await desk.press("enter")
        await desk.until(lambda: "76 guests fit" in desk.text)
        await desk.press("ctrl+s")
        await desk.type("Arrivals")
        await desk.press("ctrl+s", "escape", "G")
        await pick(desk, "Arrivals")
        await desk.until(lambda: isinstance(desk.app.screen, Form))
        await fill(desk, channels="sms", text=LONG)
        assert "more than 74: Ctrl+S asks for an administrator" in desk.text
        await desk.press("ctrl+s")
        assert "an administrator can unlock" in " ".join(desk.text.split())
        await pick(desk, "Go back")
        assert isinstance(desk.app.screen, GroupSendScreen)
        assert hotel.at_twilio() == [], "76 are refused"
        await desk.press("end", *"xxxxxx", "home")
        assert "67 get it  3 not  134 SMS  ≈ 9.38 €" in desk.text
        found = group(desk).summary
        assert found is not None
        assert {one.guest.name: one.refusal and one.refusal.code for one in found.left_out} == {
            "Guest000 Martin": "stopped",
            "Guest001 Martin": "left_out_marketing",
            "Guest075 Martin": "no_address_for",
        }
        for name in ("Guest000 Martin", "Guest001 Martin", "Guest075 Martin"):
            assert desk.line(name)
        await desk.press("down", "down", "down")
        assert "Bonjour Guest002" in desk.text
        await desk.press("down")
        assert "Bonjour Guest003" in desk.text
        await desk.press("ctrl+s")
        await pick(desk, "Send")
        await desk.until(lambda: isinstance(desk.app.screen, SendsScreen))
        rounds(hotel, 3, seconds=10)
        assert 0 < len(hotel.at_twilio()) <= 31, "60 a minute"
        await desk.press("H")
        await desk.type("Water is off")
        await desk.press("enter")
        await desk.until(lambda: "everything is held" in desk.text)
        gone = len(hotel.at_twilio())
        rounds(hotel, 2, seconds=60)
        assert len(hotel.at_twilio()) == gone, "hold all stops the rest"
        await desk.press("H", "down", "enter")
        rounds(hotel, 4, seconds=20)
        sent = hotel.at_twilio()
        assert (len(sent), len({one.to for one in sent}), sum(one.parts for one in sent)) == (67, 67, 134)
        assert {number(0), number(1)}.isdisjoint(one.to for one in sent)
        assert "Bonjour Guest002, ce soir" in next(one.body for one in sent if one.to == number(2))
        await desk.press("f5")
        await desk.until(lambda: "70/70" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: "guest by guest" in desk.text)
        assert "Has unsubscribed from advertising." in desk.text


def rounds(hotel: HotelInTown, count: int, *, seconds: float) -> None:
    """The worker goes round so many times."""
    for _ in range(count):
        hotel.clock.forward(seconds=seconds)
        hotel.work()


CLAIRE, MAIL = "+33612345678", "claire@guest.example"


def a_reminder(hotel: HotelInTown, name: str, *channels: str, days: int, at: time = time(11), **values: Any) -> None:
    """A rule that speaks so many days before arrival, with its text."""

    def make(t: Transaction) -> None:
        text = Template(0, TemplateKind.REMINDER, name, "fr", f"Bonjour ##{{{{first_name}}}}, {name}.")
        templates.save(t, hotel.desk, ANA, text, hotel.now)
        rule = Rule(0, RuleKind.BEFORE_ARRIVAL, name, name, days, at, channels, **values)
        planning.put_rule(t, hotel.desk, ANA, rule)

    hotel.do(make)


async def test_e7_a_guest_texts_stop_and_later_start(hotel: HotelInTown) -> None:
    hotel.books("Claire", days=2, phone=CLAIRE, email=MAIL)
    hotel.work()
    a_reminder(hotel, "parking", "sms", days=2, at=time(11))
    a_reminder(hotel, "demain", "sms", days=1, at=time(11))
    hotel.work()
    hotel.texts(CLAIRE, "Le spa est ouvert ?")
    hotel.texts(CLAIRE, " Stop ")
    hotel.clock.forward(hours=1, minutes=5)
    rounds(hotel, 2, seconds=20)
    assert hotel.at_twilio() == [], "a reminder is transactional, and stopped"
    hotel.do(guest_lists.save, ANA, GuestList(0, "Tous", {"arriving_within": "7"}), hotel.now)
    async with hotel.screen() as desk:
        await desk.press("G")
        await pick(desk, "Tous")
        await desk.until(lambda: isinstance(desk.app.screen, Form))
        await fill(desk, channels="sms", text="Le spa est a moitie prix.")
        found = group(desk).summary
        assert found is not None
        assert [(one.guest.name, one.refusal and one.refusal.code) for one in found.left_out] == [
            ("Claire Martin", "stopped")
        ], "a group send is marketing, and stopped"
        await desk.press("escape")
        await desk.press("f9", "f")
        await desk.until(lambda: "parking" in desk.text and "demain" in desk.text)
        for planned in ("parking", "demain"):
            assert "The guest" in desk.line(f"  {planned} "), "both reminders say why"
        await desk.press("escape", "5", "r")
        await desk.until(lambda: "STOP on SMS" in desk.text)
        await desk.type("Oui")
        await desk.press("ctrl+s")
        assert "The guest has stopped messages on this" in desk.text
        assert "Ctrl+N: another channel" in desk.text
        hotel.deliver()
        assert hotel.at_twilio() == [], "refused before the vendor would"
        await desk.press("ctrl+n")
        await desk.until(lambda: "Claire Martin · arr. 25 · E-mail" in desk.text)
        await desk.type("Oui, jusqu'a 21 h.")
        await desk.press("ctrl+s")
        hotel.deliver()
        (sent,) = hotel.mails(MAIL)
        assert sent.get_body().get_content().startswith("Oui, jusqu'a 21 h.")  # type: ignore[union-attr]
        hotel.texts(CLAIRE, "START")
        await desk.press("f9")
        await desk.until(lambda: "≈ 0.07 €" in desk.line("  demain "))
        await desk.press("escape")
        await desk.until(lambda: "STOP on SMS" not in desk.text)
        await switch_to(desk, "sms")
        await desk.type("A bientot")
        await desk.press("enter")
        hotel.deliver()
    assert [one.body for one in hotel.at_twilio()] == ["A bientot"]
    hotel.clock.forward(days=1)
    rounds(hotel, 2, seconds=20)
    assert [one.body for one in hotel.at_twilio()] == ["A bientot", "Bonjour Claire, demain."]


OWNER = "owner@hotel.example"


@pytest.fixture
def frugal(sqlite_store: SqlStore, tmp_path: Path) -> Iterator[HotelInTown]:
    """One part of SMS a month."""
    with hotel_in_town(sqlite_store, tmp_path, sms_segments={"desk-sms": 1}, owner=OWNER) as found:
        yield found


def became(hotel: HotelInTown, phone: str) -> tuple[OutboxState, str, str]:
    """State, channel and reason of the one message to this guest."""

    def find(t: Transaction) -> tuple[OutboxState, str, str]:
        (guest,) = t.guests.by_contact(phone=phone)
        (talk,) = t.conversations.all_of_guest(guest.id)
        (row,) = [one for one in t.outbox.in_state(list(OutboxState), 99) if one.conversation_id == talk.id]
        return row.state, row.channel, row.reason

    return hotel.ask(find)


async def test_e8_the_month_s_sms_are_used_up(frugal: HotelInTown) -> None:
    anna, bruno, chloe, dario = map(number, range(4))
    for name, phone in (("Anna", anna), ("Bruno", bruno), ("Chloe", chloe), ("Dario", dario)):
        frugal.books(name, days=1, phone=phone, email="bruno@guest.example" if name == "Bruno" else "")
    frugal.work()
    a_reminder(frugal, "demain", "sms", days=1, at=time(11))
    rounds(frugal, 1, seconds=1)
    frugal.clock.forward(hours=1)
    rounds(frugal, 3, seconds=20)
    assert [(one.to, one.body) for one in frugal.at_twilio()] == [(anna, "Bonjour Anna, demain.")]
    (instead,) = frugal.mails("bruno@guest.example")
    assert "Bonjour Bruno, demain." in instead.get_body().get_content()  # type: ignore[union-attr]
    assert len(frugal.mails(OWNER)) == 1, "the hotel is told once"
    assert [became(frugal, phone) for phone in (anna, bruno, chloe, dario)] == [
        (OutboxState.DELIVERED, "sms", ""),
        (OutboxState.ACCEPTED, "email", ""),
        (OutboxState.HELD, "sms", sms_used.USED_UP),
        (OutboxState.HELD, "sms", sms_used.USED_UP),
    ]
    frugal.texts(dario, "STOP")
    async with frugal.screen(actor=ANA._replace(role="admin")) as desk:
        await desk.press("5")
        await desk.until(lambda: "SMS are used up (1 of 1)" in desk.text)
        await desk.press("f3")
        await desk.until(lambda: "Chloe" in desk.text and "Dario" in desk.text)
        await desk.press("escape", "f8")
        await desk.until(lambda: "desk-sms" in desk.text)
        for _ in range(6):
            if "desk-sms" in desk.line("▌")[:60]:
                break
            await desk.press("down")
        await desk.until(lambda: "2 SMS wait for it" in desk.text)
        await desk.press("b")
        await desk.until(lambda: "SMS parts that desk-sms may send this month" in desk.text)
        await desk.press("backspace", *"50", "enter")
        await desk.until(lambda: "2 SMS wait for the budget. Release them?" in desk.text)
        await desk.press("down", "enter")
        await desk.until(lambda: "1 released" in desk.text)
        assert "1 came too late or may not g" in desk.text
    rounds(frugal, 2, seconds=20)
    assert [one.to for one in frugal.at_twilio()] == [anna, chloe]
    assert became(frugal, chloe)[0] is OutboxState.DELIVERED
    assert became(frugal, dario) == (OutboxState.FAILED, "sms", "stopped")
    assert len(frugal.mails(OWNER)) == 1


NAMED = "there is no variable “firstname”. Did you mean “first_name”?"
WRONG = "Bonjour ##{{firstname}}, le code est 2043."


async def test_e9_a_variable_is_misspelt(hotel: HotelInTown) -> None:
    hotel.books("Claire", days=1, phone=CLAIRE)
    hotel.work()
    hotel.texts(CLAIRE, "Le code du wifi ?")
    async with hotel.screen() as desk:
        await desk.press("f7", "a")
        await desk.type("Wifi")
        await desk.press("enter", "enter")
        await desk.type("wifi")
        await desk.press("enter")
        desk.app.screen.query_one("#field-body").load_text(WRONG)  # type: ignore[attr-defined]
        await desk.press("ctrl+s")
        await desk.until(lambda: "Line 1" in desk.text and "first_name" in desk.text)
        assert hotel.ask(lambda t: t.templates.all()) == [], "it is not saved"
        await desk.press("escape", "down", "enter")
        await desk.until(lambda: "No text yet" in desk.text)
        hotel.do(a_copy_from_before, hotel)
        hotel.work()
        await desk.press("f9")
        await desk.until(lambda: NAMED in beside(desk))
        hotel.clock.forward(hours=1, minutes=5)
        rounds(hotel, 2, seconds=20)
        await desk.press("f")
        await desk.until(lambda: "skipped" in desk.line("Claire Martin         wifi"))
        assert NAMED in beside(desk)
        await desk.press("escape", "r")
        await desk.type(";wifi")
        await desk.press("tab")
        await desk.until(lambda: "2043" in desk.inbox.composer.text)
        await desk.press("enter")
        assert NAMED in desk.text
        assert desk.inbox.composer.text == WRONG
        hotel.deliver()
        assert hotel.at_twilio() == [], "neither the rule nor the desk sends it"
        desk.inbox.query_one(ReplyBox).load_text(WRONG.replace("##{{firstname}}", "Claire"))
        await desk.press("enter")
        hotel.deliver()
    assert [one.body for one in hotel.at_twilio()] == ["Bonjour Claire, le code est 2043."]


def beside(desk: Desk) -> str:
    """What stands right of the list, without its line breaks."""
    return " ".join(" ".join(line[77:] for line in desk.text.split("\n")).split())


def a_copy_from_before(t: Transaction, hotel: HotelInTown) -> None:
    """Texts written when names were not checked yet, and a rule that sends one of them."""
    for kind in (TemplateKind.SNIPPET, TemplateKind.REMINDER):
        good = Template(0, kind, "wifi", "fr", "Bonjour", shortcut="wifi" if kind is TemplateKind.SNIPPET else "")
        kept = templates.save(t, hotel.desk, ANA, good, hotel.now)
        t.templates.put(kept._replace(body=WRONG))
    rule = Rule(0, RuleKind.BEFORE_ARRIVAL, "wifi", "wifi", 1, time(11), ("sms",))
    planning.put_rule(t, hotel.desk, ANA, rule)
