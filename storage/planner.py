"""Planner: rules, and what each plans for each reservation, once per local day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from storage.engine import Connection, in_list
from storage.records import Record
from storage.reservations import LIVE
from storage.times import micros, moment
from tui_inbox.domain.planner import Planned, PlannedState, Rule, StayDay

_RULE = Record(Rule)
_PLANNED = Record(Planned)
_SELECT = f"SELECT {_PLANNED.select} FROM planned "
_OF = {"arrival": "s.arrival", "departure": "s.departure"}
"""Columns of the days from which rules count."""
_WAITS = "('planned', 'held')"
_NEW = (
    "INSERT INTO planned (rule_id, reservation_id, local_date, due_at, state, reason, anchor) VALUES (:rule_id,"
    " :reservation_id, :local_date, :due_at, :state, :reason, :anchor) ON CONFLICT DO NOTHING"
)


class SqlPlanner:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def _all(self, where: str, **params: object) -> Sequence[Planned]:
        return [_PLANNED.read(row) for row in self._db.all(_SELECT + where, **params)]

    def rules(self) -> Sequence[Rule]:
        return [_RULE.read(row) for row in self._db.all(f"SELECT {_RULE.select} FROM rule ORDER BY id")]

    def put_rule(self, rule: Rule) -> Rule:
        if not rule.id:
            return rule._replace(id=self._db.insert("rule", **_RULE.values(rule)))
        self._db.update("rule", {"id": rule.id}, **_RULE.values(rule))
        return rule

    def planned(self, rule_id: int, reservation_id: int) -> Sequence[Planned]:
        # Locked by a writer: the row is put back, and another may hold or send it at this moment.
        where = (
            f"WHERE rule_id = :rule_id AND reservation_id = :reservation_id ORDER BY local_date{self._db.for_update}"
        )
        return self._all(where, rule_id=rule_id, reservation_id=reservation_id)

    def add(self, planned: Planned) -> Planned | None:
        new = self._db.insert_or_ignore("planned", **_PLANNED.values(planned))
        return None if new is None else planned._replace(id=new)

    def put(self, planned: Planned) -> None:
        self._db.update("planned", {"id": planned.id}, **_PLANNED.values(planned))

    def due(self, now: datetime, limit: int) -> Sequence[Planned]:
        return self.in_state([PlannedState.PLANNED], now, limit)

    def in_state(self, states: Sequence[PlannedState], until: datetime, limit: int) -> Sequence[Planned]:
        marks, params = in_list("state", [state.value for state in states])
        where = f"WHERE state IN ({marks}) AND due_at <= :until ORDER BY due_at, id LIMIT :limit{self._db.for_update}"
        return self._all(where, until=micros(until), limit=limit, **params)

    def of_reservation(self, reservation_id: int) -> Sequence[Planned]:
        return self._all("WHERE reservation_id = :id ORDER BY due_at, id", id=reservation_id)

    def unplanned(self, rule_id: int, of: str, first: date, last: date) -> Sequence[StayDay]:
        day = _OF[of]
        rows = self._db.all(
            f"SELECT s.id, {day}, s.property, s.created_at, s.group_id, s.source FROM reservation s"
            f" WHERE {day} >= :first AND {day} <= :last AND s.status IN {LIVE} AND s.low_confidence = 0"
            " AND NOT EXISTS (SELECT 1 FROM planned p WHERE p.rule_id = :rule_id AND p.reservation_id = s.id"
            f" AND (p.anchor = {day} OR p.state IN {_WAITS}))",
            rule_id=rule_id,
            first=first.isoformat(),
            last=last.isoformat(),
        )
        return [StayDay(row[0], date.fromisoformat(row[1]), row[2], moment(row[3]), row[4], row[5]) for row in rows]

    def strayed(self, rule_id: int, of: str, since: datetime) -> Sequence[Planned]:
        return [
            _PLANNED.read(row)
            for row in self._db.all(
                f"SELECT {_PLANNED.columns('p')} FROM planned p LEFT JOIN reservation s ON s.id = p.reservation_id"
                f" WHERE p.state IN {_WAITS} AND p.rule_id = :rule_id AND (s.id IS NULL OR s.status NOT IN {LIVE}"
                f" OR s.low_confidence <> 0 OR p.anchor IS NULL OR p.anchor <> {_OF[of]} OR s.updated_at >= :since)",
                rule_id=rule_id,
                since=micros(since),
            )
        ]

    def revived(self, rule_id: int, of: str, since: datetime) -> Sequence[Planned]:
        return [
            _PLANNED.read(row)
            for row in self._db.all(
                f"SELECT {_PLANNED.columns('p')} FROM planned p JOIN reservation s ON s.id = p.reservation_id"
                f" WHERE p.state = 'withdrawn' AND p.due_at >= :since AND p.rule_id = :rule_id"
                f" AND s.status IN {LIVE} AND s.low_confidence = 0 AND p.anchor = {_OF[of]}"
                " AND NOT EXISTS (SELECT 1 FROM planned o WHERE o.rule_id = p.rule_id"
                f" AND o.reservation_id = p.reservation_id AND o.state IN {_WAITS})",
                rule_id=rule_id,
                since=micros(since),
            )
        ]

    def waiting(self, rule_id: int) -> Sequence[Planned]:
        return self._all(f"WHERE state IN {_WAITS} AND rule_id = :rule_id", rule_id=rule_id)

    def add_all(self, rows: Sequence[Planned]) -> None:
        self._db.many(
            _NEW,
            [
                {
                    "rule_id": row.rule_id,
                    "reservation_id": row.reservation_id,
                    "local_date": row.local_date.isoformat(),
                    "due_at": micros(row.due_at),
                    "state": row.state.value,
                    "reason": row.reason,
                    "anchor": row.anchor.isoformat() if row.anchor else None,
                }
                for row in rows
            ],
        )

    def move(self, before: Planned, after: Planned) -> bool:
        where = {"id": before.id, "state": before.state.value, "due_at": micros(before.due_at)}
        return self._db.update("planned", where, **_PLANNED.values(after)) > 0
