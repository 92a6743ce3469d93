"""Drafts: the journal of what is being typed, per conversation and operator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storage.engine import Connection
from storage.records import converted, packed, strings_of
from storage.times import micros, moment
from tui_inbox.rows import DraftRow

_SELECT = (
    "SELECT conversation_id, operator, text, cursor, account, channel, mode, attachments, updated_at,"
    " way, target FROM draft "
)


def _row(row: tuple[Any, ...]) -> DraftRow:
    return DraftRow(*converted(row, {7: strings_of, 8: moment}))


class SqlDrafts:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def get(self, conversation_id: int, operator: str) -> DraftRow | None:
        where = "WHERE conversation_id = :conversation_id AND operator = :operator"
        row = self._db.one(_SELECT + where, conversation_id=conversation_id, operator=operator)
        return _row(row) if row else None

    def of_others(self, conversation_id: int, operator: str) -> Sequence[DraftRow]:
        where = "WHERE conversation_id = :conversation_id AND operator <> :operator ORDER BY updated_at DESC, operator"
        rows = self._db.all(_SELECT + where, conversation_id=conversation_id, operator=operator)
        return [_row(row) for row in rows]

    def put(self, draft: DraftRow) -> None:
        self._db.upsert(
            "draft",
            ("conversation_id", "operator"),
            conversation_id=draft.conversation_id,
            operator=draft.operator,
            text=draft.text,
            cursor=draft.cursor,
            account=draft.account,
            channel=draft.channel,
            mode=draft.mode,
            attachments=packed(draft.attachments),
            updated_at=micros(draft.updated_at),
            way=draft.way,
            target=draft.target,
        )

    def remove(self, conversation_id: int, operator: str) -> None:
        self._db.run(
            "DELETE FROM draft WHERE conversation_id = :conversation_id AND operator = :operator",
            conversation_id=conversation_id,
            operator=operator,
        )

    def latest(self, operator: str) -> DraftRow | None:
        where = "WHERE operator = :operator ORDER BY updated_at DESC LIMIT 1"
        row = self._db.one(_SELECT + where, operator=operator)
        return _row(row) if row else None
