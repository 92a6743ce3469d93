"""Simulated guests: they answer when they are answered, and write by themselves now and then."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from email.parser import BytesHeaderParser
from email.utils import parseaddr

from adapters.sandbox import letters
from adapters.sandbox.mailbox import SandboxMailbox
from adapters.sandbox.pictures import png
from adapters.sandbox.script import Later, Person, Sample
from adapters.sandbox.twilio_account import StoredMessage, TwilioAccount
from tui_inbox.ports.clock import Clock, SystemClock

ANSWER_AFTER = 7.0
"""Seconds between the desk's words and the guest's: long enough to see the ticks move."""
_TYPING_PER_CHARACTER = 0.03


class Agenda:
    """Runs what is due, in one thread of its own; tests call ``run_due``."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._count = 0
        self._wake = threading.Condition()
        self._open = True

    def add(self, seconds: float, act: Callable[[], object]) -> None:
        with self._wake:
            self._count += 1
            heapq.heappush(self._due, (self._monotonic() + seconds, self._count, act))
            self._wake.notify()

    def run_due(self) -> int:
        """Do everything whose time has come; how much there was."""
        done = 0
        while (act := self._next()) is not None:
            act()
            done += 1
        return done

    def run(self) -> None:
        """Until ``stop``."""
        while self._open:
            self.run_due()
            with self._wake:
                wait = self._due[0][0] - self._monotonic() if self._due else 1.0
                if self._open and wait > 0:
                    self._wake.wait(min(wait, 1.0))

    def stop(self) -> None:
        with self._wake:
            self._open = False
            self._wake.notify()

    def _next(self) -> Callable[[], object] | None:
        with self._wake:
            if self._due and self._due[0][0] <= self._monotonic():
                return heapq.heappop(self._due)[2]
            return None


class Guests:
    """Everybody in the script, behind both simulators."""

    def __init__(
        self,
        sample: Sample,
        account: TwilioAccount,
        mailbox: SandboxMailbox | None,
        agenda: Agenda,
        clock: Clock | None = None,
    ) -> None:
        self._sample = sample
        self._account = account
        self._mailbox = mailbox
        self._agenda = agenda
        self._clock = clock or SystemClock()
        self._said: dict[str, int] = {}
        self._by_phone: dict[str, Person] = {}
        for person in sample.people.values():
            self._by_phone.setdefault(person.phone, person)
        self._by_mail = {person.email: person for person in sample.people.values() if person.email}
        self._mails = 0

    def begin(self) -> None:
        """Listen to what the desk sends, and plan what guests write of their own accord."""
        self._account.on_sent.append(self._heard)
        if self._mailbox is not None:
            self._mailbox.on_submission = self._read
        for later in self._sample.later:
            if later.channel != "email" or self._mailbox is not None:
                self._agenda.add(later.after, lambda later=later: self._write(later))  # type: ignore[misc]

    def _heard(self, message: StoredMessage) -> None:
        channel = "whatsapp" if message.to.startswith("whatsapp:") else "sms"
        person = self._by_phone.get(message.to.removeprefix("whatsapp:"))
        unreachable = person is not None and person.phone in self._account.unreachable
        if person is None or unreachable or any(step.error for step in message.steps):
            return
        self._answer(person, channel)

    def _read(self, raw: bytes) -> None:
        head = BytesHeaderParser().parsebytes(raw)
        person = self._by_mail.get(parseaddr(str(head.get("To", "")))[1].lower())
        if person is not None:
            subject = str(head.get("Subject", ""))
            self._answer(person, "email", subject if subject.lower().startswith("re:") else f"Re: {subject}")

    def _answer(self, person: Person, channel: str, subject: str = "") -> None:
        spoken = self._said.get(person.key, 0)
        if spoken >= len(person.answers):
            return
        self._said[person.key] = spoken + 1
        text = person.answers[spoken]
        wait = ANSWER_AFTER + len(text) * _TYPING_PER_CHARACTER
        self._agenda.add(wait, lambda: self._write(Later(0, person.key, channel, text, subject)))

    def _write(self, later: Later) -> None:
        person = self._sample.people[later.guest]
        if later.channel == "email":
            if self._mailbox is not None:
                self._mails += 1
                now = self._clock.now()
                self._mailbox.deliver(letters.later_mail(self._sample, later, self._mails, now), at=now)
            return
        prefix = "whatsapp:" if later.channel == "whatsapp" else ""
        media = [("image/png", png(later.photo))] if later.photo else []
        self._account.receive(prefix + person.phone, prefix + self._sample.own(later.channel), later.text, media)
