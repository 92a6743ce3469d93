"""The vendor's queue, whose confirmation counts instead of naming: what it removes must be known beyond doubt.

``GET`` gives at most a hundred messages from the head; ``PUT`` with N removes the first N, whatever they are by then.
So nothing is removed that was not committed here, and nothing is removed twice:

* A batch is committed with a cursor that names it; only the next fetch, which starts from that cursor, confirms.
* It first reads the queue again, and confirms as many as stand at its head and are named by the cursor. What a
  former confirmation removed, or a killed worker left, is so counted anew.
* A confirmation without an answer may still be on its way to the vendor. None follows it for ``SETTLE``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from adapters._json import answered
from adapters._ota import moment, stamp
from adapters.booking_com import wire
from adapters.booking_com.calls import Calls, name_of, told
from tui_inbox.domain.errors import AccountBlocked, NotSent, Rejected
from tui_inbox.ports.channel import Batch, Envelope

SETTLE = timedelta(minutes=3)
"""Longer than any request lives: afterwards a confirmation either was done or never will be."""


class Cursor(Struct, frozen=True):
    """The messages that are committed here and may still stand in the queue."""

    kept: tuple[str, ...] = ()
    doubt: str = ""
    """When a confirmation was left without an answer."""
    off: bool = False
    """The queue is not switched on for this machine account."""


class Queue:
    """One stream of the adapter."""

    def __init__(self, calls: Calls, properties: tuple[str, ...]) -> None:
        self._calls = calls
        self._properties = properties
        self.off = False

    def fetch(self, text: str, now: datetime) -> Batch:
        """Confirm what is committed, then hand over what is new. Raises ``ChannelError``."""
        cursor = _cursor(text)
        try:
            rows = answered(self._calls.read("/messages/latest"), wire.QueueAnswer).data.messages or []
        except AccountBlocked as error:
            if error.code != "property_forbidden":
                raise
            self.off = True
            return Batch(() if cursor.off else (_notice("queue_off", now),), _written(Cursor(cursor.kept, off=True)))
        self.off = False
        ids = [name_of(bytes(row)) for row in rows]
        known = frozenset(cursor.kept)
        count = next((n for n, id_ in enumerate(ids) if id_ not in known), len(ids))
        fresh = tuple(
            self._envelope(id_, bytes(row))
            for id_, row in zip(ids[count:], rows[count:], strict=True)
            if id_ not in known
        )
        if cursor.off:
            fresh = (*fresh, _notice("", now))
        doubt = cursor.doubt
        if count and _settled(doubt, now):
            doubt = self._confirm(count, now, alone=not fresh)
        if not count:
            doubt = ""
        # What stands at the head and is confirmed without doubt need not be remembered.
        kept = ids if doubt else ids[count:]
        return Batch(fresh, _written(Cursor(tuple(kept), doubt)), more=bool(fresh) and not doubt)

    def _confirm(self, count: int, now: datetime, *, alone: bool) -> str:
        """Remove the first ``count``; the moment of doubt when nobody knows whether that was done."""
        try:
            self._calls.tell("PUT", "/messages", params={"number_of_messages": str(count)})
        except NotSent:
            # Even a connection that failed is not repeated at once: the next fetch counts anew.
            return stamp(now)
        except (Rejected, AccountBlocked):
            # Certainly not removed. New messages must be kept before anybody is told.
            if alone:
                raise
            return stamp(now)
        return ""

    def _envelope(self, id_: str, raw: bytes) -> Envelope:
        return Envelope(id_, "message", told(raw, self._properties[0] if len(self._properties) == 1 else ""))


def _settled(doubt: str, now: datetime) -> bool:
    at = moment(doubt)
    return at is None or now - at >= SETTLE


def _cursor(text: str) -> Cursor:
    """A cursor that cannot be read confirms nothing: all is stored again and skipped by its id."""
    try:
        return msgspec.json.decode(text, type=Cursor) if text else Cursor()
    except msgspec.DecodeError:
        return Cursor()


def _written(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


def _notice(code: str, now: datetime) -> Envelope:
    at = stamp(now)
    return Envelope(f"notice:queue:{at}", "notice", msgspec.json.encode(wire.Notice(code, at)))
