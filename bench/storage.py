"""The store's reading figures: pages, badges, search; each beside SQL written by hand for the same file.

Ours is what a screen calls, transaction included; the floor is one bare statement on the same DB-API, its rows left
as tuples. Both take turns, medians are shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import Figure, middle
from bench.generate import TODAY
from bench.writing import write_figures
from storage.engine import Connection, connect
from storage.search import BITS, GUESTS, MESSAGES
from storage.store import SqlStore, open_store
from tui_inbox.domain.conversation import Sort, Tab
from tui_inbox.domain.reservation import Phase
from tui_inbox.rows import Counts, Key, View

OPERATOR = "ana"
PAGE = 50
TURNS = 60

_COLUMNS = (
    "c.id, c.guest_id, g.name, c.last_address, g.vip, g.language, c.state, c.last_channel, c.last_account,"
    " c.unanswered, c.unanswered_since, c.last_at, c.preview, c.preview_by, c.outcome, c.deadline_at, c.deadline_kind,"
    " c.wake_at, c.state_at, c.state_by, c.assignee, c.property"
)
_LISTED = f"SELECT {_COLUMNS}, (SELECT u.count FROM unread u WHERE u.operator = 'ana' AND u.conversation_id = c.id)"
_FROM_LIST = " FROM conversation c JOIN guest g ON g.id = c.guest_id WHERE "
_FROM_UNREAD = (
    " FROM unread u CROSS JOIN conversation c ON c.id = u.conversation_id JOIN guest g ON g.id = c.guest_id"
    " WHERE u.operator = 'ana' AND "
)
_NEWEST = " ORDER BY c.last_at DESC, c.id DESC LIMIT 50"
_NEWEST_UNREAD = " ORDER BY u.last_at DESC, u.conversation_id DESC LIMIT 50"
_STAYING = (
    "EXISTS (SELECT 1 FROM reservation r WHERE r.guest_id = c.guest_id AND r.status = 'confirmed'"
    f" AND r.arrival < '{TODAY}' AND r.departure > '{TODAY}')"
)


@dataclass(frozen=True)
class Case:
    name: str
    view: View
    floor: str


def _case(tab: Tab, *, unread: bool, unanswered: bool) -> Case:
    state = "1 = 1" if tab is Tab.ALL else f"c.state = '{tab.value}' AND c.machine = 0"
    where = state + (" AND c.unanswered = 1" if unanswered else "")
    name = " ".join([tab.value, *(["unread"] if unread else []), *(["unanswered"] if unanswered else [])])
    view = View(tab=tab, unread=unread, unanswered=unanswered)
    if not unread:
        return Case(name, view, _LISTED + _FROM_LIST + where + _NEWEST)
    if tab is not Tab.ALL:
        where += f" AND u.state = '{tab.value}'"
    return Case(name, view, f"SELECT {_COLUMNS}, u.count{_FROM_UNREAD}{where}{_NEWEST_UNREAD}")


def cases() -> list[Case]:
    flags = [(unread, unanswered) for unread in (False, True) for unanswered in (False, True)]
    found = [_case(tab, unread=unread, unanswered=unanswered) for tab in Tab for unread, unanswered in flags]
    listed = _LISTED + _FROM_LIST + "c.state = 'open' AND c.machine = 0 AND "
    found += [
        Case(
            "open deadline",
            View(sort=Sort.DEADLINE),
            listed + "c.deadline_at > 0 ORDER BY c.deadline_at, c.id LIMIT 50",
        ),
        Case(
            "open waiting",
            View(sort=Sort.WAITING),
            listed + "c.unanswered = 1 ORDER BY c.unanswered_since, c.id LIMIT 50",
        ),
        Case("open oldest", View(sort=Sort.OLDEST), listed + "1 = 1 ORDER BY c.last_at, c.id LIMIT 50"),
        Case("open in house", View(stay=Phase.IN_HOUSE), listed + _STAYING + _NEWEST),
        Case("closed by channel", View(tab=Tab.CLOSED, channel="sms"), _closed("c.last_channel = 'sms'")),
        Case("closed, no such channel", View(tab=Tab.CLOSED, channel="fax"), _closed("c.last_channel = 'sms'")),
        Case("closed, no such tag", View(tab=Tab.CLOSED, tag="nobody"), _closed("1 = 1")),
        Case("closed, no such word", View(tab=Tab.CLOSED, search="zzqqzz"), _closed("1 = 1")),
    ]
    return found


def _closed(where: str) -> str:
    return f"{_LISTED}{_FROM_LIST}c.state = 'closed' AND c.machine = 0 AND {where}{_NEWEST}"


def timed(call: Callable[[], object], turns: int = TURNS) -> float:
    """Median milliseconds."""
    spent = []
    for _ in range(turns):
        started = time.perf_counter()
        call()
        spent.append((time.perf_counter() - started) * 1000)
    return middle(spent)


def paired(ours: Callable[[], object], floor: Callable[[], object], turns: int = TURNS) -> tuple[float, float]:
    """Median milliseconds of both, taking turns."""
    both: tuple[list[float], list[float]] = ([], [])
    ours(), floor()
    for _ in range(turns):
        for call, spent in zip((ours, floor), both, strict=True):
            started = time.perf_counter()
            call()
            spent.append((time.perf_counter() - started) * 1000)
    return middle(both[0]), middle(both[1])


class Bench:
    """One generated store, read by the product and by hand."""

    def __init__(self, url: str) -> None:
        self.store: SqlStore = open_store(url, create=False)
        self.db: Connection = connect(url, write=False)

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()
        self.db.close()

    def page(self, view: View, after: Key | None = None) -> Any:
        with self.store.read() as t:
            return t.inbox.page(view, OPERATOR, TODAY, after, PAGE)

    def counts(self) -> Counts:
        with self.store.read() as t:
            return t.inbox.counts(OPERATOR, View())

    def by_hand(self, sql: str, *params: object) -> list[Any]:
        if not self.store.beside:
            # SQLite's way to say in which order tables are read.
            sql = sql.replace(" CROSS JOIN ", " JOIN ")
        return list(self.db.raw.execute(sql, params).fetchall())


def figures(stores: Mapping[int, str], folder: Path, disk: Path) -> Iterator[Figure]:
    """``stores``: messages -> url; the largest one counts. ``disk`` is a folder on a real disk, for commits."""
    sizes = sorted(stores)
    with Bench(stores[sizes[-1]]) as large, Bench(stores[sizes[0]]) as small:
        yield from _pages(large, small, sizes)
        yield from _depth(large)
        yield from _badges(large)
        yield from _search(large)
    yield from write_figures(stores, folder, disk)


def _paged(bench: Bench) -> dict[str, tuple[float, float]]:
    """Every view's page and its floor."""
    return {
        case.name: paired(
            lambda case=case: bench.page(case.view), lambda case=case: bench.by_hand(case.floor), TURNS // 3
        )
        for case in cases()
    }


def _median(goal: str, times: Mapping[str, tuple[float, float]]) -> Figure:
    found = [pair for name, pair in times.items() if ", no" not in name]
    ours, floor = (middle([pair[which] for pair in found]) for which in (0, 1))
    return Figure(f"{goal}page of 50, {len(found)} tabs x filters (median)", ours, floor, "ms", 5, 2)


def server_figures(url: str) -> Iterator[Figure]:
    """The pages of a store on a PostgreSQL server."""
    with Bench(url) as bench:
        yield _median("18 PostgreSQL, ", _paged(bench))


def _pages(large: Bench, small: Bench, sizes: list[int]) -> Iterator[Figure]:
    times = _paged(large)
    yield _median("10 ", times)
    slowest = sorted(times, key=lambda name: -times[name][0])[:3]
    views = {case.name: case.view for case in cases()}
    whole = next(case.floor for case in cases() if case.name == "closed")
    for name in [*slowest, *(name for name in times if ", no" in name)]:
        ours, floor = paired(lambda view=views[name]: large.page(view), lambda: large.by_hand(whole), TURNS // 3)
        kind = "among the slowest views" if name in slowest else "nothing matches"
        yield Figure(f"10 {kind}: {name}", ours, floor, "ms", 5, 2)
    # A connection that has just been opened is faster (measured: a tenth): both have done the same.
    _paged(small)
    closed = View(tab=Tab.CLOSED)
    ours, before = paired(lambda: large.page(closed), lambda: small.page(closed))
    yield Figure(f"10 growth of a page, {sizes[0]:,} to {sizes[-1]:,}", ours, before, "ms", 1.2, 1.1)


def _depth(bench: Bench) -> Iterator[Figure]:
    view = View(tab=Tab.CLOSED)
    (row,) = bench.by_hand(
        "SELECT last_at, id FROM conversation WHERE state = 'closed' ORDER BY last_at DESC, id DESC LIMIT 1"
        " OFFSET (SELECT count(*) * 9 / 10 FROM conversation WHERE state = 'closed')"
    )
    key = Key(row[0], row[1])
    deep, first = paired(lambda: bench.page(view, key), lambda: bench.page(view))
    yield Figure("11 page at 90 % depth against the first", deep, first, "ms", 1.2, 1.1)


def _badges(bench: Bench) -> Iterator[Figure]:
    counts = bench.counts()
    recount = dict(bench.by_hand("SELECT state, count(*) FROM conversation WHERE machine = 0 GROUP BY state"))
    if (counts.open, counts.pending, counts.spam) != tuple(recount[state] for state in ("open", "pending", "spam")):
        raise AssertionError(f"badges {counts} are not the recount {recount}")
    yield Figure("12 all badges", timed(bench.counts), None, "ms", 1, 0.1)


_HITS = "SELECT {} AS id FROM {}_fts WHERE {}_fts MATCH ?1 ORDER BY rowid DESC LIMIT 50"
_FTS = (
    f"SELECT {_COLUMNS} FROM (SELECT m.id FROM ({_HITS.format(f'rowid >> {BITS}', MESSAGES, MESSAGES)}) m"
    f" UNION ALL SELECT k.id FROM ({_HITS.format('rowid', GUESTS, GUESTS)}) n JOIN conversation k ON k.guest_id = n.id)"
    " hit JOIN conversation c ON c.id = hit.id JOIN guest g ON g.id = c.guest_id LIMIT 50"
)
"""The newest 50 hits, joined."""


def _questions(bench: Bench) -> list[tuple[str, str, str]]:
    """(what it is, what is typed, the same in FTS5's language)."""
    ((phone,),) = bench.by_hand("SELECT phone FROM guest WHERE phone <> '' ORDER BY id LIMIT 1 OFFSET 500")
    ((booking,),) = bench.by_hand("SELECT ota_code FROM reservation ORDER BY id LIMIT 1 OFFSET 700")
    (names, (address,)) = (
        bench.by_hand("SELECT name FROM guest WHERE name <> '' ORDER BY id LIMIT 1 OFFSET 30"),
        bench.by_hand("SELECT address FROM handle WHERE channel = 'email' ORDER BY id LIMIT 1 OFFSET 50")[0],
    )
    first = names[0][0].split()[0].lower()
    return [
        ("common word", "room", '"room" *'),
        ("two words", "chambre piscine", '"chambre" AND "piscine" *'),
        ("accent left out", "benoit", '"benoit" *'),
        ("first name", first, f'"{first}" *' if first.isascii() else '"claire" *'),
        ("rare word", address.split("@")[0].split(".")[1], f'"{address.split("@")[0].split(".")[1]}" *'),
        ("two characters of Japanese", "温泉", '"温泉" *'),
        ("booking number", booking, f'"{booking}" *'),
        ("part of a booking number", booking[-6:], f'"{booking[-6:]}" *'),
        ("part of a phone number", phone[-6:], f'"{phone[-6:]}" *'),
    ]


def _search(bench: Bench) -> Iterator[Figure]:
    for name, typed, words in _questions(bench):
        view = View(tab=Tab.ALL, search=typed)
        if not bench.page(view).rows:
            raise AssertionError(f"search finds nothing for {typed!r} ({name})")
        ours, floor = paired(lambda view=view: bench.page(view), lambda words=words: bench.by_hand(_FTS, words), 15)
        yield Figure(f"13 search: {name}", ours, floor, "ms", 3, 2)
