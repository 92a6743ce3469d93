"""One conversation on screen: opening it changes nothing, reading it is an act of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.event import Code, Event
from tui_inbox.rows import EventRow, Key, MessageRow, Thread
from tui_inbox.services import acting, inbox
from tui_inbox.services.accounts import DISABLED, PAUSED
from tui_inbox.services.desk import READ_ONLY, Actor, Desk

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

PRESENCE = timedelta(seconds=90)
"""How long a colleague is shown as looking or answering without a sign of life."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def key_of(message: MessageRow) -> Key:
    """Where older messages begin: before this one."""
    return Key((message.at - _EPOCH) // timedelta(microseconds=1), message.id)


def open_thread(
    tx: Transaction, desk: Desk, actor: Actor, conversation_id: int, now: datetime, limit: int = 50
) -> Thread:
    """The newest page with what stands around it; read only. Raises ``NotFound``."""
    row = inbox.row(tx, desk, actor, conversation_id, now)
    conversation = tx.conversations.get(conversation_id)
    if row is None or conversation is None:
        raise NotFound(f"conversation {conversation_id}")
    messages, more = _page(tx, conversation_id, None, limit)
    first = messages[0].at if more else _EPOCH
    return Thread(
        conversation=row,
        messages=messages,
        events=tuple(tx.events.between(conversation_id, first, None)),
        stays=tuple(tx.reservations.of_guest(row.guest_id)),
        older=more,
        history_from=conversation.history_from,
        presence=tuple(tx.presences.of(conversation_id, now, actor.code)),
        kept_wake_at=conversation.kept_wake_at,
        unheard=_unheard(tx, desk, row.account, row.channel),
    )


def _unheard(tx: Transaction, desk: Desk, account: str, channel: str) -> str:
    info, row = desk.accounts.get(account), tx.accounts.get(account)
    if info is not None and (row is None or row.state not in (PAUSED, DISABLED)):
        return ""
    return (info.own.get(channel) if info else "") or account


def _page(tx: Transaction, conversation_id: int, before: Key | None, limit: int) -> tuple[tuple[MessageRow, ...], bool]:
    found = tx.messages.page(conversation_id, before, limit + 1)
    return tuple(found[-limit:]), len(found) > limit


def older(
    tx: Transaction, desk: Desk, conversation_id: int, before: Key, limit: int = 50
) -> tuple[tuple[MessageRow, ...], tuple[EventRow, ...], bool]:
    """The page above ``before`` (``key_of`` the oldest message shown), its events, and whether there is more."""
    messages, more = _page(tx, conversation_id, before, limit)
    first = messages[0].at if more else _EPOCH
    last = _EPOCH + timedelta(microseconds=before.value)
    return messages, tuple(tx.events.between(conversation_id, first, last)), more


def revisions(tx: Transaction, message_id: int) -> list[tuple[datetime, str]]:
    """What the message said before it was edited: (until when, words), oldest first."""
    return list(tx.messages.revisions(message_id))


def full_text(tx: Transaction, message_id: int) -> str:
    """The whole of a message that is shown trimmed."""
    return tx.messages.full_text(message_id)


def mark_read(tx: Transaction, actor: Actor, conversation_id: int, now: datetime, desk: Desk | None = None) -> bool:
    """Read by this operator; tells whether something was unread. No event: reading is not an act on the guest.

    With a ``desk`` the guest's vendor is told, where the hotel wants that.
    """
    if desk is not None and actor.role != READ_ONLY:
        acting.opened(tx, desk, conversation_id, actor.code, now)
    if not tx.unread.clear(conversation_id, actor.code):
        return False
    tx.changed("conversation", conversation_id)
    return True


def mark_unread(tx: Transaction, actor: Actor, conversation_ids: Sequence[int], now: datetime) -> int:
    """Unread again for this operator alone; how many rows were not."""
    from tui_inbox.services.undo import UnreadStep, write_events

    steps = []
    for found in tx.inbox.rows(list(dict.fromkeys(conversation_ids)), actor.code, now.date()):
        if found.unread:
            continue
        tx.unread.set(tx.conversations.load(found.id), actor.code, 1, now)
        steps.append(UnreadStep(found.id, ((actor.code, 0),)))
        tx.changed("conversation", found.id)
    if steps:
        # Nobody else's business: the event stands in no thread, it only carries the undo.
        write_events(tx, [Event(0, now, Code.MARKED_UNREAD, actor.code)], steps, len(steps))
    return len(steps)


def mark_all_read(tx: Transaction, actor: Actor, conversation_ids: Sequence[int], now: datetime) -> int:
    """Many rows at once, which can be undone; how many were unread."""
    from tui_inbox.services.undo import UnreadStep, write_events

    steps = []
    for found in tx.inbox.rows(list(dict.fromkeys(conversation_ids)), actor.code, now.date()):
        if found.unread and tx.unread.clear(found.id, actor.code):
            steps.append(UnreadStep(found.id, ((actor.code, found.unread),)))
            tx.changed("conversation", found.id)
    if steps:
        write_events(tx, [Event(0, now, Code.MARKED_READ, actor.code)], steps, len(steps))
    return len(steps)


def look(
    tx: Transaction, actor: Actor, conversation_id: int, doing: str, now: datetime, desk: Desk | None = None
) -> None:
    """Tell colleagues: ``viewing`` or ``replying``, until a minute and a half passes without another look.

    With a ``desk`` the guest sees that somebody types, where the hotel wants that.
    """
    if desk is not None and doing == "replying":
        acting.types(tx, desk, conversation_id, actor.code, now)
    tx.presences.put(conversation_id, actor.code, doing, now + PRESENCE)


def leave(tx: Transaction, actor: Actor) -> None:
    tx.presences.leave(actor.code)
