"""Deeds: what vendors are still to be told besides messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.engine import Connection
from storage.times import micros, moment
from tui_inbox.domain.deed import Act, Deed, PendingDeed

_COLUMNS = (
    "id, account, conversation_id, act, channel, address, ref, value, conversation_ref, created_by, not_before,"
    " expires_at, tries, state, reason, vendor_text"
)
_KEY = ("account", "channel", "address", "act", "ref")


def _row(row: Sequence[Any]) -> PendingDeed:
    deed = Deed(Act(row[3]), *row[4:9])
    return PendingDeed(row[0], row[1], row[2], deed, row[9], moment(row[10]), moment(row[11]), *row[12:])


class SqlDeeds:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def want(self, pending: PendingDeed) -> None:
        deed = pending.deed
        self._db.upsert(
            "deed",
            _KEY,
            account=pending.account,
            channel=deed.channel,
            address=deed.address,
            act=deed.act.value,
            ref=deed.ref,
            value=deed.value,
            conversation_ref=deed.conversation_ref,
            conversation_id=pending.conversation_id,
            created_by=pending.by,
            not_before=micros(pending.not_before),
            expires_at=micros(pending.expires_at),
            state=pending.state,
            tries=pending.tries,
            reason="",
            vendor_text="",
        )

    def due(self, now: datetime, limit: int, account: str = "") -> list[PendingDeed]:
        scope = " AND account = :account" if account else ""
        params = {"account": account} if account else {}
        rows = self._db.all(
            f"SELECT {_COLUMNS} FROM deed WHERE state = 'pending' AND not_before <= :now{scope}"
            " ORDER BY not_before, id LIMIT :limit",
            now=micros(now),
            limit=limit,
            **params,
        )
        return [_row(row) for row in rows]

    def last(self, conversation_id: int, act: Act) -> PendingDeed | None:
        row = self._db.one(
            f"SELECT {_COLUMNS} FROM deed WHERE conversation_id = :id AND act = :act ORDER BY not_before DESC, id DESC"
            " LIMIT 1",
            id=conversation_id,
            act=act.value,
        )
        return None if row is None else _row(row)

    def prune(self, before: datetime) -> int:
        return self._db.run("DELETE FROM deed WHERE state <> 'pending' AND not_before < :before", before=micros(before))

    def ended(self, pending: PendingDeed) -> bool:
        where = {"id": pending.id, "state": "pending", "value": pending.deed.value}
        changed = self._db.update(
            "deed",
            where,
            state=pending.state,
            tries=pending.tries,
            not_before=micros(pending.not_before),
            reason=pending.reason,
            vendor_text=pending.vendor_text,
        )
        return bool(changed)
