"""What people at the desk leave for each other, and the programs that serve them."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import SQLModel

from storage.tables.columns import big, either, identity, number, words


class Operator(SQLModel, table=True):
    __tablename__ = "operator"
    code: str = words(key=True)
    name: str = words()
    first_seen_at: int = big(null=False)
    seen_at: int = big(null=False)


class Preference(SQLModel, table=True):
    __tablename__ = "preference"
    operator: str = words(key=True)
    name: str = words(key=True)
    value: str = words()


class Draft(SQLModel, table=True):
    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_operator", "operator", "updated_at"),)
    conversation_id: int = big(null=False, key=True)
    operator: str = words(key=True)
    text: str = words()
    cursor: int = number()
    account: str = words()
    channel: str = words()
    mode: str = words("reply")
    attachments: str = words("[]")
    updated_at: int = big(null=False)
    way: str = words()
    target: str = words()


class Tag(SQLModel, table=True):
    __tablename__ = "tag"
    __table_args__ = (Index("ux_tag", "name", unique=True),)
    id: int | None = identity()
    name: str = words()
    colour: str = words()


class Tagged(SQLModel, table=True):
    __tablename__ = "tagged"
    __table_args__ = (Index("ix_tagged_ref", "kind", "ref_id"),)
    tag_id: int = big(null=False, key=True)
    kind: str = words(key=True)
    ref_id: int = big(null=False, key=True)


class Request(SQLModel, table=True):
    __tablename__ = "request"
    __table_args__ = (
        either("status", ("open", "done", "cancelled"), "ck_request_status"),
        Index("ix_request_guest", "guest_id", "id"),
    )
    id: int | None = identity()
    conversation_id: int | None = big()
    guest_id: int = big(null=False)
    reservation_id: int | None = big()
    kind: str = words("other")
    title: str = words()
    status: str = words("open")
    due_at: int | None = big()
    by: str = words()
    created_at: int = big(null=False)
    updated_at: int = big(null=False)


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
    id: int | None = identity()
    at: int = big(null=False)
    code: str = words()
    actor: str = words()
    conversation_id: int | None = big()
    guest_id: int | None = big()
    params: str = words("{}")
    undo: str = words()
    undone_at: int | None = big()


class PresenceRow(SQLModel, table=True):
    __tablename__ = "presence"
    conversation_id: int = big(null=False, key=True)
    operator: str = words(key=True)
    doing: str = words("viewing")
    until: int = big(null=False)


class Job(SQLModel, table=True):
    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_queued", "id", sqlite_where=text("state = 'queued'"), postgresql_where=text("state = 'queued'")),
        either("state", ("queued", "done", "failed"), "ck_job_state"),
    )
    id: int | None = identity()
    kind: str = words()
    account: str = words()
    params: str = words("{}")
    state: str = words("queued")
    result: str = words("{}")
    created_by: str = words()
    created_at: int = big(null=False)
    done_at: int | None = big()


class Worker(SQLModel, table=True):
    __tablename__ = "worker"
    name: str = words(key=True)
    boot: str = words()
    pid: int = big(null=False)
    started_at: int = big(null=False)
    beat_at: int = big(null=False)
    stopped_at: int | None = big()


class Mapping(SQLModel, table=True):
    __tablename__ = "mapping"
    name: str = words(key=True)
    value: str = words()


class ChangeLine(SQLModel, table=True):
    """Append-only; sessions poll ``seq`` beyond the last they saw. Never the queue."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_at", "at"), {"sqlite_autoincrement": True})
    seq: int | None = identity()
    kind: str = words()
    ref: int = big(null=False)
    at: int = big(null=False)
