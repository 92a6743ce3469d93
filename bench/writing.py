"""The store's writing figures: a page of incoming messages, and one answer made durable."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import msgspec

from bench.figures import Figure, middle
from bench.generate import NOW, OPERATORS, SEED
from bench.words import LANGUAGES, pool
from storage.engine import Connection, connect, sqlite_path
from storage.search import BITS
from storage.store import SqlStore, open_store
from storage.times import micros
from tui_inbox.domain.channel import ChannelTraits, HandleKind
from tui_inbox.domain.fold import fold
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.channel import Envelope, Inbound
from tui_inbox.services import delivery
from tui_inbox.services.desk import AccountInfo, Actor, Desk
from tui_inbox.services.ingest import ingest_page
from tui_inbox.services.replying import Reply, SentNow, send

ACCOUNT, CHANNEL = "desk-sms", "sms"
PAGES = 20
PAGE = 50
SENDS = 60

_TRAITS = ChannelTraits(code=CHANNEL, mark="SM", label="SMS", handle=HandleKind.PHONE, stop_words=True)
_DESK = Desk(
    "Bench",
    ZoneInfo("Europe/Paris"),
    country="FR",
    operators={code: code.title() for code in OPERATORS},
    accounts={ACCOUNT: AccountInfo(ACCOUNT, "bench", {CHANNEL: _TRAITS}, {CHANNEL: "+33700000000"})},
)


class _Said(msgspec.Struct):
    sid: str
    sender: str
    body: str


class _Feed:
    """A channel whose payloads are read as an adapter reads them."""

    name = ACCOUNT
    traits: Mapping[str, ChannelTraits] = {CHANNEL: _TRAITS}
    _decoder = msgspec.json.Decoder(_Said)

    def read(self, envelope: Envelope) -> Sequence[Inbound]:
        said = self._decoder.decode(envelope.raw)
        return (Inbound(said.sid, CHANNEL, NOW, said.sender, "+33700000000", said.body),)


def write_figures(stores: Mapping[int, str], folder: Path, disk: Path) -> Iterator[Figure]:
    """On copies: of the largest store for the page, of the smallest on a real disk for the commit."""
    sizes = sorted(stores)
    yield _ingest(_copied(stores[sizes[-1]], folder / "ingest.db"))
    yield from _sends(_copied(stores[sizes[0]], disk / "send.db"))
    for path in (folder / "ingest.db", disk / "send.db"):
        for ending in ("", "-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)


def _copied(url: str, path: Path) -> str:
    shutil.copy(sqlite_path(url), path)
    path.chmod(0o600)
    return f"sqlite:///{path}"


def _senders(db: Connection, count: int) -> list[tuple[int, str]]:
    """(conversation, address), spread over the store."""
    return [
        (row[0], row[1])
        for row in db.all(
            "SELECT c.id, c.last_address FROM conversation c WHERE c.last_account = :account AND c.state <> 'spam'"
            " ORDER BY c.id * 7919 % 10007, c.id LIMIT :count",
            account=ACCOUNT,
            count=count,
        )
    ]


def _ingest(url: str) -> Figure:
    rng = Random(SEED)
    texts = [text.text for text in pool(LANGUAGES[0], 500, rng)]
    feed, db = _Feed(), connect(url, write=True)
    ours: list[float] = []
    floor: list[float] = []
    with open_store(url, create=False) as store:
        senders = _senders(db, 400)
        for number in range(PAGES):
            page = [
                (f"NEW{number}-{n}-{turn}", *rng.choice(senders), rng.choice(texts))
                for n in range(PAGE)
                for turn in range(2)
            ]
            envelopes = [
                Envelope(sid, "message", msgspec.json.encode(_Said(sid, address, body)))
                for sid, _, address, body in page[::2]
            ]
            now = NOW + timedelta(seconds=number)
            started = time.perf_counter()
            done = ingest_page(store, _DESK, feed, envelopes, now)  # type: ignore[arg-type]
            ours.append(time.perf_counter() - started)
            if done.applied != PAGE:
                raise AssertionError(f"{done} instead of {PAGE} applied")
            started = time.perf_counter()
            _by_hand(db, page[1::2], now)
            floor.append(time.perf_counter() - started)
    db.close()
    return Figure("14 ingest of a page of 50, time", middle(ours) * 1000, middle(floor) * 1000, "ms", 1 / 0.35, 1 / 0.6)


_SEARCHED = (
    f"INSERT INTO search_message (id, message_id, folded) VALUES ((SELECT COALESCE(MAX(id) + 1, ?1 << {BITS})"
    f" FROM search_message WHERE id >= ?1 << {BITS} AND id < (?1 + 1) << {BITS}), ?2, ?3)"
)
"""(conversation, message, words)."""


def _by_hand(db: Connection, page: Sequence[tuple[str, int, str, str]], now: datetime) -> None:
    """Message with its duplicate check, conversation row and search index: the least that an inbox needs."""
    at = micros(now)
    execute = db.raw.execute
    found: list[tuple[int, int, str]] = []
    execute("BEGIN IMMEDIATE")
    for sid, conversation, address, body in page:
        row = execute(
            "INSERT INTO message (conversation_id, at, created_at, channel, account, external_id, address, text)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
            (conversation, at, at, CHANNEL, ACCOUNT, sid, address, body),
        ).fetchall()
        execute(
            "UPDATE conversation SET state = 'open', last_at = ?, last_message_id = ?, preview = ?, unanswered = 1,"
            " unanswered_since = COALESCE(unanswered_since, ?) WHERE id = ?",
            (at, row[0][0], body[:120], at, conversation),
        )
        found.append((conversation, row[0][0], fold(body)))
    for entry in sorted(found):
        execute(_SEARCHED, entry)
    execute("COMMIT")


def _sends(url: str) -> Iterator[Figure]:
    """One answer, on a real disk, against one durable commit of one row, and of the same rows; and the intent to send
    it, which must be durable before the first byte leaves."""
    actor = Actor("ana", "Ana")
    db = connect(url, write=True)
    ours: list[float] = []
    intent: list[float] = []
    one_row: list[float] = []
    same_rows: list[float] = []
    with open_store(url, create=False) as store:
        for number, (conversation, address) in enumerate(_senders(db, SENDS)):
            now = NOW + timedelta(seconds=number)
            reply = Reply(conversation, ACCOUNT, CHANNEL, address, f"Oui, c'est noté ({number}).")
            started = time.perf_counter()
            sent = _send(store, actor, reply, now)
            ours.append(time.perf_counter() - started)
            row = _claimed(store, sent.outbox_id, now)
            started = time.perf_counter()
            _intend(store, row, now)
            intent.append(time.perf_counter() - started)
            started = time.perf_counter()
            _commit(db, [("INSERT INTO mapping (name, value) VALUES (?, 'x')", (f"floor {number}",))])
            one_row.append(time.perf_counter() - started)
            started = time.perf_counter()
            _commit(db, _answer_by_hand(conversation, address, number, micros(now)))
            same_rows.append(time.perf_counter() - started)
    db.close()
    yield Figure("17 durable send intent", middle(intent) * 1000, middle(one_row) * 1000, "ms", 3, 1)
    # Pressing Enter writes six rows, not one: their own commit by hand is what it can be compared with.
    yield Figure(
        "17 durable answer, against its rows by hand", middle(ours) * 1000, middle(same_rows) * 1000, "ms", 3, 1.5
    )


def _commit(db: Connection, statements: Iterable[tuple[str, tuple[object, ...]]]) -> None:
    db.raw.execute("BEGIN IMMEDIATE")
    for sql, values in statements:
        db.raw.execute(sql, values)
    db.raw.execute("COMMIT")


def _answer_by_hand(conversation: int, address: str, number: int, at: int) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Message, outbox row, conversation, search entry and change: what no answer can do without."""
    text, message = f"Oui, c'est noté ({number}).", -1 - number
    yield (
        "INSERT INTO message (id, conversation_id, at, created_at, direction, origin, channel, account, address, text,"
        " state) VALUES (?, ?, ?, ?, 'out', 'manual', ?, ?, ?, ?, 'held')",
        (message, conversation, at, at, CHANNEL, ACCOUNT, address, text),
    )
    yield (
        "INSERT INTO outbox (dedupe_key, message_id, conversation_id, account, channel, address, text, not_before,"
        " created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (f"floor {number}", message, conversation, ACCOUNT, CHANNEL, address, text, at, at, at),
    )
    yield (
        "UPDATE conversation SET unanswered = 0, last_at = ?, last_message_id = ?, preview = ? WHERE id = ?",
        (at, message, text, conversation),
    )
    yield _SEARCHED, (conversation, message, fold(text))
    yield 'INSERT INTO "change" (kind, ref, at) VALUES (?, ?, ?)', ("conversation", conversation, at)


def _send(store: SqlStore, actor: Actor, reply: Reply, now: datetime) -> SentNow:
    with store.write() as t:
        sent = send(t, _DESK, actor, reply, now)
        t.changed("conversation", reply.conversation_id)
        t.changed("outbox", sent.outbox_id)
    return sent


def _claimed(store: SqlStore, outbox_id: int, now: datetime) -> Outgoing:
    with store.write() as t:
        queued = t.outbox.move(t.outbox.load(outbox_id), OutboxState.QUEUED, now)
        assert queued is not None
        claimed = t.outbox.move(queued, OutboxState.CLAIMED, now, owner="bench")
    assert claimed is not None
    return claimed


def _intend(store: SqlStore, row: Outgoing, now: datetime) -> None:
    if delivery._start(store, _DESK, row, now) is None:
        raise AssertionError(f"outbox {row.id} may not leave")
