"""A list of stays taken over from a file: previewed line by line, then stored; the same file twice changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec

from tui_inbox.domain.alias import own_mail
from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.fold import plain
from tui_inbox.domain.reservation import MAX_NIGHTS, MAX_PEOPLE, Reservation, ReservationStatus
from tui_inbox.ports.store import Transaction
from tui_inbox.services.booked_by import complete, guest_of, new_guest, same_person
from tui_inbox.services.booking_messages import News, note_all, take_stays
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.matching import e164, typed_kind
from tui_inbox.services.table import FIELDS, Table, month_first, parse_date, parse_status, signature

CSV = "csv"


class BookingRow(NamedTuple):
    """One line of an import, understood."""

    line: int
    external_id: str
    name: str
    arrival: date
    departure: date
    phone: str = ""
    """E.164."""
    email: str = ""
    status: ReservationStatus = ReservationStatus.CONFIRMED
    room: str = ""
    room_type: str = ""
    adults: int = 0
    children: int = 0
    total: str = ""
    ota: str = ""
    ota_code: str = ""
    language: str = ""
    country: str = ""
    notes: str = ""
    payment: str = ""
    group_id: str = ""
    """Number of the booking where it has several lines."""


class LineProblem(NamedTuple):
    """What is wrong with a line; ``fatal`` lines are left out, the others come without the bad cell."""

    line: int
    code: str
    params: Mapping[str, str | int] = {}
    fatal: bool = True


class Preview(NamedTuple):
    """What an import would do with the file, before anything is stored."""

    rows: tuple[BookingRow, ...]
    problems: tuple[LineProblem, ...]
    either_date: bool = False
    """Every date could be read as day/month or month/day; the hotel's country decided."""


def saved_mapping(tx: Transaction, table: Table) -> dict[str, int] | None:
    """The mapping that was used for a file with these headings, if any."""
    stored = tx.mappings.get(f"csv:{signature(table)}")
    if not stored:
        return None
    mapping = msgspec.json.decode(stored, type=dict[str, int])
    return {name: column for name, column in mapping.items() if name in FIELDS and column < len(table.header)}


def save_mapping(tx: Transaction, table: Table, mapping: Mapping[str, int]) -> None:
    """For the next file with these headings."""
    tx.mappings.put(f"csv:{signature(table)}", msgspec.json.encode(dict(mapping)).decode())


def preview(table: Table, mapping: Mapping[str, int], desk: Desk) -> Preview:
    """Read every line with this mapping; raises ``Refused`` when a column that is needed has none."""
    named = "guest" in mapping or "last_name" in mapping
    missing = [
        name
        for name, there in (
            ("guest", named),
            ("arrival", "arrival" in mapping),
            ("departure", "departure" in mapping or "nights" in mapping),
        )
        if not there
    ]
    if missing:
        raise Refused("csv_column_missing", column=missing[0])
    dated = [_cell(cells, mapping, name) for _, cells in table.rows for name in ("arrival", "departure")]
    us, either = month_first(dated, desk.country)
    rows: list[BookingRow] = []
    problems: list[LineProblem] = []
    for line, cells in table.rows:
        row = _read(_Line(line, cells, mapping, desk, us, problems))
        if row is not None:
            rows.append(row)
    return Preview(tuple(_told_apart(rows, problems)), tuple(problems), either)


def _cell(cells: Sequence[str], mapping: Mapping[str, int], name: str) -> str:
    column = mapping.get(name)
    return clean_line(cells[column]) if column is not None and column < len(cells) else ""


class _Line(NamedTuple):
    """One line of the file, and where what is wrong with it is noted."""

    number: int
    cells: Sequence[str]
    mapping: Mapping[str, int]
    desk: Desk
    us: bool
    """Month before day."""
    problems: list[LineProblem]

    def cell(self, name: str) -> str:
        return _cell(self.cells, self.mapping, name)

    def wrong(self, code: str, value: str = "", *, fatal: bool = True) -> None:
        self.problems.append(LineProblem(self.number, code, {"value": value[:60]} if value else {}, fatal))


def _read(line: _Line) -> BookingRow | None:
    """The stay; None for a line that is left out."""
    cell = line.cell
    name = cell("guest") or f"{cell('first_name')} {cell('last_name')}".strip()
    if not name:
        line.wrong("line_no_name")
        return None
    days = _days(line)
    if days is None:
        return None
    status = parse_status(cell("status"))
    if status is None:
        line.wrong("line_status", cell("status"))
        return None
    phone, email = _contact(line)
    return BookingRow(
        line=line.number,
        external_id=cell("external_id"),
        name=name,
        arrival=days[0],
        departure=days[1],
        phone=phone,
        email=email,
        status=status,
        room=cell("room"),
        room_type=cell("room_type"),
        adults=_number(cell("adults")),
        children=_number(cell("children")),
        total=cell("total"),
        ota=cell("ota"),
        ota_code=cell("ota_code"),
        language=cell("language").lower() if len(cell("language")) == 2 else "",
        country=cell("country").upper() if len(cell("country")) == 2 else "",
        notes=cell("notes"),
        payment=cell("payment"),
    )


def _days(line: _Line) -> tuple[date, date] | None:
    """Arrival and departure; None, and noted, where they are no stay."""
    arrival = parse_date(line.cell("arrival"), month_first=line.us)
    if arrival is None:
        line.wrong("line_bad_date", line.cell("arrival"))
        return None
    departure = _departure(arrival, line.cell("departure"), line.cell("nights"), us=line.us)
    if departure is None:
        line.wrong("line_bad_date", line.cell("departure"))
        return None
    if departure < arrival or (departure - arrival).days > MAX_NIGHTS:
        line.wrong("line_dates", f"{arrival} {departure}")
        return None
    return arrival, departure


def _contact(line: _Line) -> tuple[str, str]:
    """Telephone and mail of the guest's own; what is neither is noted and left away."""
    phone = e164(line.cell("phone"), line.desk.country) if line.cell("phone") else ""
    if line.cell("phone") and not phone:
        line.wrong("line_phone", line.cell("phone"), fatal=False)
    email = line.cell("email").lower()
    if email and typed_kind(email) is not HandleKind.EMAIL:
        line.wrong("line_email", email, fatal=False)
        email = ""
    return phone, own_mail(email)


def _departure(arrival: date, cell: str, nights: str, *, us: bool) -> date | None:
    """Told by its date, else by the number of nights."""
    found = parse_date(cell, month_first=us)
    counts = found is None and nights.isdecimal() and int(nights) <= MAX_NIGHTS
    return arrival + timedelta(days=int(nights)) if counts else found


def _number(cell: str) -> int:
    return min(int(cell), MAX_PEOPLE) if cell.isdecimal() else 0


def _told_apart(rows: Sequence[BookingRow], problems: list[LineProblem]) -> list[BookingRow]:
    """One key per stay: a booking of several rooms is several stays, a line without a number is its own words."""
    numbers = Counter(row.external_id for row in rows)
    seen: dict[str, int] = {}
    told: list[BookingRow] = []
    for row in rows:
        key, group = row.external_id, ""
        if not key:
            key = f"{row.arrival}:{row.room}:{plain(row.name)}"
        elif numbers[key] > 1:
            key, group = f"{key}/{row.room}", key
        if key in seen:
            problems.append(LineProblem(row.line, "line_twice", {"other": seen[key]}))
            continue
        seen[key] = row.line
        told.append(row._replace(external_id=key, ota_code=row.ota_code or row.external_id, group_id=group))
    return told


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or (dry run) would do."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    guests: int = 0
    """New ones among them."""

    def __add__(self, other: ImportResult) -> ImportResult:
        return ImportResult(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.guests + other.guests,
        )


CHUNK = 200
"""Lines of one write transaction: a long import lets others write in between."""


def import_rows(
    tx: Transaction,
    desk: Desk,
    rows: Sequence[BookingRow],
    actor: Actor,
    now: datetime,
    *,
    source: str = CSV,
    dry_run: bool = False,
    first: bool = False,
) -> ImportResult:
    """Add and change stays; the same file twice changes nothing. Call with at most ``CHUNK`` rows at a time.

    ``first`` (asked of ``first_import`` before the first chunk): nobody is written to about any of them.
    """
    actor.require_write()
    result = ImportResult()
    fresh: dict[tuple[str, str, str], int] = {}
    news: list[News] = []
    if not dry_run:
        take_stays(tx, source, (row.external_id for row in rows))
    for row in rows:
        stored = _stored(tx, source, row, for_change=not dry_run)
        if stored is not None:
            after = _updated(stored, row, now)
            if after._replace(updated_at=stored.updated_at, revision=stored.revision) == stored:
                result += ImportResult(unchanged=1)
                continue
            result += ImportResult(changed=1)
            if not dry_run:
                tx.reservations.put(after)
                news.append(News(stored, after, first))
                tell_stay(tx, after)
            continue
        if _told_by_source(tx, desk, row):
            result += ImportResult(unchanged=1)
            continue
        person = (row.phone, row.email, plain(row.name))
        guest = guest_of(tx, row)
        known = guest is not None or person in fresh
        result += ImportResult(added=1, guests=0 if known else 1)
        if dry_run:
            fresh.setdefault(person, 0)
            continue
        guest_id = guest.id if guest else fresh.get(person) or new_guest(tx, desk, row, now).id
        fresh[person] = guest_id
        if guest is not None:
            complete(tx, desk, guest, row, now)
        blank = Reservation(0, guest_id, source, row.external_id, row.arrival, row.departure, created_at=now)
        stay = tx.reservations.add(_updated(blank, row, now))
        news.append(News(None, stay, first))
        tell_stay(tx, stay)
    note_all(tx, desk, news, now)
    if not dry_run and (result.added or result.changed):
        params: dict[str, str | int] = {"added": result.added, "changed": result.changed}
        tx.events.add(Event(0, now, Code.STAYS_IMPORTED, actor.code, params=params))
    return result


def _stored(tx: Transaction, source: str, row: BookingRow, *, for_change: bool) -> Reservation | None:
    """The stay of this line, also where the last file had more rooms of its booking, or only this one."""
    found = tx.reservations.by_source(source, row.external_id, for_change=for_change)
    if found is not None or not row.room:
        return found
    other = row.group_id or f"{row.external_id}/{row.room}"
    found = tx.reservations.by_source(source, other, for_change=for_change)
    return found if found is not None and found.room in ("", row.room) else None


def _told_by_source(tx: Transaction, desk: Desk, row: BookingRow) -> bool:
    """Does a source that knows the guest tell this stay, or did it take it over from a file? It knows it better."""
    for stay in tx.reservations.of_code(row.ota_code):
        if stay.source not in desk.sources or stay.low_confidence:
            continue
        guest = tx.guests.get(stay.guest_id)
        same_days = stay.arrival <= row.departure and row.arrival <= stay.departure
        if same_days or (guest is not None and same_person(guest.name, row.name)):
            return True
    return False


def first_import(tx: Transaction, source: str = CSV) -> bool:
    """Nothing was ever taken over from a file: what it holds happened before anybody here looked."""
    return not tx.reservations.any_of(source)


def tell_stay(tx: Transaction, stay: Reservation) -> None:
    """Wake the screens that show this stay."""
    tx.changed("guest", stay.guest_id)
    for conversation in tx.conversations.all_of_guest(stay.guest_id):
        tx.changed("conversation", conversation.id)


def _updated(stay: Reservation, row: BookingRow, now: datetime) -> Reservation:
    """As the file says; a cell that the file leaves empty does not erase what is known."""
    return stay._replace(
        arrival=row.arrival,
        departure=row.departure,
        status=row.status,
        room=row.room or stay.room,
        room_type=row.room_type or stay.room_type,
        adults=row.adults or stay.adults,
        children=row.children or stay.children,
        total=row.total or stay.total,
        ota=row.ota or stay.ota,
        ota_code=row.ota_code or stay.ota_code,
        notes=row.notes or stay.notes,
        group_id=row.group_id or stay.group_id,
        payment=row.payment or stay.payment,
        updated_at=now,
        revision=stay.revision + 1 if stay.id else stay.revision,
    )
