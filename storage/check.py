"""Is the store whole? Damage, a schema that differs from the tables, and copies that disagree with what they copy."""

from __future__ import annotations

from typing import NamedTuple

from storage import engine
from storage.engine import SQLITE, Connection
from storage.search import BITS
from storage.store import check_revision, revision

_LOST_ROWS = {
    "message_without_conversation": "SELECT COUNT(*) FROM message m"
    " WHERE NOT EXISTS (SELECT 1 FROM conversation c WHERE c.id = m.conversation_id)",
    "conversation_without_guest": "SELECT COUNT(*) FROM conversation c"
    " WHERE NOT EXISTS (SELECT 1 FROM guest g WHERE g.id = c.guest_id)",
    "outbox_without_message": "SELECT COUNT(*) FROM outbox o"
    " WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = o.message_id)",
    "attachment_without_message": "SELECT COUNT(*) FROM attachment a"
    " WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = a.message_id)",
    "reservation_without_guest": "SELECT COUNT(*) FROM reservation r"
    " WHERE NOT EXISTS (SELECT 1 FROM guest g WHERE g.id = r.guest_id)",
    "unread_out_of_step": "SELECT COUNT(*) FROM unread u LEFT JOIN conversation c ON c.id = u.conversation_id"
    " WHERE c.id IS NULL OR c.state <> u.state OR c.last_at <> u.last_at OR u.count < 1",
    "message_not_searchable": "SELECT COUNT(*) FROM message m"
    " WHERE NOT EXISTS (SELECT 1 FROM search_message e WHERE e.message_id = m.id)",
    "search_entry_lost": "SELECT COUNT(*) FROM search_message e WHERE NOT EXISTS (SELECT 1 FROM message m"
    f" WHERE m.id = e.message_id AND m.conversation_id = e.id >> {BITS})",
    "unanswered_without_time": "SELECT COUNT(*) FROM conversation WHERE unanswered = 1 AND unanswered_since IS NULL",
}


class Finding(NamedTuple):
    """Something wrong: a code, and how often or where."""

    code: str
    detail: str


def check(url: str, *, full: bool = False) -> list[Finding]:
    """Every fault found, empty when the store is whole; ``full`` also checks each index against its table.

    Raises ``StoreError`` when it cannot even be read.
    """
    try:
        db = engine.connect(url, write=False)
        try:
            check_revision(revision(db))
            damage = _damage(db, full)
            if damage:
                return damage
            return [*_schema(db), *_lost_rows(db)]
        finally:
            db.close()
    except Exception as error:
        raise engine.store_error(error) or error from error


def _damage(db: Connection, full: bool) -> list[Finding]:
    if db.dialect != SQLITE:
        return []
    pragma = "integrity_check" if full else "quick_check"
    return [Finding("damaged", str(line)) for (line,) in db.all(f"PRAGMA {pragma}(20)") if line != "ok"]


def _schema(db: Connection) -> list[Finding]:
    """Columns of the database against those of the tables."""
    from storage import tables

    found: list[Finding] = []
    for name, table in tables.metadata.tables.items():
        here = set(_columns(db, name))
        wanted = {column.name for column in table.columns}
        found += [Finding("column_missing", f"{name}.{column}") for column in sorted(wanted - here)]
        found += [Finding("column_unknown", f"{name}.{column}") for column in sorted(here - wanted)]
    return found


def _columns(db: Connection, table: str) -> list[str]:
    if db.dialect == SQLITE:
        rows = db.all("SELECT name FROM pragma_table_info(:name)", name=table)
    else:
        rows = db.all(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = :name",
            name=table,
        )
    return [name for (name,) in rows]


def _lost_rows(db: Connection) -> list[Finding]:
    counted = ((code, db.value(sql)) for code, sql in _LOST_ROWS.items())
    return [Finding(code, str(count)) for code, count in counted if count]
