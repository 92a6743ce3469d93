"""A hotel whose SMS, mail and stays come from simulators of their vendors, over real HTTP, SMTP and IMAP."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from adapters.sandbox.mailbox import SandboxMailbox
from adapters.sandbox.mews import Guest, Property, SandboxMews
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import StoredMessage, TwilioAccount
from storage.store import SqlStore
from tests.adapters import mail, rigs, source_rigs
from tests.desk.vendors import Town
from tests.tui.hotel import StandingClock, a_desk
from tests.worker.test_worker import OneLease
from tui_inbox.ports.channel import Channel
from tui_inbox.services import accounts
from tui_inbox.services.desk import AccountInfo
from tui_inbox.worker.once import Outcome, run_once
from tui_inbox.worker.parts import Parts

ACCOUNTS = {"desk-sms": "twilio", "desk-mail": "email"}


@dataclass
class Vendors:
    twilio: SandboxTwilio
    mailbox: SandboxMailbox
    pms: SandboxMews


class HotelInTown(Town):
    """SMS at Twilio, mail at a mailbox, stays at Mews; nothing between them and the screen is played."""

    def __init__(self, store: SqlStore, folder: Path, vendors: Vendors, clock: StandingClock, **desk: Any) -> None:
        self.vendors = vendors
        openers: Mapping[str, Callable[[], Channel]] = {
            "desk-sms": lambda: rigs.in_sandbox(vendors.twilio),
            "desk-mail": lambda: mail.account(vendors.mailbox),
        }
        super().__init__(store, folder, clock, ACCOUNTS, openers)
        given = a_desk(accounts=self.desk.accounts, sources={"pms": AccountInfo("pms", "mews", {})}, **desk)
        self.desk = given
        self.do(accounts.connected, self.desk, "pms", clock.now())

    @property
    def pms(self) -> Property:
        return self.vendors.pms.property

    @property
    def twilio(self) -> TwilioAccount:
        return self.vendors.twilio.account

    def work(self) -> Outcome:
        source = source_rigs.mews(self.vendors.pms.base_url, self.clock, self.pms.access)
        parts = Parts(self.store, self.desk, self.opened(), OneLease(), clock=self.clock, sources={"pms": source})
        return run_once(parts)

    def books(self, first: str, days: int = 0, nights: int = 2, **guest: Any) -> Guest:
        """Somebody books at the hotel, to arrive in so many days; the next booking comes a second later."""
        self.clock.forward(seconds=1)
        booker = Guest(first, "Martin", **guest)
        arrival = self.desk.today(self.now) + timedelta(days=days)
        self.pms.book(f"R-{first}", booker, arrival, arrival + timedelta(days=nights), room="204")
        return booker

    def texts(self, guest: str, words: str) -> None:
        """A guest sends an SMS, and the worker polls."""
        self.twilio.receive(guest, self.twilio.sms, words)
        self.clock.forward(seconds=1)
        self.work()

    def at_twilio(self) -> list[StoredMessage]:
        """What the vendor has from the hotel, oldest first."""
        return [one for one in reversed(self.twilio.messages()) if one.direction == "outbound-api"]

    def mails(self, to: str) -> list[EmailMessage]:
        """What was submitted for this address, oldest first."""
        sent = [email.message_from_bytes(raw, policy=default) for raw in self.vendors.mailbox.sent]
        return [one for one in sent if one["To"] == to]


@contextmanager
def hotel_in_town(store: SqlStore, folder: Path, **desk: Any) -> Iterator[HotelInTown]:
    clock = StandingClock()
    twilio, pms = SandboxTwilio(TwilioAccount(clock=clock)), SandboxMews(Property(clock=clock))
    with twilio, pms, SandboxMailbox() as mailbox:
        yield HotelInTown(store, folder, Vendors(twilio, mailbox, pms), clock, **desk)
