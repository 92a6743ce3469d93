"""What is to leave, each try of it, and what vendors are to be told."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, text
from sqlmodel import Field, SQLModel

from storage.tables.columns import big, either, flag, identity, number, one_of, words
from tui_inbox.domain.deed import Act
from tui_inbox.domain.outbox import OutboxState


class Outbox(SQLModel, table=True):
    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", OutboxState),
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
    id: int | None = identity()
    dedupe_key: str = words()
    message_id: int = big(null=False)
    conversation_id: int = big(null=False)
    account: str = words()
    channel: str = words()
    address: str = words()
    own_address: str = words()
    text: str = words()
    subject: str = words()
    message_ref: str = words()
    in_reply_to: str = words()
    refs: str = words()
    template_id: str = words()
    template_values: str = words("{}")
    attachments: str = words("[]")
    attachment_names: str = words("[]")
    state: str = words("held")
    not_before: int | None = big()
    expires_at: int | None = big()
    tries: int = number()
    owner: str = words()
    provider_id: str = words()
    unknown_since: int | None = big()
    looked_up: int = number()
    created_by: str = words()
    created_at: int = big(null=False)
    updated_at: int = big(null=False)
    scheduled: int = flag()
    hold_if_guest_writes: int = flag()
    reason: str = words()
    reason_params: str = words("{}")
    vendor_text: str = words()
    body_hash: str = words()
    undo: str = words()
    way: str = words()
    target: str = words()
    tag: str = words()
    zone: str = words()
    route: str = words()
    html: str = words()
    unsubscribe: str = words("[]")
    version: int = number()


class Attempt(SQLModel, table=True):
    __tablename__ = "attempt"
    __table_args__ = (Index("ux_attempt", "outbox_id", "n", unique=True),)
    id: int | None = identity()
    outbox_id: int = big(null=False)
    n: int = number()
    started_at: int = big(null=False)
    ended_at: int | None = big()
    outcome: str = words()
    error: str = words()
    http_status: int | None = Field(default=None, sa_column=Column(Integer))


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
        one_of("act", Act),
        either("state", ("pending", "done", "failed"), "ck_deed_state"),
    )
    id: int | None = identity()
    account: str = words()
    channel: str = words()
    address: str = words()
    act: str = words("read")
    ref: str = words()
    value: str = words()
    conversation_ref: str = words()
    conversation_id: int = big(null=False)
    created_by: str = words()
    state: str = words("pending")
    tries: int = number()
    not_before: int = big(null=False)
    expires_at: int | None = big()
    reason: str = words()
    vendor_text: str = words()
