"""Accounts at vendors, how far each was read, what came in, what it cost."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from storage.tables.columns import big, either, identity, number, words


class Account(SQLModel, table=True):
    __tablename__ = "account"
    name: str = words(key=True)
    type: str = words()
    state: str = words("new")
    reason: str = words()
    vendor_text: str = words()
    connected_at: int | None = big()
    polled_at: int | None = big()
    poll_ok_at: int | None = big()
    health: str = words("{}")


class Cursor(SQLModel, table=True):
    __tablename__ = "cursor"
    account: str = words(key=True)
    stream: str = words(key=True)
    value: str = words()
    updated_at: int = big(null=False)


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
        either("state", ("new", "applied", "ignored", "quarantined"), "ck_inbound_state"),
    )
    id: int | None = identity()
    account: str = words()
    external_id: str = words()
    kind: str = words()
    raw: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    received_at: int = big(null=False)
    state: str = words("new")
    reason: str = words()
    params: str = words("{}")
    applied_at: int | None = big()


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
    id: int | None = identity()
    account: str = words()
    key_hash: str = words()
    address: str = words()
    name: str = words()
    email: str = words()
    opened_at: int = big(null=False)
    wrote_at: int | None = big()
    seen_at: int | None = big()


class Usage(SQLModel, table=True):
    __tablename__ = "usage"
    account: str = words(key=True)
    month: str = words(key=True)
    category: str = words(key=True)
    count: int = number()
    segments: int = number()
    price: str = words()
    currency: str = words()
    as_of: int = big(null=False)
