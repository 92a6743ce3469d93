"""Inbounds: raw envelopes, stored before anything is understood; their ids are kept for ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from storage.engine import Connection, in_list
from storage.records import converted, packed, params_of
from storage.times import micros, moment
from tui_inbox.rows import QuarantineRow

_AT_ONCE = 50
"""Envelopes per statement."""


class SqlInbounds:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def store(self, account: str, envelopes: Sequence[tuple[str, str, bytes]], received_at: datetime) -> Sequence[int]:
        new: list[int] = []
        for start in range(0, len(envelopes), _AT_ONCE):
            part = envelopes[start : start + _AT_ONCE]
            marks = ", ".join(f"(:account, :e{n}, :k{n}, :r{n}, :at)" for n in range(len(part)))
            values: dict[str, object] = {"account": account, "at": micros(received_at)}
            for n, (external_id, kind, raw) in enumerate(part):
                values |= {f"e{n}": external_id, f"k{n}": kind, f"r{n}": raw}
            rows = self._db.all(
                f"INSERT INTO inbound_event (account, external_id, kind, raw, received_at) VALUES {marks}"
                " ON CONFLICT DO NOTHING RETURNING id",
                **values,
            )
            new += [row[0] for row in rows]
        return new

    def known(self, account: str, external_ids: Collection[str]) -> set[str]:
        marks, params = in_list("id", external_ids)
        rows = self._db.all(
            f"SELECT external_id FROM inbound_event WHERE account = :account AND external_id IN ({marks})",
            account=account,
            **params,
        )
        return {row[0] for row in rows}

    def pending(self, account: str, limit: int, after: int = 0) -> Sequence[tuple[int, str, str, bytes]]:
        rows = self._db.all(
            "SELECT id, external_id, kind, raw FROM inbound_event WHERE state = 'new' AND account = :account"
            " AND id > :after ORDER BY id LIMIT :limit",
            account=account,
            after=after,
            limit=limit,
        )
        return [(row[0], row[1], row[2], bytes(row[3])) for row in rows]

    def still_pending(self, inbound_ids: Sequence[int]) -> set[int]:
        marks, params = in_list("id", inbound_ids)
        rows = self._db.all(
            f"SELECT id FROM inbound_event WHERE id IN ({marks}) AND state = 'new' ORDER BY id{self._db.for_update}",
            **params,
        )
        return {row[0] for row in rows}

    def applied(self, inbound_id: int, at: datetime, *, ignored: bool = False) -> None:
        self.applied_all([inbound_id], at, ignored=ignored)

    def applied_all(self, inbound_ids: Sequence[int], at: datetime, *, ignored: bool = False) -> None:
        marks, params = in_list("id", inbound_ids)
        self._db.run(
            f"UPDATE inbound_event SET state = :state, applied_at = :at WHERE id IN ({marks})",
            state="ignored" if ignored else "applied",
            at=micros(at),
            **params,
        )

    def quarantine(self, inbound_id: int, reason: str, params: Mapping[str, str | int]) -> None:
        values = {"state": "quarantined", "reason": reason, "params": packed(dict(params))}
        self._db.update("inbound_event", {"id": inbound_id}, **values)

    def quarantined(self, account: str, limit: int) -> Sequence[QuarantineRow]:
        scope, params = (" AND account = :account", {"account": account}) if account else ("", {})
        rows = self._db.all(
            "SELECT id, account, external_id, kind, received_at, reason, params, COALESCE(length(raw), 0)"
            f" FROM inbound_event WHERE state = 'quarantined'{scope} ORDER BY id + 0 DESC LIMIT :limit",
            limit=limit,
            **params,
        )
        return [QuarantineRow(*converted(row, {4: moment, 6: params_of})) for row in rows]

    def requeue(self, inbound_id: int) -> None:
        self._db.update(
            "inbound_event", {"id": inbound_id, "state": "quarantined"}, state="new", reason="", params="{}"
        )

    def raw(self, inbound_id: int) -> bytes | None:
        found = self._db.value("SELECT raw FROM inbound_event WHERE id = :id", id=inbound_id)
        return None if found is None else bytes(found)

    def prune(self, before: datetime, limit: int) -> int:
        return self._db.run(
            "UPDATE inbound_event SET raw = NULL WHERE id IN (SELECT id FROM inbound_event"
            " WHERE raw IS NOT NULL AND applied_at < :before ORDER BY applied_at LIMIT :limit)",
            before=micros(before),
            limit=limit,
        )
