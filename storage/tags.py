"""Tags of conversations and guests."""

from __future__ import annotations

from collections.abc import Sequence

from storage.engine import Connection
from tui_inbox.rows import TagRow


class SqlTags:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def all(self) -> Sequence[TagRow]:
        return [TagRow(*row) for row in self._db.all("SELECT id, name, colour FROM tag ORDER BY name")]

    def ensure(self, name: str, colour: str) -> TagRow:
        new = self._db.insert_or_ignore("tag", name=name, colour=colour)
        if new is not None:
            return TagRow(new, name, colour)
        (row,) = self._db.all("SELECT id, name, colour FROM tag WHERE name = :name", name=name)
        return TagRow(*row)

    def add(self, tag_id: int, kind: str, ref: int) -> bool:
        sql = "INSERT INTO tagged (tag_id, kind, ref_id) VALUES (:tag_id, :kind, :ref) ON CONFLICT DO NOTHING"
        return self._db.run(sql, tag_id=tag_id, kind=kind, ref=ref) > 0

    def remove(self, tag_id: int, kind: str, ref: int) -> bool:
        sql = "DELETE FROM tagged WHERE tag_id = :tag_id AND kind = :kind AND ref_id = :ref"
        return self._db.run(sql, tag_id=tag_id, kind=kind, ref=ref) > 0

    def of(self, kind: str, ref: int) -> Sequence[TagRow]:
        rows = self._db.all(
            "SELECT t.id, t.name, t.colour FROM tagged d JOIN tag t ON t.id = d.tag_id"
            " WHERE d.kind = :kind AND d.ref_id = :ref ORDER BY t.name",
            kind=kind,
            ref=ref,
        )
        return [TagRow(*row) for row in rows]
