"""Messages to many at the screen: who will not get it by name, what kind it is and why, and no limit but the pace."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import a_guest
from tests.desk.house import House
from tests.desk.test_changed_terms import row
from tests.desk.test_messages_to_many import fill, pick
from tests.services.test_campaigns import minutes, people
from tests.tui.driving import Desk
from tests.tui.hotel import ANA, a_desk
from tui_inbox.domain.guest import Handle
from tui_inbox.domain.guest_list import GuestList
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.optout import token
from tui_inbox.ports.store import Transaction
from tui_inbox.services import campaigns, footers, guest_lists, guests, unsubscribing
from tui_inbox.services.desk import Bulk
from tui_inbox.tui.dialogs.form import Form
from tui_inbox.tui.screens.group_send import GroupSendScreen
from tui_inbox.tui.screens.sends import SendsScreen


def a_house(store: SqlStore, folder: Path, bulk: Bulk | None = None) -> House:
    return House(store, folder, a_desk(bulk=bulk or Bulk(74, 60)))


def spa_guests(t: Transaction, count: int) -> list[int]:
    """Guests with a number and a mail address, all with the tag of the list «Spa»."""
    ids = people(t, count)
    for number, guest_id in enumerate(ids):
        t.guests.add_handle(Handle(0, guest_id, "email", f"guest{number}@example.org"))
    guests.tag(t, ANA, "guest", ids, "spa", "", t.guests.load(ids[0]).created_at)  # type: ignore[arg-type]
    guest_lists.save(t, ANA, GuestList(0, "Spa", {"tag": "spa"}), t.guests.load(ids[0]).created_at)  # type: ignore[arg-type]
    footers.signing_key(t)
    return ids


async def to_spa(desk: Desk) -> None:
    await desk.press("f10", "m")
    await desk.until(lambda: isinstance(desk.app.screen, Form))


@pytest.mark.parametrize(("channel", "account"), [("sms", "desk-sms"), ("email", "desk-mail")])
async def test_ten_of_whom_two_unsubscribed_are_eight_and_two_by_name_and_eight_get_it(
    sqlite_store: SqlStore, tmp_path: Path, channel: str, account: str
) -> None:
    house = a_house(sqlite_store, tmp_path)
    ids = house.do(spa_guests, 10)
    for guest_id in ids[:2]:
        house.do(guests.set_consent, ANA, guest_id, "marketing", channel, False, "by phone", house.now)
    async with house.screen() as desk:
        await to_spa(desk)
        await fill(desk, channels=channel, subject="Spa", text="Bonjour ##{{first_name}}")
        await desk.until(lambda: "8 get it  2 not" in desk.text)
        assert "2 will not get it" in desk.text
        for name in ("Guest000", "Guest001"):
            assert "Has unsubscribed from advertising." in row(desk, name)
        await desk.press("ctrl+s")
        await desk.until(lambda: "Send it to 8 guests?" in desk.text)
        assert house.sent(account) == []
        await pick(desk, "Send")
        await desk.until(lambda: isinstance(desk.app.screen, SendsScreen))
        minutes(house, 1)
        house.deliver()
        addresses = {row.address for _id, row in house.channels[account].sent}
        assert len(house.sent(account)) == len(addresses) == 8
        assert not addresses & {"+33612000000", "+33612000001", "guest0@example.org", "guest1@example.org"}
        await desk.press("f5")
        await desk.until(lambda: "10/10" in desk.text and "2 left out" in desk.text)


async def test_whoever_follows_the_link_under_a_mail_is_named_and_dropped_by_the_next_send(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    house = a_house(sqlite_store, tmp_path)
    (guest_id, *_others) = house.do(spa_guests, 3)
    code = house.do(lambda t: token(footers.signing_key(t), guest_id, MessageClass.MARKETING, house.now.date()))
    async with house.screen() as desk:
        await to_spa(desk)
        await fill(desk, channels="email", subject="Spa", text="Bonjour")
        await desk.until(lambda: "3 get it  0 not    free" in desk.text)
        house.do(unsubscribing.by_page, house.desk, code, house.now)
        await desk.press("f5")
        await desk.until(lambda: "2 get it  1 not" in desk.text)
        assert "Has unsubscribed from advertising." in row(desk, "Guest000")


@pytest.mark.parametrize("channel", ["sms", "email"])
async def test_the_form_shows_the_kind_and_asks_why_it_is_no_advertising(
    sqlite_store: SqlStore, tmp_path: Path, channel: str
) -> None:
    house = a_house(sqlite_store, tmp_path)
    (guest_id, *_others) = house.do(spa_guests, 3)
    house.do(guests.set_consent, ANA, guest_id, "marketing", channel, False, "by phone", house.now)
    async with house.screen() as desk:
        await to_spa(desk)
        assert "advertising" in desk.line("kind")
        await fill(desk, **{"channels": channel, "subject": "Eau", "class": "transactional", "text": "Pas d'eau"})
        await desk.until(lambda: "Say why this is no advertising" in desk.text)
        assert isinstance(desk.app.screen, Form)
        await fill(desk, reason="Coupure d'eau")
        await desk.until(lambda: isinstance(desk.app.screen, GroupSendScreen))
        await desk.until(lambda: "no advertising (Coupure d'eau)" in desk.text)
        assert "3 get it  0 not" in desk.text
        await desk.press("e")
        await desk.until(lambda: isinstance(desk.app.screen, Form))
        await fill(desk, **{"class": "marketing"})
        await desk.until(lambda: "2 get it  1 not" in desk.text)
        await desk.press("e")
        await desk.until(lambda: isinstance(desk.app.screen, Form))
        await fill(desk, **{"class": "transactional"})
        await desk.until(lambda: isinstance(desk.app.screen, GroupSendScreen))
        await desk.press("ctrl+s")
        await pick(desk, "Send")
        await desk.until(lambda: isinstance(desk.app.screen, SendsScreen))
        (made,) = house.ask(campaigns.listing)
        assert (made.campaign.message_class, made.campaign.class_reason) == (
            MessageClass.TRANSACTIONAL,
            "Coupure d'eau",
        )
        assert "no advertising: Coupure d'eau" in desk.text


async def test_without_a_limit_two_hundred_are_accepted_without_a_word_and_leave_at_the_pace(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    house = a_house(sqlite_store, tmp_path, Bulk(None, 120))
    house.do(spa_guests, 200)
    async with house.screen() as desk:
        await to_spa(desk)
        await fill(desk, channels="sms", text="Bonjour")
        await desk.until(lambda: "200 get it  0 not" in desk.text)
        assert "asks for an administrator" not in desk.text
        await desk.press("ctrl+s")
        await pick(desk, "Send")
        await desk.until(lambda: isinstance(desk.app.screen, SendsScreen))
        assert "at most 120 a minute" in desk.text
        minutes(house, 1, every=20)
        assert 100 <= len(house.sent()) <= 120
        await desk.press("f5")
        await desk.until(lambda: "about 1 minute to go" in desk.text)
        minutes(house, 1, every=20)
        assert len({row.address for _id, row in house.sms.sent}) == len(house.sent()) == 200


async def test_changed_terms_without_their_link_are_refused_and_the_form_stays(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    house = a_house(sqlite_store, tmp_path)
    house.do(lambda t: a_guest(t, "Claire"))
    async with house.screen() as desk:
        await desk.press("f11", "t")
        await desk.until(lambda: isinstance(desk.app.screen, Form))
        await fill(desk, link="https://hotel.example/r", channels="sms", text="Les conditions ont changé.")
        await desk.until(lambda: "needs the variable terms_link" in desk.text)
        await fill(desk, text="Lisez ##{{terms_link}}", link="hotel.example")
        await desk.until(lambda: "needs the variable terms_link" in desk.text)
        await fill(desk, link="https://hotel.example/r")
        await desk.until(lambda: "Nobody has an upcoming stay." in desk.text)
        assert house.ask(campaigns.listing) == ()
