"""Facts for ``doctor`` that only storage and adapters know."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from tui_inbox.bootstrap.opening import Account, open_secrets, store_url
from tui_inbox.config import Loaded
from tui_inbox.domain.errors import Refused


class Library(NamedTuple):
    name: str
    version: str
    races: bool
    """It has the WAL-reset race, which the store works around."""


class Place(NamedTuple):
    """Where a SQLite store lies."""

    path: Path
    exists: bool
    mode: int
    free_bytes: int


def sqlite_library() -> Library:
    from storage import sqlite

    found = sqlite.version()
    name = "pysqlite3" if sqlite.dbapi.__name__.startswith("pysqlite3") else "sqlite3"
    return Library(name, ".".join(map(str, found)), sqlite.has_wal_race(found))


def shown_url(loaded: Loaded) -> str:
    """The store's address without a password."""
    url = store_url(loaded)
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{host}"))


def sqlite_place(loaded: Loaded) -> Place | None:
    """None for PostgreSQL."""
    from storage.engine import SQLITE, dialect_of, sqlite_path

    url = store_url(loaded)
    if dialect_of(url) != SQLITE:
        return None
    path = Path(sqlite_path(url)).absolute()
    folder = next(parent for parent in path.parents if os.path.isdir(parent))
    try:
        mode, there = stat.S_IMODE(path.stat().st_mode), True
    except OSError:
        # Not there, or in a folder that may not be entered: opening it will say which.
        mode, there = 0, False
    return Place(path, there, mode, shutil.disk_usage(folder).free)


SECRET_KEYS = ("secret", "app_secret", "verify_token", "client_token")
"""Keys of an account's table that name a secret, whatever its type."""


class Held(NamedTuple):
    """One secret that the configuration names."""

    name: str
    used_by: str
    vault: str
    refusal: Refused | None


def secrets_held(loaded: Loaded, accounts: Mapping[str, Account]) -> list[Held]:
    """Which vault holds each secret, or why none does; never the value."""
    chain = open_secrets(loaded)
    keys = [(name, account, key) for name, account in accounts.items() for key in SECRET_KEYS]
    wanted = [(name, str(getattr(account.settings, key, ""))) for name, account, key in keys]
    wanted.append(("[store]", loaded.config.store.secret))
    found = []
    for user, name in wanted:
        if not name:
            continue
        try:
            chain.get(name)
        except Refused as error:
            found.append(Held(name, user, "", error))
        else:
            found.append(Held(name, user, chain.holder(name) or "", None))
    return found


def vaults(loaded: Loaded) -> list[str]:
    """Names of the vaults in force, in their order."""
    return [vault.name for vault in open_secrets(loaded).vaults]


def keyring_state(loaded: Loaded) -> tuple[bool, str]:
    """(a real keyring answers, what was found instead)."""
    from adapters.secrets import real_keyring

    if not loaded.config.secrets.keyring:
        return False, "keyring = false"
    backend, label = real_keyring()
    return backend is not None, label
