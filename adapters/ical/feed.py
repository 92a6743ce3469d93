"""One calendar feed: asked with its ETag, compared with what it said before.

A feed says that a booking was cancelled by no longer naming it; it also forgets stays that are over, and now and then
comes empty or halved. So an event that is gone counts only while its stay lies ahead, and when two good answers in a
row did not have it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from adapters._json import decoded
from adapters._ota import moment
from adapters.ical.settings import Calendars, FeedSettings
from tui_inbox.domain.errors import ChannelError, Malformed, Refused, Rejected
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.ports.bookings import StayRecord
from tui_inbox.ports.channel import Batch, Envelope, Health, HealthState
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.ports.secrets import Secret, Secrets

if TYPE_CHECKING:
    from adapters._http import Http

MAX_BYTES = 5_000_000
MISSED = 2
"""Good answers in a row without an event that make a cancellation."""


class Seen(Struct, frozen=True, array_like=True):
    """What is remembered of an event."""

    print: str
    arrival: str
    departure: str
    missed: int = 0


class Cursor(Struct, frozen=True):
    etag: str = ""
    seen: dict[str, Seen] = {}


class Told(Struct, frozen=True):
    """Our wrapping of an event, or of what was one."""

    at: str
    event: str = ""
    id: str = ""
    arrival: str = ""
    departure: str = ""


class Calendar(Calendars):
    """Implements ``BookingSource``."""

    def __init__(
        self,
        name: str,
        settings: FeedSettings,
        http: Http,
        path: Secret,
        zone: ZoneInfo,
        clock: Clock | None = None,
    ) -> None:
        self.name = name
        self._settings = settings
        self._http = http
        self._path = path
        self._zone = zone
        self._clock = clock or SystemClock()

    @classmethod
    def open(cls, name: str, settings: FeedSettings, secrets: Secrets, zone: ZoneInfo) -> Self:
        """Raises ``Refused("secret_missing")``, ``Refused("bad_base_url")`` or ``Refused("ical_missing")``."""
        if find_spec("icalendar") is None:
            raise Refused("ical_missing")
        from adapters._http import Http, Limits

        origin, path = place_of(secrets.get(settings.secret).reveal())
        return cls(name, settings, Http(origin, limits=Limits(answer_bytes=MAX_BYTES)), path, zone)

    def streams(self) -> Sequence[str]:
        return ("calendar",)

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        """The events that are new or differ, and those that are gone for good."""
        before = _cursor(cursor)
        # What is missing must be seen missing in a whole answer, not in «nothing has changed».
        sure = not any(seen.missed for seen in before.seen.values())
        headers = {"If-None-Match": before.etag} if before.etag and sure else {}
        try:
            answer = self._http.read(self._path.reveal(), headers=headers)
        except Malformed as fault:
            raise Rejected(fault.code) from None
        if answer.status == 304:
            return Batch((), cursor)
        return self._compared(before, answer.content, answer.headers.get("etag", ""), cursor)

    def read(self, envelope: Envelope) -> Sequence[StayRecord]:
        """Raises ``Malformed``."""
        from adapters.ical.events import event_of, record_of

        told = decoded(envelope.raw, Told)
        at = moment(told.at)
        if at is None:
            raise Malformed("no_date")
        if envelope.kind == "gone":
            days = (_date(told.arrival), _date(told.departure))
            if days[0] is None or days[1] is None:
                raise Malformed("no_date")
            gone = ReservationStatus.CANCELLED
            return (StayRecord(told.id, days[0], days[1], gone, updated_at=at, low_confidence=True),)
        event = event_of(told.event.encode("utf-8", "surrogateescape"), self._zone)
        record = record_of(event, self._settings, at)
        if record is not None and told.id:
            record = msgspec.structs.replace(record, external_id=told.id)
        return (record,) if record is not None else ()

    def test(self) -> Health:
        """The feed is there and whole."""
        from adapters.ical.events import blocks

        try:
            found = blocks(self._http.read(self._path.reveal()).content)
        except ChannelError as error:
            return Health(HealthState.ERROR, "", error.code, error.vendor_text)
        except Malformed as error:
            return Health(HealthState.ERROR, "", error.code)
        return Health(HealthState.OK, self._settings.room, details={"events": len(found)})

    def close(self) -> None:
        self._http.close()

    def _compared(self, before: Cursor, content: bytes, etag: str, cursor: str) -> Batch:
        from adapters.ical.events import blocks, event_of, fingerprint

        now = self._clock.now()
        found = blocks(content)
        if not found and before.seen:
            return Batch((), cursor)  # An empty feed is a fault of the site's: it cancels nothing.
        seen: dict[str, Seen] = {}
        envelopes: list[Envelope] = []
        whole = True
        for block in found:
            mark = fingerprint(block)
            try:
                event = event_of(block, self._zone)
            except Malformed as fault:
                whole = whole and fault.code == "calendar_repeats"
                envelopes.append(Envelope(f"unreadable:{mark}", "event", _wrapped(now, block)))
                continue
            days = Seen(mark, event.arrival.isoformat(), event.departure.isoformat())
            again = event.id in seen
            if again and seen[event.id].arrival == days.arrival:
                continue
            # An export that numbers its rooms gives several bookings one UID.
            id_ = f"{event.id[:180]}/{event.arrival.isoformat()}" if again else event.id
            known = before.seen.get(id_)
            seen[id_] = days
            if known is None or known.print != mark:
                body = _wrapped(now, block, id_ if again else "")
                envelopes.append(Envelope(_id(id_, mark, now), "event", body))
        for id_, known in before.seen.items():
            if id_ in seen or known.arrival <= now.astimezone(self._zone).date().isoformat():
                continue
            missed = known.missed + 1 if whole else known.missed
            if missed < MISSED:
                seen[id_] = msgspec.structs.replace(known, missed=missed)
                continue
            told = Told(now.isoformat(), id=id_, arrival=known.arrival, departure=known.departure)
            envelopes.append(Envelope(_id(id_, "gone", now), "gone", msgspec.json.encode(told)))
        return Batch(tuple(envelopes), msgspec.json.encode(Cursor(etag[:500], seen)).decode())


def place_of(address: str) -> tuple[str, Secret]:
    """(origin, the secret rest) of a feed's address. Raises ``Refused("bad_base_url")``."""
    text = address.strip()
    if text.startswith("webcal://"):
        text = "https://" + text.removeprefix("webcal://")
    try:
        parts = urlsplit(text)
        local = parts.hostname in ("127.0.0.1", "::1", "localhost")
    except ValueError:
        raise Refused("bad_base_url") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise Refused("bad_base_url")
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}", Secret(f"{parts.path or '/'}{query}")


def _wrapped(now: datetime, block: bytes, id_: str = "") -> bytes:
    """``id_`` where it is not the event's own."""
    return msgspec.json.encode(Told(now.isoformat(), event=block.decode("utf-8", "replace"), id=id_))


def _id(id_: str, mark: str, now: datetime) -> str:
    """With the moment: an event that went and comes back as it was is news once more."""
    return f"{hashlib.sha256(id_.encode('utf-8', 'replace')).hexdigest()[:24]}:{mark}:{int(now.timestamp())}"


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _cursor(text: str) -> Cursor:
    """One that cannot be read starts from the beginning: what is known already changes nothing."""
    try:
        return msgspec.json.decode(text, type=Cursor) if text else Cursor()
    except msgspec.DecodeError:
        return Cursor()
