"""The list: pages, badges and the most urgent conversation, each found by an index and flat at any size.

A page takes two or three statements: which conversations (ids in order), their rows, and the stays of their guests.
The order is total (sort column, id), so that a page goes on where the last one ended whatever arrived in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from msgspec import Struct

from storage import inbox_filters as filters
from storage.engine import Connection, in_list
from storage.times import moment
from tui_inbox.domain.conversation import DeadlineKind, Sort, State, Tab
from tui_inbox.domain.reservation import ReservationStatus, phase, stay_now
from tui_inbox.rows import ConversationRow, Counts, Key, Page, StayNow, View

_BETWEEN = "\x1f"
"""Between codes in one column; no text that was made printable has it."""
_CODES = _BETWEEN.join(
    (
        "' || COALESCE(g.language, '') || '",
        *(
            f"' || c.{name} || '"
            for name in (
                "state",
                "last_channel",
                "last_account",
                "preview_by",
                "outcome",
                "deadline_kind",
                "state_by",
                "assignee",
                "spam_rule",
                "property",
                "snooze_reason",
            )
        ),
    )
)
_FLAGS = (
    "COALESCE(g.vip, 0) + 2 * c.unanswered + 4 * c.no_reply_needed + 8 * c.machine + 16 * c.ambiguous + CASE WHEN"
    " EXISTS (SELECT 1 FROM draft d WHERE d.conversation_id = c.id AND d.operator = :operator) THEN 32 ELSE 0 END"
)
# A page costs what its values cost: half of them are codes, mostly empty, and flags. Each kind comes as one.
_ROW = (
    f"c.id, c.guest_id, g.name, c.last_address, c.preview, '{_CODES}', {_FLAGS}, u.count, c.last_at,"
    " c.unanswered_since, c.deadline_at, c.wake_at, c.state_at"
)
_ROW_FROM = (
    " FROM conversation c LEFT JOIN guest g ON g.id = c.guest_id"
    " LEFT JOIN unread u ON u.operator = :operator AND u.conversation_id = c.id"
)
_STATES = {state.value: state for state in State}
_KINDS = {kind.value: kind for kind in DeadlineKind}
_STATUSES = {status.value: status for status in ReservationStatus}


class _Stay(Struct, frozen=True, gc=False):
    """A reservation as the rules of phases need it: a page reads too many for the whole entity."""

    id: int
    arrival: date
    departure: date
    status: ReservationStatus
    room: str


class _Leg(NamedTuple):
    """One stretch of an order: rows under ``condition`` by ``column``; the second stretch of an order has negative
    keys, so that a key alone tells where to go on."""

    column: str
    descending: bool
    condition: str
    negative: bool

    @property
    def clock(self) -> bool:
        """Ordered by a clock, whose indexes are by state."""
        return self.column != "last_at"


_LEGS: Mapping[Sort, tuple[_Leg, ...]] = {
    Sort.NEWEST: (_Leg("last_at", True, "", False),),
    Sort.OLDEST: (_Leg("last_at", False, "", False),),
    Sort.WAITING: (
        _Leg("unanswered_since", False, "c.unanswered = 1 AND c.machine = 0 AND c.unanswered_since IS NOT NULL", False),
        _Leg("last_at", True, "(c.unanswered = 0 OR c.machine = 1 OR c.unanswered_since IS NULL)", True),
    ),
    Sort.DEADLINE: (
        _Leg("deadline_at", False, "c.deadline_at IS NOT NULL AND c.machine = 0", False),
        _Leg("last_at", True, "(c.deadline_at IS NULL OR c.machine = 1)", True),
    ),
}


class SqlInbox:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def page(self, view: View, operator: str, today: date, after: Key | None, limit: int) -> Page:
        found: list[tuple[int, int]] = []
        chosen = filters.chosen(self._db, view, operator, today)
        if chosen is None:
            return Page((), False)
        for leg in _LEGS[view.sort]:
            if after is not None and leg.negative is False and after.value < 0:
                continue
            edge = after if after is not None and leg.negative == (after.value < 0) else None
            found += self._leg(leg, chosen, view, edge, limit + 1 - len(found))
            if len(found) > limit:
                break
        keys = dict(found[:limit])
        return Page(tuple(self._rows(keys, operator, today)), len(found) > limit)

    def _leg(
        self, leg: _Leg, chosen: filters.Chosen, view: View, edge: Key | None, limit: int
    ) -> list[tuple[int, int]]:
        """(id, key) of the next rows of this stretch."""
        params = dict(chosen.params)
        source, conditions = chosen.source, [*chosen.conditions]
        if leg.condition:
            conditions.append(leg.condition)
        unread = source == filters.UNREAD and leg.column == "last_at"
        if unread and view.tab is Tab.ALL and conditions == [*filters.UNREAD_CONDITIONS]:
            # Nothing is asked of the conversations themselves.
            source = "unread u"
            conditions.remove(filters.UNREAD_JOIN)
        column, identity = ("u.last_at", "u.conversation_id") if unread else (f"c.{leg.column}", "c.id")
        direction = " DESC" if leg.descending else ""
        if edge is not None:
            conditions.append(f"({column}, {identity}) {'<' if leg.descending else '>'} (:edge, :edge_id)")
            params |= {"edge": -edge.value if leg.negative else edge.value, "edge_id": edge.id}
        params["limit"] = limit
        key = f"-{column}" if leg.negative else column
        order = f" ORDER BY {column}{direction}, {identity}{direction} LIMIT :limit"

        def select(extra: Sequence[str]) -> str:
            every = [*conditions, *extra]
            where = f" WHERE {' AND '.join(every)}" if every else ""
            return f"SELECT {identity} AS id, {key} AS key FROM {source}{where}{order}"

        if view.tab is not Tab.ALL:
            params["state"] = view.tab.value
            sql = select([f"{'u' if unread else 'c'}.state = :state", *filters.TAB_CONDITIONS])
        elif by_state := chosen.by_state or _merged(leg, unread, chosen):
            parts = [
                f"SELECT * FROM ({select(extra)}) s{number}"
                for number, extra in enumerate(_by_state("u" if unread else "c", by_state))
            ]
            sql = f"SELECT id, key FROM ({' UNION ALL '.join(parts)}) s ORDER BY {_union_order(leg)} LIMIT :limit"
        else:
            sql = select(())
        return self._db.all(sql, **params)

    def row(self, conversation_id: int, operator: str, today: date) -> ConversationRow | None:
        rows = self.rows((conversation_id,), operator, today)
        return rows[0] if rows else None

    def rows(self, ids: Sequence[int], operator: str, today: date) -> list[ConversationRow]:
        return self._rows(dict.fromkeys(ids), operator, today)

    def _rows(self, keys: Mapping[int, int | None], operator: str, today: date) -> list[ConversationRow]:
        """Rows in the order of ``keys``; without a key the row's own time is it."""
        if not keys:
            return []
        marks, params = in_list("id", keys)
        stored = {
            row[0]: row
            for row in self._db.all(f"SELECT {_ROW}{_ROW_FROM} WHERE c.id IN ({marks})", operator=operator, **params)
        }
        stays = self._stays({row[1] for row in stored.values()}, today)
        return [
            _row(stored[identity], key, stays.get(stored[identity][1]))
            for identity, key in keys.items()
            if identity in stored
        ]

    def _stays(self, guests: Iterable[int], today: date) -> dict[int, StayNow]:
        """The stay that matters now of each guest: of what is over, only the latest can be it."""
        marks, params = in_list("guest", sorted(guests))
        rows = self._db.all(
            "SELECT id, guest_id, arrival, departure, status, room FROM reservation"
            f" WHERE guest_id IN ({marks}) ORDER BY guest_id, arrival LIMIT 5000",
            **params,
        )
        stays: dict[int, list[_Stay]] = {}
        day = date.fromisoformat
        for identity, guest, arrival, departure, status, room in rows:
            stay = _Stay(identity, day(arrival), day(departure), _STATUSES[status], room)
            if guest in stays:
                stays[guest].append(stay)
            else:
                stays[guest] = [stay]
        found: dict[int, StayNow] = {}
        for guest, known in stays.items():
            now = known[0] if len(known) == 1 else stay_now(known, today)
            if now is not None:
                found[guest] = StayNow(now.id, phase(now, today), now.room, now.arrival, now.departure)
        return found

    def counts(self, operator: str, view: View) -> Counts:
        scope, params = filters.scope(view)
        where = "".join(f" AND {condition}" for condition in scope)
        states = ", ".join(
            f"(SELECT COUNT(*) FROM conversation c WHERE c.state = '{state}' AND c.machine = 0{where})"
            for state in ("open", "pending", "spam")
        )
        joined = " JOIN conversation c ON c.id = u.conversation_id" if scope else ""
        sent = (
            "".join(
                [
                    " AND EXISTS (SELECT 1 FROM conversation c WHERE c.id = o.conversation_id",
                    *(f" AND {condition}" for condition in scope),
                    ")",
                ]
            )
            if scope
            else ""
        )
        row = self._db.one(
            f"SELECT {states},"
            f" (SELECT COUNT(*) FROM unread u{joined} WHERE u.operator = :operator"
            f" AND u.state IN ('open', 'pending', 'closed'){where}),"
            " (SELECT COUNT(*) FROM conversation c WHERE c.unanswered = 1 AND c.machine = 0"
            f" AND c.state IN ('open', 'pending', 'closed'){where}),"
            f" (SELECT COUNT(*) FROM outbox o WHERE o.state IN ('failed', 'expired'){sent}),"
            f" (SELECT COUNT(*) FROM outbox o WHERE o.state = 'needs_operator'{sent})",
            operator=operator,
            **params,
        )
        return Counts() if row is None else Counts(*row)

    def most_urgent(self, operator: str, view: View, now: datetime, skip: Sequence[int]) -> int | None:
        scope, params = filters.scope(view)
        skipped, ids = in_list("skip", skip)
        conditions = ["c.state = 'open'", "c.machine = 0", *scope, *([f"c.id NOT IN ({skipped})"] if skip else [])]
        where = " AND ".join(conditions)
        for sql in (
            f"SELECT c.id FROM conversation c WHERE {where} AND c.deadline_at IS NOT NULL"
            " ORDER BY c.deadline_at, c.id LIMIT 1",
            f"SELECT c.id FROM conversation c WHERE {where} AND c.unanswered = 1"
            " ORDER BY c.unanswered_since, c.id LIMIT 1",
            "SELECT c.id FROM unread u JOIN conversation c ON c.id = u.conversation_id"
            f" WHERE u.operator = :operator AND u.state = 'open' AND {where} ORDER BY u.since_at, c.id LIMIT 1",
        ):
            found: int | None = self._db.value(
                sql, **params, **ids, **({"operator": operator} if ":operator" in sql else {})
            )
            if found is not None:
                return found
        return None


def _merged(leg: _Leg, unread: bool, chosen: filters.Chosen) -> tuple[tuple[str, ...], ...]:
    """All by an index that is by state."""
    return ((),) if unread or (leg.clock and chosen.source == filters.CONVERSATION) else ()


def _by_state(alias: str, extra: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [(f"{alias}.state = '{state.value}'", *conditions) for conditions in extra for state in State]


def _union_order(leg: _Leg) -> str:
    if leg.negative:
        return "key, id DESC"
    return "key DESC, id DESC" if leg.descending else "key, id"


def _row(row: Sequence[Any], key: int | None, stay: StayNow | None) -> ConversationRow:
    identity, guest_id, name, address, preview, codes, flags, unread, last_at, since, deadline_at, wake_at, state_at = (
        row
    )
    # The one that a person typed is the last.
    language, state, channel, account, by, outcome, kind, state_by, assignee, rule, property_, reason = codes.split(
        _BETWEEN, 11
    )
    return ConversationRow(
        identity,
        guest_id,
        name or "",
        address,
        flags & 1 > 0,
        language,
        _STATES[state],
        channel,
        account,
        unread or 0,
        flags & 2 > 0,
        None if since is None else moment(since),
        flags & 4 > 0,
        flags & 8 > 0,
        moment(last_at),
        preview,
        by,
        outcome,
        None if deadline_at is None else moment(deadline_at),
        _KINDS[kind],
        None if wake_at is None else moment(wake_at),
        reason,
        None if state_at is None else moment(state_at),
        state_by,
        assignee,
        flags & 16 > 0,
        rule,
        property_,
        last_at if key is None else key,
        stay,
        flags & 32 > 0,
    )
