"""What F9 shows of tonight's messages is, to the letter, what the vendors then get: footers and ways out included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import a_guest, a_reservation
from tests.desk.hotel_in_town import HotelInTown, hotel_in_town
from tests.tui.driving import Desk
from tests.tui.hotel import ANA
from tui_inbox.domain.planner import PlannedState, Rule, RuleKind
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import guests, planning, templates, tonight

PHONE, MAIL = "+33612345678", "claire@guest.example"
DESIGNED = (
    "# À demain, ##{{first_name}}\n\n**Arrivée** dès 15 h, chambre ##{{room}}.\n\n* [Le plan](https://x.example/p)"
)
AGAIN = "Bonjour ##{{first_name}}, revenez nous voir : -10 %."


@pytest.fixture
def hotel(sqlite_store: SqlStore, tmp_path: Path) -> Iterator[HotelInTown]:
    with hotel_in_town(sqlite_store, tmp_path) as found:
        yield found


def a_rule(hotel: HotelInTown, kind: RuleKind, name: str, body: str, channel: str, days: int) -> None:
    def make(t: Transaction) -> None:
        subject = "Votre séjour" if channel == "email" else ""
        text = Template(0, TemplateKind.REMINDER, name, "fr", body, subject=subject)
        templates.save(t, hotel.desk, ANA, text, hotel.now)
        planning.put_rule(t, hotel.desk, ANA, Rule(0, kind, name, name, days, time(11), (channel,)))

    hotel.do(make)


def forecast(hotel: HotelInTown) -> tonight.Forecast:
    """Of the one message that is planned."""

    def look(t: Transaction) -> tonight.Forecast:
        (row,) = t.planner.in_state([PlannedState.PLANNED], hotel.now.replace(year=2030), 9)
        (rule,) = t.planner.rules()
        stay = t.reservations.load(row.reservation_id)
        return tonight.forecast(t, hotel.desk, rule, stay, t.guests.load(stay.guest_id), row.due_at, hotel.now)

    return hotel.ask(look)


def letters(text: str) -> str:
    """Without blanks and line breaks: a column breaks lines where it likes."""
    return "".join(text.split())


def beside(desk: Desk) -> str:
    """What stands right of the list."""
    return letters("\n".join(line[127:] for line in desk.text.split("\n")))


async def shown(hotel: HotelInTown) -> str:
    async with hotel.screen((200, 50)) as desk:
        await desk.press("f9")
        await desk.until(lambda: "Claire Martin" in desk.text)
        return beside(desk)


async def leaves(hotel: HotelInTown) -> None:
    hotel.clock.forward(hours=1, minutes=5)
    hotel.work()
    hotel.clock.forward(seconds=20)
    hotel.work()


async def test_an_sms_of_marketing_with_its_way_out_and_the_parts_that_it_costs(hotel: HotelInTown) -> None:

    def stayed_a_month_ago(t: Transaction) -> None:
        guest = a_guest(t, "Claire Martin", phone=PHONE, channel="sms")
        stay = a_reservation(t, guest, -33, -31)
        t.reservations.put(stay._replace(created_at=hotel.now - timedelta(days=40)))
        guests.set_consent(t, ANA, guest.id, "marketing", "sms", True, "form", hotel.now)

    hotel.do(stayed_a_month_ago)
    a_rule(hotel, RuleKind.SINCE_STAY, "again", AGAIN, "sms", 1)
    hotel.work()
    found = forecast(hotel)
    on_screen = await shown(hotel)
    await leaves(hotel)
    (sent,) = hotel.at_twilio()
    assert "STOP" in sent.body
    assert found.prepared.letters[0].text == sent.body
    assert found.costs[0].parts == sent.parts
    assert letters(sent.body) in on_screen


@pytest.mark.parametrize("body", ["À demain, ##{{first_name}}.", DESIGNED], ids=["plain", "designed"])
async def test_a_mail_with_its_footer_and_link(hotel: HotelInTown, body: str) -> None:
    hotel.books("Claire", days=1, email=MAIL)
    hotel.work()
    a_rule(hotel, RuleKind.BEFORE_ARRIVAL, "demain", body, "email", 1)
    hotel.work()
    found = forecast(hotel)
    on_screen = await shown(hotel)
    await leaves(hotel)
    (sent,) = hotel.mails(MAIL)
    read = sent.get_body(("plain",))
    assert read is not None
    text = read.get_content()
    assert "mailto:" in text
    assert letters(found.prepared.letters[0].text) == letters(text)
    assert sent["Subject"] == found.prepared.letters[0].subject
    assert letters(text) in on_screen
