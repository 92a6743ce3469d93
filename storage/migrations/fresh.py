"""A new SQLite store without SQLAlchemy: importing it costs more than the whole start of the inbox.

``head.sql`` is what ``tables`` compile to, kept as text; ``python -m storage.migrations.fresh`` writes it anew, and a
test holds the two together.
"""

from __future__ import annotations

from pathlib import Path

from storage.engine import begin, commit, connect, rollback
from storage.migrations import HEAD
from storage.search import SQLITE_DDL
from tui_inbox.domain.errors import StoreError

SCHEMA = Path(__file__).with_name("head.sql")
_END = ";\n"


def create(url: str) -> None:
    """Every table, the search index and the revision's stamp in one transaction; nothing when another was faster.

    Raises ``StoreError("not_a_store")``.
    """
    statements = SCHEMA.read_text(encoding="utf-8").split(_END)
    db = connect(url, write=True)
    try:
        begin(db, write=True)
        try:
            tables = {name for (name,) in db.all("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            if "alembic_version" in tables:
                rollback(db)
                return
            if tables:
                raise StoreError("not_a_store")
            for statement in (*filter(str.strip, statements), *SQLITE_DDL):
                db.raw.execute(statement)
            db.raw.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            db.raw.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (HEAD,))
            commit(db)
        except BaseException:
            rollback(db)
            raise
    finally:
        db.close()


def compiled() -> str:
    """What the tables compile to now."""
    from sqlalchemy import create_mock_engine

    from storage import tables

    found: list[str] = []

    def note(statement: object, *_args: object, **_kwargs: object) -> None:
        text = str(statement.compile(dialect=engine.dialect))  # type: ignore[attr-defined]
        found.append("\n".join(line.rstrip() for line in text.strip().splitlines()))

    engine = create_mock_engine("sqlite://", note)
    tables.metadata.create_all(engine, checkfirst=False)
    # A table's indexes come in no promised order.
    found.sort(key=lambda statement: statement if " INDEX " in statement.splitlines()[0] else "")
    return "".join(statement + _END for statement in found)


if __name__ == "__main__":
    SCHEMA.write_text(compiled(), encoding="utf-8")
