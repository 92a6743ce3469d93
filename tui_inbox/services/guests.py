"""Who the guests are: the card, the directory, and what operators note about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.guest import Guest, GuestKind
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.reservation import stay_now
from tui_inbox.rows import ConsentRow, GuestRow, Key, RequestRow, TagRow
from tui_inbox.services.desk import SYSTEM, Actor, Desk
from tui_inbox.services.lifecycle import with_deadline
from tui_inbox.services.linking import link, merge, unlink
from tui_inbox.services.matching import Match, add_handles, e164, match, typed_kind
from tui_inbox.services.undo import ConsentStep, GuestStep, RequestStep, TagStep, write_events

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

__all__ = [
    "GuestForm",
    "Match",
    "create",
    "directory",
    "edit",
    "in_room",
    "link",
    "make_request",
    "match",
    "merge",
    "set_consent",
    "set_request",
    "tag",
    "unlink",
    "untag",
]

REQUEST_KINDS = ("room", "restaurant", "spa", "transfer", "other")
REQUEST_STATES = ("open", "done", "cancelled")
TAG_CHARS = 24
COLOURS = ("", "red", "orange", "yellow", "green", "cyan", "blue", "magenta")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")


class GuestForm(NamedTuple):
    """What an operator types about a guest."""

    name: str = ""
    phone: str = ""
    email: str = ""
    language: str = ""
    country: str = ""
    vip: bool = False
    alert: str = ""
    notes: str = ""
    kind: GuestKind = GuestKind.PERSON


def directory(
    tx: Transaction,
    desk: Desk,
    search: str,
    now: datetime,
    after: Key | None = None,
    limit: int = 50,
    guest_list: int | None = None,
    actor: Actor = SYSTEM,
) -> Sequence[GuestRow]:
    """Guests by name, or those that fit what was typed; ``after`` = ``Key(0, id)`` of the last row.

    ``guest_list``: only those of this saved list, as this operator sees it.
    """
    return tx.guests.directory(clean_line(search), desk.today(now), after, limit, guest_list, actor.property or "")


def in_room(tx: Transaction, desk: Desk, room: str, now: datetime) -> Sequence[Guest]:
    """Guests of today's stays in this room."""
    return tx.guests.in_room(clean_line(room), desk.today(now))


def create(tx: Transaction, desk: Desk, actor: Actor, form: GuestForm, now: datetime) -> Guest:
    """A guest typed by hand. Raises ``Refused`` for a phone or address that cannot be one."""
    actor.require_write()
    filled = _filled(desk, Guest(0, created_at=now), form, now)
    if not (filled.name or filled.phone or filled.email):
        raise Refused("guest_empty")
    guest = tx.guests.add(filled)
    add_handles(tx, desk, guest, now)
    tx.events.add(Event(0, now, Code.GUEST_CREATED, actor.code, guest_id=guest.id))
    tx.changed("guest", guest.id)
    return guest


def edit(tx: Transaction, desk: Desk, actor: Actor, guest_id: int, form: GuestForm, now: datetime) -> Guest:
    """Every field as the form has it; the same checks as ``create``."""
    actor.require_write()
    before = tx.guests.load(guest_id)
    after = _filled(desk, before, form, now)
    if after._replace(updated_at=before.updated_at) == before:
        return before
    tx.guests.put(after)
    add_handles(tx, desk, after, now)
    names = ("name", "phone", "email", "language", "country", "vip", "alert", "notes", "kind")
    fields = [name for name in names if getattr(before, name) != getattr(after, name)]
    event = Event(0, now, Code.GUEST_EDITED, actor.code, guest_id=guest_id, params={"fields": ", ".join(fields)})
    write_events(tx, [event], [GuestStep(before, after)])
    _changed(tx, guest_id)
    return after


def _filled(desk: Desk, guest: Guest, form: GuestForm, now: datetime) -> Guest:
    phone = clean_line(form.phone)
    number = e164(phone, form.country or desk.country) if phone else ""
    if phone and not number:
        raise Refused("bad_phone", phone=phone)
    email = clean_line(form.email).lower()
    if email and typed_kind(email) is not HandleKind.EMAIL:
        raise Refused("bad_email", email=email)
    language = clean_line(form.language)
    if language and not _LANGUAGE.fullmatch(language):
        raise Refused("bad_language", language=language)
    return guest._replace(
        name=clean_line(form.name),
        phone=number,
        email=email,
        language=language,
        country=clean_line(form.country).upper(),
        vip=form.vip,
        alert=clean_line(form.alert),
        notes=clean(form.notes),
        kind=form.kind,
        updated_at=now,
    )


def _changed(tx: Transaction, guest_id: int) -> None:
    tx.changed("guest", guest_id)
    for conversation in tx.conversations.all_of_guest(guest_id):
        tx.changed("conversation", conversation.id)


def set_consent(
    tx: Transaction,
    actor: Actor,
    guest_id: int,
    topic: str,
    medium: str,
    allowed: bool,
    source: str,
    now: datetime,
) -> ConsentRow:
    """Topic (``transactional``, ``marketing``) x medium (a channel's code); allowing again needs a reason."""
    actor.require_write()
    if topic not in tuple(MessageClass) or not medium:
        raise Refused("consent_unknown", topic=topic, medium=medium)
    reason = clean_line(source)
    if allowed and not reason:
        raise Refused("consent_needs_source")
    # Whoever changes what a guest allows holds the guest, so that of two at the same moment the later word stands.
    tx.guests.load(guest_id)
    tx.guests.load(guest_id)  # The guest's own word, should it come in this moment, is waited for.
    stored = {(row.topic, row.medium): row for row in tx.consents.of_guest(guest_id)}
    before = stored.get((topic, medium), ConsentRow(topic, medium, True, None, "", ""))
    after = ConsentRow(topic, medium, allowed, now, actor.code, reason)
    tx.consents.put(guest_id, after)
    if before.allowed != allowed:
        params: dict[str, str | int] = {"topic": topic, "medium": medium, "source": reason}
        code = Code.CONSENT_ON if allowed else Code.CONSENT_OFF
        event = Event(0, now, code, actor.code, guest_id=guest_id, params=params)
        write_events(tx, [event], [ConsentStep(guest_id, before, after)])
    tx.changed("guest", guest_id)
    return after


def tag(tx: Transaction, actor: Actor, kind: str, refs: Iterable[int], name: str, colour: str, now: datetime) -> TagRow:
    """Put a tag on conversations or guests (``kind``); an unknown name makes the tag."""
    actor.require_write()
    label = clean_line(name)
    if not label or len(label) > TAG_CHARS:
        raise Refused("bad_tag", limit=TAG_CHARS)
    if colour not in COLOURS:
        raise Refused("bad_colour", colour=colour)
    wanted = label.casefold()
    row = next((one for one in tx.tags.all() if one.name.casefold() == wanted), None) or tx.tags.ensure(label, colour)
    touched = [ref for ref in dict.fromkeys(refs) if tx.tags.add(row.id, kind, ref)]
    _tagged(tx, actor, Code.TAGGED, kind, touched, row, now)
    return row


def untag(tx: Transaction, actor: Actor, kind: str, refs: Iterable[int], name: str, now: datetime) -> int:
    """Take a tag off; how many had it."""
    actor.require_write()
    wanted = clean_line(name).casefold()
    row = next((one for one in tx.tags.all() if one.name.casefold() == wanted), None)
    if row is None:
        return 0
    touched = [ref for ref in dict.fromkeys(refs) if tx.tags.remove(row.id, kind, ref)]
    _tagged(tx, actor, Code.UNTAGGED, kind, touched, row, now)
    return len(touched)


def _tagged(
    tx: Transaction, actor: Actor, code: Code, kind: str, refs: Sequence[int], row: TagRow, now: datetime
) -> None:
    events = [
        Event(
            0,
            now,
            code,
            actor.code,
            conversation_id=ref if kind == "conversation" else None,
            guest_id=ref if kind == "guest" else None,
            params={"tag": row.name},
        )
        for ref in refs
    ]
    write_events(tx, events, [TagStep(row.id, kind, ref, was_on=code is Code.UNTAGGED) for ref in refs])
    for ref in refs:
        tx.changed(kind, ref)


def make_request(
    tx: Transaction,
    actor: Actor,
    conversation_id: int,
    kind: str,
    title: str,
    due_at: datetime | None,
    now: datetime,
    desk: Desk | None = None,
) -> RequestRow:
    """Something the guest asked for, tied to the thread and to the stay that matters now."""
    actor.require_write()
    if kind not in REQUEST_KINDS:
        raise Refused("request_kind", kind=kind)
    if not clean_line(title):
        raise Refused("request_empty")
    conversation = tx.conversations.load(conversation_id)
    today = desk.today(now) if desk else now.date()
    stay = stay_now(tx.reservations.of_guest(conversation.guest_id), today)
    made = tx.requests.add(
        RequestRow(0, kind, clean_line(title), "open", due_at, actor.code, conversation_id),
        guest_id=conversation.guest_id,
        reservation_id=stay.id if stay else None,
        at=now,
    )
    params: dict[str, str | int] = {"kind": kind, "title": made.title}
    event = Event(0, now, Code.REQUEST_MADE, actor.code, conversation_id, conversation.guest_id, params)
    write_events(tx, [event], [RequestStep(made.id, conversation_id, "cancelled", made.status)])
    _reclock(tx, desk, conversation_id)
    tx.changed("guest", conversation.guest_id)
    return made


def set_request(
    tx: Transaction, actor: Actor, request_id: int, status: str, now: datetime, desk: Desk | None = None
) -> RequestRow:
    """``open``, ``done`` or ``cancelled``; told in the thread."""
    actor.require_write()
    before = tx.requests.get(request_id)
    if before is None:
        raise NotFound(f"request {request_id}")
    if status not in REQUEST_STATES:
        raise Refused("request_status", status=status)
    if before.status == status:
        return before
    tx.requests.set_status(request_id, status, now)
    params: dict[str, str | int] = {"kind": before.kind, "title": before.title, "status": status}
    conversation = tx.conversations.get(before.conversation_id) if before.conversation_id else None
    guest_id = conversation.guest_id if conversation else None
    event = Event(0, now, Code.REQUEST_CHANGED, actor.code, before.conversation_id, guest_id, params)
    write_events(tx, [event], [RequestStep(request_id, before.conversation_id or 0, before.status, status)])
    if conversation is not None:
        _reclock(tx, desk, conversation.id)
        tx.changed("guest", conversation.guest_id)
    return tx.requests.get(request_id) or before


def _reclock(tx: Transaction, desk: Desk | None, conversation_id: int) -> None:
    """A promise with a time is one of the row's clocks."""
    if desk is not None:
        tx.conversations.put(with_deadline(tx, desk, tx.conversations.load(conversation_id)))
    tx.changed("conversation", conversation_id)
