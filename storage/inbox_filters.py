"""What a view's filters mean in SQL: where to read conversations from, and under which conditions."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from storage import guest_lists, search
from storage.engine import Connection, in_list
from tui_inbox.domain.conversation import Tab
from tui_inbox.domain.reservation import Phase
from tui_inbox.rows import View

CONVERSATION = "conversation c"
UNREAD = "unread u CROSS JOIN conversation c"
UNREAD_JOIN = "c.id = u.conversation_id"
UNREAD_CONDITIONS = ("u.operator = :operator", UNREAD_JOIN)
TAB_CONDITIONS = ("c.machine = 0",)
"""Automated mail is shown in All alone."""

LIVE_TABS = frozenset({Tab.OPEN, Tab.PENDING})
"""Tabs that are as long as the day's work, whatever the store holds."""

GATHERED = 1_000
"""Up to so many hits of the whole words the list is read from the hits."""
MEMBERS = 10_000
"""Up to so many, the list is walked in its order and each conversation looked up among the hits; beyond, each is
asked whether it has the words: they are so common that a page is soon full."""

_LIVE = "r.status <> 'declined' AND r.status <> 'cancelled' AND r.status <> 'no_show'"


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
        words = search.question(view.search)
        if not words:
            return None
        source, condition, asked = _with_words(db, words)
        conditions.append(condition)
        params |= asked
    if view.tag:
        params["tag"] = view.tag
        if source == CONVERSATION:
            source = f"({_TAGGED}) tagged_one CROSS JOIN conversation c"
            conditions.append("c.id = tagged_one.id")
        else:
            conditions.append(f"c.id IN ({_TAGGED})")
    if view.stay is not None:
        params["today"] = today.isoformat()
        if view.stay in _STAYS and view.tab in LIVE_TABS:
            # A short list is walked, by an index that holds the guests; the plus keeps the set from being read first.
            conditions.append(f"+c.guest_id IN ({_staying(view.stay)})")
        elif view.stay in _STAYS and source == CONVERSATION:
            source = f"(SELECT DISTINCT k.id FROM ({_staying(view.stay)}) s CROSS JOIN conversation k"
            source += " WHERE k.guest_id = s.guest_id) staying CROSS JOIN conversation c"
            conditions.append("c.id = staying.id")
        conditions.append(_STAY_CONDITIONS[view.stay])
    if view.guest_list is not None:
        members = guest_lists.of_list(db, view.guest_list, today, view.property or "")
        if members is None:
            return None
        # The plus keeps the set from being read first: the list is walked in its order.
        conditions.append(f"+c.guest_id IN ({members[0]})")
        params |= members[1]
    if view.unread:
        params["operator"] = operator
        if source == CONVERSATION:
            source = UNREAD
            conditions += UNREAD_CONDITIONS
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
    return Chosen(source, tuple(conditions), params, by_state)


def _with_words(db: Connection, words: search.Words) -> tuple[str, str, dict[str, object]]:
    """Source, condition and parameters of a search: the rarer the words, the sooner they are asked."""
    hits = search.count(db, search.expression(db, words, whole=True), MEMBERS + 1)
    if hits > MEMBERS:
        return CONVERSATION, *search.probe(words)
    params: dict[str, object] = {"words": search.expression(db, words), "most": search.MOST_HITS}
    if hits > GATHERED:
        # The plus keeps the sets from being read first.
        within = f"+c.id IN ({search.conversations(db)}) OR +c.guest_id IN ({search.guests(db)})"
        return CONVERSATION, f"({within})", params
    return f"({_hits(db)}) hit CROSS JOIN conversation c", "c.id = hit.id", params


_TAGGED = (
    "SELECT t.ref_id AS id FROM tag JOIN tagged t ON t.tag_id = tag.id AND t.kind = 'conversation'"
    " WHERE tag.name = :tag"
    " UNION SELECT k.id FROM tag JOIN tagged t ON t.tag_id = tag.id AND t.kind = 'guest'"
    " JOIN conversation k ON k.guest_id = t.ref_id WHERE tag.name = :tag"
)


def _hits(db: Connection) -> str:
    """Conversations with an entry that matches, or of a guest with one."""
    return (
        f"SELECT m.id FROM ({search.conversations(db)}) m"
        f" UNION SELECT k.id FROM ({search.guests(db)}) n CROSS JOIN conversation k WHERE k.guest_id = n.id"
    )


def _has_stay(condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM reservation r WHERE r.guest_id = c.guest_id AND {_LIVE} AND {condition})"


_PRESENT = "r.arrival <= :today AND r.departure >= :today"
# The rule of domain.reservation.stay_now, in SQL: present before future before past; of two present stays the one
# that ends last.
_MATTERS = (
    "NOT EXISTS (SELECT 1 FROM reservation o WHERE o.guest_id = r.guest_id AND o.arrival <= :today"
    f" AND o.departure >= :today AND {_LIVE.replace('r.', 'o.')} AND (o.departure, o.id) > (r.departure, r.id))"
)
# By the index of departures, which holds the arrival too: what is over is never read, however long the stay.
# COALESCE keeps the planner off the index of arrivals.
_STAYS = {
    Phase.ARRIVING: "r.arrival = :today",
    Phase.DEPARTING: "r.departure = :today AND COALESCE(r.arrival, '') < :today",
    Phase.IN_HOUSE: "r.departure > :today AND COALESCE(r.arrival, '') < :today",
    Phase.FUTURE: "r.departure > :today AND COALESCE(r.arrival, '') > :today",
}
_STAY_CONDITIONS = {
    **{
        phase: _has_stay(f"{_STAYS[phase]} AND {_MATTERS}")
        for phase in (Phase.ARRIVING, Phase.DEPARTING, Phase.IN_HOUSE)
    },
    Phase.FUTURE: f"NOT {_has_stay(_PRESENT)} AND {_has_stay('r.arrival > :today')}",
    Phase.PAST: f"NOT {_has_stay('r.departure >= :today')} AND {_has_stay('r.departure < :today')}",
    Phase.NONE: f"NOT {_has_stay('1 = 1')}",
}


def _staying(phase: Phase) -> str:
    """Guests with such a stay: few, because the dates are near."""
    return f"SELECT r.guest_id FROM reservation r WHERE {_STAYS[phase]} AND {_LIVE}"
