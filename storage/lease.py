"""One worker at a time: a lock that dies with its holder, never a time that runs out under a paused one."""

from __future__ import annotations

import fcntl
import os

from storage import engine
from storage.engine import SQLITE, Connection, dialect_of, sqlite_path
from tui_inbox.domain.errors import StoreError

_KEY = 7305481203


class FileLease:
    """``flock`` on a file beside a SQLite store; the file stays, only its lock means something."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Without waiting; True while it is ours already. Raises ``StoreError("cannot_open")``."""
        if self._descriptor is not None:
            return True
        try:
            descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError("cannot_open", path=self.path, library=error.strerror or "") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class ServerLease:
    """A session's advisory lock on PostgreSQL; the server frees it when the session ends."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: Connection | None = None

    def acquire(self) -> bool:
        """Without waiting. Asked again by the holder, it tells whether the session, and so the lock, still lives."""
        try:
            if self._session is not None:
                try:
                    self._session.value("SELECT 1")
                except Exception:  # noqa: BLE001 - a lost session is a lost lock, whatever ended it
                    self.release()
                else:
                    return True
            session = engine.connect(self._url, write=True)
            if session.value("SELECT pg_try_advisory_lock(:key)", key=_KEY):
                self._session = session
                return True
            session.close()
        except Exception as error:
            raise engine.store_error(error) or error from error
        return False

    def release(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


def open_lease(url: str) -> FileLease | ServerLease:
    """The lease of the store at ``url``; nobody holds it yet."""
    if dialect_of(url) == SQLITE:
        return FileLease(sqlite_path(url) + ".worker.lock")
    return ServerLease(url)
