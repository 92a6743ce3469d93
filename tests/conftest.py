"""Stores for every test that needs one: a copy of a fresh SQLite file, or an emptied PostgreSQL database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from storage.engine import connect
from storage.store import SqlStore, open_store
from tui_inbox import wording

PROCESSES = ("e2e", "receiver", "worker")
"""Folders whose tests drive processes and threads against the clock: one after the other, whoever runs beside them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file stay together where several processes share the work (``-n``)."""
    here = Path(__file__).parent
    for item in items:
        path = item.path.relative_to(here)
        item.add_marker(pytest.mark.xdist_group("processes" if path.parts[0] in PROCESSES else str(path)))


@pytest.fixture(autouse=True)
def english() -> None:
    """Whatever language the test before had chosen."""
    wording.use("en")
    wording.use_zone(UTC)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new store, closed, to be copied."""
    path = tmp_path_factory.mktemp("store") / "template.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of this process's own on the server that TUI_INBOX_TEST_PG names; skips without one."""
    server = os.environ.get("TUI_INBOX_TEST_PG")
    if not server:
        pytest.skip("TUI_INBOX_TEST_PG names no PostgreSQL server")
    name = f"tui_test_{os.getpid()}"
    url = server.rpartition("/")[0] + "/" + name
    db = connect(server, write=True)
    db.raw.execute(f"CREATE DATABASE {name}")
    try:
        open_store(url).close()
        yield url
    finally:
        db.raw.execute(f"DROP DATABASE {name} WITH (FORCE)")
        db.close()


def emptied(url: str) -> None:
    """Every table but the schema's stamp, and their counters, as in a new store."""
    db = connect(url, write=True)
    try:
        tables = db.all(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        names = ", ".join(f'"{name}"' for (name,) in tables)
        db.raw.execute(f"TRUNCATE {names} RESTART IDENTITY")
    finally:
        db.close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "inbox.db"
    shutil.copy(sqlite_template, path)
    path.chmod(0o600)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> str:
    """An empty store of each kind."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        return url
    url = request.getfixturevalue("postgres_url")
    emptied(url)
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An open store of each kind."""
    with open_store(store_url) as opened:
        yield opened


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[SqlStore]:
    """For tests of rules that do not depend on the engine."""
    with open_store(sqlite_url) as opened:
        yield opened
