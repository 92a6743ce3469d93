"""What leaves by itself is looked at once more when it goes: a vendor or a worker that was away may have kept it long.

Is everything held, is it quiet, is the stay still the one it speaks of? What a person set going again passes.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tui_inbox.domain.hours import after_quiet
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.domain.planner import Mode, Planned, PlannedState, Rule, anchor_day
from tui_inbox.domain.reservation import DEAD, Reservation
from tui_inbox.services import settling
from tui_inbox.services.admission import TO_MANY
from tui_inbox.services.desk import Desk
from tui_inbox.services.holding import held_all

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

_AGAIN = timedelta(minutes=1)
"""How often what is held is looked at."""
_BY_RULE = re.compile(r"rule-(\d+)-(\d+)-(\d{4}-\d\d-\d\d)(?:-.+)?")


def rule_key(rule: Rule, row: Planned) -> str:
    """Under which a planned message is sent: another one once it was taken out of the outbox again."""
    again = f"-{row.outbox_id}" if row.outbox_id is not None else ""
    return f"rule-{rule.id}-{row.reservation_id}-{row.local_date.isoformat()}{again}"


def turned_back(tx: Transaction, desk: Desk, row: Outgoing, now: datetime) -> bool:
    """True when this row may not leave now: it was put off, or withdrawn with its reason."""
    # Without an end to its use a person has sent it on, or it answers a guest.
    if not row.scheduled or row.expires_at is None:
        return False
    message = tx.messages.get(row.message_id)
    if message is None or message.origin not in TO_MANY:
        return False
    found = _BY_RULE.fullmatch(row.dedupe_key)
    stay = tx.reservations.get(int(found[2])) if found else None
    if found and (reason := _changed(tx, row, int(found[1]), int(found[2]), date.fromisoformat(found[3]), stay)):
        _withdraw(tx, row, reason, now)
        return True
    if held_all(tx) is not None:
        return _put_off(tx, row, now + _AGAIN, "send_held", now)
    later = after_quiet(now, desk.hours.quiet, desk.zone_of(stay.property)) if stay is not None else now
    return later > now and _put_off(tx, row, later, "quiet_hours", now)


def _changed(tx: Transaction, row: Outgoing, rule_id: int, stay_id: int, day: date, stay: Reservation | None) -> str:
    """What has become of the stay since the message was written; empty: it is right."""
    if stay is None:
        return "no_reservation"
    planned = next((one for one in tx.planner.planned(rule_id, stay_id) if one.local_date == day), None)
    rule = next((one for one in tx.planner.rules() if one.id == rule_id), None)
    if planned is None or rule is None:
        return ""
    reason = stay.status.value if stay.status in DEAD else ""
    if not reason and planned.anchor not in (None, anchor_day(rule, stay.arrival, stay.departure)):
        reason = "moved"
    if reason and planned.outbox_id == row.id and rule.mode is Mode.FIRST:
        tx.planner.put(planned._replace(state=PlannedState.WITHDRAWN, reason=reason))
        tx.changed("planned", planned.id)
    return reason


def _withdraw(tx: Transaction, row: Outgoing, reason: str, now: datetime) -> None:
    waiting = _back(tx, row, now)
    moved = tx.outbox.move(waiting, OutboxState.CANCELLED, now, reason=reason, owner="") if waiting else None
    if moved is not None:
        settling.moved_on(tx, moved)


def _put_off(tx: Transaction, row: Outgoing, until: datetime, reason: str, now: datetime) -> bool:
    """Held and not queued, so that a person's answer to the same guest does not wait behind it."""
    waiting = _back(tx, row, now)
    values = {"not_before": until, "reason": reason, "reason_params": {}, "owner": ""}
    moved = tx.outbox.move(waiting, OutboxState.HELD, now, **values) if waiting else None
    if moved is not None:
        settling.moved_on(tx, moved)
    return True


def _back(tx: Transaction, row: Outgoing, now: datetime) -> Outgoing | None:
    """Out of the hands of whoever was about to send it."""
    if row.state in (OutboxState.CLAIMED, OutboxState.RETRY_WAIT):
        return tx.outbox.move(row, OutboxState.QUEUED, now, owner="")
    return row
