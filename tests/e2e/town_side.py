"""The vendors' and the guests' side of the town harness: who writes what, what fails, and what truly arrived."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from uuid import NAMESPACE_OID, uuid5

from adapters.sandbox import house
from adapters.sandbox.agenda import Agenda
from adapters.sandbox.door import Fault
from adapters.sandbox.hotel import script
from adapters.sandbox.places import Place
from adapters.sandbox.places.mail import MailPlace
from adapters.sandbox.places.meta import MetaPlace
from adapters.sandbox.places.sites import BookingPlace, ChannexPlace
from adapters.sandbox.places.twilio import TwilioPlace
from adapters.sandbox.places.whatsapp import WhatsAppPlace
from adapters.sandbox.script import Later, Sample
from adapters.sandbox.town import Town
from adapters.sandbox.twilio_account import Fault as TwilioFault
from adapters.sandbox.webchat import SandboxBrowser
from tui_inbox.domain.errors import NotSent, Unknown

ASKED, ANSWERED = re.compile(r"G-\d{5}"), re.compile(r"A-\d{5}")
"""A guest's message and an answer of ours carry one each."""
PER_CHANNEL = 3
CHATTERS = 3
_AT_MAIL = ("451", "421", "drop", "rcpt_451")
_AT_META = ("lost_answer", "html", "drop", "rate_limited", "down")
_AT_SITES = ("lost_answer", "half", "html", "drop", "rate_limited", "down", "slow")


def quiet_sample(now: datetime) -> Sample:
    """The demo's hotel, whose guests do nothing of their own accord."""
    sample = script(now, 1)
    people = {key: person._replace(answers=(), likes="") for key, person in sample.people.items()}
    return sample._replace(later=(), people=people)


class Chatter:
    """A guest in the web chat, who writes a message again until it was taken."""

    def __init__(self, base_url: str, number: int) -> None:
        self._browser = SandboxBrowser(base_url, house.CHAT, f"Chatter {number}")
        self._waiting: list[str] = []
        self.heard: Counter[str] = Counter()
        self._browser.on_answer.append(lambda text: self.heard.update(ANSWERED.findall(text)))

    def say(self, text: str) -> None:
        self._waiting.append(text)

    def turn(self) -> None:
        try:
            while self._waiting:
                self._browser.write(self._waiting[0], echo=uuid5(NAMESPACE_OID, self._waiting[0]).hex)
                self._waiting.pop(0)
            self._browser.look()
        except NotSent:
            pass  # Too fast, or nobody listens.
        except Unknown:
            pass  # The line was cut.

    @property
    def told_all(self) -> bool:
        return not self._waiting


class Side:
    """Writes, fails and keeps the truth."""

    def __init__(self, sample: Sample, town: Town, receiver: str, seed: int) -> None:
        self._sample, self._town, self._dice = sample, town, random.Random(seed)
        self.asked: dict[str, str] = {}
        """What guests wrote -> the channel."""
        self.arrived: Counter[str] = Counter()
        """Answers that vendors took."""
        self.faults: Counter[str] = Counter()
        self._lock = threading.Lock()
        idle = Agenda()
        places: list[Place] = [
            TwilioPlace(sample, town.twilio.account),
            MailPlace(sample, town.mailbox),
            WhatsAppPlace(sample, town.whatsapp.account, idle),
            MetaPlace(sample, town.messenger.account, idle),
            MetaPlace(sample, town.instagram.account, idle),
            ChannexPlace(sample, town.channex.account),
            BookingPlace(sample, town.booking.account),
        ]
        self._places = {place.vendor: place for place in places}
        self._guests = _guests(sample)
        self._chatters = [Chatter(receiver, number) for number in range(CHATTERS)]
        self._listen()
        self._ended = threading.Event()
        self._browsers = threading.Thread(target=self._browse, daemon=True)
        self._browsers.start()

    def close(self) -> None:
        self._ended.set()
        self._browsers.join(10)

    @property
    def channels(self) -> int:
        return len(self._guests) + 1

    def write(self) -> None:
        """Somebody writes, on a channel chosen by the dice."""
        token = f"G-{len(self.asked):05d}"
        chosen = self._dice.randrange(self.channels)
        if chosen == len(self._guests):
            self.asked[token] = "webchat"
            self._dice.choice(self._chatters).say(f"Bonsoir {token}")
            return
        channel, vendor, people = self._guests[chosen]
        self.asked[token] = f"{channel} {vendor}"
        later = Later(0, self._dice.choice(people), channel, f"Bonjour {token}", "Question", vendor=vendor)
        self._places[vendor].write(later)

    def fail(self) -> None:
        """The next request at some vendor goes wrong."""
        town, dice = self._town, self._dice
        vendor = dice.choice(("twilio", "whatsapp", "channex", "booking", "messenger", "instagram", "mail"))
        on = dice.choice(("send", "send", "read", "any"))
        if vendor == "mail":
            kind = dice.choice(_AT_MAIL)
            town.mailbox.fail_next(kind)  # type: ignore[arg-type]
        elif vendor in ("messenger", "instagram"):
            kind = dice.choice(_AT_META)
            box = town.messenger if vendor == "messenger" else town.instagram
            box.account.faults.append(Fault(kind, on, retry_after="1"))
        else:
            kind = dice.choice(_AT_SITES)
            made = TwilioFault if vendor == "twilio" else Fault
            fault = made(kind, on, retry_after="1", seconds=0.5)
            {"twilio": town.twilio, "whatsapp": town.whatsapp, "channex": town.channex, "booking": town.booking}[
                vendor
            ].account.faults.append(fault)  # type: ignore[arg-type]
        self.faults[kind] += 1

    def heal(self) -> None:
        """From now on every vendor works."""
        town = self._town
        for server in (town.twilio, town.whatsapp, town.channex, town.booking, town.messenger, town.instagram):
            server.account.faults.clear()
        town.mailbox._faults.clear()

    def truth(self) -> Counter[str]:
        """Answer -> how often it is at its vendor (or in the guest's browser)."""
        with self._lock:
            found = self.arrived.copy()
        for chatter in self._chatters:
            found.update(chatter.heard)
        return found

    @property
    def chats_told(self) -> bool:
        return all(chatter.told_all for chatter in self._chatters)

    def _browse(self) -> None:
        while not self._ended.wait(0.5):
            for chatter in self._chatters:
                chatter.turn()

    def _took(self, text: str) -> None:
        with self._lock:
            self.arrived.update(ANSWERED.findall(text)[:1])

    def _listen(self) -> None:
        town = self._town
        town.twilio.account.on_sent.append(lambda message: self._took(message.body))
        town.whatsapp.account.on_sent.append(lambda message: self._took(message.text))
        town.channex.account.on_sent.append(lambda said: self._took(said.text))
        town.booking.account.on_sent.append(lambda told: self._took(told.text))
        for box in (town.messenger, town.instagram):
            box.account.on_sent.append(lambda _talk, said: self._took(said.text))
        town.mailbox.on_submission = _then(town.mailbox.on_submission, lambda raw: self._took(_text(raw)))


def _then(first: Callable[[bytes], None] | None, second: Callable[[bytes], None]) -> Callable[[bytes], None]:
    def both(raw: bytes) -> None:
        if first is not None:
            first(raw)
        second(raw)

    return both


def _text(raw: bytes) -> str:
    body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def _guests(sample: Sample) -> list[tuple[str, str, list[str]]]:
    """(channel, vendor, guests who write there); Hugo's telephone is off."""
    found: dict[tuple[str, str], list[str]] = {}
    for thread in sample.threads:
        known = found.setdefault((thread.channel, thread.vendor), [])
        speaks = not thread.is_comment(0) and thread.guest not in (*known, "hugo")
        if thread.vendor != "webchat" and speaks and len(known) < PER_CHANNEL:
            known.append(thread.guest)
    return [(channel, vendor, people) for (channel, vendor), people in found.items() if people]


def now() -> datetime:
    return datetime.now(UTC)
