"""An operator of one property among lists and messages to many: nobody of another property is shown or counted."""

from __future__ import annotations

from pathlib import Path

from storage.store import SqlStore
from tests.desk.house import House
from tests.desk.test_messages_to_many import fill, pick
from tests.services.test_property_scope import LEO, furnished
from tests.tui.hotel import ANA, a_desk
from tui_inbox.domain.guest_list import GuestList
from tui_inbox.services import footers, guest_lists
from tui_inbox.tui.dialogs.form import Form
from tui_inbox.tui.screens.sends import SendsScreen


async def test_lists_sends_and_terms_show_the_guests_of_the_property_alone(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    house = House(sqlite_store, tmp_path, a_desk(properties={"main": "Maison", "annex": "Annexe"}))
    house.do(footers.signing_key)
    house.do(furnished)
    house.do(guest_lists.save, ANA, GuestList(0, "Tous", {"phone": "yes"}), house.now)
    async with house.screen(actor=LEO) as desk:
        await desk.press("f10")
        await desk.until(lambda: "3 guests fit now" in desk.text)
        assert "Max" not in desk.text
        await desk.press("m")
        await desk.until(lambda: isinstance(desk.app.screen, Form))
        await fill(desk, channels="sms", text="Bonjour")
        await desk.until(lambda: "3 get it  0 not" in desk.text)
        assert "Max" not in desk.text
        await desk.press("ctrl+s")
        await pick(desk, "Send")
        await desk.until(lambda: isinstance(desk.app.screen, SendsScreen))
        assert "Tous" in desk.text
        await desk.press("t")
        await desk.until(lambda: isinstance(desk.app.screen, Form))
        await fill(desk, link="https://hotel.example/r", channels="sms")
        await desk.until(lambda: "2 guests with an upcoming stay" in " ".join(desk.text.split()))
        await pick(desk, "No: nothing is sent")
    async with house.screen(actor=ANA) as desk:
        await desk.press("f10")
        await desk.until(lambda: "4 guests fit now" in desk.text)
        assert "Max" in desk.text
        await desk.press("m")
        await desk.until(lambda: isinstance(desk.app.screen, Form))
        await fill(desk, channels="sms", text="A tous")
        await desk.until(lambda: "4 get it  0 not" in desk.text)
        await desk.press("ctrl+s")
        await pick(desk, "Send")
        await desk.until(lambda: isinstance(desk.app.screen, SendsScreen))
    async with house.screen(actor=LEO) as desk:
        await desk.press("f11")
        await desk.until(lambda: "0/3" in desk.text)
        assert "0/4" not in desk.text
