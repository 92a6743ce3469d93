"""Taking back restores only what nobody has changed since."""

from __future__ import annotations

import pytest

from tests.services.conftest import ANA, LEO, Front
from tests.services.test_replying import unread
from tui_inbox.domain.conversation import State
from tui_inbox.rows import ConsentRow
from tui_inbox.services import guests, lifecycle, replying, thread


def undo(front: Front) -> lifecycle.Undone | None:
    with front.store.write() as tx:
        return lifecycle.undo(tx, ANA, front.now)


def close(front: Front) -> None:
    with front.store.write() as tx:
        lifecycle.close(tx, ANA, [front.conversation().id], front.now)


def test_an_undo_that_comes_too_late_makes_nothing_unread_that_a_colleague_answered(front: Front) -> None:
    front.guest_writes()
    close(front)
    front.clock.forward(minutes=1)
    front.reply("Oui", actor=LEO)
    undone = undo(front)
    assert undone is not None
    assert (undone.count, undone.skipped) == (0, 1)
    assert (unread(front, "ana"), unread(front, "leo")) == (0, 0)


def test_an_undo_that_comes_too_late_hides_nothing_that_arrived_since(front: Front) -> None:
    front.guest_writes("1")
    close(front)
    for text in ("2", "3"):
        front.clock.forward(minutes=1)
        front.guest_writes(text)
    undo(front)
    conversation = front.conversation()
    assert conversation.state is State.OPEN
    with front.store.read() as tx:
        row = tx.inbox.row(conversation.id, "leo", front.now.date())
    assert row is not None
    assert row.unread == 2


def test_a_request_that_a_colleague_settled_since_is_left_alone(front: Front) -> None:
    front.guest_writes()
    with front.store.write() as tx:
        request = guests.make_request(tx, ANA, front.conversation().id, "transfer", "Taxi", None, front.now)
    with front.store.write() as tx:
        guests.set_request(tx, LEO, request.id, "done", front.now)
    undone = undo(front)
    assert undone is not None
    assert undone.skipped == 1
    with front.store.read() as tx:
        kept = tx.requests.get(request.id)
    assert kept is not None
    assert kept.status == "done"


def test_a_refusal_that_a_colleague_noted_since_is_left_alone(front: Front) -> None:
    front.guest_writes()
    guest_id = front.conversation().guest_id
    with front.store.write() as tx:
        guests.set_consent(tx, ANA, guest_id, "marketing", "sms", False, "by mail", front.now)
    front.clock.forward(minutes=1)
    with front.store.write() as tx:
        guests.set_consent(tx, LEO, guest_id, "marketing", "sms", False, "said so at the desk", front.now)
    undo(front)
    with front.store.read() as tx:
        (consent,) = tx.consents.of_guest(guest_id)
    assert consent == ConsentRow("marketing", "sms", False, front.now, "leo", "said so at the desk")


@pytest.mark.parametrize("since", ["assigned", "written"])
def test_a_guest_whose_answer_was_taken_back_waits_whatever_happened_since(front: Front, since: str) -> None:
    front.guest_writes()
    first = front.conversation()
    front.reply("Oui")
    front.clock.forward(seconds=2)
    if since == "assigned":
        with front.store.write() as tx:
            lifecycle.assign(tx, LEO, [first.id], front.now, "leo")
    else:
        front.guest_writes("Et le petit-déjeuner ?")
    with front.store.write() as tx:
        replying.take_back(tx, ANA, front.now)
    conversation = front.conversation()
    assert conversation.unanswered
    assert conversation.unanswered_since == first.unanswered_since
    assert conversation.assignee == ("leo" if since == "assigned" else "")
    with front.store.read() as tx:
        row = tx.inbox.row(conversation.id, "leo", front.now.date())
    assert row is not None
    assert row.unread == (1 if since == "assigned" else 2)


def test_taking_back_after_a_colleague_s_answer_makes_nobody_wait(front: Front) -> None:
    front.guest_writes()
    front.reply("Oui")
    front.clock.forward(seconds=2)
    front.reply("Oui, jusqu'à 23 h", actor=LEO, then="close")
    with front.store.write() as tx:
        replying.take_back(tx, ANA, front.now)
    conversation = front.conversation()
    assert (conversation.state, conversation.unanswered) == (State.CLOSED, False)
    assert unread(front, "leo") == 0


def test_marking_unread_what_is_unread_changes_nothing_that_undo_could_lose(front: Front) -> None:
    front.guest_writes("1")
    front.guest_writes("2")
    conversation = front.conversation()
    with front.store.write() as tx:
        assert thread.mark_unread(tx, ANA, [conversation.id], front.now) == 0
    undo(front)
    with front.store.read() as tx:
        row = tx.inbox.row(conversation.id, "ana", front.now.date())
    assert row is not None
    assert row.unread == 2


def test_taking_back_keeps_what_was_being_typed_meanwhile(front: Front) -> None:
    front.guest_writes()
    front.reply("Oui")
    conversation_id = front.conversation().id
    with front.store.write() as tx:
        replying.save_draft(tx, ANA, conversation_id, "Et aussi", front.now)
        taken = replying.take_back(tx, ANA, front.now)
    assert taken is not None
    assert (taken.text, taken.typed) == ("Oui", "Et aussi")
    with front.store.read() as tx:
        draft = tx.drafts.get(conversation_id, "ana")
    assert draft is not None
    assert (draft.text, draft.cursor) == ("Oui\nEt aussi", 3)
