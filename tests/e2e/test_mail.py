"""Mail from end to end: a real mailbox on loopback, the real adapter, the services and the store."""

from __future__ import annotations

import email
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.policy import default

import pytest

from adapters.email.account import Email
from adapters.sandbox.mailbox import SandboxMailbox
from storage.store import SqlStore
from tests.adapters.mail import account, raw_mail
from tests.fakes import StillClock, hotel
from tui_inbox.domain.conversation import Conversation, State
from tui_inbox.domain.message import Delivery, Message, Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.services import accounts, delivery, replying
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.ingest import Applied
from tui_inbox.services.polling import poll_account
from tui_inbox.services.replying import Reply

ANA = Actor("ana", "Ana")
GUEST = "claire@guest.example"


@dataclass
class Post:
    """The worker's part, by hand."""

    store: SqlStore
    box: SandboxMailbox
    channel: Email
    clock: StillClock
    desk: Desk

    def poll(self) -> Applied:
        return poll_account(self.store, self.desk, self.channel, self.clock)

    def conversation(self) -> Conversation:
        with self.store.read() as tx:
            (guest,) = tx.guests.by_handle("email", GUEST)
            (found,) = tx.conversations.all_of_guest(guest.id)
            return found

    def messages(self) -> list[Message]:
        """Oldest first."""
        with self.store.read() as tx:
            found = [tx.messages.get(number) for number in range(1, 50)]
        return [message for message in found if message is not None]

    def answer(self, text: str) -> OutboxState:
        with self.store.write() as tx:
            reply = Reply(self.conversation().id, "desk-mail", "email", GUEST, text, send_now=True)
            outbox_id = replying.send(tx, self.desk, ANA, reply, self.clock.now()).outbox_id
        with self.store.write() as tx:
            delivery.release(tx, self.desk, self.clock.now())
            (row,) = delivery.claim(tx, ["desk-mail"], "worker-1", self.clock.now())
        delivery.send_one(self.store, self.desk, self.channel, row, self.clock)
        return self.state(outbox_id)

    def state(self, outbox_id: int) -> OutboxState:
        with self.store.read() as tx:
            return tx.outbox.load(outbox_id).state


@pytest.fixture(params=["ours", "server"])
def post(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[Post]:
    from storage.store import open_store

    clock = StillClock(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    desk = hotel()
    mail = desk.accounts["desk-mail"]
    with SandboxMailbox(files_sent=request.param == "server") as box, open_store(sqlite_url) as store:
        channel = account(box, sent_copy=request.param)
        info = mail._replace(channels=channel.traits, settings={"history": "all"})
        desk = desk._replace(accounts={**desk.accounts, "desk-mail": info})
        with store.write() as tx:
            accounts.connected(tx, desk, "desk-mail", clock.now() - timedelta(days=1))
        yield Post(store, box, channel, clock, desk)
        channel.close()


def test_a_guest_and_the_desk_write_to_each_other_in_one_conversation(post: Post) -> None:
    post.box.deliver(raw_mail("plain"))
    assert post.poll().applied == 1
    conversation = post.conversation()
    assert (conversation.state, conversation.unanswered) == (State.OPEN, True)
    assert post.answer("Oui, jusqu'à 23 heures.") is OutboxState.ACCEPTED
    sent = email.message_from_bytes(post.box.sent[0], policy=default)
    assert (sent["To"], sent["Subject"]) == (GUEST, "Re: Parking")
    assert sent["In-Reply-To"] == "<plain@guest.example>"
    again = raw_mail("spanish_reply").replace(
        b"\r\nContent-Type", b"\r\nIn-Reply-To: " + sent["Message-ID"].encode() + b"\r\nContent-Type", 1
    )
    post.box.deliver(again)
    for _ in range(3):
        post.poll()
    assert post.conversation().id == conversation.id
    assert [message.origin for message in post.messages()] == [Origin.GUEST, Origin.MANUAL, Origin.GUEST]
    assert post.box.mails("Sent") == post.box.sent


def test_an_answer_from_a_phone_counts_as_an_answer(post: Post) -> None:
    post.box.deliver(raw_mail("plain"))
    post.poll()
    post.box.deliver(raw_mail("answer_from_elsewhere"), "Sent", seen=True)
    post.poll()
    assert not post.conversation().unanswered
    assert [message.origin for message in post.messages()] == [Origin.GUEST, Origin.ELSEWHERE]


def test_a_lost_answer_is_settled_only_by_the_server_s_own_copy(post: Post) -> None:
    post.box.deliver(raw_mail("plain"))
    post.poll()
    post.box.fail_next("drop")
    assert post.answer("Oui.") is OutboxState.UNKNOWN
    post.clock.forward(minutes=5)
    for _ in range(20):
        delivery.reconcile(post.store, post.desk, post.channel, post.clock.now())
        post.poll()
        post.clock.forward(minutes=5)
    expected = OutboxState.ACCEPTED if post.box.files_sent else OutboxState.NEEDS_OPERATOR
    assert post.state(1) is expected
    assert len(post.box.sent) == 1


def test_a_mail_that_comes_back_marks_our_message_as_failed(post: Post) -> None:
    post.box.deliver(raw_mail("plain"))
    post.poll()
    assert post.answer("Oui.") is OutboxState.ACCEPTED
    reference = email.message_from_bytes(post.box.sent[0], policy=default)["Message-ID"].encode()
    post.box.deliver(raw_mail("bounce_standard").replace(b"<m1@hotel.example>", reference))
    post.poll()
    assert post.state(1) is OutboxState.FAILED
    message = post.messages()[1]
    assert (message.state, message.error_code) == (Delivery.FAILED, "bounced")
    assert "user unknown" in message.vendor_text
    assert len(post.messages()) == 2


def test_a_mail_that_cannot_be_read_stops_no_other(post: Post) -> None:
    post.box.deliver(raw_mail("no_sender"))
    post.box.deliver(raw_mail("newsletter"))
    post.box.deliver(raw_mail("plain"))
    applied = post.poll()
    assert (applied.applied, applied.quarantined) == (2, 1)
    assert post.conversation().unanswered
