"""Search: folded words of messages and of guests, indexed by each engine's own means, with one result on both.

A message's entry lies with those of its conversation: the upper bits of its id are the conversation's. So a hit tells
whose it is without a look at the entry, and all entries of a conversation are one range. A guest has one entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storage.engine import SQLITE, Connection
from tui_inbox.domain.fold import asked, fold

MESSAGES, GUESTS = "search_message", "search_guest"

BITS = 20
"""Room for a million messages in each conversation; SQLite packs close numbers well."""
_LAST = (1 << BITS) - 1


def _fts(table: str) -> tuple[str, ...]:
    added = f"INSERT INTO {table}_fts(rowid, folded) VALUES (new.id, new.folded);"
    removed = f"INSERT INTO {table}_fts({table}_fts, rowid, folded) VALUES ('delete', old.id, old.folded);"
    return (
        # "ascii" splits at spaces only: our words hold letters and digits, and other scripts stay whole.
        # No phrase and no rank is ever asked for: neither positions nor sizes are kept.
        f"CREATE VIRTUAL TABLE {table}_fts USING fts5(folded, content='{table}', content_rowid='id', tokenize='ascii',"
        " detail='none', columnsize=0)",
        f"CREATE TRIGGER {table}_added AFTER INSERT ON {table} BEGIN {added} END",
        f"CREATE TRIGGER {table}_removed AFTER DELETE ON {table} BEGIN {removed} END",
        f"CREATE TRIGGER {table}_changed AFTER UPDATE OF id, folded ON {table} BEGIN {removed} {added} END",
    )


SQLITE_DDL = (*_fts(MESSAGES), *_fts(GUESTS))
POSTGRESQL_DDL = tuple(
    f"CREATE INDEX ix_{table}_words ON {table} USING gin (array_to_tsvector(string_to_array(folded, ' ')))"
    for table in (MESSAGES, GUESTS)
)

MOST_HITS = 10_000
"""Entries of each table that a question is answered from, newest first: only an unfinished word fits more."""

# Who writes a message holds its conversation: the next id in it is nobody else's.
_NEXT = f"(SELECT COALESCE(MAX(id) + 1, :first) FROM {MESSAGES} WHERE id BETWEEN :first AND :first + {_LAST})"

Words = Sequence[tuple[str, bool]]
"""Words to look for, all of them, and whether each may go on."""


def question(text: str) -> Words:
    """The words of what a person typed; empty when there is none."""
    return asked(text)


def expression(db: Connection, words: Words, *, whole: bool = False) -> str:
    """The words in the engine's own query language; ``whole`` takes every word as finished."""
    endless = ((word, open_ended and not whole) for word, open_ended in words)
    if db.dialect == SQLITE:
        return " AND ".join(f'"{word}"*' if open_ended else f'"{word}"' for word, open_ended in endless)
    return " & ".join(f"'{word}':*" if open_ended else f"'{word}'" for word, open_ended in endless)


def _matching(db: Connection, table: str) -> str:
    """Ids of the entries that match ``:words``."""
    if db.dialect == SQLITE:
        return f"SELECT rowid AS id FROM {table}_fts WHERE {table}_fts MATCH :words"
    words = "array_to_tsvector(string_to_array(folded, ' ')) @@ CAST(:words AS tsquery)"
    return f"SELECT id FROM {table} WHERE {words}"


def _newest(db: Connection, table: str) -> str:
    """The newest ``:most`` of them."""
    if db.dialect == SQLITE:
        return f"{_matching(db, table)} ORDER BY rowid DESC LIMIT :most"
    # The sum keeps the planner from walking the keys backwards, folding every entry on the way, for the sake of LIMIT.
    return f"{_matching(db, table)} ORDER BY id + 0 DESC LIMIT :most"


def conversations(db: Connection) -> str:
    """Conversations with a message that matches ``:words``, once for each of the newest ``:most``."""
    return f"SELECT n.id >> {BITS} AS id FROM ({_newest(db, MESSAGES)}) n"


def guests(db: Connection) -> str:
    """Guests who match ``:words`` by their own, the newest ``:most``."""
    return f"SELECT n.id AS id FROM ({_newest(db, GUESTS)}) n"


def count(db: Connection, words: str, most: int) -> int:
    """Entries that match, as far as ``most`` of messages and of guests."""
    # PostgreSQL plans what is materialized without the LIMIT, for whose sake it would fold entry by entry, and still
    # stops there.
    way = "NOT MATERIALIZED" if db.dialect == SQLITE else "MATERIALIZED"
    hits = ", ".join(f"{table}_hit AS {way} ({_matching(db, table)})" for table in (MESSAGES, GUESTS))
    parts = (f"(SELECT COUNT(*) FROM (SELECT 1 FROM {table}_hit LIMIT :most) n)" for table in (MESSAGES, GUESTS))
    found: int = db.value(f"WITH {hits} SELECT {' + '.join(parts)}", words=words, most=most)
    return found


def probe(words: Words) -> tuple[str, dict[str, object]]:
    """Does conversation ``c``, or its guest, have an entry with all these words? Read from the entries themselves:
    asking the index for each one took ten times longer (measured: 165 ms against 13 ms for a page)."""
    params: dict[str, object] = {f"word_{n}": f"% {word} %" for n, (word, _) in enumerate(words)}
    entry = " AND ".join(f"(' ' || e.folded || ' ') LIKE :{name}" for name in params)
    within = f"e.id BETWEEN c.id << {BITS} AND (c.id << {BITS}) + {_LAST}"
    # A value, because PostgreSQL would read all guests for a second EXISTS.
    guest = f"(SELECT {entry} FROM {GUESTS} e WHERE e.id = c.guest_id)"
    return f"(EXISTS (SELECT 1 FROM {MESSAGES} e WHERE {within} AND {entry}) OR {guest})", params


def guest_ids(db: Connection, text: str, limit: int) -> list[int]:
    """Guests who match by name, address or the number of a booking, newest first; one letter begins a name."""
    words = asked(text, 1)
    if not words:
        return []
    return [row[0] for row in db.all(guests(db), words=expression(db, words), most=limit)]


def add_messages(db: Connection, messages: Iterable[tuple[int, int, str]]) -> None:
    """The entries of new messages: (id, conversation, text)."""
    rows = [
        {"message": identity, "first": conversation_id << BITS, "folded": fold(text)}
        # In the order of their entries: FTS5 writes a segment whenever an id runs backwards.
        for identity, conversation_id, text in sorted(messages, key=lambda message: (message[1], message[0]))
    ]
    if rows:
        db.many(f"INSERT INTO {MESSAGES} (id, message_id, folded) VALUES ({_NEXT}, :message, :folded)", rows)


def put_message(db: Connection, message_id: int, conversation_id: int, text: str) -> None:
    """The entry of a message that may have one already; untouched when its words are the same."""
    folded = fold(text)
    known = db.one(f"SELECT id, folded FROM {MESSAGES} WHERE message_id = :message", message=message_id)
    if known is None:
        add_messages(db, [(message_id, conversation_id, text)])
        return
    if known[1] != folded:
        db.update(MESSAGES, {"message_id": message_id}, folded=folded)
    if known[0] >> BITS != conversation_id:
        move_messages(db, [message_id], conversation_id)


def move_messages(db: Connection, ids: Iterable[int], conversation_id: int) -> None:
    """Entries go with their messages into another conversation."""
    rows = [{"message": identity, "first": conversation_id << BITS} for identity in ids]
    if rows:
        db.many(f"UPDATE {MESSAGES} SET id = {_NEXT} WHERE message_id = :message", rows)


def put_guest(db: Connection, guest_id: int) -> None:
    """The entry of a guest as they are now: names, addresses, and the numbers of their bookings.

    One merged away is found through the guest that it became."""
    rows = db.all(
        "SELECT name || ' ' || phone || ' ' || email FROM guest WHERE id = :id AND merged_into IS NULL"
        " UNION ALL SELECT h.label || ' ' || h.address FROM handle h JOIN guest g ON g.id = h.guest_id"
        " WHERE h.guest_id = :id AND g.merged_into IS NULL"
        " UNION ALL SELECT external_id || '\n' || ota_code FROM reservation WHERE guest_id = :id",
        id=guest_id,
    )
    db.run(
        f"INSERT INTO {GUESTS} (id, folded) VALUES (:id, :folded) ON CONFLICT (id) DO UPDATE SET"
        f" folded = excluded.folded WHERE {GUESTS}.folded <> excluded.folded",
        id=guest_id,
        folded=" ".join(filter(None, (fold(row[0]) for row in rows))),
    )
