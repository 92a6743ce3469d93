"""Guests by mail, and those whose mail Booking.com relays."""

from __future__ import annotations

from email.parser import BytesHeaderParser
from email.utils import parseaddr

from adapters.sandbox import letters
from adapters.sandbox.mailbox import SandboxMailbox
from adapters.sandbox.places import Heard
from adapters.sandbox.script import Later, Person, Sample
from tui_inbox.ports.clock import Clock, SystemClock


class MailPlace:
    vendor = "email"

    def __init__(self, sample: Sample, mailbox: SandboxMailbox, clock: Clock | None = None) -> None:
        self._sample, self._mailbox, self._clock = sample, mailbox, clock or SystemClock()
        self._known: dict[str, tuple[Person, str]] = {}
        for person in sample.people.values():
            if person.email:
                self._known[person.email] = (person, "email")
        for thread in sample.threads:
            if thread.channel == letters.RELAYED:
                person = sample.people[thread.guest]
                self._known[sample.alias(person)] = (person, letters.RELAYED)
        self._mails = 0

    def begin(self, heard: Heard) -> None:
        def submitted(raw: bytes) -> None:
            head = BytesHeaderParser().parsebytes(raw)
            found = self._known.get(parseaddr(str(head.get("To", "")))[1].lower())
            if found is not None:
                person, channel = found
                subject = str(head.get("Subject", ""))
                subject = subject if subject.lower().startswith("re:") else f"Re: {subject}"
                heard(person, Later(0, person.key, channel, "", subject))

        self._mailbox.on_submission = submitted

    def write(self, later: Later) -> None:
        self._mails += 1
        now = self._clock.now()
        self._mailbox.deliver(letters.later_mail(self._sample, later, self._mails, now), at=now)
