"""Templates with their former versions."""

from __future__ import annotations

from collections.abc import Sequence

from storage.engine import Connection
from storage.records import Record, converted, words_of
from storage.times import moment
from tui_inbox.domain.template import Template, TemplateKind, Version

_TEMPLATE = Record(Template)
_SELECT = f"SELECT {_TEMPLATE.select} FROM template "


class SqlTemplates:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def _one(self, where: str, **params: object) -> Template | None:
        row = self._db.one(_SELECT + where, **params)
        return _TEMPLATE.read(row) if row else None

    def _all(self, where: str, **params: object) -> Sequence[Template]:
        return [_TEMPLATE.read(row) for row in self._db.all(_SELECT + where, **params)]

    def get(self, template_id: int, *, for_change: bool = False) -> Template | None:
        return self._one("WHERE id = :id" + (self._db.for_update if for_change else ""), id=template_id)

    def named(self, kind: TemplateKind, name: str) -> Sequence[Template]:
        where = "WHERE kind = :kind AND name = :name AND archived = 0 ORDER BY language, id"
        return self._all(where, kind=kind.value, name=name)

    def all(self, kind: TemplateKind | None = None) -> Sequence[Template]:
        return self._all(
            "WHERE archived = 0 AND (:kind = '' OR kind = :kind) ORDER BY name, language, id",
            kind=kind.value if kind else "",
        )

    def by_vendor(self, account: str, vendor_id: str) -> Template | None:
        return self._one("WHERE account = :account AND vendor_id = :vendor_id", account=account, vendor_id=vendor_id)

    def versions(self, template_id: int) -> Sequence[Version]:
        sql = 'SELECT version, subject, body, forms, "by", at FROM template_version WHERE template_id = :id'
        rows = self._db.all(sql + " ORDER BY version DESC", id=template_id)
        return [Version(*converted(row, {3: words_of, 5: moment})) for row in rows]

    def add(self, template: Template) -> Template:
        return template._replace(id=self._db.insert("template", **_TEMPLATE.values(template)))

    def put(self, template: Template) -> None:
        """A changed text keeps the former one under its number and takes the next."""
        stored = self.get(template.id, for_change=True)
        words = ("subject", "body", "forms")
        before, after = _TEMPLATE.values(template, only=words), _TEMPLATE.values(stored, only=words) if stored else {}
        if stored and before != after:
            at = _TEMPLATE.values(stored, only=("updated_at",))["updated_at"]
            former = {**after, "by": stored.updated_by}
            keys = ("template_id", "version")
            self._db.upsert("template_version", keys, template_id=stored.id, version=stored.version, at=at, **former)
            template = template._replace(version=max(template.version, stored.version + 1))
        self._db.update("template", {"id": template.id}, **_TEMPLATE.values(template))
