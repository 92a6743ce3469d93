"""A store of a busy hotel with any number of messages, always the same for the same seed.

Rows are written in bulk with indexes and triggers away, then these are put back and search is rebuilt: a million
messages take well under a minute. ``python -m bench.generate FILE --messages 100000``.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from random import Random

from bench.words import LANGUAGES, Text, family_name, pool
from storage.engine import SQLITE, Connection, connect
from storage.search import BITS, GUESTS, MESSAGES
from storage.store import open_store
from storage.times import micros
from tui_inbox.domain.fold import fold, plain

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 22)
OPERATORS = ("ana", "ben", "chloe")
SEED = 20261122
MESSAGES_PER_CONVERSATION = 5

_MINUTE = 60_000_000
_DAY = 24 * 60 * _MINUTE
_SPAN_DAYS = 3 * 365
_TEXTS = 1_500
_LONGER = 0.35
_CHUNK = 20_000
_CHECK_EVERY = 50_000

_FAST = (
    "synchronous=OFF",
    "secure_delete=OFF",
    "cell_size_check=OFF",
    "cache_size=-400000",
    "journal_mode=OFF",
    "threads=2",
)

Row = tuple[object, ...]
LIVE = ("open", "pending")
BOOKINGS = 3_000_000_000

_CHANNELS = (("whatsapp", "desk-wa", 42), ("sms", "desk-sms", 22), ("email", "desk-mail", 30), ("booking", "ota", 6))
_STATES = (("spam", 0.012, 10**9), ("machine", 0.01, 10**9), ("pending", 0.02, 450), ("open", 0.025, 600))
"""State, its share of the conversations and how many there are at most."""


def _columns(names: str) -> tuple[str, ...]:
    return tuple(names.split(" "))


@dataclass(slots=True)
class Talk:
    """One conversation with its guest (both have the same id)."""

    id: int
    language: int
    channel: str
    account: str
    address: str
    state: str
    name: str
    last_at: int = 0
    last_in_at: int = 0
    last_message: int = 0
    messages: int = 0
    last_text: str = ""
    outbound: bool = False


@dataclass(slots=True)
class Written:
    """What was made, and how fast."""

    messages: int
    conversations: int
    seconds: float


def generate(url: str, messages: int, seed: int = SEED) -> Written:
    """Make a new store at ``url`` and fill it."""
    started = time.monotonic()
    gc.disable()  # Millions of tuples and no cycle: looking for one takes a third of the time.
    open_store(url).close()
    db = connect(url, write=True)
    try:
        rng = Random(seed)
        talks = _talks(max(1, messages // MESSAGES_PER_CONVERSATION), rng)
        texts = [pool(language, _TEXTS, rng) for language in LANGUAGES]
        with _bulk(db):
            _write_messages(db, talks, texts, messages, rng)
            _write_desk(db, talks, rng)
        return Written(messages, len(talks), time.monotonic() - started)
    finally:
        db.close()
        gc.enable()


@contextmanager
def _bulk(db: Connection) -> Iterator[None]:
    """One unsafe, fast transaction; on SQLite without indexes and triggers, which come back at its end."""
    if db.dialect != SQLITE:
        db.raw.execute("BEGIN")
        yield
        db.raw.execute("COMMIT")
        db.raw.execute("VACUUM ANALYZE")  # as a server does by itself before long
        return
    parts = db.all(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type"
    )
    for pragma in _FAST:
        db.raw.execute(f"PRAGMA {pragma}").fetchall()
    db.raw.execute("BEGIN IMMEDIATE")
    for kind, name, _ in parts:
        db.raw.execute(f"DROP {kind} {name}")
    yield
    for _, _, sql in parts:
        db.raw.execute(sql)
    for table in (MESSAGES, GUESTS):
        for order in ("rebuild", "optimize"):  # one segment, or the first insert would begin by merging large ones
            db.raw.execute(f"INSERT INTO {table}_fts({table}_fts) VALUES (?)", (order,))
    db.raw.execute("COMMIT")
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        db.raw.execute(f"PRAGMA {pragma}").fetchall()


def _insert(db: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    if db.dialect == SQLITE:
        marks = ", ".join("?" for _ in columns)
        db.raw.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)
        return
    with db.raw.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def _talks(count: int, rng: Random) -> list[Talk]:
    shares = [language.share for language in LANGUAGES]
    languages = rng.choices(range(len(LANGUAGES)), weights=shares, k=count)
    states = _states(count, rng)
    channels = rng.choices(_CHANNELS, weights=[channel[2] for channel in _CHANNELS], k=count)
    talks = []
    for n in range(count):
        language = LANGUAGES[languages[n]]
        first, last = rng.choice(language.first), family_name(language, rng)
        channel, account, _ = channels[n]
        address = _address(channel, n + 1, first, last)
        name = "" if n % 25 == 24 else f"{first} {last}"
        talks.append(Talk(n + 1, languages[n], channel, account, address, states[n], name))
    return talks


def _states(count: int, rng: Random) -> list[str]:
    """As many live ones as a desk can look after, however long its history."""
    states = ["closed"] * count
    for state, share, most in _STATES:
        for number in rng.sample(range(count), min(int(count * share), most)):
            states[number] = state
    return states


def _address(channel: str, number: int, first: str, last: str) -> str:
    if channel == "email":
        return f"{plain(first)}.{plain(last)}{number}@example.com".replace(" ", "")
    if channel == "booking":
        return f"bk-{number:08d}"
    return f"+336{10_000_000 + number * 97 % 90_000_000:08d}"


def _timeline(talks: list[Talk], messages: int, rng: Random) -> list[tuple[int, int]]:
    """(time, conversation) of every message in order: live conversations end in the last days."""
    now = micros(NOW)
    draw = rng.random
    counts = [1] * len(talks)
    weights = [draw() ** 3 + 0.05 for _ in talks]
    for number in rng.choices(range(len(talks)), weights=weights, k=messages - len(talks)):
        counts[number] += 1
    times: list[tuple[int, int]] = []
    for number, talk in enumerate(talks):
        days = draw() ** 2 * 6 if talk.state in LIVE else 1 + draw() * _SPAN_DAYS
        at = now - int(days * _DAY)
        for _ in range(counts[number]):
            at -= int((1 + draw() ** 6 * 1500 + draw()) * _MINUTE)
            times.append((at, number))
    times.sort()
    return times


def _write_messages(db: Connection, talks: list[Talk], texts: list[list[Text]], messages: int, rng: Random) -> None:
    """Messages with their search words, envelopes and outbox rows, in the order of time as they came in."""
    draw = rng.random
    said: list[Row] = []
    words: list[Row] = []
    envelopes: list[Row] = []
    sent: list[Row] = []
    buffers = (
        ("message", _MESSAGE, said),
        ("search_message", _WORDS, words),
        ("inbound_event", _ENVELOPE, envelopes),
        ("outbox", _OUTBOX, sent),
    )
    for number, (at, position) in enumerate(_timeline(talks, messages, rng), start=1):
        talk = talks[position]
        choice = texts[talk.language]
        text, folded = choice[int(draw() * len(choice))]
        if draw() < _LONGER:
            more = choice[int(draw() * len(choice))]
            text, folded = f"{text} {more.text}", f"{folded} {more.folded}"
        if number % _CHECK_EVERY == 0:
            _check(text, folded)
        out = talk.last_message > 0 and not talk.outbound and talk.state != "machine" and draw() < 0.85
        external = f"SM{number * 11400714819323198485 % 2**64:016x}{number:016x}"
        said.append(_message(number, talk, at, text, external, out))
        words.append(((talk.id << BITS) + talk.messages, number, folded))
        talk.messages += 1
        if out:
            sent.append(_outbox(number, talk, at, text, external))
        else:
            envelopes.append((talk.account, external, "message", at, "applied", at))
            talk.last_in_at = at
        talk.last_at, talk.last_message, talk.last_text, talk.outbound = at, number, text, out
        if len(said) == _CHUNK:
            _flush(db, buffers)
    _flush(db, buffers)


def _flush(db: Connection, buffers: Iterable[tuple[str, Sequence[str], list[Row]]]) -> None:
    for table, columns, rows in buffers:
        _insert(db, table, columns, rows)
        rows.clear()


def _check(text: str, folded: str) -> None:
    if set(folded.split()) != set(fold(text).split()):
        raise AssertionError(f"these are not the words that the product would store: {folded!r} for {text!r}")


_WORDS = ("id", "message_id", "folded")
_ENVELOPE = ("account", "external_id", "kind", "received_at", "state", "applied_at")
"""Applied and pruned envelopes: their ids are kept for ever."""

_MESSAGE = _columns(
    "id conversation_id at created_at direction kind origin channel account external_id own_address address author"
    " text state automated"
)


def _message(number: int, talk: Talk, at: int, text: str, external: str, out: bool) -> Row:
    return (
        number,
        talk.id,
        at,
        at,
        "out" if out else "in",
        "email" if talk.channel == "email" else "chat",
        "manual" if out else "guest",
        talk.channel,
        talk.account,
        external,
        "+33700000000",
        talk.address,
        OPERATORS[number % 3] if out else "",
        text,
        ("sent", "delivered", "read", "read")[number % 4] if out else "",
        1 if talk.state == "machine" else 0,
    )


_OUTBOX = _columns(
    "dedupe_key message_id conversation_id account channel address text state provider_id tries created_by created_at"
    " updated_at"
)


def _outbox(number: int, talk: Talk, at: int, text: str, external: str) -> Row:
    state = ("accepted", "delivered", "read", "read")[number % 4]
    author = OPERATORS[number % 3]
    key = f"01{number:024X}"
    address, account, channel = talk.address, talk.account, talk.channel
    return (key, number, talk.id, account, channel, address, text, state, external, 1, author, at, at)


def _write_desk(db: Connection, talks: list[Talk], rng: Random) -> None:
    _insert(db, "operator", ("code", "name", "first_seen_at", "seen_at"), ((c, c.title(), 0, 0) for c in OPERATORS))
    since = micros(NOW) - (_SPAN_DAYS + 30) * _DAY
    accounts = ((name, kind, "connected", since) for kind, name, _ in _CHANNELS)
    _insert(db, "account", ("name", "type", "state", "connected_at"), accounts)
    _insert(db, "guest", _GUEST, map(_guest, talks))
    _insert(db, "handle", _HANDLE, ((t.id, t.channel, t.address, t.name, t.last_at) for t in talks))
    _insert(db, "line", _LINE, ((t.account, t.channel, t.address, t.last_in_at) for t in talks))
    _insert(db, "conversation", _CONVERSATION, map(_conversation, talks))
    _insert(db, "unread", _UNREAD, chain.from_iterable(_unread(talk, rng) for talk in talks))
    _insert(db, "event", _EVENT, (_event(talk) for talk in talks if talk.state not in {"open", "machine"}))
    stays = [list(_stays(talk, rng)) for talk in talks]
    _insert(db, "reservation", _STAY, chain.from_iterable(stays))
    _insert(db, GUESTS, ("id", "folded"), map(_guest_words, talks, stays))


_folded = cache(fold)
_plain = cache(plain)

_GUEST = _columns("id name sort_name language vip phone email created_at updated_at")
_HANDLE = _columns("guest_id channel address label created_at")
_LINE = _columns("account channel address last_in_at")


def _guest(talk: Talk) -> Row:
    phone = talk.address if talk.address.startswith("+") else ""
    email = talk.address if "@" in talk.address else ""
    language = LANGUAGES[talk.language].code
    vip = int(talk.id % 23 == 0)
    return (talk.id, talk.name, _plain(talk.name), language, vip, phone, email, talk.last_at, talk.last_at)


def _guest_words(talk: Talk, stays: Sequence[Row]) -> Row:
    if talk.address.startswith("+"):
        digits = talk.address[1:]
        own = " ".join([_folded(talk.name), *(digits[start:] for start in range(len(digits) - 3))])
    else:
        own = f"{_folded(talk.name)} {fold(talk.address)}"
    return (talk.id, " ".join([own.strip(), *map(_stay_words, stays)]))


_CONVERSATION = _columns(
    "id guest_id state state_at state_by wake_at unanswered unanswered_since machine last_at last_message_id preview"
    " preview_by last_channel last_account last_address last_in_at outcome deadline_at deadline_kind created_at"
)


def _conversation(talk: Talk) -> Row:
    live = talk.state in LIVE
    kind = {"whatsapp": "window", "booking": "reply"}.get(talk.channel, "") if _unanswered(talk) else ""
    return (
        talk.id,
        talk.id,
        "open" if talk.state == "machine" else talk.state,
        talk.last_at,
        "" if live else OPERATORS[talk.id % 3],
        micros(NOW) + talk.id % 4000 * _MINUTE if talk.state == "pending" and talk.id % 3 else None,
        int(_unanswered(talk)),
        talk.last_in_at if _unanswered(talk) else None,
        int(talk.state == "machine"),
        talk.last_at,
        talk.last_message,
        talk.last_text[:120],
        OPERATORS[talk.last_message % 3] if talk.outbound else "",
        talk.channel,
        talk.account,
        talk.address,
        talk.last_in_at,
        "read" if talk.outbound else "",
        talk.last_in_at + _DAY if kind else None,
        kind,
        talk.last_at,
    )


def _unanswered(talk: Talk) -> bool:
    return talk.state in LIVE and not talk.outbound and talk.id % 4 > 0


_UNREAD = _columns("operator conversation_id count since_at state last_at")
_EVENT = _columns("at code actor conversation_id guest_id")


def _unread(talk: Talk, rng: Random) -> Iterator[Row]:
    if _unanswered(talk):
        for operator in OPERATORS:
            if rng.random() < 0.55:
                yield (operator, talk.id, rng.randint(1, 3), talk.last_in_at, talk.state, talk.last_at)


def _event(talk: Talk) -> Row:
    code = "snoozed" if talk.state == "pending" else "closed"
    return (talk.last_at, code, OPERATORS[talk.id % 3], talk.id, talk.id)


_STAY = _columns("guest_id source external_id arrival departure status room ota ota_code created_at updated_at")
_DAYS = tuple(
    date.fromordinal(number).isoformat() for number in range(TODAY.toordinal() - 2600, TODAY.toordinal() + 90)
)


def _stays(talk: Talk, rng: Random) -> Iterator[Row]:
    """Guests who write now stay about now; the others stayed when they wrote; some had come before."""
    draw = rng.random
    around = len(_DAYS) - 90 - (0 if talk.state in LIVE else (micros(NOW) - talk.last_at) // _DAY)
    for again in range((0, 1, 1, 1, 2, 3)[talk.id % 6]):
        arrival = around + int(draw() * 16) - 4 - again * (90 + int(draw() * 310))
        status = "confirmed" if draw() < 0.9 else "cancelled"
        room = str(100 + 100 * int(draw() * 6) + int(draw() * 40))
        first, last = _DAYS[arrival], _DAYS[arrival + 1 + int(draw() * 7)]
        booking = str(BOOKINGS + 7 * talk.id + again)
        name = f"R{talk.id:07d}{again}"
        yield (talk.id, "pms", name, first, last, status, room, "Booking.com", booking, talk.last_at, talk.last_at)


def _stay_words(stay: Row) -> str:
    """The words of two references, without asking ``fold`` for each: their endings down to four characters."""
    references = (str(stay[2]).lower(), str(stay[8]))
    folded = " ".join([word[start:] for word in references for start in range(len(word) - 3)])
    if stay[0] % _CHECK_EVERY == 1:  # type: ignore[operator]
        _check("\n".join(references), folded)
    return folded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    made = generate(f"sqlite:///{chosen.file.resolve()}", chosen.messages, chosen.seed)
    print(f"{made.messages} messages in {made.conversations} conversations, {made.seconds:.1f} s")


if __name__ == "__main__":
    main()
