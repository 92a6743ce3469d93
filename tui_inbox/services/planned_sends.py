"""What is due leaves: checked once more, rendered for its guest, and put into the outbox, or the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from tui_inbox.domain.conversation import Conversation, State
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.hours import after_quiet
from tui_inbox.domain.lifecycle import new_quiet
from tui_inbox.domain.message import Delivery, MessageClass, preview
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.domain.planner import (
    ANCHORS,
    Per,
    Planned,
    PlannedState,
    Rule,
    anchor_day,
    due_at,
    expires_at,
    local_date,
    objection,
    one_of_booking,
    staggered,
)
from tui_inbox.domain.reason import kept
from tui_inbox.domain.reservation import DEAD, Reservation, ReservationStatus, is_live
from tui_inbox.domain.template import Rendered, Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import guest_lists
from tui_inbox.services.desk import Desk
from tui_inbox.services.holding import held_all
from tui_inbox.services.posting import Letter, enqueue, write
from tui_inbox.services.rendering import rendered_for
from tui_inbox.services.templates import language_of, refuse, variant
from tui_inbox.services.unattended import rule_key
from tui_inbox.services.ways import Ways, ways_for, why_none

_AGAIN = timedelta(minutes=15)
"""How often it is asked whether a booking is approved."""
RELEASED = "released"
"""Reason of a row that somebody let go by hand: nothing but what would be wrong holds it again."""
SCHEDULED = "<scheduled>"
"""``Conversation.preview_by`` of what a rule sent."""


class QueueResult(NamedTuple):
    queued: int = 0
    skipped: int = 0
    expired: int = 0
    withdrawn: int = 0
    postponed: int = 0
    """Until the quiet hours are over, or moved to another day."""


class Prepared(NamedTuple):
    """One message as it would leave now; or the reason why none does."""

    letters: tuple[Letter, ...] = ()
    reason: str = ""
    ways: Ways = Ways()
    template: Template | None = None


def withdrawn(tx: Transaction, desk: Desk, rule: Rule | None, row: Planned, *, due: bool = False) -> Planned | None:
    """The row as it must be now, withdrawn or moved; None when it is right.

    With ``due`` only another day moves it: its hour has come, or was put off.
    """
    stay = tx.reservations.get(row.reservation_id)
    if rule is None or not rule.enabled:
        return row._replace(state=PlannedState.WITHDRAWN, reason="rule_off")
    if stay is None:
        return row._replace(state=PlannedState.WITHDRAWN, reason="no_reservation")
    if stay.status in DEAD:
        return row._replace(state=PlannedState.WITHDRAWN, reason=stay.status.value)
    anchor = anchor_day(rule, stay.arrival, stay.departure)
    day = local_date(rule, anchor)
    if not carries(tx, rule, stay, anchor):
        return row._replace(state=PlannedState.WITHDRAWN, reason="other_room")
    zone, quiet = desk.zone_of(stay.property), desk.hours.quiet
    at = staggered(rule, due_at(rule, anchor, zone, quiet), stay.id, zone, quiet)
    if day == row.local_date and (due or at == row.due_at):
        return None if row.anchor == anchor or due else row._replace(anchor=anchor)
    if day != row.local_date and any(other.local_date == day for other in tx.planner.planned(rule.id, stay.id)):
        return row._replace(state=PlannedState.WITHDRAWN, reason="moved")
    reason = row.reason if row.state is PlannedState.HELD else "moved"
    return row._replace(local_date=day, due_at=at, anchor=anchor, reason=reason)


class _Room(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def group_id(self) -> str: ...


def carries(tx: Transaction, rule: Rule, stay: _Room, anchor: date) -> bool:
    """Is this the room by which its booking is told, and is nobody of the booking told yet? Any room is where the rule
    speaks to each."""
    if rule.per is Per.ROOM or not stay.group_id:
        return True
    rooms = tuple(tx.reservations.of_group(stay.source, stay.group_id))
    here = next((room for room in rooms if room.id == stay.id), None)
    if here is None or not one_of_booking(here, rooms):
        return here is None
    return not any(
        row.state is PlannedState.QUEUED and row.anchor == anchor
        for room in rooms
        for row in tx.planner.planned(rule.id, room.id)
    )


def queue_due(tx: Transaction, desk: Desk, now: datetime, limit: int = 50) -> QueueResult:
    """Put what is due into the outbox, each row checked again; at most ``limit`` rows, and none while all is held."""
    if held_all(tx) is not None:
        return QueueResult()
    rules = {rule.id: rule for rule in tx.planner.rules()}
    counts = dict.fromkeys(PlannedState, 0)
    for row in tx.planner.due(now, limit):
        rule = rules.get(row.rule_id)
        current = withdrawn(tx, desk, rule, row, due=True) or row
        if rule is not None and current.state is PlannedState.PLANNED and current.due_at <= now:
            current = _send(tx, desk, rule, current, now)
        if current != row:
            tx.planner.put(current)
            tx.changed("planned", current.id)
        counts[current.state] += 1
    return QueueResult(
        counts[PlannedState.QUEUED],
        counts[PlannedState.SKIPPED],
        counts[PlannedState.EXPIRED],
        counts[PlannedState.WITHDRAWN],
        counts[PlannedState.PLANNED],
    )


def expire_held(tx: Transaction, desk: Desk, now: datetime, limit: int = 200) -> None:
    """What was held by hand until it was too late is listed as that."""
    rules = {rule.id: rule for rule in tx.planner.rules()}
    for row in tx.planner.in_state([PlannedState.HELD], now, limit):
        stay, rule = tx.reservations.get(row.reservation_id), rules.get(row.rule_id)
        if stay is None or rule is None:
            continue
        if reason := objection(rule, stay, now, desk.zone_of(stay.property)):
            tx.planner.put(row._replace(state=PlannedState.EXPIRED, reason=reason))
            tx.changed("planned", row.id)


def _send(tx: Transaction, desk: Desk, rule: Rule, row: Planned, now: datetime) -> Planned:
    """Into the outbox, or why not."""
    stay = tx.reservations.get(row.reservation_id)
    guest = tx.guests.get(stay.guest_id) if stay else None
    if stay is None or guest is None:
        return row._replace(state=PlannedState.WITHDRAWN, reason="no_reservation")
    zone = desk.zone_of(stay.property)
    if reason := objection(rule, stay, now, zone):
        return row._replace(state=PlannedState.EXPIRED, reason=reason)
    later = after_quiet(now, desk.hours.quiet, zone)
    if later > now:
        at = staggered(rule, later, stay.id, zone, desk.hours.quiet)
        return row._replace(due_at=at, reason=row.reason if row.reason == RELEASED else "quiet_hours")
    if not_approved(desk, stay):
        return row._replace(due_at=now + _AGAIN, reason="not_approved")
    if rule.hold_if_guest_writes and row.reason != RELEASED and _guest_wrote(tx, guest):
        return row._replace(state=PlannedState.HELD, reason="guest_wrote")
    prepared = prepare(tx, desk, rule, stay, guest, now)
    said = " ".join(f"{channel}:{code}" for channel, code in prepared.ways.refused)
    if prepared.reason:
        return row._replace(state=PlannedState.SKIPPED, reason=prepared.reason, said=said)
    outgoing = None
    conversation = conversation_of(tx, guest, stay, now)
    for place, letter in enumerate(prepared.letters):
        key = rule_key(rule, row) + (f"-{letter.channel}" if place else "")
        sent = post(tx, desk, conversation, letter._replace(dedupe_key=key), now)
        outgoing = outgoing or sent
    if outgoing is None:
        return row._replace(state=PlannedState.SKIPPED, reason="sent_already", said=said)
    return row._replace(state=PlannedState.QUEUED, reason="", outbox_id=outgoing.id, said=said)


def not_approved(desk: Desk, stay: Reservation) -> bool:
    """Does somebody of the hotel still have to say yes to this booking?"""
    return desk.bookings.by_hand and stay.status is ReservationStatus.PENDING


def _guest_wrote(tx: Transaction, guest: Guest) -> bool:
    """Is the desk in a conversation that the guest takes part in? Closed ones are over."""
    return any(
        row.state in (State.OPEN, State.PENDING) and row.last_in_at is not None
        for row in tx.conversations.all_of_guest(guest.id)
    )


def prepare(tx: Transaction, desk: Desk, rule: Rule, stay: Reservation, guest: Guest, now: datetime) -> Prepared:
    """What this rule would send to this guest for this stay, without a key; nothing is written."""
    found = tx.templates.named(TemplateKind.REMINDER, rule.template)
    if not found:
        return Prepared(reason="no_template")
    if rule.audience is not None and (reason := _outside(tx, desk, rule.audience, guest, now)):
        return Prepared(reason=reason)
    template, _ = variant(found, language_of(desk, guest)[0], desk.language)
    channels: Sequence[str] = rule.channels
    message_class = template.message_class
    if ANCHORS[rule.kind].months:
        message_class = MessageClass.MARKETING
        if _came_again(tx, stay):
            return Prepared(reason="came_again", template=template)
        channels = _consented(tx, guest, rule.channels)
        if not channels:
            return Prepared(reason="no_consent", template=template)
    ways = ways_for(tx, desk, guest, channels, now, message_class, rule.mode, stay=stay)
    if not ways.letters:
        return Prepared(reason=_first_fault(tx, desk, template, guest, stay, now) or why_none(desk, ways), ways=ways)
    until = expires_at(rule, stay.arrival, desk.zone_of(stay.property), stay.departure)
    letters = []
    for way in ways.letters:
        rendered = rendered_for(tx, desk, template, guest, stay, way.channel, now)
        if rendered.problems:
            return Prepared((), fault_of(rendered), ways, template)
        letters.append(
            way._replace(
                text=rendered.text,
                subject=rendered.subject,
                html=rendered.html,
                not_before=now,
                expires_at=until,
                hold_if_guest_writes=rule.hold_if_guest_writes,
                template=template.name,
            )
        )
    return Prepared(tuple(letters), "", ways, template)


def _first_fault(
    tx: Transaction, desk: Desk, template: Template, guest: Guest, stay: Reservation, now: datetime
) -> str:
    """A value that is missing is named before an address that is."""
    rendered = rendered_for(tx, desk, template, guest, stay, "", now)
    return fault_of(rendered) if rendered.problems else ""


def fault_of(rendered: Rendered) -> str:
    """Why this text cannot leave, as it is kept: a value that nobody has before a variable that does not exist."""
    first = next((one for one in rendered.problems if one.code == "missing_value"), rendered.problems[0])
    fault = refuse(first)
    return kept(fault.code, fault.params)


def _outside(tx: Transaction, desk: Desk, audience: int, guest: Guest, now: datetime) -> str:
    """Why the rule does not speak to this guest; empty when it does."""
    try:
        return "" if guest_lists.is_on(tx, desk, audience, guest.id, now) else "not_on_list"
    except NotFound:
        return "no_such_list"


def _came_again(tx: Transaction, stay: Reservation) -> bool:
    return any(
        other.id != stay.id and is_live(other) and other.departure > stay.departure
        for other in tx.reservations.of_guest(stay.guest_id)
    )


def _consented(tx: Transaction, guest: Guest, channels: Sequence[str]) -> tuple[str, ...]:
    """By which of these media the guest has asked for such messages; silence is no consent."""
    asked = {row.medium for row in tx.consents.of_guest(guest.id) if row.topic == "marketing" and row.allowed}
    return tuple(channel for channel in channels if channel in asked)


def post(tx: Transaction, desk: Desk, conversation: Conversation, letter: Letter, now: datetime) -> Outgoing | None:
    """Into the guest's thread and the outbox; None when this key was used before."""
    if tx.outbox.used(letter.dedupe_key):
        return None
    message = write(tx, desk, conversation, letter, now)
    outgoing = enqueue(tx, conversation, letter, message, now)
    _show(tx, conversation, message.id, preview(message.text, message.subject, ()), letter, now)
    return outgoing


def conversation_of(tx: Transaction, guest: Guest, stay: Reservation, now: datetime) -> Conversation:
    """The guest's row; one that no guest began lives in Closed and All, with automation on."""
    found = tx.conversations.of_guest(guest.id, stay.property)
    return (
        tx.conversations.load(found.id)
        if found
        else tx.conversations.add(new_quiet(guest.id, now, property_=stay.property))
    )


def _show(tx: Transaction, conversation: Conversation, message_id: int, text: str, way: Letter, now: datetime) -> None:
    """The list's line tells of it where nothing newer waits for an answer; nothing becomes unread."""
    if conversation.unanswered:
        return
    tx.conversations.put(
        conversation._replace(
            last_at=now,
            last_message_id=message_id,
            preview=text,
            preview_by=SCHEDULED,
            outcome=Delivery.HELD.value,
            last_channel=conversation.last_channel or way.channel,
            last_account=conversation.last_account or way.account,
            last_address=conversation.last_address or way.address,
        )
    )
