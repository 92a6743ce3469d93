"""From the list to a sent text: what each key does, how long a text may be, and whom a new message may reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import a_guest
from tests.desk.house import House
from tests.tui.hotel import WHATSAPP, a_desk
from tui_inbox.bootstrap.running import session
from tui_inbox.domain.conversation import State
from tui_inbox.services.desk import AccountInfo


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


async def test_two_keys_lead_from_the_list_to_typing(house: House) -> None:
    house.writes("Bonjour")
    async with house.screen() as desk:
        await desk.press("enter")
        assert desk.app.focused is desk.inbox.thread
        await desk.press("r", "x")
        assert desk.inbox.composer.text == "x"


async def test_where_the_configuration_says_so_only_the_send_key_sends(house: House) -> None:
    house.writes("Bonjour")
    async with house.screen(enter_sends=False) as desk:
        await desk.press("r")
        await desk.type("Oui")
        await desk.press("enter")
        assert desk.inbox.composer.text == "Oui\n"
        await desk.press("ctrl+s")
        assert desk.inbox.composer.text == ""
        house.deliver()
    assert house.sent() == ["Oui"]


def test_send_key_of_the_configuration_reaches_the_screen(sqlite_store: SqlStore, tmp_path: Path) -> None:
    from tui_inbox.config import load

    file = tmp_path / "config.toml"
    hotel = '[hotel]\nname = "H"\ntime_zone = "Europe/Paris"\n[secrets]\nkeyring = false\n'
    for written, sends in (("enter", True), ("ctrl+s", False)):
        file.write_text(f'{hotel}[compose]\nsend_key = "{written}"\n')
        assert session(load(file), sqlite_store, None, log_dir=tmp_path).enter_sends is sends


async def test_after_the_undo_time_nothing_is_taken_back(house: House) -> None:
    house.writes("Bonjour")
    async with house.screen() as desk:
        await desk.press("r")
        await desk.type("Oui")
        await desk.press("enter")
        house.deliver()
        await desk.press("ctrl+z")
        assert desk.inbox.composer.text == ""
    assert house.sent() == ["Oui"]


async def test_a_thousand_characters_pass_and_one_more_is_offered_as_two(house: House) -> None:
    house.writes("Hi", account="insta", channel="instagram", address="igsid-1a3f", own_address="")
    async with house.screen() as desk:
        await desk.press("r")
        desk.inbox.composer.load("x" * 1001)
        await desk.press("enter")
        assert len(desk.inbox.composer.text) == 1001, "nothing is cut"
        assert "split in 2" in desk.text
        house.deliver()
        assert house.sent("insta") == []
        desk.inbox.composer.load("y" * 1000)
        await desk.press("enter")
        assert desk.inbox.composer.text == ""
        house.deliver()
        assert [len(text) for text in house.sent("insta")] == [1000]
        desk.inbox.composer.load("z" * 900 + " " + "w" * 100)
        await desk.press("enter")
        await desk.press("ctrl+b")
        house.deliver()
        assert house.sent("insta")[1:] == ["z" * 900]
        assert desk.inbox.composer.text.strip() == "w" * 100


async def test_a_new_message_to_a_typed_number_makes_the_guest_where_none_was(house: House) -> None:
    async with house.screen() as desk:
        await desk.press("m")
        await desk.until(lambda: "New message to whom?" in desk.text)
        await desk.type("0612345678")
        await desk.until(lambda: "to 0612345678" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: desk.app.focused is desk.inbox.composer.box)
        await desk.type("Bonjour")
        await desk.press("enter")
        house.deliver()
    assert house.sent() == ["Bonjour"]
    house.clock.forward(minutes=1)
    house.writes("Oui ?", address="+33612345678")
    row = house.conversation()
    assert row.state is State.OPEN
    assert [message.text for message in house.thread(row).messages] == ["Bonjour", "Oui ?"]


async def test_a_new_message_by_whatsapp_is_template_only(sqlite_store: SqlStore, tmp_path: Path) -> None:
    accounts = {"desk-sms": AccountInfo("desk-sms", "twilio", {"whatsapp": WHATSAPP}, {"whatsapp": "+33700000000"})}
    house = House(sqlite_store, tmp_path, desk=a_desk(accounts=accounts))
    house.do(a_guest, "Priya Nair", phone="+447911000000", channel="whatsapp")
    async with house.screen() as desk:
        await desk.press("m")
        await desk.until(lambda: "New message to whom?" in desk.text)
        await desk.type("Priya")
        await desk.until(lambda: "+447911000000" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: desk.app.focused is desk.inbox.composer.box)
        await desk.type("Hello")
        assert desk.inbox.composer.text == ""
        assert "answer with a template" in desk.text
