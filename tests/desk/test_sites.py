"""Booking.com and Airbnb at the desk, from the keys to the vendors' simulators and back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest

from adapters.sandbox.booking_com import SandboxBooking
from adapters.sandbox.booking_com_account import BookingAccount
from adapters.sandbox.channex import SandboxChannex
from adapters.sandbox.channex_account import ChannexAccount, Site
from storage.store import SqlStore
from tests.adapters import rig_booking_com, rig_channex
from tests.desk.vendors import Town
from tests.tui.driving import Desk
from tests.tui.hotel import ANA, StandingClock
from tui_inbox.bootstrap.opening import channel_kinds
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.planner import Rule, RuleKind
from tui_inbox.domain.reservation import Reservation
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import channels, planning, scoring, templates

BODY = "**Hello** ##{{first_name}}, the [map](https://x.example/m).\n\n* Check-in from 15:00"
PLAIN = "Hello Andrew, the map: https://x.example/m.\n\n- Check-in from 15:00"
ARRIVAL = date(2026, 11, 27)
CODE = "HMABC12345"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def channex(clock: StandingClock) -> Iterator[SandboxChannex]:
    with SandboxChannex(ChannexAccount(clock=clock)) as box:
        yield box


@pytest.fixture
def booking(clock: StandingClock) -> Iterator[SandboxBooking]:
    with SandboxBooking(BookingAccount(clock=clock)) as box:
        yield box


@pytest.fixture
def airbnb(channex: SandboxChannex, sqlite_store: SqlStore, tmp_path: Path, clock: StandingClock) -> Town:
    openers = {"sites": lambda: rig_channex.in_sandbox(channex)}
    return Town(sqlite_store, tmp_path, clock, {"sites": "channex"}, openers)


def a_stay_and_its_reminders(t: Transaction, at: Town) -> None:
    """Andrew comes on the 27th; a rule writes to him 48 hours before at eleven, and one text has no rule."""
    guest = t.guests.add(Guest(0, "Andrew Poe"))
    stay = Reservation(0, guest.id, "pms", "77", ARRIVAL, ARRIVAL + timedelta(days=2), ota="Airbnb", ota_code=CODE)
    t.reservations.add(stay._replace(created_at=at.now - timedelta(days=9)))
    for name, body in (("soon", "See you soon, ##{{first_name}}."), ("welcome", BODY)):
        templates.save(t, at.desk, ANA, Template(0, TemplateKind.REMINDER, name, "en", body), at.now)
    planning.put_rule(t, at.desk, ANA, Rule(0, RuleKind.BEFORE_ARRIVAL, "welcome", "welcome", 2, time(11), ("airbnb",)))


async def begun(desk: Desk, name: str) -> None:
    """«New message» to this guest."""
    await desk.pilot.press("m")
    await desk.type(name.split()[0])
    await desk.until(lambda: name in desk.text)
    await desk.press("enter")
    await desk.until(lambda: desk.inbox.answering.choice is not None)
    await desk.settle()


ONLY_PLANNED = "The first message on Airbnb can only be a"


async def test_e4_an_airbnb_guest_gets_planned_words_only_until_they_write(
    airbnb: Town, channex: SandboxChannex
) -> None:
    at, stay = airbnb, channex.account.book("AirBNB", CODE, "Andrew", "Poe")

    def said() -> list[str]:
        return [one.text for one in reversed(channex.account.said(channex.account.thread_of(stay).id))]

    at.do(a_stay_and_its_reminders, at)
    at.work()
    async with at.screen() as desk:
        await begun(desk, "Andrew Poe")
        assert ONLY_PLANNED in desk.text
        await desk.type("abc")
        assert desk.inbox.composer.text == ""
        await desk.press("ctrl+t")
        await desk.until(lambda: "soon" in desk.line("▌ soon"))
        assert "See you soon, Andrew." in desk.text
        assert "welcome" in desk.text
        await desk.press("enter")
        await desk.until(lambda: "soon goes as a planned message." in desk.text)
        at.work()
        assert said() == ["See you soon, Andrew."]

        at.clock.moment = datetime(2026, 11, 25, 10, 1, tzinfo=UTC)
        at.work()
        at.deliver()
        assert said() == ["See you soon, Andrew.", PLAIN]
        await desk.press("f5")
        await desk.until(lambda: "scheduled · welcome" in desk.text)
        assert ONLY_PLANNED in desk.text, "two planned words unlock nothing"

        at.clock.forward(minutes=30)
        channex.account.write(stay, "At ten?")
        at.work()
        await desk.press("escape", "1", "f5")
        await desk.until(lambda: "At ten?" in desk.text)
        await desk.press("enter")
        await desk.at_rest()
        places = [desk.text.rindex(words) for words in ("scheduled · soon", "scheduled · welcome", "At ten?")]
        assert places == sorted(places)
        await desk.press("r")
        await desk.type("Ten is fine")
        await desk.press("enter")
        at.deliver()
    assert said() == ["See you soon, Andrew.", PLAIN, "At ten?", "Ten is fine"]


async def test_e3_thanks_on_booking_com_need_no_answer_and_cost_no_score(
    booking: SandboxBooking, sqlite_store: SqlStore, tmp_path: Path, clock: StandingClock
) -> None:
    openers = {"sites": lambda: rig_booking_com.in_sandbox(booking)}
    at = Town(sqlite_store, tmp_path, clock, {"sites": "booking.com"}, openers)
    talk = booking.account.book("3812391309", "Claire Martin")
    booking.account.write(talk, "Parking?")
    at.work()

    def marks() -> tuple[bool, bool, bool]:
        row = at.conversation(talk.id, "booking")
        return row.unanswered, row.deadline_at is not None, talk.no_reply_needed

    async with at.screen() as desk:
        await desk.press("r")
        await desk.type("Oui")
        await desk.press("enter")
        at.deliver()
        await desk.press("escape")
        at.clock.forward(minutes=10)
        at.work()
        score = await the_score(desk, at)
        booking.account.write(talk, "ok merci")
        at.work()
        await desk.press("f5")
        await desk.until(lambda: "○ 1 unanswered" in desk.text)
        assert marks() == (True, True, False)
        await desk.until(lambda: "24 h" in desk.line("Claire Martin"))
        for key, words, then in (
            ("x", "○ 0 unanswered", (False, False, True)),
            ("u", "○ 1 unanswered", (True, True, False)),
            ("x", "○ 0 unanswered", (False, False, True)),
        ):
            await desk.press(key)
            await desk.until(partial(shows, desk, words))
            at.clock.forward(seconds=2)
            at.work()
            assert marks() == then
            await desk.until(partial(says_how_long, desk, key == "u"))
        at.clock.forward(hours=25)
        assert await the_score(desk, at) == score, "thanks that nobody answered for a day"


async def test_a_fresh_hotel_sees_that_booking_com_is_not_connected(sqlite_store: SqlStore, tmp_path: Path) -> None:
    at = Town(sqlite_store, tmp_path, StandingClock(), {}, {})
    async with at.screen(kinds=channel_kinds) as desk:
        await desk.press("f8", "a")
        await desk.until(lambda: "Connect a channel" in desk.text)
        assert "not connected" in desk.line("Booking.com  ")


@pytest.mark.parametrize(
    ("site", "app", "step", "words"),
    [
        (Site("AirBNB", token_invalid=True), True, 3, "Authorise the site again"),
        (Site("AirBNB", mapped=False, title="Attic room 5"), True, 3, "Attic room 5"),
        (Site("AirBNB"), False, 2, "Messages app"),
    ],
    ids=["consent ran out", "not mapped", "no message permission"],
)
async def test_connect_opens_at_the_step_that_failed_and_closes_with_it(
    airbnb: Town, channex: SandboxChannex, site: Site, app: bool, step: int, words: str
) -> None:
    at = airbnb
    channex.account.sites["AirBNB"], channex.account.app_installed = site, app
    async with at.screen(kinds=channel_kinds, actor=ANA._replace(role="admin")) as desk:
        await desk.press("f8")
        await connecting(desk, at)
        await desk.until(lambda: f"sites is not connected: step {step}" in desk.text)
        assert f"▶ {step}." in desk.text
        assert words in desk.text
        channex.account.sites["AirBNB"], channex.account.app_installed = Site("AirBNB"), True
        await desk.press("escape")
        await connecting(desk, at)
        await desk.until(lambda: "connected: it goes on" in desk.text)
        assert "step" not in desk.text


async def connecting(desk: Desk, at: Town) -> None:
    """Press «connect», and the worker does it."""
    await desk.pilot.press("c")
    await desk.until(lambda: at.ask(lambda t: t.jobs.queued(1)))
    await asyncio.to_thread(channels.run_jobs, at.store, at.desk, at.opened(), at.now)


def shows(desk: Desk, words: str) -> bool:
    return words in desk.text


def says_how_long(desk: Desk, expected: bool) -> bool:
    """The answering pane names the time left for an answer, or does not; it follows the list with a look of its own."""
    return ("reply within" in desk.text) is expected


async def the_score(desk: Desk, at: Town) -> str:
    """What stands with the account on the channels screen after the worker's hour."""
    scoring.note(at.store, at.desk, "sites", at.now)
    await desk.press("f8")
    await desk.until(lambda: "reply score" in desk.text)
    words = desk.text.split("reply score")[1].split("▌")[0]
    await desk.press("escape")
    return " ".join(words.split())
