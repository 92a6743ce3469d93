"""Jobs: what the screens asked the worker to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storage.engine import Connection
from storage.records import packed, params_of
from storage.times import micros
from tui_inbox.ports.store import Job

_SELECT = "SELECT id, kind, account, params, state, result, created_by FROM job "


def _row(row: tuple[Any, ...]) -> Job:
    return Job(row[0], row[1], row[2], params_of(row[3]), row[4], params_of(row[5]), row[6])


class SqlJobs:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, kind: str, account: str, params: Mapping[str, str | int], by: str, at: datetime) -> int:
        values = {"kind": kind, "account": account, "params": packed(dict(params))}
        return self._db.insert("job", created_by=by, created_at=micros(at), **values)

    def queued(self, limit: int) -> Sequence[Job]:
        rows = self._db.all(_SELECT + "WHERE state = 'queued' ORDER BY id LIMIT :limit", limit=limit)
        return [_row(row) for row in rows]

    def finish(self, job_id: int, ok: bool, result: Mapping[str, str | int], at: datetime) -> None:
        state = "done" if ok else "failed"
        self._db.update("job", {"id": job_id}, state=state, result=packed(dict(result)), done_at=micros(at))

    def get(self, job_id: int) -> Job | None:
        row = self._db.one(_SELECT + "WHERE id = :id", id=job_id)
        return _row(row) if row else None
