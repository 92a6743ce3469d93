"""A conversation that the hotel begins: with a guest on file, or with a number or mail address that is typed."""

from __future__ import annotations

from datetime import datetime

from tui_inbox.domain import lifecycle as moves
from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.guest import Guest
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.matching import normalised, typed_kind


def start(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    now: datetime,
    *,
    guest_id: int | None = None,
    address: str = "",
) -> int:
    """The conversation for a new message, to a known guest or to a typed number or mail address (guest made).

    Raises ``Refused("not_an_address")``.
    """
    actor.require_write()
    guest = tx.guests.load(guest_id) if guest_id is not None else _typed(tx, desk, address, now)
    known = [one for one in tx.conversations.all_of_guest(guest.id) if not one.thread_key]
    if known:
        return max(known, key=lambda one: (one.last_at is not None, one.last_at, one.id)).id
    conversation = tx.conversations.add(moves.new_quiet(guest.id, now, property_=actor.property or ""))
    tx.events.add(Event(0, now, Code.CREATED, actor.code, conversation_id=conversation.id, guest_id=guest.id))
    tx.changed("conversation", conversation.id)
    return conversation.id


def _typed(tx: Transaction, desk: Desk, written: str, now: datetime) -> Guest:
    kind = typed_kind(written)
    address = normalised(written, kind, desk.country)
    if kind is HandleKind.PHONE and not address.startswith("+"):
        raise Refused("not_an_address", address=written)
    if kind is HandleKind.OPAQUE:
        raise Refused("not_an_address", address=written)
    phone, email = (address, "") if kind is HandleKind.PHONE else ("", address)
    channels = {
        code for info in desk.accounts.values() for code, traits in info.channels.items() if traits.handle is kind
    }
    known = [guest for channel in sorted(channels) for guest in tx.guests.by_handle(channel, address)]
    known = known or list(tx.guests.by_contact(phone=phone, email=email))
    if known:
        return known[0]
    guest = tx.guests.add(Guest(0, phone=phone, email=email, created_at=now, updated_at=now))
    tx.changed("guest", guest.id)
    return guest
