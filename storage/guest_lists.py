"""Guest lists in SQL: each criterion is a condition on the guest, those of a stay on one and the same stay.

Conditions are sets of guests wherever few rows or an index answer: a count walks the guests once and looks each up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from storage.engine import POSTGRESQL, Connection, in_list
from storage.records import Record, words_of
from storage.reservations import LIVE
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.guest_list import YES, GuestList
from tui_inbox.domain.reservation import Phase

_LIST = Record(GuestList)
_SELECT = f"SELECT {_LIST.select} FROM guest_list "
_LIVE_STAY = f"r.status IN {LIVE}"

_PHASES = {
    Phase.ARRIVING: "r.arrival = :list_today",
    Phase.IN_HOUSE: "r.arrival < :list_today AND r.departure > :list_today",
    Phase.DEPARTING: "r.departure = :list_today AND r.arrival < :list_today",
    Phase.FUTURE: "r.arrival > :list_today",
    Phase.PAST: "r.departure < :list_today",
}
_TAGGED = (
    "SELECT t.ref_id FROM tag JOIN tagged t ON t.tag_id = tag.id AND t.kind = 'guest' WHERE tag.name = :list_tag"
    " UNION SELECT k.guest_id FROM tag JOIN tagged t ON t.tag_id = tag.id AND t.kind = 'conversation'"
    " JOIN conversation k ON k.id = t.ref_id WHERE tag.name = :list_tag"
)
_OPTED_OUT = (
    "SELECT guest_id FROM consent WHERE medium = :list_opted_out AND allowed = 0"
    " UNION SELECT h.guest_id FROM line l JOIN handle h ON h.channel = l.channel AND h.address = l.address"
    " WHERE l.channel = :list_opted_out AND l.stopped_at IS NOT NULL"
)
_ON_WHATSAPP = "SELECT guest_id FROM handle WHERE channel = 'whatsapp' AND unreachable = ''"
_LIVING = "g.merged_into IS NULL AND g.blocked = 0"
_OF_PROPERTY = "r.property = :list_property"
_KNOWN_THERE = (
    f"g.id IN (SELECT r.guest_id FROM reservation r WHERE {_OF_PROPERTY}"
    " UNION SELECT k.guest_id FROM conversation k WHERE k.property = :list_property)"
)
"""Whoever has stayed or booked at this property, or writes to it."""


class _Where:
    """Conditions on the guest ``g`` and their parameters, gathered criterion by criterion."""

    def __init__(self, db: Connection, today: date, property_: str) -> None:
        """Of one property (empty: of all) its guests alone, and of theirs no other stays."""
        self.db = db
        self.today = today
        self.conditions = [_LIVING]
        self.stay: list[str] = []
        self.params: dict[str, object] = {}
        self.live = _LIVE_STAY
        if property_:
            self.put("property", property_)
            self.conditions.append(_KNOWN_THERE)
            self.live = f"{_LIVE_STAY} AND {_OF_PROPERTY}"
        # The one sum over dates that both engines write in their own way.
        days = "r.departure::date - r.arrival::date"
        self.nights = days if db.dialect == POSTGRESQL else "julianday(r.departure) - julianday(r.arrival)"

    def put(self, name: str, value: object) -> None:
        self.params[f"list_{name}"] = value

    def either(self, value: str, condition: str) -> None:
        self.conditions.append(condition if value == YES else f"NOT ({condition})")

    def within(self, column: str, name: str, value: str) -> None:
        self.put("today", self.today.isoformat())
        self.put(name, (self.today + timedelta(days=int(value))).isoformat())
        self.stay.append(f"r.{column} >= :list_today AND r.{column} <= :list_{name}")

    def counted(self, name: str, value: str, having: str, since: str, *, outside: bool = False) -> None:
        """Stays whose ``since`` is over."""
        self.put("today", self.today.isoformat())
        self.put(name, value if name.startswith("last") else int(value))
        groups = f"SELECT r.guest_id FROM reservation r WHERE {self.live} AND r.{since} <= :list_today"
        having = f"GROUP BY r.guest_id HAVING {having} :list_{name}"
        self.conditions.append(f"g.id {'NOT ' if outside else ''}IN ({groups} {having})")

    def phase(self, value: str) -> None:
        self.put("today", self.today.isoformat())
        phase = Phase(value)
        living = f"SELECT r.guest_id FROM reservation r WHERE {self.live}"
        if phase is Phase.NONE:
            self.conditions.append(f"g.id NOT IN ({living})")
            return
        self.stay.append(_PHASES[phase])
        if phase is Phase.PAST:
            self.conditions.append(f"g.id NOT IN ({living} AND r.departure >= :list_today)")


def _language(where: _Where, value: str) -> None:
    """``fr`` is also ``fr-CA``."""
    code = value.lower().replace("_", "-").split("-")[0]
    marks, params = in_list("list_language", [code, f"{code}-", f"{code}_"])
    where.params |= {**params, "list_letters": len(code) + 1}
    where.conditions.append(f"substr(g.language, 1, :list_letters) IN ({marks})")


def _country(where: _Where, value: str) -> None:
    where.put("country", value.lower())
    where.conditions.append("lower(g.country) = :list_country")


def _of_stay(column: str) -> Callable[[_Where, str], None]:
    """In capitals or not: SQLite knows only those of English, so what is written in the stays is compared here."""

    def condition(where: _Where, value: str) -> None:
        written = (row[0] for row in where.db.all(f"SELECT DISTINCT {column} FROM reservation"))
        same = [one for one in written if one.casefold() == value.casefold()]
        marks, params = in_list(f"list_{column}", same)
        where.params |= params
        where.stay.append(f"r.{column} IN ({marks})")

    return condition


def _tag(where: _Where, value: str) -> None:
    where.put("tag", value)
    where.conditions.append(f"g.id IN ({_TAGGED})")


def _opted_out(where: _Where, value: str) -> None:
    where.put("opted_out", value)
    where.conditions.append(f"g.id IN ({_OPTED_OUT})")


def _nights(name: str, sign: str) -> Callable[[_Where, str], None]:
    def condition(where: _Where, value: str) -> None:
        where.put(name, int(value))
        where.stay.append(f"{where.nights} {sign} :list_{name}")

    return condition


def _stays_from(where: _Where, value: str) -> None:
    if int(value):
        where.counted("stays_from", value, "count(*) >=", "arrival")


_CONDITIONS: Mapping[str, Callable[[_Where, str], None]] = {
    "language": _language,
    "country": _country,
    "vip": lambda where, value: where.either(value, "g.vip = 1"),
    "tag": _tag,
    "phone": lambda where, value: where.either(value, "g.phone <> ''"),
    "email": lambda where, value: where.either(value, "g.email <> ''"),
    "whatsapp": lambda where, value: where.either(value, f"g.id IN ({_ON_WHATSAPP})"),
    "opted_out": _opted_out,
    "phase": lambda where, value: where.phase(value),
    "arriving_within": lambda where, value: where.within("arrival", "arriving", value),
    "departing_within": lambda where, value: where.within("departure", "departing", value),
    "nights_from": _nights("nights_from", ">="),
    "nights_to": _nights("nights_to", "<="),
    "room_type": _of_stay("room_type"),
    "source": _of_stay("ota"),
    "last_stay_before": lambda where, value: where.counted("last_before", value, "max(r.departure) <", "departure"),
    "last_stay_after": lambda where, value: where.counted("last_after", value, "max(r.departure) >", "departure"),
    "stays_from": _stays_from,
    "stays_to": lambda where, value: where.counted("stays_to", value, "count(*) >", "arrival", outside=True),
}


def condition(
    db: Connection, criteria: Mapping[str, str], today: date, property_: str = ""
) -> tuple[str, dict[str, object]]:
    """What must hold of the guest ``g``, and its parameters, all of which begin with ``list_``."""
    where = _Where(db, today, property_)
    for code, value in criteria.items():
        _CONDITIONS[code](where, value)
    if where.stay:
        stays = " AND ".join([where.live, *where.stay])
        where.conditions.append(f"g.id IN (SELECT r.guest_id FROM reservation r WHERE {stays})")
    return " AND ".join(where.conditions), where.params


def of_list(db: Connection, list_id: int, today: date, property_: str = "") -> tuple[str, dict[str, object]] | None:
    """The guests of a saved list (of one property) as a set in SQL; None when the list is gone."""
    stored = db.value("SELECT criteria FROM guest_list WHERE id = :id", id=list_id)
    if stored is None:
        return None
    where, params = condition(db, words_of(stored), today, property_)
    return f"SELECT g.id FROM guest g WHERE {where}", params


class SqlGuestLists:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def all(self, *, for_change: bool = False) -> Sequence[GuestList]:
        lock = self._db.for_update if for_change else ""
        return [_LIST.read(row) for row in self._db.all(f"{_SELECT}ORDER BY place, id{lock}")]

    def get(self, list_id: int) -> GuestList | None:
        row = self._db.one(_SELECT + "WHERE id = :id", id=list_id)
        return _LIST.read(row) if row else None

    def load(self, list_id: int) -> GuestList:
        row = self._db.one(_SELECT + "WHERE id = :id" + self._db.for_update, id=list_id)
        if row is None:
            raise NotFound(f"guest list {list_id}")
        return _LIST.read(row)

    def add(self, made: GuestList) -> GuestList:
        return made._replace(id=self._db.insert("guest_list", **_LIST.values(made)))

    def put(self, changed: GuestList) -> None:
        self._db.update("guest_list", {"id": changed.id}, **_LIST.values(changed))

    def remove(self, list_id: int) -> None:
        self._db.run("DELETE FROM guest_list WHERE id = :id", id=list_id)

    def count(self, criteria: Mapping[str, str], today: date, property_: str = "") -> int:
        where, params = condition(self._db, criteria, today, property_)
        found: int = self._db.value(f"SELECT count(*) FROM guest g WHERE {where}", **params)
        return found

    def fits(self, guest_id: int, criteria: Mapping[str, str], today: date) -> bool:
        where, params = condition(self._db, criteria, today)
        sql = f"SELECT 1 FROM guest g WHERE g.id = :guest_id AND {where}"
        return self._db.value(sql, guest_id=guest_id, **params) is not None

    def members(
        self, criteria: Mapping[str, str], today: date, after: int | None, limit: int, property_: str = ""
    ) -> Sequence[tuple[int, str]]:
        where, params = condition(self._db, criteria, today, property_)
        if after is not None:
            where += " AND (g.sort_name, g.id) > ((SELECT sort_name FROM guest WHERE id = :after), :after)"
            params["after"] = after
        rows = self._db.all(
            f"SELECT g.id, g.name FROM guest g WHERE {where} ORDER BY g.sort_name, g.id LIMIT :limit",
            limit=limit,
            **params,
        )
        return [(row[0], row[1]) for row in rows]
