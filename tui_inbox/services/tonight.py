"""Tonight's sends: what will leave with its text, cost and reason; one held, released, and rules tried dry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.planner import Planned, PlannedState
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Actor


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
    return _put(tx, row._replace(state=PlannedState.PLANNED, reason=""))


def _put(tx: Transaction, row: Planned) -> Planned:
    tx.planner.put(row)
    tx.changed("planned", row.id)
    return row
