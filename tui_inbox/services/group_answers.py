"""Guests who answer yes or no to what many were asked: an offer, or changed terms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.yes_no import yes_or_no
from tui_inbox.ports.channel import Inbound, Item
from tui_inbox.services import offers, terms
from tui_inbox.services.desk import Desk
from tui_inbox.services.linking import living

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction


def expect(tx: Transaction, items: Iterable[Item]) -> None:
    """Take the questions that these messages may answer before any of their conversations is taken.

    Whoever asks many takes a question first and the guests after it; in another order two could wait for each other.
    """
    ids = sorted({guest_id for item in items if _said(item) is not None for guest_id in _people(tx, item)})
    if ids:
        tx.offers.hold(ids)
        tx.campaigns.hold_terms(ids)


def hear(tx: Transaction, desk: Desk, items: Iterable[Item], now: datetime) -> int:
    """How many of these messages answered something; they stay in their threads for the desk all the same."""
    heard = 0
    for item in items:
        yes = _said(item)
        if yes is not None:
            people = _people(tx, item)
            heard += any(_heard(tx, desk, guest_id, min(item.at, now), now, yes=yes) for guest_id in people)
    return heard


def _said(item: Item) -> bool | None:
    """Yes, no, or anything else."""
    guests = isinstance(item, Inbound) and not item.outbound and not item.automated
    return yes_or_no(item.text) if isinstance(item, Inbound) and guests else None


def _people(tx: Transaction, item: Item) -> list[int]:
    """A number that a family shares: whoever of them was asked, under whatever name they stood on file then."""
    if not isinstance(item, Inbound):
        return []
    people = tx.guests.by_handle(item.channel, clean_line(item.address))
    return [known for guest in people for known in (guest.id, *tx.guests.former(guest.id))]


def _heard(tx: Transaction, desk: Desk, guest_id: int, at: datetime, now: datetime, *, yes: bool) -> bool:
    """To what was asked last, whoever asked it: what a person asked meanwhile only a person can read."""
    offer, changed = offers.asked_last(tx, guest_id, at), terms.asked_last(tx, guest_id, at)
    offered = offer.asked_at if offer is not None else None
    sent = changed.queued_at if changed is not None else None
    if _wrote_since(tx, guest_id, max((one for one in (offered, sent) if one), default=at), at):
        return False
    if sent is not None and (offered is None or offered <= sent):
        return yes and terms.heard(tx, guest_id, at, now)
    return offers.heard(tx, desk, guest_id, at, now, yes=yes)


def _wrote_since(tx: Transaction, guest_id: int, asked: datetime, at: datetime) -> bool:
    answers = (tx.messages.last_answer_at(row.id) for row in tx.conversations.all_of_guest(living(tx, guest_id).id))
    return any(asked < answer <= at for answer in answers if answer is not None)
