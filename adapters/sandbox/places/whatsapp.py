"""Guests on the WhatsApp number that is connected to Meta itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from adapters.sandbox import house
from adapters.sandbox.agenda import Agenda
from adapters.sandbox.places import Heard
from adapters.sandbox.recordings import ogg
from adapters.sandbox.reviewer import REVIEW_SECONDS
from adapters.sandbox.script import Guest, Later, Person, Sample
from adapters.sandbox.whatsapp_cloud_account import CloudTemplate, Media, SentMessage, WhatsAppAccount

LIKED_AFTER = 5.0
_OGG = "audio/ogg; codecs=opus"


def whatsapp_account(sample: Sample) -> WhatsAppAccount:
    """A number whose guests have written as the script says; what is past Meta does not tell again."""
    account = WhatsAppAccount(number=house.WHATSAPP_CLOUD, name=sample.hotel, review_seconds=REVIEW_SECONDS)
    account.templates = [
        CloudTemplate(
            sample.id_of("", words.name, words.language)[:15],
            words.name,
            words.language,
            words.category,
            [{"type": "BODY", "text": words.body}],
            words.status.upper(),
            words.reason or "NONE",
        )
        for words in sample.words
        if words.kind == "whatsapp"
    ]
    for thread in sample.threads:
        if thread.vendor == "whatsapp-cloud":
            person = sample.people[thread.guest]
            for n, line in enumerate(thread.lines):
                if isinstance(line, Guest):
                    at = sample.at(line.ago)
                    if line.voice:
                        number = sample.media(thread, n)
                        account.media[number] = Media(number, _OGG, ogg(line.voice), at)
                    account.receive(person.phone, user_id=person.user_id, at=at)
    return account


class WhatsAppPlace:
    vendor = "whatsapp-cloud"

    def __init__(self, sample: Sample, account: WhatsAppAccount, agenda: Agenda) -> None:
        self._sample, self._account, self._agenda = sample, account, agenda
        people = [person for person in sample.people.values() if person.phone or person.user_id]
        self._by_end = {person.phone.removeprefix("+") or person.user_id: person for person in people}

    def begin(self, heard: Heard) -> None:
        def sent(message: SentMessage) -> None:
            for at, _status, _error in message.steps:
                self._agenda.add((at - message.at).total_seconds() + 0.1, self._account.run_due)
            person = self._by_end.get(message.to)
            if person is None or message.type == "reaction" or any(error for _, _, error in message.steps):
                return
            if person.likes:
                self._agenda.add(LIKED_AFTER, lambda: self._like(person, message.id))
            heard(person, Later(0, person.key, "whatsapp", "", vendor=self.vendor))

        self._account.on_sent.append(sent)

    def write(self, later: Later) -> None:
        person = self._sample.people[later.guest]
        if not later.voice:
            self._tell(person, "text", {"body": later.text})
            return
        stored = self._account.upload(_OGG, ogg(later.voice))
        digest = base64.b64encode(hashlib.sha256(stored.content).digest()).decode()
        self._tell(person, "audio", {"id": stored.id, "mime_type": _OGG, "sha256": digest, "voice": True})

    def _like(self, person: Person, message_id: str) -> None:
        self._tell(person, "reaction", {"message_id": message_id, "emoji": person.likes})

    def _tell(self, person: Person, kind: str, content: Mapping[str, object]) -> None:
        self._account.receive(person.phone, kind, content, name=person.name, user_id=person.user_id)
