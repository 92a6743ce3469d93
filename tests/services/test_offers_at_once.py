"""Two guests say yes to one offer in the same second: one has it, and the other is told."""

from __future__ import annotations

import pytest

from tests.builders import a_guest
from tests.services.conftest import ANA, Front, front
from tests.services.test_at_once import both
from tests.services.test_offers import TEXT
from tui_inbox.domain.offer import AskedState, Offer, OfferMode, OfferState
from tui_inbox.services import group_work, offers
from tui_inbox.services.desk import SYSTEM

__all__ = ["front"]


@pytest.mark.parametrize("mode", OfferMode)
def test_two_who_say_yes_in_the_same_second_do_not_both_have_it(front: Front, mode: OfferMode) -> None:
    with front.store.write() as tx:
        ids = [a_guest(tx, f"Guest {n}", phone=f"+33612000{n:03}", channel="sms").id for n in range(2)]
        offer = offers.make(tx, front.desk, ANA, Offer(0, "Spa", TEXT, ("sms",), 30, mode), ids, front.now)
    for _ in range(2):
        group_work.work(front.store, front.desk, front.now)
        front.clock.forward(minutes=30)
    both(
        front,
        lambda tx: offers.answer(tx, front.desk, SYSTEM, offer.id, ids[1], front.now, yes=True),
        lambda tx: offers.answer(tx, front.desk, SYSTEM, offer.id, ids[0], front.now, yes=True),
    )
    with front.store.read() as tx:
        (view,) = offers.listing(tx)
    assert (view.offer.state, view.offer.taken_by) == (OfferState.TAKEN, ids[1])
    assert [row.asked.state for row in view.rows] == [AskedState.LATE, AskedState.YES]
