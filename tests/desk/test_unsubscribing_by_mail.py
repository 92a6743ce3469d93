"""A guest follows what stands in the source of our mails; the desk sees it, and the next group send leaves them out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from storage.store import SqlStore
from tests.desk.hotel_in_town import HotelInTown, hotel_in_town
from tests.desk.test_messages_to_many import fill, group, pick
from tests.tui.driving import Desk
from tests.tui.hotel import ANA
from tui_inbox.domain.guest_list import GuestList
from tui_inbox.domain.message import MessageClass
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import ConsentRow
from tui_inbox.services import guest_lists
from tui_inbox.services.desk import Bulk
from tui_inbox.tui.dialogs.form import Form
from tui_inbox.tui.screens.sends import SendsScreen

CLAIRE, PAUL = "claire@guest.example", "paul@guest.example"


@pytest.fixture
def hotel(sqlite_store: SqlStore, tmp_path: Path) -> Iterator[HotelInTown]:
    with hotel_in_town(sqlite_store, tmp_path, bulk=Bulk(74, 600)) as found:
        yield found


async def written_to_all(desk: Desk, topic: MessageClass) -> dict[str, str]:
    """The open group send for everybody; whom it leaves out, and why."""
    await desk.press("G")
    await pick(desk, "Tous")
    await desk.until(lambda: isinstance(desk.app.screen, Form))
    values = {"channels": "email", "class": topic.value, "reason": "travaux", "subject": "Spa", "text": "Bonjour."}
    await fill(desk, **values)
    summary = group(desk).summary
    assert summary is not None
    return {one.guest.name: one.refusal.code for one in summary.left_out if one.refusal}


async def send_it(desk: Desk, hotel: HotelInTown) -> None:
    await desk.press("ctrl+s")
    await pick(desk, "Send")
    await desk.until(lambda: isinstance(desk.app.screen, SendsScreen))
    for _round in range(3):
        hotel.clock.forward(seconds=20)
        hotel.work()


def answered(hotel: HotelInTown, subject: str, text: str = "", references: str = "") -> None:
    """Claire's mail program writes what a link says, or her answer."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Claire Martin <{CLAIRE}>", "desk@hotel.example", subject
    mail["Message-ID"] = "<1@guest.example>"
    mail["Date"] = hotel.now
    if references:
        mail["In-Reply-To"] = mail["References"] = references
    mail.set_content(text)
    hotel.vendors.mailbox.deliver(mail.as_bytes())
    hotel.work()


def link_of(mail: EmailMessage, how: str) -> str:
    """The address that the header or the footer names."""
    part = mail.get_body(("plain",))
    assert part is not None
    source = str(mail["List-Unsubscribe"] or "") if how == "header" else part.get_content()
    found = re.search(r"mailto:[^\s<>]+", source)
    assert found is not None, source
    return found.group()


@pytest.mark.parametrize(
    ("topic", "how", "source"),
    [
        (MessageClass.TRANSACTIONAL, "footer", "by_mail"),
        (MessageClass.TRANSACTIONAL, "word", "by_answer"),
        (MessageClass.MARKETING, "header", "by_mail"),
    ],
)
async def test_s2_51_and_52_who_follows_it_is_out_with_its_source_and_named_by_the_next_group_send(
    hotel: HotelInTown, topic: MessageClass, how: str, source: str
) -> None:
    hotel.books("Claire", days=2, email=CLAIRE)
    hotel.books("Paul", days=2, email=PAUL)
    hotel.work()
    hotel.do(guest_lists.save, ANA, GuestList(0, "Tous", {"arriving_within": "7"}), hotel.now)
    async with hotel.screen() as desk:
        assert await written_to_all(desk, topic) == {}
        await send_it(desk, hotel)
        (mail,) = hotel.mails(CLAIRE)
        assert (mail["List-Unsubscribe"] is not None) is (topic is MessageClass.MARKETING)
        if how == "word":
            answered(hotel, f"Re: {mail['Subject']}", "STOP", str(mail["Message-ID"]))
        else:
            link = urlsplit(link_of(mail, how))
            assert unquote(link.path) == "desk@hotel.example"
            answered(hotel, parse_qs(link.query)["subject"][0])
        assert [(row.topic, row.medium, row.allowed, row.source) for row in _said(hotel)] == [
            (topic.value, "email", False, source)
        ]
        await desk.press("escape", "escape")
        refused = await written_to_all(desk, topic)
        assert refused == {"Claire Martin": f"left_out_{topic.value}"}
        assert desk.line("Claire Martin"), "named on the screen"
        await send_it(desk, hotel)
    assert (len(hotel.mails(CLAIRE)), len(hotel.mails(PAUL))) == (1, 2)


def _said(hotel: HotelInTown) -> list[ConsentRow]:
    def read(t: Transaction) -> list[ConsentRow]:
        (guest,) = t.guests.by_contact(email=CLAIRE)
        return list(t.consents.of_guest(guest.id))

    return hotel.ask(read)
