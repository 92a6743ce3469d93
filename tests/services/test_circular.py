"""One text to several guests: who gets it, and who is left out."""

from __future__ import annotations

import pytest

from tests.builders import a_guest
from tests.services.conftest import ANA, GUEST, Front
from tui_inbox.domain.guest import Handle
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.services import campaigns, group_work, guests, holding
from tui_inbox.services.circular import send_each, take_back_each
from tui_inbox.services.drafting import save_draft
from tui_inbox.services.replying import Reply

OTHER = "+33612345679"


def test_whoever_wants_no_advertising_is_left_out_of_it_and_still_gets_other_news(front: Front) -> None:
    ids = []
    for address in (GUEST, OTHER):
        front.guest_writes(address=address)
        ids.append(front.conversation(address).guest_id)
    with front.store.write() as tx:
        spa = tx.templates.add(
            Template(0, TemplateKind.SNIPPET, "spa", "fr", "Le spa", message_class=MessageClass.MARKETING)
        )
        guests.set_consent(tx, ANA, ids[0], "marketing", "sms", False, "by mail", front.now)
    for template, left_out in ((spa.id, [(ids[0], "left_out_marketing")]), (None, [])):
        reply = Reply(0, "desk-sms", "sms", "", "Le spa est ouvert.", template=template)
        with front.store.write() as tx:
            done = send_each(tx, front.desk, ANA, reply, ids, front.now)
        assert [(one.guest.id, one.refusal.code) for one in done.left_out] == left_out
        assert len(done.sent) == 2 - len(left_out)


def test_taking_a_group_s_message_back_leaves_what_is_being_typed_to_one_of_them(front: Front) -> None:
    ids = []
    for address in (GUEST, OTHER):
        front.guest_writes(address=address)
        ids.append(front.conversation(address).guest_id)
    other = front.conversation(OTHER).id
    with front.store.write() as tx:
        done = send_each(tx, front.desk, ANA, Reply(0, "desk-sms", "sms", "", "Le spa est ouvert."), ids, front.now)
        save_draft(tx, ANA, other, "Chère Claire", front.now)
        take_back_each(tx, ANA, [one.outbox_id for one in done.sent], front.now)
    with front.store.read() as tx:
        draft = tx.drafts.get(other, "ana")
    assert draft is not None
    assert draft.text == "Chère Claire"


def test_what_a_person_sends_to_several_stands_among_the_messages_to_many_and_no_hold_takes_it_back(
    front: Front,
) -> None:
    ids = []
    for address in (GUEST, OTHER):
        front.guest_writes(address=address)
        ids.append(front.conversation(address).guest_id)
    with front.store.write() as tx:
        send_each(tx, front.desk, ANA, Reply(0, "desk-sms", "sms", "", "Le spa est ouvert."), ids, front.now)
        holding.hold_all(tx, ANA, "water", front.now)
    group_work.work(front.store, front.desk, front.now)
    with front.store.read() as tx:
        (row,) = campaigns.listing(tx)
    assert (row.campaign.name, row.progress.queued, row.progress.total) == ("Le spa est ouvert.", 2, 2)


def test_two_guests_with_one_telephone_get_it_once(front: Front) -> None:
    front.guest_writes()
    claire = front.conversation().guest_id
    with front.store.write() as tx:
        husband = a_guest(tx, "Paul Martin", phone=GUEST, channel="sms").id
        done = send_each(
            tx, front.desk, ANA, Reply(0, "desk-sms", "sms", "", "Le spa est ouvert."), [claire, husband], front.now
        )
    assert len(done.sent) == 1
    assert [(one.guest.id, one.refusal.code) for one in done.left_out] == [(husband, "duplicate_address")]


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_advertising_that_a_person_sends_to_several_tells_the_way_out_to_each(front: Front, channel: str) -> None:
    account = "desk-mail" if channel == "email" else "desk-sms"
    with front.store.write() as tx:
        ids = []
        for n in range(2):
            address = f"g{n}@web.example" if channel == "email" else f"+3361200000{n}"
            guest = a_guest(tx, f"Guest {n}", language="en")
            tx.guests.add_handle(Handle(0, guest.id, channel, address, created_at=front.now))
            ids.append(guest.id)
        spa = tx.templates.add(
            Template(0, TemplateKind.SNIPPET, "spa", "fr", "Le spa", message_class=MessageClass.MARKETING)
        )
        reply = Reply(0, account, channel, "", "The spa is open.", subject="Spa", template=spa.id)
        done = send_each(tx, front.desk, ANA, reply, ids, front.now)
        rows = [tx.outbox.load(one.outbox_id) for one in done.sent]
    assert [row.text.splitlines()[0] for row in rows] == ["The spa is open."] * 2
    ends = [row.text.removeprefix("The spa is open.").strip() for row in rows]
    assert all("STOP" in end for end in ends)
    assert (ends[0] == ends[1]) is (channel == "sms"), "a mail's way out is its guest's own"
    with front.store.write() as tx:
        taken = take_back_each(tx, ANA, [one.outbox_id for one in done.sent], front.now)
    assert taken is not None
    # Of an SMS its last words are part of it, and are not put there twice.
    assert taken.text == ("The spa is open." if channel == "email" else rows[0].text)


def test_beyond_the_month_s_sms_the_others_are_left_out_by_name_until_the_writer_says_so(front: Front) -> None:
    front.desk = front.desk._replace(sms_segments={"desk-sms": 1})
    ids = []
    for address in (GUEST, OTHER):
        front.guest_writes(address=address)
        ids.append(front.conversation(address).guest_id)
    reply = Reply(0, "desk-sms", "sms", "", "Le spa est ouvert.")
    with front.store.write() as tx:
        done = send_each(tx, front.desk, ANA, reply, ids, front.now)
        assert [(one.guest.id, one.refusal.code) for one in done.left_out] == [(ids[1], "sms_budget_ask")]
        again = send_each(tx, front.desk, ANA, reply._replace(over_budget=True, repeat=True), ids, front.now)
    assert (len(done.sent), len(again.sent)) == (1, 2)
