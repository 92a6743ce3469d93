"""Planned messages: which rule sends what to which reservation, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tui_inbox.domain.reservation import Reservation, is_live


class RuleKind(StrEnum):
    BEFORE_ARRIVAL = "before_arrival"


class Mode(StrEnum):
    """With several channels switched on."""

    FIRST = "first"
    """The first that works."""
    BOTH = "both"
    """Every one by which the guest can be reached."""


class PlannedState(StrEnum):
    PLANNED = "planned"
    QUEUED = "queued"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Rule(NamedTuple):
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


class Planned(NamedTuple):
    """One rule for one reservation on one local day: unique, so it is sent at most once."""

    id: int
    rule_id: int
    reservation_id: int
    local_date: date
    due_at: datetime
    state: PlannedState = PlannedState.PLANNED
    reason: str = ""
    outbox_id: int | None = None


def local_date(rule: Rule, arrival: date) -> date:
    """The local day on which the rule speaks for this arrival."""
    return arrival - timedelta(days=rule.days)


def due_at(rule: Rule, arrival: date, zone: ZoneInfo) -> datetime:
    """When the rule speaks, in UTC.

    Daylight saving: a time that the clocks pass twice means the first pass; a time that they jump over means the
    first moment after the jump, so a message is never early and never skipped.
    """
    wanted = datetime.combine(local_date(rule, arrival), rule.at)
    first = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wanted:
        return first
    return _after_gap(wanted, zone)


def _after_gap(wanted: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clocks jumped over ``wanted``."""
    # PEP 495: in a gap fold=1 gives the offset after the jump, so this UTC time lies before it.
    low = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    high = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def expires_at(rule: Rule, arrival: date, zone: ZoneInfo) -> datetime:
    """From when on the message would be wrong: the arrival day's midnight, or its end for a rule of that day."""
    day = arrival if rule.days > 0 else arrival + timedelta(days=1)
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def objection(rule: Rule, reservation: Reservation, now: datetime, zone: ZoneInfo) -> str:
    """Why this reservation gets no message now: its status when no guest comes, ``arrived``, or empty."""
    if not is_live(reservation):
        return reservation.status.value
    return "arrived" if now >= expires_at(rule, reservation.arrival, zone) else ""
