"""Creating a store from the tables, and bringing an older one up to date: the only users of SQLAlchemy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.engine import SQLITE, dialect_of
from storage.migrations import HEAD
from storage.search import POSTGRESQL_DDL, SQLITE_DDL

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def make_engine(url: str) -> Engine:
    """An engine whose transactions are explicit, so that a migration is all or nothing on SQLite too."""
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    if dialect_of(url) != SQLITE:
        return create_engine("postgresql+psycopg:" + url.partition(":")[2], poolclass=NullPool)
    from storage import sqlite

    engine = create_engine(url, module=sqlite.dbapi, poolclass=NullPool, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _explicit(raw: object, _record: object) -> None:
        raw.isolation_level = None  # type: ignore[attr-defined]
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            raw.execute(f"PRAGMA {pragma}").fetchall()  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def _immediate(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def create(url: str, *, new: bool = False) -> None:
    """Every table, the search index and the revision's stamp, in one transaction; nothing when another was faster."""
    from sqlalchemy import inspect, text

    from storage import tables

    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            if dialect_of(url) != SQLITE:
                connection.execute(text("SELECT pg_advisory_xact_lock(7305481202)"))
            if inspect(connection).has_table("alembic_version"):
                return
            if inspect(connection).get_table_names():
                from tui_inbox.domain.errors import StoreError

                raise StoreError("not_a_store")
            tables.metadata.create_all(connection)
            for statement in search_ddl(connection.dialect.name):
                connection.execute(text(statement))
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
            connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:head)"), {"head": HEAD})
    finally:
        engine.dispose()


def search_ddl(dialect: str) -> tuple[str, ...]:
    return SQLITE_DDL if dialect == SQLITE else POSTGRESQL_DDL


def upgrade(url: str) -> None:
    """Run the migrations that are missing, in one transaction."""
    from alembic import command
    from alembic.config import Config

    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", "storage:migrations")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
