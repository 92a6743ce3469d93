"""Guests on Messenger, on Instagram and under the Page's posts."""

from __future__ import annotations

from datetime import timedelta

from adapters.sandbox.agenda import Agenda
from adapters.sandbox.meta_account import MetaAccount, Remark, Said, Shown, Talk, UtilityTemplate
from adapters.sandbox.places import Heard
from adapters.sandbox.script import Desk, Elsewhere, Guest, Later, Person, Sample, Thread, Words

DELIVERED_AFTER, READ_AFTER = 1.5, 4.0
"""Seconds from our message to what its webhooks tell of it."""


def meta_account(sample: Sample, channel: str) -> MetaAccount:
    """A Page, or an Instagram account, that has lived through the script."""
    account = MetaAccount(channel=channel, name=sample.hotel)
    if channel == "messenger":
        account.templates = [
            UtilityTemplate(words.name, words.language, _named(words))
            for words in sample.words
            if words.category == "UTILITY" and words.status == "approved"
        ]
    for thread in sample.threads:
        if thread.channel == channel:
            for n, line in enumerate(thread.lines):
                if thread.is_comment(n):
                    _comment(account, sample, thread, n)
                elif isinstance(line, (Guest, Desk, Elsewhere)):
                    _message(account, sample, thread, n, line)
    account.remarks.sort(key=lambda remark: remark.at)
    return account


def _named(words: Words) -> str:
    """Meta's own templates name what Twilio's number."""
    body = words.body
    for number, name in enumerate(words.variables, 1):
        body = body.replace(f"{{{{{number}}}}}", f"{{{{{name}}}}}")
    return body


def _message(account: MetaAccount, sample: Sample, thread: Thread, n: int, line: Guest | Desk | Elsewhere) -> None:
    person, at = sample.people[thread.guest], sample.at(line.ago)
    address, sid = sample.address(person, thread.channel), sample.sid(thread, n)
    if isinstance(line, Guest):
        answered = "" if line.answers is None else sample.sid(thread, line.answers)
        account.receive(address, line.text, name=person.name, at=at, reply_to=answered, mid=sid)
    else:
        account.keep(address, Said(sid, at, True, line.text))


def _comment(account: MetaAccount, sample: Sample, thread: Thread, n: int) -> None:
    post, person, line = sample.post(thread), sample.people[thread.guest], thread.lines[n]
    if all(shown.id != post for shown in account.posts):
        account.posts.append(Shown(post, sample.at(thread.lines[0].ago) - timedelta(hours=5), thread.subject))
    above = line.under if isinstance(line, Desk) else line.answers if isinstance(line, Guest) else None
    writer = (account.own, account.name)
    if isinstance(line, Guest):
        writer = (sample.address(person, thread.channel), person.name)
    text = line.text if isinstance(line, (Guest, Desk)) else ""
    parent = "" if above is None else sample.sid(thread, above)
    account.remarks.append(Remark(sample.sid(thread, n), post, sample.at(line.ago), text, *writer, parent=parent))


class MetaPlace:
    def __init__(self, sample: Sample, account: MetaAccount, agenda: Agenda) -> None:
        self.vendor = account.channel
        self._sample, self._account, self._agenda = sample, account, agenda
        people = sample.people.values()
        self._by_id: dict[str, Person] = {sample.address(person, self.vendor): person for person in people}

    def begin(self, heard: Heard) -> None:
        def sent(talk: Talk, said: Said) -> None:
            self._agenda.add(DELIVERED_AFTER, lambda: self._tick(talk, said, "delivery"))
            self._agenda.add(READ_AFTER, lambda: self._tick(talk, said, "read"))
            if (person := self._by_id.get(talk.guest)) is not None:
                heard(person, Later(0, person.key, self.vendor, ""))

        def answered(remark: Remark) -> None:
            above = self._account.find_remark(remark.parent)
            if above is not None and (person := self._by_id.get(above.writer)) is not None:
                heard(person, Later(0, person.key, self.vendor, "", under=above.id))

        self._account.on_sent.append(sent)
        self._account.on_answered.append(answered)

    def write(self, later: Later) -> None:
        person = self._sample.people[later.guest]
        address = self._sample.address(person, self.vendor)
        above = self._account.find_remark(later.under) if later.under else None
        if above is None:
            self._account.receive(address, later.text, name=person.name)
            return
        post = next(shown for shown in self._account.posts if shown.id == above.post)
        made = self._account.remark(post, later.text, address, name=person.name, parent=above.id)
        self._account.push(changes=(self._account.change_of(made),))

    def _tick(self, talk: Talk, said: Said, word: str) -> None:
        """Messenger tells up to when, Instagram which, and only that it was read."""
        account, now = self._account, self._account.clock.now()
        if account.channel == "instagram":
            if word == "read":
                account.push({**account.between(talk.guest, account.own, now), "read": {"mid": said.id}})
            return
        watermark = int(now.timestamp() * 1000)
        account.push({**account.between(talk.guest, account.own, now), word: {"watermark": watermark}})
