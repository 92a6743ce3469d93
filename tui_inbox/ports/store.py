"""The store as the services see it: transactions over aggregates, the same on SQLite and PostgreSQL.

Rules that every implementation keeps:

* A write transaction is short: no network, no input, no waiting inside it.
* ``load`` reads a row for change (locked on PostgreSQL; a write transaction is alone on SQLite); ``get`` only reads.
* ``put`` writes a whole entity back; ``add`` ignores the entity's id and returns the entity with its own.
* ``changed`` notes are appended to the change table as the last statement of the transaction, once per (kind, ref).
* Times are aware UTC datetimes here, whatever the columns hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Protocol

from msgspec import Struct

from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.deed import Act, PendingDeed
from tui_inbox.domain.event import Event
from tui_inbox.domain.message import Attachment, Delivery, Message
from tui_inbox.domain.outbox import OutboxState, Outgoing, Sender
from tui_inbox.domain.planner import Planned, PlannedState, Rule, StayDay
from tui_inbox.domain.template import Template, TemplateKind, Version
from tui_inbox.domain.visitor import ChatLine, Visitor
from tui_inbox.ports.groups import Campaigns, GuestLists, Offers
from tui_inbox.ports.people import Consents, Guests, Lines
from tui_inbox.ports.stays import Reservations, StayEvents
from tui_inbox.rows import (
    AccountRow,
    Change,
    ConversationRow,
    Counts,
    DraftRow,
    EventRow,
    Key,
    MessageRow,
    OutboxRow,
    Page,
    Presence,
    QuarantineRow,
    RequestRow,
    TagRow,
    UsageRow,
    View,
    WorkerRow,
)


class Conversations(Protocol):
    def get(self, conversation_id: int) -> Conversation | None: ...

    def load(self, conversation_id: int) -> Conversation:
        """For change. Raises ``NotFound``."""
        ...

    def of_guest(
        self, guest_id: int, property_: str, thread_key: str = "", *, for_change: bool = False
    ) -> Conversation | None:
        """``for_change`` reads it as ``load`` does."""
        ...

    def of_guests(self, guest_ids: Sequence[int], property_: str) -> Mapping[int, Conversation]:
        """``of_guest`` for change of many guests at once (no thread key), by guest."""
        ...

    def all_of_guest(self, guest_id: int) -> Sequence[Conversation]: ...

    def add(self, conversation: Conversation) -> Conversation: ...

    def put(self, conversation: Conversation) -> None:
        """Write it back; keeps the unread fan-out's copy of state and ``last_at`` in step."""
        ...

    def remove(self, conversation_id: int) -> None:
        """Forget an empty row whose messages were moved away (merge), with its unread marks."""
        ...

    def restore(self, conversation: Conversation) -> None:
        """Write a removed row again, under its own id (undo of a merge)."""
        ...

    def due_to_wake(self, now: datetime, limit: int) -> Sequence[int]:
        """Pending ones whose wake time has come, oldest first."""
        ...


class Inbox(Protocol):
    """The hand-tuned reads of the list: all by index, flat at any size."""

    def page(self, view: View, operator: str, today: date, after: Key | None, limit: int) -> Page: ...

    def row(self, conversation_id: int, operator: str, today: date) -> ConversationRow | None: ...

    def rows(self, ids: Sequence[int], operator: str, today: date) -> Sequence[ConversationRow]:
        """In the order of ``ids``; those that are gone are left out."""
        ...

    def counts(self, operator: str, view: View) -> Counts:
        """Badges within the view's property and account scope (its other filters do not count)."""
        ...

    def most_urgent(self, operator: str, view: View, now: datetime, skip: Sequence[int]) -> int | None:
        """The conversation that needs work first: earliest deadline, then longest unanswered, then oldest unread."""
        ...


class Unread(Protocol):
    """Per operator, kept by fan-out: a row exists while there is something unread."""

    def bump(self, conversation: Conversation, operators: Iterable[str], at: datetime, count: int = 1) -> None:
        """``count`` more unread messages at ``at`` for each operator."""
        ...

    def bump_all(self, marks: Sequence[tuple[Conversation, datetime, int]], operators: Sequence[str]) -> None:
        """``bump`` for many conversations at once: (conversation, at, count)."""
        ...

    def clear(self, conversation_id: int, operator: str) -> bool:
        """For one operator; tells whether there was something."""
        ...

    def clear_all(self, conversation_id: int) -> Sequence[tuple[str, int]]:
        """For everybody; the (operator, count) pairs that were there, for undo."""
        ...

    def set(self, conversation: Conversation, operator: str, count: int, at: datetime) -> None: ...


class Messages(Protocol):
    def get(self, message_id: int) -> Message | None:
        """With its attachments."""
        ...

    def add(self, message: Message, *, indexed: bool = True) -> Message | None:
        """With its attachments and search entry; None when (account, external_id) is there already."""
        ...

    def index(self, messages: Sequence[Message]) -> None:
        """The search entries of new messages that were added without (``indexed`` False), all at once."""
        ...

    def put(self, message: Message) -> None: ...

    def revise(self, message: Message, before: str, at: datetime) -> None:
        """``put``, keeping what it said ``before``."""
        ...

    def revisions(self, message_id: int) -> Sequence[tuple[datetime, str]]:
        """(until when, what it said), oldest first."""
        ...

    def react(self, message_id: int, by: str, emoji: str, at: datetime) -> bool:
        """One emoji for the guest and one for the hotel, the newest of each; False when nothing changed."""
        ...

    def answers_until(self, account: str, address: str, until: datetime, limit: int) -> Sequence[int]:
        """Our messages on this line up to a moment that are not known to be read, newest first (their ids)."""
        ...

    def by_external(self, account: str, external_id: str) -> Message | None: ...

    def by_reference(self, account: str, references: Sequence[str]) -> Message | None:
        """Mail: the newest message whose Message-ID is one of ``references``."""
        ...

    def by_subject(self, account: str, address: str, subject: str, since: datetime) -> Message | None:
        """Mail: the newest with this address and normalised subject."""
        ...

    def set_state(
        self,
        message_id: int,
        state: Delivery,
        *,
        at: datetime | None = None,
        error_code: str = "",
        vendor_text: str = "",
        external_id: str = "",
        segments: int | None = None,
        billed_as: str = "",
    ) -> None:
        """Delivery state with its time (``delivered_at``, ``read_at``)."""
        ...

    def page(self, conversation_id: int, before: Key | None, limit: int) -> Sequence[MessageRow]:
        """Newest ``limit`` messages before the key (``value`` = time in microseconds), returned oldest first."""
        ...

    def full_text(self, message_id: int) -> str: ...

    def move(self, conversation_id: int, to_conversation_id: int, ids: Sequence[int] = ()) -> Sequence[int]:
        """Move all (or these) messages; the ids moved, for undo."""
        ...

    def attachment(self, attachment_id: int) -> Attachment | None: ...

    def put_attachment(self, attachment: Attachment) -> None: ...

    def remote_attachments(self, account: str, limit: int) -> Sequence[Attachment]:
        """Files that still have to be fetched, newest first."""
        ...

    def to_transcribe(self, limit: int) -> Sequence[Attachment]:
        """Recordings that somebody asked to have written down, oldest first."""
        ...

    def last_answer_at(self, conversation_id: int) -> datetime | None:
        """Time of the newest answer by a person or bot (sent or on its way)."""
        ...

    def latest(self, conversation_id: int) -> Message | None:
        """The newest message that is not a note."""
        ...

    def imported_count(self, conversation_id: int) -> int:
        """How many messages of the first back-fill are here, for its limit."""
        ...


class Outbox(Protocol):
    def get(self, outbox_id: int) -> Outgoing | None: ...

    def load(self, outbox_id: int) -> Outgoing: ...

    def sender(self, outgoing: Outgoing) -> Sender:
        """Raises ``NotFound`` when its conversation is gone."""
        ...

    def add(self, outgoing: Outgoing) -> Outgoing | None:
        """None when the dedupe key was used before."""
        ...

    def move(self, outgoing: Outgoing, state: OutboxState, now: datetime, **values: Any) -> Outgoing | None:
        """Compare-and-set from ``outgoing.state`` and version to ``state``; None when another was faster.

        Refuses (``ValueError``) what ``domain.outbox.allowed`` forbids. ``values`` are other fields of
        ``Outgoing`` to write with it.
        """
        ...

    def due(self, now: datetime, limit: int) -> Sequence[Outgoing]:
        """Held rows whose time has come, retry_wait rows that may go again: oldest first."""
        ...

    def claimable(self, accounts: Sequence[str], now: datetime, limit: int) -> Sequence[Outgoing]:
        """Queued rows in order, one per (account, address): an earlier queued or in-flight row holds the later
        ones back, an unknown one does not. PostgreSQL skips locked rows."""
        ...

    def in_state(self, states: Sequence[OutboxState], limit: int, account: str = "") -> Sequence[Outgoing]: ...

    def used(self, dedupe_key: str) -> bool:
        """Is a row with this key there, in whatever state?"""
        ...

    def by_provider(self, account: str, provider_id: str) -> Outgoing | None: ...

    def by_message(self, message_id: int) -> Outgoing | None: ...

    def by_ref(self, account: str, message_ref: str) -> Outgoing | None:
        """By what of ours a vendor gives back: the ``message_ref`` of a mail, else the ``dedupe_key``."""
        ...

    def private_to(self, account: str, address: str, target: str) -> Outgoing | None:
        """The private answer to this comment that was sent or is on its way."""
        ...

    def unfinished(self, account: str, since: datetime, limit: int) -> Sequence[Outgoing]:
        """Accepted or delivered rows whose receipts are still moving."""
        ...

    def waiting_for_guest(self, conversation_id: int) -> Sequence[Outgoing]:
        """Held rows with ``hold_if_guest_writes``."""
        ...

    def segments_since(self, account: str, channels: Sequence[str], since: datetime) -> int:
        """SMS parts of ours that left, are on their way or failed after the vendor took them."""
        ...

    def segments_left(self, account: str, channels: Sequence[str], since: datetime, until: datetime) -> int:
        """SMS parts that this account handed over to the vendor in this time."""
        ...

    def held_for(self, reason: str, account: str, limit: int) -> Sequence[Outgoing]:
        """Held rows with this reason, oldest first."""
        ...

    def bound_ids(self, account: str, provider_ids: Sequence[str]) -> set[str]:
        """Those of the ids that a row already owns."""
        ...

    def attempt(self, outbox_id: int, n: int, at: datetime) -> int:
        """Record an attempt before the first byte; returns its id."""
        ...

    def attempt_ended(
        self, attempt_id: int, at: datetime, outcome: str, error: str = "", http_status: int | None = None
    ) -> None: ...

    def screen(self, states: Sequence[OutboxState], after: Key | None, limit: int) -> Sequence[OutboxRow]:
        """For the outbox screen, newest first."""
        ...

    def sent(
        self,
        after: Key | None,
        limit: int,
        *,
        category: str = "",
        template: str = "",
        channel: str = "",
        author: str = "",
        guest_id: int | None = None,
    ) -> Sequence[OutboxRow]:
        """Everything sent on the hotel's behalf, newest first; ``category`` is an ``Origin`` or ``MessageClass``."""
        ...

    def tags_used(self, account: str, since: datetime) -> Mapping[str, int]:
        """How many messages went under each of the vendor's tags; ``human``: past the window, as a person's word."""
        ...

    def templates_used(self, account: str, since: datetime) -> Mapping[str, int]:
        """How many of the vendor's templates were sent, by their category (empty: not known any more)."""
        ...

    def same_text(self, conversation_id: int, body_hash: str) -> bool:
        """Is the fate of a row with this text unknown in this conversation (for the warning before a repeat)?"""
        ...

    def held_by(self, operator: str, conversation_id: int | None = None) -> Outgoing | None:
        """The newest row that this operator may still take back (not the planned ones)."""
        ...

    def work_ahead(self, now: datetime, until: datetime) -> int:
        """Rows held, queued, in flight, or due before ``until``: why a worker must not end yet."""
        ...


class Inbounds(Protocol):
    """Raw envelopes: stored first, read later."""

    def store(self, account: str, envelopes: Sequence[tuple[str, str, bytes]], received_at: datetime) -> Sequence[int]:
        """(external_id, kind, raw) rows; those stored before are skipped. Returns the new ids."""
        ...

    def known(self, account: str, external_ids: Collection[str]) -> set[str]:
        """Those of them that were stored before, whatever became of them."""
        ...

    def pending(self, account: str, limit: int, after: int = 0) -> Sequence[tuple[int, str, str, bytes]]:
        """Not applied yet with an id beyond ``after``, oldest first: (id, external_id, kind, raw).

        A receipt that waits for its message stays pending; ``after`` steps over it.
        """
        ...

    def still_pending(self, inbound_ids: Sequence[int]) -> set[int]:
        """Those that nobody has applied or set aside meanwhile; locked as by ``load``."""
        ...

    def applied(self, inbound_id: int, at: datetime, *, ignored: bool = False) -> None: ...

    def applied_all(self, inbound_ids: Sequence[int], at: datetime, *, ignored: bool = False) -> None:
        """The same for a whole page, in one statement."""
        ...

    def quarantine(self, inbound_id: int, reason: str, params: Mapping[str, str | int]) -> None: ...

    def quarantined(self, account: str, limit: int) -> Sequence[QuarantineRow]:
        """Empty account: all."""
        ...

    def requeue(self, inbound_id: int) -> None:
        """From quarantine back to pending."""
        ...

    def raw(self, inbound_id: int) -> bytes | None: ...

    def prune(self, before: datetime, limit: int) -> int:
        """Forget the raw bytes of applied envelopes (their ids stay, for ever)."""
        ...


class Visitors(Protocol):
    """Browsers in the web chat."""

    def by_key(self, account: str, key_hash: str) -> Visitor | None: ...

    def add(self, visitor: Visitor) -> Visitor: ...

    def wrote(self, visitor_id: int, at: datetime) -> None: ...

    def saw(self, visitor_id: int, at: datetime) -> None: ...

    def thread(self, account: str, channel: str, address: str, limit: int) -> Sequence[ChatLine]:
        """The newest ``limit`` of what was said on this line, oldest first: neither notes nor what has not left."""
        ...

    def prune(self, before: datetime, limit: int) -> int:
        """Forget those who opened the chat before this moment and never wrote."""
        ...


class Accounts(Protocol):
    def get(self, name: str, *, for_change: bool = False) -> AccountRow | None: ...

    def all(self) -> Sequence[AccountRow]: ...

    def put(self, account: AccountRow) -> None: ...

    def cursor(self, account: str, stream: str) -> str: ...

    def set_cursor(self, account: str, stream: str, value: str, at: datetime) -> None: ...

    def usage(self, account: str) -> Sequence[UsageRow]: ...

    def put_usage(self, usage: UsageRow) -> None: ...


class Templates(Protocol):
    def get(self, template_id: int, *, for_change: bool = False) -> Template | None: ...

    def named(self, kind: TemplateKind, name: str) -> Sequence[Template]:
        """All language variants."""
        ...

    def all(self, kind: TemplateKind | None = None) -> Sequence[Template]:
        """Not archived, by name and language."""
        ...

    def by_vendor(self, account: str, vendor_id: str) -> Template | None: ...

    def versions(self, template_id: int) -> Sequence[Version]:
        """What it said before, newest first; what it says now is not among them."""
        ...

    def add(self, template: Template) -> Template: ...

    def put(self, template: Template) -> None:
        """Keeps the former version."""
        ...


class Planner(Protocol):
    def rules(self) -> Sequence[Rule]: ...

    def put_rule(self, rule: Rule) -> Rule:
        """Adds when the id is 0."""
        ...

    def planned(self, rule_id: int, reservation_id: int) -> Sequence[Planned]: ...

    def add(self, planned: Planned) -> Planned | None:
        """None when this rule, reservation and local date exist."""
        ...

    def put(self, planned: Planned) -> None: ...

    def due(self, now: datetime, limit: int) -> Sequence[Planned]: ...

    def in_state(self, states: Sequence[PlannedState], until: datetime, limit: int) -> Sequence[Planned]: ...

    def of_reservation(self, reservation_id: int) -> Sequence[Planned]: ...

    def unplanned(self, rule_id: int, of: str, first: date, last: date) -> Sequence[StayDay]:
        """Live stays whose ``of`` (``arrival`` or ``departure``) lies between these days, both included, and for which
        this rule has neither spoken about that day nor waits."""
        ...

    def strayed(self, rule_id: int, of: str, since: datetime) -> Sequence[Planned]:
        """What waits for a stay that is gone, dead, has another ``of`` than it was counted from, or was changed in any
        other way from ``since`` on."""
        ...

    def revived(self, rule_id: int, of: str, since: datetime) -> Sequence[Planned]:
        """Withdrawn ones, due from ``since``, whose stay lives and has the day again that they were counted from."""
        ...

    def waiting(self, rule_id: int) -> Sequence[Planned]:
        """Planned or held by hand."""
        ...

    def add_all(self, rows: Sequence[Planned]) -> None:
        """Those whose rule, reservation and local date exist are passed over."""
        ...

    def move(self, before: Planned, after: Planned) -> bool:
        """False, and nothing is written, when the row is not planned as ``before`` any more."""
        ...


class Drafts(Protocol):
    """Journal of what is being typed; writing it appends no change."""

    def get(self, conversation_id: int, operator: str) -> DraftRow | None: ...

    def of_others(self, conversation_id: int, operator: str) -> Sequence[DraftRow]: ...

    def put(self, draft: DraftRow) -> None: ...

    def remove(self, conversation_id: int, operator: str) -> None: ...

    def latest(self, operator: str) -> DraftRow | None:
        """Where this operator was typing last."""
        ...


class Tags(Protocol):
    def all(self) -> Sequence[TagRow]: ...

    def ensure(self, name: str, colour: str) -> TagRow: ...

    def add(self, tag_id: int, kind: str, ref: int) -> bool:
        """``kind`` is ``conversation`` or ``guest``; tells whether it was new."""
        ...

    def remove(self, tag_id: int, kind: str, ref: int) -> bool: ...

    def of(self, kind: str, ref: int) -> Sequence[TagRow]: ...


class Requests(Protocol):
    """What guests asked for: room, restaurant, spa, transfer, other."""

    def get(self, request_id: int) -> RequestRow | None: ...

    def add(self, request: RequestRow, *, guest_id: int, reservation_id: int | None, at: datetime) -> RequestRow: ...

    def set_status(self, request_id: int, status: str, at: datetime) -> None: ...

    def of_guest(self, guest_id: int) -> Sequence[RequestRow]: ...

    def reassign(self, request_id: int, guest_id: int, conversation_id: int | None) -> None:
        """When guests are merged, or a merge is undone."""
        ...


class Events(Protocol):
    def add(self, event: Event) -> Event: ...

    def last_undoable(self, operator: str) -> Event | None:
        """This operator's newest event that can be undone and is not."""
        ...

    def undone(self, event_id: int, at: datetime) -> None: ...

    def between(self, conversation_id: int, first: datetime, last: datetime | None) -> Sequence[EventRow]:
        """Events of the thread in (first, last], oldest first."""
        ...

    def activity(self, conversation_id: int, guest_id: int, limit: int) -> Sequence[EventRow]:
        """Newest first."""
        ...


class Operators(Protocol):
    def all(self) -> Sequence[tuple[str, str]]:
        """(code, name) of everybody who ever logged in or was configured."""
        ...

    def seen(self, code: str, name: str, at: datetime) -> bool:
        """Note a login, or that a session is still alive; True the first time. Appends no change."""
        ...

    def last_seen(self) -> datetime | None:
        """When any operator's session was alive last: why a detached worker must not end yet."""
        ...

    def preference(self, operator: str, key: str) -> str: ...

    def set_preference(self, operator: str, key: str, value: str) -> None: ...


class Presences(Protocol):
    """Who looks at or answers what; rows expire and append no change."""

    def put(self, conversation_id: int, operator: str, doing: str, until: datetime) -> None: ...

    def leave(self, operator: str) -> None: ...

    def of(self, conversation_id: int, now: datetime, but: str) -> Sequence[Presence]: ...


class Job(Struct, frozen=True):
    """Something a screen asked the worker to do."""

    id: int
    kind: str
    """``channel_test``, ``channel_connect``, ``sync_templates``, ``older``, ``download`` ..."""
    account: str
    params: dict[str, str | int]
    state: str
    """``queued``, ``done`` or ``failed``."""
    result: dict[str, str | int]
    created_by: str


class Jobs(Protocol):
    def add(self, kind: str, account: str, params: Mapping[str, str | int], by: str, at: datetime) -> int: ...

    def queued(self, limit: int) -> Sequence[Job]: ...

    def finish(self, job_id: int, ok: bool, result: Mapping[str, str | int], at: datetime) -> None: ...

    def get(self, job_id: int) -> Job | None: ...


class Scores(Protocol):
    """What an estimate of a site's reply score is made from, of everybody who wrote since then."""

    def said(self, account: str, channel: str, since: datetime) -> Sequence[tuple[int, datetime, bool]]:
        """(conversation, moment, written by the hotel), by conversation, oldest first; machines left out."""
        ...

    def marks(self, first: datetime, last: datetime, limit: int) -> Sequence[tuple[int, str, datetime]]:
        """(conversation, guest's name, mark) of answers that a vendor counts as late in (first, last]."""
        ...

    def waived(self, account: str, channel: str, since: datetime) -> Sequence[tuple[int, datetime]]:
        """(conversation, moment) of each «no reply needed» that still holds."""
        ...


class Deeds(Protocol):
    """What vendors are still to be told besides messages."""

    def want(self, pending: PendingDeed) -> None:
        """Queue it; a newer wish about the same message takes the older one's place, done or not."""
        ...

    def due(self, now: datetime, limit: int, account: str = "") -> Sequence[PendingDeed]: ...

    def last(self, conversation_id: int, act: Act) -> PendingDeed | None:
        """The newest of this kind, whatever became of it."""
        ...

    def prune(self, before: datetime) -> int: ...

    def ended(self, pending: PendingDeed) -> bool:
        """Write how it went (state, tries, reason, ``not_before``); False when a newer wish has replaced it."""
        ...


class Workers(Protocol):
    """The heartbeat row; beating appends no change."""

    def get(self) -> WorkerRow | None: ...

    def beat(self, boot: str, pid: int, started_at: datetime, at: datetime) -> None: ...

    def stopped(self, boot: str, at: datetime) -> None: ...


class Mappings(Protocol):
    """Saved column mappings of CSV imports, and other small settings kept with the hotel's data."""

    def get(self, name: str) -> str: ...

    def put(self, name: str, value: str) -> None: ...

    def keep(self, name: str, value: str) -> str:
        """Set it unless it is set; what holds from now on, whoever was first."""
        ...

    def hold(self, name: str) -> None:
        """Nobody else holds this name until the transaction ends; who wants it, waits."""
        ...


class Changes(Protocol):
    def since(self, seq: int, limit: int) -> Sequence[Change]: ...

    def latest(self) -> int: ...

    def oldest(self) -> int:
        """Sequence number of the oldest line kept: a session behind it reloads everything."""
        ...

    def prune(self, before: datetime) -> int: ...


class Transaction(Protocol):
    """One consistent view of the store; in a write transaction also one atomic change of it."""

    @property
    def conversations(self) -> Conversations: ...

    @property
    def inbox(self) -> Inbox: ...

    @property
    def unread(self) -> Unread: ...

    @property
    def messages(self) -> Messages: ...

    @property
    def guests(self) -> Guests: ...

    @property
    def lines(self) -> Lines: ...

    @property
    def consents(self) -> Consents: ...

    @property
    def reservations(self) -> Reservations: ...

    @property
    def stay_events(self) -> StayEvents: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def inbounds(self) -> Inbounds: ...

    @property
    def accounts(self) -> Accounts: ...

    @property
    def templates(self) -> Templates: ...

    @property
    def planner(self) -> Planner: ...

    @property
    def drafts(self) -> Drafts: ...

    @property
    def tags(self) -> Tags: ...

    @property
    def requests(self) -> Requests: ...

    @property
    def events(self) -> Events: ...

    @property
    def operators(self) -> Operators: ...

    @property
    def presences(self) -> Presences: ...

    @property
    def scores(self) -> Scores: ...

    @property
    def jobs(self) -> Jobs: ...

    @property
    def deeds(self) -> Deeds: ...

    @property
    def visitors(self) -> Visitors: ...

    @property
    def workers(self) -> Workers: ...

    @property
    def mappings(self) -> Mappings: ...

    @property
    def changes(self) -> Changes: ...

    @property
    def guest_lists(self) -> GuestLists: ...

    @property
    def campaigns(self) -> Campaigns: ...

    @property
    def offers(self) -> Offers: ...

    def changed(self, kind: str, ref: int) -> None:
        """Wake the sessions that show this."""
        ...


class Store(Protocol):
    """Opens transactions; safe to use from several threads."""

    @property
    def beside(self) -> bool:
        """On this machine, so that a glance costs less than waking a thread for it."""
        ...

    def sign(self) -> object:
        """Another one after a commit of anybody's, told in some microseconds; None where only a look can tell.

        Two commits within a few milliseconds may have the same.
        """
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """A snapshot; writing in it is refused."""
        ...

    def write(self) -> AbstractContextManager[Transaction]:
        """Commits durably at the end of the block, rolls back on an exception.

        Raises ``StoreError`` ("busy", "disk_full", "read_only", "schema_newer" ...).
        """
        ...

    def checkpoint(self) -> None:
        """Keep a log of changes short where the engine has one; the worker asks for it now and then."""
        ...

    def close(self) -> None: ...


class Blobs(Protocol):
    """Attachment bytes by their sha256; files of mode 0600 beside the store."""

    def put(self, content: bytes) -> str:
        """Store and return the sha256 in hex; storing the same bytes twice is one file."""
        ...

    def get(self, sha256: str) -> bytes:
        """Raises ``NotFound``."""
        ...

    def path(self, sha256: str) -> str: ...


class Lease(Protocol):
    """One worker at a time."""

    def acquire(self) -> bool:
        """Without waiting; False when another worker holds it."""
        ...

    def release(self) -> None: ...
