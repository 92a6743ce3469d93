"""The desk on Messenger and Instagram: real store and services, real adapter, simulated Meta."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from adapters.meta.account import Instagram
from adapters.sandbox.door import Fault
from adapters.sandbox.meta import SandboxMeta
from adapters.sandbox.meta_account import UtilityTemplate
from storage.store import SqlStore
from tests.adapters.meta.words import ANA, LEO, NOW, opened
from tests.fakes import StillClock, hotel
from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.message import Kind
from tui_inbox.domain.outbox import OutboxState, Outgoing, Way
from tui_inbox.ports.channel import HasTemplates
from tui_inbox.rows import MessageRow
from tui_inbox.services import delivery, reconciling, replying, templates, vendor_templates
from tui_inbox.services.desk import AccountInfo, Actor, Desk
from tui_inbox.services.ingest import Applied
from tui_inbox.services.polling import poll_account
from tui_inbox.services.replying import Reply

CLERK = Actor("ana", "Ana")


@dataclass
class Front:
    """One desk with one account of Meta's."""

    store: SqlStore
    server: SandboxMeta
    channel: Instagram
    clock: StillClock
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        (code,) = self.channel.traits
        info = AccountInfo(
            name="desk",
            type=code,
            channels=self.channel.traits,
            own={code: self.server.account.own},
            settings={"history": "30d"},
        )
        self.desk = hotel()._replace(accounts={"desk": info})
        self.code = code

    def poll(self) -> Applied:
        return poll_account(self.store, self.desk, self.channel, self.clock)

    def conversation(self, address: str = ANA) -> Conversation:
        with self.store.read() as tx:
            (guest,) = tx.guests.by_handle(self.code, address)
            (talk,) = tx.conversations.all_of_guest(guest.id)
            return tx.conversations.load(talk.id)

    def messages(self, address: str = ANA) -> list[MessageRow]:
        with self.store.read() as tx:
            return list(tx.messages.page(self.conversation(address).id, None, 20))

    def reply(self, text: str, address: str = ANA, **more: object) -> int:
        reply = Reply(self.conversation(address).id, "desk", self.code, address, text, send_now=True, **more)  # type: ignore[arg-type]
        with self.store.write() as tx:
            return replying.send(tx, self.desk, CLERK, reply, self.clock.now()).outbox_id

    def deliver(self) -> list[Outgoing]:
        """One round of the worker."""
        with self.store.write() as tx:
            delivery.release(tx, self.desk, self.clock.now())
            claimed = delivery.claim(tx, ["desk"], "worker-1", self.clock.now())
        for row in claimed:
            delivery.send_one(self.store, self.desk, self.channel, row, self.clock)
        with self.store.read() as tx:
            return [found for row in claimed if (found := tx.outbox.get(row.id)) is not None]

    def kinds(self) -> list[str]:
        return [said.kind for said in self.server.account.talks[ANA].said if said.outbound]


@pytest.fixture
def front(server: SandboxMeta, sqlite_store: SqlStore) -> Iterator[Callable[..., Front]]:
    made: list[Front] = []

    def build(channel: str = "messenger", **settings: object) -> Front:
        clock = StillClock(NOW)
        made.append(Front(sqlite_store, server, opened(server, clock, channel, **settings), clock))
        made[-1].poll()
        clock.forward(minutes=1)
        return made[-1]

    yield build
    for one in made:
        one.channel.close()


def test_an_answer_leaves_once_and_the_poll_does_not_bring_it_twice(front: Callable[..., Front]) -> None:
    desk = front()
    desk.server.account.receive(ANA, "Avez-vous une chambre ?", name="Ana Lopez")
    desk.clock.forward(minutes=1)
    assert desk.poll().rang
    desk.reply("Oui, bien sûr.")
    (row,) = desk.deliver()
    assert row.state is OutboxState.ACCEPTED
    desk.clock.forward(minutes=1)
    desk.poll()
    assert [message.text for message in desk.messages()] == ["Avez-vous une chambre ?", "Oui, bien sûr."]
    with desk.store.read() as tx:
        assert tx.guests.by_handle("messenger", ANA)[0].name == "Ana Lopez"


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_the_zones_of_a_conversation(front: Callable[..., Front], channel: str) -> None:
    desk = front(channel)
    desk.server.account.receive(ANA, "Bonjour")
    heard = desk.clock.now()
    desk.poll()
    desk.clock.at = heard + timedelta(hours=23)
    desk.reply("Dans la journée")
    desk.clock.at = heard + timedelta(hours=23, minutes=5)
    desk.deliver()
    desk.clock.at = heard + timedelta(days=3)
    desk.reply("Le troisième jour")
    desk.deliver()
    assert desk.kinds() == ["RESPONSE", "HUMAN_AGENT"]
    with pytest.raises(Refused):
        desk.reply("Demain", send_at=desk.clock.now() + timedelta(hours=2))
    desk.clock.at = heard + timedelta(days=8)
    with pytest.raises(Refused, match="window_closed"):
        desk.reply("Le huitième jour")
    assert desk.kinds() == ["RESPONSE", "HUMAN_AGENT"]


def test_after_a_week_messenger_takes_a_utility_template(front: Callable[..., Front]) -> None:
    desk = front()
    account = desk.server.account
    account.receive(ANA, "Bonjour", name="Ana")
    account.templates.append(UtilityTemplate("arrival", "fr", "Bonjour {{1}}, votre chambre est prête."))
    desk.poll()
    assert isinstance(desk.channel, HasTemplates)
    with desk.store.write() as tx:
        assert vendor_templates.sync(tx, "desk", desk.channel.templates(), desk.clock.now()) == 1
        (stored,) = templates.approved(tx, "desk")
        stored = templates.save(tx, desk.desk, CLERK, stored._replace(mapping={"1": "first_name"}), desk.clock.now())
    desk.clock.forward(days=8)
    desk.reply("Bonjour Ana, votre chambre est prête.", template=stored.id, values={"first_name": "Ana"})
    (row,) = desk.deliver()
    assert row.state is OutboxState.ACCEPTED
    assert desk.kinds() == ["UTILITY"]
    assert account.talks[ANA].said[-1].text == "Bonjour Ana, votre chambre est prête."


@pytest.mark.parametrize("tag", ["account_update", "post_purchase_update", "confirmed_event_update"])
def test_a_dead_tag_never_reaches_the_outbox(front: Callable[..., Front], tag: str) -> None:
    desk = front()
    desk.server.account.receive(ANA, "Bonjour")
    desk.poll()
    desk.clock.forward(days=2)
    with pytest.raises(Refused, match="tag_refused") as caught:
        desk.reply("Votre réservation", tag=tag)
    assert caught.value.params["instead"] == "utility_template"
    assert desk.deliver() == []


def test_an_answer_that_was_lost_is_found_and_not_sent_again(front: Callable[..., Front]) -> None:
    desk = front()
    desk.server.account.receive(ANA, "Bonjour")
    desk.poll()
    desk.reply("Oui, à 8 h")
    desk.server.account.faults.append(Fault("refuse_after", status=500, code=1, subcode=1357046))
    (row,) = desk.deliver()
    assert (row.state, row.reason) == (OutboxState.UNKNOWN, "may_have_arrived")
    desk.clock.forward(minutes=3)
    reconciling.reconcile(desk.store, desk.desk, desk.channel, desk.clock.now())
    with desk.store.read() as tx:
        found = tx.outbox.get(row.id)
    assert found is not None
    assert found.state is OutboxState.ACCEPTED
    assert len(desk.kinds()) == 1


def test_a_comment_is_a_new_conversation_and_takes_several_public_answers(front: Callable[..., Front]) -> None:
    desk = front(comments=True)
    account = desk.server.account
    desk.clock.forward(minutes=10)
    remark = account.remark(account.publish("Notre terrasse"), "Ouvert en hiver ?", LEO, name="Leo")
    assert desk.poll().rang
    (comment,) = desk.messages(LEO)
    assert (comment.kind, comment.subject, comment.external_id) == (Kind.COMMENT, "Notre terrasse", remark.id)
    with pytest.raises(Refused):
        desk.reply("En privé ?", LEO)
    for text in ("Oui !", "Tous les jours.", "Sauf le lundi."):
        desk.reply(text, LEO, way=Way.PUBLIC, target=remark.id)
        (row,) = desk.deliver()
        assert row.state is OutboxState.ACCEPTED, row
    assert [one.text for one in account.remarks if one.parent == remark.id] == [
        "Oui !", "Tous les jours.", "Sauf le lundi.",
    ]  # fmt: skip
    desk.clock.forward(minutes=10)
    desk.poll()
    rows = desk.messages(LEO)
    assert [row.text for row in rows] == ["Ouvert en hiver ?", "Oui !", "Tous les jours.", "Sauf le lundi."]
    assert {row.parent for row in rows[1:]} == {remark.id}


def test_a_comment_has_one_private_answer(front: Callable[..., Front]) -> None:
    desk = front("instagram", comments=True)
    account = desk.server.account
    desk.clock.forward(minutes=10)
    remark = account.remark(account.publish("Jardín"), "¿precio?", LEO, name="leo")
    desk.poll()
    desk.reply("Le escribo por privado", LEO, way=Way.PRIVATE, target=remark.id)
    (row,) = desk.deliver()
    assert row.state is OutboxState.ACCEPTED
    assert account.talks[LEO].said[-1].text == "Le escribo por privado"
    with pytest.raises(Refused, match="private_once"):
        desk.reply("Otra vez", LEO, way=Way.PRIVATE, target=remark.id)
