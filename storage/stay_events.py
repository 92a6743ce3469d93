"""What happened to stays, once for each revision, until their messages are made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.engine import Connection
from storage.records import Record
from storage.times import micros
from tui_inbox.domain.booking import StayEvent

_EVENT = Record(StayEvent)
_SELECT = f"SELECT {_EVENT.select} FROM stay_event "


class SqlStayEvents:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def _all(self, where: str, **params: object) -> Sequence[StayEvent]:
        return [_EVENT.read(row) for row in self._db.all(_SELECT + where, **params)]

    def add(self, event: StayEvent) -> StayEvent | None:
        new = self._db.insert_or_ignore("stay_event", **_EVENT.values(event))
        return None if new is None else event._replace(id=new)

    def waiting(self, limit: int) -> Sequence[StayEvent]:
        return self._all(f"WHERE handled_at IS NULL ORDER BY id LIMIT :limit{self._db.for_update}", limit=limit)

    def due(self, now: datetime, limit: int) -> Sequence[StayEvent]:
        where = "WHERE handled_at IS NULL AND (due_at IS NULL OR due_at <= :now)"
        return self._all(f"{where} ORDER BY id LIMIT :limit{self._db.skip_locked}", now=micros(now), limit=limit)

    def load(self, event_id: int) -> StayEvent | None:
        return next(iter(self._all("WHERE id = :id" + self._db.for_update, id=event_id)), None)

    def latest(self, since: datetime, limit: int) -> Sequence[StayEvent]:
        where = "WHERE handled_at IS NULL OR at >= :since ORDER BY id DESC LIMIT :limit"
        return self._all(where, since=micros(since), limit=limit)

    def handled(self, event_id: int, at: datetime, outcome: str = "") -> None:
        self._db.update("stay_event", {"id": event_id}, handled_at=micros(at), outcome=outcome)

    def put(self, event: StayEvent) -> None:
        self._db.update("stay_event", {"id": event.id}, **_EVENT.values(event))

    def of_reservation(self, reservation_id: int) -> Sequence[StayEvent]:
        return self._all("WHERE reservation_id = :id ORDER BY id", id=reservation_id)
