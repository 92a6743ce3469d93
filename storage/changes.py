"""The change table: append-only notes that wake the sessions showing something; never a queue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.engine import Connection, lock_changes
from storage.times import micros
from tui_inbox.rows import Change


def append(db: Connection, changed: Iterable[tuple[str, int]], at: datetime) -> None:
    """The last statement of a write transaction: sequence numbers then appear in the order of the commits."""
    rows = [{"kind": kind, "ref": ref, "at": micros(at)} for kind, ref in changed]
    if rows:
        lock_changes(db)
        db.many('INSERT INTO "change" (kind, ref, at) VALUES (:kind, :ref, :at)', rows)


class SqlChanges:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def since(self, seq: int, limit: int) -> list[Change]:
        rows = self._db.all(
            'SELECT seq, kind, ref FROM "change" WHERE seq > :seq ORDER BY seq LIMIT :limit', seq=seq, limit=limit
        )
        return [Change(*row) for row in rows]

    def latest(self) -> int:
        return self._db.value('SELECT COALESCE(MAX(seq), 0) FROM "change"') or 0

    def oldest(self) -> int:
        return self._db.value('SELECT COALESCE(MIN(seq), 0) FROM "change"') or 0

    def prune(self, before: datetime) -> int:
        """Keeps the newest line, so that ``latest`` never runs backwards."""
        return self._db.run(
            'DELETE FROM "change" WHERE at < :before AND seq < (SELECT MAX(seq) FROM "change")', before=micros(before)
        )
