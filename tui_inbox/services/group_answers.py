"""Guests who answer yes or no to what many were asked: an offer first, then changed terms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.yes_no import yes_or_no
from tui_inbox.ports.channel import Inbound, Item
from tui_inbox.services import offers, terms
from tui_inbox.services.desk import Desk

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction


def hear(tx: Transaction, desk: Desk, items: Iterable[Item], now: datetime) -> int:
    """How many of these messages answered something; they stay in their threads for the desk all the same."""
    heard = 0
    for item in items:
        yes = yes_or_no(item.text) if isinstance(item, Inbound) and not item.outbound and not item.automated else None
        if yes is None or not isinstance(item, Inbound):
            continue
        # A number that a family shares: whoever of them was asked, under whatever name they stood on file then.
        people = tx.guests.by_handle(item.channel, clean_line(item.address))
        ids = [known for guest in people for known in (guest.id, *tx.guests.former(guest.id))]
        heard += any(_heard(tx, desk, guest_id, min(item.at, now), now, yes=yes) for guest_id in ids)
    return heard


def _heard(tx: Transaction, desk: Desk, guest_id: int, at: datetime, now: datetime, *, yes: bool) -> bool:
    return offers.heard(tx, desk, guest_id, at, now, yes=yes) or (yes and terms.heard(tx, guest_id, at, now))
