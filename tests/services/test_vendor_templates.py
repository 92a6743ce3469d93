"""Vendors' templates: drafts that a sync leaves alone, answers that were lost, jobs asked for once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage.store import SqlStore
from tests.builders import NOW, at
from tests.fakes import FakeChannel, hotel
from tests.services.conftest import Front
from tui_inbox.domain.errors import AcceptedWithoutId, ChannelError, NotSent, Refused, Unknown
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.rows import ConsentRow
from tui_inbox.services import channels, vendor_templates
from tui_inbox.services.desk import Actor

ANA = Actor("ana", "Ana Lopez")
GUARD = Actor("guard", "Guard", role="read-only")
ACCOUNT = "desk-sms"


def draft(body: str = "Bonjour ##{{first_name}}, à ce soir.", **more: Any) -> Template:
    fields = {"category": "utility", "account": ACCOUNT, **more}
    return Template(0, TemplateKind.WHATSAPP, fields.pop("name", "tonight"), "fr", body, **fields)


def kept(t: Transaction, template: Template) -> Template:
    return vendor_templates.keep(t, hotel(), ANA, template, NOW)


def sync(t: Transaction, *found: Template, minutes: float = 60) -> None:
    vendor_templates.sync(t, ACCOUNT, found, at(minutes))


def all_of(t: Transaction) -> list[Template]:
    return list(t.templates.all(TemplateKind.WHATSAPP))


class Vendor(FakeChannel):
    """Takes templates, or raises what the test says."""

    fault: ChannelError | None = None
    listed: tuple[Template, ...] = ()

    def templates(self) -> tuple[Template, ...]:
        return self.listed

    def submit(self, template: Template) -> Template:
        if self.fault is not None:
            raise self.fault
        return template._replace(vendor_id="HX1", approval=Approval.SUBMITTED)

    def withdraw(self, template: Template) -> None:
        if self.fault is not None:
            raise self.fault


def work(store: Store, vendor: Vendor) -> None:
    channels.run_jobs(store, hotel(), {ACCOUNT: vendor}, NOW)


def test_a_draft_that_names_its_account_is_not_archived_by_a_sync(store: SqlStore) -> None:
    with store.write() as t:
        made = kept(t, draft())
        sync(t)
        assert all_of(t) == [made]


def test_what_was_given_in_a_moment_ago_is_not_archived_by_an_older_list(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        made = t.templates.add(draft(vendor_id="HX1", approval=Approval.SUBMITTED, submitted_at=NOW))
        sync(t, minutes=9)
        assert all_of(t) == [made]
        sync(t, minutes=11)
        assert all_of(t) == []


def test_a_corrected_text_is_kept_until_it_is_given_in_again(sqlite_store: SqlStore) -> None:
    rejected = draft("Bonjour {{1}}.", vendor_id="HX1", approval=Approval.REJECTED, approval_reason="SCAM")
    with sqlite_store.write() as t:
        sync(t, rejected)
        (stored,) = all_of(t)
        kept(t, stored._replace(body="Bonsoir {{1}}, à bientôt.", mapping={"1": "name"}))
        sync(t, rejected, minutes=120)
        (corrected,) = all_of(t)
        assert (corrected.body, corrected.approval, corrected.approval_reason) == (
            "Bonsoir {{1}}, à bientôt.",
            Approval.NONE,
            "SCAM",
        )
        sync(t, rejected._replace(approval=Approval.APPROVED), minutes=180)
        assert [(one.body, one.approval) for one in all_of(t)] == [("Bonjour {{1}}.", Approval.APPROVED)]


@pytest.mark.parametrize(
    ("listed", "mapping"),
    [
        ("Bonjour {{1}}, à ce soir.", {"1": "first_name"}),
        ("Bonjour {{first_name}}, à ce soir.", {"first_name": "first_name"}),
    ],
)
def test_a_draft_whose_answer_was_lost_is_found_in_the_list(
    sqlite_store: SqlStore, listed: str, mapping: dict[str, str]
) -> None:
    with sqlite_store.write() as t:
        made = kept(t, draft())
        sync(t, draft(listed, vendor_id="HX1", approval=Approval.SUBMITTED))
        (found,) = all_of(t)
        assert (found.id, found.vendor_id, found.body, found.mapping) == (made.id, "HX1", listed, mapping)
        assert found.submitted_at == at(60)


def test_another_text_of_the_same_name_is_another_template(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        made = kept(t, draft())
        sync(t, draft("Tout autre chose.", vendor_id="HX1", approval=Approval.APPROVED))
        assert [one.name for one in all_of(t)] == ["tonight", "tonight (2)"]
        assert all_of(t)[0] == made


def test_one_that_comes_back_does_not_meet_its_successor(sqlite_store: SqlStore) -> None:
    listed = draft("Autre.", vendor_id="HX1", approval=Approval.APPROVED)
    with sqlite_store.write() as t:
        sync(t, listed)
        sync(t)
        kept(t, draft())
        sync(t, listed)
        assert sorted(one.name for one in all_of(t)) == ["tonight", "tonight (2)"]


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (draft(name="Tonight"), "template_name_letters"),
        (draft(name="x" * 65), "template_name_letters"),
        (draft(category=""), "template_category"),
        (draft(category="authentication"), "template_category"),
        (draft(account=""), "template_account"),
        (draft(account="desk-mail"), "template_account"),
        (draft("Bonjour ##{{firstname}}, à ce soir."), "unknown_variable_near"),
        (draft("Bonjour {{1}}.", mapping={"1": "firstname"}), "unknown_variable_near"),
    ],
)
def test_a_wrong_draft_is_not_kept(sqlite_store: SqlStore, template: Template, code: str) -> None:
    with sqlite_store.write() as t:
        with pytest.raises(Refused) as refused:
            kept(t, template)
        assert refused.value.code == code
        assert all_of(t) == []


@pytest.mark.parametrize("state", [Approval.SUBMITTED, Approval.APPROVED])
def test_the_text_of_one_under_review_or_approved_is_fixed(sqlite_store: SqlStore, state: Approval) -> None:
    with sqlite_store.write() as t:
        fixed = t.templates.add(draft(vendor_id="HX1", approval=state))
        with pytest.raises(Refused, match="template_fixed"):
            kept(t, fixed._replace(body="Autre chose.", approval=Approval.NONE))
        with pytest.raises(Refused, match="template_fixed"):
            vendor_templates.submit(t, ANA, fixed.id, NOW)


def test_the_worker_is_asked_once_and_only_by_who_may_write(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        made = kept(t, draft())
        with pytest.raises(Refused, match="read_only"):
            vendor_templates.submit(t, GUARD, made.id, NOW)
        vendor_templates.submit(t, ANA, made.id, NOW)
        with pytest.raises(Refused, match="template_under_way"):
            vendor_templates.submit(t, ANA, made.id, NOW)
        assert [(job.kind, job.account) for job in t.jobs.queued(5)] == [("template_submit", ACCOUNT)]


def test_a_certain_fault_is_not_handed_to_the_worker(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        made = kept(t, draft("Bonjour {{1}}, à ce soir."))
        with pytest.raises(Refused, match="sample_missing"):
            vendor_templates.submit(t, ANA, made.id, NOW)
        assert t.jobs.queued(5) == []


def test_what_was_never_given_in_is_archived_and_its_name_is_free(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        made = kept(t, draft())
        assert vendor_templates.withdraw(t, ANA, made.id, NOW) == 0
        assert kept(t, draft()).id != made.id


@pytest.mark.parametrize("fault", [Unknown("timeout"), AcceptedWithoutId("unreadable_answer")])
def test_after_a_lost_answer_the_vendors_list_is_asked_for(sqlite_store: SqlStore, fault: ChannelError) -> None:
    vendor = Vendor(ACCOUNT)
    vendor.fault = fault
    vendor.listed = (draft("Bonjour {{1}}, à ce soir.", vendor_id="HX1", approval=Approval.SUBMITTED),)
    with sqlite_store.write() as t:
        made = kept(t, draft())
        job_id = vendor_templates.submit(t, ANA, made.id, NOW)
    work(sqlite_store, vendor)
    with sqlite_store.read() as t:
        job = channels.answer(t, job_id)
        assert job is not None
        assert (job.state, job.result["code"]) == ("failed", fault.code)
        assert [job.kind for job in t.jobs.queued(5)] == ["sync_templates"]
    work(sqlite_store, vendor)
    with sqlite_store.read() as t:
        assert [(one.id, one.vendor_id, one.approval) for one in all_of(t)] == [(made.id, "HX1", Approval.SUBMITTED)]


def test_a_withdrawal_that_did_not_reach_the_vendor_changes_nothing(sqlite_store: SqlStore) -> None:
    vendor = Vendor(ACCOUNT)
    vendor.fault = NotSent("timeout")
    with sqlite_store.write() as t:
        made = t.templates.add(draft(vendor_id="HX1", approval=Approval.APPROVED))
        vendor_templates.withdraw(t, ANA, made.id, NOW)
    work(sqlite_store, vendor)
    with sqlite_store.read() as t:
        assert all_of(t) == [made]


def test_what_is_written_while_it_is_given_in_stays(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        made = kept(t, draft())
        vendor_templates.submit(t, ANA, made.id, NOW)

    class Slow(Vendor):
        def submit(self, template: Template) -> Template:
            with sqlite_store.write() as t:
                kept(t, made._replace(body="Bonsoir ##{{first_name}}, à bientôt."))
            return super().submit(template)

    work(sqlite_store, Slow(ACCOUNT))
    with sqlite_store.read() as t:
        (stored,) = all_of(t)
    assert (stored.body, stored.vendor_id, stored.submitted_at) == (
        "Bonsoir ##{{first_name}}, à bientôt.",
        "HX1",
        NOW,
    )


@pytest.mark.parametrize(
    ("refuses", "category", "goes"),
    [(True, "marketing", False), (True, "utility", True), (False, "marketing", True)],
)
def test_a_marketing_template_does_not_go_to_who_refused_marketing(
    front: Front, refuses: bool, category: str, goes: bool
) -> None:
    front.guest_writes(channel="whatsapp")
    front.clock.forward(hours=25)
    topic = MessageClass.MARKETING if category == "marketing" else MessageClass.TRANSACTIONAL
    with front.store.write() as t:
        template = t.templates.add(
            draft(
                "Bonjour, à ce soir.",
                vendor_id="HX1",
                approval=Approval.APPROVED,
                category=category,
                message_class=topic,
            )
        )
        guest_id = front.conversation(channel="whatsapp").guest_id
        t.consents.put(guest_id, ConsentRow("marketing", "whatsapp", not refuses, front.now, "", "guest"))
    if goes:
        front.reply("Bonjour, à ce soir.", channel="whatsapp", template=template.id)
    else:
        with pytest.raises(Refused, match="opted_out_of_marketing"):
            front.reply("Bonjour, à ce soir.", channel="whatsapp", template=template.id)


def test_a_review_of_a_template_that_the_list_brings_counts_from_then(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        waiting = draft(vendor_id="HX1", approval=Approval.SUBMITTED, quality="YELLOW \x1b[2J")
        sync(t, waiting)
        sync(t, waiting, minutes=120)
        (stored,) = all_of(t)
        assert stored.submitted_at == NOW + timedelta(minutes=60)
        assert "\x1b" not in stored.quality
