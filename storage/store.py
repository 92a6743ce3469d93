"""The store: transactions over the aggregates, one connection per transaction in progress.

Reading and writing use connections of two kinds: a reader cannot write by accident, a writer takes its lock at the
start. Everything that knows tables as classes (creating, migrating) is imported only when it is needed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any

from storage import engine
from storage.engine import Connection
from storage.migrations import HEAD, REVISIONS
from storage.transaction import Transaction
from tui_inbox.domain.errors import StoreError

if TYPE_CHECKING:
    pass

TRIES = 3
"""Times that taking the write lock is tried; nothing has been executed before it."""

KEPT = 4
"""Idle connections of a kind; what a burst needs beyond them is closed after it: each holds some 2 MB of pages."""


class SqlStore:
    """A store on one database; safe to use from several threads."""

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        self.url = url
        self.dialect = engine.dialect_of(url)
        self._log = f"{engine.sqlite_path(url)}-wal" if self.dialect == engine.SQLITE else None
        self._clock = clock
        self._idle: dict[bool, list[Connection]] = {False: [], True: []}
        self._lock = Lock()
        self._writing = Lock()
        self._closed = False

    @property
    def beside(self) -> bool:
        return self.dialect == engine.SQLITE

    def sign(self) -> object:
        """Size and time of the write-ahead log: every commit is written there first."""
        if self._log is None:
            return None
        try:
            found = os.stat(self._log)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A snapshot."""
        with self._transaction(write=False) as transaction:
            yield transaction

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """One atomic, durable change."""
        if self.dialect == engine.SQLITE:
            # Threads of one process queue here fairly instead of polling the file's lock.
            with self._writing, self._transaction(write=True) as transaction:
                yield transaction
        else:
            with self._transaction(write=True) as transaction:
                yield transaction

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Transaction]:
        db = self._begun(write)
        try:
            if write:
                check_revision(revision(db))
            transaction = Transaction(db)
            yield transaction
            self._finish(transaction, write)
        except BaseException as error:
            self._abandon(db, write)
            known = engine.store_error(error) if isinstance(error, Exception) else None
            if known is not None:
                raise known from error
            raise
        else:
            self._put_back(db, write)

    def _finish(self, transaction: Transaction, write: bool) -> None:
        if transaction.notes:
            if not write:
                raise StoreError("read_only")
            from storage.changes import append

            append(transaction.db, transaction.notes, self._clock())
        engine.commit(transaction.db)

    def _begun(self, write: bool) -> Connection:
        """A connection with a transaction begun; nothing else was executed, so a busy or lost one is tried again."""
        for turn in range(TRIES):
            db = None
            try:
                db = self._taken(write)
                engine.begin(db, write=write)
            except Exception as error:
                if db is not None:
                    db.close()
                known = engine.store_error(error) or error
                retry = isinstance(known, StoreError) and known.code in {"busy", "unreachable"} and db is not None
                if turn + 1 == TRIES or not retry:
                    raise known from error
            else:
                return db
        raise StoreError("busy")

    def _taken(self, write: bool) -> Connection:
        with self._lock:
            if self._closed:
                raise StoreError("closed")
            if self._idle[write]:
                return self._idle[write].pop()
        return engine.connect(self.url, write=write)

    def _put_back(self, db: Connection, write: bool) -> None:
        with self._lock:
            if not self._closed and len(self._idle[write]) < KEPT:
                self._idle[write].append(db)
                return
        db.close()

    def _abandon(self, db: Connection, write: bool) -> None:
        try:
            engine.rollback(db)
        except Exception:  # noqa: BLE001 - the connection is of no use any more, whatever is wrong with it
            db.close()
        else:
            self._put_back(db, write)

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file. The worker calls it now and then; a library with the WAL-reset
        race does it nowhere else."""
        if self.dialect != engine.SQLITE:
            return
        with self._writing:
            db = self._taken(write=True)
            try:
                engine.checkpoint(db)
            except Exception as error:
                known = engine.store_error(error)
                if known is None:
                    raise
                raise known from error
            finally:
                self._put_back(db, write=True)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            idle = [db for kind in self._idle.values() for db in kind]
            for kind in self._idle.values():
                kind.clear()
        for db in idle:
            db.close()

    def __enter__(self) -> SqlStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def revision(db: Connection) -> str:
    """The schema's revision; empty for a database without our tables. Raises ``StoreError``."""
    try:
        found: Any = db.value("SELECT version_num FROM alembic_version")
    except Exception as error:
        if engine.is_missing_table(error):
            return ""
        raise engine.store_error(error) or error from error
    return str(found or "")


def check_revision(found: str) -> None:
    """Raises ``StoreError`` unless it is the one this program writes."""
    if found == HEAD:
        return
    if not found:
        raise StoreError("not_a_store")
    raise StoreError("schema_older" if found in REVISIONS else "schema_newer", found=found, wanted=HEAD)


def utc_now() -> datetime:
    return datetime.now(UTC)


def open_store(
    url: str, *, create: bool = True, migrate: bool = False, clock: Callable[[], datetime] = utc_now
) -> SqlStore:
    """Open the store at ``url``, making a new one where there is none (``create``).

    Raises ``StoreError``: ``missing``, ``not_a_store``, ``schema_older`` (unless ``migrate``), ``schema_newer``,
    ``network_fs``, ``cannot_open``, ``read_only``, ``unreachable``, ``denied``, ``no_driver``, ``bad_url``.
    """
    from storage import files

    files.prepare(url, create=create)
    store = SqlStore(url, clock)
    try:
        db = store._begun(write=False)
        try:
            found = revision(db)
        finally:
            store._abandon(db, write=False)
        if not found and not create:
            with store.read() as transaction:
                if engine.is_empty(transaction.db):
                    raise StoreError("missing", path=engine.place(url))
        if not found and create:
            _create(url)
            found = HEAD
        if found in REVISIONS[:-1] and migrate:
            from storage.migrations import create as creation

            creation.upgrade(url)
            found = HEAD
        check_revision(found)
    except BaseException as error:
        store.close()
        known = engine.store_error(error) if isinstance(error, Exception) else None
        if known is not None:
            raise known from error
        raise
    return store


def _create(url: str) -> None:
    if engine.dialect_of(url) == engine.SQLITE:
        from storage.migrations import fresh

        fresh.create(url)
    else:
        from storage.migrations import create as creation

        creation.create(url)
