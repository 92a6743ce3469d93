"""The outbox: every state change is a compare-and-set, and the message that a person sees moves with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.engine import Connection, in_list
from storage.outbox_rows import SqlOutboxRows
from storage.records import Record
from storage.times import micros
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.message import Delivery, MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState, Outgoing, Sender, allowed, shown

_OUTGOING = Record(Outgoing, renamed={"references": "refs"}, stamped=("created_at", "updated_at"))
_SELECT = f"SELECT {_OUTGOING.columns('o')} FROM outbox o "

_BUSY = "('claimed', 'inflight', 'queued', 'retry_wait')"
"""An earlier row in one of these keeps the later ones to the same handle waiting."""

_FURTHER = {Delivery.SENT: ("delivered", "read"), Delivery.DELIVERED: ("read",)}
"""What a receipt that arrives late must not take back."""

_STAMP = {Delivery.DELIVERED: "delivered_at", Delivery.READ: "read_at"}


class SqlOutbox(SqlOutboxRows):
    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self._db = db

    def _one(self, where: str, **params: object) -> Outgoing | None:
        row = self._db.one(_SELECT + where, **params)
        return _OUTGOING.read(row) if row else None

    def _all(self, where: str, **params: object) -> Sequence[Outgoing]:
        return [_OUTGOING.read(row) for row in self._db.all(_SELECT + where, **params)]

    def get(self, outbox_id: int) -> Outgoing | None:
        return self._one("WHERE o.id = :id", id=outbox_id)

    def load(self, outbox_id: int) -> Outgoing:
        found = self._one("WHERE o.id = :id" + self._db.for_update, id=outbox_id)
        if found is None:
            raise NotFound(f"outbox {outbox_id}")
        return found

    def sender(self, outgoing: Outgoing) -> Sender:
        rows = self._db.all(
            "SELECT c.guest_id, m.message_class, m.origin, m.template, k.topic FROM conversation c"
            " LEFT JOIN message m ON m.id = :message"
            " LEFT JOIN consent k ON k.guest_id = c.guest_id AND k.medium = :channel AND k.allowed = 0"
            " WHERE c.id = :conversation",
            message=outgoing.message_id,
            channel=outgoing.channel,
            conversation=outgoing.conversation_id,
        )
        if not rows:
            raise NotFound(f"conversation {outgoing.conversation_id}")
        guest_id, message_class, origin, template, _ = rows[0]
        refused = frozenset(row[4] for row in rows if row[4])
        if not origin:
            return Sender(guest_id, refused=refused)
        return Sender(guest_id, MessageClass(message_class), Origin(origin), template, refused)

    def add(self, outgoing: Outgoing) -> Outgoing | None:
        new = self._db.insert_or_ignore("outbox", **_OUTGOING.values(outgoing))
        return None if new is None else outgoing._replace(id=new)

    def move(self, outgoing: Outgoing, state: OutboxState, now: datetime, **values: Any) -> Outgoing | None:
        """Staying in the same state is a write of ``values`` alone, never of nothing."""
        staying = state is outgoing.state and bool(values)
        if not staying and not allowed(outgoing.state, state):
            raise ValueError(f"{outgoing.state} may not become {state}")
        moved = outgoing._replace(state=state, updated_at=now, version=outgoing.version + 1, **values)
        columns = _OUTGOING.values(moved, only={"state", "updated_at", "version", *values})
        where = {"id": outgoing.id, "state": outgoing.state.value, "version": outgoing.version}
        if not self._db.update("outbox", where, **columns):
            return None
        if shown(state) is not shown(outgoing.state):
            self._show(moved.message_id, shown(state), now)
        return moved

    def _show(self, message_id: int, state: Delivery, now: datetime) -> None:
        marks, params = in_list("further", _FURTHER.get(state, ()))
        stamp = _STAMP.get(state)
        time = f", {stamp} = COALESCE({stamp}, :now)" if stamp else ""
        if stamp:
            params["now"] = micros(now)
        guard = f" AND state NOT IN ({marks})" if state in _FURTHER else ""
        sql = f"UPDATE message SET state = :state{time} WHERE id = :id{guard}"
        self._db.run(sql, id=message_id, state=state.value, **params)

    def due(self, now: datetime, limit: int) -> Sequence[Outgoing]:
        return self._all(
            "WHERE o.state IN ('held', 'retry_wait') AND (o.not_before IS NULL OR o.not_before <= :now)"
            " ORDER BY o.not_before, o.id LIMIT :limit",
            now=micros(now),
            limit=limit,
        )

    def claimable(self, accounts: Sequence[str], now: datetime, limit: int) -> Sequence[Outgoing]:
        marks, params = in_list("account", accounts)
        return self._all(
            f"WHERE o.state = 'queued' AND o.account IN ({marks})"
            " AND (o.not_before IS NULL OR o.not_before <= :now)"
            " AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.account = o.account AND e.address = o.address"
            f" AND e.state IN {_BUSY} AND e.id < o.id)"
            " ORDER BY o.id LIMIT :limit" + self._db.skip_locked,
            now=micros(now),
            limit=limit,
            **params,
        )

    def in_state(self, states: Sequence[OutboxState], limit: int, account: str = "") -> Sequence[Outgoing]:
        marks, params = in_list("state", [state.value for state in states])
        # Joining an empty text keeps the planner on the index of states.
        scope = " AND (o.account || '') = :account" if account else ""
        if account:
            params["account"] = account
        return self._all(f"WHERE o.state IN ({marks}){scope} ORDER BY o.id LIMIT :limit", limit=limit, **params)

    def used(self, dedupe_key: str) -> bool:
        return self._db.value("SELECT 1 FROM outbox WHERE dedupe_key = :key", key=dedupe_key) is not None

    def by_provider(self, account: str, provider_id: str) -> Outgoing | None:
        where = "WHERE o.account = :account AND o.provider_id = :provider_id AND o.provider_id <> ''"
        return self._one(where, account=account, provider_id=provider_id)

    def by_message(self, message_id: int) -> Outgoing | None:
        return self._one("WHERE o.message_id = :message_id ORDER BY o.id DESC LIMIT 1", message_id=message_id)

    def by_ref(self, account: str, message_ref: str) -> Outgoing | None:
        if not message_ref:
            return None
        where = "WHERE o.account = :account AND o.message_ref = :ref AND o.message_ref <> '' ORDER BY o.id DESC LIMIT 1"
        found = self._one(where, account=account, ref=message_ref)
        return found or self._one(
            "WHERE o.dedupe_key = :ref AND o.account = :account", account=account, ref=message_ref
        )

    def private_to(self, account: str, address: str, target: str) -> Outgoing | None:
        where = (
            "WHERE o.account = :account AND o.address = :address AND o.target = :target AND o.way = 'private'"
            " AND o.state NOT IN ('failed', 'expired', 'cancelled') ORDER BY o.id LIMIT 1"
        )
        return self._one(where, account=account, address=address, target=target)

    def unfinished(self, account: str, since: datetime, limit: int) -> Sequence[Outgoing]:
        """By creation time: joining an empty text keeps the planner off the indexes of state, which hold all."""
        return self._all(
            "WHERE o.created_at >= :since AND (o.account || '') = :account"
            " AND (o.state || '') IN ('accepted', 'delivered') ORDER BY o.created_at DESC, o.id DESC LIMIT :limit",
            account=account,
            since=micros(since),
            limit=limit,
        )

    def waiting_for_guest(self, conversation_id: int) -> Sequence[Outgoing]:
        where = "WHERE o.conversation_id = :id AND o.state = 'held' AND o.hold_if_guest_writes = 1 ORDER BY o.id"
        return self._all(where, id=conversation_id)

    def held_for(self, reason: str, account: str, limit: int) -> Sequence[Outgoing]:
        where = "WHERE o.state = 'held' AND o.reason = :reason AND o.account = :account ORDER BY o.id LIMIT :limit"
        return self._all(where, reason=reason, account=account, limit=limit)

    def bound_ids(self, account: str, provider_ids: Sequence[str]) -> set[str]:
        marks, params = in_list("provider", provider_ids)
        sql = (
            "SELECT provider_id FROM outbox WHERE account = :account AND provider_id <> ''"
            f" AND provider_id IN ({marks})"
        )
        return {row[0] for row in self._db.all(sql, account=account, **params)}

    def attempt(self, outbox_id: int, n: int, at: datetime) -> int:
        return self._db.insert("attempt", outbox_id=outbox_id, n=n, started_at=micros(at))

    def attempt_ended(
        self, attempt_id: int, at: datetime, outcome: str, error: str = "", http_status: int | None = None
    ) -> None:
        values = {"ended_at": micros(at), "outcome": outcome, "error": error, "http_status": http_status}
        self._db.update("attempt", {"id": attempt_id}, **values)

    def same_text(self, conversation_id: int, body_hash: str) -> bool:
        sql = (
            "SELECT 1 FROM outbox WHERE conversation_id = :id AND body_hash = :body_hash"
            " AND state IN ('unknown', 'needs_operator') LIMIT 1"
        )
        return self._db.value(sql, id=conversation_id, body_hash=body_hash) is not None

    def held_by(self, operator: str, conversation_id: int | None = None) -> Outgoing | None:
        scope = "" if conversation_id is None else " AND o.conversation_id = :conversation_id"
        params: dict[str, object] = {} if conversation_id is None else {"conversation_id": conversation_id}
        return self._one(
            f"WHERE o.state = 'held' AND o.created_by = :operator AND o.scheduled = 0{scope}"
            " ORDER BY o.id DESC LIMIT 1",
            operator=operator,
            **params,
        )

    def work_ahead(self, now: datetime, until: datetime) -> int:
        count: int = self._db.value(
            "SELECT count(*) FROM outbox WHERE state IN ('queued', 'claimed', 'inflight')"
            " OR (state IN ('held', 'retry_wait') AND (not_before IS NULL OR not_before <= :until))",
            until=micros(max(now, until)),
        )
        return count
