"""Conversations: one row per guest and property (or per thread of an agency)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from storage.engine import Connection, in_list
from storage.times import micros, moment
from tui_inbox.domain.conversation import Conversation, DeadlineKind, State
from tui_inbox.domain.errors import NotFound

_COLUMNS = (
    "id, guest_id, property, thread_key, state, state_at, state_by, wake_at, kept_wake_at, snooze_reason, automation,"
    " unanswered, unanswered_since, no_reply_needed, machine, last_at, last_message_id, preview, preview_by,"
    " last_channel, last_account, last_address, last_in_at, outcome, deadline_at, deadline_kind, assignee, ambiguous,"
    " spam_rule, history_from, created_at"
)
_NAMES = tuple(_COLUMNS.split(", "))
_TIMES = frozenset(
    {
        "state_at",
        "wake_at",
        "kept_wake_at",
        "unanswered_since",
        "last_at",
        "last_in_at",
        "deadline_at",
        "history_from",
        "created_at",
    }
)
_FLAGS = frozenset({"automation", "unanswered", "no_reply_needed", "machine", "ambiguous"})
_COPIED = ("state", "last_at")
"""Columns that the unread fan-out repeats."""


_TIME_POSITIONS = tuple(_NAMES.index(name) for name in _NAMES if name in _TIMES)
_FLAG_POSITIONS = tuple(_NAMES.index(name) for name in _NAMES if name in _FLAGS)
_STATE, _KIND = _NAMES.index("state"), _NAMES.index("deadline_kind")
_STATES = {state.value: state for state in State}
_KINDS = {kind.value: kind for kind in DeadlineKind}
_VALUES = attrgetter(*_NAMES[1:])


def _entity(row: Sequence[Any]) -> Conversation:
    values = list(row)
    for position in _TIME_POSITIONS:
        if values[position] is not None:
            values[position] = moment(values[position])
    for position in _FLAG_POSITIONS:
        values[position] = values[position] == 1
    values[_STATE] = _STATES[values[_STATE]]
    values[_KIND] = _KINDS[values[_KIND]]
    return Conversation(*values)


def _stored(conversation: Conversation) -> dict[str, Any]:
    values = dict(zip(_NAMES[1:], _VALUES(conversation), strict=True))
    for name in _TIMES:
        if values[name] is not None:
            values[name] = micros(values[name])
    for name in _FLAGS:
        values[name] = int(values[name])
    values["state"] = conversation.state.value
    values["deadline_kind"] = conversation.deadline_kind.value
    return values


class SqlConversations:
    def __init__(self, db: Connection) -> None:
        self._db = db
        self._known: dict[int, dict[str, Any]] = {}
        """Rows loaded or written in this transaction, so that ``put`` writes only what differs."""

    def get(self, conversation_id: int) -> Conversation | None:
        row = self._db.one(f"SELECT {_COLUMNS} FROM conversation WHERE id = :id", id=conversation_id)
        return None if row is None else _entity(row)

    def load(self, conversation_id: int) -> Conversation:
        sql = f"SELECT {_COLUMNS} FROM conversation WHERE id = :id{self._db.for_update}"
        row = self._db.one(sql, id=conversation_id)
        if row is None:
            raise NotFound(f"conversation {conversation_id}")
        self._known[conversation_id] = dict(zip(_NAMES[1:], row[1:], strict=True))
        return _entity(row)

    def of_guest(
        self, guest_id: int, property_: str, thread_key: str = "", *, for_change: bool = False
    ) -> Conversation | None:
        row = self._db.one(
            f"SELECT {_COLUMNS} FROM conversation"
            " WHERE guest_id = :guest AND property = :property AND thread_key = :thread"
            + (self._db.for_update if for_change else ""),
            guest=guest_id,
            property=property_,
            thread=thread_key,
        )
        if row is not None and for_change:
            self._known[row[0]] = dict(zip(_NAMES[1:], row[1:], strict=True))
        return None if row is None else _entity(row)

    def of_guests(self, guest_ids: Sequence[int], property_: str) -> dict[int, Conversation]:
        if not guest_ids:
            return {}
        marks, params = in_list("guest", guest_ids)
        rows = self._db.all(
            f"SELECT {_COLUMNS} FROM conversation WHERE guest_id IN ({marks}) AND property = :property"
            f" AND thread_key = '' ORDER BY guest_id{self._db.for_update}",
            property=property_,
            **params,
        )
        for row in rows:
            self._known[row[0]] = dict(zip(_NAMES[1:], row[1:], strict=True))
        return {row[1]: _entity(row) for row in rows}

    def all_of_guest(self, guest_id: int) -> list[Conversation]:
        rows = self._db.all(
            f"SELECT {_COLUMNS} FROM conversation WHERE guest_id = :guest ORDER BY last_at DESC, id DESC LIMIT 500",
            guest=guest_id,
        )
        return [_entity(row) for row in rows]

    def add(self, conversation: Conversation) -> Conversation:
        conversation = conversation._replace(last_at=conversation.last_at or conversation.created_at)
        values = _stored(conversation)
        conversation = conversation._replace(id=self._db.insert("conversation", **values))
        self._known[conversation.id] = values
        return conversation

    def put(self, conversation: Conversation) -> None:
        values = _stored(conversation)
        known = self._known.get(conversation.id)
        changed = values if known is None else {name: new for name, new in values.items() if new != known[name]}
        if not changed:
            return
        if not self._db.update("conversation", {"id": conversation.id}, **changed):
            raise NotFound(f"conversation {conversation.id}")
        self._known[conversation.id] = values
        if any(name in changed for name in _COPIED):
            self._db.run(
                "UPDATE unread SET state = :state, last_at = :last_at WHERE conversation_id = :id",
                id=conversation.id,
                state=values["state"],
                last_at=values["last_at"],
            )

    def remove(self, conversation_id: int) -> None:
        self._known.pop(conversation_id, None)
        self._db.run("DELETE FROM unread WHERE conversation_id = :id", id=conversation_id)
        self._db.run("DELETE FROM conversation WHERE id = :id", id=conversation_id)

    def restore(self, conversation: Conversation) -> None:
        values = _stored(conversation)
        self._db.insert("conversation", id=conversation.id, **values)
        self._known[conversation.id] = values

    def due_to_wake(self, now: datetime, limit: int) -> list[int]:
        rows = self._db.all(
            "SELECT id FROM conversation WHERE state = 'pending' AND wake_at <= :now ORDER BY wake_at LIMIT :limit",
            now=micros(now),
            limit=limit,
        )
        return [row[0] for row in rows]
