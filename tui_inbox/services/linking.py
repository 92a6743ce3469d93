"""A conversation given to the right guest: linked, merged with the one that is there, detached; all can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from tui_inbox.domain.conversation import Conversation, State
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.guest import Guest, Handle
from tui_inbox.rows import ConsentRow
from tui_inbox.services.desk import Actor
from tui_inbox.services.undo import (
    SHOWN,
    ConsentStep,
    GuestStep,
    HandleStep,
    LifeStep,
    MergedStep,
    RequestOwnerStep,
    StaysStep,
    Step,
    TagStep,
    UnreadStep,
    life_of,
    write_events,
)

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ATTENTION = (State.OPEN, State.PENDING, State.CLOSED, State.SPAM)
"""Of two states, the joined row has the one that needs more."""


def link(tx: Transaction, actor: Actor, conversation_id: int, guest_id: int, now: datetime) -> Conversation:
    """Give a conversation to a guest; returns the one that goes on.

    A sender without a stay of their own is the same person and is merged into the guest; of somebody with stays
    only this conversation and its handle move. Where the guest has a conversation already, the two become one.
    """
    actor.require_write()
    conversation = tx.conversations.load(conversation_id)
    target = living(tx, guest_id)
    source = tx.guests.load(conversation.guest_id)
    if source.id == target.id:
        return _confirm(tx, actor, conversation, target, now)
    steps: list[Step] = []
    if not tx.reservations.of_guest(source.id):
        kept = _merge_all(tx, source, target, conversation_id, steps, now) or conversation
    else:
        _move_handles(tx, _used(tx, conversation), target.id, steps)
        kept = _give(tx, conversation, target, steps)
    params: dict[str, str | int] = {"guest": target.name, "from": source.name}
    _finish(tx, actor, Code.LINKED, kept, target, params, steps, now)
    tx.changed("guest", source.id)
    return tx.conversations.load(kept.id)


def merge(tx: Transaction, actor: Actor, guest_id: int, into_guest_id: int, now: datetime) -> Guest:
    """Everything of one guest to another: conversations, handles, stays, requests; the direction is the caller's."""
    actor.require_write()
    source, target = tx.guests.load(guest_id), living(tx, into_guest_id)
    if source.id == target.id or source.merged_into is not None:
        raise Refused("same_guest")
    steps: list[Step] = []
    kept = _merge_all(tx, source, target, 0, steps, now)
    params: dict[str, str | int] = {"guest": target.name, "from": source.name}
    _finish(tx, actor, Code.MERGED, kept, target, params, steps, now)
    tx.changed("guest", source.id)
    return tx.guests.load(target.id)


def unlink(tx: Transaction, actor: Actor, conversation_id: int, now: datetime) -> Conversation:
    """Detach a conversation: its sender becomes an unknown client again."""
    actor.require_write()
    conversation = tx.conversations.load(conversation_id)
    guest = tx.guests.load(conversation.guest_id)
    used = _used(tx, conversation)
    stranger = tx.guests.add(
        Guest(0, name=used[0].label if used else "", language=guest.language, created_at=now, updated_at=now)
    )
    steps: list[Step] = []
    _move_handles(tx, used, stranger.id, steps)
    kept = _give(tx, conversation, stranger, steps)
    _finish(tx, actor, Code.UNLINKED, kept, stranger, {"guest": guest.name}, steps, now)
    tx.changed("guest", guest.id)
    return tx.conversations.load(kept.id)


def living(tx: Transaction, guest_id: int, *, for_change: bool = True) -> Guest:
    """The guest, or whom they were merged into. Raises ``NotFound``."""
    guest = tx.guests.load(guest_id) if for_change else tx.guests.get(guest_id)
    for _ in range(20):
        if guest is None or guest.merged_into is None:
            break
        guest = tx.guests.load(guest.merged_into) if for_change else tx.guests.get(guest.merged_into)
    if guest is None or guest.merged_into is not None:
        raise NotFound(f"guest {guest_id}")
    return guest


def _confirm(tx: Transaction, actor: Actor, conversation: Conversation, guest: Guest, now: datetime) -> Conversation:
    """The guess was right: nobody is asked again."""
    if not conversation.ambiguous:
        return conversation
    after = conversation._replace(ambiguous=False)
    tx.conversations.put(after)
    steps: list[Step] = [LifeStep(after.id, life_of(conversation), life_of(after))]
    _finish(tx, actor, Code.LINKED, after, guest, {"guest": guest.name, "from": guest.name}, steps, now)
    return after


def _finish(
    tx: Transaction,
    actor: Actor,
    code: Code,
    kept: Conversation | None,
    target: Guest,
    params: dict[str, str | int],
    steps: Sequence[Step],
    now: datetime,
) -> None:
    event = Event(0, now, code, actor.code, kept.id if kept else None, target.id, params)
    write_events(tx, [event], steps)
    tx.changed("guest", target.id)
    if kept is not None:
        tx.changed("conversation", kept.id)


def _used(tx: Transaction, conversation: Conversation) -> list[Handle]:
    """The handle by which this conversation was last held."""
    return [
        handle
        for handle in tx.guests.handles(conversation.guest_id)
        if (handle.channel, handle.address) == (conversation.last_channel, conversation.last_address)
    ]


def _merge_all(
    tx: Transaction, source: Guest, target: Guest, first_id: int, steps: list[Step], now: datetime
) -> Conversation | None:
    """All conversations, handles, stays, tags and refusals; the source remains as a pointer. The first row's heir."""
    _move_handles(tx, tx.guests.handles(source.id), target.id, steps)
    stays = tuple(tx.reservations.move(source.id, target.id))
    if stays:
        steps.append(StaysStep(stays, source.id))
    kept: Conversation | None = None
    for row in sorted(tx.conversations.all_of_guest(source.id), key=lambda row: row.id != first_id):
        given = _give(tx, tx.conversations.load(row.id), target, steps)
        kept = kept or given
    for request in tx.requests.of_guest(source.id):
        tx.requests.reassign(request.id, target.id, request.conversation_id)
        steps.append(RequestOwnerStep(request.id, source.id, request.conversation_id))
    _carry_over(tx, source, target, steps)
    filled = target._replace(
        name=target.name or source.name,
        phone=target.phone or source.phone,
        email=target.email or source.email,
        language=target.language or source.language,
        notes="\n".join(part for part in (target.notes, source.notes) if part),
        alert=target.alert or source.alert,
        vip=target.vip or source.vip,
        updated_at=now,
    )
    for before, after in ((target, filled), (source, source._replace(merged_into=target.id, updated_at=now))):
        tx.guests.put(after)
        steps.append(GuestStep(before, after))
    return kept


def _carry_over(tx: Transaction, source: Guest, target: Guest, steps: list[Step]) -> None:
    """Tags, and every refusal: a merge never makes a message possible that the guest had forbidden."""
    for tag in tx.tags.of("guest", source.id):
        if tx.tags.add(tag.id, "guest", target.id):
            steps.append(TagStep(tag.id, "guest", target.id, was_on=False))
    known = {(row.topic, row.medium): row for row in tx.consents.of_guest(target.id)}
    for row in tx.consents.of_guest(source.id):
        before = known.get((row.topic, row.medium), ConsentRow(row.topic, row.medium, True, None, "", ""))
        if not row.allowed and before.allowed:
            tx.consents.put(target.id, row)
            steps.append(ConsentStep(target.id, before, row))


def _move_handles(tx: Transaction, handles: Sequence[Handle], to_guest_id: int, steps: list[Step]) -> None:
    """Those that the new owner does not have yet."""
    there = {(handle.channel, handle.address) for handle in tx.guests.handles(to_guest_id)}
    for handle in handles:
        if (handle.channel, handle.address) not in there:
            tx.guests.move_handle(handle.id, to_guest_id)
            steps.append(HandleStep(handle.id, handle.guest_id))


def _give(tx: Transaction, conversation: Conversation, target: Guest, steps: list[Step]) -> Conversation:
    """One conversation to ``target``, or into the one that is there; appends what takes it back."""
    source_id = conversation.guest_id
    into = tx.conversations.of_guest(target.id, conversation.property, conversation.thread_key)
    for request in tx.requests.of_guest(source_id):
        if request.conversation_id == conversation.id:
            tx.requests.reassign(request.id, target.id, into.id if into else conversation.id)
            steps.append(RequestOwnerStep(request.id, source_id, conversation.id))
    if into is None:
        after = conversation._replace(guest_id=target.id, ambiguous=False)
        tx.conversations.put(after)
        steps.append(LifeStep(after.id, life_of(conversation), life_of(after)))
        tx.changed("conversation", after.id)
        return after
    return _join(tx, conversation, tx.conversations.load(into.id), steps)


def _join(tx: Transaction, left: Conversation, kept: Conversation, steps: list[Step]) -> Conversation:
    """Two conversations of one guest become one: all messages, tags and unread marks are in ``kept`` afterwards."""
    joined = _joined(left, kept)
    for tag in tx.tags.of("conversation", left.id):
        if tx.tags.add(tag.id, "conversation", kept.id):
            steps.append(TagStep(tag.id, "conversation", kept.id, was_on=False))
    unread_left, unread_kept = dict(tx.unread.clear_all(left.id)), dict(tx.unread.clear_all(kept.id))
    together = {name: unread_left.get(name, 0) + unread_kept.get(name, 0) for name in (*unread_left, *unread_kept)}
    steps.append(UnreadStep(left.id, tuple(unread_left.items())))
    steps.append(UnreadStep(kept.id, tuple((name, unread_kept.get(name, 0)) for name in together)))
    _move_drafts(tx, left.id, kept.id)
    messages = tuple(tx.messages.move(left.id, kept.id))
    tx.conversations.remove(left.id)
    tx.conversations.put(joined)
    for name, count in together.items():
        tx.unread.set(joined, name, count, joined.unanswered_since or joined.last_at or joined.created_at or EPOCH)
    steps.append(MergedStep(left, kept, joined, messages))
    steps.append(LifeStep(kept.id, life_of(kept), life_of(joined)))
    tx.changed("conversation", left.id)
    tx.changed("conversation", kept.id)
    return joined


def _move_drafts(tx: Transaction, conversation_id: int, to_conversation_id: int) -> None:
    """What anybody is typing goes where the conversation goes, below what they had begun there."""
    for draft in tx.drafts.of_others(conversation_id, ""):
        there = tx.drafts.get(to_conversation_id, draft.operator)
        text = "\n".join(part for part in (there.text if there else "", draft.text) if part)
        files = (*(there.attachments if there else ()), *draft.attachments)
        moved = {"conversation_id": to_conversation_id, "text": text, "cursor": len(text), "attachments": files}
        tx.drafts.put(msgspec.structs.replace(draft, **moved))
        tx.drafts.remove(conversation_id, draft.operator)


def _joined(left: Conversation, kept: Conversation) -> Conversation:
    """The row of both: newest line, the state that needs more, the earliest clock."""
    newer = max((left, kept), key=lambda row: row.last_at or EPOCH)
    lead = min((kept, left), key=lambda row: _ATTENTION.index(row.state))
    waits = [row.unanswered_since for row in (left, kept) if row.unanswered_since is not None]
    clocks = [(row.deadline_at, row.deadline_kind) for row in (left, kept) if row.deadline_at is not None]
    deadline_at, deadline_kind = min(clocks, default=(None, kept.deadline_kind))
    heard = [row.last_in_at for row in (left, kept) if row.last_in_at is not None]
    return kept._replace(
        **{name: getattr(newer, name) for name in SHOWN},
        state=lead.state,
        state_at=lead.state_at,
        state_by=lead.state_by,
        wake_at=lead.wake_at,
        kept_wake_at=lead.kept_wake_at,
        snooze_reason=lead.snooze_reason,
        automation=lead.automation,
        unanswered=left.unanswered or kept.unanswered,
        unanswered_since=min(waits, default=None),
        no_reply_needed=left.no_reply_needed and kept.no_reply_needed,
        machine=left.machine and kept.machine,
        deadline_at=deadline_at,
        deadline_kind=deadline_kind,
        last_in_at=max(heard, default=None),
        ambiguous=False,
    )
