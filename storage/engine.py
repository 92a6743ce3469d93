"""Connections: the one place that tells SQLite from PostgreSQL.

SQL is written once, with ``:name`` parameters and double-quoted identifiers where a word is reserved (``"by"``);
for PostgreSQL it is translated once and kept. Errors of both libraries become ``StoreError`` in ``store_error``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from tui_inbox.domain.errors import StoreError

SQLITE = "sqlite"
POSTGRESQL = "postgresql"

BUSY_SECONDS = 30.0
"""How long a writer waits for another one (measured: the worst wait of 40 saturating writers is 7 s)."""

_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "mmap_size=0",
    "secure_delete=ON",
    "journal_size_limit=67108864",
    "temp_store=MEMORY",
)

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|::\w+|:([a-z_][a-z0-9_]*)|%", re.IGNORECASE)


@cache
def translated(sql: str) -> str:
    """``:name`` as psycopg's ``%(name)s``; literals and ``::casts`` stay, every other ``%`` is doubled."""

    def one(found: re.Match[str]) -> str:
        name = found.group(1)
        return f"%({name})s" if name else found.group(0).replace("%", "%%")

    return _TOKEN.sub(one, sql)


def in_list(name: str, values: Iterable[object]) -> tuple[str, dict[str, object]]:
    """Marks and parameters for ``IN (...)``: ``marks, params = in_list("id", ids)``; no value matches nothing."""
    every = tuple(values)
    marks, keys = _marks(name, _room(len(every)))
    return marks, dict(zip(keys, every + every[-1:] * (len(keys) - len(every)), strict=True))


def _room(count: int) -> int:
    """Marks for so many values, up to a quarter more: the last value is said again.

    The process and each connection keep every text, and a text for every length would be hundreds (measured under
    post on all channels: 205 after five minutes, and growing).
    """
    step = 1 << max(count.bit_length() - 3, 0)
    return -(-count // step) * step


@cache
def _marks(name: str, count: int) -> tuple[str, tuple[str, ...]]:
    keys = tuple(f"{name}_{n}" for n in range(count))
    return ", ".join(f":{key}" for key in keys) or "NULL", keys


@cache
def _insert_sql(table: str, columns: tuple[str, ...], ending: str, mark: str) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join(mark for _ in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES ({marks}){ending}'


@cache
def _upsert_ending(keys: tuple[str, ...], columns: tuple[str, ...]) -> str:
    target = ", ".join(f'"{key}"' for key in keys)
    others = [column for column in columns if column not in keys]
    if not others:
        return f" ON CONFLICT ({target}) DO NOTHING"
    settings = ", ".join(f'"{column}" = excluded."{column}"' for column in others)
    return f" ON CONFLICT ({target}) DO UPDATE SET {settings}"


@cache
def _update_sql(table: str, where: tuple[str, ...], columns: tuple[str, ...], mark: str) -> str:
    settings = ", ".join(f'"{column}" = {mark}' for column in columns)
    conditions = " AND ".join(f'"{column}" = {mark}' for column in where)
    return f'UPDATE "{table}" SET {settings} WHERE {conditions}'


class Connection:
    """One open connection, used by one thread at a time; rows are plain tuples."""

    def __init__(self, raw: Any, dialect: str, *, write: bool) -> None:
        self.raw = raw
        self.dialect = dialect
        # SQLite's writer has locked everything; a PostgreSQL server refuses row locks to a reader.
        locks = write and dialect == POSTGRESQL
        self.for_update = " FOR UPDATE" if locks else ""
        self.skip_locked = " FOR UPDATE SKIP LOCKED" if locks else ""
        self._mark = "?" if dialect == SQLITE else "%s"
        self.statements = 0
        """Statements executed, so that a retry knows whether anything was done."""

    def _execute(self, sql: str, params: Mapping[str, object]) -> Any:
        self.statements += 1
        if self.dialect == SQLITE:
            return self.raw.execute(sql, params)
        return self.raw.execute(translated(sql), params)

    def all(self, sql: str, **params: object) -> list[tuple[Any, ...]]:
        """Every row."""
        rows: list[tuple[Any, ...]] = self._execute(sql, params).fetchall()
        return rows

    def one(self, sql: str, **params: object) -> tuple[Any, ...] | None:
        """The first row, or None."""
        row: tuple[Any, ...] | None = self._execute(sql, params).fetchone()
        return row

    def value(self, sql: str, **params: object) -> Any:
        """The first column of the first row, or None."""
        row = self._execute(sql, params).fetchone()
        return None if row is None else row[0]

    def run(self, sql: str, **params: object) -> int:
        """Rows changed."""
        count: int = self._execute(sql, params).rowcount
        return count

    def many(self, sql: str, rows: Sequence[Mapping[str, object]]) -> None:
        """The same statement for each of the rows."""
        self.statements += 1
        cursor = self.raw.cursor()
        cursor.executemany(sql if self.dialect == SQLITE else translated(sql), rows)
        cursor.close()

    def insert_many(self, table: str, columns: tuple[str, ...], rows: Sequence[Sequence[object]]) -> None:
        """New rows whose ids nobody needs."""
        if not rows:
            return
        self.statements += 1
        cursor = self.raw.cursor()
        cursor.executemany(_insert_sql(table, columns, "", self._mark), rows)
        cursor.close()

    def insert(self, table: str, **values: object) -> int:
        """The new row's id."""
        identity = self._insert(table, values, "")
        if identity is None:
            raise LookupError(table)
        return identity

    def insert_or_ignore(self, table: str, **values: object) -> int | None:
        """The new row's id, or None when a unique key has it already."""
        return self._insert(table, values, " ON CONFLICT DO NOTHING")

    def _insert(self, table: str, values: Mapping[str, object], ending: str) -> int | None:
        """By position, and on SQLite without RETURNING: a message takes half the time (measured: 53 us, then 25)."""
        self.statements += 1
        columns, row = tuple(values), tuple(values.values())
        identity: int
        if self.dialect == SQLITE:
            cursor = self.raw.execute(_insert_sql(table, columns, ending, "?"), row)
            identity = cursor.lastrowid
            return identity if cursor.rowcount else None
        found = self.raw.execute(_insert_sql(table, columns, ending + " RETURNING id", "%s"), row).fetchone()
        if found is None:
            return None
        identity = found[0]
        return identity

    def upsert(self, table: str, keys: tuple[str, ...], **values: object) -> None:
        """Insert, or overwrite the row that has these key columns."""
        self.statements += 1
        columns = tuple(values)
        self.raw.execute(_insert_sql(table, columns, _upsert_ending(keys, columns), self._mark), tuple(values.values()))

    def update(self, table: str, where: Mapping[str, object], **values: object) -> int:
        """Rows changed where all columns of ``where`` are equal."""
        self.statements += 1
        sql = _update_sql(table, tuple(where), tuple(values), self._mark)
        count: int = self.raw.execute(sql, (*values.values(), *where.values())).rowcount
        return count

    def close(self) -> None:
        self.raw.close()


def dialect_of(url: str) -> str:
    """Raises ``StoreError("bad_url")``."""
    scheme = urlsplit(url).scheme
    if scheme == SQLITE:
        return SQLITE
    if scheme in {POSTGRESQL, "postgres", "postgresql+psycopg"}:
        return POSTGRESQL
    raise StoreError("bad_url", scheme=scheme)


def sqlite_path(url: str) -> str:
    """The file of ``sqlite:////absolute/path`` or ``sqlite:///relative/path``."""
    return unquote(urlsplit(url).path)[1:]


def connect(url: str, *, write: bool) -> Connection:
    """A new connection of one kind; a read connection refuses to write. Raises the library's errors."""
    if dialect_of(url) == SQLITE:
        return _connect_sqlite(sqlite_path(url), write)
    return _connect_postgresql(url, write)


def _connect_sqlite(path: str, write: bool) -> Connection:
    from storage import sqlite

    raw = sqlite.dbapi.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    try:
        if write:
            raw.execute("PRAGMA journal_mode=WAL").fetchall()
        for pragma in _PRAGMAS:
            raw.execute(f"PRAGMA {pragma}").fetchall()
        if sqlite.has_wal_race(sqlite.version()):
            raw.execute("PRAGMA wal_autocheckpoint=0").fetchall()
        if not write:
            raw.execute("PRAGMA query_only=ON")
    except BaseException:
        raw.close()
        raise
    return Connection(raw, SQLITE, write=write)


def _connect_postgresql(url: str, write: bool) -> Connection:
    try:
        import psycopg
        from psycopg.adapt import Dumper
    except ImportError as error:
        raise StoreError("no_driver") from error

    class Flag(Dumper):
        """Flags are SMALLINT on both engines."""

        oid = psycopg.adapters.types["int2"].oid

        def dump(self, obj: bool) -> bytes:
            return b"1" if obj else b"0"

    raw = psycopg.connect(
        re.sub(r"^[^:]+:", "postgresql:", url),
        autocommit=True,
        connect_timeout=10,
        keepalives_idle=20,
        keepalives_interval=5,
        keepalives_count=3,
        application_name="tui-inbox",
    )
    raw.adapters.register_dumper(bool, Flag)
    # Every statement here is short; compiling one took longer than it ran (measured: a search of 4 ms took 18 ms).
    raw.execute("SET jit = off")
    return Connection(raw, POSTGRESQL, write=write)


def is_empty(db: Connection) -> bool:
    """No table of anybody's."""
    if db.dialect == SQLITE:
        return not db.value("SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table'")
    return not db.value("SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()")


def place(url: str) -> str:
    """Where a store is, as a person may read it: without user and password."""
    if dialect_of(url) == SQLITE:
        return sqlite_path(url)
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path}"


def begin(db: Connection, *, write: bool) -> None:
    """Start a transaction; SQLite's write transaction takes the lock at once, so that it never has to upgrade."""
    if db.dialect == SQLITE:
        db.raw.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    else:
        db.raw.execute("BEGIN" if write else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    db.statements = 0


def commit(db: Connection) -> None:
    db.raw.execute("COMMIT")


def rollback(db: Connection) -> None:
    """Undo; SQLite may have done so already after a full disk."""
    if db.dialect == POSTGRESQL or db.raw.in_transaction:
        db.raw.execute("ROLLBACK")


CHECKPOINT_SECONDS = 1.0
"""While a checkpoint waits for readers it keeps writers out, so it does not wait for long."""


def checkpoint(db: Connection) -> None:
    """Write the log back and shorten it; what readers still need is left for the next time. SQLite only."""
    db.raw.execute(f"PRAGMA busy_timeout={int(CHECKPOINT_SECONDS * 1000)}").fetchall()
    try:
        db.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        db.raw.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}").fetchall()


def is_missing_table(error: Exception) -> bool:
    return "no such table" in str(error) or getattr(error, "sqlstate", None) == "42P01"


def lock_changes(db: Connection) -> None:
    """On PostgreSQL, sequence numbers become visible in order only if appends wait for each other's commit."""
    if db.dialect == POSTGRESQL:
        db.raw.execute("SELECT pg_advisory_xact_lock(7305481201)")


_SQLITE_CODES = {
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
    "SQLITE_FULL": "disk_full",
    "SQLITE_IOERR": "io_error",
    "SQLITE_READONLY": "read_only",
    "SQLITE_CANTOPEN": "cannot_open",
    "SQLITE_NOTADB": "not_a_store",
    "SQLITE_CORRUPT": "corrupt",
    "SQLITE_PERM": "cannot_open",
    "SQLITE_AUTH": "cannot_open",
}

_POSTGRESQL_CODES = {
    "53100": "disk_full",
    "25006": "read_only",
    "55P03": "busy",
    "40001": "busy",
    "40P01": "busy",
    "3D000": "not_a_store",
    "28000": "denied",
    "28P01": "denied",
    "42501": "denied",
}


def _lost(error: Exception) -> StoreError:
    """No connection: whether the server is away or refuses us, only its own words tell."""
    said = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    words = " ".join(said[-1].rpartition("failed:")[2].split())
    return StoreError("unreachable", words=words[:200])


def store_error(error: Exception) -> StoreError | None:
    """The library's error as ours, or None when it is not about the state of the store (a bug, a broken rule)."""
    name = getattr(error, "sqlite_errorname", None)
    if isinstance(name, str):
        for prefix, code in _SQLITE_CODES.items():
            if name.startswith(prefix):
                return StoreError(code, library=name)
        return None
    if type(error).__module__.startswith("psycopg"):
        state = getattr(error, "sqlstate", None)
        if state is None or state.startswith(("08", "57P")):
            return _lost(error) if type(error).__name__ == "OperationalError" else None
        known = _POSTGRESQL_CODES.get(state)
        return StoreError(known, library=state) if known else None
    return None
