"""One stack of acts per operator: what was done is written with what takes it back.

A step names what it changed, from what and to what. Taking back restores only what nobody has changed since.
An act on many rows writes one event each; the last of them carries the steps of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.deed import Act
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.template import Template
from tui_inbox.services import acting
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.undo_steps import (
    AcceptedStep,
    CallStep,
    ConsentStep,
    EventStep,
    GuestStep,
    HandleStep,
    Life,
    LifeStep,
    MergedStep,
    RequestOwnerStep,
    RequestStep,
    RuleStep,
    StaysStep,
    StayStep,
    Step,
    TagStep,
    TextStep,
    UnreadStep,
    life_of,
)

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction


__all__ = [
    "AcceptedStep",
    "CallStep",
    "ConsentStep",
    "EventStep",
    "GuestStep",
    "HandleStep",
    "Life",
    "LifeStep",
    "MergedStep",
    "RequestOwnerStep",
    "RequestStep",
    "RuleStep",
    "StayStep",
    "StaysStep",
    "Step",
    "TagStep",
    "TextStep",
    "Undo",
    "Undone",
    "UnreadStep",
    "life_of",
    "undo",
    "write_events",
]


class Undo(Struct, frozen=True):
    """The column ``event.undo``."""

    steps: tuple[Step, ...]
    with_events: tuple[int, ...] = ()
    """The other events of the same act."""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back; ``skipped`` rows had been changed by somebody since."""

    code: Code
    count: int
    skipped: int = 0
    conversation_ids: tuple[int, ...] = ()


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Undo)


def write_events(tx: Transaction, events: Sequence[Event], steps: Sequence[Step], count: int | None = None) -> None:
    """One act: all its events, the last one with what takes all of it back."""
    if not events:
        return
    ids = tuple(tx.events.add(event).id for event in events[:-1])
    undo = Undo(tuple(steps), ids, len(events) if count is None else count)
    tx.events.add(events[-1]._replace(undo=_ENCODER.encode(undo).decode()) if steps else events[-1])


def undo(tx: Transaction, actor: Actor, now: datetime, desk: Desk | None = None) -> Undone | None:
    """Take back this operator's newest act; None when there is nothing (left) to take back.

    With ``desk`` the guest of a stay that is as it was is told of it, as of any other change.
    """
    actor.require_write()
    event = tx.events.last_undoable(actor.code)
    if event is None:
        return None
    data = _DECODER.decode(event.undo)
    changed: dict[int, None] = {}
    told: dict[int, None] = {}
    done = skipped = 0
    kept: set[int] = set()
    for step in reversed(data.steps):
        if isinstance(step, UnreadStep) and step.id in kept:
            continue  # The row has moved on, and its marks with it.
        touched = _take_back(tx, actor, step, now, desk)
        if touched is None:
            skipped += 1
            if isinstance(step, LifeStep):
                kept.add(step.id)
            continue
        changed.update(dict.fromkeys(touched))
        if not isinstance(step, UnreadStep):
            done += 1
            told.update(dict.fromkeys(touched))
    for event_id in (*data.with_events, event.id):
        tx.events.undone(event_id, now)
    for conversation_id in told:
        params: dict[str, str | int] = {"what": event.code.value}
        tx.events.add(Event(0, now, Code.UNDONE, actor.code, conversation_id=conversation_id, params=params))
    for conversation_id in changed:
        tx.changed("conversation", conversation_id)
    count = 0 if skipped and not done else max(data.count - skipped, 1)
    return Undone(event.code, count, skipped, tuple(changed))


def _take_back(tx: Transaction, actor: Actor, step: Step, now: datetime, desk: Desk | None) -> tuple[int, ...] | None:
    """The conversations touched, or None when somebody changed the thing since."""
    match step:
        case LifeStep():
            return _restore_life(tx, actor, step, now)
        case UnreadStep():
            return _restore_unread(tx, step, now)
        case TagStep():
            (tx.tags.add if step.was_on else tx.tags.remove)(step.tag_id, step.kind, step.ref)
            tx.changed(step.kind, step.ref)
            return (step.ref,) if step.kind == "conversation" else ()
        case GuestStep():
            return _restore_guest(tx, actor, step, now)
        case RequestStep():
            request = tx.requests.get(step.id)
            if request is None or request.status != step.after:
                return None
            tx.requests.set_status(step.id, step.before, now)
            return (step.conversation_id,) if step.conversation_id else ()
        case ConsentStep():
            tx.guests.load(step.guest_id)
            if step.after not in tx.consents.of_guest(step.guest_id):
                return None
            tx.consents.put(step.guest_id, step.before)
            tx.changed("guest", step.guest_id)
            return ()
        case HandleStep():
            tx.guests.move_handle(step.id, step.guest_id)
            tx.changed("guest", step.guest_id)
            return ()
        case StaysStep():
            return _return_stays(tx, step)
        case StayStep():
            return _restore_stay(tx, step, now, desk)
        case RequestOwnerStep():
            tx.requests.reassign(step.id, step.guest_id, step.conversation_id)
            return ()
        case MergedStep():
            return _separate(tx, step)
        case CallStep():
            return _withdraw(tx, step)
        case TextStep():
            return _rewrite(tx, actor, step, now)
        case EventStep():
            return _switch_back(tx, step)
        case AcceptedStep():
            return _not_accepted(tx, step)
        case RuleStep():
            rule = next((one for one in tx.planner.rules() if one.id == step.id), None)
            if rule is None or rule.enabled is not step.after:
                return None
            tx.planner.put_rule(rule._replace(enabled=step.before))
            tx.changed("rule", rule.id)
            return ()


def _load(tx: Transaction, conversation_id: int) -> Conversation | None:
    try:
        return tx.conversations.load(conversation_id)
    except NotFound:
        return None


def _restore_life(tx: Transaction, actor: Actor, step: LifeStep, now: datetime) -> tuple[int, ...] | None:
    conversation = _load(tx, step.id)
    if conversation is None or life_of(conversation) != step.after:
        return None
    tx.conversations.put(conversation._replace(**{name: getattr(step.before, name) for name in Life.__struct_fields__}))
    acting.undone(tx, step.id, step.after, step.before, actor.code, now)
    return (step.id,)


def _restore_unread(tx: Transaction, step: UnreadStep, now: datetime) -> tuple[int, ...] | None:
    conversation = _load(tx, step.id)
    if conversation is None:
        return ()
    for operator, count in step.counts:
        tx.unread.set(conversation, operator, count, now)
    return (step.id,)


def _restore_guest(tx: Transaction, actor: Actor, step: GuestStep, now: datetime) -> tuple[int, ...] | None:
    guest = tx.guests.load(step.before.id)
    if guest._replace(updated_at=None) != step.after._replace(updated_at=None):
        return None
    tx.guests.put(step.before._replace(updated_at=now))
    tx.changed("guest", guest.id)
    rows = tuple(one.id for one in tx.conversations.all_of_guest(guest.id))
    for conversation_id in rows if step.after.blocked and not step.before.blocked else ():
        acting.change(tx, conversation_id, Act.SPAM, acting.OFF, actor.code, now)
    return rows


def _return_stays(tx: Transaction, step: StaysStep) -> tuple[int, ...]:
    for reservation_id in step.ids:
        stay = tx.reservations.get(reservation_id)
        if stay is not None:
            tx.reservations.put(stay._replace(guest_id=step.guest_id))
    return ()


def _restore_stay(tx: Transaction, step: StayStep, now: datetime, desk: Desk | None) -> tuple[int, ...] | None:
    stay = tx.reservations.load(step.after.id)
    if stay._replace(updated_at=None) != step.after._replace(updated_at=None):
        return None
    after = step.before._replace(updated_at=now, revision=stay.revision + 1)
    tx.reservations.put(after)
    if desk is not None:
        from tui_inbox.services.booking_messages import stay_changed

        stay_changed(tx, desk, stay, after, now)
    tx.changed("guest", stay.guest_id)
    return tuple(one.id for one in tx.conversations.all_of_guest(stay.guest_id))


SHOWN = (
    "last_at",
    "last_message_id",
    "preview",
    "preview_by",
    "last_channel",
    "last_account",
    "last_address",
    "outcome",
)
"""What the list shows of the newest message."""


def _separate(tx: Transaction, step: MergedStep) -> tuple[int, ...] | None:
    """Each message goes back to the conversation it arrived in; what came after the merge stays where it came."""
    joined = _load(tx, step.kept.id)
    if joined is None:
        return None
    tx.conversations.restore(step.left)
    tx.messages.move(joined.id, step.left.id, step.messages)
    if joined.last_message_id == step.joined.last_message_id:
        tx.conversations.put(joined._replace(**{name: getattr(step.kept, name) for name in (*SHOWN, "last_in_at")}))
    return (step.left.id, joined.id)


def _withdraw(tx: Transaction, step: CallStep) -> tuple[int, ...] | None:
    call, conversation = tx.messages.get(step.id), _load(tx, step.before.id)
    if call is None or conversation is None:
        return None
    tx.messages.put(call._replace(state=Delivery.CANCELLED))
    if conversation.last_message_id == call.id:
        tx.conversations.put(conversation._replace(**{name: getattr(step.before, name) for name in SHOWN}))
    return (conversation.id,)


def _rewrite(tx: Transaction, actor: Actor, step: TextStep, now: datetime) -> tuple[int, ...] | None:
    text = tx.templates.get(step.after.id, for_change=True)
    if text is None or _since(text) != _since(step.after) or (step.before is None and _in_use(tx, text)):
        return None
    before = step.before._replace(version=text.version) if step.before else text._replace(archived=True)
    tx.templates.put(before._replace(updated_by=actor.code, updated_at=now))
    tx.changed("template", text.id)
    return ()


def _in_use(tx: Transaction, text: Template) -> bool:
    """Somebody has taken it since: without it nobody would be told anything."""
    from tui_inbox.services import booking_messages

    told = (setting.template for setting in booking_messages.settings(tx).values())
    return text.name in {*told, *(rule.template for rule in tx.planner.rules())}


def _since(text: Template) -> Template:
    """Without what another version of the same words changes."""
    return text._replace(version=0, updated_by="", updated_at=None)


def _switch_back(tx: Transaction, step: EventStep) -> tuple[int, ...] | None:
    from tui_inbox.services import booking_messages

    if booking_messages.settings(tx)[step.event] != step.after:
        return None
    booking_messages.store_setting(tx, step.event, step.before)
    return ()


def _not_accepted(tx: Transaction, step: AcceptedStep) -> tuple[int, ...] | None:
    tx.campaigns.load(step.campaign_id)
    recipient = tx.campaigns.recipient(step.campaign_id, step.guest_id)
    if recipient is None or recipient.accepted_at != step.at:
        return None
    tx.campaigns.put_recipient(recipient._replace(accepted_at=None, accepted_by="", accepted_how=""))
    tx.changed("campaign", step.campaign_id)
    tx.changed("guest", step.guest_id)
    return ()
