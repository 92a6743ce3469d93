"""Visitors of the web chat, and the part of a thread that each may read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.engine import Connection
from storage.times import micros, moment
from tui_inbox.domain.visitor import ChatLine, Visitor

_COLUMNS = "id, account, key_hash, address, name, email, opened_at, wrote_at, seen_at"


def _row(row: Sequence[Any]) -> Visitor:
    return Visitor(*row[:6], *(moment(at) for at in row[6:]))


class SqlVisitors:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def by_key(self, account: str, key_hash: str) -> Visitor | None:
        row = self._db.one(
            f"SELECT {_COLUMNS} FROM visitor WHERE account = :account AND key_hash = :key_hash",
            account=account,
            key_hash=key_hash,
        )
        return _row(row) if row else None

    def add(self, visitor: Visitor) -> Visitor:
        number = self._db.insert(
            "visitor",
            account=visitor.account,
            key_hash=visitor.key_hash,
            address=visitor.address,
            name=visitor.name,
            email=visitor.email,
            opened_at=micros(visitor.opened_at),
            wrote_at=micros(visitor.wrote_at),
            seen_at=micros(visitor.seen_at),
        )
        return visitor._replace(id=number)

    def wrote(self, visitor_id: int, at: datetime) -> None:
        self._db.update("visitor", {"id": visitor_id}, wrote_at=micros(at))

    def saw(self, visitor_id: int, at: datetime) -> None:
        self._db.update("visitor", {"id": visitor_id}, seen_at=micros(at))

    def thread(self, account: str, channel: str, address: str, limit: int) -> list[ChatLine]:
        rows = self._db.all(
            "SELECT m.id, m.external_id, m.at, m.text, m.direction, m.state FROM message m WHERE m.conversation_id IN"
            " (SELECT c.id FROM conversation c JOIN handle h ON h.guest_id = c.guest_id WHERE h.address = :address"
            " AND h.channel = :channel) AND m.account = :account AND m.channel = :channel AND m.address = :address"
            " AND m.kind = 'chat' AND (m.direction = 'in' OR (m.direction = 'out'"
            " AND m.state IN ('sent', 'delivered', 'read'))) ORDER BY m.at DESC, m.id DESC LIMIT :limit",
            account=account,
            channel=channel,
            address=address,
            limit=limit,
        )
        return [ChatLine(row[0], row[1], moment(row[2]), row[3], row[4] == "out", row[5]) for row in rows[::-1]]

    def prune(self, before: datetime, limit: int) -> int:
        return self._db.run(
            "DELETE FROM visitor WHERE id IN (SELECT id FROM visitor WHERE wrote_at IS NULL AND opened_at < :before"
            " ORDER BY opened_at LIMIT :limit)",
            before=micros(before),
            limit=limit,
        )
