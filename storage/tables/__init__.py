"""The schema, as SQLModel tables: created, migrated and checked from here; nothing is mapped at run time.

Columns are portable scalars: times are BIGINT microseconds since 1970 UTC, flags SMALLINT 0/1, states TEXT codes with
a CHECK, structures JSON in TEXT, dates TEXT ``YYYY-MM-DD``. Statements that read and write them are in the modules of
the aggregates; a test prepares every one of them against these tables on both engines.
"""

from __future__ import annotations

from sqlmodel import SQLModel

from storage.tables.accounts import Account, Cursor, InboundEvent, Usage, Visitor
from storage.tables.conversations import Attachment, Conversation, Message, Revision, SearchGuest, SearchMessage, Unread
from storage.tables.desk import (
    ChangeLine,
    Draft,
    Event,
    Job,
    Mapping,
    Operator,
    Preference,
    PresenceRow,
    Request,
    Tag,
    Tagged,
    Worker,
)
from storage.tables.groups import Asked, Campaign, GuestList, Offer, Recipient
from storage.tables.guests import Consent, Guest, Handle, Line
from storage.tables.outbox import Attempt, Deed, Outbox
from storage.tables.stays import Reservation, StayEvent
from storage.tables.texts import Planned, Rule, Template, TemplateVersion

metadata = SQLModel.metadata

__all__ = [
    "Account",
    "Asked",
    "Attachment",
    "Attempt",
    "Campaign",
    "ChangeLine",
    "Consent",
    "Conversation",
    "Cursor",
    "Deed",
    "Draft",
    "Event",
    "Guest",
    "GuestList",
    "Handle",
    "InboundEvent",
    "Job",
    "Line",
    "Mapping",
    "Message",
    "Offer",
    "Operator",
    "Outbox",
    "Planned",
    "Preference",
    "PresenceRow",
    "Recipient",
    "Request",
    "Reservation",
    "Revision",
    "Rule",
    "SearchGuest",
    "SearchMessage",
    "StayEvent",
    "Tag",
    "Tagged",
    "Template",
    "TemplateVersion",
    "Unread",
    "Usage",
    "Visitor",
    "Worker",
    "metadata",
]
