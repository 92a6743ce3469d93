"""Requests: what guests asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from storage.engine import Connection
from storage.records import converted
from storage.times import micros, moment
from tui_inbox.rows import RequestRow

_SELECT = 'SELECT id, kind, title, status, due_at, "by", conversation_id FROM request '


def _row(row: tuple[Any, ...]) -> RequestRow:
    return RequestRow(*converted(row, {4: moment}))


class SqlRequests:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def get(self, request_id: int) -> RequestRow | None:
        row = self._db.one(_SELECT + "WHERE id = :id", id=request_id)
        return _row(row) if row else None

    def add(self, request: RequestRow, *, guest_id: int, reservation_id: int | None, at: datetime) -> RequestRow:
        new = self._db.insert(
            "request",
            conversation_id=request.conversation_id,
            guest_id=guest_id,
            reservation_id=reservation_id,
            kind=request.kind,
            title=request.title,
            status=request.status,
            due_at=micros(request.due_at),
            by=request.by,
            created_at=micros(at),
            updated_at=micros(at),
        )
        return msgspec.structs.replace(request, id=new)

    def set_status(self, request_id: int, status: str, at: datetime) -> None:
        self._db.update("request", {"id": request_id}, status=status, updated_at=micros(at))

    def of_guest(self, guest_id: int) -> Sequence[RequestRow]:
        """Open ones first, then the newest."""
        where = "WHERE guest_id = :guest_id ORDER BY CASE status WHEN 'open' THEN 0 ELSE 1 END, id DESC"
        return [_row(row) for row in self._db.all(_SELECT + where, guest_id=guest_id)]

    def reassign(self, request_id: int, guest_id: int, conversation_id: int | None) -> None:
        self._db.update("request", {"id": request_id}, guest_id=guest_id, conversation_id=conversation_id)
