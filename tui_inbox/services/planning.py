"""Rules, and what they plan: once per reservation and local date, moved with it, withdrawn with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import NamedTuple, TypeVar

import msgspec

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.planner import (
    ANCHORS,
    FIXED,
    Late,
    Per,
    Planned,
    PlannedState,
    Rule,
    StayDay,
    anchor_day,
    anchors_for,
    due_at,
    local_date,
    minutes_of,
    objection,
    spread,
    staggered,
)
from tui_inbox.domain.reservation import DEAD
from tui_inbox.domain.template import TemplateKind
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services import templates
from tui_inbox.services.booking_texts import reminder_texts
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.footers import signing_key
from tui_inbox.services.planned_sends import QueueResult, carries, expire_held, queue_due, withdrawn
from tui_inbox.services.tonight import PlannedRow, hold, release, upcoming

__all__ = [
    "PlanResult",
    "PlannedRow",
    "QueueResult",
    "first_reminder",
    "hold",
    "plan",
    "plan_by_pages",
    "put_rule",
    "queue_due",
    "release",
    "survey",
    "upcoming",
    "work",
]

AHEAD = timedelta(days=14)
"""How far before its time a message is planned, so that «tonight's sends» can show it."""
PAGE = 500
"""Rows of one write transaction: others write in between."""
_WRITTEN = timedelta(minutes=2)
"""How long before a plan a change may have been made that it did not see yet."""
_LISTED = timedelta(days=7)
"""How many days of a worker's absence are looked through for what it missed altogether."""
_RAN = "planner.ran_at"
_RULES = "planner.rules"
_IMPORTED = "planner.first_import"
_MOST_MONTHS = 60
_T = TypeVar("_T")


class PlanResult(NamedTuple):
    planned: int = 0
    moved: int = 0
    withdrawn: int = 0
    skipped: int = 0


class Survey(NamedTuple):
    """What has to be written so that the plan fits rules and reservations."""

    add: Sequence[Planned]
    move: Sequence[tuple[Planned, Planned]]
    rules: Mapping[str, str]
    """What each rule said when this was found."""


def put_rule(tx: Transaction, desk: Desk, actor: Actor, rule: Rule) -> Rule:
    """Add (id 0) or change a rule; its next plan follows. Raises ``Refused``."""
    actor.require_write()
    name = clean_line(rule.name)
    if not name:
        raise Refused("rule_name")
    months = ANCHORS[rule.kind].months
    if not 0 <= rule.days <= 365 and not months:
        raise Refused("rule_days", limit=365)
    if months and not 1 <= rule.days <= _MOST_MONTHS:
        raise Refused("rule_months", limit=_MOST_MONTHS)
    if not 0 <= rule.stagger <= 240:
        raise Refused("rule_stagger", limit=240)
    known = {channel for account in desk.accounts.values() for channel in account.channels}
    if not rule.channels or any(channel not in known for channel in rule.channels):
        raise Refused("rule_channels")
    if not tx.templates.named(TemplateKind.REMINDER, rule.template):
        raise Refused("rule_template", name=rule.template)
    days = 0 if rule.kind in FIXED else rule.days
    stored = tx.planner.put_rule(rule._replace(name=name, days=days, journey=clean_line(rule.journey)))
    tx.changed("rule", stored.id)
    return stored


def first_reminder(tx: Transaction, desk: Desk, actor: Actor, name: str, now: datetime) -> None:
    """A reminder to begin with, where the hotel has none: a rule needs a text to send."""
    if not tx.templates.all(TemplateKind.REMINDER):
        for text in reminder_texts(name):
            templates.save(tx, desk, actor, text, now)


def first_import(tx: Transaction, now: datetime) -> None:
    """What was taken over up to now was not booked just now, so nothing is sent late for it."""
    if tx.mappings.get(_IMPORTED) != now.isoformat():
        tx.mappings.put(_IMPORTED, now.isoformat())


def plan(tx: Transaction, desk: Desk, now: datetime) -> PlanResult:
    """Bring what is planned in step with rules and reservations. Run it often; nothing changes when nothing did."""
    found = survey(tx, desk, now)
    _write(tx, found.add, found.move)
    _finish(tx, found, now)
    return _counted(found)


def plan_by_pages(store: Store, desk: Desk, now: datetime) -> PlanResult:
    """The same, read first and then written in short transactions: a row that somebody changed meanwhile stays."""
    with store.read() as tx:
        found = survey(tx, desk, now)
    for moves in _pages(found.move):
        with store.write() as tx:
            _write(tx, (), moves)
    for rows in _pages(found.add):
        with store.write() as tx:
            _write(tx, rows, ())
    with store.write() as tx:
        _finish(tx, found, now)
    return _counted(found)


def _pages(rows: Sequence[_T]) -> Iterator[Sequence[_T]]:
    every = iter(rows)
    while page := list(islice(every, PAGE)):
        yield page


def _write(tx: Transaction, add: Sequence[Planned], moves: Sequence[tuple[Planned, Planned]]) -> None:
    for before, after in moves:
        if tx.planner.move(before, after):
            tx.changed("planned", after.id)
    if add:
        tx.planner.add_all(add)
        tx.changed("planned", 0)


def _finish(tx: Transaction, found: Survey, now: datetime) -> None:
    tx.mappings.put(_RAN, now.isoformat())
    rules = msgspec.json.encode(found.rules).decode()
    if tx.mappings.get(_RULES) != rules:
        tx.mappings.put(_RULES, rules)


def _counted(found: Survey) -> PlanResult:
    after = [row.state for _, row in found.move]
    added = [row.state for row in found.add]
    revived = sum(before.state is PlannedState.WITHDRAWN for before, _ in found.move)
    return PlanResult(
        added.count(PlannedState.PLANNED) + revived,
        len(after) - after.count(PlannedState.WITHDRAWN) - revived,
        after.count(PlannedState.WITHDRAWN),
        added.count(PlannedState.SKIPPED),
    )


def survey(tx: Transaction, desk: Desk, now: datetime) -> Survey:
    """Only reads: what is new, has moved, or will not be sent any more."""
    stored = tx.mappings.get(_RULES)
    told = msgspec.json.decode(stored, type=dict[str, str]) if stored else {}
    add: list[Planned] = []
    move: list[tuple[Planned, Planned]] = []
    prints: dict[str, str] = {}
    rules = tx.planner.rules()
    times = _Times(desk, _moment(tx, _RAN, now), _moment(tx, _IMPORTED, None), now)
    first, last = desk.days(now)
    # Who was booked and arrived while nobody planned is listed as too late.
    first = max(min(first, desk.days(times.ran_at)[0]), first - _LISTED)
    for rule in rules:
        prints[str(rule.id)] = _print(desk, rule)
        changed = told.get(str(rule.id)) != prints[str(rule.id)]
        move += _follow(tx, times, rule, changed=changed)
        if rule.enabled:
            days = anchors_for(rule, first, last + AHEAD)
            add += _new(tx, times, rule, *days, changed=changed)
    return Survey(add, move, prints)


def _moment(tx: Transaction, name: str, otherwise: datetime | None) -> datetime | None:
    stored = tx.mappings.get(name)
    return datetime.fromisoformat(stored) if stored else otherwise


def _print(desk: Desk, rule: Rule) -> str:
    """Changes when the rule, or a clock by which it goes, would put its messages at other times."""
    zones = (desk.zone.key, *sorted((code, zone.key) for code, zone in desk.zones.items()))
    said = (rule.kind.value, rule.days, rule.at, rule.enabled, rule.stagger, rule.per.value)
    return repr((*said, desk.hours.quiet, zones))


class _Times:
    """Due times of a rule, worked out once for each day and clock, and what came too late for them."""

    def __init__(self, desk: Desk, ran_at: datetime | None, imported: datetime | None, now: datetime) -> None:
        self.desk, self.now = desk, now
        # What became due since the last plan is late; what was due before was never planned for.
        self.ran_at = min(ran_at or now, now)
        self.imported = imported
        self._due: dict[tuple[int, str, date], tuple[date, datetime, int]] = {}

    def of(self, rule: Rule, property_: str, anchor: date) -> tuple[date, datetime, int]:
        """Its day, when it is due, and over how many minutes it is spread."""
        key = (rule.id, property_ if property_ in self.desk.zones else "", anchor)
        found = self._due.get(key)
        if found is None:
            zone, quiet = self.desk.zone_of(property_), self.desk.hours.quiet
            due = due_at(rule, anchor, zone, quiet)
            found = self._due[key] = local_date(rule, anchor), due, minutes_of(rule, due, zone, quiet)
        return found

    def row(self, rule: Rule, stay: StayDay, *, changed: bool) -> Planned:
        """``changed``: the rule was not there, or said something else, at the last plan."""
        day, due, minutes = self.of(rule, stay.property, stay.anchor)
        at = spread(due, stay.id, minutes)
        reason = ""
        # What a rule that stood already has not planned for was booked since, or its dates have come nearer.
        if stay.created_at > due or (due < self.ran_at and not changed):
            taken_over = self.imported is not None and stay.created_at <= self.imported
            reason = "booked_late" if rule.late is Late.SKIP or taken_over else ""
        elif due < self.ran_at:
            reason = "before_rule"
        state = PlannedState.SKIPPED if reason else PlannedState.PLANNED
        return Planned(0, rule.id, stay.id, day, at, state, reason, anchor=stay.anchor)


def _new(tx: Transaction, times: _Times, rule: Rule, first: date, last: date, *, changed: bool) -> list[Planned]:
    rows = []
    ahead = times.desk.days(times.now)[1] + AHEAD
    for stay in tx.planner.unplanned(rule.id, ANCHORS[rule.kind].of, first, last):
        if not carries(tx, rule, stay, stay.anchor):
            continue
        row = times.row(rule, stay, changed=changed)
        # A month that is shorter lets the range reach a little further than the days that are planned.
        if row.local_date <= ahead:
            rows.append(row)
    return rows


def _follow(tx: Transaction, times: _Times, rule: Rule, *, changed: bool) -> Iterator[tuple[Planned, Planned]]:
    """What waits already: moved with its reservation, withdrawn with the reason, or waiting again."""
    of, desk, now = ANCHORS[rule.kind].of, times.desk, times.now
    # Where all live by one clock, only another day of the stay moves a message.
    since = times.ran_at - _WRITTEN if desk.zones else now
    for row in tx.planner.waiting(rule.id) if changed else tx.planner.strayed(rule.id, of, since):
        after = withdrawn(tx, desk, rule, row)
        if after is not None:
            yield row, after
    if not rule.enabled:
        return
    # What the rule's own words silenced does not speak late because they have changed.
    silent = {"rule_off", "other_room"} if rule.per is Per.ROOM else {"rule_off"}
    for row in tx.planner.revived(rule.id, of, now - AHEAD):
        stay = tx.reservations.get(row.reservation_id)
        zone = desk.zone_of(stay.property) if stay is not None else desk.zone
        if stay is None or stay.status in DEAD or objection(rule, stay, now, zone):
            continue
        anchor = anchor_day(rule, stay.arrival, stay.departure)
        if not carries(tx, rule, stay, anchor):
            continue
        due = due_at(rule, anchor, zone, desk.hours.quiet)
        if local_date(rule, anchor) == row.local_date and (row.reason not in silent or due >= now):
            at = staggered(rule, due, stay.id, zone, desk.hours.quiet)
            yield row, row._replace(due_at=at, state=PlannedState.PLANNED, reason="", anchor=anchor)


def work(store: Store, desk: Desk, now: datetime, limit: int = 50) -> QueueResult:
    """What the worker does every minute: plan, then put what is due into the outbox, a few rows at a time."""
    plan_by_pages(store, desk, now)
    total = QueueResult()
    with store.write() as tx:
        # From here on what is shown beforehand has the very links that will be sent.
        signing_key(tx)
        expire_held(tx, desk, now)
    while True:
        with store.write() as tx:
            done = queue_due(tx, desk, now, limit)
        total = QueueResult(*(one + other for one, other in zip(total, done, strict=True)))
        if sum(done) < limit:
            return total
