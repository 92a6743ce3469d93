"""The schema's revisions, the worker's lease, files, backups and checks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from storage import engine, tables
from storage.backup import Manifest, backup
from storage.blobs import FileBlobs
from storage.check import check
from storage.lease import open_lease
from storage.migrations import HEAD, REVISIONS
from storage.migrations.create import make_engine, upgrade
from storage.store import SqlStore, open_store
from tests.builders import NOW, a_conversation, an_inbound
from tui_inbox.domain.errors import NotFound, StoreError
from tui_inbox.domain.message import Attachment

_STAMP = ("alembic_version",)
Schema = list[tuple[object, ...]]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/bare.db"
        return
    used: str = request.getfixturevalue("postgres_url")
    name = f"tui_bare_{os.getpid()}"
    db = engine.connect(used, write=True)
    db.raw.execute(f"CREATE DATABASE {name}")
    yield used.rpartition("/")[0] + "/" + name
    db.raw.execute(f"DROP DATABASE {name} WITH (FORCE)")
    db.close()


def schema_of(url: str) -> Schema:
    db = engine.connect(url, write=True)
    try:
        if db.dialect == engine.SQLITE:
            rows = db.all("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            # The order of a table's constraints means nothing.
            return [
                (kind, name, sorted(" ".join(part.split()) for part in sql.replace(")", ",").split(",")))
                for kind, name, sql in rows
                if name not in _STAMP
            ]
        columns = db.all(
            "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2"
        )
        indexes = db.all("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
        checks = db.all(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'c' AND connamespace = 'public'::regnamespace ORDER BY 1, 2"
        )
        return [*columns, *(row for row in indexes if "alembic" not in row[0]), *checks]
    finally:
        db.close()


def test_the_revisions_lead_to_the_tables_as_they_are(store_url: str, bare_url: str) -> None:
    if engine.dialect_of(store_url) != engine.dialect_of(bare_url):
        pytest.skip("the other engine")
    upgrade(bare_url)
    assert schema_of(bare_url) == schema_of(store_url)
    with open_store(bare_url, create=False) as store, store.write() as t:
        an_inbound(t, a_conversation(t))


def test_the_chain_of_revisions_is_the_list_that_the_store_knows() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    chain = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(chain)) == REVISIONS
    assert chain[0] == HEAD


def test_an_older_store_says_so_and_is_upgraded_only_when_told(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage import store as module

    monkeypatch.setattr(module, "REVISIONS", ("0001", "0002"))
    monkeypatch.setattr(module, "HEAD", "0002")
    with pytest.raises(StoreError) as refused:
        open_store(store_url)
    assert (refused.value.code, refused.value.params["found"]) == ("schema_older", "0001")


def test_a_migration_that_fails_leaves_nothing(bare_url: str) -> None:
    from sqlalchemy import text

    made = make_engine(bare_url)

    def half() -> None:
        with made.begin() as connection:
            connection.execute(text("CREATE TABLE half (a INTEGER)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    made.dispose()
    assert schema_of(bare_url) == []


def test_only_one_holds_the_lease_until_it_lets_go(store_url: str) -> None:
    first, second = open_lease(store_url), open_lease(store_url)
    try:
        assert first.acquire()
        assert first.acquire(), "asked again by its holder"
        assert not second.acquire()
        first.release()
        assert second.acquire()
    finally:
        first.release()
        second.release()


def test_a_killed_worker_frees_the_lease(store_url: str) -> None:
    code = (
        f"import sys\nfrom storage.lease import open_lease\nlease = open_lease({store_url!r})\n"
        "print(lease.acquire(), flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "True\n"
        lease = open_lease(store_url)
        assert not lease.acquire()
        worker.kill()
        worker.wait()
        waited = any(lease.acquire() or _server_noticed(store_url) for _ in range(100))
        lease.release()
    assert waited


def _server_noticed(url: str) -> bool:
    """Give a server its moment to see that a client died; a file's lock is free at once."""
    if engine.dialect_of(url) == engine.POSTGRESQL:
        db = engine.connect(url, write=True)
        db.value("SELECT CAST(pg_sleep(0.02) AS TEXT)")
        db.close()
    return False


def test_a_lost_session_is_a_lost_lease(postgres_url: str) -> None:
    lease, admin = open_lease(postgres_url), engine.connect(postgres_url, write=True)
    assert lease.acquire()
    admin.all(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    other = open_lease(postgres_url)
    taken = any(other.acquire() or _server_noticed(postgres_url) for _ in range(100))
    assert taken
    assert not lease.acquire()
    other.release()
    admin.close()


def test_files_are_private_named_by_content_and_stored_once(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path / "files")
    name = blobs.put(b"a plan")
    assert blobs.put(b"a plan") == name
    assert blobs.get(name) == b"a plan"
    files = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert [str(path) for path in files] == [blobs.path(name)]
    assert files[0].stat().st_mode & 0o777 == 0o600
    assert files[0].parent.stat().st_mode & 0o777 == 0o700
    for wrong in ("../../etc/passwd", "0" * 64, ""):
        with pytest.raises(NotFound):
            blobs.get(wrong)


def test_a_file_that_cannot_be_stored_is_said(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(StoreError) as refused:
        FileBlobs(tmp_path / "files").put(b"x")
    assert refused.value.code == "cannot_open"


def test_a_backup_is_a_whole_private_store_with_its_manifest(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        conversation = a_conversation(t)
        message = an_inbound(t, conversation, "pool")
    target = tmp_path / "backups" / "one.db"
    with sqlite_store.write() as t:
        an_inbound(t, conversation, "not committed yet")
        manifest = backup(sqlite_store.url, target, NOW)
    assert manifest.rows["message"] == 1
    assert manifest.revision == HEAD
    assert msgspec.json.decode(target.with_name("one.db.json").read_bytes(), type=Manifest) == manifest
    assert sorted(path.name for path in target.parent.iterdir()) == ["one.db", "one.db.json"]
    assert {path.stat().st_mode & 0o777 for path in target.parent.iterdir()} == {0o600}
    assert target.stat().st_size == manifest.size
    with open_store(f"sqlite:///{target}", create=False) as restored, restored.read() as t:
        assert t.messages.get(message.id) == message
    assert check(f"sqlite:///{target}", full=True) == []
    with pytest.raises(StoreError) as refused:
        backup(sqlite_store.url, target, NOW)
    assert refused.value.code == "exists"


def test_postgresql_is_backed_up_by_its_own_tool(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        backup("postgresql://127.0.0.1/inbox", tmp_path / "x", NOW)
    assert refused.value.code == "use_pg_dump"


def test_a_whole_store_has_no_finding(store: SqlStore) -> None:
    with store.write() as t:
        conversation = a_conversation(t)
        an_inbound(t, conversation, attachments=(Attachment("a", "b"),))
        t.unread.bump(conversation, ["ana"], NOW)
    assert check(store.url, full=True) == []


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("DELETE FROM conversation", "message_without_conversation"),
        ("DELETE FROM guest", "conversation_without_guest"),
        ("DELETE FROM message", "search_entry_lost"),
        ("DELETE FROM search_message", "message_not_searchable"),
        ("UPDATE unread SET state = 'spam'", "unread_out_of_step"),
        ("UPDATE conversation SET unanswered = 1", "unanswered_without_time"),
        ("ALTER TABLE tag ADD COLUMN extra TEXT", "column_unknown"),
        ("ALTER TABLE tag RENAME COLUMN colour TO color", "column_missing"),
    ],
)
def test_a_fault_is_found(sqlite_store: SqlStore, damage: str, code: str) -> None:
    with sqlite_store.write() as t:
        conversation = a_conversation(t)
        an_inbound(t, conversation)
        t.unread.bump(conversation, ["ana"], NOW)
    db = engine.connect(sqlite_store.url, write=True)
    db.run(damage)
    db.close()
    assert code in [finding.code for finding in check(sqlite_store.url)]


def test_a_damaged_file_is_found(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store, store.write() as t:
        for _ in range(30):
            an_inbound(t, a_conversation(t), "parking " * 30)
    path = Path(engine.sqlite_path(sqlite_url))
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = bytes(8192)
    path.write_bytes(content)
    try:
        found = [finding.code for finding in check(sqlite_url, full=True)]
    except StoreError as error:
        found = [error.code]
    assert found
    assert set(found) <= {"damaged", "corrupt"}


def test_every_table_has_its_code_checks_in_the_database(store: SqlStore) -> None:
    assert "conversation" in tables.metadata.tables
    with pytest.raises(Exception, match=r"(?i)check"), store.write() as t:
        t.db.run(  # type: ignore[attr-defined]
            "INSERT INTO conversation (guest_id, state, last_at, created_at) VALUES (1, 'nonsense', 1, 1)"
        )
