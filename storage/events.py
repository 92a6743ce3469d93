"""Events: what happened, who did it, and what can still be undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.engine import Connection
from storage.records import Record, params_of
from storage.times import micros, moment
from tui_inbox.domain.event import Code, Event
from tui_inbox.rows import EventRow

_EVENT = Record(Event)
_ROW = "SELECT id, at, code, actor, params, undone_at FROM event "


def _row(row: tuple[Any, ...]) -> EventRow:
    return EventRow(row[0], moment(row[1]), Code(row[2]), row[3], params_of(row[4]), row[5] is not None)


class SqlEvents:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, event: Event) -> Event:
        return event._replace(id=self._db.insert("event", **_EVENT.values(event)))

    def last_undoable(self, operator: str) -> Event | None:
        row = self._db.one(
            f"SELECT {_EVENT.select} FROM event"
            " WHERE actor = :operator AND undo <> '' AND undone_at IS NULL ORDER BY id DESC LIMIT 1"
            + self._db.for_update,
            operator=operator,
        )
        return _EVENT.read(row) if row else None

    def undone(self, event_id: int, at: datetime) -> None:
        self._db.update("event", {"id": event_id}, undone_at=micros(at))

    def between(self, conversation_id: int, first: datetime, last: datetime | None) -> Sequence[EventRow]:
        upper = "" if last is None else " AND at <= :last"
        params = {} if last is None else {"last": micros(last)}
        rows = self._db.all(
            _ROW + f"WHERE conversation_id = :id AND at > :first{upper} ORDER BY at, id",
            id=conversation_id,
            first=micros(first),
            **params,
        )
        return [_row(row) for row in rows]

    def activity(self, conversation_id: int, guest_id: int, limit: int) -> Sequence[EventRow]:
        where = (
            "WHERE conversation_id = :conversation_id OR guest_id = :guest_id ORDER BY at DESC, id DESC LIMIT :limit"
        )
        rows = self._db.all(_ROW + where, conversation_id=conversation_id, guest_id=guest_id, limit=limit)
        return [_row(row) for row in rows]
