"""Changed terms at the screen: written with the guest's own page where there is one, and who accepted how and when."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import TextArea

from storage.store import SqlStore
from tests.desk.house import House
from tests.desk.test_messages_to_many import arrivals, fill, pick
from tests.services.test_terms import PUBLIC, code_to, later, phone
from tests.tui.driving import Desk
from tests.tui.hotel import ANA, a_desk
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.services import templates, terms
from tui_inbox.tui.dialogs.form import Choice, Form


async def written(desk: Desk, **values: str) -> None:
    await desk.press("f11", "t")
    await desk.until(lambda: isinstance(desk.app.screen, Form))
    await fill(desk, link="https://hotel.example/r", channels="sms", **values)


def row(desk: Desk, guest: str) -> str:
    """The guest's line of the list, without what stands beside it."""
    lines = (line[:76] for line in desk.text.split("\n"))
    return next(line for line in lines if guest in line)


def form(desk: Desk) -> Form:
    assert isinstance(desk.app.screen, Form)
    return desk.app.screen


async def test_the_list_says_who_accepted_how_and_when_and_who_has_not(sqlite_store: SqlStore, tmp_path: Path) -> None:
    house = House(sqlite_store, tmp_path, a_desk(public_url=PUBLIC))
    house.do(arrivals, 5)
    async with house.screen() as desk:
        await written(desk)
        await desk.until(lambda: "4 guests with an upcoming stay" in " ".join(desk.text.split()))
        await pick(desk, "Yes, send")
        later(house, 1)
        house.clock.forward(minutes=2)
        house.do(terms.by_page, house.desk, code_to(house, 0), house.now)
        house.writes("OUI", address=phone(1))
        house.clock.forward(minutes=5)
        await desk.press("f5")
        await desk.until(lambda: "House rules" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: "2 accepted" in desk.text)
        assert "accepted 5 min, by the link" in row(desk, "Guest000")
        assert "accepted 5 min, by answering" in row(desk, "Guest001")
        assert "not accepted yet" in row(desk, "Guest002")
        assert "accepted" not in row(desk, "Zoé")
        await desk.press("f")
        await desk.until(lambda: "Guest001" not in desk.text)
        await desk.press("y")
        await desk.until(lambda: "3 accepted" in desk.text)
        await desk.press("f")
        await desk.until(lambda: "noted at the desk" in row(desk, "Guest002"))
        await desk.press("home", "down", "down")
        await desk.until(lambda: "noted by" in desk.text)
        assert "Ana" in desk.line("noted by")
        assert "not accepted yet" in row(desk, "Guest003")
        await desk.press("u")
        await desk.until(lambda: "2 accepted" in desk.text)
        assert "undone: acceptance of terms" in desk.text
        assert "not accepted yet" in row(desk, "Guest002")


async def test_without_a_public_page_the_form_says_what_it_takes(sqlite_store: SqlStore, tmp_path: Path) -> None:
    house = House(sqlite_store, tmp_path, a_desk())
    house.do(arrivals, 3)
    async with house.screen((80, 24)) as desk:
        await written(desk, text="##{{terms_link}} ##{{accept_link}}")
        await desk.until(lambda: "accept_link needs public_url under [receiver]; or take it out." in desk.text)
        form(desk).widget("text").focus()
        await desk.settle()
        await desk.press("end")
        text = form(desk).widget("text")
        assert isinstance(text, TextArea)
        text.text = terms.suggested(house.desk)
        await desk.press("ctrl+s")
        await desk.until(lambda: "2 guests with an upcoming stay" in " ".join(desk.text.split()))


async def test_the_hotel_s_own_text_for_the_occasion_is_proposed_first(sqlite_store: SqlStore, tmp_path: Path) -> None:
    house = House(sqlite_store, tmp_path, a_desk(public_url=PUBLIC))
    house.do(arrivals, 3)
    own = Template(0, TemplateKind.REMINDER, "Nos conditions", "fr", "Lisez ##{{terms_link}}", event=terms.OCCASION)
    house.do(templates.save, house.desk, ANA, own, house.now)
    async with house.screen() as desk:
        await desk.press("f11", "t")
        await desk.until(lambda: isinstance(desk.app.screen, Form))
        assert "E-mail" in desk.line("channel")
        assert "Nos conditions" in desk.line("template")
        choice = form(desk).widget("template")
        assert isinstance(choice, Choice)
        await fill(desk, link="https://hotel.example/r", channels="sms")
        await desk.until(lambda: "Lisez https://hotel.example/r" in " ".join(desk.text.split()))
