"""Reminders: planned once per reservation and local date, moved with it, withdrawn with it, re-checked when they go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.lifecycle import new_quiet
from tui_inbox.domain.message import Delivery, preview
from tui_inbox.domain.planner import Planned, PlannedState, Rule, due_at, expires_at, local_date, objection
from tui_inbox.domain.reservation import Reservation
from tui_inbox.domain.template import TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.posting import Letter, enqueue, write
from tui_inbox.services.templates import for_channel, language_of, render_stay, variant
from tui_inbox.services.ways import way_for

AHEAD = timedelta(days=14)
"""How far before its time a message is planned, so that «tonight's sends» can show it."""
_PAGE = 200
_RAN = "planner.ran_at"
SCHEDULED = "<scheduled>"
"""``Conversation.preview_by`` of what a rule sent."""


class PlanResult(NamedTuple):
    planned: int = 0
    moved: int = 0
    withdrawn: int = 0
    skipped: int = 0


class QueueResult(NamedTuple):
    queued: int = 0
    skipped: int = 0
    expired: int = 0
    withdrawn: int = 0


def put_rule(tx: Transaction, desk: Desk, actor: Actor, rule: Rule) -> Rule:
    """Add (id 0) or change a rule; its next plan follows. Raises ``Refused``."""
    actor.require_write()
    name = clean_line(rule.name)
    if not name:
        raise Refused("rule_name")
    if not 0 <= rule.days <= 365:
        raise Refused("rule_days", limit=365)
    known = {channel for account in desk.accounts.values() for channel in account.channels}
    if not rule.channels or any(channel not in known for channel in rule.channels):
        raise Refused("rule_channels")
    if not tx.templates.named(TemplateKind.REMINDER, rule.template):
        raise Refused("rule_template", name=rule.template)
    stored = tx.planner.put_rule(rule._replace(name=name))
    tx.changed("rule", stored.id)
    return stored


def plan(tx: Transaction, desk: Desk, now: datetime) -> PlanResult:
    """Bring what is planned in step with rules and reservations. Run it often; nothing changes when nothing did."""
    rules = {rule.id: rule for rule in tx.planner.rules() if rule.enabled}
    ran_at = _ran_at(tx, now)
    moved, withdrawn = _follow(tx, desk, rules, now)
    planned = skipped = 0
    for rule in rules.values():
        for stay in _arriving(tx, rule, desk.today(now)):
            row = _new(tx, desk, rule, stay, now, ran_at)
            if row is not None:
                planned += row.state is PlannedState.PLANNED
                skipped += row.state is PlannedState.SKIPPED
    tx.mappings.put(_RAN, now.isoformat())
    return PlanResult(planned, moved, withdrawn, skipped)


def _ran_at(tx: Transaction, now: datetime) -> datetime:
    """When the plan was made last. What became due since then is late; what was due before was never planned for."""
    stored = tx.mappings.get(_RAN)
    return min(datetime.fromisoformat(stored), now) if stored else now


def _arriving(tx: Transaction, rule: Rule, today: date) -> Iterator[Reservation]:
    last = today + timedelta(days=rule.days) + AHEAD
    after = 0
    while True:
        page = tx.reservations.arriving(today, last, after, _PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].id


def _new(tx: Transaction, desk: Desk, rule: Rule, stay: Reservation, now: datetime, ran_at: datetime) -> Planned | None:
    """The row of this rule, reservation and local date if it has to be made, or made valid again."""
    day, due = local_date(rule, stay.arrival), due_at(rule, stay.arrival, desk.zone)
    existing = tx.planner.planned(rule.id, stay.id)
    same_day = next((row for row in existing if row.local_date == day), None)
    if same_day is not None:
        if same_day.state is not PlannedState.WITHDRAWN or objection(rule, stay, now, desk.zone):
            return None
        return _put(tx, same_day._replace(due_at=due, state=PlannedState.PLANNED, reason=""))
    booked_late = stay.created_at is not None and stay.created_at > due
    late = due < ran_at and not any(row.state is PlannedState.PLANNED for row in existing)
    state, reason = PlannedState.PLANNED, ""
    if booked_late or late:
        state, reason = PlannedState.SKIPPED, "booked_late"
    row = tx.planner.add(Planned(0, rule.id, stay.id, day, due, state, reason))
    if row is not None:
        tx.changed("planned", row.id)
    return row


def _put(tx: Transaction, row: Planned) -> Planned:
    tx.planner.put(row)
    tx.changed("planned", row.id)
    return row


def _follow(tx: Transaction, desk: Desk, rules: dict[int, Rule], now: datetime) -> tuple[int, int]:
    """What is planned already: moved with its reservation, or withdrawn with the reason."""
    moved = withdrawn = 0
    far = now + timedelta(days=800)
    for row in tx.planner.in_state([PlannedState.PLANNED], far, 100_000):
        outcome = _followed(tx, desk, rules.get(row.rule_id), row)
        if outcome is None:
            continue
        moved += outcome.state is PlannedState.PLANNED
        withdrawn += outcome.state is PlannedState.WITHDRAWN
        _put(tx, outcome)
    return moved, withdrawn


def _followed(tx: Transaction, desk: Desk, rule: Rule | None, row: Planned) -> Planned | None:
    """The row as it must be now; None when it is right."""
    stay = tx.reservations.get(row.reservation_id)
    if rule is None:
        return row._replace(state=PlannedState.WITHDRAWN, reason="rule_off")
    if stay is None:
        return row._replace(state=PlannedState.WITHDRAWN, reason="no_reservation")
    if reason := _dead(stay):
        return row._replace(state=PlannedState.WITHDRAWN, reason=reason)
    day, due = local_date(rule, stay.arrival), due_at(rule, stay.arrival, desk.zone)
    if (day, due) == (row.local_date, row.due_at):
        return None
    if day != row.local_date and any(other.local_date == day for other in tx.planner.planned(rule.id, stay.id)):
        return row._replace(state=PlannedState.WITHDRAWN, reason="moved")
    return row._replace(local_date=day, due_at=due, reason="moved")


def _dead(stay: Reservation) -> str:
    from tui_inbox.domain.reservation import DEAD

    return stay.status.value if stay.status in DEAD else ""


def queue_due(tx: Transaction, desk: Desk, now: datetime, limit: int = 50) -> QueueResult:
    """Put what is due into the outbox, each row checked again; at most ``limit`` rows."""
    rules = {rule.id: rule for rule in tx.planner.rules() if rule.enabled}
    counts = dict.fromkeys(PlannedState, 0)
    for row in tx.planner.due(now, limit):
        current = _followed(tx, desk, rules.get(row.rule_id), row) or row
        if current.state is PlannedState.PLANNED and current.due_at <= now:
            current = _send(tx, desk, rules[row.rule_id], current, now)
        if current != row:
            _put(tx, current)
        counts[current.state] += 1
    return QueueResult(
        counts[PlannedState.QUEUED],
        counts[PlannedState.SKIPPED],
        counts[PlannedState.EXPIRED],
        counts[PlannedState.WITHDRAWN],
    )


def _send(tx: Transaction, desk: Desk, rule: Rule, row: Planned, now: datetime) -> Planned:
    """Into the outbox, or why not."""
    stay = tx.reservations.get(row.reservation_id)
    guest = tx.guests.get(stay.guest_id) if stay else None
    if stay is None or guest is None:
        return row._replace(state=PlannedState.WITHDRAWN, reason="no_reservation")
    if reason := objection(rule, stay, now, desk.zone):
        return row._replace(state=PlannedState.EXPIRED, reason=reason)
    found = tx.templates.named(TemplateKind.REMINDER, rule.template)
    if not found:
        return row._replace(state=PlannedState.SKIPPED, reason="no_template")
    template, _ = variant(found, language_of(desk, guest)[0], desk.language)
    rendered = render_stay(desk, template, guest, stay, now)
    if rendered.problems:
        reason = "missing_value" if rendered.missing else rendered.problems[0].code
        return row._replace(state=PlannedState.SKIPPED, reason=reason)
    way, reason = way_for(tx, desk, guest, rule.channels, now, template.message_class, stay=stay)
    if way is None:
        return row._replace(state=PlannedState.SKIPPED, reason=reason)
    conversation = _conversation(tx, guest, stay, now)
    letter = way._replace(
        text=for_channel(rendered.text, desk.traits(way.account, way.channel)).text,
        subject=template.subject and render_stay(desk, template._replace(body=template.subject), guest, stay, now).text,
        not_before=now,
        expires_at=expires_at(rule, stay.arrival, desk.zone),
        hold_if_guest_writes=rule.hold_if_guest_writes,
        dedupe_key=f"rule-{rule.id}-{stay.id}-{row.local_date.isoformat()}",
        template=template.name,
    )
    message = write(tx, desk, conversation, letter, now)
    outgoing = enqueue(tx, conversation, letter, message, now)
    if outgoing is None:
        tx.messages.set_state(message.id, Delivery.CANCELLED)
        return row._replace(state=PlannedState.SKIPPED, reason="sent_already")
    _show(tx, conversation, message.id, preview(message.text, message.subject, ()), way, now)
    return row._replace(state=PlannedState.QUEUED, outbox_id=outgoing.id)


def _conversation(tx: Transaction, guest: Guest, stay: Reservation, now: datetime) -> Conversation:
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


class PlannedRow(NamedTuple):
    """One line of the planner: what, to whom, when, and why not."""

    planned: Planned
    rule: str
    guest_id: int
    guest: str
    room: str
    arrival: date | None


def upcoming(
    tx: Transaction,
    now: datetime,
    until: datetime,
    states: Sequence[PlannedState] = (PlannedState.PLANNED,),
    limit: int = 200,
) -> tuple[PlannedRow, ...]:
    """What will be sent before ``until``, or what became of it."""
    names = {rule.id: rule.name for rule in tx.planner.rules()}
    rows = []
    for planned in tx.planner.in_state(states, until, limit):
        stay = tx.reservations.get(planned.reservation_id)
        guest = tx.guests.get(stay.guest_id) if stay else None
        rows.append(
            PlannedRow(
                planned,
                names.get(planned.rule_id, ""),
                guest.id if guest else 0,
                guest.name if guest else "",
                stay.room if stay else "",
                stay.arrival if stay else None,
            )
        )
    return tuple(rows)


def withdraw(tx: Transaction, actor: Actor, rule_id: int, reservation_id: int, day: date) -> Planned:
    """Hold one planned message back by hand; it is not planned again for that day."""
    actor.require_write()
    for row in tx.planner.planned(rule_id, reservation_id):
        if row.local_date == day and row.state is PlannedState.PLANNED:
            return _put(tx, row._replace(state=PlannedState.SKIPPED, reason="by_hand"))
    raise NotFound(f"planned {rule_id}/{reservation_id}/{day}")
