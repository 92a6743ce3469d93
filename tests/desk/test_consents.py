"""Consent at the desk: STOP and START told as one story, each switch with who and why, and mails that end mails."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.desk.house import GUEST, House
from tests.tui.driving import Desk as Sitting
from tests.tui.hotel import ANA
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.guest import Handle, Line
from tui_inbox.domain.message import MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.window import Allowed
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import ConsentRow
from tui_inbox.services import composing, guests, undo
from tui_inbox.services.admission import admission, require
from tui_inbox.services.composing import Composer
from tui_inbox.services.posting import Letter, enqueue, write
from tui_inbox.services.replying import Reply, new_key, send
from tui_inbox.tui.screens.guest import GuestScreen

MAIL = "claire@example.org"


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    """Claire, who is known by phone and by mail, has just written."""
    house = House(sqlite_store, tmp_path)
    house.writes("Bonjour, est-ce que la chambre est prête ?")

    def also_mail(t: Transaction) -> None:
        guest = t.guests.by_handle("sms", GUEST)[0]
        t.guests.put(guest._replace(name="Claire Martin"))
        t.guests.add_handle(Handle(0, guest.id, "email", MAIL, created_at=house.now))

    house.do(also_mail)
    return house


def blocked(house: House, topic: MessageClass, channel: str = "sms") -> str:
    """Code by which a reminder or an offer is stopped."""
    account, address = ("desk-sms", GUEST) if channel == "sms" else ("desk-mail", MAIL)
    found = house.ask(
        admission, house.desk, account=account, channel=channel, address=address,
        guest_id=house.conversation().guest_id, now=house.now, message_class=topic, individual=False,
    )  # fmt: skip
    try:
        require(found, "Bonjour", template=False)
    except Refused as refusal:
        return refusal.code
    return ""


def ways(house: House) -> Composer:
    return house.ask(composing.composer, house.desk, ANA, house.conversation().id, house.now)


def consent(house: House, topic: str, medium: str) -> ConsentRow | None:
    rows = house.ask(lambda t: t.consents.of_guest(house.conversation().guest_id))
    return next((row for row in rows if (row.topic, row.medium) == (topic, medium)), None)


async def test_e7_stop_by_sms_blocks_both_classes_mail_is_proposed_and_start_opens_it_again(house: House) -> None:
    house.writes("Stop")
    assert {blocked(house, topic) for topic in MessageClass} == {"stopped"}
    assert {blocked(house, topic, "email") for topic in MessageClass} == {""}
    with pytest.raises(Refused, match="stopped"):
        house.do(
            send, house.desk, ANA,
            Reply(house.conversation().id, "desk-sms", "sms", GUEST, "Oui, elle est prête.", key=new_key()), house.now,
        )  # fmt: skip
    open_ways = [choice.channel for choice in ways(house).choices if choice.verdict.kind is not Allowed.NONE]
    assert "email" in open_ways
    async with house.screen() as desk:
        await desk.press("5", "r")
        await desk.until(lambda: "The guest has stopped messages on this" in desk.text)
        assert "STOP on SMS" in desk.text
        assert "Ctrl+N: another channel" in desk.text
        await desk.press("ctrl+n")
        await desk.until(lambda: "Claire Martin · E-mail" in desk.text)
        await desk.type("Elle est prête.")
        await desk.press("ctrl+s")
    house.deliver()
    assert house.sent("desk-mail") == ["Elle est prête."]
    assert house.sent() == []
    house.writes("START")
    assert {blocked(house, topic) for topic in MessageClass} == {""}
    reply = Reply(house.conversation().id, "desk-sms", "sms", GUEST, "À bientôt.", key=new_key())
    house.do(send, house.desk, ANA, reply, house.now)
    house.deliver()
    assert house.sent() == ["À bientôt."]


@pytest.mark.parametrize("word", ["Abmelden", "Sair", "desuscribir", "uitschrijven", "Basta!", "Désinscription"])
def test_guests_stop_in_their_own_language(house: House, word: str) -> None:
    house.writes(word)
    assert {blocked(house, topic) for topic in MessageClass} == {"stopped"}


def test_a_start_word_that_takes_nothing_back_is_an_answer(house: House) -> None:
    house.writes("Alta")
    conversation = house.conversation()
    assert conversation.unanswered
    assert conversation.preview == "Alta"
    house.writes("Baja")
    house.writes("Alta")
    assert blocked(house, MessageClass.MARKETING) == ""


async def chosen(desk: Sitting, words: str) -> None:
    for _ in range(30):
        if words in desk.line("▌") or any("▌" in line and words in line for line in desk.text.split("\n")):
            return
        await desk.press("down")
    raise AssertionError(desk.text)


async def test_a_consent_is_switched_off_from_the_card_with_who_and_when(house: House) -> None:
    async with house.screen() as desk:
        await desk.press("5")
        await desk.pilot.press("O")
        await desk.until(lambda: "Consents: Claire Martin" in desk.text)
        await chosen(desk, "SMS, marketing")
        await desk.pilot.press("enter")
        await desk.until(lambda: consent(house, "marketing", "sms") is not None)
        await desk.until(lambda: any("SMS, marketing" in line and "off" in line for line in desk.text.split("\n")))
        assert any("now Ana" in line for line in desk.text.split("\n"))
        await desk.pilot.press("escape")
        await desk.until(lambda: "saved" in desk.text)
    row = consent(house, "marketing", "sms")
    assert row is not None
    assert (row.allowed, row.by, row.at) == (False, "ana", house.now)
    assert blocked(house, MessageClass.MARKETING) == "unsubscribed_marketing"
    assert blocked(house, MessageClass.TRANSACTIONAL) == ""


async def test_switching_on_again_asks_how_the_guest_agreed(house: House) -> None:
    guest_id = house.conversation().guest_id
    house.do(guests.set_consent, ANA, guest_id, "marketing", "email", False, "", house.now)
    async with house.screen() as desk:
        await desk.press("5")
        await desk.pilot.press("O")
        await desk.until(lambda: "Consents: Claire Martin" in desk.text)
        await chosen(desk, "E-mail, marketing")
        await desk.pilot.press("enter")
        await desk.until(lambda: "How did the guest allow it again?" in desk.text)
        await desk.pilot.press("enter")
        assert "How did the guest allow it again?" in desk.text
        await desk.pilot.press(*"form")
        await desk.pilot.press("enter")
        await desk.until(lambda: (found := consent(house, "marketing", "email")) is not None and found.allowed)
        await desk.pilot.press("escape")
    row = consent(house, "marketing", "email")
    assert row is not None
    assert (row.source, row.by) == ("form", "ana")


def test_each_switch_is_told_and_can_be_undone(house: House) -> None:
    guest_id = house.conversation().guest_id
    house.do(guests.set_consent, ANA, guest_id, "transactional", "email", False, "by phone", house.now)
    events = house.ask(lambda t: t.events.activity(house.conversation().id, guest_id, 5))
    told = next(event for event in events if event.code == "consent_off")
    assert (told.actor, told.params["topic"], told.params["source"]) == ("ana", "transactional", "by phone")
    assert blocked(house, MessageClass.TRANSACTIONAL, "email") == "unsubscribed_transactional"
    house.do(undo.undo, ANA, house.now)
    assert blocked(house, MessageClass.TRANSACTIONAL, "email") == ""


async def test_the_carrier_s_opt_out_stands_apart_from_the_local_unsubscribe_and_both_are_shown(house: House) -> None:
    guest_id = house.conversation().guest_id
    house.do(guests.set_consent, ANA, guest_id, "marketing", "sms", False, "", house.now)
    house.do(
        lambda t: t.lines.put(Line("desk-sms", "sms", GUEST, stopped_at=house.now, stop_source="provider")),
    )
    async with house.screen() as desk:
        await desk.press("5")
        await desk.until(lambda: "SMS blocked by the" in desk.text)
        assert "promo SMS ✗" in desk.text
        await desk.pilot.press("O")
        await desk.until(lambda: "only the guest can end it" in desk.text)
        assert any("SMS, marketing" in line and "off" in line for line in desk.text.split("\n"))


def test_what_is_written_to_one_guest_passes_a_local_unsubscribe_with_a_notice(house: House) -> None:
    guest_id = house.conversation().guest_id
    house.do(guests.set_consent, ANA, guest_id, "marketing", "email", False, "", house.now)
    (by_mail,) = [choice for choice in ways(house).choices if choice.channel == "email"]
    assert [code for code, _params in by_mail.notices] == ["unsubscribed_marketing"]
    reply = Reply(house.conversation().id, "desk-mail", "email", MAIL, "À vous seule.", key=new_key())
    house.do(send, house.desk, ANA, reply, house.now)
    house.deliver()
    assert house.sent("desk-mail") == ["À vous seule."]


async def test_who_may_only_look_switches_nothing(house: House) -> None:
    async with house.screen(actor=ANA._replace(role="read-only")) as desk:
        await desk.press("5", "O")
        assert "not possible here" in desk.text


async def test_it_is_complete_at_80_by_24_and_on_the_guest_s_own_screen(house: House) -> None:
    guest_id = house.conversation().guest_id
    async with house.screen((80, 24)) as desk:
        desk.app.push_screen(GuestScreen(desk.app, guest_id))
        await desk.until(lambda: "CONSENTS" in desk.text)
        await desk.pilot.press("O")
        await desk.until(lambda: "Consents: Claire Martin" in desk.text)
        await chosen(desk, "E-mail, service")
        assert "Enter switches it off" in desk.text
        await desk.pilot.press("enter")
        await desk.until(lambda: consent(house, "transactional", "email") is not None)
        await desk.pilot.press("escape")
        await desk.until(lambda: "saved" in desk.text)
    assert blocked(house, MessageClass.TRANSACTIONAL, "email") == "unsubscribed_transactional"


async def test_only_media_that_the_guest_has_can_be_switched(house: House) -> None:
    async with house.screen((80, 24)) as desk:
        await desk.press("5")
        await desk.pilot.press("O")
        await desk.until(lambda: "Consents: Claire Martin" in desk.text)
        lines = [line.strip(" ▌") for line in desk.text.split("\n")]
        switched = {line.split(",")[0] for line in lines if ", marketing" in line or ", service" in line}
        assert switched == {"SMS", "E-mail"}
        assert [line for line in lines if line.startswith("Airbnb ") and line.endswith("no address")]
        for _step in range(12):
            await desk.pilot.press("down")
            assert "no address" not in desk.line("▌")


async def test_what_was_once_said_of_a_medium_stays_to_be_seen_without_an_address(house: House) -> None:
    guest_id = house.conversation().guest_id
    house.do(guests.set_consent, ANA, guest_id, "marketing", "whatsapp", False, "", house.now)
    async with house.screen() as desk:
        await desk.press("5")
        await desk.pilot.press("O")
        await desk.until(lambda: "Consents: Claire Martin" in desk.text)
        await chosen(desk, "WhatsApp, marketing")


async def test_s2_49_the_log_says_who_and_when_and_the_next_offer_by_sms_does_not_leave(house: House) -> None:
    async with house.screen() as desk:
        await desk.press("5")
        await desk.pilot.press("O")
        await desk.until(lambda: "Consents: Claire Martin" in desk.text)
        await chosen(desk, "SMS, marketing")
        await desk.pilot.press("enter")
        await desk.until(lambda: consent(house, "marketing", "sms") is not None)
        await desk.pilot.press("escape")
        await desk.until(lambda: "now SMS marketing off by" in desk.text and "Ana" in desk.text)
        await desk.until(lambda: "saved" in desk.text)
    (told,) = [
        event
        for event in house.ask(lambda t: t.events.activity(house.conversation().id, house.conversation().guest_id, 9))
        if event.code == "consent_off"
    ]
    assert (told.actor, told.at) == ("ana", house.now)
    house.do(_offer, house)
    house.deliver()
    assert house.sent() == []
    (row,) = house.ask(lambda t: t.outbox.in_state((OutboxState.FAILED,), 9))
    assert row.reason == "unsubscribed_marketing"


def _offer(t: Transaction, house: House) -> None:
    conversation = t.conversations.load(house.conversation().id)
    letter = Letter(
        "desk-sms", "sms", GUEST, "Spa −20 %", origin=Origin.CAMPAIGN, message_class=MessageClass.MARKETING,
        scheduled=True, dedupe_key="spa",
    )  # fmt: skip
    assert enqueue(t, conversation, letter, write(t, house.desk, conversation, letter, house.now), house.now)


async def test_s2_53_stop_is_seen_at_the_desk_and_a_sentence_with_it_does_nothing(house: House) -> None:
    house.writes("please stop by")
    async with house.screen() as desk:
        await desk.press("5")
        await desk.until(lambda: "please stop by" in desk.text)
        assert "STOP on SMS" not in desk.text
        house.writes("Stop ")
        await desk.until(lambda: "STOP on SMS" in desk.text)
        assert {blocked(house, topic) for topic in MessageClass} == {"stopped"}
        assert {blocked(house, topic, "email") for topic in MessageClass} == {""}
        house.writes("START")
        await desk.until(lambda: "STOP on SMS" not in desk.text)
