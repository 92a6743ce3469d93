"""A group send over real HTTP, to a vendor that says «too many requests» again and again: each guest gets it once."""

from __future__ import annotations

from collections import Counter

from adapters.sandbox.door import Fault
from adapters.sandbox.twilio import SandboxTwilio
from tests.services.test_campaigns import a_send, people
from tests.services.test_over_http import Wire, server, wire
from tests.worker.test_worker import OneLease
from tui_inbox.domain.campaign import CampaignState
from tui_inbox.services import campaigns, group_work, guests
from tui_inbox.services.desk import Actor, Bulk
from tui_inbox.worker.parts import Parts
from tui_inbox.worker.sending import Sender

__all__ = ["server", "wire"]

ANA = Actor("ana", "Ana")


def work(wire: Wire, sender: Sender, seconds: float) -> None:
    wire.clock.forward(seconds=seconds)
    group_work.work(wire.store, wire.desk, wire.now)
    sender.release_due()
    sender.send("desk-sms")


def test_two_hundred_guests_get_it_once_each_through_a_vendor_that_slows_us_down(
    wire: Wire, server: SandboxTwilio
) -> None:
    wire.desk = wire.desk._replace(bulk=Bulk(None, 240))
    with wire.store.write() as tx:
        ids = people(tx, 200)
        for guest_id in ids[:2]:
            guests.set_consent(tx, ANA, guest_id, "marketing", "sms", False, "mail", wire.now)
        started = campaigns.start(tx, wire.desk, ANA, a_send(ids), wire.now)
    sender = Sender(Parts(wire.store, wire.desk, {"desk-sms": wire.channel}, OneLease(), clock=wire.clock))
    slowed = 0
    for turn in range(40):
        if turn < 12:
            server.account.faults.extend([Fault("rate_limited", retry_after="3")] * 3)
            slowed += 3
        work(wire, sender, 5)
    sent = Counter(one.to for one in server.account.messages() if one.direction == "outbound-api")
    assert slowed == 36
    assert all(fault.times == 0 for fault in server.account.faults), "the vendor never slowed us down"
    assert len(sent) == 198
    assert set(sent.values()) == {1}
    with wire.store.read() as tx:
        campaign, progress = tx.campaigns.get(started.id), tx.campaigns.progress(started.id)
    assert campaign is not None
    assert campaign.state is CampaignState.DONE
    assert (progress.sent, progress.left_out, progress.total) == (198, 2, 200)
