"""Conversations as the store keeps them: the list, the messages in them, who has read what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.message import Attachment, Delivery, Message
from tui_inbox.rows import (
    ConversationRow,
    Counts,
    Key,
    MessageRow,
    Page,
    View,
)


class Conversations(Protocol):
    def get(self, conversation_id: int) -> Conversation | None: ...

    def load(self, conversation_id: int) -> Conversation:
        """For change. Raises ``NotFound``."""
        ...

    def of_guest(
        self, guest_id: int, property_: str, thread_key: str = "", *, for_change: bool = False
    ) -> Conversation | None:
        """``for_change`` reads it as ``load`` does."""
        ...

    def of_guests(self, guest_ids: Sequence[int], property_: str) -> Mapping[int, Conversation]:
        """``of_guest`` for change of many guests at once (no thread key), by guest."""
        ...

    def all_of_guest(self, guest_id: int) -> Sequence[Conversation]: ...

    def add(self, conversation: Conversation) -> Conversation: ...

    def put(self, conversation: Conversation) -> None:
        """Write it back; keeps the unread fan-out's copy of state and ``last_at`` in step."""
        ...

    def remove(self, conversation_id: int) -> None:
        """Forget an empty row whose messages were moved away (merge), with its unread marks."""
        ...

    def restore(self, conversation: Conversation) -> None:
        """Write a removed row again, under its own id (undo of a merge)."""
        ...

    def due_to_wake(self, now: datetime, limit: int) -> Sequence[int]:
        """Pending ones whose wake time has come, oldest first."""
        ...


class Inbox(Protocol):
    """The hand-tuned reads of the list: all by index, flat at any size."""

    def page(self, view: View, operator: str, today: date, after: Key | None, limit: int) -> Page: ...

    def row(self, conversation_id: int, operator: str, today: date) -> ConversationRow | None: ...

    def rows(self, ids: Sequence[int], operator: str, today: date) -> Sequence[ConversationRow]:
        """In the order of ``ids``; those that are gone are left out."""
        ...

    def counts(self, operator: str, view: View) -> Counts:
        """Badges within the view's property and account scope (its other filters do not count)."""
        ...

    def most_urgent(self, operator: str, view: View, now: datetime, skip: Sequence[int]) -> int | None:
        """The conversation that needs work first: earliest deadline, then longest unanswered, then oldest unread."""
        ...


class Unread(Protocol):
    """Per operator, kept by fan-out: a row exists while there is something unread."""

    def bump(self, conversation: Conversation, operators: Iterable[str], at: datetime, count: int = 1) -> None:
        """``count`` more unread messages at ``at`` for each operator."""
        ...

    def bump_all(self, marks: Sequence[tuple[Conversation, datetime, int]], operators: Sequence[str]) -> None:
        """``bump`` for many conversations at once: (conversation, at, count)."""
        ...

    def clear(self, conversation_id: int, operator: str) -> bool:
        """For one operator; tells whether there was something."""
        ...

    def clear_all(self, conversation_id: int) -> Sequence[tuple[str, int]]:
        """For everybody; the (operator, count) pairs that were there, for undo."""
        ...

    def set(self, conversation: Conversation, operator: str, count: int, at: datetime) -> None: ...


class Messages(Protocol):
    def get(self, message_id: int) -> Message | None:
        """With its attachments."""
        ...

    def add(self, message: Message, *, indexed: bool = True) -> Message | None:
        """With its attachments and search entry; None when (account, external_id) is there already."""
        ...

    def index(self, messages: Sequence[Message]) -> None:
        """The search entries of new messages that were added without (``indexed`` False), all at once."""
        ...

    def put(self, message: Message) -> None: ...

    def revise(self, message: Message, before: str, at: datetime) -> None:
        """``put``, keeping what it said ``before``."""
        ...

    def revisions(self, message_id: int) -> Sequence[tuple[datetime, str]]:
        """(until when, what it said), oldest first."""
        ...

    def react(self, message_id: int, by: str, emoji: str, at: datetime) -> bool:
        """One emoji for the guest and one for the hotel, the newest of each; False when nothing changed."""
        ...

    def answers_until(self, account: str, address: str, until: datetime, limit: int) -> Sequence[int]:
        """Our messages on this line up to a moment that are not known to be read, newest first (their ids)."""
        ...

    def by_external(self, account: str, external_id: str) -> Message | None: ...

    def by_reference(self, account: str, references: Sequence[str]) -> Message | None:
        """Mail: the newest message whose Message-ID is one of ``references``."""
        ...

    def by_subject(self, account: str, address: str, subject: str, since: datetime) -> Message | None:
        """Mail: the newest with this address and normalised subject."""
        ...

    def set_state(
        self,
        message_id: int,
        state: Delivery,
        *,
        at: datetime | None = None,
        error_code: str = "",
        vendor_text: str = "",
        external_id: str = "",
        segments: int | None = None,
        billed_as: str = "",
    ) -> None:
        """Delivery state with its time (``delivered_at``, ``read_at``)."""
        ...

    def page(self, conversation_id: int, before: Key | None, limit: int) -> Sequence[MessageRow]:
        """Newest ``limit`` messages before the key (``value`` = time in microseconds), returned oldest first."""
        ...

    def full_text(self, message_id: int) -> str: ...

    def move(self, conversation_id: int, to_conversation_id: int, ids: Sequence[int] = ()) -> Sequence[int]:
        """Move all (or these) messages; the ids moved, for undo."""
        ...

    def attachment(self, attachment_id: int) -> Attachment | None: ...

    def put_attachment(self, attachment: Attachment) -> None: ...

    def remote_attachments(self, account: str, limit: int) -> Sequence[Attachment]:
        """Files that still have to be fetched, newest first."""
        ...

    def to_transcribe(self, limit: int) -> Sequence[Attachment]:
        """Recordings that somebody asked to have written down, oldest first."""
        ...

    def last_answer_at(self, conversation_id: int) -> datetime | None:
        """Time of the newest answer by a person or bot (sent or on its way)."""
        ...

    def latest(self, conversation_id: int) -> Message | None:
        """The newest message that is not a note."""
        ...

    def imported_count(self, conversation_id: int) -> int:
        """How many messages of the first back-fill are here, for its limit."""
        ...
