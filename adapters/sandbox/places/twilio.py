"""Guests by SMS and by Twilio's WhatsApp."""

from __future__ import annotations

from adapters.sandbox.pictures import png
from adapters.sandbox.places import Heard
from adapters.sandbox.script import Later, Person, Sample
from adapters.sandbox.twilio_account import StoredMessage, TwilioAccount


class TwilioPlace:
    vendor = "twilio"

    def __init__(self, sample: Sample, account: TwilioAccount) -> None:
        self._sample, self._account = sample, account
        self._by_phone: dict[str, Person] = {}
        for person in sample.people.values():
            self._by_phone.setdefault(person.phone, person)

    def begin(self, heard: Heard) -> None:
        def sent(message: StoredMessage) -> None:
            number = message.to.removeprefix("whatsapp:")
            person = self._by_phone.get(number)
            if person is None or number in self._account.unreachable or any(step.error for step in message.steps):
                return
            heard(person, Later(0, person.key, "sms" if number == message.to else "whatsapp", ""))

        self._account.on_sent.append(sent)

    def write(self, later: Later) -> None:
        person = self._sample.people[later.guest]
        prefix, own = ("whatsapp:", self._sample.whatsapp) if later.channel == "whatsapp" else ("", self._sample.sms)
        media = [("image/png", png(later.photo))] if later.photo else []
        self._account.receive(prefix + person.phone, prefix + own, later.text, media)
