"""What happened to a conversation or a guest, who did it, and how to undo it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Code(StrEnum):
    """Every event that is ever stored; ``wording`` has one sentence for each."""

    CREATED = "created"
    CLOSED = "closed"
    CLOSED_WITHOUT_REPLY = "closed_without_reply"
    REOPENED = "reopened"
    REOPENED_BY_GUEST = "reopened_by_guest"
    REOPENED_BY_REPLY = "reopened_by_reply"
    REOPENED_BY_FAILURE = "reopened_by_failure"
    SNOOZED = "snoozed"
    SNOOZED_AGAIN = "snoozed_again"
    WOKE = "woke"
    WOKE_LATE = "woke_late"
    WOKEN_BY_GUEST = "woken_by_guest"
    WOKEN_BY_REPLY = "woken_by_reply"
    SPAM = "spam"
    NOT_SPAM = "not_spam"
    NO_REPLY_NEEDED = "no_reply_needed"
    REPLY_NEEDED = "reply_needed"
    MARKED_UNREAD = "marked_unread"
    MARKED_READ = "marked_read"
    LINKED = "linked"
    UNLINKED = "unlinked"
    MERGED = "merged"
    TAGGED = "tagged"
    UNTAGGED = "untagged"
    ASSIGNED = "assigned"
    REQUEST_MADE = "request_made"
    REQUEST_CHANGED = "request_changed"
    GUEST_CREATED = "guest_created"
    GUEST_EDITED = "guest_edited"
    STAY_ADDED = "stay_added"
    STAY_CHANGED = "stay_changed"
    STAYS_IMPORTED = "stays_imported"
    CONSENT_OFF = "consent_off"
    CONSENT_ON = "consent_on"
    CONSENT_OFF_BY_GUEST = "consent_off_by_guest"
    UNSUBSCRIBE_REFUSED = "unsubscribe_refused"
    """A mail wanted to unsubscribe somebody with a token that is not good."""
    SMS_SWITCHED = "sms_switched"
    """The month's SMS are used up: it went by mail."""
    SMS_HELD = "sms_held"
    """The month's SMS are used up, and there is no other way."""
    SMS_BUDGET = "sms_budget"
    """An administrator changed the month's SMS budget."""
    BOOKING_TEXT = "booking_text"
    """Switches or texts of one booking message were changed."""
    TEXT_ARCHIVED = "text_archived"
    OFFER_ANSWERED = "offer_answered"
    TERMS_ACCEPTED = "terms_accepted"
    STOPPED = "stopped"
    """The guest wrote a STOP word."""
    STARTED = "started"
    STOPPED_BY_PROVIDER = "stopped_by_provider"
    STARTED_BY_PROVIDER = "started_by_provider"
    ACT_FAILED = "act_failed"
    """The vendor could not be told something (``Act``)."""
    COMMENT_HIDDEN = "comment_hidden"
    COMMENT_SHOWN = "comment_shown"
    SEND_CANCELLED = "send_cancelled"
    SEND_FAILED = "send_failed"
    SEND_UNKNOWN = "send_unknown"
    SEND_SETTLED = "send_settled"
    RESENT = "resent"
    RULES_ON = "rules_on"
    RULES_OFF = "rules_off"
    """One rule, or all of a journey."""
    CALL_LOGGED = "call_logged"
    HISTORY_IMPORTED = "history_imported"
    MOVED_TO_INBOX = "moved_to_inbox"
    UNDONE = "undone"


class Event(NamedTuple):
    id: int
    at: datetime
    code: Code
    actor: str = ""
    """Operator's code; empty for the guest, the clock or the worker."""
    conversation_id: int | None = None
    guest_id: int | None = None
    params: Mapping[str, str | int] = {}
    undo: str = ""
    """JSON for ``services.undo``; empty when it cannot be undone."""
    undone_at: datetime | None = None
