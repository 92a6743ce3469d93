"""What one page of envelopes does to guests, conversations, clocks and unread marks, within one transaction.

Guests, conversations and lines are read once per page and written once at its end: a page of fifty messages must
cost little more than its fifty inserts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum

from tui_inbox.domain import lifecycle
from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.consent import Keyword
from tui_inbox.domain.conversation import Conversation, State
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.event import Code
from tui_inbox.domain.guest import Guest, GuestKind, Line
from tui_inbox.domain.message import Delivery, Kind, Message
from tui_inbox.domain.outbox import OutboxState, Outgoing, Way, body_hash
from tui_inbox.ports.channel import Inbound, Item, Receipt, Status
from tui_inbox.ports.store import Transaction
from tui_inbox.services import heard, linking, receipts, settling, unsubscribing
from tui_inbox.services import lifecycle as acts
from tui_inbox.services.arriving import as_message, newest
from tui_inbox.services.desk import SYSTEM, Desk
from tui_inbox.services.senders import tells_more, who

HISTORY_LIMIT = 500
"""Messages of the first back-fill that one conversation keeps; adapters give the newest first."""
SAME_SUBJECT = timedelta(days=14)
PARKED_FOR = timedelta(hours=24)
_HELD = 5000
_UNSETTLED = (OutboxState.INFLIGHT, OutboxState.UNKNOWN, OutboxState.NEEDS_OPERATOR)


class Fate(IntEnum):
    """What became of an envelope; of several items the highest counts."""

    IGNORED = 0
    APPLIED = 1
    PARKED = 2


class Intake:
    """The working set of one page."""

    def __init__(self, tx: Transaction, desk: Desk, account: str, now: datetime) -> None:
        self._tx, self._desk, self._account, self._now = tx, desk, account, now
        row = tx.accounts.get(account)
        info = desk.accounts.get(account)
        self._property = info.settings.get("property", "") if info else ""
        # Vendors' times have whole seconds: what came in the second of the connection is new, not history.
        self._connected_at = ((row.connected_at if row else None) or now).replace(microsecond=0)
        self._places: dict[tuple[str, str], int] = {}
        """(channel, address) -> conversation of guests that have only one."""
        self._conversations: dict[int, Conversation] = {}
        self._known: dict[tuple[str, str], Sequence[Guest]] = {}
        """(channel, address) -> its guests, read at once for the page."""
        self._talks: dict[int, Conversation] = {}
        """Guest -> conversation, likewise; only until the first flush."""
        self._added: list[Message] = []
        """Messages that have no search entry yet."""
        self._clocked: set[int] = set()
        self._heard: dict[tuple[str, str], datetime] = {}
        """(channel, address) -> the newest inbound message on it."""
        self._lines: dict[tuple[str, str], Line] = {}
        """Those of which more is known than that: answered elsewhere, stopped."""
        self._unread: dict[int, tuple[int, datetime]] = {}
        self._imported: dict[int, int] = {}
        self._waiting: set[int] | None = None
        """Conversations with planned messages that a guest's word holds back; asked once."""
        self._unsettled: list[Outgoing] | None = None
        self._operators: tuple[str, ...] | None = None
        self.rang = False
        self.began: dict[int, datetime] = {}
        """Conversations that a guest began or took up again while automation was on, and when."""

    def expect(self, items: Sequence[Item]) -> None:
        """Read what the page will need in a few statements."""
        addresses: dict[str, dict[str, None]] = {}
        for item in items:
            if isinstance(item, Inbound):
                named = addresses.setdefault(item.channel, {})
                for address in (item.address, *item.also):
                    named[clean_line(address)] = None
        for channel, wanted in addresses.items():
            found = self._tx.guests.by_handles(channel, tuple(wanted))
            self._known |= {(channel, address): found.get(address, ()) for address in wanted}
        guests = {known[0].id for known in self._known.values() if len(known) == 1}
        self._talks = dict(self._tx.conversations.of_guests(sorted(guests), self._property))

    def take(self, item: Item) -> Fate:
        """Apply one item; idempotent by the vendor's id."""
        if isinstance(item, Status):
            return self._status(item)
        if not isinstance(item, Inbound):
            self.flush()
            known = heard.apply(self._tx, self._desk, self._account, item, self._now)
            return Fate.APPLIED if known else self._early(item.at)
        address = clean_line(item.address)
        if item.outbound and item.kind is not Kind.CALL:
            ours = self._known_as_ours(item, address)
            if ours is not None:
                return ours
        return self._message(item, address)

    def flush(self) -> None:
        """Write what the page has changed."""
        self._tx.lines.heard([(self._account, *place) for place in self._heard], list(self._heard.values()))
        for line in self._lines.values():
            self._tx.lines.put(line)
        self._tx.messages.index(self._added)
        marks: list[tuple[Conversation, datetime, int]] = []
        for conversation in self._conversations.values():
            if conversation.id in self._clocked or conversation.deadline_at is not None:
                conversation = acts.with_deadline(self._tx, self._desk, conversation)
            self._tx.conversations.put(conversation)
            self._tx.changed("conversation", conversation.id)
            unread = self._unread.get(conversation.id)
            if unread is not None:
                marks.append((conversation, unread[1], unread[0]))
        if marks:
            self._tx.unread.bump_all(marks, self._everybody())
        for kept in (self._conversations, self._talks, self._heard, self._lines, self._unread, self._clocked):
            kept.clear()
        self._added = []

    def _status(self, status: Status) -> Fate:
        self.flush()
        if receipts.apply_status(self._tx, self._desk, status, self._account, self._now):
            self.rang = self.rang or status.state is Delivery.FAILED
            return Fate.APPLIED
        return self._early(status.at)

    def _early(self, at: datetime) -> Fate:
        """It speaks of something that nobody here knows: worth another look for a day."""
        return Fate.PARKED if self._now - at < PARKED_FOR else Fate.IGNORED

    def _known_as_ours(self, item: Inbound, address: str) -> Fate | None:
        """The vendor's own record shows what we sent: it settles an unknown row, and is no second message."""
        tx = self._tx
        if tx.outbox.by_provider(self._account, item.external_id) is not None:
            return Fate.IGNORED
        if item.thread_ref:
            row = tx.outbox.by_ref(self._account, item.thread_ref)
            candidates = [row] if row is not None else []
        else:
            if self._unsettled is None:
                self._unsettled = settling.unsettled(tx, self._account)
            said = (body_hash(item.text), item.kind is Kind.COMMENT)
            to = {address, *map(clean_line, item.also)}
            candidates = [r for r in self._unsettled if r.address in to and (r.body_hash, r.way is Way.PUBLIC) == said]
            # One that was given to the operator long ago claims an echo last.
            candidates.sort(key=lambda row: row.state is OutboxState.NEEDS_OPERATOR)
        if not candidates:
            return None
        row = candidates[0]
        if any(row.state is OutboxState.INFLIGHT for row in candidates):
            # Its answer is about to be recorded; whose it is cannot be told before.
            return Fate.PARKED if self._now - item.at < PARKED_FOR else None
        if row.state in _UNSETTLED:
            self.flush()
            if settling.accepted(tx, self._desk, row, Receipt(item.external_id), self._now) is not None:
                conversation = tx.conversations.load(row.conversation_id)
                settling.tell(tx, Code.SEND_SETTLED, conversation, "", self._now, params={"how": "found"})
            self._unsettled = None
        return Fate.APPLIED

    def _message(self, item: Inbound, address: str) -> Fate:
        try:
            traits = self._desk.traits(self._account, item.channel)
        except NotFound:
            return Fate.IGNORED
        at = min(item.at, self._now)
        imported = at < self._connected_at
        call, aside = item.kind is Kind.CALL, item.kind in (Kind.COMMENT, Kind.CALL)
        taken = call and bool(item.seconds)
        line = self._lines.get((item.channel, address))
        word = None if aside else unsubscribing.stopping(self._tx, line, item, address, traits)
        parting = unsubscribing.asked(self._tx, self._account, item, traits, self._now)
        item, quiet = parting.marked(item), parting.quiet or (word is not None and not word.ambiguous)
        quiet = quiet or imported or item.automated or item.outbound or taken
        conversation = self._conversation(item, address, traits, at, quiet=quiet)
        if imported and self._full(conversation.id):
            return Fate.IGNORED
        told = as_message(item, self._account, address, conversation.id, at, self._now, imported=imported)
        if item.outbound and traits.read_receipts and not aside:
            self._lines[item.channel, address] = known = self._line(item.channel, address)
            told = receipts.as_read(told, known)
        message = self._tx.messages.add(told, indexed=False)
        if message is None:
            return Fate.IGNORED
        self._added.append(message)
        # A comment is said to everybody, a call is no text: they open no chat, and their answers close none.
        if not item.automated and not aside:
            self._clock(item, address, traits, conversation.id, at)
        unsubscribing.carry_out(self._tx, parting, conversation, item.channel, self._now)
        if word is not None:
            self._stop(word, item.channel, address, conversation, at)
        if taken or (item.outbound and not call):
            conversation = self._other_answer(conversation, item, at, imported)
        elif imported:
            conversation = lifecycle.history_imported(conversation, at, inbound=not item.outbound)
        elif not quiet:
            conversation = self._guest_wrote(conversation, at)
        if imported:
            first = conversation.history_from
            conversation = conversation._replace(history_from=at if first is None else min(first, at))
        if not item.automated or conversation.machine:
            conversation = newest(conversation, message, item)
        self._conversations[conversation.id] = conversation
        return Fate.APPLIED

    def _full(self, conversation_id: int) -> bool:
        """Has the first back-fill brought as much as is kept?"""
        count = self._imported.get(conversation_id)
        if count is None:
            count = self._tx.messages.imported_count(conversation_id)
        self._imported[conversation_id] = count + 1
        return count >= HISTORY_LIMIT

    def _clock(self, item: Inbound, address: str, traits: ChannelTraits, conversation_id: int, at: datetime) -> None:
        place = (item.channel, address)
        if item.outbound:
            line = self._line(*place)
            self._lines[place] = line._replace(last_out_at=max(at, line.last_out_at or at), reply_by=None)
        elif item.route or item.reply_by or place in self._lines:
            self._told(place, item, at)
        else:
            self._hear(place, at)
        # The vendor's window is the person's, whichever of their handles is written to.
        for other in () if item.outbound else item.also:
            if item.route:
                self._told((item.channel, clean_line(other)), item, at)
            else:
                self._hear((item.channel, clean_line(other)), at)
        if traits.free_window is not None or traits.reply_mark is not None or item.reply_by is not None:
            self._clocked.add(conversation_id)

    def _told(self, place: tuple[str, str], item: Inbound, at: datetime) -> None:
        """The newest message says where answers go, and until when one is wanted."""
        line = self._line(*place)
        if line.last_in_at is None or at >= line.last_in_at:
            route, reply_by = clean_line(item.route) or line.route, item.reply_by or line.reply_by
            line = line._replace(route=route, reply_by=reply_by)
        self._lines[place] = line._replace(last_in_at=max(at, line.last_in_at or at))

    def _hear(self, place: tuple[str, str], at: datetime) -> None:
        line = self._lines.get(place)
        if line is None:
            self._heard[place] = max(at, self._heard.get(place, at))
        else:
            self._lines[place] = line._replace(last_in_at=max(at, line.last_in_at or at))

    def _line(self, channel: str, address: str) -> Line:
        known = self._lines.get((channel, address)) or self._tx.lines.get(self._account, channel, address)
        line = known or Line(self._account, channel, address)
        heard = self._heard.pop((channel, address), None)
        return line if heard is None else line._replace(last_in_at=max(heard, line.last_in_at or heard))

    def _stop(self, word: Keyword, channel: str, address: str, conversation: Conversation, at: datetime) -> None:
        line = self._line(channel, address)
        if word.stops:
            stopped = line._replace(stopped_at=at, stop_word=clean_line(word.word), stop_source="guest")
            self._lines[channel, address] = stopped
        else:
            self._lines[channel, address] = line._replace(stopped_at=None, stop_word="", stop_source="")
            self._tx.lines.put(self._lines[channel, address])
            while (other := self._tx.lines.stopped(channel, address)) and other.stop_source == "guest":
                self._tx.lines.put(other._replace(stopped_at=None, stop_word="", stop_source=""))
        settling.tell(
            self._tx,
            Code.STOPPED if word.stops else Code.STARTED,
            conversation,
            "",
            self._now,
            params={"word": clean_line(word.word), "channel": channel},
        )
        self._tx.changed("guest", conversation.guest_id)

    def _guest_wrote(self, conversation: Conversation, at: datetime) -> Conversation:
        waits_since = conversation.unanswered_since if conversation.unanswered else None
        late = conversation.last_at is not None and at < conversation.last_at
        asked = late and (waits_since is None or at < waits_since)
        answered = self._tx.messages.last_answer_at(conversation.id) if asked else None
        change = lifecycle.guest_wrote(conversation, at, self._now, answered)
        if change.code is not None:
            settling.tell(self._tx, change.code, change.conversation, "", self._now, params=change.params)
        if change.conversation.state is State.SPAM:
            return change.conversation
        if conversation.automation or conversation.last_message_id is None:
            self.began[conversation.id] = at
        count = self._unread.get(conversation.id, (0, at))[0]
        self._unread[conversation.id] = (count + 1, at)
        self.rang = True
        self._hold_back(conversation.id)
        return change.conversation

    def _hold_back(self, conversation_id: int) -> None:
        """What was planned «unless the guest writes first» waits for a person now."""
        if self._waiting is None:
            held = self._tx.outbox.in_state((OutboxState.HELD,), _HELD)
            self._waiting = {row.conversation_id for row in held if row.hold_if_guest_writes}
        if conversation_id not in self._waiting:
            return
        self._waiting.discard(conversation_id)
        for row in self._tx.outbox.waiting_for_guest(conversation_id):
            if row.reason == "guest_wrote":
                continue
            later = settling.PARKED_FOR_OPERATOR
            if self._tx.outbox.move(row, row.state, self._now, reason="guest_wrote", not_before=later) is not None:
                self._tx.changed("outbox", row.id)

    def _other_answer(self, conversation: Conversation, item: Inbound, at: datetime, imported: bool) -> Conversation:
        """The hotel answered by another way: nobody waits any more."""
        newer = conversation.last_in_at is None or at >= conversation.last_in_at
        if imported or item.automated or not newer:
            return conversation
        self._unread.pop(conversation.id, None)
        self._tx.unread.clear_all(conversation.id)
        self._clocked.add(conversation.id)
        return conversation._replace(unanswered=False, unanswered_since=None)

    def _conversation(
        self, item: Inbound, address: str, traits: ChannelTraits, at: datetime, *, quiet: bool
    ) -> Conversation:
        place = self._places.get((item.channel, address))
        if place is not None and not tells_more(item):
            return self._load(place)
        references = item.references.split()
        if references and not self._of_handle(item.channel, address):
            parent = self._tx.messages.by_reference(self._account, references[::-1])
            if parent is not None:
                return self._load(parent.conversation_id)
        guest, ambiguous = self._guest(item, address, traits)
        if guest.kind is GuestKind.COMPANY:
            threaded = self._thread_of(guest, item, address, references)
            if threaded is not None:
                return threaded
            thread_key = item.thread_ref or item.external_id
        else:
            thread_key = ""
        property_ = self._property
        found = None if thread_key else self._talks.get(guest.id)
        if found is None:
            found = self._tx.conversations.of_guest(guest.id, property_, thread_key, for_change=True)
        if found is None:
            if quiet or guest.blocked:
                fresh = lifecycle.new_quiet(
                    guest.id, at, property_=property_, thread_key=thread_key, machine=item.automated
                )
            else:
                fresh = lifecycle.new_for_guest(guest.id, at, property_=property_, thread_key=thread_key)
            if guest.blocked:
                fresh = fresh._replace(state=State.SPAM, spam_rule="blocked", automation=False)
            found = self._tx.conversations.add(fresh._replace(ambiguous=ambiguous, created_at=self._now))
        else:
            found = self._conversations.get(found.id, found)
        if guest.kind is not GuestKind.COMPANY:
            self._places[item.channel, address] = found.id
        return found

    def _load(self, conversation_id: int) -> Conversation:
        return self._conversations.get(conversation_id) or self._tx.conversations.load(conversation_id)

    def _thread_of(self, guest: Guest, item: Inbound, address: str, references: list[str]) -> Conversation | None:
        """An agency's mail thread: by Message-ID, else by subject within two weeks."""
        parent = self._tx.messages.by_reference(self._account, references[::-1]) if references else None
        if parent is None and item.subject:
            since = self._now - SAME_SUBJECT
            parent = self._tx.messages.by_subject(self._account, address, item.subject, since)
        if parent is None:
            return None
        conversation = self._load(parent.conversation_id)
        return conversation if conversation.guest_id == guest.id else None

    def _guest(self, item: Inbound, address: str, traits: ChannelTraits) -> tuple[Guest, bool]:
        """Who wrote, and whether it may also have been somebody else."""
        sender = who(self._tx, self._desk, self._of_handle, item, address, traits, self._now)
        guest = sender.guest
        if sender.also is not None:
            self.flush()
            self._places.clear()
            guest = linking.merge(self._tx, SYSTEM, sender.also.id, guest.id, self._now)
        if sender.changed or sender.also is not None:
            self._known.clear()
            self._tx.changed("guest", guest.id)
        return guest, sender.ambiguous

    def _of_handle(self, channel: str, address: str) -> Sequence[Guest]:
        known = self._known.get((channel, address))
        return self._tx.guests.by_handle(channel, address) if known is None else known

    def _everybody(self) -> tuple[str, ...]:
        if self._operators is None:
            self._operators = tuple(code for code, _ in self._tx.operators.all())
        return self._operators
