"""Unread by fan-out: a row per operator and conversation exists while something is unread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from storage.engine import Connection
from storage.times import micros
from tui_inbox.domain.conversation import Conversation

_BUMP = (
    "INSERT INTO unread (operator, conversation_id, count, since_at, state, last_at)"
    " VALUES (:operator, :id, :count, :at, :state, :last_at)"
    # A row that is there follows its conversation by ``conversations.put``: its indexes need no second change.
    " ON CONFLICT (operator, conversation_id) DO UPDATE SET count = unread.count + excluded.count"
)


class SqlUnread:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def bump(self, conversation: Conversation, operators: Iterable[str], at: datetime, count: int = 1) -> None:
        self.bump_all([(conversation, at, count)], tuple(operators))

    def bump_all(self, marks: Sequence[tuple[Conversation, datetime, int]], operators: Sequence[str]) -> None:
        rows: list[dict[str, object]] = []
        for conversation, at, count in marks:
            fixed = {
                "id": conversation.id,
                "count": count,
                "at": micros(at),
                "state": conversation.state.value,
                "last_at": micros(conversation.last_at or at),
            }
            rows += [{**fixed, "operator": operator} for operator in operators]
        if rows:
            self._db.many(_BUMP, rows)

    def clear(self, conversation_id: int, operator: str) -> bool:
        return (
            self._db.run(
                "DELETE FROM unread WHERE conversation_id = :id AND operator = :operator",
                id=conversation_id,
                operator=operator,
            )
            > 0
        )

    def clear_all(self, conversation_id: int) -> list[tuple[str, int]]:
        rows = self._db.all(
            "DELETE FROM unread WHERE conversation_id = :id RETURNING operator, count", id=conversation_id
        )
        return sorted((operator, count) for operator, count in rows)

    def set(self, conversation: Conversation, operator: str, count: int, at: datetime) -> None:
        if count <= 0:
            self.clear(conversation.id, operator)
            return
        self._db.upsert(
            "unread",
            ("operator", "conversation_id"),
            operator=operator,
            conversation_id=conversation.id,
            count=count,
            since_at=micros(at),
            state=conversation.state,
            last_at=micros(conversation.last_at or at),
        )
