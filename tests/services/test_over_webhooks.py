"""The whole way of WhatsApp at Meta: what guests write comes by webhook, and so does the fate of a lost answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from adapters.sandbox.door import Fault
from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from adapters.sandbox.whatsapp_cloud_account import CloudTemplate, Delays, WhatsAppAccount
from storage.store import SqlStore
from tests.adapters.rig_whatsapp_cloud import in_whatsapp_sandbox
from tests.fakes import NOON, StillClock, hotel
from tests.services.conftest import ANA, GUEST, Front
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.channel import Hook
from tui_inbox.services import accounts, channels, polling, templates
from tui_inbox.services.ingest import Applied, ingest_page

USER = "FR.13491208655302741918"


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxWhatsApp]:
    with SandboxWhatsApp() as running:
        yield running


class Hooked(Front):
    """The desk of the service tests, with the real adapter; the simulator's webhooks are taken as they come."""

    box: SandboxWhatsApp
    seen: int

    def webhooks(self, *, again: bool = False) -> Applied:
        """Take what has come since, or everything once more."""
        done = Applied()
        for body, headers in self.box.account.hooks[0 if again else self.seen :]:
            heard = self.channel.hear(Hook("POST", "", "", headers, body, self.now))  # type: ignore[attr-defined]
            done += ingest_page(self.store, self.desk, self.channel, heard.envelopes, self.now)
        self.seen = len(self.box.account.hooks)
        return done

    def guest(self, type_: str = "text", content: dict[str, Any] | None = None, **more: Any) -> str:
        made = self.box.account.receive(more.pop("from_", GUEST), type_, content or {"body": "Bonjour"}, **more)
        self.webhooks()
        return made

    def state(self) -> tuple[str, str]:
        with self.store.read() as tx:
            row = accounts.of(tx, self.desk, self.channel.name)
            return row.state, row.reason


@pytest.fixture
def desk(server: SandboxWhatsApp, sqlite_store: SqlStore) -> Iterator[Hooked]:
    clock = StillClock()
    server.account = WhatsAppAccount(clock=clock, number="+33700000000", delays=Delays(sent=1, delivered=2, read=4))
    channel = in_whatsapp_sandbox(server, number="+33700000000")
    channel.name = "desk-sms"
    with sqlite_store.write() as tx:
        tx.operators.seen("ana", "Ana", NOON)
        accounts.connected(tx, hotel(), channel.name, NOON - timedelta(days=1))
    hooked = Hooked(sqlite_store, channel=channel, clock=clock)  # type: ignore[arg-type]
    hooked.box, hooked.seen = server, 0
    yield hooked
    channel.close()


def test_a_message_is_answered_and_its_ticks_follow(desk: Hooked) -> None:
    desk.guest(name="Ana Lopez", user_id=USER)
    sent = desk.reply(channel="whatsapp")
    desk.clock.forward(seconds=6)
    assert desk.deliver() == [OutboxState.ACCEPTED]
    states = []
    for _ in range(4):
        desk.clock.forward(seconds=1)
        desk.box.account.run_due()
        desk.webhooks()
        states.append(desk.row(sent.outbox_id).state)
    assert states == [OutboxState.ACCEPTED, OutboxState.DELIVERED, OutboxState.DELIVERED, OutboxState.READ]
    with desk.store.read() as tx:
        stored = tx.messages.get(desk.row(sent.outbox_id).message_id)
    assert stored is not None
    assert stored.billed_as == "service"


@pytest.mark.parametrize("fault", ["lost_answer", "half", "html"])
def test_a_lost_answer_is_settled_by_the_receipt_and_never_sent_again(desk: Hooked, fault: str) -> None:
    desk.guest()
    sent = desk.reply(channel="whatsapp")
    desk.clock.forward(seconds=6)
    desk.box.account.faults.append(Fault(fault))
    assert desk.deliver() == [OutboxState.UNKNOWN]
    desk.clock.forward(seconds=2)
    desk.box.account.run_due()
    desk.webhooks()
    row = desk.row(sent.outbox_id)
    assert (row.state, row.provider_id) == (OutboxState.DELIVERED, desk.box.account.sent[0].id)
    assert desk.deliver() == []
    assert len(desk.box.account.sent) == 1


def test_webhooks_that_come_again_and_out_of_order_change_nothing(desk: Hooked) -> None:
    first = desk.guest()
    desk.guest("reaction", {"message_id": first, "emoji": "👍"})
    desk.guest("text", {"body": "Encore moi"})
    desk.box.account.hooks.reverse()
    again = desk.webhooks(again=True)
    assert (again.applied, again.quarantined) == (0, 0)
    with desk.store.read() as tx:
        assert len(tx.messages.page(desk.conversation(channel="whatsapp").id, None, 20)) == 2


def test_a_guest_who_hides_the_number_later_stays_the_same_guest(desk: Hooked) -> None:
    desk.guest(user_id=USER)
    desk.guest(from_="", user_id=USER)
    with desk.store.read() as tx:
        (by_number,) = tx.guests.by_handle("whatsapp", GUEST)
        (by_id,) = tx.guests.by_handle("whatsapp", USER)
    assert by_number.id == by_id.id
    sent = desk.reply(channel="whatsapp", address=USER, conversation_id=desk.conversation(channel="whatsapp").id)
    desk.clock.forward(seconds=6)
    desk.deliver()
    assert desk.row(sent.outbox_id).state is OutboxState.ACCEPTED
    assert desk.box.account.sent[0].body["recipient"] == USER


def test_a_guest_without_a_number_has_no_number_on_the_card(desk: Hooked) -> None:
    desk.guest(from_="", user_id=USER, name="Ana")
    with desk.store.read() as tx:
        (found,) = tx.guests.by_handle("whatsapp", USER)
    assert (found.name, found.phone) == ("Ana", "")


def test_the_state_of_the_account_follows_what_meta_says_and_holds_what_waits(desk: Hooked) -> None:
    desk.guest()
    channels.examine(desk.store, desk.desk, desk.channel)
    assert desk.state() == ("connected", "")
    desk.box.account.status = "BANNED"
    desk.box.account.hook("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}})
    desk.webhooks()
    assert channels.run_jobs(desk.store, desk.desk, {desk.channel.name: desk.channel}, desk.now) == 1
    assert desk.state() == ("disabled", "account_banned")
    desk.reply(channel="whatsapp")
    desk.clock.forward(seconds=6)
    polling.poll_account(desk.store, desk.desk, desk.channel, desk.clock)
    assert desk.state() == ("disabled", "account_banned"), "that nothing was polled says nothing"
    with desk.store.read() as tx:
        assert not accounts.may_carry(tx.accounts.get(desk.channel.name), desk.now)
    desk.box.account.status, desk.box.account.quality = "CONNECTED", "RED"
    channels.examine(desk.store, desk.desk, desk.channel, troubled=True)
    assert desk.state() == ("restricted", "quality_low")
    assert desk.deliver() == [OutboxState.ACCEPTED]
    desk.box.account.quality = "GREEN"
    channels.examine(desk.store, desk.desk, desk.channel, troubled=True)
    assert desk.state() == ("connected", "")


def test_an_account_in_order_is_examined_no_more_often_than_it_must(desk: Hooked) -> None:
    channels.examine(desk.store, desk.desk, desk.channel)
    desk.box.account.status = "BANNED"
    channels.examine(desk.store, desk.desk, desk.channel, troubled=True)
    assert desk.state() == ("connected", "")


def test_a_number_that_meta_deleted_disables_the_account_with_the_send(desk: Hooked) -> None:
    desk.guest()
    desk.reply(channel="whatsapp")
    desk.clock.forward(seconds=6)
    desk.box.account.faults.append(Fault("refuse", status=400, code="33"))
    assert desk.deliver() == [OutboxState.QUEUED], "held, not lost"
    assert desk.state() == ("disabled", "number_deleted")


def test_news_of_templates_fetch_them_anew(desk: Hooked) -> None:
    body = [{"type": "BODY", "text": "Bonjour"}]
    desk.box.account.templates.append(CloudTemplate("7", "hello", "fr", "UTILITY", body, "PENDING"))
    channels.sync_templates(desk.store, desk.channel, desk.now)
    desk.box.account.review("hello", "REJECTED", "PROMOTIONAL")
    desk.webhooks()
    channels.run_jobs(desk.store, desk.desk, {desk.channel.name: desk.channel}, desk.now)
    with desk.store.read() as tx:
        stored = tx.templates.by_vendor(desk.channel.name, "7:fr:hello")
    assert stored is not None
    assert (stored.approval, stored.approval_reason) == ("rejected", "PROMOTIONAL")


def draft(desk: Hooked, body: str) -> int:
    account = desk.channel.name
    made = Template(0, TemplateKind.WHATSAPP, "Chambre prête", "fr", body, category="utility", account=account)
    with desk.store.write() as tx:
        return tx.templates.add(made).id


def job(desk: Hooked, kind: str, template_id: int) -> dict[str, str | int]:
    """What the worker answers to what a screen asked for."""
    with desk.store.write() as tx:
        asked = channels.ask(tx, ANA, kind, desk.channel.name, {"template": template_id}, desk.now)
    channels.run_jobs(desk.store, desk.desk, {desk.channel.name: desk.channel}, desk.now)
    with desk.store.read() as tx:
        done = channels.answer(tx, asked)
    assert done is not None
    return dict(done.result)


def test_a_template_goes_the_whole_way_from_draft_to_guest(desk: Hooked) -> None:
    template_id = draft(desk, "Bonjour ##{{first_name}}, votre chambre est prête.")
    assert job(desk, "template_submit", template_id)["approval"] == "submitted"
    desk.box.account.review("chambre_prete", "APPROVED")
    desk.webhooks()
    channels.run_jobs(desk.store, desk.desk, {desk.channel.name: desk.channel}, desk.now)
    with desk.store.read() as tx:
        (stored,) = templates.approved(tx, desk.channel.name)
    assert (stored.id, stored.name, stored.mapping) == (template_id, "Chambre prête", {"first_name": "first_name"})
    desk.guest(name="Ana Lopez")
    desk.clock.forward(hours=30)
    values = {"first_name": "Ana"}
    desk.reply("Bonjour Ana, votre chambre est prête.", channel="whatsapp", template=stored.id, values=values)
    desk.clock.forward(seconds=6)
    assert desk.deliver() == [OutboxState.ACCEPTED]
    assert desk.box.account.sent[0].text == "Bonjour Ana, votre chambre est prête."
    job(desk, "template_withdraw", template_id)
    assert desk.box.account.templates == []


@pytest.mark.parametrize(
    ("body", "code"),
    [("Bonjour {{1}}, à bientôt.", "sample_missing"), ("Bonjour {{nom}, à bientôt.", "brace_open")],
)
def test_a_template_with_a_certain_fault_is_not_submitted(desk: Hooked, body: str, code: str) -> None:
    assert job(desk, "template_submit", draft(desk, body))["code"] == code
    assert desk.box.account.templates == []
