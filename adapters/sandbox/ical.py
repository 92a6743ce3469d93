"""A calendar feed on loopback, with an ETag, written as Airbnb or Booking.com writes theirs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.sandbox.door import Door, Fault, VendorError
from adapters.sandbox.server import Simulator
from tui_inbox.ports.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the feed."""

    uid: str
    arrival: date
    departure: date
    summary: str
    description: str = ""
    more: tuple[str, ...] = ()
    """Further lines, as they stand in the feed."""


@dataclass(slots=True)
class Agenda:
    """The feed's whole state."""

    token: str = "sandbox-feed"
    clock: Clock = field(default_factory=SystemClock)
    entries: dict[str, Entry] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """``If-None-Match`` of each request."""
    text: bytes | None = None
    """Answered instead of the entries, to show a feed that is broken."""

    def airbnb(self, code: str, arrival: date, departure: date, digits: str = "1234") -> Entry:
        """A booking at Airbnb: its code and four digits of a telephone."""
        place = f"https://www.airbnb.com/hosting/reservations/details/{code}"
        words = f"Reservation URL: {place}\\nPhone Number (Last 4 Digits): {digits}"
        return self.put(Entry(f"1418fb94e984-{code.lower()}@airbnb.com", arrival, departure, "Reserved", words))

    def airbnb_block(self, uid: str, arrival: date, departure: date) -> Entry:
        return self.put(Entry(f"{uid}@airbnb.com", arrival, departure, "Airbnb (Not available)"))

    def booking(self, uid: str, arrival: date, departure: date) -> Entry:
        """A booking at Booking.com, or a closed room: nobody can tell."""
        return self.put(Entry(f"{uid}@booking.com", arrival, departure, "CLOSED - Not available"))

    def put(self, entry: Entry) -> Entry:
        self.entries[entry.uid] = entry
        return entry

    def shown(self) -> bytes:
        if self.text is not None:
            return self.text
        stamp = self.clock.now().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        lines = ["BEGIN:VCALENDAR", "PRODID:-//Sandbox//Feed 1.0//EN", "CALSCALE:GREGORIAN", "VERSION:2.0"]
        for entry in self.entries.values():
            lines += ["BEGIN:VEVENT", f"DTSTAMP:{stamp}", *_lines(entry), "END:VEVENT"]
        lines.append("END:VCALENDAR")
        return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _lines(entry: Entry) -> list[str]:
    lines = [
        f"DTSTART;VALUE=DATE:{entry.arrival:%Y%m%d}",
        f"DTEND;VALUE=DATE:{entry.departure:%Y%m%d}",
        f"SUMMARY:{entry.summary}",
        f"UID:{entry.uid}",
    ]
    return [*lines, *([f"DESCRIPTION:{entry.description}"] if entry.description else []), *entry.more]


def _folded(line: str) -> list[str]:
    """Lines of at most 75 characters, the rest after a space."""
    parts = [line[:75]]
    rest = line[75:]
    while rest:
        parts.append(f" {rest[:74]}")
        rest = rest[74:]
    return parts


class SandboxFeed(Simulator):
    """The simulator with its server; ``address`` is the secret of a configuration."""

    def __init__(self, agenda: Agenda | None = None, port: int = 0) -> None:
        self.agenda = agenda or Agenda()
        door = Door(lambda: self.agenda.faults, _told, self._enter)
        super().__init__([Route("/calendar/ical/{name}", door.guarded(self._feed))], port)

    @property
    def address(self) -> str:
        return f"{self._server.url}/calendar/ical/51234567.ics?t={self.agenda.token}"

    def _enter(self, request: Request) -> None:
        if request.query_params.get("t") != self.agenda.token:
            raise VendorError(403)

    async def _feed(self, request: Request) -> Response:
        known = request.headers.get("if-none-match", "")
        self.agenda.asked.append(known)
        text = self.agenda.shown()
        stamped = b"\n".join(line for line in text.splitlines() if not line.startswith(b"DTSTAMP"))
        etag = f'"{hashlib.sha256(stamped).hexdigest()[:16]}"'
        if known == etag:
            return Response(status_code=304, headers={"ETag": etag})
        return Response(text, media_type="text/calendar", headers={"ETag": etag})


def _told(error: VendorError) -> Response:
    return Response(error.text, error.status)
