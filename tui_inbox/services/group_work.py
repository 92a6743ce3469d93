"""The worker's turn at group sends and offers."""

from __future__ import annotations

from datetime import datetime

from tui_inbox.ports.store import Store
from tui_inbox.services import campaigns, offers
from tui_inbox.services.desk import Desk
from tui_inbox.services.holding import held_all


def work(store: Store, desk: Desk, now: datetime) -> int:
    """Put what may go now into the outbox; how many. While nothing is under way it costs one read."""
    with store.read() as tx:
        held = held_all(tx) is not None
        sending = bool(tx.campaigns.unsent()) if held else bool(tx.campaigns.running())
        offering = () if held else tuple(offer.id for offer in tx.offers.open())
    sent = 0
    if sending:
        with store.write() as tx:
            sent += campaigns.advance(tx, desk, now)
    for offer_id in offering:
        # Each by itself: it takes one guest's conversation, and nobody who hears several waits for it in a ring.
        with store.write() as tx:
            sent += offers.advance(tx, desk, offer_id, now)
    return sent
