"""Fills a store with the sample hotel, through the use cases, as if its day had happened.

What is stored here is what the simulators (``adapters.sandbox.seeding``) hold under the same ids, so that the first
poll finds nothing new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

from adapters.email.account import external_id
from adapters.sandbox import letters
from adapters.sandbox.script import Desk as Answer
from adapters.sandbox.script import Did, Elsewhere, Guest, Line, Note, Person, Sample, Thread, Words
from adapters.twilio import errors
from tui_inbox.domain import sms
from tui_inbox.domain.guest import Guest as StoredGuest
from tui_inbox.domain.guest import GuestKind
from tui_inbox.domain.message import Attachment, Delivery, Kind, MessageClass
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import Rule, RuleKind
from tui_inbox.domain.reservation import Reservation, ReservationStatus
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.ports.channel import Inbound, Receipt, Status
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services import accounts, drafting, guests, lifecycle, receipts, replying, settling, thread
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.intake import Intake

TWILIO, MAIL = "desk-sms", "desk-mail"
"""Names of the demo's two accounts."""
ACCOUNT_OF = {"sms": TWILIO, "whatsapp": TWILIO, "email": MAIL}
_BEFORE_ALL = timedelta(days=60)
_TO_WIRE = (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.INFLIGHT)
_RECEIPTS = {"delivered": (Delivery.DELIVERED,), "read": (Delivery.DELIVERED, Delivery.READ)}


def seed_store(store: Store, desk: Desk, sample: Sample, account_sid: str) -> None:
    """Write the whole sample in one transaction; ``desk`` must have the accounts ``TWILIO`` and ``MAIL``."""
    with store.write() as tx:
        seeding = _Seeding(tx, desk, sample, account_sid)
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

    def __init__(self, tx: Transaction, desk: Desk, sample: Sample, account_sid: str) -> None:
        self._tx = tx
        self._desk = desk
        self._sample = sample
        self._account_sid = account_sid
        self._conversations: dict[str, int] = {}
        self._people: dict[str, int] = {}
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
        for name in (TWILIO, MAIL):
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
        tx.planner.put_rule(
            Rule(0, RuleKind.BEFORE_ARRIVAL, "arrival", "arrival", 2, time(10), ("whatsapp", "sms", "email"))
        )

    def line(self, at: datetime, talk: Thread, n: int) -> None:
        line: Line = talk.lines[n]
        match line:
            case Guest() | Elsewhere():
                intake = Intake(self._tx, self._desk, ACCOUNT_OF[talk.channel], at)
                intake.take(self._inbound(line, at, talk, n))
                intake.flush()
            case Answer():
                self._answer(line, at, talk, n)
            case Note():
                drafting.add_note(self._tx, self._actor(line.by), self._conversation(talk), line.text, at)
            case Did():
                self._acts[line.what](self._actor(line.by), self._conversation(talk), line, at)

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

    def _inbound(self, line: Guest | Elsewhere, at: datetime, talk: Thread, n: int) -> Inbound:
        sample, person = self._sample, self._sample.people[talk.guest]
        written = isinstance(line, Guest)
        shared = Inbound(
            external_id=sample.sid(talk, n),
            channel=talk.channel,
            at=at,
            address=sample.address(person, talk.channel),
            own_address=sample.own(talk.channel),
            text=line.text,
            outbound=not written,
            state=Delivery.NONE if written else Delivery.DELIVERED,
            segments=max(sms.segments(line.text).count, 1),
            attachments=self._photo(line, talk, n) if isinstance(line, Guest) and line.photo else (),
        )
        if talk.channel != "email" or not isinstance(line, Guest):
            return shared
        raw, ref = letters.letter(sample, talk, n), letters.message_id(sample, talk, n)
        first = letters.message_id(sample, talk, 0)
        return Inbound(
            external_id=external_id(raw),
            channel="email",
            at=at,
            address=person.email,
            own_address=sample.mail,
            text=line.text,
            name=person.name,
            full_text=line.text + line.quoted if line.quoted else "",
            subject=letters.subject(talk, n),
            kind=Kind.EMAIL,
            automated=line.machine,
            thread_ref=ref,
            references=first if first != ref else "",
        )

    def _photo(self, line: Guest, talk: Thread, n: int) -> tuple[Attachment, ...]:
        sid = self._sample.sid(talk, n)
        media = self._sample.id_of("ME", talk.key, n)
        ref = f"/2010-04-01/Accounts/{self._account_sid}/Messages/{sid}/Media/{media}"
        return (Attachment(name="image-1.png", type="image/png", ref=ref),)

    def _answer(self, line: Answer, at: datetime, talk: Thread, n: int) -> None:
        tx, desk, sample = self._tx, self._desk, self._sample
        planned = line.fate == "planned"
        sent = replying.send(
            tx,
            desk,
            self._actor(line.by),
            replying.Reply(
                conversation_id=self._conversation(talk),
                account=ACCOUNT_OF[talk.channel],
                channel=talk.channel,
                address=sample.address(sample.people[talk.guest], talk.channel),
                text=line.text,
                key=sample.id_of("", "answer", talk.key, n),
                send_at=sample.at(line.ago) if planned else None,
                send_now=not planned,
            ),
            at,
        )
        if not planned:
            self._fate(line, at, talk, n, sent.outbox_id)

    def _fate(self, line: Answer, at: datetime, talk: Thread, n: int, outbox_id: int) -> None:
        """Through the outbox's own states to what the vendor said."""
        tx, desk, account = self._tx, self._desk, ACCOUNT_OF[talk.channel]
        row = tx.outbox.load(outbox_id)
        for state in _TO_WIRE:
            moved = tx.outbox.move(row, state, at, **({"tries": 1} if state is OutboxState.INFLIGHT else {}))
            assert moved is not None
            row = moved
        tx.outbox.attempt_ended(tx.outbox.attempt(row.id, 1, at), at, line.fate)
        if line.fate == "unknown":
            settling.unsure(tx, desk, row, "timeout", at)
            return
        mail = talk.channel == "email"
        provider_id = row.message_ref if mail else self._sample.sid(talk, n)
        parts = None if mail else sms.segments(line.text).count
        settling.accepted(tx, desk, row, Receipt(provider_id, segments=parts), at)
        if mail:
            return
        for step, reached in enumerate(_RECEIPTS.get(line.fate, ()), 1):
            later = min(at + timedelta(seconds=20 * step), self._sample.now)
            receipts.apply_status(tx, desk, Status(provider_id, reached, later), account, later)
        if line.fate == "failed":
            later = at + timedelta(seconds=20)
            status = Status(
                provider_id,
                Delivery.FAILED,
                later,
                error_code=errors.word(line.error),
                vendor_text=f"{line.error} Unreachable destination handset",
            )
            receipts.apply_status(tx, desk, status, account, later)

    def _draft(self, who: Actor, conversation_id: int, did: Did, at: datetime) -> None:
        drafting.save_draft(self._tx, who, conversation_id, did.text, at, cursor=len(did.text), account=TWILIO)

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
        account=TWILIO if vendors else "",
        vendor_id=sample.id_of("HX", words.name, words.language) if vendors else "",
        approval=Approval(words.status) if vendors else Approval.NONE,
        approval_reason=words.reason,
        mapping={str(n): name for n, name in enumerate(words.variables, 1)},
        updated_by="ana",
        updated_at=sample.now - _BEFORE_ALL,
    )
