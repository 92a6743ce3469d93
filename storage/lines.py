"""Lines: the clock and the stop between one own account and one guest handle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.engine import Connection
from storage.records import Record
from storage.times import micros
from tui_inbox.domain.guest import Line

_LINE = Record(Line)
_HEARD = (
    "INSERT INTO line (account, channel, address, last_in_at) VALUES (:account, :channel, :address, :at)"
    " ON CONFLICT (account, channel, address) DO UPDATE SET last_in_at = excluded.last_in_at"
    " WHERE line.last_in_at IS NULL OR line.last_in_at < excluded.last_in_at"
)


class SqlLines:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def get(self, account: str, channel: str, address: str) -> Line | None:
        row = self._db.one(
            f"SELECT {_LINE.select} FROM line WHERE account = :account AND channel = :channel AND address = :address",
            account=account,
            channel=channel,
            address=address,
        )
        return _LINE.read(row) if row else None

    def of_handle(self, channel: str, address: str) -> Sequence[Line]:
        rows = self._db.all(
            f"SELECT {_LINE.select} FROM line WHERE channel = :channel AND address = :address",
            channel=channel,
            address=address,
        )
        return [_LINE.read(row) for row in rows]

    def put(self, line: Line) -> None:
        self._db.upsert("line", ("account", "channel", "address"), **_LINE.values(line))

    def heard(self, lines: Sequence[tuple[str, str, str]], at: Sequence[datetime]) -> None:
        rows = [
            {"account": account, "channel": channel, "address": address, "at": micros(when)}
            for (account, channel, address), when in zip(lines, at, strict=True)
        ]
        if rows:
            self._db.many(_HEARD, rows)

    def of_guest(self, guest_id: int) -> Sequence[Line]:
        rows = self._db.all(
            f"SELECT {_LINE.columns('l')} FROM handle h JOIN line l ON l.channel = h.channel AND l.address = h.address"
            " WHERE h.guest_id = :guest_id ORDER BY l.channel, l.address, l.account",
            guest_id=guest_id,
        )
        return [_LINE.read(row) for row in rows]

    def stopped(self, channel: str, address: str) -> Line | None:
        row = self._db.one(
            f"SELECT {_LINE.select} FROM line WHERE channel = :channel AND address = :address"
            " AND stopped_at IS NOT NULL ORDER BY stopped_at DESC LIMIT 1",
            channel=channel,
            address=address,
        )
        return _LINE.read(row) if row else None
