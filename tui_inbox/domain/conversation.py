"""A conversation: everything said with one guest at one property, and the life it leads on the desk."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    OPEN = "open"
    PENDING = "pending"
    CLOSED = "closed"
    SPAM = "spam"


class Tab(StrEnum):
    OPEN = "open"
    PENDING = "pending"
    CLOSED = "closed"
    SPAM = "spam"
    ALL = "all"


class Sort(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    WAITING = "waiting"
    DEADLINE = "deadline"


class DeadlineKind(StrEnum):
    """Which clock the row shows."""

    NONE = ""
    WINDOW = "window"
    """Free text ends then."""
    REPLY_MARK = "reply"
    """The vendor's answer-time mark."""
    CALLBACK = "callback"
    """A promise made to the guest."""


class Conversation(NamedTuple):
    """The stored entity; every change makes a new one (``_replace``)."""

    id: int
    guest_id: int
    property: str = ""
    """Code of the property; empty for the hotel itself."""
    thread_key: str = ""
    """Set only for an agency or company: one conversation per mail thread or reservation."""
    state: State = State.OPEN
    state_at: datetime | None = None
    state_by: str = ""
    """Operator's code; empty when a guest, the clock or a rule did it."""
    wake_at: datetime | None = None
    """Pending: when it comes back; None = until the guest writes."""
    kept_wake_at: datetime | None = None
    """The wake time that a guest's message or a reply ended, offered for «snooze again»."""
    snooze_reason: str = ""
    automation: bool = False
    """Automatic texts allowed: on in Closed, off elsewhere."""
    unanswered: bool = False
    unanswered_since: datetime | None = None
    no_reply_needed: bool = False
    machine: bool = False
    """Only automated mail so far: shown in All alone."""
    last_at: datetime | None = None
    last_message_id: int | None = None
    preview: str = ""
    preview_by: str = ""
    """Empty = the guest; otherwise the operator's code or an origin in angle brackets (``<scheduled>``)."""
    last_channel: str = ""
    last_account: str = ""
    last_address: str = ""
    """The guest's handle of the last inbound message: the default for an answer."""
    last_in_at: datetime | None = None
    outcome: str = ""
    """Shown delivery state of the newest outgoing message, empty when the guest spoke last."""
    deadline_at: datetime | None = None
    deadline_kind: DeadlineKind = DeadlineKind.NONE
    assignee: str = ""
    ambiguous: bool = False
    """More than one guest fits the sender: the card asks which."""
    spam_rule: str = ""
    history_from: datetime | None = None
    """Before this nothing was imported («history starts here»)."""
    created_at: datetime | None = None
