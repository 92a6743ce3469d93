"""What happens to a stay and what guests and staff are told of it."""

from __future__ import annotations

from datetime import datetime

from tui_inbox.domain.booking import StayEvent, events_between
from tui_inbox.domain.reservation import Reservation
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Desk


def stay_changed(
    tx: Transaction, desk: Desk, before: Reservation | None, after: Reservation, now: datetime, *, first: bool = False
) -> None:
    """Note what happened to a stay that is new or changed, whoever told it; with ``first`` (an import) nothing did."""
    if first or after.low_confidence:
        return
    for kind in events_between(before, after):
        was = (before.arrival, before.departure) if before is not None else (None, None)
        tx.stay_events.add(StayEvent(0, after.id, kind, after.revision, now, after.arrival, after.departure, *was))
