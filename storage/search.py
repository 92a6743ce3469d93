"""Search: one folded text per message and guest, indexed by each engine's own means, with one result on both."""

from __future__ import annotations

from collections.abc import Sequence

from storage.engine import SQLITE, Connection
from tui_inbox.domain.fold import asked, fold

MESSAGE = "message"
GUEST = "guest"
RESERVATION = "reservation"

SQLITE_DDL = (
    # "ascii" splits at spaces only: our words hold letters and digits, and other scripts stay whole.
    # No phrase and no rank is ever asked for: neither positions nor sizes are kept.
    "CREATE VIRTUAL TABLE search_fts USING fts5(folded, content='search_entry', content_rowid='id', tokenize='ascii',"
    " detail='none', columnsize=0)",
    "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN"
    " INSERT INTO search_fts(rowid, folded) VALUES (new.id, new.folded); END",
    "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN"
    " INSERT INTO search_fts(search_fts, rowid, folded) VALUES ('delete', old.id, old.folded); END",
    "CREATE TRIGGER search_entry_changed AFTER UPDATE OF folded ON search_entry BEGIN"
    " INSERT INTO search_fts(search_fts, rowid, folded) VALUES ('delete', old.id, old.folded);"
    " INSERT INTO search_fts(rowid, folded) VALUES (new.id, new.folded); END",
)
POSTGRESQL_DDL = (
    "CREATE INDEX ix_search_words ON search_entry USING gin (array_to_tsvector(string_to_array(folded, ' ')))",
)

MOST_HITS = 10_000
"""Entries that a question is answered from, newest first: only an unfinished word fits more."""

_MATCH_POSTGRESQL = "array_to_tsvector(string_to_array(e.folded, ' ')) @@ CAST(:words AS tsquery)"

Words = Sequence[tuple[str, bool]]
"""Words to look for, all of them, and whether each may go on."""


def question(text: str) -> Words:
    """The words of what a person typed; empty when there is none."""
    return asked(text)


def match(db: Connection) -> str:
    """Condition on ``search_entry e`` for the parameter ``:words``."""
    if db.dialect == SQLITE:
        return "e.id IN (SELECT rowid FROM search_fts WHERE search_fts MATCH :words)"
    return _MATCH_POSTGRESQL


def newest(db: Connection) -> str:
    """Ids of the newest ``:most`` entries that match ``:words``."""
    if db.dialect == SQLITE:
        return "SELECT rowid AS id FROM search_fts WHERE search_fts MATCH :words ORDER BY rowid DESC LIMIT :most"
    # The sum keeps the planner from walking the keys backwards, folding every entry on the way, for the sake of LIMIT.
    return f"SELECT e.id FROM search_entry e WHERE {_MATCH_POSTGRESQL} ORDER BY e.id + 0 DESC LIMIT :most"


def expression(db: Connection, words: Words, *, whole: bool = False) -> str:
    """The words in the engine's own query language; ``whole`` takes every word as finished."""
    endless = ((word, open_ended and not whole) for word, open_ended in words)
    if db.dialect == SQLITE:
        return " AND ".join(f'"{word}"*' if open_ended else f'"{word}"' for word, open_ended in endless)
    return " & ".join(f"'{word}':*" if open_ended else f"'{word}'" for word, open_ended in endless)


def count(db: Connection, words: str, most: int) -> int:
    """Entries that match, as far as ``most``."""
    found: int = db.value(f"SELECT COUNT(*) FROM ({newest(db)}) s", words=words, most=most)
    return found


def add_entry(
    db: Connection,
    kind: str,
    ref_id: int,
    text: str,
    *,
    conversation_id: int | None = None,
    guest_id: int | None = None,
) -> None:
    """The entry of something new."""
    db.insert(
        "search_entry",
        kind=kind,
        ref_id=ref_id,
        conversation_id=conversation_id,
        guest_id=guest_id,
        folded=fold(text),
    )


def add_messages(db: Connection, messages: Sequence[tuple[int, int, str]]) -> None:
    """The entries of new messages: (id, conversation, text)."""
    rows = [(MESSAGE, identity, conversation_id, fold(text)) for identity, conversation_id, text in messages]
    db.insert_many("search_entry", ("kind", "ref_id", "conversation_id", "folded"), rows)


def put_entry(
    db: Connection,
    kind: str,
    ref_id: int,
    text: str,
    *,
    conversation_id: int | None = None,
    guest_id: int | None = None,
) -> None:
    """The entry of something that may have one already; untouched when its words are the same."""
    folded = fold(text)
    row = db.one("SELECT id, folded FROM search_entry WHERE kind = :kind AND ref_id = :ref", kind=kind, ref=ref_id)
    if row is None:
        add_entry(db, kind, ref_id, text, conversation_id=conversation_id, guest_id=guest_id)
        return
    db.update("search_entry", {"id": row[0]}, conversation_id=conversation_id, guest_id=guest_id)
    if row[1] != folded:
        db.update("search_entry", {"id": row[0]}, folded=folded)


def guests(db: Connection, text: str, limit: int) -> list[int]:
    """Ids of guests whose own entry or stays match, newest entry first."""
    words = question(text)
    if not words:
        return []
    rows = db.all(
        f"SELECT e.guest_id FROM search_entry e WHERE {match(db)} AND e.kind IN ('guest', 'reservation')"
        " AND e.guest_id IS NOT NULL ORDER BY e.id + 0 DESC LIMIT :limit",
        words=expression(db, words),
        limit=limit,
    )
    return list(dict.fromkeys(row[0] for row in rows))
