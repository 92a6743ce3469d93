"""Frozen rows that leave the store for a screen or a command: all that is needed to paint, and nothing live.

Text in rows has already passed ``domain.display.clean`` on its way in; the screen passes it once more through
its own ``SafeText`` boundary before it reaches a widget.
"""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from tui_inbox.domain.conversation import DeadlineKind, Sort, State, Tab
from tui_inbox.domain.event import Code
from tui_inbox.domain.guest import Guest, Handle, Line
from tui_inbox.domain.message import Delivery, Direction, Kind, MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.reservation import Phase, Reservation


class Key(Struct, frozen=True):
    """Where a page ends: the sort column's stored value and the row's id (keyset paging)."""

    value: int
    id: int


class View(Struct, frozen=True):
    """What the list shows: tab, filters and order. Equal views are equal keys for caches."""

    tab: Tab = Tab.OPEN
    unread: bool = False
    unanswered: bool = False
    stay: Phase | None = None
    tag: str = ""
    channel: str = ""
    search: str = ""
    sort: Sort = Sort.NEWEST
    property: str | None = None
    """Property scope of the operator; None = all."""
    channels: tuple[str, ...] = ()
    """Account names the operator may see; empty = all."""
    guest_list: int | None = None
    """Only guests of this saved list."""


class StayNow(Struct, frozen=True):
    """The stay that matters now, as short as a list row needs it."""

    reservation_id: int
    phase: Phase
    room: str
    arrival: date
    departure: date


class ConversationRow(Struct, frozen=True):
    """One row of the list."""

    id: int
    guest_id: int
    guest: str
    """Empty when unknown; then ``handle`` and the channel's mark name the row."""
    handle: str
    vip: bool
    language: str
    state: State
    channel: str
    account: str
    unread: int
    """Messages this operator has not read."""
    unanswered: bool
    unanswered_since: datetime | None
    no_reply_needed: bool
    machine: bool
    last_at: datetime
    preview: str
    preview_by: str
    outcome: str
    deadline_at: datetime | None
    deadline_kind: DeadlineKind
    wake_at: datetime | None
    snooze_reason: str
    state_at: datetime | None
    state_by: str
    assignee: str
    ambiguous: bool
    spam_rule: str
    property: str
    key: int
    """Stored value of the sort column, for ``Key``."""
    stay: StayNow | None = None
    has_draft: bool = False


class Page(Struct, frozen=True):
    rows: tuple[ConversationRow, ...]
    more: bool


class Counts(Struct, frozen=True):
    """The badges: states, this operator's unread, everybody's unanswered, and what stands in the outbox."""

    open: int = 0
    pending: int = 0
    spam: int = 0
    unread: int = 0
    unanswered: int = 0
    failed: int = 0
    unknown: int = 0


class AttachmentRow(Struct, frozen=True):
    id: int
    name: str
    type: str
    size: int | None
    state: str
    sha256: str
    reason: str
    seconds: int | None = None
    transcript: str = ""
    transcript_state: str = ""
    transcript_by: str = ""


class MessageRow(Struct, frozen=True):
    """One message of a thread."""

    id: int
    at: datetime
    direction: Direction
    kind: Kind
    origin: Origin
    message_class: MessageClass
    channel: str
    account: str
    author: str
    """Operator's code; empty for the guest."""
    subject: str
    text: str
    has_more: bool
    """A longer original is kept (quoted mail)."""
    state: Delivery
    delivered_at: datetime | None
    read_at: datetime | None
    error_code: str
    vendor_text: str
    template: str
    automated: bool
    imported: bool
    segments: int | None
    address: str
    own_address: str
    outbox_id: int | None
    outbox_state: OutboxState | None
    not_before: datetime | None
    attachments: tuple[AttachmentRow, ...] = ()
    external_id: str = ""
    quoted: str = ""
    """``external_id`` of the message that it answers."""
    parent: str = ""
    """``external_id`` of the comment or post above it."""
    reactions: dict[str, str] = {}
    edited_at: datetime | None = None
    removed_at: datetime | None = None
    billed_as: str = ""
    seconds: int | None = None
    switched: str = ""


class EventRow(Struct, frozen=True):
    id: int
    at: datetime
    code: Code
    actor: str
    params: dict[str, str | int]
    undone: bool


class Presence(Struct, frozen=True):
    operator: str
    doing: str
    """``viewing`` or ``replying``."""


class Thread(Struct, frozen=True):
    """A page of a conversation, oldest first, with what stands above and below it."""

    conversation: ConversationRow
    messages: tuple[MessageRow, ...]
    events: tuple[EventRow, ...]
    stays: tuple[Reservation, ...]
    """For the dividers."""
    older: bool
    """More can be loaded above."""
    history_from: datetime | None
    presence: tuple[Presence, ...]
    seen_by: tuple[str, ...] = ()
    kept_wake_at: datetime | None = None
    unheard: str = ""
    """Our own address where the guest's answers go while nobody fetches them; empty while somebody does."""


class TagRow(Struct, frozen=True):
    id: int
    name: str
    colour: str


class RequestRow(Struct, frozen=True):
    id: int
    kind: str
    """``room``, ``restaurant``, ``spa``, ``transfer`` or ``other``."""
    title: str
    status: str
    """``open``, ``done`` or ``cancelled``."""
    due_at: datetime | None
    by: str
    conversation_id: int | None = None


class ConsentRow(Struct, frozen=True):
    topic: str
    medium: str
    allowed: bool
    at: datetime | None
    by: str
    source: str


class Card(Struct, frozen=True):
    """Who this is and what we owe them."""

    guest: Guest
    handles: tuple[Handle, ...]
    lines: tuple[Line, ...]
    current: Reservation | None
    phase: Phase
    others: tuple[Reservation, ...]
    requests: tuple[RequestRow, ...]
    consents: tuple[ConsentRow, ...]
    guest_tags: tuple[TagRow, ...]
    tags: tuple[TagRow, ...]
    conversations: tuple[ConversationRow, ...]
    """The guest's other conversations."""
    candidates: tuple[Guest, ...]
    """Other guests that fit the sender, when it is ambiguous."""
    events: tuple[EventRow, ...]
    """Newest first: the activity."""
    missing: tuple[str, ...] = ()
    """``email``, ``phone``, ``name``: what nobody knows yet."""
    booked: tuple[str, ...] = ()
    """Codes of bookings that a site has named and no stay here has."""


class DraftRow(Struct, frozen=True):
    conversation_id: int
    operator: str
    text: str
    cursor: int
    account: str
    channel: str
    mode: str
    """``reply`` or ``note``."""
    attachments: tuple[str, ...]
    updated_at: datetime
    way: str = ""
    """``domain.outbox.Way``: to which message of the guest's it is tied, and how."""
    target: str = ""


class OutboxRow(Struct, frozen=True):
    """What waits, failed or is unknown, and everything sent."""

    id: int
    message_id: int
    conversation_id: int
    guest_id: int
    guest: str
    address: str
    account: str
    channel: str
    text: str
    state: OutboxState
    reason: str
    reason_params: dict[str, str | int]
    vendor_text: str
    not_before: datetime | None
    created_at: datetime
    updated_at: datetime
    created_by: str
    origin: Origin
    message_class: MessageClass
    template: str
    tries: int
    scheduled: bool


class AccountRow(Struct, frozen=True):
    """One connected account, for the channels screen, ``status`` and ``doctor``."""

    name: str
    type: str
    state: str
    """``new``, ``connected``, ``restricted``, ``error``, ``paused``, ``disabled``."""
    reason: str
    vendor_text: str
    connected_at: datetime | None
    polled_at: datetime | None
    poll_ok_at: datetime | None
    quarantined: int
    health: dict[str, str | int]


class WorkerRow(Struct, frozen=True):
    boot: str
    pid: int
    started_at: datetime
    beat_at: datetime
    stopped_at: datetime | None


class WorkerCare(Struct, frozen=True):
    """What became of looking after a worker beside the inbox."""

    code: str = ""
    """``starting``, ``starting_again``, or ``keeps_ending`` when that did not help so far; empty: nothing was done."""
    again_at: datetime | None = None


class QuarantineRow(Struct, frozen=True):
    id: int
    account: str
    external_id: str
    kind: str
    received_at: datetime
    reason: str
    params: dict[str, str | int]
    size: int


class Change(Struct, frozen=True):
    """One line of the change table."""

    seq: int
    kind: str
    """``conversation``, ``guest``, ``outbox``, ``account``, ``template``, ``operator`` ..."""
    ref: int


class GuestRow(Struct, frozen=True):
    """One line of the guest directory."""

    id: int
    name: str
    phone: str
    email: str
    language: str
    vip: bool
    stay: StayNow | None
    conversation_id: int | None


class UsageRow(Struct, frozen=True):
    account: str
    month: str
    """``YYYY-MM``."""
    category: str
    count: int
    segments: int
    price: str
    """Decimal text as the vendor gave it, empty when unknown."""
    currency: str
    as_of: datetime
