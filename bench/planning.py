"""The planner's figure: twenty rules over a hundred thousand reservations, against one pass of SQL by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import time as hour
from datetime import timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bench.figures import Figure, middle
from bench.generate import NOW, SEED
from storage.engine import Connection, begin, commit, connect
from storage.store import SqlStore, open_store
from storage.times import micros
from tui_inbox.domain.planner import ANCHORS, FIXED, Rule, RuleKind, anchors_for
from tui_inbox.services.desk import Desk
from tui_inbox.services.planning import AHEAD, PlanResult, plan_by_pages

STAYS = 100_000
ROUNDS = 3
_DESK = Desk("Bench", ZoneInfo("Europe/Paris"))
_NIGHTS = 3


def rules() -> list[Rule]:
    """Twenty: of every kind, at different hours, some spread over minutes."""
    kinds = tuple(RuleKind)
    return [
        Rule(
            number + 1,
            kinds[number % len(kinds)],
            f"Rule {number}",
            "reminder",
            0 if kinds[number % len(kinds)] in FIXED else 1 + number % 5,
            hour(8 + number % 12),
            ("sms", "email"),
            stagger=30 if number % 4 == 0 else 0,
        )
        for number in range(20)
    ]


def figures(folder: Path) -> Iterator[Figure]:
    """The first plan of a large hotel, and the plan of an ordinary minute."""
    first: list[float] = []
    floor: list[float] = []
    still: list[float] = []
    look: list[float] = []
    for turn in range(ROUNDS):
        ours, hand = (_filled(folder / f"planning-{turn}-{name}.db") for name in ("ours", "hand"))
        with open_store(f"sqlite:///{ours}", create=False) as store:
            first.append(_planned(store, new=True))
            still.append(_planned(store, new=False))
            rows = _count(store)
        db = connect(f"sqlite:///{hand}", write=True)
        floor.append(_by_hand(db))
        look.append(_by_hand(db))
        if abs(db.value("SELECT COUNT(*) FROM planned") - rows) > rows // 100:
            raise AssertionError("the floor plans something else")
        db.close()
        for path in (ours, hand):
            for ending in ("", "-wal", "-shm"):
                Path(f"{path}{ending}").unlink(missing_ok=True)
    yield Figure("24 plan of 100,000 stays with 20 rules", middle(first) * 1000, middle(floor) * 1000, "ms", 3)
    yield Figure("24 the same when nothing changed", middle(still) * 1000, middle(look) * 1000, "ms", 3)


def _filled(path: Path) -> Path:
    """A year of stays around today, and the rules."""
    rng = Random(SEED)
    url = f"sqlite:///{path}"
    today = _DESK.today(NOW)
    with open_store(url) as store, store.write() as tx:
        for rule in rules():
            tx.planner.put_rule(rule._replace(id=0))
    db = connect(url, write=True)
    made = micros(NOW - timedelta(days=90))
    rows = []
    for number in range(STAYS):
        arrival = today + timedelta(days=rng.randrange(-30, 335))
        stay = (arrival.isoformat(), (arrival + timedelta(days=_NIGHTS)).isoformat())
        rows.append((number % 5000 + 1, "bench", f"B{number}", *stay, made, made))
    columns = ("guest_id", "source", "external_id", "arrival", "departure", "created_at", "updated_at")
    begin(db, write=True)
    db.insert_many("reservation", columns, rows)
    commit(db)
    db.close()
    return path


def _planned(store: SqlStore, *, new: bool) -> float:
    started = time.perf_counter()
    done = plan_by_pages(store, _DESK, NOW)
    took = time.perf_counter() - started
    if new is (done == PlanResult()):
        raise AssertionError(f"{done} is not what was to be planned")
    return took


def _count(store: SqlStore) -> int:
    with store.read() as tx:
        rows: int = tx.db.value("SELECT COUNT(*) FROM planned")
    return rows


_PASS = (
    "INSERT INTO planned (rule_id, reservation_id, local_date, due_at, state, anchor)"
    " SELECT rule_id, id, day, due, CASE WHEN due < :now THEN 'skipped' ELSE 'planned' END, anchor FROM ("
    " SELECT p.rule_id, s.id, date(s.{of}, p.shift) AS day, s.{of} AS anchor,"
    " unixepoch(date(s.{of}, p.shift) || 'T' || p.at) * 1000000 AS due"
    " FROM pass p JOIN reservation s ON s.{of} >= p.first AND s.{of} <= p.last"
    " WHERE p.of = '{of}' AND s.status IN ('pending', 'confirmed')"
    " AND NOT EXISTS (SELECT 1 FROM planned o WHERE o.rule_id = p.rule_id AND o.reservation_id = s.id)"
    ") WHERE day <= :ahead"
)


def _by_hand(db: Connection) -> float:
    """Every rule against every stay in one statement for each day of a stay, with the database's own calendar."""
    today = _DESK.today(NOW)
    begin(db, write=True)
    db.run("CREATE TEMP TABLE IF NOT EXISTS pass (rule_id, of, first, last, shift, at)")
    db.run("DELETE FROM pass")
    for rule in rules():
        how = ANCHORS[rule.kind]
        first, last = anchors_for(rule, today, today + AHEAD)
        counted = rule.days if how.months else how.sign * (rule.days + how.plus)
        db.run(
            "INSERT INTO pass VALUES (:rule_id, :of, :first, :last, :shift, :at)",
            rule_id=rule.id,
            of=how.of,
            first=first.isoformat(),
            last=last.isoformat(),
            shift=f"{counted:+d} {'months' if how.months else 'days'}",
            at=f"{rule.at:%H:%M}",
        )
    commit(db)
    started = time.perf_counter()
    begin(db, write=True)
    for of in ("arrival", "departure"):
        db.run(_PASS.format(of=of), now=micros(NOW), ahead=(today + AHEAD).isoformat())
    commit(db)
    return time.perf_counter() - started
