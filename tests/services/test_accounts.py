"""An account that its vendor restricts, switches off or blocks: what still works, what waits, and how it goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from tests.fakes import NOON, FakeChannel, told, written
from tests.services.conftest import ANA, GUEST, Front
from tui_inbox.domain.consent import MessageClass
from tui_inbox.domain.errors import AccountBlocked, Rejected
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.ports.channel import Batch, Health, HealthState
from tui_inbox.rows import AccountRow
from tui_inbox.services import accounts, channels, polling

OK = Health(HealthState.OK, "Fake", details={"tier": "1k"})


def account(front: Front) -> AccountRow:
    with front.store.read() as tx:
        row = tx.accounts.get("desk-sms")
    assert row is not None
    return row


def polls(front: Front) -> None:
    polling.poll_account(front.store, front.desk, front.channel, front.clock)


def examined(front: Front, health: Health, *, troubled: bool = False) -> AccountRow:
    front.channel.health = health
    channels.examine(front.store, front.desk, front.channel, troubled=troubled)
    return account(front)


def answered(front: Front) -> None:
    """What the screens asked the worker for is done."""
    channels.run_jobs(front.store, front.desk, {"desk-sms": front.channel}, front.now)


def resumed(front: Front) -> int:
    with front.store.write() as tx:
        return channels.resume(tx, front.desk, ANA, "desk-sms", front.now)


def test_a_restricted_account_says_so_and_goes_on_polling_and_sending(front: Front) -> None:
    row = examined(front, Health(HealthState.RESTRICTED, code="under_review", vendor_text="suspicious \x1b[2J"))
    assert (row.state, row.reason) == (accounts.RESTRICTED, "under_review")
    assert "\x1b" not in row.vendor_text
    front.channel.batches.append(Batch((written("Bonjour", key="SM1"),), "c1"))
    polls(front)
    assert account(front).state == accounts.RESTRICTED
    front.reply("Oui", send_now=True)
    assert front.deliver() == [OutboxState.ACCEPTED]
    row = examined(front, OK, troubled=True)
    assert (row.state, row.reason, row.health) == (accounts.CONNECTED, "", {"tier": "1k"})


@pytest.mark.parametrize("cause", ["account_banned", "number_deleted", "permissions_withdrawn"])
def test_a_switched_off_account_holds_what_waits_though_polls_go_well(front: Front, cause: str) -> None:
    front.guest_writes()
    sent = front.reply("Oui", send_now=True)
    row = examined(front, Health(HealthState.DISABLED, code=cause))
    polls(front)
    row = account(front)
    assert (row.state, row.reason) == (accounts.DISABLED, cause)
    assert not accounts.may_carry(row, front.now)
    assert front.row(sent.outbox_id).state in (OutboxState.HELD, OutboxState.QUEUED)
    assert accounts.may_carry(examined(front, OK, troubled=True), front.now)


def test_a_fault_of_the_moment_is_left_to_the_polls(front: Front) -> None:
    polls(front)
    assert examined(front, Health(HealthState.ERROR, code="timeout")).state == accounts.CONNECTED
    front.channel.batches.append(AccountBlocked("auth", http_status=401))
    with pytest.raises(AccountBlocked):
        polls(front)
    assert examined(front, OK).state == accounts.ERROR


def test_a_poll_that_fails_is_forgotten_and_the_restriction_is_not(front: Front) -> None:
    examined(front, Health(HealthState.RESTRICTED, code="under_review"))
    front.channel.batches.append(AccountBlocked("auth", http_status=401))
    with pytest.raises(AccountBlocked):
        polls(front)
    assert (account(front).state, account(front).reason) == (accounts.ERROR, "auth")
    polls(front)
    assert (account(front).state, account(front).reason) == (accounts.RESTRICTED, "under_review")


def test_a_pause_stays_whatever_the_vendor_says_and_resuming_asks_it(front: Front) -> None:
    with front.store.write() as tx:
        channels.pause(tx, front.desk, ANA, "desk-sms", front.now)
    assert examined(front, Health(HealthState.DISABLED, code="account_banned")).state == accounts.PAUSED
    resumed(front)
    answered(front)
    assert account(front).state == accounts.DISABLED


def test_what_the_vendor_blocked_waits_for_the_desk_and_is_not_tried_in_a_loop(front: Front) -> None:
    front.guest_writes()
    front.channel.faults.append(AccountBlocked("blocked_by_provider", vendor_text="mostly messaging"))
    sent = front.reply("Oui", send_now=True)
    front.deliver()
    for _ in range(5):
        front.clock.forward(hours=1)
        polls(front)
        examined(front, OK)
    row = account(front)
    assert (row.state, row.reason, row.vendor_text) == (accounts.DISABLED, "blocked_by_provider", "mostly messaging")
    assert (front.channel.calls, front.row(sent.outbox_id).state) == (1, OutboxState.QUEUED)
    assert resumed(front) == 0
    answered(front)
    assert front.deliver() == [OutboxState.ACCEPTED]


def test_resuming_flags_what_lost_its_window_its_leave_or_its_use(front: Front) -> None:
    front.guest_writes(channel="whatsapp")
    front.guest_writes()
    front.guest_writes(address="+33600000002")
    ids = [
        front.reply("par WhatsApp", channel="whatsapp", send_now=True).outbox_id,
        front.reply("par SMS", send_now=True).outbox_id,
        front.reply("à un autre", address="+33600000002", send_now=True).outbox_id,
    ]
    examined(front, Health(HealthState.DISABLED, code="account_banned"))
    with front.store.write() as tx:
        for outbox_id in ids:
            tx.outbox.move(tx.outbox.load(outbox_id), OutboxState.QUEUED, front.now)
    front.clock.forward(hours=23)
    with front.store.write() as tx:
        tx.outbox.move(tx.outbox.load(ids[2]), OutboxState.QUEUED, front.now, not_before=front.now)
    stop = told("wish", key="W1", channel="sms", address=GUEST, stops=True, marketing=False, at=front.now)
    front.arrives(stop)
    front.clock.forward(hours=2)
    assert resumed(front) == 2
    rows = [front.row(outbox_id) for outbox_id in ids]
    assert [row.state for row in rows] == [OutboxState.EXPIRED, OutboxState.EXPIRED, OutboxState.QUEUED]
    assert front.conversation().unanswered


def test_resuming_within_the_day_names_the_reason(front: Front) -> None:
    front.guest_writes(channel="whatsapp", at=NOON - timedelta(hours=23))
    outbox_id = front.reply("par WhatsApp", channel="whatsapp", send_now=True).outbox_id
    with front.store.write() as tx:
        tx.outbox.move(tx.outbox.load(outbox_id), OutboxState.QUEUED, front.now)
    front.clock.forward(hours=2)
    assert resumed(front) == 1
    assert (front.row(outbox_id).state, front.row(outbox_id).reason) == (OutboxState.FAILED, "window_closed")


@dataclass
class Reviewing(FakeChannel):
    """Takes templates and answers as it is told."""

    answers: list[Template | Rejected] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)

    def submit(self, template: Template) -> Template:
        answer = self.answers.pop(0)
        if isinstance(answer, Rejected):
            raise answer
        return template._replace(vendor_id=answer.vendor_id, approval=answer.approval)

    def withdraw(self, template: Template) -> None:
        self.withdrawn.append(template.vendor_id)


def job(front: Front, channel: FakeChannel, kind: str, template: int) -> tuple[str, dict[str, str | int]]:
    with front.store.write() as tx:
        job_id = channels.ask(tx, ANA, kind, "desk-sms", {"template": template}, front.now)
    channels.run_jobs(front.store, front.desk, {"desk-sms": channel}, front.now)
    with front.store.read() as tx:
        done = tx.jobs.get(job_id)
    assert done is not None
    return done.state, done.result


def test_a_template_is_submitted_refused_and_withdrawn_by_the_worker(front: Front) -> None:
    draft = Template(0, TemplateKind.WHATSAPP, "bienvenue", "fr", "Bonjour", category="utility")
    with front.store.write() as tx:
        draft = tx.templates.add(draft._replace(message_class=MessageClass.TRANSACTIONAL, updated_at=front.now))
    taken = draft._replace(vendor_id="T-1", approval=Approval.SUBMITTED)
    vendor = Reviewing(answers=[Rejected("template_rejected", vendor_text="no"), taken])
    assert job(front, vendor, "template_submit", draft.id) == (
        "failed",
        {"code": "template_rejected", "vendor_text": "no"},
    )
    assert job(front, vendor, "template_submit", draft.id)[0] == "done"
    with front.store.read() as tx:
        stored = tx.templates.get(draft.id)
    assert (stored.vendor_id, stored.approval, stored.account) == ("T-1", Approval.SUBMITTED, "desk-sms")
    assert job(front, vendor, "template_withdraw", draft.id)[0] == "done"
    with front.store.read() as tx:
        assert tx.templates.get(draft.id).archived
    assert vendor.withdrawn == ["T-1"]


def test_templates_need_a_vendor_that_takes_them_and_a_template_that_is_there(front: Front) -> None:
    assert job(front, front.channel, "template_submit", 1)[1]["code"] == "no_template_management"
    assert job(front, Reviewing(), "template_submit", 99)[1]["code"] == "template_not_there"
