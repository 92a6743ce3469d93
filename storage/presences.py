"""Presences: who looks at or answers what, until their row expires."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.engine import Connection
from storage.times import micros
from tui_inbox.rows import Presence


class SqlPresences:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def put(self, conversation_id: int, operator: str, doing: str, until: datetime) -> None:
        keys = ("conversation_id", "operator")
        values = {"conversation_id": conversation_id, "operator": operator, "doing": doing, "until": micros(until)}
        self._db.upsert("presence", keys, **values)

    def leave(self, operator: str) -> None:
        self._db.run("DELETE FROM presence WHERE operator = :operator", operator=operator)

    def of(self, conversation_id: int, now: datetime, but: str) -> Sequence[Presence]:
        rows = self._db.all(
            "SELECT operator, doing FROM presence WHERE conversation_id = :conversation_id AND until > :now"
            " AND operator <> :but ORDER BY operator",
            conversation_id=conversation_id,
            now=micros(now),
            but=but,
        )
        return [Presence(*row) for row in rows]
