"""Tonight's sends: what will leave with its text, cost and reason; one held, released, and rules tried dry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tui_inbox.domain import sms
from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.cost import Cost, cost
from tui_inbox.domain.display import clean
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.planner import (
    ANCHORS,
    Per,
    Planned,
    PlannedState,
    Rule,
    anchors_for,
    due_at,
    local_date,
    objection,
    one_of_booking,
    staggered,
)
from tui_inbox.domain.reservation import Reservation
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.footers import finished
from tui_inbox.services.matching import country_of
from tui_inbox.services.planned_sends import RELEASED, Prepared, not_approved, prepare
from tui_inbox.services.posting import Letter

WEEK = timedelta(days=7)
"""How far a dry run looks."""
_MOST = 300


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


def _waiting(tx: Transaction, rule_id: int, reservation_id: int, day: date, state: PlannedState) -> Planned:
    for row in tx.planner.planned(rule_id, reservation_id):
        if row.local_date == day:
            if row.state is not state:
                raise Refused("not_waiting")
            return row
    raise NotFound(f"planned {rule_id}/{reservation_id}/{day}")


def hold(tx: Transaction, actor: Actor, rule_id: int, reservation_id: int, day: date) -> Planned:
    """Hold one planned message by hand until it is released. Raises ``Refused("not_waiting")``."""
    actor.require_write()
    row = _waiting(tx, rule_id, reservation_id, day, PlannedState.PLANNED)
    return _put(tx, row._replace(state=PlannedState.HELD, reason="by_hand"))


def release(tx: Transaction, actor: Actor, rule_id: int, reservation_id: int, day: date) -> Planned:
    """Let it leave at its time, or at once when that is over; it is checked again when it does."""
    actor.require_write()
    row = _waiting(tx, rule_id, reservation_id, day, PlannedState.HELD)
    return _put(tx, row._replace(state=PlannedState.PLANNED, reason=RELEASED if row.reason == "guest_wrote" else ""))


def _put(tx: Transaction, row: Planned) -> Planned:
    tx.planner.put(row)
    tx.changed("planned", row.id)
    return row


class Forecast(NamedTuple):
    """What would leave, were it sent at its time with what is known now."""

    prepared: Prepared
    costs: tuple[Cost, ...] = ()
    """Of each letter."""

    @property
    def reason(self) -> str:
        """Why nothing would; empty when something does."""
        return self.prepared.reason


def forecast(
    tx: Transaction, desk: Desk, rule: Rule, stay: Reservation, guest: Guest, due: datetime, now: datetime
) -> Forecast:
    """Text, way and price of one planned message, or the reason against it; nothing is written."""
    at = max(due, now)
    if reason := objection(rule, stay, at, desk.zone_of(stay.property)):
        return Forecast(Prepared(reason=reason))
    if not_approved(desk, stay):
        return Forecast(Prepared(reason="not_approved"))
    prepared = prepare(tx, desk, rule, stay, guest, at)
    letters = tuple(letter._replace(text=_as_read(tx, desk, letter, guest, at)) for letter in prepared.letters)
    return Forecast(prepared._replace(letters=letters), tuple(_price(desk, letter) for letter in letters))


def _as_read(tx: Transaction, desk: Desk, letter: Letter, guest: Guest, at: datetime) -> str:
    """With all that is put under it when it leaves, which an SMS pays for, too."""
    text = clean(letter.text)
    return finished(tx, desk, guest.id, letter.account, letter.channel, text, letter.message_class, at)


def _price(desk: Desk, letter: Letter) -> Cost:
    traits = desk.traits(letter.account, letter.channel)
    parts = sms.segments(letter.text).count if traits.counts_segments else 1
    country = country_of(letter.address) if traits.handle is HandleKind.PHONE else ""
    return cost(traits, desk.prices.get(letter.channel, {}), desk.currency, parts=parts, country=country)


class DryRow(NamedTuple):
    """One message that a rule would send."""

    due_at: datetime
    stay: Reservation
    guest: Guest
    forecast: Forecast


def dry_run(tx: Transaction, desk: Desk, rule: Rule, now: datetime) -> tuple[DryRow, ...]:
    """What this rule, on or off, would send in the coming week to the stays that are known now; soonest first."""
    today, latest = desk.days(now)
    first, last = anchors_for(rule, today, latest + WEEK)
    rows = []
    # No row bears the number 0, so every stay of these days is found, planned for or not.
    for found in tx.planner.unplanned(0, ANCHORS[rule.kind].of, first, last):
        due = due_at(rule, found.anchor, desk.zone_of(found.property), desk.hours.quiet)
        if local_date(rule, found.anchor) > latest + WEEK or due < now:
            continue
        stay = tx.reservations.get(found.id)
        guest = tx.guests.get(stay.guest_id) if stay is not None else None
        if stay is not None and guest is not None and _speaks(tx, rule, stay):
            at = staggered(rule, due, stay.id, desk.zone_of(found.property), desk.hours.quiet)
            rows.append((at, stay, guest))
    rows.sort(key=lambda row: (row[0], row[1].id))
    return tuple(
        DryRow(at, stay, guest, forecast(tx, desk, rule, stay, guest, at, now)) for at, stay, guest in rows[:_MOST]
    )


def _speaks(tx: Transaction, rule: Rule, stay: Reservation) -> bool:
    if rule.per is Per.ROOM or not stay.group_id:
        return True
    return one_of_booking(stay, tuple(tx.reservations.of_group(stay.source, stay.group_id)))
