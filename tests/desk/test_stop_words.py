"""STOP and its kin, through ingest, the composer's ways and the sending rules."""

from __future__ import annotations

import pytest

from tests.services.conftest import ANA, GUEST, Front, front
from tui_inbox.domain.conversation import State
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.window import Allowed
from tui_inbox.services import cards, replying
from tui_inbox.services.admission import admission, require

__all__ = ["front"]


def ways(front: Front) -> dict[str, Allowed]:
    """Channel -> what may be sent there now."""
    with front.store.read() as t:
        found = replying.composer(t, front.desk, ANA, front.conversation().id, front.now)
    return {choice.channel: choice.verdict.kind for choice in found.choices}


def refused(front: Front, message_class: MessageClass) -> str:
    """Code by which a reminder or an offer by SMS is stopped; empty when it may go."""
    with front.store.read() as t:
        found = admission(
            t, front.desk, account="desk-sms", channel="sms", address=GUEST, guest_id=front.conversation().guest_id,
            now=front.now, message_class=message_class, individual=False,
        )  # fmt: skip
    try:
        require(found, "Bonjour", template=False)
    except Refused as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize(
    "word",
    ["Stop ", "STOPALL", "unsubscribe", "Cancel", "END", "quit", "ARRET", "Arrêt !", "stopp", "BAJA", "désabonner"],
)
def test_one_word_stops_both_classes_of_sms_and_no_other_channel(front: Front, word: str) -> None:
    front.guest_writes("Bonjour", channel="whatsapp")
    front.guest_writes(word)
    assert refused(front, MessageClass.TRANSACTIONAL) == "stopped"
    assert refused(front, MessageClass.MARKETING) == "stopped"
    with pytest.raises(Refused, match="stopped"):
        front.reply("Bonjour")
    assert ways(front) == {"sms": Allowed.NONE, "whatsapp": Allowed.FREE}
    front.reply("Bonjour", channel="whatsapp")
    with front.store.read() as t:
        card = cards.of_conversation(t, front.desk, ANA, front.conversation().id, front.now)
    assert [line.stop_word for line in card.lines if line.stopped_at is not None] == [word.strip(" !")]


def test_start_opens_sms_again(front: Front) -> None:
    front.guest_writes("STOP")
    front.guest_writes("START")
    assert refused(front, MessageClass.TRANSACTIONAL) == ""
    front.reply("Bonjour")


@pytest.mark.parametrize("text", ["please stop by", "Stop the taxi please", "I want to cancel", "the end"])
def test_a_sentence_stops_nothing(front: Front, text: str) -> None:
    front.guest_writes(text)
    assert refused(front, MessageClass.MARKETING) == ""
    assert front.conversation().unanswered


def test_cancel_may_mean_the_booking_so_it_blocks_and_waits_in_open_with_its_mark(front: Front) -> None:
    applied = front.guest_writes("CANCEL")
    conversation = front.conversation()
    assert applied.rang
    assert (conversation.state, conversation.unanswered) == (State.OPEN, True)
    assert refused(front, MessageClass.TRANSACTIONAL) == "stopped"
    with front.store.read() as t:
        row = t.inbox.row(conversation.id, "ana", front.desk.today(front.now))
        assert row is not None
        assert row.unread == 1
        (event,) = t.events.activity(conversation.id, conversation.guest_id, 1)
    assert (event.code, event.params["word"]) == ("stopped", "CANCEL")


def test_a_stop_leaves_nothing_in_the_outbox_to_go_out_later(front: Front) -> None:
    front.guest_writes("Bonjour")
    front.reply("Bienvenue")
    front.guest_writes("STOP")
    front.clock.forward(seconds=6)
    front.deliver()
    assert front.sent_texts() == []
