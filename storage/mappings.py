"""Mappings: small named settings kept with the hotel's data."""

from __future__ import annotations

from storage.engine import Connection


class SqlMappings:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def get(self, name: str) -> str:
        return self._db.value("SELECT value FROM mapping WHERE name = :name", name=name) or ""

    def put(self, name: str, value: str) -> None:
        self._db.upsert("mapping", ("name",), name=name, value=value)

    def keep(self, name: str, value: str) -> str:
        sql = "INSERT INTO mapping (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING"
        self._db.run(sql, name=name, value=value)
        return self.get(name)

    def hold(self, name: str) -> None:
        self.keep(name, "-")
        self._db.value(f"SELECT value FROM mapping WHERE name = :name{self._db.for_update}", name=name)
