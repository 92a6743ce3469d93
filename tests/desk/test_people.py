"""Who writes and who answers: guests recognised or asked about, colleagues seen, refusals and stops respected."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import NOW, a_reservation, at
from tests.desk.flows import outbox, staff, switch_to, warning
from tests.desk.house import GUEST, House
from tests.tui.driving import sitting
from tests.tui.hotel import ANA, MARC, a_session, converse
from tui_inbox.domain.guest import Guest
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import ConsentRow
from tui_inbox.services import accounts, guests
from tui_inbox.services.desk import Desk

MORE = "+33687654321"


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


def on_file(t: Transaction, desk: Desk, name: str, phone: str) -> Guest:
    """As an operator types a guest in, here with a number as the French write it."""
    return guests.create(t, desk, ANA, guests.GuestForm(name, phone=phone), NOW)


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
async def test_a_number_on_file_shows_its_guest_without_any_act(house: House, channel: str) -> None:
    house.do(on_file, house.desk, "Claire Martin", "06 12 34 56 78")
    house.writes("Bonjour", channel=channel)
    async with house.screen() as desk:
        assert "Claire Martin" in desk.line(f"{'WA' if channel == 'whatsapp' else 'SM'} ")
        assert desk.inbox.card.card is not None
        assert (desk.inbox.card.card.guest.name, desk.inbox.card.card.guest.phone) == ("Claire Martin", GUEST)


async def test_a_number_of_two_guests_is_asked_about_and_the_answer_settles_it(house: House) -> None:
    first = house.do(on_file, house.desk, "Claire Martin", "06 12 34 56 78")
    house.do(on_file, house.desk, "Paul Martin", "0612345678")
    house.writes("Bonjour")
    async with house.screen() as desk:
        assert "2 possible guests" in desk.text
        await desk.pilot.press("l")
        await desk.until(lambda: "Whose conversation is this?" in desk.text)
        assert desk.text.count("fits the sender") == 2
        await desk.type("Claire")
        await desk.press("enter")
        await desk.until(lambda: "2 possible guests" not in desk.text)
    with house.store.read() as t:
        (kept,) = t.conversations.all_of_guest(first.id)
        assert not kept.ambiguous


async def test_the_card_opens_on_the_stay_of_today_and_counts_the_others(house: House) -> None:
    guest = house.do(on_file, house.desk, "Claire Martin", GUEST)
    for first, last, room in ((-30, -27, "101"), (-1, 2, "204"), (40, 43, "305")):
        house.do(a_reservation, guest, first, last, room=room)
    house.writes("Bonjour")
    async with house.screen() as desk:
        assert "204 22 → 25 Nov" in desk.text
        assert "in house" in desk.text
        assert "2 other stays" in desk.text
        assert desk.inbox.card.card is not None
        assert len(desk.inbox.card.card.others) == 2


async def test_two_sessions_on_one_store_see_a_new_message_at_once_and_each_other(house: House) -> None:
    house.writes("Bonjour")
    async with (
        house.screen() as ana,
        sitting(a_session(house.store, house.folder, desk=house.desk, clock=house.clock, actor=MARC)) as marc,
    ):
        await ana.press("enter")
        await marc.press("enter")
        house.clock.forward(seconds=5)
        house.writes("Et le parking ?")
        await ana.until(lambda: "Et le parking ?" in ana.text)
        await marc.until(lambda: "Et le parking ?" in marc.text)
        await ana.inbox.look_around()
        await marc.inbox.look_around()
        assert "Marc Dubois is reading this" in ana.text or "Marc is reading this" in ana.text
        await ana.press("r")
        await marc.inbox.look_around()
        assert "is replying…" in marc.text


async def test_while_an_account_is_paused_the_thread_says_where_the_answers_are(house: House) -> None:
    house.writes("Bonjour")
    async with house.screen() as desk:
        assert "not fetched" not in desk.text
        house.do(accounts.set_paused, house.desk, "desk-sms", True, house.now)
        await desk.press("f5")
        await desk.at_rest()
        assert "not fetched: answers go to +33700000000" in desk.text
        house.do(accounts.set_paused, house.desk, "desk-sms", False, house.now)
        house.clock.forward(minutes=1)
        house.writes("Vous avez reçu ?")
        await desk.press("f5")
        await desk.at_rest()
        assert "Vous avez reçu ?" in desk.text


async def test_an_unsubscribed_guest_gets_what_is_written_to_them_alone_and_the_composer_says_so(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    with sqlite_store.write() as t:
        staff(t)
        row = converse(t, "Claire Martin", "email", "Bonjour", 0, account="desk-mail")
        t.consents.put(row.guest_id, ConsentRow("marketing", "email", False, at(-60), "", "guest"))
    async with sitting(a_session(sqlite_store, tmp_path), (160, 40)) as desk:
        await desk.press("r")
        await desk.type("Votre facture")
        assert "Unsubscribed from marketing; this is an individual message." in warning(desk)
        await desk.press("ctrl+s")
        assert [one.text for one in outbox(sqlite_store)] == ["Votre facture"]


async def test_after_stop_even_a_person_is_refused_and_another_channel_is_offered(house: House) -> None:
    house.writes("Bonjour", channel="whatsapp")
    house.clock.forward(minutes=1)
    house.writes("STOP")
    async with house.screen() as desk:
        await desk.press("5")
        await desk.at_rest()
        assert "STOP on SMS" in desk.text
        await desk.press("r")
        await switch_to(desk, "sms")
        assert desk.inbox.composer.box.read_only
        assert "has stopped messages" in desk.text
        assert "another channel" in desk.text
        await switch_to(desk, "whatsapp")
        assert not desk.inbox.composer.box.read_only


async def test_cancel_stays_in_open_unread_and_says_that_it_stopped_sms(house: House) -> None:
    house.writes("CANCEL")
    async with house.screen() as desk:
        assert "● 1 unread" in desk.text
        assert "SMS stopped by guest: CANCEL" in desk.text


async def test_a_misspelt_variable_cannot_be_sent_and_the_nearest_name_is_said(house: House) -> None:
    house.writes("Bonjour")
    async with house.screen((200, 40)) as desk:
        await desk.press("r")
        desk.inbox.composer.insert("Bonjour ##{{firstname}}")
        await desk.settle()
        assert "Did you mean “first_name”?" in warning(desk)
        await desk.press("enter")
        await desk.press("ctrl+s")
        await desk.press("ctrl+d")
        assert outbox(house.store) == []
        assert desk.inbox.composer.text == "Bonjour ##{{firstname}}"


async def test_opening_braces_offer_what_is_known_of_this_guest(house: House) -> None:
    guest = house.do(on_file, house.desk, "Claire Martin", GUEST)
    house.do(a_reservation, guest, -1, 2, room="204")
    house.writes("Bonjour")
    async with house.screen() as desk:
        await desk.press("r")
        await desk.type("Chambre ##{{")
        assert "Tab first_name last_name" in desk.text
        await desk.type("roo")
        await desk.until(lambda: "Tab room" in desk.text)
        await desk.press("tab")
        assert desk.inbox.composer.text == "Chambre 204"


async def test_the_second_of_two_who_answer_is_told_once_and_keeps_the_text(house: House) -> None:
    """Even when the first one's answer came onto the screen while the second was typing."""
    house.writes("Bonjour")
    async with (
        house.screen() as ana,
        sitting(a_session(house.store, house.folder, desk=house.desk, clock=house.clock, actor=MARC)) as marc,
    ):
        await ana.press("r")
        await ana.type("Oui")
        await marc.press("r")
        await marc.type("Bien")
        await ana.press("enter")
        await marc.until(lambda: "Oui" in marc.text)
        house.clock.forward(seconds=4)
        await marc.press("enter")
        assert "Ana Lopez sent an answer 4 s ago; your text is kept." in marc.text
        assert marc.inbox.composer.text == "Bien"
        assert [one.text for one in outbox(house.store)] == ["Oui"]
        await marc.press("enter")
        assert [one.text for one in outbox(house.store)] == ["Oui", "Bien"]


async def test_whoever_leaves_is_seen_replying_no_more(house: House) -> None:
    house.writes("Bonjour")
    async with house.screen() as ana:
        await ana.press("enter")
        async with sitting(
            a_session(house.store, house.folder, desk=house.desk, clock=house.clock, actor=MARC)
        ) as marc:
            await marc.press("r")
            await ana.inbox.look_around()
            assert "is replying…" in ana.text
            marc.app.leave()
        await ana.inbox.look_around()
        assert "is replying…" not in ana.text
