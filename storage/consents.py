"""Consents: what a guest allowed, by topic and medium."""

from __future__ import annotations

from collections.abc import Sequence

from storage.engine import Connection
from storage.times import micros, moment
from tui_inbox.rows import ConsentRow


class SqlConsents:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def of_guest(self, guest_id: int) -> Sequence[ConsentRow]:
        rows = self._db.all(
            'SELECT topic, medium, allowed, at, "by", source FROM consent WHERE guest_id = :guest_id'
            " ORDER BY topic, medium",
            guest_id=guest_id,
        )
        return [ConsentRow(row[0], row[1], bool(row[2]), moment(row[3]), row[4], row[5]) for row in rows]

    def refused(self, guest_id: int, medium: str) -> frozenset[str]:
        sql = "SELECT topic FROM consent WHERE guest_id = :guest_id AND medium = :medium AND allowed = 0"
        return frozenset(row[0] for row in self._db.all(sql, guest_id=guest_id, medium=medium))

    def put(self, guest_id: int, consent: ConsentRow) -> None:
        self._db.upsert(
            "consent",
            ("guest_id", "topic", "medium"),
            guest_id=guest_id,
            topic=consent.topic,
            medium=consent.medium,
            allowed=int(consent.allowed),
            at=micros(consent.at),
            by=consent.by,
            source=consent.source,
        )
