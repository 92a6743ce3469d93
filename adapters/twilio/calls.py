"""Calls to and from the hotel's number, polled beside its messages: each that is over, with who took it and what was
said to the voicemail.

The vendor's own record of a call that came in says only that its instructions were carried out. Whether a person took
it stands with its legs (the calls that forwarding placed), and a voicemail among its recordings; both are asked for
once. Doubts: a leg that the other telephone's own voicemail took counts as taken; and ``StartTime>`` is documented by
the day although the vendor's clients send seconds, so more calls than asked for may be listed each time.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Raw, Struct

from adapters._json import answered, decoded
from adapters.twilio import paging, wire
from adapters.twilio.paging import Cursor, stamp, written
from adapters.twilio.settings import SMS
from tui_inbox.domain.errors import Malformed, Rejected
from tui_inbox.domain.message import Attachment, Kind
from tui_inbox.ports.channel import Batch, Envelope, Inbound, Item

if TYPE_CHECKING:
    from adapters._http import Http

WITHHELD = "anonymous"
"""The handle of everybody who hides their number."""
_HIDDEN = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE, as the vendor dials them."""
_HIDDEN_WORDS = frozenset({"anonymous", "restricted", "blocked", "unknown", "unavailable"})
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_PAGE = "20"
"""Each call of a page may take two further requests."""
_OVER = frozenset({"completed", "busy", "no-answer", "canceled", "failed"})
_LONGEST = timedelta(hours=24)
"""A call cannot be longer; one that still runs after it is a fault of the record."""
_SETTLES = timedelta(seconds=15)
"""A call that nobody took is looked at this long after its end, for a recording that comes late."""
_PROCESSED = timedelta(minutes=15)
_READY, _PENDING = "completed", frozenset({"in-progress", "paused", "processing"})
_KEPT = 500
_SMS, _CALL = SMS.code, Kind.CALL
T = TypeVar("T")


class Held(Cursor, frozen=True):
    hold: str = ""
    """When the oldest call began that is not over yet: the watermark waits for it."""


class Page(Struct):
    calls: list[Raw]
    next_page_uri: str | None = None


class Call(Struct):
    """One Call resource; numbers arrive as strings."""

    sid: str
    direction: str | None = None
    from_: str | None = msgspec.field(name="from", default=None)
    to: str | None = None
    status: str | None = None
    duration: wire.Value = None
    parent_call_sid: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    date_created: str | None = None

    @property
    def began(self) -> datetime | None:
        return wire.moment(self.start_time) or wire.moment(self.date_created)

    @property
    def ended(self) -> datetime | None:
        return wire.moment(self.end_time) or self.began


class Legs(Struct):
    calls: list[Call]


class Recording(Struct):
    sid: str
    status: str | None = None
    source: str | None = None
    duration: wire.Value = None
    uri: str | None = None


class Recordings(Struct):
    recordings: list[Recording]


class Told(Struct):
    """Our wrapping of a call with what was asked about it; null where the vendor has nothing (any more)."""

    call: Call
    legs: Legs | None = None
    recordings: Recordings | None = None
    parent: Call | None = None


class Calls:
    """The streams ``calls:in`` and ``calls:out`` of one number."""

    def __init__(self, http: Http, account: str, own: str) -> None:
        self._http, self._account, self._own = http, account, own
        self._told: OrderedDict[str, bytes] = OrderedDict()

    def fetch(self, way: str, cursor: str, since: datetime | None, now: datetime) -> Batch:
        """One page. The watermark never passes a call that is not over yet."""
        place = paging.place(cursor, self._account, Held)
        if place.next:
            try:
                answer = self._http.read(place.next)
            except Rejected:
                return Batch((), written(Cursor(place.watermark)))
        else:
            params = {"To" if way == "in" else "From": self._own, "PageSize": _PAGE}
            start = paging.start(place, since)
            if start is not None:
                params["StartTime>"] = stamp(start)
            answer = self._http.read(f"{self._account}/Calls.json", params)
        page = answered(answer, Page)
        newest, hold = place.newest, place.hold
        envelopes: list[Envelope] = []
        for raw in reversed(page.calls):
            call, found = self._one(bytes(raw), now)
            began = call.began if call else None
            if found is not None:
                envelopes.append(found)
            elif began is not None and now - began < _LONGEST:
                hold = min(hold or stamp(began), stamp(began))
            if began is not None and began <= now + paging.OVERLAP:
                newest = max(newest, stamp(began))
        if page.next_page_uri:
            following = Held(place.watermark, page.next_page_uri, newest, hold)
            return Batch(tuple(envelopes), written(following), more=True)
        watermark = max(place.watermark, newest) or (stamp(since) if since else "")
        return Batch(tuple(envelopes), written(Cursor(min(watermark, hold or watermark))))

    def _one(self, raw: bytes, now: datetime) -> tuple[Call | None, Envelope | None]:
        """The call, and its envelope once it is over; one that cannot be named is kept under its bytes' hash."""
        try:
            call = decoded(raw, Call)
            wire.checked_sid(call.sid)
        except Malformed:
            return None, Envelope(f"unreadable:{hashlib.sha256(raw).hexdigest()}", "call", raw)
        if (call.status or "").lower() not in _OVER:
            return call, None
        if call.sid not in self._told:
            kept = self._asked(call, raw, now)
            if kept is None:
                return call, None
            self._told[call.sid] = kept
            while len(self._told) > _KEPT:
                self._told.popitem(last=False)
        return call, Envelope(call.sid, "call", self._told[call.sid])

    def _asked(self, call: Call, raw: bytes, now: datetime) -> bytes | None:
        """With its legs and recordings, or the call that it is a leg of; None while more is to be expected."""
        told = Told(call)
        if call.direction == "inbound" and wire.count(call.duration):
            legs = self._read(f"{self._account}/Calls.json?ParentCallSid={call.sid}&PageSize=50", Legs)
            recordings = self._read(f"{self._account}/Calls/{call.sid}/Recordings.json", Recordings)
            found = recordings.recordings if recordings else []
            since_end = now - (call.ended or now)
            if any((one.status or "") in _PENDING for one in found) and since_end < _PROCESSED:
                return None
            if not found and not (legs and _talked(legs)) and since_end < _SETTLES:
                return None
            told = Told(call, legs, recordings)
        elif call.parent_call_sid:
            parent = f"{self._account}/Calls/{wire.checked_sid(call.parent_call_sid)}.json"
            told = Told(call, parent=self._read(parent, Call))
        # The call itself is kept byte for byte; of what was asked about it, what is understood.
        return msgspec.json.encode({**msgspec.structs.asdict(told), "call": Raw(raw)})

    def _read(self, url: str, type_: type[T]) -> T | None:
        """Raises ``ChannelError``; None for what the vendor has not (any more)."""
        try:
            return answered(self._http.read(url), type_)
        except Rejected:
            return None


def read_call(told: Told, own: str) -> Sequence[Item]:
    """A call with a guest; its length where somebody talked, and what was left on the voicemail."""
    call = told.call
    sid = wire.checked_sid(call.sid)
    direction = (call.direction or "").lower()
    if direction == "inbound":
        outbound, ours, theirs = False, call.to, call.from_
    elif direction.startswith("outbound"):
        outbound, ours, theirs = True, call.from_, call.to
    else:
        raise Malformed("bad_direction")
    if (ours or "") != own:
        return ()
    address = _address(theirs)
    if not address or (outbound and told.parent is not None and _address(told.parent.from_)):
        return ()  # A line of ours, or a guest's call that was passed on.
    if outbound:
        seconds = wire.count(call.duration) if (call.status or "").lower() == "completed" else 0
    else:
        seconds = _talked(told.legs) if told.legs else 0
    began = call.began
    if began is None:
        raise Malformed("no_date")
    return (
        Inbound(
            sid,
            _SMS,
            began,
            address,
            own,
            "",
            kind=_CALL,
            outbound=outbound,
            seconds=seconds or None,
            attachments=_recorded(told.recordings) if told.recordings else (),
        ),
    )


def _talked(legs: Legs) -> int:
    """Seconds that somebody was on the line: ``duration`` of a leg counts from its answer."""
    seconds = 0
    for leg in legs.calls:
        if (leg.status or "").lower() == "completed":
            seconds += wire.count(leg.duration)
    return seconds


def _address(value: str | None) -> str:
    """A guest's number, ``anonymous`` for one that is hidden, empty for a line of ours (``client:``, ``sip:``)."""
    text = (value or "").strip()
    if text in _HIDDEN or text.lower() in _HIDDEN_WORDS:
        return WITHHELD
    return text if _NUMBER.fullmatch(text) else ""


def _recorded(found: Recordings) -> tuple[Attachment, ...]:
    files: list[Attachment] = []
    for one in found.recordings[:20]:
        seconds = wire.count(one.duration)
        if one.status == _READY and one.uri and seconds:
            name = "voicemail.wav" if one.source == "RecordVerb" else "recording.wav"
            files.append(Attachment(name, "audio/wav", ref=f"{one.uri.removesuffix('.json')}.wav", seconds=seconds))
    return tuple(files)
