"""What an act changed, from what and to what: a step for each kind of thing that can be put back."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tui_inbox.domain.booking import BookingEvent, EventMessage
from tui_inbox.domain.conversation import Conversation, DeadlineKind, State
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.reservation import Reservation
from tui_inbox.domain.template import Template
from tui_inbox.rows import ConsentRow


class Life(Struct, frozen=True):
    """The part of a conversation that an act moves; messages and previews go on without it."""

    guest_id: int
    state: State
    state_at: datetime | None
    state_by: str
    wake_at: datetime | None
    kept_wake_at: datetime | None
    snooze_reason: str
    automation: bool
    unanswered: bool
    unanswered_since: datetime | None
    no_reply_needed: bool
    machine: bool
    deadline_at: datetime | None
    deadline_kind: DeadlineKind
    assignee: str
    ambiguous: bool
    spam_rule: str


def life_of(conversation: Conversation) -> Life:
    return Life(**{name: getattr(conversation, name) for name in Life.__struct_fields__})


class LifeStep(Struct, frozen=True, tag="life"):
    id: int
    before: Life
    after: Life


class UnreadStep(Struct, frozen=True, tag="unread"):
    """What was unread for whom; a count of 0 makes it read."""

    id: int
    counts: tuple[tuple[str, int], ...]


class TagStep(Struct, frozen=True, tag="tag"):
    tag_id: int
    kind: str
    ref: int
    was_on: bool


class GuestStep(Struct, frozen=True, tag="guest"):
    before: Guest
    after: Guest


class RequestStep(Struct, frozen=True, tag="request"):
    id: int
    conversation_id: int
    before: str
    after: str


class ConsentStep(Struct, frozen=True, tag="consent"):
    guest_id: int
    before: ConsentRow
    after: ConsentRow


class HandleStep(Struct, frozen=True, tag="handle"):
    id: int
    guest_id: int
    """Whose it was."""


class StaysStep(Struct, frozen=True, tag="stays"):
    ids: tuple[int, ...]
    guest_id: int


class StayStep(Struct, frozen=True, tag="stay"):
    """A stay typed or changed by hand; a new one is taken back by cancelling it."""

    before: Reservation
    after: Reservation


class RequestOwnerStep(Struct, frozen=True, tag="request_owner"):
    id: int
    guest_id: int
    conversation_id: int | None


class MergedStep(Struct, frozen=True, tag="merged"):
    """Two conversations that became one."""

    left: Conversation
    """The one that is gone."""
    kept: Conversation
    """The other, before and after."""
    joined: Conversation
    messages: tuple[int, ...]


class CallStep(Struct, frozen=True, tag="call"):
    """A call that was written down by hand; taken back, it is shown no more."""

    id: int
    before: Conversation


class TextStep(Struct, frozen=True, tag="text"):
    """A text that was written; one that was not there before goes out of every list again."""

    before: Template | None
    after: Template


class EventStep(Struct, frozen=True, tag="event"):
    """Who is told of one kind of booking event."""

    event: BookingEvent
    before: EventMessage
    after: EventMessage


class RuleStep(Struct, frozen=True, tag="rule"):
    """A rule that was switched on or off."""

    id: int
    before: bool
    after: bool


class AcceptedStep(Struct, frozen=True, tag="accepted"):
    """Changed terms that were noted as accepted at the desk, and when."""

    campaign_id: int
    guest_id: int
    at: datetime


Step = (
    LifeStep
    | UnreadStep
    | TagStep
    | GuestStep
    | RequestStep
    | ConsentStep
    | HandleStep
    | StaysStep
    | StayStep
    | RequestOwnerStep
    | MergedStep
    | CallStep
    | TextStep
    | EventStep
    | RuleStep
    | AcceptedStep
)
