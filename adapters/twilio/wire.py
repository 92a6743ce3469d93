"""Twilio's JSON as it comes, and what it says: pure functions, tolerant of every field that we do not need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec
from msgspec import Raw, Struct

from adapters.twilio import errors
from adapters.twilio.settings import SMS, WHATSAPP
from tui_inbox.domain.errors import Malformed
from tui_inbox.domain.message import Attachment, Delivery
from tui_inbox.ports.channel import Inbound, Item, Status

Value = str | int | float | None
_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PREFIX = "whatsapp:"
_LONGEST_ADDRESS = 64

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
    if not _SID.fullmatch(sid):
        raise Malformed("bad_payload")
    return sid


def read_message(body: MessageBody, media: MediaList | None, own: frozenset[tuple[str, str]]) -> Sequence[Item]:
    """An inbound message, or one of the hotel's; ``own`` holds our (channel, number) pairs."""
    checked_sid(body.sid)
    direction = (body.direction or "").lower()
    outbound = direction.startswith("outbound")
    if not outbound and direction != "inbound":
        raise Malformed("bad_direction")
    ours, theirs = (body.from_, body.to) if outbound else (body.to, body.from_)
    channel, address = _address(theirs)
    own_channel, own_address = _address(ours) if ours else (channel, "")
    if channel not in (SMS.code, WHATSAPP.code) or (own_address and (own_channel, own_address) not in own):
        return ()
    if not address or len(address) > _LONGEST_ADDRESS:
        raise Malformed("no_guest_address")
    return (
        Inbound(
            external_id=body.sid,
            channel=channel,
            at=_moment(body.date_sent) or _moment(body.date_created) or _missing_date(),
            address=address,
            own_address=own_address,
            text=body.body or "",
            outbound=outbound,
            automated=direction == "outbound-reply",
            segments=count(body.num_segments) or None,
            state=_STATES.get((body.status or "").lower(), Delivery.SENT) if outbound else Delivery.NONE,
            attachments=_attachments(body, media),
        ),
    )


def read_status(body: MessageBody) -> Sequence[Item]:
    """The present state of one of our messages; a word that nobody knows says nothing."""
    state = _STATES.get((body.status or "").lower())
    if state is None or not (body.direction or "outbound").lower().startswith("outbound"):
        return ()
    at = _moment(body.date_updated) or _moment(body.date_sent) or _moment(body.date_created) or _missing_date()
    return (
        Status(
            provider_id=checked_sid(body.sid),
            state=state,
            at=at,
            error_code=(errors.word(body.error_code) or "refused") if state is Delivery.FAILED else "",
            vendor_text=_vendor_text(body.error_code, body.error_message) if state is Delivery.FAILED else "",
            segments=count(body.num_segments) or None,
        ),
    )


def status_id(body: MessageBody) -> str:
    """The same for the same fact: id, status and error."""
    return f"{body.sid}:{body.status or ''}:{body.error_code or ''}"[:200]


def state_of(status: str | None) -> Delivery:
    return _STATES.get((status or "").lower(), Delivery.SENT)


def count(value: Value) -> int:
    """A number that may be a string or null; nonsense counts as 0."""
    try:
        number = int(value) if value is not None else 0
    except (ValueError, OverflowError):
        return 0
    return number if 0 <= number < 1_000_000_000 else 0


def moment(text: str | None) -> datetime | None:
    """RFC 2822 (the classic resources) or ISO 8601 (the newer ones), in UTC; None when absent or unreadable."""
    return _moment(text)


def _address(value: str | None) -> tuple[str, str]:
    text = (value or "").strip()
    if text.lower().startswith(_PREFIX):
        return WHATSAPP.code, text[len(_PREFIX) :]
    if ":" in text:
        return text.split(":", 1)[0], text
    return SMS.code, text


def _attachments(body: MessageBody, media: MediaList | None) -> tuple[Attachment, ...]:
    """Files as the list names them; without a list only their number is known, and they are looked up later."""
    if media is not None:
        items = [item for item in media.media_list[:100] if item.uri]
        return tuple(
            Attachment(
                name=_file_name(item, n),
                type=(item.content_type or "").lower()[:100],
                ref=(item.uri or "").removesuffix(".json"),
            )
            for n, item in enumerate(items, 1)
        )
    return tuple(
        Attachment(name=str(n), type="", ref=f"{body.sid}#{n}") for n in range(1, min(count(body.num_media), 100) + 1)
    )


def _file_name(item: MediaItem, n: int) -> str:
    kind, _, sub = (item.content_type or "").lower().partition("/")
    ending = {"jpeg": "jpg", "plain": "txt", "mpeg": "mp3" if kind == "audio" else "mpg"}.get(sub, sub)
    return f"{kind or 'file'}-{n}.{ending}" if re.fullmatch(r"[a-z0-9]{1,8}", ending) else f"{kind or 'file'}-{n}"


def _vendor_text(code: Value, text: str | None) -> str:
    return " ".join(part for part in (str(code) if code else "", text or "") if part)[:500]


def _missing_date() -> datetime:
    raise Malformed("no_date")


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
