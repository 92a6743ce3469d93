"""Twilio's JSON as it comes, and what it says: pure functions, tolerant of every field that we do not need."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

import msgspec
from msgspec import Raw, Struct

from adapters._files import remote
from adapters.twilio import errors
from adapters.twilio.settings import SMS, WHATSAPP
from tui_inbox.domain.errors import Malformed
from tui_inbox.domain.message import Attachment, Delivery
from tui_inbox.ports.channel import Inbound, Item, Status

Value = str | int | float | None
_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DAY = re.compile(r"[A-Z][a-z]{2}, ([0-3][0-9]) ([A-Z][a-z]{2}) ([1-9][0-9]{3}) ")
_MONTHS = {
    "Jan": "01",
    "Feb": "02",
    "Mar": "03",
    "Apr": "04",
    "May": "05",
    "Jun": "06",
    "Jul": "07",
    "Aug": "08",
    "Sep": "09",
    "Oct": "10",
    "Nov": "11",
    "Dec": "12",
}
_PREFIX = "whatsapp"
_LONGEST_SID, _LONGEST_ADDRESS = 64, 64

_STATES = {
    "accepted": Delivery.SENT,
    "scheduled": Delivery.SENT,
    "queued": Delivery.SENT,
    "sending": Delivery.SENT,
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "partially_delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "undelivered": Delivery.FAILED,
    "failed": Delivery.FAILED,
    "canceled": Delivery.CANCELLED,
}
_NONE, _SENT, _FAILED = Delivery.NONE, Delivery.SENT, Delivery.FAILED
"""Named once: looking a member of an enumeration up takes as long as making the item that bears it."""
_SMS, _WHATSAPP = SMS.code, WHATSAPP.code
_SERVED = (_SMS, _WHATSAPP)
_from_iso = datetime.fromisoformat
_DIGITS: dict[Value, int] = {None: 0, **{str(number): number for number in range(11)}}


class Page(Struct):
    messages: list[Raw]
    next_page_uri: str | None = None


class MessageBody(Struct):
    """One Message resource; numbers arrive as strings, as numbers or as null."""

    sid: str
    direction: str | None = None
    from_: str | None = msgspec.field(name="from", default=None)
    to: str | None = None
    body: str | None = None
    status: str | None = None
    num_segments: Value = None
    num_media: Value = None
    error_code: Value = None
    error_message: str | None = None
    date_created: str | None = None
    date_sent: str | None = None
    date_updated: str | None = None


class MediaItem(Struct):
    sid: str | None = None
    content_type: str | None = None
    uri: str | None = None


class MediaList(Struct):
    media_list: list[MediaItem]


class WithMedia(Struct):
    """Our wrapping of a message whose files were listed (``null`` when that failed) while polling."""

    message: MessageBody
    media: MediaList | None = None


class Sent(Struct):
    """Answer to a send."""

    sid: str
    status: str | None = None
    num_segments: Value = None
    error_code: Value = None
    error_message: str | None = None


class UsageRecord(Struct):
    category: str
    count: Value = None
    usage: Value = None
    usage_unit: str | None = None
    price: Value = None
    price_unit: str | None = None


class UsagePage(Struct):
    usage_records: list[UsageRecord]
    next_page_uri: str | None = None


class Account(Struct):
    friendly_name: str | None = None
    status: str | None = None
    type: str | None = None


class Balance(Struct):
    balance: Value = None
    currency: str | None = None


class Numbers(Struct):
    incoming_phone_numbers: list[Raw]


class SenderProperties(Struct):
    quality_rating: str | None = None
    messaging_limit: str | None = None


class Sender(Struct):
    sender_id: str | None = None
    status: str | None = None
    properties: SenderProperties | None = None


class Senders(Struct):
    senders: list[Sender]


def checked_sid(sid: str) -> str:
    """An id that may stand in a path. Raises ``Malformed``."""
    if (sid.isalnum() and sid.isascii() and len(sid) <= _LONGEST_SID) or _SID.fullmatch(sid):
        return sid
    raise Malformed("bad_payload")


def written(own: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Our numbers as the vendor writes them -> channel and number."""
    return {
        f"{_PREFIX}:{number}" if channel == _WHATSAPP else number: (channel, number) for channel, number in own.items()
    }


def read_message(body: MessageBody, media: MediaList | None, own: Mapping[str, tuple[str, str]]) -> Sequence[Item]:
    """An inbound message, or one of the hotel's; ``own`` is what ``written`` gives."""
    sid = checked_sid(body.sid)
    direction = (body.direction or "").lower()
    if direction == "inbound":
        outbound, ours, theirs = False, body.to, body.from_
    elif direction.startswith("outbound"):
        outbound, ours, theirs = True, body.from_, body.to
    else:
        raise Malformed("bad_direction")
    channel, address = _address(theirs)
    our_pair = own.get(ours or "") or _address(ours)
    own_address = our_pair[1]
    if channel not in _SERVED or (own_address and our_pair not in own.values()):
        return ()
    if not address or len(address) > _LONGEST_ADDRESS:
        raise Malformed("no_guest_address")
    at = moment(body.date_sent) or moment(body.date_created)
    if at is None:
        raise Malformed("no_date")
    number = count(body.num_media)
    return (
        Inbound(
            sid,
            channel,
            at,
            address,
            own_address,
            body.body or "",
            outbound=outbound,
            automated=direction == "outbound-reply",
            segments=count(body.num_segments) or None,
            state=state_of(body.status) if outbound else _NONE,
            attachments=_listed(media) if media is not None else _unlisted(sid, number) if number else (),
        ),
    )


def read_status(body: MessageBody) -> Sequence[Item]:
    """The present state of one of our messages; a word that nobody knows says nothing."""
    state = _STATES.get((body.status or "").lower())
    if state is None or not (body.direction or "outbound").lower().startswith("outbound"):
        return ()
    at = moment(body.date_updated) or moment(body.date_sent) or moment(body.date_created)
    if at is None:
        raise Malformed("no_date")
    sid, segments = checked_sid(body.sid), count(body.num_segments) or None
    if state is not _FAILED:
        return (Status(sid, state, at, segments=segments),)
    code = errors.word(body.error_code) or "refused"
    return (Status(sid, state, at, code, _vendor_text(body.error_code, body.error_message), segments),)


def status_id(body: MessageBody) -> str:
    """The same for the same fact: id, status and error."""
    return f"{body.sid}:{body.status or ''}:{body.error_code or ''}"[:200]


def state_of(status: str | None) -> Delivery:
    return _STATES.get((status or "").lower(), Delivery.SENT)


def count(value: Value) -> int:
    """A number that may be a string or null; nonsense counts as 0."""
    if value in _DIGITS:
        return _DIGITS[value]
    try:
        number = int(value) if value is not None else 0
    except (ValueError, OverflowError):
        return 0
    return number if 0 <= number < 1_000_000_000 else 0


def moment(text: str | None) -> datetime | None:
    """RFC 2822 (the classic resources) or ISO 8601 (the newer ones), in UTC; None when absent or unreadable."""
    if not text:
        return None
    if text[25:] == " +0000":
        # As the vendor writes every date: 0.4 µs, where ``parsedate_to_datetime`` takes 5.
        day, clock = _day(text[:17]), text[17:25]
        if day and clock[2] == clock[5] == ":":
            try:
                return _from_iso(f"{day}{clock}+00:00")
            except ValueError:
                pass
    return _any_moment(text)


@lru_cache(maxsize=64)
def _day(text: str) -> str:
    """``2023-08-24T`` of ``Thu, 24 Aug 2023 ``, the same for all that comes on that day; else empty."""
    found = _DAY.fullmatch(text)
    month = _MONTHS.get(found[2]) if found else None
    return f"{found[3]}-{month}-{found[1]}T" if found and month else ""


def _any_moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _address(value: str | None) -> tuple[str, str]:
    """Channel and bare address; what bears another prefix is on no channel of ours."""
    text = (value or "").strip()
    prefix, colon, bare = text.partition(":")
    if not colon:
        return _SMS, text
    return (_WHATSAPP, bare) if prefix == _PREFIX or prefix.lower() == _PREFIX else (prefix, text)


def _listed(media: MediaList) -> tuple[Attachment, ...]:
    """Files as the list names them."""
    found: list[Attachment] = []
    for item in media.media_list[:100]:
        if item.uri:
            type_ = (item.content_type or "").lower()
            kind, ending = _known_naming(type_) if len(type_) <= _LONGEST_TYPE else _naming(type_)
            name = f"{kind}-{len(found) + 1}{ending}"
            found.append(remote(name, type_[:_LONGEST_TYPE], item.uri.removesuffix(".json")))
    return tuple(found)


def _unlisted(sid: str, number: int) -> tuple[Attachment, ...]:
    """Without a list only their number is known, and they are looked up later."""
    return tuple([remote(str(n), "", f"{sid}#{n}") for n in range(1, min(number, 100) + 1)])


def _naming(type_: str) -> tuple[str, str]:
    """What a file of this media type is called, and how its name ends."""
    kind, _, sub = type_.partition("/")
    ending = {"jpeg": "jpg", "plain": "txt", "mpeg": "mp3" if kind == "audio" else "mpg"}.get(sub, sub)
    return kind or "file", f".{ending}" if re.fullmatch(r"[a-z0-9]{1,8}", ending) else ""


_known_naming = lru_cache(maxsize=64)(_naming)
_LONGEST_TYPE = 100


def _vendor_text(code: Value, text: str | None) -> str:
    if not code:
        return (text or "")[:500]
    return (f"{code} {text}" if text else str(code))[:500]
