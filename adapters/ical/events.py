"""A feed taken apart into its events, and what an event says: sites fill it in ways of their own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import icalendar
import msgspec

from adapters.ical.settings import FeedSettings
from tui_inbox.domain.errors import Malformed, NotSent
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.ports.bookings import Booker, StayRecord

BEGIN, END = b"BEGIN:VEVENT", b"END:VEVENT"
_LONGEST = 64_000
"""Bytes of one event."""
_ALWAYS_NEW = (b"DTSTAMP", b"LAST-MODIFIED", b"CREATED", b"SEQUENCE")
"""Lines that a site writes anew at every request."""
_AIRBNB_CODE = re.compile(r"\bHM[A-Z0-9]{8}\b")
_LAST_DIGITS = re.compile(r"Last 4 Digits\)?\s*:\s*(\d{4})\b", re.I)
_BLOCK = re.compile(
    r"not available|unavailable|\bblock(?:ed|ing|s)?\b|\bclosed?\b|\bbusy\b|maintenance|out of order|indisponible"
    r"|\bbloqu(?:[ée]e?s?|er|age)\b|\bferm(?:[ée]e?s?|eture)\b|\bowner\b|propri[ée]taire",
    re.I,
)
_NO_NAME = re.compile(r"\W*(reserved|reservation|booked|booking|r[ée]serv[ée]e?|occupied|occup[ée])\W*", re.I)


class Event(NamedTuple):
    """One event, as far as its site fills it."""

    id: str
    """The booking's code where there is one: sites change the UID of the same booking."""
    arrival: date
    departure: date
    """The end of an all-day event is the day after its last night."""
    uid: str
    summary: str
    description: str
    status: str


def blocks(content: bytes) -> list[bytes]:
    """Every event of a whole feed, as it came. Raises ``NotSent("unreadable_answer")`` for half a feed or a page."""
    lines = content.lstrip(b"\xef\xbb\xbf \r\n\t").rstrip().splitlines(keepends=True)
    if not lines or lines[0].strip().upper() != b"BEGIN:VCALENDAR" or lines[-1].strip().upper() != b"END:VCALENDAR":
        raise NotSent("unreadable_answer")
    return list(_events(lines))


def _events(lines: list[bytes]) -> Iterator[bytes]:
    event: list[bytes] = []
    for line in lines:
        word = line.strip().upper()
        if word == BEGIN:
            if event:
                yield b"".join(event)
            event = [line]
        elif event:
            event.append(line)
            if word == END:
                yield b"".join(event)
                event = []
    if event:
        yield b"".join(event)


def fingerprint(block: bytes) -> str:
    """Of what an event says, without the lines that are new at every request."""
    lines = [line for line in block.splitlines() if not line.upper().startswith(_ALWAYS_NEW)]
    return hashlib.sha256(b"\n".join(lines)).hexdigest()[:16]


def event_of(block: bytes, zone: ZoneInfo) -> Event:
    """Raises ``Malformed``: what cannot be read, and events that repeat, which no booking does."""
    if len(block) > _LONGEST:
        raise Malformed("too_big")
    try:
        found = icalendar.Event.from_ical(block)
    except Exception:  # noqa: BLE001 - the library raises whatever its parts do
        raise Malformed("bad_payload") from None
    if not isinstance(found, icalendar.Event):
        raise Malformed("bad_payload")
    if found.get("RRULE") is not None or found.get("RDATE") is not None:
        raise Malformed("calendar_repeats")
    uid = _text(found, "UID")
    arrival = _day(found, "DTSTART", zone)
    if arrival is None:
        raise Malformed("no_date")
    departure = _day(found, "DTEND", zone) or _after(found, arrival)
    summary, description = _text(found, "SUMMARY"), _text(found, "DESCRIPTION")
    code = _code(uid, f"{summary} {description}")
    id_ = code or uid or fingerprint(block)
    if len(id_) > 200:
        id_ = hashlib.sha256(id_.encode("utf-8", "replace")).hexdigest()
    return Event(id_, arrival, departure, uid, summary, description, _text(found, "STATUS").upper())


def record_of(event: Event, settings: FeedSettings, at: datetime) -> StayRecord | None:
    """The stay that an event tells; None for a closed room."""
    site = _site(event.uid) if settings.site == "auto" else settings.site
    summary, closed = event.summary.strip(), bool(_BLOCK.search(event.summary))
    record = StayRecord(
        event.id,
        event.arrival,
        event.departure,
        {"TENTATIVE": ReservationStatus.PENDING, "CANCELLED": ReservationStatus.CANCELLED}.get(
            event.status, ReservationStatus.CONFIRMED
        ),
        ota=LABELS.get(site, ""),
        ota_code=_code(event.uid, f"{summary} {event.description}"),
        room=settings.room,
        updated_at=at,
        low_confidence=True,
    )
    if site == "booking.com":
        return record if settings.closed == "stay" or not closed else None
    if closed:
        return None
    if site == "airbnb":
        digits = _LAST_DIGITS.search(event.description)
        return _with(record, notes=f"☎ …{digits[1]}" if digits else "")
    return record if _NO_NAME.fullmatch(summary) else _with(record, guest=Booker(last=summary[:200]))


LABELS = {"airbnb": "Airbnb", "booking.com": "Booking.com"}


def _with(record: StayRecord, **values: Any) -> StayRecord:
    return msgspec.structs.replace(record, **values)


def _site(uid: str) -> str:
    host = uid.rpartition("@")[2].lower()
    return next((site for site in ("airbnb", "booking.com") if host in (site, f"{site}.com")), "other")


def _code(uid: str, words: str) -> str:
    found = _AIRBNB_CODE.search(words) if _site(uid) == "airbnb" else None
    return found[0] if found else ""


def _text(event: icalendar.Event, name: str) -> str:
    value = event.get(name)
    value = value[0] if isinstance(value, list) and value else value
    try:
        return "" if value is None else str(value)
    except Exception:  # noqa: BLE001 - a value that was decoded from nonsense
        return ""


def _value(event: icalendar.Event, name: str) -> object:
    try:
        return getattr(event.get(name), "dt", None)
    except Exception:  # noqa: BLE001 - what the library could not read it raises only now
        raise Malformed("no_date") from None


def _day(event: icalendar.Event, name: str, zone: ZoneInfo) -> date | None:
    """The hotel's date; a time without a zone is the hotel's own."""
    value = _value(event, name)
    try:
        if isinstance(value, datetime):
            return (value.astimezone(zone) if value.tzinfo is not None else value).date()
        return value if isinstance(value, date) else None
    except (ValueError, OverflowError):
        return None


def _after(event: icalendar.Event, arrival: date) -> date:
    """Without an end: its length, else one night."""
    length = _value(event, "DURATION")
    try:
        return arrival + (length if isinstance(length, timedelta) else timedelta(days=1))
    except OverflowError:
        raise Malformed("no_date") from None
