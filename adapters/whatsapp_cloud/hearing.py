"""A signed webhook body taken apart: one envelope for each message, receipt, preference or other change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Raw, Struct

from adapters._json import decoded
from tui_inbox.domain.errors import Malformed
from tui_inbox.ports.channel import Envelope

MESSAGE, ECHO, STATUS, PREFERENCE, NEWS, UNREADABLE = "message", "echo", "status", "preference", "news", "unreadable"
_LONGEST_ID = 300
Number = str | int | float | None


class _Change(Struct):
    field: str | None = None
    value: Raw = Raw(b"{}")


class _Entry(Struct):
    id: str | int | None = None
    time: Number = None
    changes: list[_Change] = []


class _Body(Struct):
    entry: list[_Entry]


class _Metadata(Struct):
    phone_number_id: str | int | None = None


class _Value(Struct):
    """What stands under ``messages`` and its kin; all lists are optional."""

    metadata: _Metadata | None = None
    contacts: list[Raw] | None = None
    messages: list[Raw] | None = None
    message_echoes: list[Raw] | None = None
    statuses: list[Raw] | None = None
    user_preferences: list[Raw] | None = None
    errors: list[Raw] | None = None


class _Message(Struct):
    id: str
    from_: str | None = msgspec.field(name="from", default=None)
    from_user_id: str | None = None


class _Error(Struct):
    code: Number = None


class _Status(Struct):
    id: str
    status: str
    errors: list[_Error] | None = None


class _Preference(Struct):
    wa_id: str | None = None
    user_id: str | None = None
    category: str | None = None
    value: str | None = None
    timestamp: Number = None


class _Contact(Struct):
    wa_id: str | None = None
    user_id: str | None = None


def envelopes(body: bytes, phone_number_id: str, waba_id: str) -> tuple[Envelope, ...]:
    """The facts that concern this number and its account; those of other numbers are left out."""
    try:
        entries = decoded(body, _Body).entry
    except Malformed:
        return (_unreadable(body),)
    found: list[Envelope] = []
    for entry in entries:
        for change in entry.changes:
            found.extend(_of_change(entry, change, phone_number_id, waba_id))
    return tuple(found)


def _of_change(entry: _Entry, change: _Change, phone_number_id: str, waba_id: str) -> Iterator[Envelope]:
    raw = bytes(change.value)
    if change.field not in ("messages", "smb_message_echoes", "user_preferences"):
        if entry.id is None or str(entry.id) in (waba_id, "0"):
            yield _news(change.field or "", entry.time, raw)
        return
    try:
        value = decoded(raw, _Value)
    except Malformed:
        yield _unreadable(raw)
        return
    ours = value.metadata.phone_number_id if value.metadata else None
    if ours is not None and str(ours) != phone_number_id:
        return
    contacts = value.contacts or []
    for message in value.messages or ():
        yield _message(MESSAGE, bytes(message), contacts)
    for echo in value.message_echoes or ():
        yield _message(ECHO, bytes(echo), contacts)
    for status in value.statuses or ():
        yield _status(bytes(status))
    for preference in value.user_preferences or ():
        yield _preference(bytes(preference))
    for error in value.errors or ():
        yield _news("errors", entry.time, bytes(error))


def _message(kind: str, raw: bytes, contacts: Sequence[Raw]) -> Envelope:
    try:
        head = decoded(raw, _Message)
    except Malformed:
        return _unreadable(raw)
    # An edit or a reaction bears an id of its own, so each is a fact of its own.
    wrapped = {"message": Raw(raw), "contacts": _of_sender(head, contacts)}
    return _named(head.id, kind, msgspec.json.encode(wrapped), raw)


def _of_sender(message: _Message, contacts: Sequence[Raw]) -> list[Raw]:
    if len(contacts) < 2:
        return list(contacts)
    ends = {message.from_, message.from_user_id} - {None}
    return [raw for raw in contacts if ends & _ends(raw)]


def _ends(raw: Raw) -> set[str | None]:
    try:
        contact = decoded(bytes(raw), _Contact)
    except Malformed:
        return set()
    return {contact.wa_id, contact.user_id}


def _status(raw: bytes) -> Envelope:
    try:
        head = decoded(raw, _Status)
    except Malformed:
        return _unreadable(raw)
    code = head.errors[0].code if head.errors else None
    return _named(f"{head.id}:{head.status}" + (f":{code}" if code else ""), STATUS, raw, raw)


def _preference(raw: bytes) -> Envelope:
    try:
        head = decoded(raw, _Preference)
    except Malformed:
        return _unreadable(raw)
    who = head.wa_id or head.user_id or ""
    return _named(f"preference:{who}:{head.category}:{head.value}:{head.timestamp}", PREFERENCE, raw, raw)


def _news(field: str, time: Number, raw: bytes) -> Envelope:
    """The same news again later is a new fact: its time stands in its name."""
    told = msgspec.json.encode({"field": field, "time": time, "value": Raw(raw)})
    return Envelope(f"{field[:60]}:{time}:{hashlib.sha256(raw).hexdigest()[:32]}", NEWS, told)


def _named(external_id: str, kind: str, raw: bytes, bare: bytes) -> Envelope:
    if not external_id or len(external_id) > _LONGEST_ID:
        return _unreadable(bare)
    return Envelope(external_id, kind, raw)


def _unreadable(raw: bytes) -> Envelope:
    """Kept as it came, for quarantine."""
    return Envelope(f"unreadable:{hashlib.sha256(raw).hexdigest()}", UNREADABLE, raw)
