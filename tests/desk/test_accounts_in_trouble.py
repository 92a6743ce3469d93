"""The channels screen: what each channel can do, what its vendor has taken away and why, and how it goes on."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.booking_com import BOOKING
from adapters.channex import AIRBNB
from adapters.twilio import SMS, WHATSAPP, TwilioAccounts
from storage.store import SqlStore
from tests.builders import a_conversation, a_guest, an_outgoing
from tests.desk.house import GUEST, House
from tests.tui.beside import listed
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import ANA, a_desk, a_session
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.channel import Health, HealthState
from tui_inbox.ports.store import Transaction
from tui_inbox.services import channels, replying
from tui_inbox.services.desk import AccountInfo
from tui_inbox.services.desk import Desk as Settings
from tui_inbox.services.replying import Reply

PAGE = TwilioAccounts.MANAGER
WIDE = (120, 40)


def four() -> Settings:
    """SMS and WhatsApp by one account, Booking.com and Airbnb by one each."""
    one = AccountInfo("desk-sms", "twilio", {"sms": SMS, "whatsapp": WHATSAPP}, {"sms": "+33700000000"}, manager=PAGE)
    return a_desk(
        accounts={
            "desk-sms": one,
            "desk-booking": AccountInfo("desk-booking", "booking.com", {"booking": BOOKING}),
            "desk-airbnb": AccountInfo("desk-airbnb", "channex", {"airbnb": AIRBNB}),
        }
    )


def house(store: SqlStore, folder: Path) -> House:
    return House(store, folder, four())


async def row(desk: Desk, name: str) -> None:
    await desk.press("f8")
    for _ in range(4):
        if name in desk.line("▌")[:60]:
            return
        await desk.press("down")
    raise AssertionError(desk.text)


async def asked(desk: Desk, at: House) -> None:
    """The worker does what the screen has asked for."""

    def waiting() -> bool:
        with at.store.read() as t:
            return bool(t.jobs.queued(1))

    await desk.until(waiting)
    await asyncio.to_thread(channels.run_jobs, at.store, at.desk, at.channels, at.now)


def says(at: House, health: Health) -> None:
    """What the vendor tells of the account from now on, and the worker has asked."""
    at.sms.health = health
    channels.examine(at.store, at.desk, at.sms)


async def test_the_four_channels_are_listed_each_with_what_it_can(sqlite_store: SqlStore, tmp_path: Path) -> None:
    async with house(sqlite_store, tmp_path).screen(WIDE) as desk:
        await row(desk, "desk-sms")
        assert "SMS, WhatsApp" in listed(desk, "desk-sms")
        assert "may write first" in desk.text
        assert "free text for 24 h, then templates" in " ".join(desk.text.split())
        await desk.press("up", "up", "up")
        for name, label, first in (
            ("desk-airbnb", "Airbnb", "planned messages may begin, then"),
            ("desk-booking", "Booking.com", "may write first"),
        ):
            await row(desk, name)
            assert label in listed(desk, name)
            assert first in desk.text
            await desk.press("escape")


@pytest.mark.parametrize(
    ("channel", "account", "address"),
    [
        ("sms", "desk-sms", GUEST),
        ("whatsapp", "desk-sms", GUEST),
        ("booking", "desk-booking", "bk-1"),
        ("airbnb", "desk-airbnb", "ab-1"),
    ],
)
async def test_an_answer_on_each_reaches_its_vendor(
    sqlite_store: SqlStore, tmp_path: Path, channel: str, account: str, address: str
) -> None:
    at = house(sqlite_store, tmp_path)
    at.writes("Bonjour", account=account, channel=channel, address=address)
    async with at.screen(WIDE) as desk:
        await desk.press("r")
        await desk.type("Bienvenue")
        await desk.press("enter")
        await asyncio.to_thread(at.deliver)
    assert {name: at.sent(name) for name in at.channels} == {
        name: ["Bienvenue"] if name == account else [] for name in at.channels
    }


@pytest.mark.parametrize(
    ("state", "code", "words"),
    [
        (HealthState.DISABLED, "account_banned", "switched off"),
        (HealthState.DISABLED, "number_deleted", "switched off"),
        (HealthState.DISABLED, "permissions_withdrawn", "switched off"),
        (HealthState.RESTRICTED, "account_restricted", "restricted"),
        (HealthState.RESTRICTED, "account_locked", "restricted"),
    ],
)
async def test_what_the_vendor_took_away_is_said_with_its_cause_and_where_to_look(
    sqlite_store: SqlStore, tmp_path: Path, state: HealthState, code: str, words: str
) -> None:
    at = house(sqlite_store, tmp_path)
    at.writes("Bonjour")
    says(at, Health(state, code=code, vendor_text="policy"))
    async with at.screen(WIDE) as desk:
        await row(desk, "desk-sms")
        assert words in listed(desk, "desk-sms")
        assert "policy" in desk.text
        assert PAGE in desk.text.replace("\n", "")
        await desk.press("escape", "r")
        await desk.type("Bienvenue")
        await desk.press("enter")
        await asyncio.to_thread(at.deliver)
    held = state is HealthState.DISABLED
    assert at.sent() == ([] if held else ["Bienvenue"])


async def test_reconnecting_sends_what_waited_one_by_one_after_looking_at_each_again(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    at = house(sqlite_store, tmp_path)
    at.writes("Bonjour", channel="whatsapp")
    async with at.screen(WIDE) as desk:
        await desk.press("r")
        await desk.type("par WhatsApp")
        await desk.press("enter")
    says(at, Health(HealthState.DISABLED, code="account_banned"))
    at.clock.forward(hours=23, minutes=59)
    at.writes("Vous êtes là ?")
    at.writes("Et le parking ?", address="+33698765432")
    for address, text in ((GUEST, "par SMS"), ("+33698765432", "au parking")):
        at.do(_reply, at, address, text)
    at.clock.forward(minutes=2)
    at.work()
    assert at.sent() == []
    at.sms.health = Health(HealthState.OK, "Fake")
    async with at.screen(WIDE, actor=ANA._replace(role="admin")) as desk:
        await row(desk, "desk-sms")
        await desk.pilot.press("c")
        await asked(desk, at)
        await desk.until(lambda: "connected: it goes on" in desk.text)
        await asyncio.to_thread(at.work)
        assert sorted(at.sent()) == ["au parking", "par SMS"], "the window of the third is over"
        await desk.press("f3")
        await desk.until(lambda: "par WhatsApp" in desk.text)
        assert "The time for free text is over" in desk.text


def _reply(t: Transaction, at: House, address: str, text: str) -> None:
    conversation = t.conversations.all_of_guest(t.guests.by_handle("sms", address)[0].id)[0]
    reply = Reply(conversation.id, "desk-sms", "sms", address, text, send_now=True)
    replying.send(t, at.desk, ANA, reply, at.now)


async def test_the_months_templates_are_counted_by_category_beside_the_vendors_figures(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    with sqlite_store.write() as t:
        for name, category in (("ready", "utility"), ("spring", "marketing")):
            fields = {"category": category, "account": "desk-sms", "vendor_id": f"HX-{name}"}
            t.templates.add(Template(0, TemplateKind.WHATSAPP, name, "fr", "Bonjour", **fields))  # type: ignore[arg-type]
        guest = a_conversation(t, a_guest(t, "Anna Rossi"), last_channel="whatsapp", last_account="desk-sms")
        for minutes, vendor_id in enumerate(("HX-ready", "HX-ready", "HX-spring", "")):
            an_outgoing(t, guest, f"n{minutes}", OutboxState.ACCEPTED, minutes=minutes, template_id=vendor_id)
        an_outgoing(t, guest, "failed", OutboxState.FAILED, minutes=9, template_id="HX-ready")
        last_month = -timedelta(days=31).total_seconds() / 60
        an_outgoing(t, guest, "old", OutboxState.ACCEPTED, minutes=last_month, template_id="HX-ready")
    async with sitting(a_session(sqlite_store, tmp_path, desk=four()), WIDE) as desk:
        await row(desk, "desk-sms")
        assert "TEMPLATES THIS MONTH, OUR COUNT" in desk.text
        assert desk.line("utility").split()[-2:] == ["utility", "2"]
        assert desk.line("marketing").split()[-2:] == ["marketing", "1"]
