"""Texts with their versions, rules, and what is planned by them."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import SQLModel

from storage.tables.columns import big, flag, identity, number, one_of, words
from tui_inbox.domain.planner import PlannedState
from tui_inbox.domain.template import Approval, TemplateKind


class Template(SQLModel, table=True):
    __tablename__ = "template"
    __table_args__ = (
        one_of("kind", TemplateKind),
        one_of("approval", Approval),
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
    id: int | None = identity()
    kind: str = words("snippet")
    name: str = words()
    language: str = words()
    shortcut: str = words()
    subject: str = words()
    body: str = words()
    category: str = words()
    message_class: str = words("transactional")
    account: str = words()
    vendor_id: str = words()
    approval: str = words()
    approval_reason: str = words()
    quality: str = words()
    submitted_at: int | None = big()
    mapping: str = words("{}")
    version: int = number()
    archived: int = flag()
    updated_by: str = words()
    updated_at: int | None = big()
    event: str = words()
    required: str = words("[]")
    forms: str = words("{}")
    property: str = words()
    room_type: str = words()


class TemplateVersion(SQLModel, table=True):
    __tablename__ = "template_version"
    template_id: int = big(null=False, key=True)
    version: int = big(null=False, key=True)
    subject: str = words()
    body: str = words()
    forms: str = words("{}")
    by: str = words()
    at: int | None = big()


class Rule(SQLModel, table=True):
    __tablename__ = "rule"
    id: int | None = identity()
    kind: str = words("before_arrival")
    name: str = words()
    template: str = words()
    days: int = number()
    at: str = words()
    """``HH:MM`` in the hotel's time zone."""
    channels: str = words("[]")
    enabled: int = flag()
    hold_if_guest_writes: int = flag()
    mode: str = words("first")
    late: str = words("skip")
    per: str = words("room")
    stagger: int = number()
    """Minutes."""
    journey: str = words()
    audience: int | None = big()


class Planned(SQLModel, table=True):
    __tablename__ = "planned"
    __table_args__ = (
        one_of("state", PlannedState),
        Index("ux_planned", "rule_id", "reservation_id", "local_date", unique=True),
        Index("ix_planned_due", "state", "due_at", "id"),
        Index("ix_planned_reservation", "reservation_id"),
    )
    id: int | None = identity()
    rule_id: int = big(null=False)
    reservation_id: int = big(null=False)
    local_date: str = words()
    due_at: int = big(null=False)
    state: str = words("planned")
    reason: str = words()
    outbox_id: int | None = big()
    anchor: str | None = words(null=True)
    said: str = words()
