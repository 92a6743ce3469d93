"""Backups of a SQLite store while it is in use: one consistent file, checked, with a manifest beside it."""

from __future__ import annotations

import os
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

import msgspec

from storage import engine
from storage.engine import POSTGRESQL, dialect_of
from tui_inbox.domain.errors import StoreError


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds, for checking it before it is needed."""

    made_at: datetime
    revision: str
    size: int
    sha256: str
    rows: dict[str, int]


def backup(url: str, target: str | Path, at: datetime) -> Manifest:
    """Copy the store to ``target`` (0600, not there before) and write ``target.json``.

    Raises ``StoreError``: ``use_pg_dump`` (PostgreSQL has its own tool), ``exists``, ``backup_damaged``,
    ``disk_full`` ...
    """
    if dialect_of(url) == POSTGRESQL:
        raise StoreError("use_pg_dump")
    place = Path(target)
    if place.exists():
        raise StoreError("exists", path=str(place))
    partial = place.with_name(place.name + ".partial")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        # VACUUM INTO would make the file readable for everybody; it takes an empty one as it is.
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError("cannot_open", path=str(place), library=error.strerror or "") from error
    try:
        _copy(url, partial)
        manifest = _manifest(partial, at)
        _write_private(place.with_name(place.name + ".json"), msgspec.json.format(msgspec.json.encode(manifest)))
        _sync(partial)
        os.replace(partial, place)
        _sync(place.parent)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        known = engine.store_error(error) if isinstance(error, Exception) else None
        if known is not None:
            raise known from error
        raise
    return manifest


def _copy(url: str, place: Path) -> None:
    db = engine.connect(url, write=True)
    try:
        db.raw.execute("VACUUM INTO ?", (str(place),))
    finally:
        db.close()


def _manifest(place: Path, at: datetime) -> Manifest:
    """Open the copy as a store would, and count it."""
    db = engine.connect(f"sqlite:///{place}", write=False)
    try:
        if db.value("PRAGMA quick_check(1)") != "ok":
            raise StoreError("backup_damaged", path=str(place))
        names = db.all(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            " AND name NOT LIKE 'search_fts%' ORDER BY name"
        )
        rows = {name: int(db.value(f'SELECT COUNT(*) FROM "{name}"')) for (name,) in names}
        revision = str(db.value("SELECT version_num FROM alembic_version"))
    finally:
        db.close()
    with place.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return Manifest(at, revision, place.stat().st_size, digest, rows)


def _write_private(place: Path, content: bytes) -> None:
    descriptor = os.open(place, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
