"""Calls: what they do to a guest's row, those of other telephones, and where the hotel's number sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from storage.store import SqlStore
from tests.fakes import NOON, FakeChannel, hotel, written
from tests.services.conftest import ANA, LEO, Front
from tui_inbox.domain.conversation import Conversation, State, Tab
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code
from tui_inbox.domain.message import CALLED, MISSED, TAKEN, Attachment, Delivery, Direction, Kind
from tui_inbox.ports.channel import CallRoute, Envelope
from tui_inbox.rows import View
from tui_inbox.services import calling, channels, composing, lifecycle
from tui_inbox.services.calling import Talk
from tui_inbox.services.desk import Actor

GUEST = "+33612345678"
VOICEMAIL = Attachment("voicemail.wav", "audio/wav", ref="/RE1.wav", seconds=14)


def call(key: str = "CA1", minutes: float = 0, **fields: object) -> Envelope:
    return written("", key=key, kind=Kind.CALL, at=NOON + timedelta(minutes=minutes), **fields)  # type: ignore[arg-type]


def unread(front: Front, actor: Actor = ANA) -> int:
    with front.store.read() as tx:
        return tx.inbox.page(View(tab=Tab.ALL), actor.code, NOON.date(), None, 5).rows[0].unread


def shown(conversation: Conversation) -> tuple[object, ...]:
    return conversation.state, conversation.unanswered, conversation.preview_by


def test_a_missed_call_is_open_unread_and_waits_and_opens_no_window(front: Front) -> None:
    with front.store.write() as tx:
        for actor in (ANA, LEO):
            tx.operators.seen(actor.code, actor.name, NOON)
    got = front.arrives(call(attachments=(VOICEMAIL,)))
    assert got.rang
    conversation = front.conversation()
    assert shown(conversation) == (State.OPEN, True, MISSED)
    assert (unread(front, ANA), unread(front, LEO)) == (1, 1)
    with front.store.read() as tx:
        line = tx.lines.get("desk-sms", "sms", GUEST)
        assert line is None or line.last_in_at is None
        (message,) = tx.messages.page(conversation.id, None, 5)
    assert (message.kind, message.seconds, message.state) == (Kind.CALL, None, Delivery.NONE)
    assert [(file.seconds, file.state) for file in message.attachments] == [(14, "remote")]


def test_a_whatsapp_window_is_not_opened_by_a_call_from_the_same_number(front: Front) -> None:
    front.guest_writes("Bonjour", channel="whatsapp", at=NOON - timedelta(hours=25))
    front.arrives(call(channel="whatsapp"))
    with front.store.read() as tx:
        line = tx.lines.get("desk-sms", "whatsapp", GUEST)
    assert line is not None
    assert line.last_in_at == NOON - timedelta(hours=25)


def test_a_taken_call_answers_what_the_guest_wrote_before_it(front: Front) -> None:
    front.clock.forward(minutes=30)
    front.guest_writes("Vous êtes ouverts ?", at=NOON)
    front.arrives(call(minutes=2, seconds=134))
    assert shown(front.conversation()) == (State.OPEN, False, TAKEN)
    assert unread(front) == 0


def test_what_the_guest_wrote_before_a_taken_call_and_comes_late_waits_for_nobody(front: Front) -> None:
    front.clock.forward(minutes=30)
    front.arrives(call(minutes=2, seconds=134))
    front.guest_writes("Vous êtes ouverts ?", at=NOON)
    assert not front.conversation().unanswered
    front.guest_writes("Et demain ?", at=NOON + timedelta(minutes=9))
    assert front.conversation().unanswered


def test_a_taken_call_of_a_stranger_rings_nobody(front: Front) -> None:
    assert not front.arrives(call(seconds=134)).rang
    assert shown(front.conversation()) == (State.CLOSED, False, TAKEN)


def test_a_call_of_ours_answers_only_where_somebody_took_it(front: Front) -> None:
    front.clock.forward(minutes=30)
    front.guest_writes("Rappelez-moi", at=NOON)
    front.arrives(call("CA1", 2, outbound=True))
    assert shown(front.conversation()) == (State.OPEN, True, CALLED)
    front.arrives(call("CA2", 4, outbound=True, seconds=61))
    assert shown(front.conversation()) == (State.OPEN, False, CALLED)


def test_the_next_text_goes_where_the_guest_wrote_and_not_where_they_called_from(front: Front) -> None:
    front.guest_writes("Bonjour", channel="whatsapp")
    front.arrives(call(minutes=1))
    with front.store.read() as tx:
        guest = tx.guests.by_handle("whatsapp", GUEST)[0]
        (conversation,) = tx.conversations.all_of_guest(guest.id)
        known = composing.composer(tx, front.desk, ANA, conversation.id, front.now)
    assert (conversation.last_channel, known.choices[known.default].channel) == ("whatsapp", "whatsapp")
    assert conversation.preview_by == MISSED


def test_the_same_call_twice_is_one(front: Front) -> None:
    assert front.arrives(call()).applied == 1
    assert front.arrives(call()).applied == 0


def test_calls_of_the_history_are_silent(front: Front) -> None:
    old = -4 * 24 * 60
    assert not front.arrives(
        call("CA1", old), call("CA2", old + 5, seconds=9), call("CA3", old + 9, outbound=True)
    ).rang
    conversation = front.conversation()
    assert (conversation.state, conversation.unanswered) == (State.CLOSED, False)
    assert conversation.last_in_at == NOON + timedelta(minutes=old)


def test_a_call_of_ours_is_no_echo_of_a_send_that_is_unknown(front: Front) -> None:
    front.guest_writes("Bonjour")
    assert front.arrives(call(outbound=True, seconds=5)).applied == 1


# By hand.


def log(front: Front, talk: Talk = Talk.TAKEN, length: str = "3", note: str = "", actor: Actor = ANA) -> int:
    with front.store.write() as tx:
        return calling.log_call(tx, front.desk, actor, front.conversation().id, talk, length, note, front.now)


def test_a_call_written_down_answers_the_guest_and_undo_takes_it_back(front: Front) -> None:
    front.guest_writes("À quelle heure ?")
    before = front.conversation()
    front.clock.forward(minutes=1)
    message_id = log(front, Talk.CALLED, "2:30", "Arrive at nine")
    after = front.conversation()
    assert shown(after) == (State.OPEN, False, CALLED)
    assert after.preview == "Arrive at nine"
    with front.store.read() as tx:
        made = tx.messages.get(message_id)
        assert made is not None
        assert (made.kind, made.direction, made.seconds, made.author) == (Kind.CALL, Direction.OUT, 150, "ana")
        events = tx.events.activity(after.id, after.guest_id, 5)
        assert [event.code for event in events] == [Code.CALL_LOGGED]
    with front.store.write() as tx:
        undone = lifecycle.undo(tx, ANA, front.now)
    assert undone is not None
    assert undone.code is Code.CALL_LOGGED
    restored = front.conversation()
    assert restored._replace(state_at=before.state_at) == before
    with front.store.read() as tx:
        gone = tx.messages.get(message_id)
        assert gone is not None
        assert gone.state is Delivery.CANCELLED
        assert tx.messages.last_answer_at(before.id) is None


def test_undo_leaves_what_came_after_the_call(front: Front) -> None:
    front.guest_writes("À quelle heure ?")
    log(front)
    front.clock.forward(minutes=1)
    front.guest_writes("Merci !")
    with front.store.write() as tx:
        undone = lifecycle.undo(tx, ANA, front.now)
    assert undone is not None
    assert undone.skipped == 1
    conversation = front.conversation()
    assert (conversation.preview, conversation.unanswered) == ("Merci !", True)


def test_a_guest_who_was_not_reached_still_waits(front: Front) -> None:
    front.guest_writes("Rappelez-moi")
    log(front, Talk.NOT_REACHED, "")
    assert shown(front.conversation()) == (State.OPEN, True, CALLED)


def test_a_closed_row_stays_closed_when_a_call_is_written_down(front: Front) -> None:
    front.guest_writes("Merci")
    with front.store.write() as tx:
        lifecycle.close(tx, ANA, [front.conversation().id], front.now)
    log(front)
    assert front.conversation().state is State.CLOSED


@pytest.mark.parametrize(("typed", "seconds"), [("3", 180), ("2:30", 150), ("0:05", 5), ("1,5", 90), (" 90 ", 5400)])
def test_a_length_is_typed_in_minutes(typed: str, seconds: int) -> None:
    assert calling.seconds_in(typed) == seconds


@pytest.mark.parametrize("typed", ["", "0", "0:00", "3:61", "-1", "three", "99999", "1e3"])
def test_what_is_no_length_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="bad_minutes"):
        calling.seconds_in(typed)


def test_who_may_only_look_logs_nothing(front: Front) -> None:
    front.guest_writes("Bonjour")
    with pytest.raises(Refused, match="read_only"):
        log(front, actor=Actor("eva", "Eva", role="read-only"))


# Where the number sends its calls.


@dataclass
class Switchboard(FakeChannel):
    """``RoutesCalls``."""

    now_set: CallRoute = field(default_factory=CallRoute)

    def route(self) -> CallRoute:
        return self.now_set

    def set_route(self, wanted: CallRoute) -> CallRoute:
        self.now_set = wanted
        return wanted


ADMIN = Actor("ana", "Ana", role="admin")


def done(store: SqlStore, channel: FakeChannel, kind: str, **params: str | int) -> tuple[str, dict[str, str | int]]:
    """What the worker answers to a screen's question."""
    with store.write() as tx:
        job_id = channels.ask(tx, ADMIN, kind, "desk-sms", params, NOON)
    channels.run_jobs(store, hotel(), {"desk-sms": channel}, NOON)
    with store.read() as tx:
        job = channels.answer(tx, job_id)
    assert job is not None
    return job.state, dict(job.result)


def test_a_screen_sets_a_target_by_the_worker(front: Front) -> None:
    board = Switchboard("desk-sms", front.desk.accounts["desk-sms"].channels)
    state, result = done(front.store, board, "calls_set", target="06 98 76 54 32", after=25, voicemail=1)
    assert state == "done"
    assert board.now_set == CallRoute("+33698765432", 25, voicemail=True)
    assert (result["target"], result["after"], result["voicemail"]) == ("+33698765432", 25, 1)
    assert done(front.store, board, "calls")[1] == result


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"target": "reception"}, "bad_target"),
        ({"target": "+33700000000"}, "target_is_ours"),
        ({"target": "+33698765432", "after": 2}, "bad_ringing"),
        ({"target": "+33698765432", "after": 90}, "bad_ringing"),
    ],
)
def test_a_target_that_cannot_be_meant_is_refused(front: Front, params: dict[str, str | int], code: str) -> None:
    board = Switchboard("desk-sms", front.desk.accounts["desk-sms"].channels)
    state, result = done(front.store, board, "calls_set", **params)
    assert (state, result["code"]) == ("failed", code)
    assert board.now_set == CallRoute()


def test_a_channel_without_a_telephone_says_so(front: Front) -> None:
    state, result = done(front.store, front.channel, "calls")
    assert (state, result["code"]) == ("failed", "no_calls")


def test_only_an_administrator_sends_the_calls_elsewhere(front: Front) -> None:
    with front.store.write() as tx, pytest.raises(Refused, match="admin_only"):
        channels.ask(tx, LEO, "calls_set", "desk-sms", {}, NOON)
