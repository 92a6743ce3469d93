"""A property's conversations: the first back-fill, then what the queue does not tell (access, the property's words)."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec import Raw, Struct

from adapters._json import answered, decoded
from adapters._ota import is_id, moment, stamp
from adapters.booking_com import wire
from adapters.booking_com.calls import Calls, message_of, name_of, told
from tui_inbox.domain.errors import AccountBlocked, Malformed, NotSent
from tui_inbox.ports.channel import Batch, Envelope

OVERLAP = timedelta(minutes=10)
EVERY = timedelta(hours=1)
"""How often they are read where a queue brings the messages."""


class Cursor(Struct, frozen=True):
    watermark: str = ""
    page: str = ""
    newest: str = ""
    checked: str = ""
    """When a pass was finished; empty: go on at once."""
    closed: bool = False
    """The vendor gives us no access to this property."""


def fetch(
    calls: Calls, property_id: str, text: str, since: datetime | None, now: datetime, *, alone: bool, queued: bool
) -> Batch:
    """One page of conversations, each with what is new in it. ``alone``: no other property could go on instead.

    Raises ``ChannelError``; where the queue brings the messages, a fault that may pass waits for the next round.
    """
    cursor = _cursor(text)
    checked = moment(cursor.checked)
    if queued and checked is not None and now - checked < EVERY:
        return Batch((), text)
    start = datetime.fromisoformat(f"{cursor.watermark}+00:00") - OVERLAP if cursor.watermark else since
    try:
        return _page(calls, property_id, cursor, start, now)
    except NotSent:
        if not queued or not cursor.watermark:
            raise
        return Batch((), text)
    except AccountBlocked as error:
        if alone or error.code != "property_forbidden":
            raise
        closed = Cursor(cursor.watermark, checked=stamp(now), closed=True)
        return Batch(() if cursor.closed else (_notice(error.code, property_id, now),), _written(closed))


def _page(calls: Calls, property_id: str, cursor: Cursor, start: datetime | None, now: datetime) -> Batch:
    path = f"/properties/{property_id}/conversations"
    data = answered(calls.read(path, {"page_id": cursor.page} if cursor.page else None), wire.TalksAnswer).data
    newest, envelopes, behind = cursor.newest, list[list[Envelope]](), False
    for raw in data.conversations or ():
        try:
            page = decoded(bytes(raw), wire.TalkPage)
        except Malformed:
            # Kept for a person: where there is no queue, its messages come by nothing else.
            envelopes.append([Envelope(name_of(bytes(raw)), "message", bytes(raw))])
            continue
        conversation = wire.text(page.conversation_id)
        if not is_id(conversation):
            continue
        moments = [message_of(bytes(row)).at for row in page.messages or ()]
        latest = max((at for at in moments if at is not None), default=None)
        if latest is not None and start is not None and latest < start:
            behind = True
            continue
        calls.remember(conversation, property_id)
        if latest is not None and latest <= now + OVERLAP:
            newest = max(newest, stamp(latest))
        if latest is not None:
            envelopes.append(_thread(calls, property_id, conversation, start, latest, now))
    # The vendor lists the newest first; what was said first is better read first.
    found = tuple(envelope for thread in reversed(envelopes) for envelope in thread)
    following = wire.text(data.next_page_id)
    if following and not behind:
        return Batch(found, _written(Cursor(cursor.watermark, following, newest)), more=True)
    # While pages were read a conversation may have moved from one to the other: the first is read again at once.
    checked = "" if cursor.page else stamp(now)
    mark = max(cursor.watermark, newest) or (stamp(start) if start else stamp(now - OVERLAP))
    return Batch(found, _written(Cursor(mark, checked=checked)))


def _thread(
    calls: Calls, property_id: str, conversation: str, start: datetime | None, latest: datetime, now: datetime
) -> list[Envelope]:
    found, facts = list[Envelope](), b"null"
    for _message, raw, talk in calls.walk(f"/properties/{property_id}/conversations/{conversation}", start):
        facts = talk
        found.append(Envelope(name_of(raw), "message", told(raw, property_id, talk)))
    found.reverse()
    access = decoded(facts, wire.Talk).access if facts != b"null" else ""
    if access:
        body = msgspec.json.encode({"talk": Raw(facts), "at": stamp(now)})
        found.append(Envelope(f"access:{conversation}:{access[:20]}:{stamp(latest)}", "access", body))
    return found


def _notice(code: str, property_id: str, now: datetime) -> Envelope:
    at = stamp(now)
    body = msgspec.json.encode(wire.Notice(code, at, property_id))
    return Envelope(f"notice:{property_id}:{at}", "notice", body)


def _cursor(text: str) -> Cursor:
    """A cursor that cannot be read starts from the beginning: what was stored before is skipped by its id."""
    try:
        cursor = msgspec.json.decode(text, type=Cursor) if text else Cursor()
        if cursor.watermark:
            datetime.fromisoformat(cursor.watermark)
    except (msgspec.DecodeError, ValueError):
        return Cursor()
    return cursor


def _written(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()
