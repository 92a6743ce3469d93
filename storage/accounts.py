"""Accounts: state of each connected account, its cursors and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.engine import Connection
from storage.records import converted, packed, params_of
from storage.times import micros, moment
from tui_inbox.rows import AccountRow, UsageRow

_SELECT = (
    "SELECT a.name, a.type, a.state, a.reason, a.vendor_text, a.connected_at, a.polled_at, a.poll_ok_at,"
    " (SELECT count(*) FROM inbound_event i WHERE i.state = 'quarantined' AND i.account = a.name), a.health"
    " FROM account a "
)


def _row(row: tuple[Any, ...]) -> AccountRow:
    return AccountRow(*converted(row, {5: moment, 6: moment, 7: moment, 9: params_of}))


class SqlAccounts:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def get(self, name: str, *, for_change: bool = False) -> AccountRow | None:
        row = self._db.one(_SELECT + "WHERE a.name = :name" + (self._db.for_update if for_change else ""), name=name)
        return _row(row) if row else None

    def all(self) -> Sequence[AccountRow]:
        return [_row(row) for row in self._db.all(_SELECT + "ORDER BY a.name")]

    def put(self, account: AccountRow) -> None:
        self._db.upsert(
            "account",
            ("name",),
            name=account.name,
            type=account.type,
            state=account.state,
            reason=account.reason,
            vendor_text=account.vendor_text,
            connected_at=micros(account.connected_at),
            polled_at=micros(account.polled_at),
            poll_ok_at=micros(account.poll_ok_at),
            health=packed(account.health),
        )

    def cursor(self, account: str, stream: str) -> str:
        sql = "SELECT value FROM cursor WHERE account = :account AND stream = :stream"
        return self._db.value(sql, account=account, stream=stream) or ""

    def set_cursor(self, account: str, stream: str, value: str, at: datetime) -> None:
        keys = ("account", "stream")
        self._db.upsert("cursor", keys, account=account, stream=stream, value=value, updated_at=micros(at))

    def usage(self, account: str) -> Sequence[UsageRow]:
        rows = self._db.all(
            "SELECT account, month, category, count, segments, price, currency, as_of FROM usage"
            " WHERE account = :account ORDER BY month DESC, category",
            account=account,
        )
        return [UsageRow(*converted(row, {7: moment})) for row in rows]

    def put_usage(self, usage: UsageRow) -> None:
        self._db.upsert(
            "usage",
            ("account", "month", "category"),
            account=usage.account,
            month=usage.month,
            category=usage.category,
            count=usage.count,
            segments=usage.segments,
            price=usage.price,
            currency=usage.currency,
            as_of=micros(usage.as_of),
        )
