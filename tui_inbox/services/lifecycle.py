"""What operators, guests and the clock do to conversations: each act moves rows, writes events, and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain import lifecycle
from tui_inbox.domain.conversation import Conversation, State
from tui_inbox.domain.deadline import deadline_of
from tui_inbox.domain.deed import Act
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.lifecycle import Change
from tui_inbox.domain.reservation import is_live
from tui_inbox.services import acting
from tui_inbox.services.desk import SYSTEM, Actor, Desk
from tui_inbox.services.undo import GuestStep, LifeStep, Step, Undone, UnreadStep, life_of, undo, write_events

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

__all__ = [
    "SnoozeChoice",
    "Undone",
    "assign",
    "block_senders",
    "close",
    "move_to_inbox",
    "no_reply_needed",
    "not_spam",
    "reopen",
    "report_spam",
    "snooze",
    "snooze_again",
    "snooze_choices",
    "undo",
    "wake_due",
    "with_deadline",
]

Move = Callable[[Conversation], Change]


def _each(
    tx: Transaction,
    actor: Actor,
    ids: Sequence[int],
    now: datetime,
    move: Move,
    *,
    read: bool = False,
    extra: Sequence[Step] = (),
    tell: tuple[Desk, Act] | None = None,
) -> list[Conversation]:
    """Move every row that can be moved; raises the first refusal when none can."""
    actor.require_write()
    refused: Exception | None = None
    moved: list[Conversation] = []
    events: list[Event] = []
    steps: list[Step] = list(extra)
    for conversation_id in dict.fromkeys(ids):
        try:
            before = tx.conversations.load(conversation_id)
            change = move(before)
        except (Refused, NotFound) as error:
            refused = refused or error
            continue
        after = change.conversation
        tx.conversations.put(after)
        if read:
            counts = tuple(tx.unread.clear_all(after.id))
            if counts:
                steps.append(UnreadStep(after.id, counts))
        # The row goes back before its unread marks: steps are undone from the last.
        steps.append(LifeStep(after.id, life_of(before), life_of(after)))
        if change.code is not None:
            events.append(_event(change, actor, now))
        tx.changed("conversation", after.id)
        if tell is not None:
            acting.want(tx, tell[0], after, tell[1], actor.code, now)
        moved.append(after)
    if not moved and refused is not None:
        raise refused
    write_events(tx, events, steps)
    return moved


def _event(change: Change, actor: Actor, now: datetime) -> Event:
    after = change.conversation
    assert change.code is not None
    return Event(0, now, change.code, actor.code, after.id, after.guest_id, dict(change.params))


def close(
    tx: Transaction, actor: Actor, conversation_ids: Sequence[int], now: datetime, desk: Desk | None = None
) -> list[Conversation]:
    """To Closed; read for everybody."""
    tell = (desk, Act.CLOSE) if desk else None
    return _each(
        tx, actor, conversation_ids, now, lambda row: lifecycle.close(row, actor.code, now), read=True, tell=tell
    )


def reopen(tx: Transaction, actor: Actor, conversation_ids: Sequence[int], now: datetime) -> list[Conversation]:
    moved = _each(tx, actor, conversation_ids, now, lambda row: lifecycle.reopen(row, actor.code, now))
    for row in moved:
        acting.change(tx, row.id, Act.CLOSE, acting.OFF, actor.code, now)
    return moved


def snooze(
    tx: Transaction,
    actor: Actor,
    conversation_ids: Sequence[int],
    now: datetime,
    until: datetime | None = None,
    reason: str = "",
    until_reply: bool = False,
) -> list[Conversation]:
    """To Pending until a time, or (``until_reply``) until the guest writes."""
    if until is None and not until_reply:
        raise Refused("snooze_needs_time")
    wake_at, why = (None if until_reply else until), clean_line(reason)
    return _each(tx, actor, conversation_ids, now, lambda row: lifecycle.snooze(row, actor.code, now, wake_at, why))


def snooze_again(tx: Transaction, actor: Actor, conversation_ids: Sequence[int], now: datetime) -> list[Conversation]:
    """Back to the wake time that a message or a reply ended."""
    return _each(tx, actor, conversation_ids, now, lambda row: lifecycle.snooze_again(row, actor.code, now))


def report_spam(
    tx: Transaction,
    actor: Actor,
    conversation_ids: Sequence[int],
    now: datetime,
    block: bool = False,
    rule: str = "",
    desk: Desk | None = None,
) -> list[Conversation]:
    """To Spam; with ``block`` the senders' next messages go there too, and their vendor is told."""
    actor.require_write()
    steps: list[Step] = []
    for conversation_id in dict.fromkeys(conversation_ids) if block else ():
        guest = tx.guests.load(tx.conversations.load(conversation_id).guest_id)
        if not guest.blocked:
            steps.append(GuestStep(guest, guest._replace(blocked=True)))
            tx.guests.put(guest._replace(blocked=True))
            tx.changed("guest", guest.id)
    return _each(
        tx,
        actor,
        conversation_ids,
        now,
        lambda row: lifecycle.report_spam(row, actor.code, now, rule),
        read=True,
        extra=steps,
        tell=(desk, Act.SPAM) if desk and block else None,
    )


def block_senders(
    tx: Transaction, actor: Actor, conversation_ids: Sequence[int], now: datetime, desk: Desk | None = None
) -> int:
    """The next messages of these senders go to Spam, and what is not there yet goes now; how many were blocked."""
    rows = [tx.conversations.load(conversation_id) for conversation_id in dict.fromkeys(conversation_ids)]
    elsewhere = [row.id for row in rows if row.state is not State.SPAM]
    if elsewhere:
        report_spam(tx, actor, elsewhere, now, block=True, desk=desk)
    actor.require_write()
    guests = [tx.guests.load(guest_id) for guest_id in dict.fromkeys(row.guest_id for row in rows)]
    free = [guest for guest in guests if not guest.blocked]
    steps = [GuestStep(guest, guest._replace(blocked=True)) for guest in free]
    events = [
        Event(0, now, Code.GUEST_EDITED, actor.code, guest_id=guest.id, params={"fields": "blocked"}) for guest in free
    ]
    for guest in free:
        tx.guests.put(guest._replace(blocked=True))
        tx.changed("guest", guest.id)
    for row in rows:
        if desk is not None and row.id not in elsewhere:
            acting.want(tx, desk, row, Act.SPAM, actor.code, now)
    if events:
        write_events(tx, events, steps)
    return len(guests)


def not_spam(
    tx: Transaction, actor: Actor, conversation_ids: Sequence[int], now: datetime, desk: Desk | None = None
) -> list[Conversation]:
    """Back to Open; the sender is no longer blocked."""
    actor.require_write()
    steps: list[Step] = []
    for conversation_id in dict.fromkeys(conversation_ids):
        guest = tx.guests.load(tx.conversations.load(conversation_id).guest_id)
        if guest.blocked:
            steps.append(GuestStep(guest, guest._replace(blocked=False)))
            tx.guests.put(guest._replace(blocked=False))
            tx.changed("guest", guest.id)

    def move(row: Conversation) -> Change:
        change = lifecycle.not_spam(row, actor.code, now, tx.messages.last_answer_at(row.id))
        return _clocked(tx, desk, change)

    moved = _each(tx, actor, conversation_ids, now, move, extra=steps)
    for row in moved:
        acting.change(tx, row.id, Act.SPAM, acting.OFF, actor.code, now)
    return moved


def no_reply_needed(
    tx: Transaction,
    actor: Actor,
    conversation_ids: Sequence[int],
    now: datetime,
    on: bool = True,
    desk: Desk | None = None,
) -> list[Conversation]:
    """Nothing is owed for the guest's last message (``on``), or it is after all."""

    def move(row: Conversation) -> Change:
        if on:
            # A promise to the guest is a clock of its own and stays.
            return _clocked(tx, desk, lifecycle.no_reply_needed(row))
        return _clocked(tx, desk, lifecycle.reply_needed(row, tx.messages.last_answer_at(row.id)))

    tell = (desk, Act.NO_REPLY_NEEDED) if desk and on else None
    moved = _each(tx, actor, conversation_ids, now, move, read=on, tell=tell)
    for row in () if on else moved:
        acting.change(tx, row.id, Act.NO_REPLY_NEEDED, acting.OFF, actor.code, now)
    return moved


def move_to_inbox(
    tx: Transaction, actor: Actor, conversation_ids: Sequence[int], now: datetime, desk: Desk | None = None
) -> list[Conversation]:
    """Machine mail that a person wants to see among the guests'."""
    return _each(
        tx,
        actor,
        conversation_ids,
        now,
        lambda row: _clocked(tx, desk, lifecycle.move_to_inbox(row, actor.code, now)),
    )


def assign(
    tx: Transaction, actor: Actor, conversation_ids: Sequence[int], now: datetime, to: str = ""
) -> list[Conversation]:
    """To an operator's code, or to nobody."""
    return _each(
        tx,
        actor,
        conversation_ids,
        now,
        lambda row: Change(row._replace(assignee=to), Code.ASSIGNED, {"to": to}),
    )


def wake_due(tx: Transaction, now: datetime, late_after: timedelta = timedelta(minutes=2), limit: int = 50) -> int:
    """Bring back what was snoozed until now, at most ``limit`` rows; how many there were."""
    woken = 0
    for conversation_id in tx.conversations.due_to_wake(now, limit):
        change = lifecycle.wake(tx.conversations.load(conversation_id), now, late_after)
        if change.code is not None:
            tx.conversations.put(change.conversation)
            tx.events.add(_event(change, SYSTEM, now))
            tx.changed("conversation", conversation_id)
            woken += 1
    return woken


def with_deadline(tx: Transaction, desk: Desk, conversation: Conversation) -> Conversation:
    """The row with the clock that runs out first, from its guest's lines and its own open promises."""
    clocks = []
    for line in tx.lines.of_guest(conversation.guest_id):
        account = desk.accounts.get(line.account)
        traits = account.channels.get(line.channel) if account else None
        if traits:
            clocks.append((line, traits))
    promises = [
        request.due_at
        for request in tx.requests.of_guest(conversation.guest_id)
        if request.conversation_id == conversation.id and request.status == "open" and request.due_at is not None
    ]
    deadline = deadline_of(conversation, clocks, min(promises, default=None))
    return conversation._replace(deadline_at=deadline.at, deadline_kind=deadline.kind)


def _clocked(tx: Transaction, desk: Desk | None, change: Change) -> Change:
    if desk is None:
        return change
    return Change(with_deadline(tx, desk, change.conversation), change.code, change.params)


class SnoozeChoice(NamedTuple):
    """One line of the snooze menu: ``1h``, ``3h``, ``evening``, ``tomorrow``, ``arrival``, ``checkout``, ``reply``."""

    code: str
    at: datetime | None


EVENING = time(18)
MORNING = time(8)


def snooze_choices(tx: Transaction, desk: Desk, conversation_id: int, now: datetime) -> list[SnoozeChoice]:
    """Times worth offering, by the hotel's clock; those that have passed are left out."""
    conversation = tx.conversations.get(conversation_id)
    if conversation is None:
        raise NotFound(f"conversation {conversation_id}")
    today = desk.today(now)
    local = {
        "evening": datetime.combine(today, EVENING, desk.zone),
        "tomorrow": datetime.combine(today + timedelta(days=1), MORNING, desk.zone),
    }
    for stay in sorted(tx.reservations.of_guest(conversation.guest_id), key=lambda one: (one.arrival, one.id)):
        if not is_live(stay):
            continue
        if stay.arrival > today and "arrival" not in local:
            local["arrival"] = datetime.combine(stay.arrival, MORNING, desk.zone)
        if stay.departure > today and "checkout" not in local:
            local["checkout"] = datetime.combine(stay.departure, MORNING, desk.zone)
    utc = now.tzinfo
    choices = [SnoozeChoice("1h", now + timedelta(hours=1)), SnoozeChoice("3h", now + timedelta(hours=3))]
    choices += [SnoozeChoice(code, at.astimezone(utc)) for code, at in local.items() if at > now]
    if conversation.kept_wake_at is not None and conversation.kept_wake_at > now:
        choices.append(SnoozeChoice("again", conversation.kept_wake_at))
    choices.append(SnoozeChoice("reply", None))
    return choices
