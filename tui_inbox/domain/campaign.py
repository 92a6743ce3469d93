"""One message to many guests: what it is, whom it goes to, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import NamedTuple

from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.outbox import OutboxState

MINUTE = timedelta(minutes=1)


class CampaignKind(StrEnum):
    SEND = "send"
    TERMS = "terms"
    """Changed terms, which each guest is asked to accept."""


class CampaignState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class RecipientState(StrEnum):
    WAITING = "waiting"
    """Asked again for window, consent and stay when its turn comes."""
    QUEUED = "queued"
    """In the outbox, whose row says how it went."""
    LEFT_OUT = "left_out"
    CANCELLED = "cancelled"


class Campaign(NamedTuple):
    id: int
    name: str
    text: str
    """With variables; empty where a template is sent."""
    channels: tuple[str, ...]
    """Tried in this order for each guest."""
    kind: CampaignKind = CampaignKind.SEND
    state: CampaignState = CampaignState.RUNNING
    message_class: MessageClass = MessageClass.MARKETING
    class_reason: str = ""
    """Why it is no advertising, in the operator's words."""
    subject: str = ""
    template: int | None = None
    values: Mapping[str, str] = {}
    """What only this occasion knows (a link, a note), by variable name."""
    guest_list: int | None = None
    created_by: str = ""
    created_at: datetime | None = None
    unlocked_by: str = ""
    """The administrator who allowed more guests than ``bulk.max_recipients``."""
    ended_at: datetime | None = None
    property: str = ""
    """Whoever sent it may see the guests of this property alone; empty: all."""


class Recipient(NamedTuple):
    campaign_id: int
    guest_id: int
    place: int = 0
    state: RecipientState = RecipientState.WAITING
    reason: str = ""
    """Code of why nothing is sent."""
    params: Mapping[str, str | int] = {}
    outbox_id: int | None = None
    queued_at: datetime | None = None
    accepted_at: datetime | None = None
    """When the guest accepted the terms."""
    accepted_by: str = ""
    """The operator who noted it; empty: the guest did it."""
    accepted_how: str = ""
    """``keyword``, ``link`` or ``by_hand``."""
    turn: int = 0
    """How often it was taken back out of the outbox: part of the key under which it is sent."""


class Progress(NamedTuple):
    """How many guests stand where."""

    waiting: int = 0
    queued: int = 0
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    unknown: int = 0
    left_out: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        return sum(self)

    @property
    def over(self) -> int:
        """Guests for whom nothing more happens by itself."""
        return self.total - self.waiting - self.queued


class RecipientRow(NamedTuple):
    """One guest of a group send, and how it went."""

    guest_id: int
    place: int
    guest: str
    fate: str
    """A field of ``Progress``."""
    reason: str
    reason_params: Mapping[str, str | int]
    channel: str
    address: str
    text: str
    outbox_id: int | None
    conversation_id: int | None
    at: datetime | None
    accepted_at: datetime | None
    accepted_by: str = ""
    """The operator who noted it."""
    accepted_how: str = ""
    """``keyword``, ``link`` or ``by_hand``."""


_FATES: Mapping[OutboxState, str] = {
    OutboxState.ACCEPTED: "sent",
    OutboxState.DELIVERED: "delivered",
    OutboxState.READ: "delivered",
    OutboxState.FAILED: "failed",
    OutboxState.EXPIRED: "failed",
    OutboxState.UNKNOWN: "unknown",
    OutboxState.NEEDS_OPERATOR: "unknown",
    OutboxState.CANCELLED: "cancelled",
}


def fate(state: RecipientState, outbox: OutboxState | None) -> str:
    """The field of ``Progress`` that counts this guest."""
    if state is not RecipientState.QUEUED:
        return state.value
    return _FATES.get(outbox, "queued") if outbox is not None else "queued"


def share(per_minute: int, lately: int, since: datetime, now: datetime) -> int:
    """How many may go now: never more than ``per_minute`` in any minute, and spread over it.

    ``lately`` went within the last minute; ``since`` is when the newest of all went, or the first could.
    """
    due = int(per_minute * (min(now - since, MINUTE) / MINUTE))
    return max(0, min(per_minute - lately, due))


def minutes_for(count: int, per_minute: int) -> int:
    """How long so many take at least."""
    return ceil(count / per_minute) if count else 0
