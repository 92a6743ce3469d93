"""What a view's filters mean in SQL: where to read conversations from, and under which conditions."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from storage import search
from storage.engine import SQLITE, Connection, in_list
from tui_inbox.domain.conversation import Sort, Tab
from tui_inbox.domain.reservation import Phase
from tui_inbox.rows import View

CONVERSATION = "conversation c"
UNREAD = "unread u CROSS JOIN conversation c"
TAB_CONDITIONS = ("c.machine = 0",)
"""Automated mail is shown in All alone."""

FEW_HITS = 5000
"""Up to so many entries the conversations of all hits are gathered; beyond, the word is so common that walking the
list in its order and asking each conversation finds a page sooner."""

_LIVE = "r.status NOT IN ('declined', 'cancelled', 'no_show')"


class Chosen(NamedTuple):
    source: str
    conditions: tuple[str, ...]
    params: dict[str, object]
    by_state: tuple[tuple[str, ...], ...] = ()
    """For All: read each state by its own index, under each of these extra conditions, and merge."""


def scope(view: View) -> tuple[list[str], dict[str, object]]:
    """What the operator may see."""
    conditions: list[str] = []
    params: dict[str, object] = {}
    if view.property is not None:
        conditions.append("c.property = :property")
        params["property"] = view.property
    if view.channels:
        marks, accounts = in_list("account", view.channels)
        conditions.append(f"c.last_account IN ({marks})")
        params |= accounts
    return conditions, params


def chosen(db: Connection, view: View, operator: str, today: date) -> Chosen | None:
    """Source and conditions of a view; None when nothing can match."""
    conditions, params = scope(view)
    by_state: tuple[tuple[str, ...], ...] = ()
    source = CONVERSATION
    if view.search:
        words = search.expression(db, view.search)
        if not words:
            return None
        params["words"] = words
        if _few(db, words):
            source = f"({_hits(db)}) hit CROSS JOIN conversation c"
            conditions.append("c.id = hit.id")
        else:
            conditions.append(_probe(db))
    if view.tag:
        params["tag"] = view.tag
        if source == CONVERSATION:
            source = f"({_TAGGED}) tagged_one CROSS JOIN conversation c"
            conditions.append("c.id = tagged_one.id")
        else:
            conditions.append(f"c.id IN ({_TAGGED})")
    if view.stay is not None:
        params["today"] = today.isoformat()
        drive = _STAY_SOURCES.get(view.stay)
        if drive is not None and source == CONVERSATION:
            source = f"({drive}) staying CROSS JOIN conversation c"
            conditions.append("c.guest_id = staying.guest_id")
        conditions.append(_STAY_CONDITIONS[view.stay])
    if view.unread:
        params["operator"] = operator
        if source == CONVERSATION:
            source = UNREAD
            conditions += ["u.operator = :operator", "c.id = u.conversation_id"]
        else:
            conditions.append(
                "EXISTS (SELECT 1 FROM unread u WHERE u.operator = :operator AND u.conversation_id = c.id)"
            )
    if view.unanswered:
        conditions += ["c.unanswered = 1", "c.machine = 0"]
        by_state = ((),)
    if view.channel:
        conditions.append("c.last_channel = :channel")
        params["channel"] = view.channel
        by_state = by_state or (("c.machine = 0",), ("c.machine = 1",))
    if source != CONVERSATION or view.tab is not Tab.ALL:
        by_state = ()
    elif view.sort in {Sort.WAITING, Sort.DEADLINE}:
        by_state = by_state or (("c.machine = 0",), ("c.machine = 1",))
    return Chosen(source, tuple(conditions), params, by_state)


_TAGGED = (
    "SELECT t.ref_id AS id FROM tag JOIN tagged t ON t.tag_id = tag.id AND t.kind = 'conversation'"
    " WHERE tag.name = :tag"
    " UNION SELECT k.id FROM tag JOIN tagged t ON t.tag_id = tag.id AND t.kind = 'guest'"
    " JOIN conversation k ON k.guest_id = t.ref_id WHERE tag.name = :tag"
)


def _few(db: Connection, words: str) -> bool:
    table, condition = (
        ("search_fts", "search_fts MATCH :words") if db.dialect == SQLITE else ("search_entry e", search.match(db))
    )
    hits = db.value(
        f"SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE {condition} LIMIT :most) s",
        words=words,
        most=FEW_HITS + 1,
    )
    return bool(hits <= FEW_HITS)


def _hits(db: Connection) -> str:
    """Conversations with an entry that matches, or of a guest with one."""
    match = search.match(db)
    return (
        f"SELECT e.conversation_id AS id FROM search_entry e WHERE {match} AND e.conversation_id IS NOT NULL"
        " UNION SELECT k.id FROM search_entry e JOIN conversation k ON k.guest_id = e.guest_id"
        f" WHERE {match} AND e.guest_id IS NOT NULL"
    )


def _probe(db: Connection) -> str:
    """Does this conversation, or its guest, have an entry that matches?"""
    if db.dialect == SQLITE:
        found = (
            "EXISTS (SELECT 1 FROM search_entry e CROSS JOIN search_fts f"
            " WHERE {} AND f.rowid = e.id AND f.search_fts MATCH :words)"
        )
    else:
        found = f"EXISTS (SELECT 1 FROM search_entry e WHERE {{}} AND {search.match(db)})"
    return f"({found.format('e.conversation_id = c.id')} OR {found.format('e.guest_id = c.guest_id')})"


def _stays(condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM reservation r WHERE r.guest_id = c.guest_id AND {_LIVE} AND {condition})"


_PRESENT = "r.arrival <= :today AND r.departure >= :today"
_ONGOING = _stays(f"{_PRESENT} AND r.departure > :today")

# The rule of domain.reservation.stay_now, in SQL: present before future before past; of two present stays the one
# that ends last; a stay that arrives today is arriving, whenever it ends.
_LONGEST = (
    "(SELECT r.arrival || ' ' || r.departure FROM reservation r"
    f" WHERE r.guest_id = c.guest_id AND {_LIVE} AND {_PRESENT} ORDER BY r.departure DESC, r.id DESC LIMIT 1)"
)
_STAY_CONDITIONS = {
    Phase.ARRIVING: f"{_LONGEST} LIKE :today || ' %'",
    Phase.DEPARTING: f"{_LONGEST} < :today AND {_LONGEST} LIKE '% ' || :today",
    Phase.IN_HOUSE: f"{_LONGEST} < :today AND {_LONGEST} NOT LIKE '% ' || :today",
    Phase.FUTURE: f"NOT {_stays(_PRESENT)} AND {_stays('r.arrival > :today')}",
    Phase.PAST: f"NOT {_stays('r.departure >= :today')} AND {_stays('r.departure < :today')}",
    Phase.NONE: f"NOT {_stays('1 = 1')}",
}
_STAY_SOURCES = {
    Phase.ARRIVING: "SELECT DISTINCT r.guest_id FROM reservation r WHERE r.arrival = :today",
    Phase.DEPARTING: "SELECT DISTINCT r.guest_id FROM reservation r WHERE r.departure = :today",
    Phase.IN_HOUSE: "SELECT DISTINCT r.guest_id FROM reservation r WHERE r.departure > :today AND r.arrival < :today",
    Phase.FUTURE: "SELECT DISTINCT r.guest_id FROM reservation r WHERE r.arrival > :today",
}
