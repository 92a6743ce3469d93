"""Who wrote when, as the estimate of a reply score needs it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.engine import Connection
from storage.times import micros, moment

_TALKS = (
    "(SELECT c.id FROM line l JOIN handle h ON h.channel = l.channel AND h.address = l.address"
    " JOIN conversation c ON c.guest_id = h.guest_id"
    " WHERE l.account = :account AND l.channel = :channel AND l.last_in_at >= :since)"
)


class SqlScores:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def said(self, account: str, channel: str, since: datetime) -> Sequence[tuple[int, datetime, bool]]:
        rows = self._db.all(
            f"SELECT m.conversation_id, m.at, m.direction FROM message m WHERE m.conversation_id IN {_TALKS}"
            " AND m.account = :account AND m.channel = :channel AND m.at >= :since AND m.automated = 0"
            " AND (m.direction = 'in' OR (m.direction = 'out' AND m.state IN ('sent', 'delivered', 'read')))"
            " ORDER BY m.conversation_id, m.at, m.id",
            account=account,
            channel=channel,
            since=micros(since),
        )
        return [(row[0], moment(row[1]), row[2] == "out") for row in rows]

    def marks(self, first: datetime, last: datetime, limit: int) -> Sequence[tuple[int, str, datetime]]:
        rows = self._db.all(
            "SELECT c.id, g.name, c.deadline_at FROM conversation c JOIN guest g ON g.id = c.guest_id"
            " WHERE c.deadline_at IS NOT NULL AND c.machine = 0 AND c.deadline_kind = 'reply'"
            " AND c.deadline_at > :first AND c.deadline_at <= :last ORDER BY c.deadline_at, c.id LIMIT :limit",
            first=micros(first),
            last=micros(last),
            limit=limit,
        )
        return [(row[0], row[1], moment(row[2])) for row in rows]

    def waived(self, account: str, channel: str, since: datetime) -> Sequence[tuple[int, datetime]]:
        rows = self._db.all(
            f"SELECT e.conversation_id, e.at FROM event e WHERE e.conversation_id IN {_TALKS}"
            " AND e.code = 'no_reply_needed' AND e.undone_at IS NULL AND e.at >= :since"
            " AND NOT EXISTS (SELECT 1 FROM event r WHERE r.conversation_id = e.conversation_id"
            " AND r.code = 'reply_needed' AND r.undone_at IS NULL AND r.at BETWEEN e.at AND e.at + :day)",
            day=86_400_000_000,
            account=account,
            channel=channel,
            since=micros(since),
        )
        return [(row[0], moment(row[1])) for row in rows]
