"""The one SQLite library of the process.

Two SQLite libraries that open one file in one process drop each other's POSIX locks and corrupt it, so nothing
else may import ``sqlite3``. The wheel ``pysqlite3`` is preferred because libraries before 3.51.3 (and not 3.50.7 or
3.44.6) can corrupt a write-ahead log when a reset races a checkpoint (sqlite.org, "WAL-reset bug").
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


def _choose() -> ModuleType:
    for name in ("pysqlite3.dbapi2", "sqlite3"):
        if find_spec(name.split(".")[0]) is not None:
            return import_module(name)
    raise ImportError("no SQLite library")


dbapi: ModuleType = _choose()


def version() -> tuple[int, int, int]:
    """Version of the library in use."""
    major, minor, patch = dbapi.sqlite_version_info
    return int(major), int(minor), int(patch)


def has_wal_race(found: tuple[int, int, int]) -> bool:
    """Does this library have the WAL-reset race?"""
    if found >= (3, 51, 3):
        return False
    return not ((3, 50, 7) <= found < (3, 51, 0) or (3, 44, 6) <= found < (3, 45, 0))
