"""Guest lists and messages to many, as an operator meets them at the screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from storage.store import SqlStore
from tests.builders import NOW, a_guest, a_reservation
from tests.desk.house import House
from tests.services.test_campaigns import BOSS, people
from tests.tui.driving import Desk
from tests.tui.hotel import ANA, a_desk
from tui_inbox import wording
from tui_inbox.domain.guest import Line
from tui_inbox.domain.guest_list import GuestList
from tui_inbox.ports.store import Transaction
from tui_inbox.services import campaigns, guest_lists, guests, holding, offers, pins
from tui_inbox.services.desk import Bulk
from tui_inbox.services.group_letters import Wording
from tui_inbox.tui.dialogs.chooser import Chooser
from tui_inbox.tui.dialogs.form import Choice, Form
from tui_inbox.tui.screens.group_send import GroupSendScreen
from tui_inbox.tui.screens.sends import SendsScreen

LONG = "Bonjour ##{{first_name}}, ce soir on entre par la cour, rue du Port." + " Merci beaucoup." * 6


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path, a_desk(bulk=Bulk(74, 60)))


def arrivals(t: Transaction, count: int) -> list[int]:
    """Two of them have opted out of advertising, one has no number; all arrive today."""
    ids = people(t, count - 1)
    ids.append(a_guest(t, "Zoé Sansnuméro").id)
    for guest_id in ids:
        a_reservation(t, t.guests.load(guest_id), 0, 2)
    for guest_id in ids[:2]:
        guests.set_consent(t, ANA, guest_id, "marketing", "sms", False, "mail", NOW)
    guest_lists.save(t, ANA, GuestList(0, "Arrivées", {"arriving_within": "0"}), NOW)
    return ids


async def fill(desk: Desk, **values: str) -> None:
    """Type into the open form, and save it."""
    form = desk.app.screen
    assert isinstance(form, Form)
    for name, value in values.items():
        widget = form.widget(name)
        widget.focus()
        await desk.settle()
        if isinstance(widget, Choice):
            while widget.value != value:
                await desk.press("right")
        elif isinstance(widget, TextArea):
            widget.text = value
        elif isinstance(widget, Input):
            widget.value = value
    await desk.press("ctrl+s")
    await desk.settle()


async def pick(desk: Desk, words: str) -> None:
    """Choose the option with these words in an open dialog."""
    await desk.until(lambda: isinstance(desk.app.screen, Chooser) and words in _labels(desk.app.screen))
    dialog = desk.app.screen
    assert isinstance(dialog, Chooser)
    while dialog.pane.lit is None or dialog.pane.lit.label != words:
        await desk.press("down")
    await desk.press("enter")


def _labels(dialog: Chooser) -> list[str]:
    return [option.label for option in dialog.pane.options if not option.why_not]


def group(desk: Desk) -> GroupSendScreen:
    screen = next(one for one in desk.app.screen_stack if isinstance(one, GroupSendScreen))
    assert screen.summary is not None
    return screen


async def written_to(desk: Desk, text: str = LONG) -> None:
    await desk.press("G")
    await pick(desk, "Arrivées")
    await desk.until(lambda: isinstance(desk.app.screen, Form))
    await fill(desk, channels="sms", text=text)


async def test_whoever_was_taken_out_is_put_back_the_last_one_first(house: House) -> None:
    house.do(arrivals, 5)
    async with house.screen((80, 24)) as desk:
        await written_to(desk)
        assert "u put back" not in desk.text
        await desk.press("u")
        assert "2 get it  3 not" in desk.text
        await desk.press("end", "x", "x")
        await desk.until(lambda: "0 get it  3 not" in desk.text)
        assert "2 taken out  u put back" in desk.text
        for _ in range(3):
            await desk.press("x")
        await desk.until(lambda: "5 taken out" in desk.text)
        for left in range(4, -1, -1):
            await desk.press("u")
            await desk.until(lambda n=left: (f"{n} taken out" in desk.text) == bool(n))  # type: ignore[misc]
        assert "2 get it  3 not" in desk.text
        assert "Guest003" in desk.line("▌")
        await desk.press("ctrl+s")
        await pick(desk, "Send")
        await desk.until(lambda: isinstance(desk.app.screen, SendsScreen))
        house.clock.forward(seconds=30)
        house.work()
        house.work()
        assert len(house.sent()) == 2


async def test_the_question_before_sending_counts_without_whoever_was_just_taken_out(house: House) -> None:
    house.do(arrivals, 6)
    async with house.screen((80, 24)) as desk:
        await written_to(desk)
        await desk.until(lambda: "3 get it  3 not" in desk.text)
        await desk.pilot.press("end", "x", "ctrl+s")
        await desk.until(lambda: "Send it to 2 guests?" in desk.text)


async def test_with_everybody_taken_out_it_says_so_and_not_that_a_text_is_missing(house: House) -> None:
    house.do(arrivals, 2)
    async with house.screen((80, 24)) as desk:
        await written_to(desk)
        await desk.press("x", "x")
        await desk.until(lambda: "All of them are taken out. u puts back the last." in desk.text)
        assert "first say what" not in desk.text


async def test_while_many_are_looked_at_it_is_said_how_far_it_is(house: House) -> None:
    ids = house.do(arrivals, 5)
    wanted = campaigns.GroupSend(Wording(("sms",), "Bonjour"), tuple(ids))
    seen: list[int] = []
    house.ask(lambda t: campaigns.look(t, house.desk, ANA, wanted, NOW, seen.append))
    assert seen == [1, 2, 3, 4, 5]
    async with house.screen((80, 24)) as desk:
        await written_to(desk)
        screen = group(desk)
        screen._tell(3)
        screen.tick()
        await desk.until(lambda: "Arrivées  3 of 5 guests looked at …" in desk.text)
        await desk.press("f5")
        await desk.until(lambda: "looked at" not in desk.text and "2 get it  3 not" in desk.text)


async def test_a_price_stands_as_it_is_written_in_french(house: House) -> None:
    house.do(arrivals, 5)
    wording.use("fr")
    async with house.screen((80, 24)) as desk:
        await desk.press("G")
        await pick(desk, "Arrivées")
        await desk.until(lambda: isinstance(desk.app.screen, Form))
        await fill(desk, channels="sms", text="Bonjour")
        await desk.until(lambda: "≈ 0,14 €" in desk.text)


async def test_letting_everything_go_is_asked_first_and_the_footer_says_what_a_key_would_do(house: House) -> None:
    house.do(arrivals, 5)
    async with house.screen((80, 24)) as desk:
        await written_to(desk)
        await desk.press("ctrl+s")
        await pick(desk, "Send")
        await desk.until(lambda: isinstance(desk.app.screen, SendsScreen))
        assert "p pause" in desk.line("a new")
        assert "H hold" in desk.line("a new")
        await desk.press("p")
        await desk.until(lambda: "p go on" in desk.line("a new"))
        await desk.press("H")
        await desk.type("Water is off")
        await desk.press("ctrl+s")
        await desk.until(lambda: "Water is off  H release" in desk.text)
        await desk.press("H", "enter")
        assert house.ask(holding.held_all) is not None
        await desk.press("H", "down", "enter")
        await desk.until(lambda: "released: each message is checked again first" in desk.text)
        assert house.ask(holding.held_all) is None


async def test_a_list_too_long_for_an_offer_is_told_before_anything_is_written(house: House) -> None:
    house.do(arrivals, 51)
    async with house.screen((80, 24)) as desk:
        await desk.app.screen.action_do("screen_offers")  # type: ignore[attr-defined]
        await desk.settle()
        await desk.press("a")
        await pick(desk, "Arrivées")
        await desk.until(lambda: "“Arrivées” has 51 guests now, an offer goes to 50 at most" in desk.text)
        assert not isinstance(desk.app.screen, Form)


async def test_an_administrator_s_name_and_pin_unlock_it(house: House) -> None:
    house.do(arrivals, 76)
    house.do(pins.put, BOSS, "1234")
    async with house.screen(people={"ana": ANA, "chef": BOSS}) as desk:
        await written_to(desk)
        await desk.press("ctrl+s")
        await pick(desk, "Unlocked by Chef")
        await desk.type("9999")
        await desk.press("enter")
        await desk.until(lambda: "PIN" in desk.text and isinstance(desk.app.screen, GroupSendScreen))
        await desk.press("ctrl+s")
        await pick(desk, "Unlocked by Chef")
        await desk.type("1234")
        await desk.press("enter")
        await pick(desk, "Send")
        await desk.until(lambda: isinstance(desk.app.screen, SendsScreen))
        assert "unlocked by" in desk.text


async def test_a_list_is_built_with_its_count_and_stands_above_the_inbox_at_once(house: House) -> None:
    house.writes("Bonjour")
    house.writes("Hello", address="+33612345679")

    def coming(t: Transaction) -> None:
        a_reservation(t, t.guests.load(house.conversation().guest_id), 3, 5)
        nameless = a_guest(t, "Ida Sanstel")
        a_reservation(t, nameless, 2, 4)

    house.do(coming)
    async with house.screen((80, 24)) as desk:
        assert "All guests" not in desk.text
        await desk.press("f10")
        await desk.press("a")
        await _criterion(desk, "arrives within days")
        await desk.type("7")
        await desk.press("enter")
        await desk.until(lambda: "2 guests fit" in desk.text)
        await _criterion(desk, "phone known")
        await pick(desk, "no")
        await desk.until(lambda: "1 guest fits" in desk.text)
        assert "Ida Sanstel" in desk.text
        await desk.press("x")
        await desk.until(lambda: "2 guests fit" in desk.text)
        await desk.press("ctrl+s")
        await desk.type("Bientot")
        await desk.press("ctrl+s")
        await desk.until(lambda: "2 guests fit now" in desk.text)
        await desk.press("escape")
        await desk.until(lambda: "Bientot" in desk.text)
        assert len(desk.inbox.rows.rows) == 2
        await desk.press("L")
        await pick(desk, "Bientot")
        await desk.until(lambda: len(desk.inbox.rows.rows) == 1)
        await desk.press("c")
        await desk.until(lambda: len(desk.inbox.rows.rows) == 2)
        await desk.press("f6")
        await desk.press("down")
        await desk.press("L")
        await pick(desk, "Bientot")
        await desk.until(lambda: "Ida Sanstel" in desk.text and "345679" not in desk.text)


async def _criterion(desk: Desk, words: str) -> None:
    await desk.press("home")
    for _ in range(20):
        if words in desk.line("▌"):
            await desk.press("enter")
            return
        await desk.press("down")
    raise AssertionError(desk.text)


async def test_moving_a_list_first_changes_the_chips_for_everybody(house: House) -> None:
    for name in ("Un", "Deux", "Trois"):
        house.do(guest_lists.save, ANA, GuestList(0, name, {"vip": "yes"}), NOW)
    async with house.screen() as desk:
        await desk.press("f10")
        await desk.press("end", "K", "K")
        await desk.press("escape")
        await desk.until(lambda: "All guests  Trois  Un  Deux" in desk.text)
    async with house.screen() as desk:
        await desk.until(lambda: "All guests  Trois  Un  Deux" in desk.text)
        await desk.press("f10")
        await desk.press("x")
        await pick(desk, "Delete")
        await desk.press("escape")
        await desk.until(lambda: "All guests  Un  Deux" in desk.text)


async def test_changed_terms_ask_first_and_no_sends_nothing(house: House) -> None:
    house.do(arrivals, 5)
    async with house.screen() as desk:
        for answer, sends in (("No: nothing is sent", 0), ("Yes, send", 1)):
            await desk.press("f11")
            await desk.press("t")
            await desk.until(lambda: isinstance(desk.app.screen, Form))
            await fill(desk, link="https://hotel.example/r", channels="sms", note="Merci de lire.")
            await desk.until(lambda: "4 guests with an upcoming stay" in " ".join(desk.text.split()))
            assert "Merci de lire." in desk.text
            await pick(desk, answer)
            await desk.settle()
            with house.store.read() as t:
                assert len(t.campaigns.all(9)) == sends
            if not sends:
                await desk.press("escape")
        house.clock.forward(seconds=30)
        house.work()
        house.work()
        await desk.press("f5")
        await desk.until(lambda: "House rules" in desk.text)
        await desk.press("enter")
        await desk.press("f")
        await desk.press("y")
        await desk.until(lambda: "Guest000" not in desk.text)
        assert "Guest001" in desk.text


async def test_an_offer_is_seen_with_its_minutes_and_a_yes_is_noted(house: House) -> None:
    house.do(arrivals, 4)
    async with house.screen((80, 24)) as desk:
        await desk.app.screen.action_do("screen_offers")  # type: ignore[attr-defined]
        await desk.settle()
        await desk.press("a")
        await pick(desk, "Arrivées")
        await desk.until(lambda: isinstance(desk.app.screen, Form))
        await fill(desk, title="Table pour deux", minutes="30", channels="sms")
        house.work()
        house.clock.forward(minutes=12)
        await desk.press("f5")
        await desk.until(lambda: "18 minutes left" in desk.text)
        await desk.press("down")
        await desk.press("y")
        await desk.until(lambda: "has it" in desk.text)
        (view,) = house.ask(offers.listing)
        assert view.offer.state.value == "taken"


@pytest.mark.parametrize("keys", [("f10",), ("f10", "a"), ("f11",)])
async def test_the_screens_are_whole_in_a_small_french_terminal(house: House, keys: Sequence[str]) -> None:
    house.do(arrivals, 5)
    house.do(lambda t: t.lines.put(Line("desk-sms", "sms", "+33612000001")))
    wording.use("fr")
    async with house.screen((80, 24)) as desk:
        await desk.press(*keys)
        lines = desk.text.split("\n")
        assert max(len(line) for line in lines) <= 80
        assert lines[-1].strip() or lines[-2].strip()


async def test_a_language_is_chosen_by_its_name(house: House) -> None:
    for name, language in (("Lena Vogt", "de"), ("Anna Rossi", "it")):
        house.do(a_guest, name, language=language)
    async with house.screen((80, 24)) as desk:
        await desk.press("f10")
        await desk.press("a")
        await _criterion(desk, "language")
        await desk.until(lambda: "French (fr)" in desk.text)
        await desk.type("germ")
        await desk.press("enter")
        await desk.until(lambda: "1 guest fits" in desk.text)
        assert "Lena Vogt" in desk.text
        assert "German (de)" in desk.line("▌")
        await desk.press("enter")
        await desk.type("klingon")
        await desk.press("enter", "escape")
        assert "German (de)" in desk.line("▌"), "what is no language changes nothing"
