"""Guests, where they can be reached, and what they agreed to."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import SQLModel

from storage.tables.columns import big, flag, identity, words


class Guest(SQLModel, table=True):
    __tablename__ = "guest"
    __table_args__ = (
        Index("ix_guest_phone", "phone", sqlite_where=text("phone <> ''"), postgresql_where=text("phone <> ''")),
        Index("ix_guest_email", "email", sqlite_where=text("email <> ''"), postgresql_where=text("email <> ''")),
        Index("ix_guest_sort", "sort_name", "id"),
    )
    id: int | None = identity()
    name: str = words()
    sort_name: str = words()
    """Folded name, for the directory's order."""
    kind: str = words("person")
    language: str = words()
    country: str = words()
    vip: int = flag()
    phone: str = words()
    email: str = words()
    alert: str = words()
    notes: str = words()
    blocked: int = flag()
    merged_into: int | None = big()
    created_at: int = big(null=False)
    updated_at: int = big(null=False)


class Handle(SQLModel, table=True):
    __tablename__ = "handle"
    __table_args__ = (
        Index("ux_handle", "channel", "address", "guest_id", unique=True),
        Index("ix_handle_guest", "guest_id"),
        Index("ix_handle_address", "address"),
    )
    id: int | None = identity()
    guest_id: int = big(null=False)
    channel: str = words()
    address: str = words()
    label: str = words()
    unreachable: str = words()
    created_at: int = big(null=False)


class Line(SQLModel, table=True):
    __tablename__ = "line"
    __table_args__ = (Index("ix_line_address", "channel", "address"),)
    account: str = words(key=True)
    channel: str = words(key=True)
    address: str = words(key=True)
    last_in_at: int | None = big()
    last_out_at: int | None = big()
    stopped_at: int | None = big()
    stop_word: str = words()
    stop_source: str = words()
    closed_code: str = words()
    open_until: int | None = big()
    access_at: int | None = big()
    wish_at: int | None = big()
    reply_by: int | None = big()
    read_until: int | None = big()
    route: str = words()


class Consent(SQLModel, table=True):
    __tablename__ = "consent"
    guest_id: int = big(null=False, key=True)
    topic: str = words(key=True)
    medium: str = words(key=True)
    allowed: int = flag()
    at: int | None = big()
    by: str = words()
    source: str = words()
