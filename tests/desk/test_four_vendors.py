"""SMS, WhatsApp, Booking.com and Airbnb at one desk: an answer on each reaches its own vendor's server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.sandbox.booking_com import SandboxBooking
from adapters.sandbox.booking_com_account import BookingAccount
from adapters.sandbox.channex import SandboxChannex
from adapters.sandbox.channex_account import ChannexAccount
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import TwilioAccount
from storage.store import SqlStore
from tests.adapters import rig_booking_com, rig_channex, rigs
from tests.desk.vendors import Town
from tests.tui.driving import Desk
from tests.tui.hotel import StandingClock

GUEST = "+33612345678"


@dataclass
class Vendors:
    at: Town
    twilio: TwilioAccount
    booking: BookingAccount
    channex: ChannexAccount

    def writes(self, channel: str) -> None:
        """A guest of this channel writes to the hotel."""
        if channel == "sms":
            self.twilio.receive(GUEST, self.twilio.sms, "Bonjour")
        elif channel == "whatsapp":
            self.twilio.receive(f"whatsapp:{GUEST}", f"whatsapp:{self.twilio.whatsapp}", "Bonjour")
        elif channel == "booking":
            self.booking.write(self.booking.book("3812391309", "Claire Martin"), "Bonjour")
        else:
            self.channex.write(self.channex.book("AirBNB", "HMABC12345", "Andrew", "Poe"), "Bonjour")

    def got(self) -> dict[str, list[str]]:
        """What each vendor has from the hotel."""
        out = [message for message in self.twilio.messages() if message.direction != "inbound"]
        talks, threads = self.booking.conversations, self.channex.talks
        return {
            "sms": [one.body for one in out if not one.to.startswith("whatsapp:")],
            "whatsapp": [one.body for one in out if one.to.startswith("whatsapp:")],
            "booking": [said.text for id_ in talks for said in self.booking.thread(id_) if said.by == "property"],
            "airbnb": [said.text for id_ in threads for said in self.channex.said(id_) if said.sender == "property"],
        }


@pytest.fixture
def vendors(sqlite_store: SqlStore, tmp_path: Path) -> Iterator[Vendors]:
    clock = StandingClock()
    twilio = SandboxTwilio(TwilioAccount(clock=clock))
    booking, channex = SandboxBooking(BookingAccount(clock=clock)), SandboxChannex(ChannexAccount(clock=clock))
    with twilio, booking, channex:
        openers: dict[str, Callable[[], object]] = {
            "desk-sms": lambda: rigs.in_sandbox(twilio),
            "desk-booking": lambda: rig_booking_com.in_sandbox(booking),
            "desk-airbnb": lambda: rig_channex.in_sandbox(channex),
        }
        types = {"desk-sms": "twilio", "desk-booking": "booking.com", "desk-airbnb": "channex"}
        at = Town(sqlite_store, tmp_path, clock, types, openers)  # type: ignore[arg-type]
        yield Vendors(at, twilio.account, booking.account, channex.account)


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "booking", "airbnb"])
async def test_an_answer_reaches_the_vendor_of_its_channel_and_no_other(vendors: Vendors, channel: str) -> None:
    vendors.writes(channel)
    vendors.at.work()
    async with vendors.at.screen() as desk:
        assert "Bonjour" in desk.text
        await desk.press("r")
        await desk.type("Bienvenue")
        await desk.press("enter")
        vendors.at.deliver()
        await desk.settle()
    expected: dict[str, list[str]] = {"sms": [], "whatsapp": [], "booking": [], "airbnb": []}
    assert vendors.got() == {**expected, channel: ["Bienvenue"]}


CAN = {
    "desk-sms": ("SMS", "WhatsApp", "may write first", "free text for 24 h, then templates", "tells what was read"),
    "desk-booking": ("Booking.com", "may write first", "files", "no reply needed"),
    "desk-airbnb": ("Airbnb", "planned messages may begin, then answers", "no reply needed"),
}


async def test_the_channels_screen_says_of_each_what_it_can(vendors: Vendors) -> None:
    async with vendors.at.screen((200, 40)) as desk:
        await desk.press("f8")
        for name, words in CAN.items():
            await row(desk, name)
            told = beside(desk)
            assert [word for word in words if word not in told] == [], told
            await desk.press("up", "up")


def beside(desk: Desk) -> str:
    """What stands beside the list, without its line breaks."""
    start = desk.text.split("\n")[1].index("  desk-") + 2
    return " ".join(" ".join(line[start:] for line in desk.text.split("\n")[1:]).split())


async def row(desk: Desk, name: str) -> None:
    for _ in range(4):
        if name in desk.line("▌")[:60]:
            return
        await desk.press("down")
    raise AssertionError(desk.text)
