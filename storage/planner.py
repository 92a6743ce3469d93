"""Planner: rules, and what each plans for each reservation, once per local day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.engine import Connection, in_list
from storage.records import Record
from storage.times import micros
from tui_inbox.domain.planner import Planned, PlannedState, Rule

_RULE = Record(Rule)
_PLANNED = Record(Planned)
_SELECT = f"SELECT {_PLANNED.select} FROM planned "


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
        where = "WHERE rule_id = :rule_id AND reservation_id = :reservation_id ORDER BY local_date"
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
        where = f"WHERE state IN ({marks}) AND due_at <= :until ORDER BY due_at, id LIMIT :limit"
        return self._all(where, until=micros(until), limit=limit, **params)

    def of_reservation(self, reservation_id: int) -> Sequence[Planned]:
        return self._all("WHERE reservation_id = :id ORDER BY due_at, id", id=reservation_id)
