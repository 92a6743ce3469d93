"""Transactions: atomic, isolated, durable, refused when they cannot be kept."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest

from storage import engine, sqlite
from storage.store import KEPT, SqlStore, open_store
from tests.builders import NOW, a_conversation, a_guest
from tui_inbox.domain.conversation import State
from tui_inbox.domain.errors import NotFound, StoreError


def test_a_block_that_fails_changes_nothing(store: SqlStore) -> None:
    def failing() -> None:
        with store.write() as t:
            a_guest(t)
            t.changed("guest", 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    with store.read() as t:
        assert t.guests.get(1) is None
        assert t.changes.latest() == 0


def test_a_reader_keeps_its_snapshot_while_another_writes(store: SqlStore) -> None:
    with store.write() as t:
        conversation = a_conversation(t)
    with store.read() as reading:
        before = reading.conversations.get(conversation.id)
        with store.write() as t:
            t.conversations.put(t.conversations.load(conversation.id)._replace(state=State.CLOSED))
        assert reading.conversations.get(conversation.id) == before
    with store.read() as reading:
        assert reading.conversations.get(conversation.id) == conversation._replace(state=State.CLOSED)


def test_a_reader_cannot_write(store: SqlStore) -> None:
    with pytest.raises(StoreError) as refused, store.read() as t:
        a_guest(t)
    assert refused.value.code == "read_only"


def test_a_reader_loads_what_a_writer_would_lock(store: SqlStore) -> None:
    with store.write() as t:
        conversation = a_conversation(t)
    with store.read() as t:
        assert t.conversations.load(conversation.id) == conversation
        assert t.guests.load(conversation.guest_id).id == conversation.guest_id


def test_two_writers_of_one_row_lose_nothing(store: SqlStore) -> None:
    with store.write() as t:
        conversation = a_conversation(t, preview="0")

    def count_up() -> None:
        for _ in range(15):
            with store.write() as t:
                loaded = t.conversations.load(conversation.id)
                t.conversations.put(loaded._replace(preview=str(int(loaded.preview) + 1)))
                t.changed("conversation", conversation.id)

    threads = [Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as t:
        found = t.conversations.get(conversation.id)
        assert found is not None
        assert found.preview == "60"
        assert [change.seq for change in t.changes.since(0, 100)] == list(range(1, 61))


def test_notes_wake_others_once_each_in_order_and_are_pruned(store: SqlStore) -> None:
    with store.write() as t:
        t.changed("conversation", 7)
        t.changed("guest", 3)
        t.changed("conversation", 7)
    with store.read() as t:
        assert [(change.kind, change.ref) for change in t.changes.since(0, 9)] == [("conversation", 7), ("guest", 3)]
        latest = t.changes.latest()
        assert [change.ref for change in t.changes.since(latest - 1, 9)] == [3]
    with store.write() as t:
        assert t.changes.prune(NOW.replace(year=9000)) == 1
    with store.read() as t:
        assert (t.changes.oldest(), t.changes.latest()) == (latest, latest)


def test_put_of_a_row_that_is_gone_says_so(store: SqlStore) -> None:
    with store.write() as t:
        conversation = a_conversation(t)
        t.conversations.remove(conversation.id)
    with pytest.raises(NotFound), store.write() as t:
        t.conversations.put(conversation._replace(state=State.CLOSED))
    with pytest.raises(NotFound), store.write() as t:
        t.conversations.load(conversation.id)


def test_a_removed_conversation_comes_back_under_its_id_though_others_were_made(store: SqlStore) -> None:
    with store.write() as t:
        guest = a_guest(t)
        conversation = a_conversation(t, guest)
        t.unread.bump(conversation, ["ana"], NOW)
        t.conversations.remove(conversation.id)
        other = a_conversation(t)
        t.conversations.restore(conversation)
    assert other.id != conversation.id
    with store.read() as t:
        assert t.conversations.get(conversation.id) == conversation
        assert t.conversations.of_guest(guest.id, "") == conversation


def test_what_was_committed_is_there_for_the_next_process(store_url: str) -> None:
    with open_store(store_url) as store, store.write() as t:
        guest = a_guest(t)
    with open_store(store_url) as store, store.read() as t:
        assert t.guests.get(guest.id) == guest


def test_reading_and_writing_import_no_mapper(sqlite_url: str) -> None:
    code = (
        "import sys\nfrom datetime import date\nfrom storage.store import open_store\nfrom tui_inbox.rows import View\n"
        f"with open_store({sqlite_url!r}) as store:\n"
        "    with store.write() as t: t.changed('conversation', 1)\n"
        "    with store.read() as t: t.inbox.page(View(), 'ana', date(2026, 1, 1), None, 50)\n"
        "print(sorted({'sqlmodel', 'sqlalchemy', 'alembic', 'pydantic', 'psycopg'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_store_of_a_newer_program_is_not_touched(store_url: str) -> None:
    with open_store(store_url) as store:
        stamp(store_url, "9999")
        try:
            with pytest.raises(StoreError) as refused, store.write() as t:
                a_guest(t)
            assert refused.value.code == "schema_newer"
            with pytest.raises(StoreError) as refused:
                open_store(store_url)
            assert refused.value.code == "schema_newer"
        finally:
            stamp(store_url, "0001")


def stamp(url: str, revision: str) -> None:
    db = engine.connect(url, write=True)
    db.run("UPDATE alembic_version SET version_num = :revision", revision=revision)
    db.close()


def test_a_new_store_is_private_and_made_with_its_directory(tmp_path: Path) -> None:
    place = tmp_path / "var" / "inbox.db"
    mask = os.umask(0)
    try:
        with open_store(f"sqlite:///{place}") as store, store.write() as t:
            a_guest(t)
            modes = {path.name: path.stat().st_mode & 0o777 for path in place.parent.iterdir()}
    finally:
        os.umask(mask)
    assert modes == {"inbox.db": 0o600, "inbox.db-wal": 0o600, "inbox.db-shm": 0o600}
    assert place.parent.stat().st_mode & 0o777 == 0o700


def test_what_cannot_be_a_store_is_said(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear sirs, " * 400)
    for url, code in (
        (f"sqlite:///{tmp_path}/letter.db", "not_a_store"),
        (f"sqlite:///{tmp_path}/absent.db", "missing"),
        ("mysql://localhost/inbox", "bad_url"),
        ("postgresql://nobody@127.0.0.1:1/none", "unreachable"),
    ):
        with pytest.raises(StoreError) as refused:
            open_store(url, create=False)
        assert refused.value.code == code, url


def test_an_empty_database_is_a_store_to_come_not_somebody_else_s(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreError) as refused:
        open_store(f"sqlite:///{tmp_path}/empty.db", create=False)
    assert refused.value.code == "missing"


@pytest.mark.postgres
def test_postgresql_s_own_words_are_kept_and_its_empty_database_is_a_store_to_come(postgres_url: str) -> None:
    with pytest.raises(StoreError) as refused:
        open_store(postgres_url + "_absent", create=False)
    assert "_absent" in str(refused.value.params["words"])
    db = engine.connect(postgres_url, write=True)
    db.raw.execute("CREATE SCHEMA bare")
    try:
        with pytest.raises(StoreError) as missing:
            open_store(postgres_url + "?options=-csearch_path%3Dbare", create=False)
    finally:
        db.raw.execute("DROP SCHEMA bare")
        db.close()
    assert missing.value.code == "missing"
    assert "@" not in str(missing.value.params["path"])


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/other.db"
    db = engine.connect(url, write=True)
    db.run("CREATE TABLE song (title TEXT)")
    db.close()
    with pytest.raises(StoreError) as refused:
        open_store(url)
    assert refused.value.code == "not_a_store"


def test_a_busy_store_is_tried_three_times_and_then_said(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.01)
    holder = engine.connect(sqlite_url, write=True)
    with open_store(sqlite_url) as store:
        engine.begin(holder, write=True)
        with pytest.raises(StoreError) as refused, store.write():
            pass
        assert refused.value.code == "busy"
        engine.rollback(holder)
        with store.write() as t:
            a_guest(t)
    holder.close()


def test_the_file_is_kept_as_the_recipe_says(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        pragmas = {
            name: t.db.value(f"PRAGMA {name}")  # type: ignore[attr-defined]
            for name in ("journal_mode", "synchronous", "secure_delete", "trusted_schema", "cell_size_check")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
    }


def test_a_library_with_the_race_checkpoints_only_when_told(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "version", lambda: (3, 40, 1))
    with open_store(sqlite_url) as store:
        with store.write() as t:
            a_guest(t)
            assert t.db.value("PRAGMA wal_autocheckpoint") == 0
        log = Path(engine.sqlite_path(sqlite_url) + "-wal")
        assert log.stat().st_size > 0
        store.checkpoint()
        assert log.stat().st_size == 0


@pytest.mark.parametrize(
    ("version", "affected"),
    [((3, 40, 1), True), ((3, 44, 6), False), ((3, 50, 6), True), ((3, 50, 7), False), ((3, 51, 3), False)],
)
def test_libraries_with_the_race_are_known(version: tuple[int, int, int], affected: bool) -> None:
    assert sqlite.has_wal_race(version) is affected


def test_sql_is_translated_for_the_other_engine() -> None:
    assert engine.translated("SELECT ':a', \"b:c\", x::text, 5 % 2 FROM t WHERE n = :n AND m LIKE '5%'") == (
        "SELECT ':a', \"b:c\", x::text, 5 %% 2 FROM t WHERE n = %(n)s AND m LIKE '5%%'"
    )


def test_lists_of_every_length_need_few_texts_and_find_what_they_hold(store: SqlStore) -> None:
    with store.write() as tx:
        ids = [a_guest(tx, f"Guest {n}").id for n in range(70)]
    texts = set()
    with store.read() as tx:
        for count in range(len(ids) + 1):
            marks, params = engine.in_list("id", ids[:count])
            texts.add(marks)
            within = tx.db.all(f"SELECT id FROM guest WHERE id IN ({marks}) ORDER BY id", **params)
            assert within == [(one,) for one in ids[:count]]
            beside = tx.db.value(f"SELECT COUNT(*) FROM guest WHERE id NOT IN ({marks})", **params)
            assert beside == (len(ids) - count if count else 0)
    assert len(texts) <= 22


def test_what_a_burst_opened_is_closed_after_it(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[engine.Connection] = []
    connect = engine.connect

    def noted(url: str, *, write: bool) -> engine.Connection:
        opened.append(connect(url, write=write))
        return opened[-1]

    with open_store(sqlite_url) as store:
        monkeypatch.setattr(engine, "connect", noted)
        with ExitStack() as burst:
            readers = [burst.enter_context(store.read()) for _ in range(KEPT + 6)]
            assert len(readers) == KEPT + 6
        closed = 0
        for db in opened:
            try:
                db.raw.execute("SELECT 1")
            except sqlite.dbapi.ProgrammingError:
                closed += 1
        assert len(opened) - closed <= KEPT
        before = len(opened)
        with store.read(), store.read():
            pass
        assert len(opened) == before
