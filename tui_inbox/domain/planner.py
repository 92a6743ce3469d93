"""Planned messages: which rule sends what to which reservation, and when."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tui_inbox.domain.hours import Span, after_quiet, calm_until, moment_of
from tui_inbox.domain.reservation import Reservation, is_live


class RuleKind(StrEnum):
    """What a rule counts from; ``ANCHORS`` says how."""

    BEFORE_ARRIVAL = "before_arrival"
    EVENING_BEFORE = "evening_before"
    AFTER_CHECK_IN = "after_check_in"
    FIRST_NIGHT = "first_night"
    BEFORE_CHECK_OUT = "before_check_out"
    AFTER_STAY = "after_stay"
    SINCE_STAY = "since_stay"


class Anchor(NamedTuple):
    """``Rule.days`` counted from a day of the stay, in this direction."""

    of: str
    """``arrival`` or ``departure``."""
    sign: int
    plus: int = 0
    """Days that always come on top."""
    months: bool = False
    """``Rule.days`` are months."""
    good_for: int | None = None
    """Days for which a late message is still right; None: until the day that it speaks of."""
    too_late: str = "arrived"
    """Reason when it is not."""


ANCHORS = {
    RuleKind.BEFORE_ARRIVAL: Anchor("arrival", -1),
    RuleKind.EVENING_BEFORE: Anchor("arrival", -1, plus=1),
    RuleKind.AFTER_CHECK_IN: Anchor("arrival", +1, too_late="left"),
    RuleKind.FIRST_NIGHT: Anchor("arrival", +1, plus=1, too_late="left"),
    RuleKind.BEFORE_CHECK_OUT: Anchor("departure", -1, too_late="left"),
    RuleKind.AFTER_STAY: Anchor("departure", +1, good_for=7, too_late="long_ago"),
    RuleKind.SINCE_STAY: Anchor("departure", +1, months=True, good_for=14, too_late="long_ago"),
}
FIXED = frozenset({RuleKind.EVENING_BEFORE, RuleKind.FIRST_NIGHT})
"""Their name says the day: ``Rule.days`` is not counted."""


class Mode(StrEnum):
    """With several channels switched on."""

    FIRST = "first"
    """The first that works."""
    BOTH = "both"
    """Every one by which the guest can be reached."""


class Late(StrEnum):
    """For a stay that was booked when the rule's time was over."""

    SKIP = "skip"
    NOW = "now"


class Per(StrEnum):
    ROOM = "room"
    BOOKING = "booking"
    """One message for a booking of several rooms."""


class PlannedState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    """By hand, until it is released."""
    QUEUED = "queued"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Rule(NamedTuple):
    """``days`` from its anchor at ``at`` o'clock in the time zone of the hotel or the property."""

    id: int
    kind: RuleKind
    name: str
    template: str
    """Name of a template of kind reminder; its language variant is chosen per guest."""
    days: int
    at: time
    channels: tuple[str, ...]
    """Those that are switched on, in the order in which they are tried."""
    enabled: bool = True
    hold_if_guest_writes: bool = False
    mode: Mode = Mode.FIRST
    late: Late = Late.SKIP
    per: Per = Per.ROOM
    stagger: int = 0
    """Minutes over which the messages of one day are spread."""
    journey: str = ""
    """Name of the journey of which it is a step."""
    audience: int | None = None
    """Guest list to which alone it speaks."""


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
    anchor: date | None = None
    """The day of the stay from which it was counted."""
    said: str = ""
    """Why this channel: ``channel:code`` of each that was tried before, separated by spaces."""


class StayDay(NamedTuple):
    """As much of a stay as planning needs: thousands are read at once."""

    id: int
    anchor: date
    property: str
    created_at: datetime
    group_id: str
    source: str


def anchor_day(rule: Rule, arrival: date, departure: date) -> date:
    """The day of the stay from which the rule counts."""
    return arrival if ANCHORS[rule.kind].of == "arrival" else departure


def local_date(rule: Rule, anchor: date) -> date:
    """The local day on which the rule speaks; the last of a month stays the last where the month is shorter."""
    how = ANCHORS[rule.kind]
    if how.months:
        year, month = divmod(anchor.year * 12 + anchor.month - 1 + how.sign * rule.days, 12)
        return date(year, month + 1, min(anchor.day, calendar.monthrange(year, month + 1)[1]))
    counted = 0 if rule.kind in FIXED else rule.days
    return anchor + timedelta(days=how.sign * (counted + how.plus))


def due_at(rule: Rule, anchor: date, zone: ZoneInfo, quiet: Span | None = None) -> datetime:
    """When the rule speaks, in UTC; in quiet hours it waits for their end."""
    return after_quiet(moment_of(local_date(rule, anchor), rule.at, zone), quiet, zone)


def staggered(rule: Rule, due: datetime, reservation_id: int, zone: ZoneInfo, quiet: Span | None = None) -> datetime:
    """Spread over the rule's minutes, each stay always at the same one."""
    return spread(due, reservation_id, minutes_of(rule, due, zone, quiet))


def minutes_of(rule: Rule, due: datetime, zone: ZoneInfo, quiet: Span | None = None) -> int:
    """Over how many minutes those of one day are spread: fewer where quiet hours or the night come before, for what is
    carried past them would be wrong by then."""
    if rule.stagger < 2:
        return 1
    left = int((calm_until(due, quiet, zone) - due - _TO_SEND) / timedelta(minutes=1))
    return max(min(rule.stagger, left), 1)


def spread(due: datetime, reservation_id: int, minutes: int) -> datetime:
    # A large prime spreads neighbouring numbers, which a group's rooms have.
    return due + timedelta(minutes=reservation_id * 7919 % minutes) if minutes > 1 else due


_TO_SEND = timedelta(minutes=5)
"""What a message needs to leave in time."""


def expires_at(rule: Rule, arrival: date, zone: ZoneInfo, departure: date | None = None) -> datetime:
    """From when on the message would be wrong.

    Before arrival: when the arrival day begins, or ends for a rule of that day; during the stay: when the day of
    departure ends, or begins for a rule that speaks of it days before; after it: some days later.
    """
    how, left = ANCHORS[rule.kind], departure or arrival
    if how.good_for is not None:
        day = local_date(rule, left) + timedelta(days=how.good_for)
    elif how.of == "arrival" and how.sign > 0:
        day = left + timedelta(days=1)
    else:
        anchor = anchor_day(rule, arrival, left)
        day = anchor if local_date(rule, anchor) < anchor else anchor + timedelta(days=1)
    return moment_of(day, time(0), zone)


def objection(rule: Rule, reservation: Reservation, now: datetime, zone: ZoneInfo) -> str:
    """Why this reservation gets no message now: its status when no guest comes, that it is too late, or empty."""
    if not is_live(reservation):
        return reservation.status.value
    late = now >= expires_at(rule, reservation.arrival, zone, reservation.departure)
    return ANCHORS[rule.kind].too_late if late else ""


def anchors_for(rule: Rule, first: date, last: date) -> tuple[date, date]:
    """Anchors between which the rule can speak from ``first`` to ``last``, or could have spoken and is still right."""
    how = ANCHORS[rule.kind]
    back = timedelta(days=how.good_for or 0)
    if how.months:
        return _months_before(first - back, rule.days), _months_before(last, rule.days) + timedelta(days=3)
    counted = timedelta(days=how.sign * ((0 if rule.kind in FIXED else rule.days) + how.plus))
    if how.sign < 0:
        return first, last - counted
    # During a stay a late message is right until the guest leaves; who is in the house came at most so long ago.
    return first - counted - (back or timedelta(days=LONGEST)), last - counted


LONGEST = 14
"""Days after which a message about the first days of a long stay is not made up for."""


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def one_of_booking(stay: Reservation, rooms: tuple[Reservation, ...]) -> bool:
    """Of a booking's rooms, does this one carry the message? The first that lives does."""
    return stay.id == min((room.id for room in rooms if is_live(room)), default=stay.id)
