"""What vendors tell besides messages: in any order and more than once, the newest word holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from storage.store import SqlStore
from tests.fakes import NOON, receipt, told, written
from tests.services.conftest import ANA, GUEST, Front
from tui_inbox.domain.conversation import State
from tui_inbox.domain.event import Code
from tui_inbox.domain.message import Delivery, Message
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.ports.channel import Envelope
from tui_inbox.services import lifecycle


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def message(front: Front, external_id: str) -> Message:
    with front.store.read() as tx:
        found = tx.messages.by_external("desk-sms", external_id)
    assert found is not None
    return found


def codes(front: Front, address: str = GUEST, channel: str = "sms") -> list[Code]:
    row = front.conversation(address, channel)
    with front.store.read() as tx:
        return [event.code for event in tx.events.activity(row.id, row.guest_id, 20)]


def in_every_order(front: Front, first: Envelope, *later: Envelope) -> None:
    """``first``, then the others as this order of the test has them, all of them twice."""
    front.arrives(first)
    for envelope in (*later, *later):
        front.arrives(Envelope(f"{envelope.external_id}-{front.count}", envelope.kind, envelope.raw))
        front.count += 1


def test_a_reaction_of_the_guest_is_shown_and_makes_nobody_wait(front: Front) -> None:
    front.guest_writes("Bonjour")
    front.reply("Bonjour !", send_now=True)
    front.deliver()
    got = front.arrives(told("reaction", key="R1", target="SM0001", emoji="👍"))
    assert (got.applied, got.rang) == (1, False)
    assert dict(message(front, "SM0001").reactions) == {"guest": "👍"}
    assert not front.conversation().unanswered
    assert front.conversation().preview == "Bonjour !"


def test_a_reaction_waits_for_its_message_for_a_day(front: Front) -> None:
    early = told("reaction", key="R1", target="IN9", emoji="😀", at=front.now)
    assert front.arrives(early).parked == 1
    assert front.arrives(written("Bonjour", key="IN9")).applied == 2
    assert dict(message(front, "IN9").reactions) == {"guest": "😀"}
    front.clock.forward(hours=25)
    assert front.arrives(told("reaction", key="R2", target="none", emoji="x", at=NOON)).ignored == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_reaction_of_each_side_holds_in_every_order(sqlite_store: SqlStore, order: tuple[int, ...]) -> None:
    front = Front(sqlite_store)
    front.clock.forward(minutes=30)
    said = [
        told("reaction", key="R1", target="IN0", emoji="👍", at=at(1)),
        told("reaction", key="R2", target="IN0", emoji="😀", at=at(2)),
        told("reaction", key="R3", target="IN0", emoji="🙏", at=at(1.5), outbound=True),
    ]
    in_every_order(front, written("Bonjour", key="IN0"), *(said[n] for n in order))
    assert dict(message(front, "IN0").reactions) == {"guest": "😀", "": "🙏"}
    front.arrives(told("reaction", key="R4", target="IN0", emoji="", at=at(3)))
    assert dict(message(front, "IN0").reactions) == {"": "🙏"}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_edits_end_with_the_newest_text_and_keep_the_older_ones(sqlite_store: SqlStore, order: tuple[int, ...]) -> None:
    front = Front(sqlite_store)
    front.clock.forward(minutes=30)
    said = [
        told("revision", key="E1", external_id="IN0", text="une", at=at(1)),
        told("revision", key="E2", external_id="IN0", text="deux\x1b[2J", at=at(2)),
        told("revision", key="E3", external_id="IN0", text=None, at=at(3)),
    ]
    in_every_order(front, written("zéro", key="IN0"), *(said[n] for n in order))
    last = message(front, "IN0")
    assert (last.text, last.edited_at, last.removed_at) == ("deux", at(2), at(3))
    with front.store.read() as tx:
        assert sorted(text for _, text in tx.messages.revisions(last.id)) == ["une", "zéro"]
    row = front.conversation()
    assert (row.preview, row.preview_by) == ("", "<unsent>")


def test_the_list_s_line_and_the_search_follow_an_edit(front: Front) -> None:
    front.guest_writes("Parkinson ?")
    front.clock.forward(minutes=2)
    front.arrives(told("revision", key="E1", external_id="IN1", text="Parking ?", at=front.now))
    assert front.conversation().preview == "Parking ?"
    from tui_inbox.domain.conversation import Tab
    from tui_inbox.rows import View

    with front.store.read() as tx:
        found = tx.inbox.page(View(tab=Tab.ALL, search="Parkinson"), "ana", NOON.date(), None, 5).rows
    assert not found


def test_a_closed_line_takes_nothing_until_it_opens_again(front: Front) -> None:
    front.guest_writes("Bonjour", channel="whatsapp")
    front.clock.forward(minutes=10)
    shut = told("access", key="A1", channel="whatsapp", address=GUEST, closed_code="read_only", at=at(2))
    opened = told("access", key="A2", channel="whatsapp", address=GUEST, at=at(1))
    front.arrives(shut, opened)
    with front.store.read() as tx:
        assert tx.lines.get("desk-sms", "whatsapp", GUEST).closed_code == "read_only"
    assert front.conversation(GUEST, "whatsapp").deadline_at is None
    front.arrives(told("access", key="A3", channel="whatsapp", address=GUEST, at=at(3)))
    with front.store.read() as tx:
        assert tx.lines.get("desk-sms", "whatsapp", GUEST).closed_code == ""
    assert front.conversation(GUEST, "whatsapp").deadline_at is not None


def test_a_wish_about_marketing_becomes_a_consent_with_its_source(front: Front) -> None:
    front.guest_writes("Bonjour", channel="whatsapp")
    front.clock.forward(minutes=10)
    later = told("wish", key="W2", channel="whatsapp", address=GUEST, stops=False, at=at(5))
    earlier = told("wish", key="W1", channel="whatsapp", address=GUEST, stops=True, at=at(4))
    front.arrives(earlier)
    with front.store.read() as tx:
        (row,) = tx.consents.of_guest(front.conversation(GUEST, "whatsapp").guest_id)
    assert (row.topic, row.medium, row.allowed, row.source) == ("marketing", "whatsapp", False, "provider")
    front.arrives(later, Envelope("W1b", earlier.kind, earlier.raw))
    with front.store.read() as tx:
        (row,) = tx.consents.of_guest(front.conversation(GUEST, "whatsapp").guest_id)
    assert row.allowed
    assert codes(front, channel="whatsapp")[:2] == [Code.CONSENT_ON, Code.CONSENT_OFF]


@pytest.mark.parametrize("late_first", [False, True])
def test_a_wish_about_everything_stops_the_line_as_a_carrier_does(front: Front, late_first: bool) -> None:
    front.guest_writes("Bonjour")
    front.clock.forward(minutes=10)
    stop = told("wish", key="W1", channel="sms", address=GUEST, stops=True, marketing=False, at=at(1))
    go_on = told("wish", key="W2", channel="sms", address=GUEST, stops=False, marketing=False, at=at(2))
    front.arrives(stop)
    with front.store.read() as tx:
        assert tx.lines.stopped("sms", GUEST).stop_source == "provider"
    assert Code.STOPPED_BY_PROVIDER in codes(front)
    front.arrives(go_on)
    if late_first:
        front.arrives(Envelope("W1b", stop.kind, stop.raw))
    with front.store.read() as tx:
        assert tx.lines.stopped("sms", GUEST) is None


def test_news_are_looked_into_once(front: Front) -> None:
    front.arrives(told("news", key="N1", topic="account", code="restricted"), told("news", key="N2", topic="account"))
    front.arrives(told("news", key="N3", topic="templates"))
    with front.store.read() as tx:
        assert [(job.kind, job.account) for job in tx.jobs.queued(9)] == [
            ("channel_test", "desk-sms"),
            ("sync_templates", "desk-sms"),
        ]


def test_a_watermark_reads_everything_up_to_it_and_nothing_beyond(front: Front) -> None:
    front.guest_writes("Bonjour", channel="whatsapp")
    for text in ("un", "deux"):
        front.reply(text, channel="whatsapp", send_now=True)
        front.deliver()
        front.clock.forward(minutes=2)
    front.reply("trois", channel="whatsapp", send_now=True)
    front.deliver()
    mark = receipt("", Delivery.READ, at=at(3), until=at(3), address=GUEST, channel="whatsapp")
    front.arrives(mark)
    front.arrives(Envelope("again", mark.kind, mark.raw))
    states = [message(front, f"SM000{n}").state for n in (1, 2, 3)]
    assert states == [Delivery.READ, Delivery.READ, Delivery.SENT]
    with front.store.read() as tx:
        rows = [tx.outbox.by_provider("desk-sms", f"SM000{n}") for n in (1, 2, 3)]
    assert [row.state for row in rows] == [OutboxState.READ, OutboxState.READ, OutboxState.ACCEPTED]


def test_what_is_heard_of_after_its_watermark_is_read_already(front: Front) -> None:
    front.guest_writes("Bonjour", channel="whatsapp")
    front.clock.forward(minutes=10)
    front.arrives(receipt("", Delivery.READ, at=at(5), until=at(5), address=GUEST, channel="whatsapp"))
    front.arrives(
        written("du téléphone", key="OUT1", channel="whatsapp", at=at(4), outbound=True),
        written("plus tard", key="OUT2", channel="whatsapp", at=at(6), outbound=True),
    )
    assert [message(front, key).state for key in ("OUT1", "OUT2")] == [Delivery.READ, Delivery.SENT]


def test_a_watermark_waits_for_an_answer_that_is_being_recorded(front: Front) -> None:
    front.guest_writes("Bonjour", channel="whatsapp")
    sent = front.reply("un", channel="whatsapp", send_now=True)
    row = front.row(sent.outbox_id)
    with front.store.write() as tx:
        for state in (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.INFLIGHT):
            row = tx.outbox.move(row, state, front.now)
            assert row is not None
    front.clock.forward(minutes=1)
    mark = receipt("", Delivery.READ, at=front.now, until=front.now, address=GUEST, channel="whatsapp")
    assert front.arrives(mark).parked == 1


def test_the_billed_category_is_kept_with_the_message(front: Front) -> None:
    front.guest_writes("Bonjour", channel="whatsapp")
    front.reply("un", channel="whatsapp", send_now=True)
    front.deliver()
    front.arrives(receipt("SM0001", Delivery.DELIVERED, billed_as="service"))
    assert (message(front, "SM0001").billed_as, message(front, "SM0001").state) == ("service", Delivery.DELIVERED)


def test_a_comment_from_somebody_new_opens_a_chat_and_reopens_a_closed_one(front: Front) -> None:
    front.guest_writes("Joli !", kind="comment", parent="post-1")
    with front.store.write() as tx:
        lifecycle.close(tx, ANA, [front.conversation().id], front.now)
    front.clock.forward(minutes=1)
    assert front.guest_writes("Très joli !", kind="comment", parent="post-1").rang
    assert front.conversation().state is State.OPEN
