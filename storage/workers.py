"""The worker's heartbeat: one row."""

from __future__ import annotations

from datetime import datetime

from storage.engine import Connection
from storage.times import micros, moment
from tui_inbox.rows import WorkerRow

_NAME = "worker"


class SqlWorkers:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def get(self) -> WorkerRow | None:
        sql = "SELECT boot, pid, started_at, beat_at, stopped_at FROM worker WHERE name = :name"
        row = self._db.one(sql, name=_NAME)
        return WorkerRow(row[0], row[1], moment(row[2]), moment(row[3]), moment(row[4])) if row else None

    def beat(self, boot: str, pid: int, started_at: datetime, at: datetime) -> None:
        times = {"started_at": micros(started_at), "beat_at": micros(at), "stopped_at": None}
        self._db.upsert("worker", ("name",), name=_NAME, boot=boot, pid=pid, **times)

    def stopped(self, boot: str, at: datetime) -> None:
        """Only by the worker whose boot it is: a successor's row stays."""
        self._db.update("worker", {"name": _NAME, "boot": boot}, stopped_at=micros(at))
