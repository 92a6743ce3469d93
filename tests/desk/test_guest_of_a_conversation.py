"""Who writes: names, numbers, links, what hangs on a guest, requests and tags, as an operator handles them."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import a_guest, a_reservation, an_inbound, at
from tests.desk.house import GUEST, House
from tests.tui.hotel import ANA
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.lifecycle import new_for_guest
from tui_inbox.domain.message import Attachment
from tui_inbox.ports.store import Transaction
from tui_inbox.services import guests
from tui_inbox.services.guests import GuestForm


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


async def test_a_nameless_sender_is_never_blank_and_a_given_name_stays(house: House) -> None:
    house.writes("Hi", account="insta", channel="instagram", address="17841400000a3f", own_address="")
    async with house.screen() as desk:
        assert "Unknown client (IG ..a3f)" in desk.line("IG")
        row = house.conversation("17841400000a3f", "instagram")
        house.do(guests.edit, house.desk, ANA, row.guest_id, GuestForm(name="Mara Weiss"), house.now)
        await desk.until(lambda: "Mara Weiss" in desk.line("IG"))
        house.clock.forward(minutes=1)
        house.writes(
            "Again", account="insta", channel="instagram", address="17841400000a3f", own_address="", name="mara.travels"
        )
        await desk.until(lambda: "Again" in desk.text)
        assert "IG Mara Weiss" in desk.text


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
async def test_the_card_is_headed_by_the_name_and_shows_the_phone(house: House, channel: str) -> None:
    house.do(a_guest, "Claire Martin", phone=GUEST, channel=channel)
    house.writes("Bonjour", channel=channel)
    async with house.screen() as desk:
        lines = desk.text.split("\n")
        card = [line[93:] for line in lines]
        assert "Claire Martin" in card[1]
        assert any(GUEST in line for line in card)


async def test_linking_fills_the_card_and_undo_empties_it_again(house: House) -> None:
    def claire(t: Transaction) -> Guest:
        guest = a_guest(t, "Claire Martin", email="claire@exemple.fr", notes="Préfère étage élevé")
        a_reservation(t, guest, -1, 2, room="204")
        return guest

    house.do(claire)
    house.writes("C’est Claire")
    async with house.screen() as desk:
        await desk.press("l")
        await desk.until(lambda: "Whose conversation is this?" in desk.text)
        await desk.type("Claire")
        await desk.until(lambda: "claire@exemple.fr" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: "Préfère étage élevé" in desk.text)
        assert "204" in desk.line("SM Claire Martin")
        assert "linked to Claire Martin by Ana" in desk.text
        await desk.press("u")
        await desk.until(lambda: "Préfère étage élevé" not in desk.text)
        assert "Unknown client" in desk.text


async def test_what_hangs_on_a_guest_is_one_key_from_the_card(house: House) -> None:
    house.writes("Bonjour")
    row = house.conversation()

    def more(t: Transaction) -> None:
        guest = t.guests.load(row.guest_id)
        a_reservation(t, guest, -1, 2, room="204")
        other = t.conversations.add(
            new_for_guest(guest.id, at(-500), property_="annex")._replace(
                last_channel="sms", last_account="desk-sms", last_address=GUEST, preview="Facture ?"
            )
        )
        an_inbound(t, other, "Facture ?", minutes=-500)
        an_inbound(t, row, "", minutes=-400, attachments=(Attachment("carte.pdf", "application/pdf", 9000),))
        guests.make_request(t, ANA, row.id, "spa", "Massage", None, house.now)

    house.do(more)
    async with house.screen() as desk:
        assert "Facture ?" in desk.text
        await desk.press("p", "enter")
        await desk.until(lambda: "Of this guest" in desk.text)
        for words in ("conversation: Facture ?", "stay: 204", "request: Massage", "file: carte.pdf"):
            assert words in desk.text
        await desk.press("enter")
        await desk.until(lambda: desk.inbox.thread.conversation_id not in (None, row.id))


async def test_a_spa_request_stands_on_the_card_and_its_change_in_the_thread(house: House) -> None:
    house.writes("Un massage demain ?")
    async with house.screen() as desk:
        await desk.press("R")
        await desk.until(lambda: "Which request?" in desk.text)
        await desk.press("j", "j", "enter")
        await desk.until(lambda: "What, and when" in desk.text)
        await desk.type("Massage 16:00")
        await desk.press("enter")
        await desk.until(lambda: "REQUESTS" in desk.text)
        assert "Massage" in desk.text
        assert "to do" in desk.text
        assert "request: spa, Massage" in desk.text
        await desk.press("R")
        await desk.until(lambda: "done: Massage" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: "request “Massage”: done" in desk.text)


async def test_two_letters_set_a_tag_a_new_one_gets_a_colour_and_the_list_narrows_to_it(house: House) -> None:
    house.writes("Un", address="+33600000111")
    house.clock.forward(minutes=1)
    house.writes("Deux", address="+33600000222")
    house.do(guests.tag, ANA, "conversation", [house.conversation("+33600000111").id], "allergie", "red", house.now)
    async with house.screen() as desk:
        await desk.press("t")
        await desk.until(lambda: "Which tag?" in desk.text)
        await desk.type("al")
        await desk.press("enter")
        await desk.until(lambda: "tag “allergie” set" in desk.text)
        await desk.press("t")
        await desk.until(lambda: "Which tag?" in desk.text)
        await desk.type("retard blue")
        await desk.press("enter")
        await desk.until(lambda: "retard" in desk.text)
        assert {tag.name: tag.colour for tag in house.ask(lambda t: t.tags.all())} == {
            "allergie": "red", "retard": "blue",
        }  # fmt: skip
        assert len(desk.inbox.rows.rows) == 2
        await desk.press("F")
        await desk.until(lambda: "Only with which tag?" in desk.text)
        await desk.type("re")
        await desk.press("enter")
        await desk.until(lambda: len(desk.inbox.rows.rows) == 1)
        assert desk.inbox.rows.rows[0].handle == "+33600000222"
        assert "retard" in desk.line("/ search")
        await desk.press("escape", "escape")
        await desk.until(lambda: len(desk.inbox.rows.rows) == 2)


async def test_a_tag_on_the_guest_filters_too(house: House) -> None:
    house.writes("Un", address="+33600000111")
    house.writes("Deux", address="+33600000222")
    house.do(guests.tag, ANA, "guest", [house.conversation("+33600000222").guest_id], "vip", "yellow", house.now)
    async with house.screen() as desk:
        await desk.press("F")
        await desk.until(lambda: "Only with which tag?" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: [row.handle for row in desk.inbox.rows.rows] == ["+33600000222"])


async def test_words_after_a_time_stay_in_the_request(house: House) -> None:
    house.writes("Bonjour")
    async with house.screen() as desk:
        await desk.press("R")
        await desk.until(lambda: "Which request?" in desk.text)
        await desk.press("enter")
        await desk.type("Taxi 7h gare")
        await desk.press("enter")
        await desk.until(lambda: "noted: Taxi 7h gare" in desk.text)
