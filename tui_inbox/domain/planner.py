"""Planned messages: which rule sends what to which reservation, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum


class RuleKind(StrEnum):
    BEFORE_ARRIVAL = "before_arrival"


class PlannedState(StrEnum):
    PLANNED = "planned"
    QUEUED = "queued"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Rule:
    """``days`` before arrival at ``at`` o'clock in the hotel's time zone."""

    id: int
    kind: RuleKind
    name: str
    template: str
    """Name of a template of kind reminder; its language variant is chosen per guest."""
    days: int
    at: time
    channels: tuple[str, ...]
    """Tried in order; the first by which the guest can be reached is used."""
    enabled: bool = True
    hold_if_guest_writes: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """One rule for one reservation on one local day: unique, so it is sent at most once."""

    id: int
    rule_id: int
    reservation_id: int
    local_date: date
    due_at: datetime
    state: PlannedState = PlannedState.PLANNED
    reason: str = ""
    outbox_id: int | None = None
