"""The schema, as SQLModel tables: created, migrated and checked from here; nothing is mapped at run time.

Columns are portable scalars: times are BIGINT microseconds since 1970 UTC, flags SMALLINT 0/1, states TEXT codes with
a CHECK, structures JSON in TEXT, dates TEXT ``YYYY-MM-DD``. Statements that read and write them are in the modules of
the aggregates; a test prepares every one of them against these tables on both engines.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, SmallInteger, Text, text
from sqlmodel import Field, SQLModel

from tui_inbox.domain.booking import BookingEvent
from tui_inbox.domain.campaign import CampaignKind, CampaignState, RecipientState
from tui_inbox.domain.conversation import State
from tui_inbox.domain.deed import Act
from tui_inbox.domain.message import Delivery, Direction, Kind, MessageClass, Origin
from tui_inbox.domain.offer import AskedState, OfferMode, OfferState
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import PlannedState
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.domain.template import Approval, TemplateKind


def _id() -> Any:
    """A key that counts up: 64 bits on PostgreSQL, the row id on SQLite."""
    return Field(default=None, sa_column=Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True))


def _text(default: str = "", *, key: bool = False, null: bool = False) -> Any:
    column = Column(Text, primary_key=key, nullable=null, server_default=None if key or null else text(f"'{default}'"))
    return Field(default=None if null else default, sa_column=column)


def _big(*, null: bool = True, key: bool = False) -> Any:
    """Microseconds or another table's id."""
    return Field(default=None, sa_column=Column(BigInteger, nullable=null, primary_key=key, autoincrement=False))


def _flag() -> Any:
    return Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default=text("0")))


def _count() -> Any:
    return Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))


def _either(column: str, codes: Iterable[str], name: str) -> CheckConstraint:
    """One of these codes; not an IN list, for which SQLite builds a temporary table at every row: a message with its
    five codes took 27 us to insert, written out it takes 10."""
    return CheckConstraint(" OR ".join(f"{column} = '{code}'" for code in codes), name=name)


def _one_of(column: str, codes: type[StrEnum]) -> CheckConstraint:
    return _either(column, [code.value for code in codes], f"ck_{column}_code")


metadata = SQLModel.metadata
_UNHANDLED = "handled_at IS NULL"


class Operator(SQLModel, table=True):
    __tablename__ = "operator"
    code: str = _text(key=True)
    name: str = _text()
    first_seen_at: int = _big(null=False)
    seen_at: int = _big(null=False)


class Preference(SQLModel, table=True):
    __tablename__ = "preference"
    operator: str = _text(key=True)
    name: str = _text(key=True)
    value: str = _text()


class Account(SQLModel, table=True):
    __tablename__ = "account"
    name: str = _text(key=True)
    type: str = _text()
    state: str = _text("new")
    reason: str = _text()
    vendor_text: str = _text()
    connected_at: int | None = _big()
    polled_at: int | None = _big()
    poll_ok_at: int | None = _big()
    health: str = _text("{}")


class Cursor(SQLModel, table=True):
    __tablename__ = "cursor"
    account: str = _text(key=True)
    stream: str = _text(key=True)
    value: str = _text()
    updated_at: int = _big(null=False)


class InboundEvent(SQLModel, table=True):
    """Raw envelopes: stored and committed before anything is understood."""

    __tablename__ = "inbound_event"
    __table_args__ = (
        Index("ux_inbound_external", "account", "external_id", unique=True),
        Index(
            "ix_inbound_new",
            "account",
            "id",
            sqlite_where=text("state = 'new'"),
            postgresql_where=text("state = 'new'"),
        ),
        Index(
            "ix_inbound_raw",
            "applied_at",
            sqlite_where=text("raw IS NOT NULL AND applied_at IS NOT NULL"),
            postgresql_where=text("raw IS NOT NULL AND applied_at IS NOT NULL"),
        ),
        Index(
            "ix_inbound_quarantined",
            "account",
            "id",
            sqlite_where=text("state = 'quarantined'"),
            postgresql_where=text("state = 'quarantined'"),
        ),
        _either("state", ("new", "applied", "ignored", "quarantined"), "ck_inbound_state"),
    )
    id: int | None = _id()
    account: str = _text()
    external_id: str = _text()
    kind: str = _text()
    raw: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    received_at: int = _big(null=False)
    state: str = _text("new")
    reason: str = _text()
    params: str = _text("{}")
    applied_at: int | None = _big()


class Guest(SQLModel, table=True):
    __tablename__ = "guest"
    __table_args__ = (
        Index("ix_guest_phone", "phone", sqlite_where=text("phone <> ''"), postgresql_where=text("phone <> ''")),
        Index("ix_guest_email", "email", sqlite_where=text("email <> ''"), postgresql_where=text("email <> ''")),
        Index("ix_guest_sort", "sort_name", "id"),
    )
    id: int | None = _id()
    name: str = _text()
    sort_name: str = _text()
    """Folded name, for the directory's order."""
    kind: str = _text("person")
    language: str = _text()
    country: str = _text()
    vip: int = _flag()
    phone: str = _text()
    email: str = _text()
    alert: str = _text()
    notes: str = _text()
    blocked: int = _flag()
    merged_into: int | None = _big()
    created_at: int = _big(null=False)
    updated_at: int = _big(null=False)


class Handle(SQLModel, table=True):
    __tablename__ = "handle"
    __table_args__ = (
        Index("ux_handle", "channel", "address", "guest_id", unique=True),
        Index("ix_handle_guest", "guest_id"),
        Index("ix_handle_address", "address"),
    )
    id: int | None = _id()
    guest_id: int = _big(null=False)
    channel: str = _text()
    address: str = _text()
    label: str = _text()
    unreachable: str = _text()
    created_at: int = _big(null=False)


class Line(SQLModel, table=True):
    __tablename__ = "line"
    __table_args__ = (Index("ix_line_address", "channel", "address"),)
    account: str = _text(key=True)
    channel: str = _text(key=True)
    address: str = _text(key=True)
    last_in_at: int | None = _big()
    last_out_at: int | None = _big()
    stopped_at: int | None = _big()
    stop_word: str = _text()
    stop_source: str = _text()
    closed_code: str = _text()
    open_until: int | None = _big()
    access_at: int | None = _big()
    wish_at: int | None = _big()
    reply_by: int | None = _big()
    read_until: int | None = _big()
    route: str = _text()


class Consent(SQLModel, table=True):
    __tablename__ = "consent"
    guest_id: int = _big(null=False, key=True)
    topic: str = _text(key=True)
    medium: str = _text(key=True)
    allowed: int = _flag()
    at: int | None = _big()
    by: str = _text()
    source: str = _text()


class Reservation(SQLModel, table=True):
    __tablename__ = "reservation"
    __table_args__ = (
        _one_of("status", ReservationStatus),
        Index("ux_reservation_source", "source", "external_id", unique=True),
        # All that the list and its stay filters ask of a stay, so that they need not visit the row.
        Index("ix_reservation_guest", "guest_id", "arrival", "departure", "status", "room"),
        Index("ix_reservation_arrival", "arrival", "id"),
        Index("ix_reservation_departure", "departure", "arrival", "status", "guest_id"),
        Index("ix_reservation_room", "room", "departure"),
        Index("ix_reservation_code", "ota_code"),
        Index(
            "ix_reservation_group",
            "source",
            "group_id",
            sqlite_where=text("group_id <> ''"),
            postgresql_where=text("group_id <> ''"),
        ),
    )
    id: int | None = _id()
    guest_id: int = _big(null=False)
    source: str = _text()
    external_id: str = _text()
    arrival: str = _text()
    departure: str = _text()
    status: str = _text("confirmed")
    property: str = _text()
    room: str = _text()
    room_type: str = _text()
    ota: str = _text()
    ota_code: str = _text()
    adults: int = _count()
    children: int = _count()
    total: str = _text()
    notes: str = _text()
    revision: int = _count()
    created_at: int = _big(null=False)
    updated_at: int = _big(null=False)
    group_id: str = _text()
    low_confidence: int = _flag()
    source_at: int | None = _big()
    payment: str = _text()


class Conversation(SQLModel, table=True):
    __tablename__ = "conversation"
    __table_args__ = (
        _one_of("state", State),
        Index("ux_conversation_guest", "guest_id", "property", "thread_key", unique=True),
        Index(
            "ix_conversation_state",
            "state",
            text("last_at DESC"),
            text("id DESC"),
            # So that a list of chosen guests is walked without a look at the others' rows.
            "guest_id",
            sqlite_where=text("machine = 0"),
            postgresql_where=text("machine = 0"),
        ),
        Index("ix_conversation_channel", "last_channel", "machine", "state", text("last_at DESC"), text("id DESC")),
        Index("ix_conversation_last", text("last_at DESC"), text("id DESC"), "guest_id"),
        Index(
            "ix_conversation_unanswered",
            "state",
            text("last_at DESC"),
            text("id DESC"),
            sqlite_where=text("unanswered = 1 AND machine = 0"),
            postgresql_where=text("unanswered = 1 AND machine = 0"),
        ),
        Index(
            "ix_conversation_deadline",
            "state",
            "deadline_at",
            "id",
            sqlite_where=text("deadline_at IS NOT NULL AND machine = 0"),
            postgresql_where=text("deadline_at IS NOT NULL AND machine = 0"),
        ),
        Index(
            "ix_conversation_waiting",
            "state",
            "unanswered_since",
            "id",
            sqlite_where=text("unanswered = 1 AND machine = 0"),
            postgresql_where=text("unanswered = 1 AND machine = 0"),
        ),
        Index(
            "ix_conversation_wake",
            "wake_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        # An id is never given twice: a removed conversation can come back under its own.
        {"sqlite_autoincrement": True},
    )
    id: int | None = _id()
    guest_id: int = _big(null=False)
    property: str = _text()
    thread_key: str = _text()
    state: str = _text("open")
    state_at: int | None = _big()
    state_by: str = _text()
    wake_at: int | None = _big()
    kept_wake_at: int | None = _big()
    snooze_reason: str = _text()
    automation: int = _flag()
    unanswered: int = _flag()
    unanswered_since: int | None = _big()
    no_reply_needed: int = _flag()
    machine: int = _flag()
    last_at: int = _big(null=False)
    last_message_id: int | None = _big()
    preview: str = _text()
    preview_by: str = _text()
    last_channel: str = _text()
    last_account: str = _text()
    last_address: str = _text()
    last_in_at: int | None = _big()
    outcome: str = _text()
    deadline_at: int | None = _big()
    deadline_kind: str = _text()
    assignee: str = _text()
    ambiguous: int = _flag()
    spam_rule: str = _text()
    history_from: int | None = _big()
    created_at: int = _big(null=False)


class Unread(SQLModel, table=True):
    """Fan-out: one row per operator and conversation with something unread; a copy of state and time for paging."""

    __tablename__ = "unread"
    __table_args__ = (
        Index("ix_unread_state", "operator", "state", text("last_at DESC"), text("conversation_id DESC")),
        Index("ix_unread_conversation", "conversation_id"),
        # A message touches the row of every operator: one tree less to write for each.
        {"sqlite_with_rowid": False},
    )
    operator: str = _text(key=True)
    conversation_id: int = _big(null=False, key=True)
    count: int = _count()
    since_at: int = _big(null=False)
    state: str = _text("open")
    last_at: int = _big(null=False)


class Message(SQLModel, table=True):
    __tablename__ = "message"
    __table_args__ = (
        _one_of("direction", Direction),
        _one_of("kind", Kind),
        _one_of("origin", Origin),
        _one_of("message_class", MessageClass),
        _one_of("state", Delivery),
        Index(
            "ux_message_external",
            "account",
            "external_id",
            unique=True,
            sqlite_where=text("external_id <> ''"),
            postgresql_where=text("external_id <> ''"),
        ),
        Index("ix_message_thread", "conversation_id", text("at DESC"), text("id DESC")),
        Index(
            "ix_message_ref",
            "account",
            "thread_ref",
            sqlite_where=text("thread_ref <> ''"),
            postgresql_where=text("thread_ref <> ''"),
        ),
        Index(
            "ix_message_subject",
            "account",
            "address",
            "subject_key",
            text("at DESC"),
            sqlite_where=text("subject_key <> ''"),
            postgresql_where=text("subject_key <> ''"),
        ),
    )
    id: int | None = _id()
    conversation_id: int = _big(null=False)
    at: int = _big(null=False)
    created_at: int = _big(null=False)
    direction: str = _text("in")
    kind: str = _text("chat")
    origin: str = _text("guest")
    message_class: str = _text("transactional")
    channel: str = _text()
    account: str = _text()
    external_id: str = _text()
    own_address: str = _text()
    address: str = _text()
    author: str = _text()
    subject: str = _text()
    subject_key: str = _text()
    """Folded subject without Re:, AW:, TR: ..."""
    text: str = _text()
    full_text: str = _text()
    state: str = _text()
    delivered_at: int | None = _big()
    read_at: int | None = _big()
    error_code: str = _text()
    vendor_text: str = _text()
    template: str = _text()
    thread_ref: str = _text()
    refs: str = _text()
    segments: int | None = Field(default=None, sa_column=Column(Integer))
    automated: int = _flag()
    imported: int = _flag()
    quoted: str = _text()
    parent: str = _text()
    reactions: str = _text("{}")
    edited_at: int | None = _big()
    removed_at: int | None = _big()
    billed_as: str = _text()
    seconds: int | None = Field(default=None, sa_column=Column(Integer))
    reacted_at: str = _text("{}")
    switched: str = _text()


class Revision(SQLModel, table=True):
    """What a message said before its writer edited it."""

    __tablename__ = "revision"
    __table_args__ = (Index("ix_revision_message", "message_id", "id"),)
    id: int | None = _id()
    message_id: int = _big(null=False)
    at: int = _big(null=False)
    text: str = _text()


class Attachment(SQLModel, table=True):
    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_message", "message_id", "id"),
        Index(
            "ix_attachment_remote",
            "id",
            sqlite_where=text("state = 'remote'"),
            postgresql_where=text("state = 'remote'"),
        ),
        Index(
            "ix_attachment_asked",
            "id",
            sqlite_where=text("transcript_state = 'asked'"),
            postgresql_where=text("transcript_state = 'asked'"),
        ),
        _either("state", ("remote", "stored", "refused", "failed"), "ck_attachment_state"),
    )
    id: int | None = _id()
    message_id: int = _big(null=False)
    name: str = _text()
    type: str = _text()
    size: int | None = _big()
    sha256: str = _text()
    state: str = _text("remote")
    ref: str = _text()
    reason: str = _text()
    seconds: int | None = Field(default=None, sa_column=Column(Integer))
    transcript: str = _text()
    transcript_state: str = _text()
    transcript_by: str = _text()


class SearchMessage(SQLModel, table=True):
    """Folded words of a message: the one text that both engines search. The id is ``storage.search``'s, by
    conversation."""

    __tablename__ = "search_message"
    __table_args__ = (Index("ux_search_message", "message_id", unique=True),)
    id: int | None = _id()
    message_id: int = _big(null=False)
    folded: str = _text()


class SearchGuest(SQLModel, table=True):
    """Folded names, addresses and booking numbers of the guest with the same id."""

    __tablename__ = "search_guest"
    id: int | None = _id()
    folded: str = _text()


class Draft(SQLModel, table=True):
    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_operator", "operator", "updated_at"),)
    conversation_id: int = _big(null=False, key=True)
    operator: str = _text(key=True)
    text: str = _text()
    cursor: int = _count()
    account: str = _text()
    channel: str = _text()
    mode: str = _text("reply")
    attachments: str = _text("[]")
    updated_at: int = _big(null=False)
    way: str = _text()
    target: str = _text()


class Outbox(SQLModel, table=True):
    __tablename__ = "outbox"
    __table_args__ = (
        _one_of("state", OutboxState),
        Index("ux_outbox_dedupe", "dedupe_key", unique=True),
        Index(
            "ux_outbox_provider",
            "account",
            "provider_id",
            unique=True,
            sqlite_where=text("provider_id <> ''"),
            postgresql_where=text("provider_id <> ''"),
        ),
        Index("ix_outbox_state", "state", "not_before", "id"),
        Index("ix_outbox_line", "account", "address", "state", "id"),
        Index("ix_outbox_message", "message_id"),
        Index("ix_outbox_conversation", "conversation_id", "id"),
        Index("ix_outbox_created", text("created_at DESC"), text("id DESC")),
        Index(
            "ix_outbox_ref",
            "account",
            "message_ref",
            sqlite_where=text("message_ref <> ''"),
            postgresql_where=text("message_ref <> ''"),
        ),
    )
    id: int | None = _id()
    dedupe_key: str = _text()
    message_id: int = _big(null=False)
    conversation_id: int = _big(null=False)
    account: str = _text()
    channel: str = _text()
    address: str = _text()
    own_address: str = _text()
    text: str = _text()
    subject: str = _text()
    message_ref: str = _text()
    in_reply_to: str = _text()
    refs: str = _text()
    template_id: str = _text()
    template_values: str = _text("{}")
    attachments: str = _text("[]")
    attachment_names: str = _text("[]")
    state: str = _text("held")
    not_before: int | None = _big()
    expires_at: int | None = _big()
    tries: int = _count()
    owner: str = _text()
    provider_id: str = _text()
    unknown_since: int | None = _big()
    looked_up: int = _count()
    created_by: str = _text()
    created_at: int = _big(null=False)
    updated_at: int = _big(null=False)
    scheduled: int = _flag()
    hold_if_guest_writes: int = _flag()
    reason: str = _text()
    reason_params: str = _text("{}")
    vendor_text: str = _text()
    body_hash: str = _text()
    undo: str = _text()
    way: str = _text()
    target: str = _text()
    tag: str = _text()
    zone: str = _text()
    route: str = _text()
    html: str = _text()
    unsubscribe: str = _text("[]")
    version: int = _count()


class Attempt(SQLModel, table=True):
    __tablename__ = "attempt"
    __table_args__ = (Index("ux_attempt", "outbox_id", "n", unique=True),)
    id: int | None = _id()
    outbox_id: int = _big(null=False)
    n: int = _count()
    started_at: int = _big(null=False)
    ended_at: int | None = _big()
    outcome: str = _text()
    error: str = _text()
    http_status: int | None = Field(default=None, sa_column=Column(Integer))


class Template(SQLModel, table=True):
    __tablename__ = "template"
    __table_args__ = (
        _one_of("kind", TemplateKind),
        _one_of("approval", Approval),
        Index(
            "ux_template",
            "kind",
            "name",
            "language",
            "account",
            "property",
            "room_type",
            unique=True,
            sqlite_where=text("archived = 0"),
            postgresql_where=text("archived = 0"),
        ),
    )
    id: int | None = _id()
    kind: str = _text("snippet")
    name: str = _text()
    language: str = _text()
    shortcut: str = _text()
    subject: str = _text()
    body: str = _text()
    category: str = _text()
    message_class: str = _text("transactional")
    account: str = _text()
    vendor_id: str = _text()
    approval: str = _text()
    approval_reason: str = _text()
    quality: str = _text()
    submitted_at: int | None = _big()
    mapping: str = _text("{}")
    version: int = _count()
    archived: int = _flag()
    updated_by: str = _text()
    updated_at: int | None = _big()
    event: str = _text()
    required: str = _text("[]")
    forms: str = _text("{}")
    property: str = _text()
    room_type: str = _text()


class TemplateVersion(SQLModel, table=True):
    __tablename__ = "template_version"
    template_id: int = _big(null=False, key=True)
    version: int = _big(null=False, key=True)
    subject: str = _text()
    body: str = _text()
    forms: str = _text("{}")
    by: str = _text()
    at: int | None = _big()


class Rule(SQLModel, table=True):
    __tablename__ = "rule"
    id: int | None = _id()
    kind: str = _text("before_arrival")
    name: str = _text()
    template: str = _text()
    days: int = _count()
    at: str = _text()
    """``HH:MM`` in the hotel's time zone."""
    channels: str = _text("[]")
    enabled: int = _flag()
    hold_if_guest_writes: int = _flag()
    mode: str = _text("first")
    late: str = _text("skip")
    per: str = _text("room")
    stagger: int = _count()
    """Minutes."""
    journey: str = _text()
    audience: int | None = _big()


class Planned(SQLModel, table=True):
    __tablename__ = "planned"
    __table_args__ = (
        _one_of("state", PlannedState),
        Index("ux_planned", "rule_id", "reservation_id", "local_date", unique=True),
        Index("ix_planned_due", "state", "due_at", "id"),
        Index("ix_planned_reservation", "reservation_id"),
    )
    id: int | None = _id()
    rule_id: int = _big(null=False)
    reservation_id: int = _big(null=False)
    local_date: str = _text()
    due_at: int = _big(null=False)
    state: str = _text("planned")
    reason: str = _text()
    outbox_id: int | None = _big()
    anchor: str | None = _text(null=True)
    said: str = _text()


class StayEvent(SQLModel, table=True):
    __tablename__ = "stay_event"
    __table_args__ = (
        _one_of("kind", BookingEvent),
        Index("ux_stay_event", "reservation_id", "kind", "revision", unique=True),
        Index("ix_stay_event_waiting", "id", sqlite_where=text(_UNHANDLED), postgresql_where=text(_UNHANDLED)),
    )
    id: int | None = _id()
    reservation_id: int = _big(null=False)
    kind: str = _text()
    revision: int = _count()
    at: int = _big(null=False)
    arrival: str = _text()
    departure: str = _text()
    was_arrival: str | None = _text(null=True)
    was_departure: str | None = _text(null=True)
    handled_at: int | None = _big()
    due_at: int | None = _big()
    note: str = _text()
    outcome: str = _text()


class GuestList(SQLModel, table=True):
    __tablename__ = "guest_list"
    __table_args__ = (Index("ix_guest_list_place", "place", "id"),)
    id: int | None = _id()
    name: str = _text()
    criteria: str = _text("{}")
    place: int = _count()
    updated_by: str = _text()
    updated_at: int | None = _big()


class Campaign(SQLModel, table=True):
    """One message to many guests; whom it goes to stands in ``recipient``."""

    __tablename__ = "campaign"
    __table_args__ = (
        _one_of("kind", CampaignKind),
        _one_of("state", CampaignState),
        _one_of("message_class", MessageClass),
        Index(
            "ix_campaign_running",
            "id",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )
    id: int | None = _id()
    name: str = _text()
    text: str = _text()
    channels: str = _text("[]")
    kind: str = _text("send")
    state: str = _text("running")
    message_class: str = _text("marketing")
    class_reason: str = _text()
    subject: str = _text()
    template: int | None = _big()
    values: str = _text("{}")
    guest_list: int | None = _big()
    created_by: str = _text()
    created_at: int = _big(null=False)
    unlocked_by: str = _text()
    ended_at: int | None = _big()
    property: str = _text()


class Recipient(SQLModel, table=True):
    __tablename__ = "recipient"
    __table_args__ = (
        _one_of("state", RecipientState),
        Index("ix_recipient_turn", "campaign_id", "state", "place"),
        Index("ix_recipient_guest", "guest_id", "campaign_id"),
        Index("ix_recipient_outbox", "outbox_id"),
        Index(
            "ix_recipient_queued",
            "queued_at",
            sqlite_where=text("queued_at IS NOT NULL"),
            postgresql_where=text("queued_at IS NOT NULL"),
        ),
    )
    campaign_id: int = _big(null=False, key=True)
    guest_id: int = _big(null=False, key=True)
    place: int = _count()
    state: str = _text("waiting")
    reason: str = _text()
    params: str = _text("{}")
    outbox_id: int | None = _big()
    queued_at: int | None = _big()
    accepted_at: int | None = _big()
    accepted_by: str = _text()
    accepted_how: str = _text()
    turn: int = _count()


class Offer(SQLModel, table=True):
    """A free room, table or slot; to whom it is offered stands in ``asked``."""

    __tablename__ = "offer"
    __table_args__ = (
        _one_of("mode", OfferMode),
        _one_of("state", OfferState),
        Index("ix_offer_open", "id", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
    )
    id: int | None = _id()
    title: str = _text()
    text: str = _text()
    channels: str = _text("[]")
    minutes: int = _count()
    mode: str = _text("turn")
    state: str = _text("open")
    taken_by: int | None = _big()
    created_by: str = _text()
    created_at: int = _big(null=False)
    ended_at: int | None = _big()
    property: str = _text()


class Asked(SQLModel, table=True):
    __tablename__ = "asked"
    __table_args__ = (_one_of("state", AskedState), Index("ix_asked_guest", "guest_id", "offer_id"))
    offer_id: int = _big(null=False, key=True)
    guest_id: int = _big(null=False, key=True)
    place: int = _count()
    state: str = _text("waiting")
    reason: str = _text()
    asked_at: int | None = _big()
    reply_by: int | None = _big()
    answered_at: int | None = _big()
    outbox_id: int | None = _big()


class Tag(SQLModel, table=True):
    __tablename__ = "tag"
    __table_args__ = (Index("ux_tag", "name", unique=True),)
    id: int | None = _id()
    name: str = _text()
    colour: str = _text()


class Tagged(SQLModel, table=True):
    __tablename__ = "tagged"
    __table_args__ = (Index("ix_tagged_ref", "kind", "ref_id"),)
    tag_id: int = _big(null=False, key=True)
    kind: str = _text(key=True)
    ref_id: int = _big(null=False, key=True)


class Request(SQLModel, table=True):
    __tablename__ = "request"
    __table_args__ = (
        _either("status", ("open", "done", "cancelled"), "ck_request_status"),
        Index("ix_request_guest", "guest_id", "id"),
    )
    id: int | None = _id()
    conversation_id: int | None = _big()
    guest_id: int = _big(null=False)
    reservation_id: int | None = _big()
    kind: str = _text("other")
    title: str = _text()
    status: str = _text("open")
    due_at: int | None = _big()
    by: str = _text()
    created_at: int = _big(null=False)
    updated_at: int = _big(null=False)


class Event(SQLModel, table=True):
    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_conversation", "conversation_id", "at", "id"),
        Index("ix_event_guest", "guest_id", "at"),
        Index(
            "ix_event_undo",
            "actor",
            text("id DESC"),
            sqlite_where=text("undo <> '' AND undone_at IS NULL"),
            postgresql_where=text("undo <> '' AND undone_at IS NULL"),
        ),
    )
    id: int | None = _id()
    at: int = _big(null=False)
    code: str = _text()
    actor: str = _text()
    conversation_id: int | None = _big()
    guest_id: int | None = _big()
    params: str = _text("{}")
    undo: str = _text()
    undone_at: int | None = _big()


class PresenceRow(SQLModel, table=True):
    __tablename__ = "presence"
    conversation_id: int = _big(null=False, key=True)
    operator: str = _text(key=True)
    doing: str = _text("viewing")
    until: int = _big(null=False)


class Job(SQLModel, table=True):
    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_queued", "id", sqlite_where=text("state = 'queued'"), postgresql_where=text("state = 'queued'")),
        _either("state", ("queued", "done", "failed"), "ck_job_state"),
    )
    id: int | None = _id()
    kind: str = _text()
    account: str = _text()
    params: str = _text("{}")
    state: str = _text("queued")
    result: str = _text("{}")
    created_by: str = _text()
    created_at: int = _big(null=False)
    done_at: int | None = _big()


class Deed(SQLModel, table=True):
    """What vendors are still to be told besides messages; a newer wish takes an older one's row."""

    __tablename__ = "deed"
    __table_args__ = (
        Index("ux_deed", "account", "channel", "address", "act", "ref", unique=True),
        Index(
            "ix_deed_pending",
            "not_before",
            "id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        _one_of("act", Act),
        _either("state", ("pending", "done", "failed"), "ck_deed_state"),
    )
    id: int | None = _id()
    account: str = _text()
    channel: str = _text()
    address: str = _text()
    act: str = _text("read")
    ref: str = _text()
    value: str = _text()
    conversation_ref: str = _text()
    conversation_id: int = _big(null=False)
    created_by: str = _text()
    state: str = _text("pending")
    tries: int = _count()
    not_before: int = _big(null=False)
    expires_at: int | None = _big()
    reason: str = _text()
    vendor_text: str = _text()


class Visitor(SQLModel, table=True):
    """Browsers that opened the web chat; of their secret keys only hashes are here."""

    __tablename__ = "visitor"
    __table_args__ = (
        Index("ux_visitor_key", "account", "key_hash", unique=True),
        Index(
            "ix_visitor_silent",
            "opened_at",
            sqlite_where=text("wrote_at IS NULL"),
            postgresql_where=text("wrote_at IS NULL"),
        ),
    )
    id: int | None = _id()
    account: str = _text()
    key_hash: str = _text()
    address: str = _text()
    name: str = _text()
    email: str = _text()
    opened_at: int = _big(null=False)
    wrote_at: int | None = _big()
    seen_at: int | None = _big()


class Worker(SQLModel, table=True):
    __tablename__ = "worker"
    name: str = _text(key=True)
    boot: str = _text()
    pid: int = _big(null=False)
    started_at: int = _big(null=False)
    beat_at: int = _big(null=False)
    stopped_at: int | None = _big()


class Usage(SQLModel, table=True):
    __tablename__ = "usage"
    account: str = _text(key=True)
    month: str = _text(key=True)
    category: str = _text(key=True)
    count: int = _count()
    segments: int = _count()
    price: str = _text()
    currency: str = _text()
    as_of: int = _big(null=False)


class Mapping(SQLModel, table=True):
    __tablename__ = "mapping"
    name: str = _text(key=True)
    value: str = _text()


class ChangeLine(SQLModel, table=True):
    """Append-only; sessions poll ``seq`` beyond the last they saw. Never the queue."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_at", "at"), {"sqlite_autoincrement": True})
    seq: int | None = _id()
    kind: str = _text()
    ref: int = _big(null=False)
    at: int = _big(null=False)
