"""The outbox as screens read it: joined with message, conversation and guest, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from storage.engine import Connection, in_list
from storage.records import Convert, converted, params_of
from storage.times import micros, moment
from tui_inbox.domain.message import MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.rows import Key, OutboxRow

_SELECT = (
    "SELECT o.id, o.message_id, o.conversation_id, c.guest_id, g.name, o.address, o.account, o.channel, o.text,"
    " o.state, o.reason, o.reason_params, o.vendor_text, o.not_before, o.created_at, o.updated_at, o.created_by,"
    " m.origin, m.message_class, m.template, o.tries, o.scheduled"
    " FROM outbox o JOIN message m ON m.id = o.message_id JOIN conversation c ON c.id = o.conversation_id"
    " JOIN guest g ON g.id = c.guest_id "
)
_NEWEST = " ORDER BY o.created_at DESC, o.id DESC LIMIT :limit"

SENT_STATES = ("inflight", "accepted", "delivered", "read", "failed", "unknown", "needs_operator")
"""Everything that left, may have left, or should have: not what waits, was called off or ran out of time."""

_BILLED = (
    "queued", "claimed", "inflight", "retry_wait", "accepted", "delivered", "read", "unknown", "needs_operator",
)  # fmt: skip
"""What was or will be billed, as far as anybody knows."""
_LEFT = ("inflight", "accepted", "delivered", "read", "unknown", "needs_operator")
"""What the vendor has by now, as far as anybody knows."""

_CONVERTS: dict[int, Convert] = {
    9: OutboxState,
    11: params_of,
    13: moment,
    14: moment,
    15: moment,
    17: Origin,
    18: MessageClass,
    21: bool,
}


class SqlOutboxRows:
    def __init__(self, db: Connection) -> None:
        self._connection = db

    def _page(
        self, conditions: Sequence[str], params: dict[str, object], after: Key | None, limit: int
    ) -> list[OutboxRow]:
        where = list(conditions)
        if after is not None:
            where.append("(o.created_at < :key OR (o.created_at = :key AND o.id < :key_id))")
            where.append("o.created_at <= :key")
            params = {**params, "key": after.value, "key_id": after.id}
        sql = f"{_SELECT}WHERE {' AND '.join(where)}{_NEWEST}"
        return [OutboxRow(*converted(row, _CONVERTS)) for row in self._connection.all(sql, limit=limit, **params)]

    def screen(self, states: Sequence[OutboxState], after: Key | None, limit: int) -> Sequence[OutboxRow]:
        marks, params = in_list("state", [state.value for state in states])
        return self._page([f"o.state IN ({marks})"], params, after, limit)

    def sent(
        self,
        after: Key | None,
        limit: int,
        *,
        category: str = "",
        template: str = "",
        channel: str = "",
        author: str = "",
        guest_id: int | None = None,
    ) -> Sequence[OutboxRow]:
        """By creation time; the joined empty text keeps the planner off the index of state, which holds all history."""
        marks, params = in_list("state", SENT_STATES)
        where = [f"(o.state || '') IN ({marks})"]
        wanted = {
            "(m.origin = :category OR m.message_class = :category)": ("category", category),
            "m.template = :template": ("template", template),
            "o.channel = :channel": ("channel", channel),
            "o.created_by = :author": ("author", author),
            "c.guest_id = :guest_id": ("guest_id", guest_id),
        }
        for condition, (name, value) in wanted.items():
            if value:
                where.append(condition)
                params[name] = value
        return self._page(where, params, after, limit)

    def segments_since(self, account: str, channels: Sequence[str], since: datetime) -> int:
        """By creation time, which a planned row gets when it begins."""
        marks, params = in_list("channel", channels)
        states, more = in_list("state", _BILLED)
        count: int = self._connection.value(
            "SELECT COALESCE(SUM(m.segments), 0) FROM outbox o JOIN message m ON m.id = o.message_id"
            f" WHERE o.created_at >= :since AND (o.account || '') = :account AND o.channel IN ({marks})"
            f" AND ((o.state || '') IN ({states}) OR (o.state = 'failed' AND o.provider_id <> '')"
            # What a person sent and may still take back: the next one is asked before, not after.
            " OR (o.state = 'held' AND o.created_by <> '' AND o.scheduled = 0 AND o.reason = ''))",
            since=micros(since),
            account=account,
            **params,
            **more,
        )
        return int(count)

    def segments_left(self, account: str, channels: Sequence[str], since: datetime, until: datetime) -> int:
        """By the newest attempt; a row that has none was written when it left."""
        marks, params = in_list("channel", channels)
        states, more = in_list("state", _LEFT)
        count: int = self._connection.value(
            "SELECT COALESCE(SUM(m.segments), 0) FROM outbox o JOIN message m ON m.id = o.message_id"
            f" WHERE (o.account || '') = :account AND o.channel IN ({marks})"
            f" AND ((o.state || '') IN ({states}) OR (o.state = 'failed' AND o.provider_id <> ''))"
            " AND COALESCE((SELECT MAX(a.started_at) FROM attempt a WHERE a.outbox_id = o.id), o.created_at)"
            " BETWEEN :since AND :until",
            since=micros(since),
            until=micros(until),
            account=account,
            **params,
            **more,
        )
        return int(count)

    def tags_used(self, account: str, since: datetime) -> Mapping[str, int]:
        rows = self._connection.all(
            "SELECT CASE WHEN o.tag <> '' THEN o.tag ELSE o.zone END AS used, COUNT(*) FROM outbox o"
            " WHERE o.created_at >= :since AND o.account = :account AND (o.tag <> '' OR o.zone = 'human')"
            " AND (o.state || '') IN ('accepted', 'delivered', 'read') GROUP BY used",
            account=account,
            since=micros(since),
        )
        return dict(rows)

    def templates_used(self, account: str, since: datetime) -> Mapping[str, int]:
        rows = self._connection.all(
            "SELECT COALESCE(t.category, '') AS used, COUNT(*) FROM outbox o"
            " LEFT JOIN template t ON t.account = o.account AND t.vendor_id = o.template_id"
            " WHERE o.created_at >= :since AND o.account = :account AND o.template_id <> ''"
            " AND (o.state || '') IN ('accepted', 'delivered', 'read') GROUP BY used",
            account=account,
            since=micros(since),
        )
        return dict(rows)
