from datetime import timedelta

import pytest

from tests.services.conftest import ANA, GUEST, LEO, Front
from tui_inbox.domain.conversation import State
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.domain.window import Allowed
from tui_inbox.rows import ConsentRow, View
from tui_inbox.services import lifecycle, replying
from tui_inbox.services.desk import Actor


def unread(front: Front, operator: str) -> int:
    with front.store.read() as tx:
        return tx.inbox.counts(operator, View()).unread


def codes(front: Front) -> list[Code]:
    conversation = front.conversation()
    with front.store.read() as tx:
        return [row.code for row in tx.events.activity(conversation.id, conversation.guest_id, 20)]


def test_a_reply_is_held_answers_and_is_read_for_everybody(front: Front) -> None:
    front.guest_writes()
    with front.store.write() as tx:
        replying.save_draft(tx, ANA, front.conversation().id, "Oui, b", front.now)
    sent = front.reply()
    row = front.row(sent.outbox_id)
    assert (row.state, row.not_before) == (OutboxState.HELD, front.now + timedelta(seconds=5))
    conversation = front.conversation()
    assert (conversation.unanswered, conversation.state, conversation.outcome) == (False, State.OPEN, "held")
    assert (conversation.preview, conversation.preview_by) == ("Oui, bien sûr.", "ana")
    assert (unread(front, "ana"), unread(front, "leo")) == (0, 0)
    with front.store.read() as tx:
        assert tx.drafts.get(conversation.id, "ana") is None


def test_mail_has_its_own_undo_time_and_a_fixed_message_id(front: Front) -> None:
    front.channel.name = "desk-mail"
    front.guest_writes(
        address="claire@web.example", channel="email", subject="Parking", thread_ref="<a@web>", references="<z@web>"
    )
    sent = front.reply(channel="email", address="claire@web.example", key="01HULID")
    row = front.row(sent.outbox_id)
    assert row.not_before == front.now + timedelta(seconds=10)
    assert (row.subject, row.message_ref) == ("Re: Parking", "<01hulid@hotel.example>")
    assert (row.in_reply_to, row.references) == ("<a@web>", "<z@web> <a@web>")


def test_the_same_press_twice_sends_once(front: Front) -> None:
    front.guest_writes()
    front.reply(key="K1")
    with pytest.raises(Refused, match="sent_already"):
        front.reply(key="K1")


@pytest.mark.parametrize(("then", "state"), [("", State.OPEN), ("close", State.CLOSED)])
def test_taking_back_restores_what_sending_did(front: Front, then: str, state: State) -> None:
    front.guest_writes("Bonjour ?")
    before = front.conversation()
    front.reply("Oui", then=then)
    assert front.conversation().state is state
    with front.store.write() as tx:
        back = replying.take_back(tx, ANA, front.now + timedelta(seconds=3))
    assert back is not None
    assert (back.text, back.cursor, back.address) == ("Oui", 3, GUEST)
    assert front.conversation() == before
    assert (unread(front, "ana"), unread(front, "leo")) == (1, 1)
    assert front.deliver() == []
    with front.store.read() as tx:
        draft = tx.drafts.get(before.id, "ana")
        assert draft is not None
        assert draft.text == "Oui"


def test_taking_back_keeps_what_happened_since(front: Front) -> None:
    front.guest_writes("Bonjour ?")
    front.reply("Oui")
    front.clock.forward(seconds=2)
    front.guest_writes("Et le petit-déjeuner ?")
    with front.store.write() as tx:
        replying.take_back(tx, ANA, front.now)
    conversation = front.conversation()
    assert conversation.preview == "Et le petit-déjeuner ?"
    assert conversation.unanswered


def test_too_late_to_take_back(front: Front) -> None:
    front.guest_writes()
    sent = front.reply()
    front.clock.forward(seconds=6)
    front.deliver()
    with front.store.write() as tx:
        assert replying.take_back(tx, ANA, front.now) is None
    with front.store.write() as tx, pytest.raises(Refused, match="gone_already"):
        replying.take_back(tx, ANA, front.now, sent.outbox_id)


def test_a_colleague_s_message_is_not_mine_to_take_back(front: Front) -> None:
    front.guest_writes()
    front.reply(actor=LEO)
    with front.store.write() as tx:
        assert replying.take_back(tx, ANA, front.now) is None


def test_a_reply_from_pending_opens_and_can_snooze_again(front: Front) -> None:
    front.guest_writes()
    until = front.now + timedelta(hours=2)
    with front.store.write() as tx:
        lifecycle.snooze(tx, ANA, [front.conversation().id], front.now, until)
    front.reply("Un instant")
    conversation = front.conversation()
    assert (conversation.state, conversation.kept_wake_at) == (State.OPEN, until)
    with front.store.write() as tx:
        lifecycle.snooze_again(tx, ANA, [conversation.id], front.now)
    front.reply("Toujours rien", then="snooze_again")
    conversation = front.conversation()
    assert (conversation.state, conversation.wake_at) == (State.PENDING, until)


def test_a_reply_reopens_a_closed_conversation_with_an_event(front: Front) -> None:
    front.guest_writes()
    with front.store.write() as tx:
        lifecycle.close(tx, ANA, [front.conversation().id], front.now)
    front.reply()
    assert front.conversation().state is State.OPEN
    assert Code.REOPENED_BY_REPLY in codes(front)


def test_the_second_of_two_colleagues_is_told(front: Front) -> None:
    front.guest_writes()
    seen = front.conversation().last_message_id
    front.reply("De Léo", actor=LEO, seen_message_id=seen)
    front.clock.forward(seconds=4)
    with pytest.raises(Refused) as refused:
        front.reply("D'Ana", seen_message_id=seen)
    assert (refused.value.code, refused.value.params) == ("already_answered", {"name": "Leo", "seconds": 4})
    front.reply("D'Ana", seen_message_id=front.conversation().last_message_id)


def test_a_guest_s_next_message_is_no_conflict(front: Front) -> None:
    front.guest_writes()
    seen = front.conversation().last_message_id
    front.guest_writes("Encore une chose")
    front.reply(seen_message_id=seen)


def test_free_text_outside_the_window_is_refused_and_a_template_passes(front: Front) -> None:
    front.guest_writes(channel="whatsapp")
    front.clock.forward(hours=24)
    with pytest.raises(Refused, match="window_closed"):
        front.reply(channel="whatsapp")
    with front.store.write() as tx:
        template = tx.templates.add(
            Template(
                0,
                TemplateKind.WHATSAPP,
                "arrivee",
                "fr",
                "Bonjour {{1}}",
                category="utility",
                account="desk-sms",
                vendor_id="HX1",
                approval=Approval.APPROVED,
                mapping={"1": "first_name"},
            )
        )
    with pytest.raises(Refused, match="missing_value"):
        front.reply("Bonjour", channel="whatsapp", template=template.id)
    sent = front.reply("Bonjour Claire", channel="whatsapp", template=template.id, values={"first_name": "Claire"})
    row = front.row(sent.outbox_id)
    assert (row.template_id, row.template_values) == ("HX1", {"1": "Claire"})


def test_a_plan_beyond_the_window_is_refused_when_planned(front: Front) -> None:
    front.guest_writes(channel="whatsapp")
    with pytest.raises(Refused, match="window_closes_before"):
        front.reply(channel="whatsapp", send_at=front.now + timedelta(hours=25))
    front.reply(channel="whatsapp", send_at=front.now + timedelta(hours=23))


def test_a_planned_message_answers_nobody_yet(front: Front) -> None:
    front.guest_writes()
    sent = front.reply(send_at=front.now + timedelta(hours=1))
    conversation = front.conversation()
    assert conversation.unanswered
    assert conversation.preview == "Bonjour ?"
    front.clock.forward(hours=1)
    assert front.deliver() == [OutboxState.ACCEPTED]
    assert not front.conversation().unanswered
    assert front.row(sent.outbox_id).scheduled


def test_a_planned_message_waits_when_the_guest_writes_first(front: Front) -> None:
    front.guest_writes()
    sent = front.reply(send_at=front.now + timedelta(hours=1), hold_if_guest_writes=True)
    front.guest_writes("Finalement non")
    front.clock.forward(hours=2)
    assert front.deliver() == []
    row = front.row(sent.outbox_id)
    assert (row.state, row.reason) == (OutboxState.HELD, "guest_wrote")


def test_after_stop_nothing_leaves(front: Front) -> None:
    front.guest_writes("Bonjour ?")
    front.guest_writes("STOP")
    with pytest.raises(Refused, match="stopped"):
        front.reply()
    with front.store.read() as tx:
        found = replying.composer(tx, front.desk, ANA, front.conversation().id, front.now)
    sms = next(choice for choice in found.choices if choice.channel == "sms")
    assert (sms.verdict.kind, sms.verdict.code) == (Allowed.NONE, "stopped")


def test_an_unsubscribed_guest_still_gets_a_personal_message_with_a_notice(front: Front) -> None:
    front.guest_writes()
    with front.store.write() as tx:
        consent = ConsentRow("marketing", "sms", False, front.now, "ana", "phone call")
        tx.consents.put(front.conversation().guest_id, consent)
    with front.store.read() as tx:
        found = replying.composer(tx, front.desk, ANA, front.conversation().id, front.now)
    assert [code for code, _ in found.choices[found.default].notices] == ["unsubscribed_marketing"]
    front.reply()


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty_text"), ("a" * 1601, "too_long"), ("Bonjour ##{{firstname}}", "unknown_variable")],
)
def test_what_cannot_be_sent_is_refused_before_the_wire(front: Front, text: str, code: str) -> None:
    front.guest_writes()
    with pytest.raises(Refused, match=code):
        front.reply(text)
    assert front.conversation().unanswered


def test_sixteen_hundred_characters_pass(front: Front) -> None:
    front.guest_writes()
    front.reply("a" * 1600)


def test_a_read_only_person_sends_nothing(front: Front) -> None:
    front.guest_writes()
    with pytest.raises(Refused, match="read_only"):
        front.reply(actor=Actor("eve", "Eve", role="read-only"))


def test_the_composer_starts_where_the_guest_wrote_last(front: Front) -> None:
    front.guest_writes(channel="whatsapp")
    front.guest_writes("par SMS maintenant")
    with front.store.read() as tx:
        found = replying.composer(tx, front.desk, ANA, front.conversation().id, front.now)
    assert found.choices[found.default].channel == "sms"
    assert {choice.channel for choice in found.choices} == {"sms", "whatsapp"}


def test_preflight_counts_parts_and_price_and_offers_a_cheaper_text(front: Front) -> None:
    front.guest_writes()
    with front.store.read() as tx:
        choice = replying.composer(tx, front.desk, ANA, front.conversation().id, front.now).choices[0]
    text = "Votre chambre est prête. " + "a" * 60
    found = replying.preflight(None, front.desk, ANA, 1, choice, text, front.now)
    assert found.segments is not None
    assert (found.segments.count, str(found.cost.amount)) == (2, "0.16")
    assert found.cheaper == text.replace("ê", "e")
    assert replying.preflight(None, front.desk, ANA, 1, choice, "##{{x}}", front.now).problems
    notices = replying.preflight(
        None, front.desk, ANA, 1, choice, "Voir 4111 1111 1111 1111 ci-joint", front.now
    ).notices
    assert [code for code, _ in notices] == ["card_number", "file_forgotten"]


def test_a_new_message_to_a_typed_number_makes_the_guest(front: Front) -> None:
    with front.store.write() as tx:
        first = replying.start(tx, front.desk, ANA, front.now, address="06 12 34 56 78")
        assert replying.start(tx, front.desk, ANA, front.now, address="+33612345678") == first
        found = replying.composer(tx, front.desk, ANA, first, front.now)
    assert [(choice.channel, choice.verdict.kind) for choice in found.choices] == [
        ("sms", Allowed.FREE),
        ("whatsapp", Allowed.TEMPLATE_ONLY),
    ]
    front.reply("Bienvenue", conversation_id=first)
    front.guest_writes("Merci")
    assert front.conversation().id == first
    assert front.conversation().state is State.OPEN
    assert Code.REOPENED_BY_REPLY not in codes(front)


def test_what_is_no_address_is_refused(front: Front) -> None:
    with front.store.write() as tx, pytest.raises(Refused, match="not_an_address"):
        replying.start(tx, front.desk, ANA, front.now, address="claire")


def test_a_note_answers_nobody(front: Front) -> None:
    front.guest_writes()
    with front.store.write() as tx:
        replying.add_note(tx, ANA, front.conversation().id, "Voir avec la gouvernante", front.now)
    assert front.conversation().unanswered


def test_a_draft_is_resumed_where_it_was(front: Front) -> None:
    front.guest_writes()
    with front.store.write() as tx:
        replying.save_draft(tx, ANA, front.conversation().id, "Bonj", front.now, cursor=4)
    with front.store.read() as tx:
        draft = replying.resume(tx, ANA)
    assert draft is not None
    assert (draft.text, draft.cursor) == ("Bonj", 4)


def test_a_long_text_is_split_in_two(front: Front) -> None:
    traits = front.desk.traits("desk-sms", "sms")
    first, rest = replying.split("Bonjour. " * 200, traits)
    assert len(first) <= 1600
    assert first.endswith(".")
    assert rest.startswith("Bonjour")


def test_message_state_follows_the_row(front: Front) -> None:
    front.guest_writes()
    sent = front.reply()
    front.clock.forward(seconds=5)
    front.deliver()
    with front.store.read() as tx:
        message = tx.messages.get(sent.message_id)
    assert message is not None
    assert message.state is Delivery.SENT
    assert message.external_id == "SM0001"
