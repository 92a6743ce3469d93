"""Operators who logged in, and their preferences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.engine import Connection
from storage.times import micros, moment


class SqlOperators:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def all(self) -> Sequence[tuple[str, str]]:
        return [(row[0], row[1]) for row in self._db.all("SELECT code, name FROM operator ORDER BY code")]

    def seen(self, code: str, name: str, at: datetime) -> bool:
        when = micros(at)
        if self._db.update("operator", {"code": code}, name=name, seen_at=when):
            return False
        self._db.upsert("operator", ("code",), code=code, name=name, first_seen_at=when, seen_at=when)
        return True

    def last_seen(self) -> datetime | None:
        at: int | None = self._db.value("SELECT max(seen_at) FROM operator")
        return moment(at)

    def preference(self, operator: str, key: str) -> str:
        sql = "SELECT value FROM preference WHERE operator = :operator AND name = :name"
        return self._db.value(sql, operator=operator, name=key) or ""

    def set_preference(self, operator: str, key: str, value: str) -> None:
        self._db.upsert("preference", ("operator", "name"), operator=operator, name=key, value=value)
