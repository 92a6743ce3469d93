"""A message that the desk begins: from list, card or reservation, to one guest or to several."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import NOW, a_guest, a_reservation, at
from tests.desk.flows import an_approved, outbox, staff, switch_to
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import a_session, converse
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.rows import ConsentRow

NAMES = {"Claire Martin": "+33612345678", "Jonas Weber": "+4915123456789", "Priya Nair": "+447911123456"}


@pytest.fixture
def hotel(sqlite_store: SqlStore) -> SqlStore:
    """Three guests who wrote by SMS, newest first as named, and a text with a variable."""
    with sqlite_store.write() as t:
        staff(t)
        for minutes, (name, phone) in enumerate(NAMES.items()):
            converse(t, name, "sms", f"Ici {name}", -minutes, phone=phone, stay=(0, 2, f"20{minutes}"))
        t.templates.add(
            Template(0, TemplateKind.SNIPPET, "water", "fr", "Bonjour ##{{first_name}}, l’eau revient à 18 h.", "eau")
        )
    return sqlite_store


def sent_to(store: SqlStore) -> dict[str, str]:
    """Guest -> the text in the outbox, each in that guest's own conversation."""
    found = {}
    with store.read() as t:
        for row in outbox(store):
            guest = t.guests.load(t.conversations.load(row.conversation_id).guest_id)
            assert row.address == guest.phone
            assert t.messages.page(row.conversation_id, None, 1)[-1].text == row.text
            found[guest.name] = row.text
    return found


async def test_three_marked_guests_get_one_message_each_in_their_own_thread(hotel: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(hotel, tmp_path)) as desk:
        await desk.press("space", "space", "space", "m")
        await desk.until(lambda: "to 3 guests: Claire Martin" in desk.text)
        await desk.type("Panne d'eau")
        await desk.press("enter")
        assert sent_to(hotel) == dict.fromkeys(NAMES, "Panne d'eau")
        assert "3 messages in the outbox" in desk.text
        await desk.type("Merci")
        await desk.press("enter")
        assert len(outbox(hotel)) == 4


async def test_the_cost_of_all_is_shown_and_one_key_takes_all_back(hotel: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(hotel, tmp_path)) as desk:
        await desk.press("space", "space", "m")
        await desk.until(lambda: "to 2 guests: Claire Martin" in desk.text)
        await desk.type("Panne")
        assert "≈ 0.14 €" in desk.text
        await desk.press("enter")
        assert len(outbox(hotel)) == 2
        await desk.press("ctrl+z")
        assert outbox(hotel) == []
        assert desk.inbox.composer.text == "Panne"
        assert desk.inbox.answering.also.count == 2


async def test_guests_are_added_one_by_one_and_each_gets_their_own_name(hotel: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(hotel, tmp_path)) as desk:
        await _pick(desk, "m", "Claire")
        await _pick(desk, "ctrl+r", "Priya")
        await _pick(desk, "ctrl+r", "Jonas")
        await switch_to(desk, "sms")
        await desk.type(";eau")
        await desk.press("tab")
        assert "##{{first_name}}" in desk.inbox.composer.text
        await desk.press("enter")
        expected = {name: f"Bonjour {name.split()[0]}, l’eau revient à 18 h." for name in NAMES}
        assert sent_to(hotel) == expected


async def test_leaving_an_empty_text_leaves_the_others_out_again(hotel: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(hotel, tmp_path)) as desk:
        await desk.press("space", "space", "m")
        await desk.until(lambda: "to 2 guests: Claire Martin" in desk.text)
        await desk.press("escape", "r")
        await desk.type("Bonjour")
        await desk.press("enter")
        assert list(sent_to(hotel)) == ["Claire Martin"]


async def test_both_halves_of_a_long_text_go_to_everybody(hotel: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(hotel, tmp_path)) as desk:
        await desk.press("space", "space", "m")
        await desk.until(lambda: "to 2 guests: Claire Martin" in desk.text)
        desk.inbox.composer.insert("Une phrase. " * 150)
        await desk.settle()
        await desk.press("ctrl+b")
        assert len(outbox(hotel)) == 2
        await desk.press("enter")
        assert len(outbox(hotel)) == 4


async def test_a_template_is_filled_for_each_of_several_guests(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        staff(t)
        for name, phone in NAMES.items():
            converse(t, name, "whatsapp", "Bonjour", -25 * 60, phone=phone)
        an_approved(t)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await desk.press("space", "space", "space", "m")
        await desk.until(lambda: "to 3 guests" in desk.text)
        await desk.pilot.press("T")
        await desk.until(lambda: "late_arrival" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: desk.inbox.answering.template is not None)
        await desk.press("enter")
        assert sent_to(sqlite_store) == {name: f"Bonjour {name.split()[0]}, à ce soir." for name in NAMES}
        assert {dict(row.template_values)["1"] for row in outbox(sqlite_store)} == {"Claire", "Jonas", "Priya"}


async def test_who_unsubscribed_is_left_out_and_named(hotel: SqlStore, tmp_path: Path) -> None:
    with hotel.write() as t:
        (jonas,) = t.guests.by_handle("sms", NAMES["Jonas Weber"])
        t.consents.put(jonas.id, ConsentRow("transactional", "sms", False, NOW, "ana", "desk"))
    async with sitting(a_session(hotel, tmp_path), (200, 40)) as desk:
        await desk.press("space", "space", "m")
        await desk.until(lambda: "to 2 guests: Claire Martin" in desk.text)
        await desk.type("Panne")
        await desk.press("enter")
        assert list(sent_to(hotel)) == ["Claire Martin"]
        assert "not to Jonas Weber" in desk.text


async def test_more_than_74_at_once_are_refused_and_the_text_is_kept(hotel: SqlStore, tmp_path: Path) -> None:
    with hotel.write() as t:
        for number in range(72):
            converse(t, f"Guest {number}", "sms", "Bonjour", -10 - number, phone=f"+3360000{number:04}")
    async with sitting(a_session(hotel, tmp_path)) as desk:
        await desk.press("asterisk", "m")
        await desk.until(lambda: "to 75 guests: Claire Martin" in desk.text)
        await desk.type("Panne")
        await desk.press("enter")
        assert outbox(hotel) == []
        assert "These are 75 guests, and bulk.max_recipients allows 74" in desk.text
        assert desk.inbox.composer.text == "Panne"


async def test_list_card_and_reservation_open_the_same_composer(hotel: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(hotel, tmp_path)) as desk:
        await _pick(desk, "m", "Jonas")
        first = await _at_the_composer(desk, "Jonas Weber")
        await _pick(desk, "m", "201")
        assert await _at_the_composer(desk, "Jonas Weber") == first
        await desk.press("p", "m")
        assert await _at_the_composer(desk, "Jonas Weber") == first


async def test_from_a_reservation_guest_best_channel_and_variables_are_ready(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    with sqlite_store.write() as t:
        staff(t)
        guest = a_guest(t, "Anna Rossi", email="anna@exemple.it", language="fr")
        a_reservation(t, guest, 2, 4, room="305")
        converse(t, "Claire Martin", "sms", "Bonjour", 0, phone=NAMES["Claire Martin"])
        t.templates.add(Template(0, TemplateKind.SNIPPET, "room", "fr", "Chambre ##{{room}}", "room"))
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await _pick(desk, "m", "Rossi")
        assert desk.app.focused is desk.inbox.composer.box
        assert desk.inbox.answering.choice is not None
        assert (desk.inbox.answering.choice.channel, desk.inbox.answering.choice.address) == (
            "email",
            "anna@exemple.it",
        )
        await desk.type(";room")
        await desk.press("tab")
        assert desk.inbox.composer.text == "Chambre 305"


async def test_a_guest_who_never_wrote_on_whatsapp_gets_a_template_first(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    with sqlite_store.write() as t:
        staff(t)
        a_guest(t, "Claire Martin", phone=NAMES["Claire Martin"])
        an_approved(t)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await _pick(desk, "m", "Claire")
        await switch_to(desk, "whatsapp")
        assert "has not written here yet" in desk.text
        assert desk.inbox.composer.box.read_only
        await desk.press("a")
        assert desk.inbox.composer.text == ""
        await desk.press("T")
        await desk.until(lambda: "late_arrival" in desk.text)
        await desk.press("enter", "enter")
        (row,) = outbox(sqlite_store)
        assert (row.template_id, dict(row.template_values)) == ("HX-late_arrival", {"1": "Claire"})


async def test_answering_takes_one_key_and_a_template_for_a_new_guest_four(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    """What is typed (whom, the text) is not counted, «send» is not either."""
    with sqlite_store.write() as t:
        staff(t)
        converse(t, "Jonas Weber", "whatsapp", "Hallo", 0, phone=NAMES["Jonas Weber"])
        a_guest(t, "Claire Martin", phone=NAMES["Claire Martin"], channel="whatsapp")
        an_approved(t)
    desk_without_sms = a_session(sqlite_store, tmp_path).desk
    sms = desk_without_sms.accounts["desk-sms"]
    only = sms._replace(channels={"whatsapp": sms.channels["whatsapp"]})
    session = a_session(sqlite_store, tmp_path, desk=desk_without_sms._replace(accounts={"desk-sms": only}))
    async with sitting(session) as desk:
        await desk.press("r")
        await desk.type("Ja")
        await desk.press("enter")
        assert [row.text for row in outbox(sqlite_store)] == ["Ja"]
        await desk.press("escape", "escape")
        await desk.pilot.press("m")
        await desk.type("Claire")
        await desk.until(lambda: "Claire Martin" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: desk.app.focused is desk.inbox.composer.box)
        await desk.press("T")
        await desk.until(lambda: "late_arrival" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: desk.inbox.answering.template is not None)
        await desk.press("enter")
        assert [row.template_id for row in outbox(sqlite_store)] == ["", "HX-late_arrival"]


async def _pick(desk: Desk, key: str, whom: str) -> None:
    """Press a key that asks for a guest, type the name, take the first."""
    await desk.pilot.press(key)
    await desk.until(lambda: len(desk.app.screen_stack) == 2)
    await desk.type(whom)
    await desk.press("enter")
    await desk.until(lambda: len(desk.app.screen_stack) == 1)
    await desk.settle()
    await desk.until(lambda: desk.app.focused is desk.inbox.composer.box)


async def _at_the_composer(desk: Desk, name: str) -> tuple[object, ...]:
    """The composer has the focus for this guest: by which way and to whom. Then back to the list."""
    await desk.until(lambda: desk.app.focused is desk.inbox.composer.box)
    await desk.settle()
    answering = desk.inbox.answering
    assert answering.row is not None
    assert answering.choice is not None
    assert answering.row.guest == name
    seen = (answering.row.id, answering.choice.channel, answering.choice.address, at(0))
    await desk.press("escape", "escape")
    return seen
