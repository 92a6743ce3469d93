"""Fills a store with the sample hotel, through the use cases, as if its day had happened.

What is stored here is what the simulators (``adapters.sandbox.seeding``) hold under the same ids, so that the first
poll finds nothing new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from adapters.sandbox.house import ACCOUNTS
from adapters.sandbox.script import Desk as Answer
from adapters.sandbox.script import Did, Line, Note, Person, Sample, Thread, Words
from tui_inbox.bootstrap import sample_journey
from tui_inbox.bootstrap.sample_answers import answer
from tui_inbox.bootstrap.sample_messages import told
from tui_inbox.domain.guest import Guest as StoredGuest
from tui_inbox.domain.guest import GuestKind
from tui_inbox.domain.lifecycle import new_quiet
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.reservation import Reservation, ReservationStatus
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.domain.visitor import Visitor
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services import accounts, drafting, guests, lifecycle, replying, thread, webchat
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.intake import Intake

_BEFORE_ALL = timedelta(days=60)


def seed_store(store: Store, desk: Desk, sample: Sample) -> None:
    """Write the whole sample in one transaction; ``desk`` must have the accounts of ``house.ACCOUNTS``."""
    with store.write() as tx:
        seeding = _Seeding(tx, desk, sample)
        seeding.house()
        for at, talk, n in _in_order(sample):
            seeding.line(at, talk, n)


def _in_order(sample: Sample) -> Iterator[tuple[datetime, Thread, int]]:
    """Every line of every thread, oldest first; what is planned was planned just now."""
    lines = [
        (sample.at(max(line.ago, 1)), number, n, talk)
        for number, talk in enumerate(sample.threads)
        for n, line in enumerate(talk.lines)
    ]
    for at, _number, n, talk in sorted(lines, key=lambda entry: entry[:3]):
        yield at, talk, n


class _Seeding:
    """The state of one run: which conversation belongs to which thread of the script."""

    def __init__(self, tx: Transaction, desk: Desk, sample: Sample) -> None:
        self._tx = tx
        self._desk = desk
        self._sample = sample
        self._conversations: dict[str, int] = {}
        self._people: dict[str, int] = {}
        self._visitors: dict[str, int] = {}
        self._acts: dict[str, Callable[[Actor, int, Did, datetime], object]] = {
            "close": lambda who, talk, did, at: lifecycle.close(tx, who, [talk], at),
            "spam": lambda who, talk, did, at: lifecycle.report_spam(tx, who, [talk], at),
            "assign": lambda who, talk, did, at: lifecycle.assign(tx, who, [talk], at, did.text),
            "no_reply": lambda who, talk, did, at: lifecycle.no_reply_needed(tx, who, [talk], at),
            "read": lambda who, talk, did, at: thread.mark_read(tx, who, talk, at),
            "snooze": lambda who, talk, did, at: lifecycle.snooze(
                tx, who, [talk], at, sample.at(-did.minutes), did.text
            ),
            "request": lambda who, talk, did, at: guests.make_request(
                tx, who, talk, did.kind, did.text, sample.at(-did.minutes), at, desk
            ),
            "draft": self._draft,
        }

    def house(self) -> None:
        """Operators, accounts, guests on file, stays and texts."""
        tx, sample = self._tx, self._sample
        for code, name in sample.operators.items():
            tx.operators.seen(code, name, sample.now - _BEFORE_ALL)
        for name in ACCOUNTS.values():
            accounts.connected(tx, self._desk, name, sample.now - _BEFORE_ALL)
            accounts.polled(tx, self._desk, name, None, sample.now)
        for person in sample.people.values():
            if person.known:
                self._file(person)
        today = self._desk.today(sample.now)
        for stay in sample.stays:
            tx.reservations.add(
                Reservation(
                    id=0,
                    guest_id=self._people[stay.guest],
                    source="sample",
                    external_id=stay.code,
                    arrival=today + timedelta(days=stay.first),
                    departure=today + timedelta(days=stay.last),
                    status=ReservationStatus(stay.status),
                    room=stay.room,
                    room_type=stay.type,
                    ota=stay.source,
                    ota_code=stay.code if stay.source != "Direct" else "",
                    adults=stay.adults,
                    children=stay.children,
                    total=stay.total,
                    notes=stay.notes,
                    created_at=sample.now - timedelta(days=30),
                    updated_at=sample.now - timedelta(days=30),
                )
            )
        for words in sample.words:
            tx.templates.add(_template(sample, words))
        sample_journey.furnish(tx, self._desk, sample.now)

    def line(self, at: datetime, talk: Thread, n: int) -> None:
        line: Line = talk.lines[n]
        match line:
            case Answer():
                if line.by_rule:
                    self._quiet(talk, at)
                answer(self._tx, self._desk, self._sample, line, at, talk, n, self._conversation(talk))
            case Note():
                drafting.add_note(self._tx, self._actor(line.by), self._conversation(talk), line.text, at)
            case Did():
                self._acts[line.what](self._actor(line.by), self._conversation(talk), line, at)
            case _:
                visitor = self._visitor(talk, at) if talk.vendor == "webchat" else 0
                intake = Intake(self._tx, self._desk, talk.account, at)
                intake.take(told(self._sample, line, at, talk, n, visitor))
                intake.flush()

    def _file(self, person: Person) -> None:
        """Put a guest on file; the handles come with their first message."""
        stored = self._tx.guests.add(
            StoredGuest(
                id=0,
                name=person.name,
                kind=GuestKind.COMPANY if person.company else GuestKind.PERSON,
                language=person.language,
                country=person.country,
                vip=person.vip,
                phone=person.phone,
                email=person.email,
                alert=person.alert,
                notes=person.notes,
                created_at=self._sample.now - _BEFORE_ALL,
                updated_at=self._sample.now - _BEFORE_ALL,
            )
        )
        self._people[person.key] = stored.id
        for name in person.tags:
            guests.tag(self._tx, self._actor("ana"), "guest", [stored.id], name, "", self._sample.now - _BEFORE_ALL)

    def _visitor(self, talk: Thread, at: datetime) -> int:
        """The browser of a guest in the web chat, opened with its first words."""
        person, sample = self._sample.people[talk.guest], self._sample
        if talk.guest not in self._visitors:
            key, address = webchat.hash_of(sample.chat_key(person)), sample.address(person, talk.channel)
            visitor = Visitor(0, talk.account, key, address, person.name, person.email, at, at)
            self._visitors[talk.guest] = self._tx.visitors.add(visitor).id
        return self._visitors[talk.guest]

    def _quiet(self, talk: Thread, at: datetime) -> None:
        """A conversation that a rule begins, as the planner makes it: it waits for nobody."""
        if talk.key not in self._conversations:
            made = self._tx.conversations.add(new_quiet(self._people[talk.guest], at))
            self._conversations[talk.key] = made.id

    def _conversation(self, talk: Thread) -> int:
        """The conversation of a thread of the script; one that the desk begins is made here."""
        if talk.key not in self._conversations:
            tx, sample, person = self._tx, self._sample, self._sample.people[talk.guest]
            found = tx.guests.by_handle(talk.channel, sample.address(person, talk.channel))
            guest_id = found[0].id if found else self._people[person.key]
            # A company has one conversation for each of its mail threads, and in this script one thread.
            known = [one.id for one in tx.conversations.all_of_guest(guest_id)]
            self._conversations[talk.key] = (
                known[0]
                if known
                else replying.start(tx, self._desk, self._actor("ana"), sample.now - _BEFORE_ALL, guest_id=guest_id)
            )
        return self._conversations[talk.key]

    def _draft(self, who: Actor, conversation_id: int, did: Did, at: datetime) -> None:
        """Where the guest wrote last."""
        account = self._tx.conversations.load(conversation_id).last_account
        drafting.save_draft(self._tx, who, conversation_id, did.text, at, cursor=len(did.text), account=account)

    def _actor(self, code: str) -> Actor:
        return Actor(code, self._sample.operators.get(code, code))


def _template(sample: Sample, words: Words) -> Template:
    vendors = words.kind == "whatsapp"
    return Template(
        id=0,
        kind=TemplateKind(words.kind),
        name=words.name,
        language=words.language,
        body=words.body,
        shortcut=words.shortcut,
        category=words.category.lower(),
        message_class=MessageClass.MARKETING if words.category == "MARKETING" else MessageClass.TRANSACTIONAL,
        account=ACCOUNTS["twilio"] if vendors else "",
        vendor_id=sample.id_of("HX", words.name, words.language) if vendors else "",
        approval=Approval(words.status) if vendors else Approval.NONE,
        approval_reason=words.reason,
        mapping={str(n): name for n, name in enumerate(words.variables, 1)},
        updated_by="ana",
        updated_at=sample.now - _BEFORE_ALL,
    )
