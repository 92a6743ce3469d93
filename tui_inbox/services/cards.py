"""The card: all that is known of a guest, read for one conversation or by itself."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.guest import BOOKING, Guest
from tui_inbox.domain.reservation import others, phase, stay_now
from tui_inbox.rows import Card
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.matching import match

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

_ACTIVITY = 30


def of_conversation(tx: Transaction, desk: Desk, actor: Actor, conversation_id: int, now: datetime) -> Card:
    """The card beside a thread. Raises ``NotFound``."""
    conversation = tx.conversations.get(conversation_id)
    if conversation is None:
        raise NotFound(f"conversation {conversation_id}")
    candidates: tuple[Guest, ...] = ()
    if conversation.ambiguous:
        found = match(tx, desk, conversation.last_channel, conversation.last_address, now=now, wide=True)
        candidates = tuple(guest for guest in found.candidates if guest.id != conversation.guest_id)
    return _card(tx, desk, actor, conversation.guest_id, now, conversation_id, candidates)


def of_guest(tx: Transaction, desk: Desk, actor: Actor, guest_id: int, now: datetime) -> Card:
    """The card from the directory or any other screen. Raises ``NotFound``."""
    return _card(tx, desk, actor, guest_id, now, 0, ())


def _card(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    guest_id: int,
    now: datetime,
    conversation_id: int,
    candidates: tuple[Guest, ...],
) -> Card:
    guest = tx.guests.get(guest_id)
    if guest is None:
        raise NotFound(f"guest {guest_id}")
    today = desk.today(now)
    stays = tx.reservations.of_guest(guest_id)
    current = stay_now(stays, today)
    other_ids = [one.id for one in tx.conversations.all_of_guest(guest_id) if one.id != conversation_id]
    everything = tx.guests.handles(guest_id)
    handles = tuple(handle for handle in everything if handle.channel != BOOKING)
    codes = [handle.address for handle in everything if handle.channel == BOOKING]
    known_codes = {stay.ota_code for stay in stays}
    kinds = {traits.code: traits.handle for account in desk.accounts.values() for traits in account.channels.values()}
    known = {kinds.get(handle.channel) for handle in handles}
    missing = [
        name
        for name, there in (
            ("name", guest.name),
            ("phone", guest.phone or HandleKind.PHONE in known),
            ("email", guest.email or HandleKind.EMAIL in known),
        )
        if not there
    ]
    return Card(
        guest=guest,
        handles=handles,
        lines=tuple(tx.lines.of_guest(guest_id)),
        current=current,
        phase=phase(current, today),
        others=others(stays, current),
        requests=tuple(tx.requests.of_guest(guest_id)),
        consents=tuple(tx.consents.of_guest(guest_id)),
        guest_tags=tuple(tx.tags.of("guest", guest_id)),
        tags=tuple(tx.tags.of("conversation", conversation_id)) if conversation_id else (),
        conversations=tuple(tx.inbox.rows(other_ids, actor.code, today)),
        candidates=candidates,
        events=tuple(tx.events.activity(conversation_id, guest_id, _ACTIVITY)),
        missing=tuple(missing),
        booked=tuple(code for code in codes if code not in known_codes),
    )
