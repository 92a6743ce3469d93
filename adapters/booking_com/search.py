"""The nightly search: all messages of the last 48 hours once more, so that what a queue lost is found."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from adapters._json import answered
from adapters._ota import is_id, moment, stamp
from adapters.booking_com import wire
from adapters.booking_com.calls import Calls, name_of, told
from tui_inbox.domain.errors import Rejected
from tui_inbox.ports.channel import Batch, Envelope

REACH = timedelta(hours=48)
NIGHT = 2
"""Hour (UTC) from which on the day's search may be asked for."""
PATIENCE = timedelta(hours=6)
"""A job that has no result by then is given up; the next night asks again."""


class Cursor(Struct, frozen=True):
    day: str = ""
    """Of the last search that was asked for."""
    job: str = ""
    asked: str = ""
    page: str = ""


def fetch(calls: Calls, properties: tuple[str, ...], text: str, now: datetime) -> Batch:
    """Ask for a job once a night, then read its pages when they are there. Raises ``ChannelError``."""
    cursor = _cursor(text)
    today = f"{now:%Y-%m-%d}"
    if cursor.job:
        return _result(calls, properties, cursor, now)
    if not cursor.day:
        # The first day is the back-fill's.
        return Batch((), _written(Cursor(today)))
    if cursor.day >= today or now.hour < NIGHT:
        return Batch((), text)
    params = {"after": _asked(now - REACH), "before": _asked(now), "order_by": "asc"}
    if len(properties) == 1:
        params["property_id"] = properties[0]
    job = wire.text(answered(calls.read("/messages/search", params), wire.JobAnswer).data.job_id)
    return Batch((), _written(Cursor(today, job if is_id(job) else "", stamp(now))))


def _result(calls: Calls, properties: tuple[str, ...], cursor: Cursor, now: datetime) -> Batch:
    done = Batch((), _written(Cursor(cursor.day)))
    asked = moment(cursor.asked)
    if not is_id(cursor.job) or asked is None or now - asked > PATIENCE:
        return done
    try:
        answer = calls.read(f"/messages/search/result/{cursor.job}", {"page_id": cursor.page} if cursor.page else None)
    except Rejected:
        return done  # Expired, or forgotten.
    data = answered(answer, wire.ResultAnswer).data
    if data.messages is None:
        return Batch((), _written(cursor))  # Its status has no documented name: without messages it is not ready.
    own = properties[0] if len(properties) == 1 else ""
    envelopes = [Envelope(name_of(bytes(row)), "message", told(bytes(row), own)) for row in data.messages]
    following = wire.text(data.next_page_id)
    if following:
        return Batch(tuple(envelopes), _written(Cursor(cursor.day, cursor.job, cursor.asked, following)), more=True)
    return Batch(tuple(envelopes), done.cursor)


def _asked(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _cursor(text: str) -> Cursor:
    try:
        return msgspec.json.decode(text, type=Cursor) if text else Cursor()
    except msgspec.DecodeError:
        return Cursor()


def _written(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()
