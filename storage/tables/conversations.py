"""Conversations, their messages, and the words that are searched."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, text
from sqlmodel import Field, SQLModel

from storage.tables.columns import big, either, flag, identity, number, one_of, words
from tui_inbox.domain.conversation import State
from tui_inbox.domain.message import Delivery, Direction, Kind, MessageClass, Origin


class Conversation(SQLModel, table=True):
    __tablename__ = "conversation"
    __table_args__ = (
        one_of("state", State),
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
    id: int | None = identity()
    guest_id: int = big(null=False)
    property: str = words()
    thread_key: str = words()
    state: str = words("open")
    state_at: int | None = big()
    state_by: str = words()
    wake_at: int | None = big()
    kept_wake_at: int | None = big()
    snooze_reason: str = words()
    automation: int = flag()
    unanswered: int = flag()
    unanswered_since: int | None = big()
    no_reply_needed: int = flag()
    machine: int = flag()
    last_at: int = big(null=False)
    last_message_id: int | None = big()
    preview: str = words()
    preview_by: str = words()
    last_channel: str = words()
    last_account: str = words()
    last_address: str = words()
    last_in_at: int | None = big()
    outcome: str = words()
    deadline_at: int | None = big()
    deadline_kind: str = words()
    assignee: str = words()
    ambiguous: int = flag()
    spam_rule: str = words()
    history_from: int | None = big()
    created_at: int = big(null=False)


class Unread(SQLModel, table=True):
    """Fan-out: one row per operator and conversation with something unread; a copy of state and time for paging."""

    __tablename__ = "unread"
    __table_args__ = (
        Index("ix_unread_state", "operator", "state", text("last_at DESC"), text("conversation_id DESC")),
        Index("ix_unread_conversation", "conversation_id"),
        # A message touches the row of every operator: one tree less to write for each.
        {"sqlite_with_rowid": False},
    )
    operator: str = words(key=True)
    conversation_id: int = big(null=False, key=True)
    count: int = number()
    since_at: int = big(null=False)
    state: str = words("open")
    last_at: int = big(null=False)


class Message(SQLModel, table=True):
    __tablename__ = "message"
    __table_args__ = (
        one_of("direction", Direction),
        one_of("kind", Kind),
        one_of("origin", Origin),
        one_of("message_class", MessageClass),
        one_of("state", Delivery),
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
    id: int | None = identity()
    conversation_id: int = big(null=False)
    at: int = big(null=False)
    created_at: int = big(null=False)
    direction: str = words("in")
    kind: str = words("chat")
    origin: str = words("guest")
    message_class: str = words("transactional")
    channel: str = words()
    account: str = words()
    external_id: str = words()
    own_address: str = words()
    address: str = words()
    author: str = words()
    subject: str = words()
    subject_key: str = words()
    """Folded subject without Re:, AW:, TR: ..."""
    text: str = words()
    full_text: str = words()
    state: str = words()
    delivered_at: int | None = big()
    read_at: int | None = big()
    error_code: str = words()
    vendor_text: str = words()
    template: str = words()
    thread_ref: str = words()
    refs: str = words()
    segments: int | None = Field(default=None, sa_column=Column(Integer))
    automated: int = flag()
    imported: int = flag()
    quoted: str = words()
    parent: str = words()
    reactions: str = words("{}")
    edited_at: int | None = big()
    removed_at: int | None = big()
    billed_as: str = words()
    seconds: int | None = Field(default=None, sa_column=Column(Integer))
    reacted_at: str = words("{}")
    switched: str = words()


class Revision(SQLModel, table=True):
    """What a message said before its writer edited it."""

    __tablename__ = "revision"
    __table_args__ = (Index("ix_revision_message", "message_id", "id"),)
    id: int | None = identity()
    message_id: int = big(null=False)
    at: int = big(null=False)
    text: str = words()


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
        either("state", ("remote", "stored", "refused", "failed"), "ck_attachment_state"),
    )
    id: int | None = identity()
    message_id: int = big(null=False)
    name: str = words()
    type: str = words()
    size: int | None = big()
    sha256: str = words()
    state: str = words("remote")
    ref: str = words()
    reason: str = words()
    seconds: int | None = Field(default=None, sa_column=Column(Integer))
    transcript: str = words()
    transcript_state: str = words()
    transcript_by: str = words()


class SearchMessage(SQLModel, table=True):
    """Folded words of a message: the one text that both engines search. The id is ``storage.search``'s, by
    conversation."""

    __tablename__ = "search_message"
    __table_args__ = (Index("ux_search_message", "message_id", unique=True),)
    id: int | None = identity()
    message_id: int = big(null=False)
    folded: str = words()


class SearchGuest(SQLModel, table=True):
    """Folded names, addresses and booking numbers of the guest with the same id."""

    __tablename__ = "search_guest"
    id: int | None = identity()
    folded: str = words()
