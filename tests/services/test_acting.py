"""Vendors are told what the desk does: once each, again after a fault, and never in a loop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest

from storage.store import SqlStore
from tests.fakes import WHATSAPP, told, written
from tests.services.conftest import ANA, GUEST, LEO, Front
from tui_inbox.domain.deed import Act, Deed
from tui_inbox.domain.errors import AccountBlocked, NotSent, Refused, Rejected, Unknown
from tui_inbox.domain.event import Code
from tui_inbox.services import accounts, acting, lifecycle, performing, thread
from tui_inbox.services.desk import Actor

ALL = WHATSAPP._replace(acts=frozenset(Act))


@pytest.fixture
def talk(front: Front) -> Front:
    return with_settings(front)


def with_settings(front: Front, **settings: str) -> Front:
    """A guest wrote on a channel whose vendor is told everything."""
    info = front.desk.accounts["desk-sms"]
    info = info._replace(channels={**info.channels, "whatsapp": ALL}, settings=settings)
    front.desk = front.desk._replace(accounts={**front.desk.accounts, "desk-sms": info})
    if not front.count:
        front.guest_writes("Bonjour", channel="whatsapp", thread_ref="T1")
    return front


def acts(front: Front, *, forward: float = 0) -> list[tuple[Act, str, str]]:
    """What the vendor is told now."""
    front.clock.forward(seconds=forward)
    before = len(front.channel.acted)
    performing.perform(front.store, front.desk, front.channel, front.now, rng=Random(1))
    return [(deed.act, deed.ref, deed.value) for deed in front.channel.acted[before:]]


def row(front: Front) -> int:
    return front.conversation(GUEST, "whatsapp").id


def codes(front: Front) -> list[Code]:
    talk = front.conversation(GUEST, "whatsapp")
    with front.store.read() as tx:
        return [event.code for event in tx.events.activity(talk.id, talk.guest_id, 20)]


def reactions(front: Front, key: str = "IN1") -> dict[str, str]:
    with front.store.read() as tx:
        return dict(tx.messages.by_external("desk-sms", key).reactions)


def test_no_reply_needed_is_told_and_taken_back_by_undo(talk: Front) -> None:
    with talk.store.write() as tx:
        lifecycle.no_reply_needed(tx, ANA, [row(talk)], talk.now, desk=talk.desk)
    assert acts(talk) == [(Act.NO_REPLY_NEEDED, "IN1", "on")]
    assert talk.channel.acted[0] == Deed(Act.NO_REPLY_NEEDED, "whatsapp", GUEST, "IN1", "on", "T1")
    with talk.store.write() as tx:
        lifecycle.undo(tx, ANA, talk.now)
    assert acts(talk) == [(Act.NO_REPLY_NEEDED, "IN1", "off")]
    assert acts(talk) == []


def test_thanks_of_a_booking_s_guest_need_no_reply_until_they_write_again(front: Front) -> None:
    info = front.desk.accounts["desk-sms"]
    site = ALL._replace(free_window=None, reply_mark=timedelta(hours=24), can_start=True)
    info = info._replace(channels={**info.channels, "whatsapp": site})
    front.desk = front.desk._replace(accounts={**front.desk.accounts, "desk-sms": info})
    front.guest_writes("ok merci", channel="whatsapp", address=GUEST)

    def owed() -> tuple[bool, object]:
        found = front.conversation(GUEST, "whatsapp")
        return found.unanswered, found.deadline_at

    mark = front.now + timedelta(hours=24)
    assert owed() == (True, mark)
    with front.store.write() as tx:
        lifecycle.no_reply_needed(tx, ANA, [row(front)], front.now, desk=front.desk)
    assert (owed(), acts(front)) == ((False, None), [(Act.NO_REPLY_NEEDED, "IN1", "on")])
    with front.store.write() as tx:
        lifecycle.undo(tx, ANA, front.now)
    assert (owed(), acts(front)) == ((True, mark), [(Act.NO_REPLY_NEEDED, "IN1", "off")])
    with front.store.write() as tx:
        lifecycle.no_reply_needed(tx, ANA, [row(front)], front.now, desk=front.desk)
    front.clock.forward(hours=1)
    front.guest_writes("encore une question", channel="whatsapp", address=GUEST)
    assert owed() == (True, front.now + timedelta(hours=24))


def test_two_wishes_in_a_row_are_one_call_with_the_last(talk: Front) -> None:
    with talk.store.write() as tx:
        lifecycle.no_reply_needed(tx, ANA, [row(talk)], talk.now, desk=talk.desk)
        lifecycle.no_reply_needed(tx, ANA, [row(talk)], talk.now, on=False, desk=talk.desk)
    assert acts(talk) == [(Act.NO_REPLY_NEEDED, "IN1", "off")]


def test_a_channel_that_takes_no_acts_is_told_nothing(front: Front) -> None:
    front.guest_writes("Bonjour")
    with front.store.write() as tx:
        lifecycle.no_reply_needed(tx, ANA, [front.conversation().id], front.now, desk=front.desk)
        assert not tx.deeds.due(front.now, 9)


@pytest.mark.parametrize(
    ("policy", "on_open", "on_reply"),
    [("off", [], []), ("on-open", [(Act.READ, "IN1", "on")], []), ("on-reply", [], [(Act.READ, "IN1", "on")])],
)
def test_the_guest_sees_that_we_read_when_the_hotel_says_so(
    front: Front, policy: str, on_open: Sequence[object], on_reply: Sequence[object]
) -> None:
    with_settings(front, read_receipts=policy)
    with front.store.write() as tx:
        thread.mark_read(tx, ANA, row(front), front.now, front.desk)
    assert acts(front) == on_open
    sent = front.reply("Oui", channel="whatsapp")
    assert acts(front) == []
    front.clock.forward(seconds=6)
    front.deliver()
    assert (sent.outbox_id, acts(front)) == (sent.outbox_id, on_reply)


def test_read_receipts_go_with_the_answer_unless_set_otherwise_and_once_per_message(talk: Front) -> None:
    for text in ("Oui", "Et bienvenue"):
        talk.reply(text, channel="whatsapp", send_now=True)
        talk.deliver()
    assert acts(talk) == [(Act.READ, "IN1", "on")]


def test_who_may_only_look_leaves_no_trace(front: Front) -> None:
    with_settings(front, read_receipts="on-open")
    with front.store.write() as tx:
        thread.mark_read(tx, Actor("eve", "Eve", "read-only"), row(front), front.now, front.desk)
    assert acts(front) == []


def test_typing_is_shown_only_when_switched_on_and_only_while_fresh(front: Front) -> None:
    for setting, fresh in (("off", []), ("on", [(Act.TYPING, "IN1", "on")])):
        with_settings(front, typing=setting)
        with front.store.write() as tx:
            thread.look(tx, ANA, row(front), "viewing", front.now, front.desk)
            thread.look(tx, ANA, row(front), "replying", front.now, front.desk)
        assert acts(front) == fresh
    with front.store.write() as tx:
        thread.look(tx, ANA, row(front), "replying", front.now, front.desk)
    assert acts(front, forward=26) == []


def test_an_emoji_is_set_replaced_and_taken_back(talk: Front) -> None:
    with talk.store.read() as tx:
        message = tx.messages.by_external("desk-sms", "IN1")
    for actor, emoji, shown in ((ANA, "👍", {"ana": "👍"}), (LEO, "😀", {"leo": "😀"}), (LEO, "", {})):
        with talk.store.write() as tx:
            acting.react(tx, talk.desk, actor, message.id, emoji, talk.now)
        assert acts(talk) == [(Act.REACT, "IN1", emoji)]
        assert reactions(talk) == shown
        talk.clock.forward(seconds=1)
    with talk.store.write() as tx:
        acting.react(tx, talk.desk, LEO, message.id, "", talk.now)
    assert acts(talk) == []


def test_the_vendor_s_echo_of_our_emoji_keeps_whose_it_was(talk: Front) -> None:
    with talk.store.write() as tx:
        acting.react(tx, talk.desk, ANA, tx.messages.by_external("desk-sms", "IN1").id, "👍", talk.now)
    talk.arrives(told("reaction", key="R1", target="IN1", emoji="👍", at=talk.now, outbound=True))
    assert reactions(talk) == {"ana": "👍"}


@pytest.mark.parametrize(("emoji", "code"), [("abc", "not_an_emoji"), ("👍 ok", "not_an_emoji")])
def test_words_are_no_emoji(talk: Front, emoji: str, code: str) -> None:
    with talk.store.write() as tx, pytest.raises(Refused) as refused:
        acting.react(tx, talk.desk, ANA, tx.messages.by_external("desk-sms", "IN1").id, emoji, talk.now)
    assert refused.value.code == code


def test_an_emoji_needs_an_open_window_and_a_vendor_that_takes_it(talk: Front, sqlite_store: SqlStore) -> None:
    talk.clock.forward(hours=25)
    with talk.store.write() as tx, pytest.raises(Refused) as refused:
        acting.react(tx, talk.desk, ANA, tx.messages.by_external("desk-sms", "IN1").id, "👍", talk.now)
    assert refused.value.code == "window_closed"
    talk.guest_writes("Par SMS")
    with talk.store.write() as tx, pytest.raises(Refused) as refused:
        acting.react(tx, talk.desk, ANA, tx.messages.by_external("desk-sms", "IN2").id, "👍", talk.now)
    assert refused.value.code == "cannot_react"


def test_a_comment_is_hidden_and_shown_again_and_nothing_else_can_be(talk: Front) -> None:
    comment = {"kind": "comment", "parent": "post-1"}
    talk.arrives(written("Pub !", key="C1", channel="whatsapp", at=talk.now, **comment))
    with talk.store.write() as tx:
        said = tx.messages.by_external("desk-sms", "C1")
        acting.hide(tx, talk.desk, ANA, said.id, talk.now)
        with pytest.raises(Refused):
            acting.hide(tx, talk.desk, ANA, tx.messages.by_external("desk-sms", "IN1").id, talk.now)
    assert acts(talk) == [(Act.HIDE, "C1", "on")]
    with talk.store.write() as tx:
        acting.hide(tx, talk.desk, ANA, said.id, talk.now, on=False)
    assert acts(talk) == [(Act.HIDE, "C1", "off")]
    assert {Code.COMMENT_HIDDEN, Code.COMMENT_SHOWN} <= set(codes(talk))


def test_closing_is_told_and_reopening_too(talk: Front) -> None:
    with talk.store.write() as tx:
        lifecycle.close(tx, ANA, [row(talk)], talk.now, talk.desk)
    assert acts(talk) == [(Act.CLOSE, "IN1", "on")]
    with talk.store.write() as tx:
        lifecycle.reopen(tx, ANA, [row(talk)], talk.now)
    assert acts(talk) == [(Act.CLOSE, "IN1", "off")]


def test_an_answer_that_closes_closes_at_the_vendor_once_it_has_left(talk: Front) -> None:
    talk.reply("Au revoir !", channel="whatsapp", then="close")
    assert acts(talk) == []
    talk.clock.forward(seconds=6)
    talk.deliver()
    assert sorted(act for act, _, _ in acts(talk)) == [Act.CLOSE, Act.READ]


def test_a_sender_is_reported_when_blocked_and_not_for_spam_alone(talk: Front) -> None:
    with talk.store.write() as tx:
        lifecycle.report_spam(tx, ANA, [row(talk)], talk.now, desk=talk.desk)
    assert acts(talk) == []
    with talk.store.write() as tx:
        lifecycle.block_senders(tx, ANA, [row(talk)], talk.now, talk.desk)
    assert acts(talk) == [(Act.SPAM, "IN1", "on")]
    with talk.store.write() as tx:
        lifecycle.undo(tx, ANA, talk.now)
    assert acts(talk) == [(Act.SPAM, "IN1", "off")]


def close(front: Front) -> None:
    with front.store.write() as tx:
        lifecycle.close(tx, ANA, [row(front)], front.now, front.desk)


def test_what_left_no_answer_is_told_again_later(talk: Front) -> None:
    close(talk)
    talk.channel.act_faults.extend([Unknown("timeout"), NotSent("rate_limited", retry_after=60)])
    assert acts(talk) == []
    assert acts(talk) == []
    assert acts(talk, forward=5) == []
    assert acts(talk, forward=30) == []
    assert acts(talk, forward=60) == [(Act.CLOSE, "IN1", "on")]
    assert Code.ACT_FAILED not in codes(talk)


@pytest.mark.parametrize("error", [Rejected("refused", vendor_text="no \x1b[2J"), RuntimeError("bug")])
def test_what_fails_for_good_is_told_in_the_conversation_and_never_loops(talk: Front, error: Exception) -> None:
    with talk.store.write() as tx:
        acting.react(tx, talk.desk, ANA, tx.messages.by_external("desk-sms", "IN1").id, "👍", talk.now)
    talk.channel.act_faults.extend([error] * 40)  # type: ignore[list-item]
    for _ in range(30):
        acts(talk, forward=400)
    asked = 40 - len(talk.channel.act_faults)
    assert asked == (1 if isinstance(error, Rejected) else performing.TRIES)
    assert codes(talk).count(Code.ACT_FAILED) == 1
    assert reactions(talk) == {}


def test_a_refused_account_is_not_asked_at_once_again_and_sends_go_on(talk: Front) -> None:
    close(talk)
    talk.channel.act_faults.append(AccountBlocked("forbidden", http_status=403))
    acts(talk)
    with talk.store.read() as tx:
        assert tx.accounts.get("desk-sms").state != "error"
    assert acts(talk, forward=60) == []
    assert acts(talk, forward=400) == [(Act.CLOSE, "IN1", "on")]


def test_a_paused_account_is_told_nothing_until_it_is_resumed(talk: Front) -> None:
    from tui_inbox.services import channels

    close(talk)
    with talk.store.write() as tx:
        channels.pause(tx, talk.desk, ANA, "desk-sms", talk.now)
    assert acts(talk) == []
    with talk.store.write() as tx:
        channels.resume(tx, talk.desk, ANA, "desk-sms", talk.now)
    assert acts(talk) == [(Act.CLOSE, "IN1", "on")]


def test_old_deeds_are_forgotten_and_pending_ones_are_not(talk: Front) -> None:
    close(talk)
    later = talk.now + timedelta(days=60)
    with talk.store.write() as tx:
        assert tx.deeds.prune(later) == 0
    acts(talk)
    with talk.store.write() as tx:
        assert tx.deeds.prune(later) == 1


def test_a_right_that_one_act_needs_stops_nothing_else(talk: Front) -> None:
    talk.channel.act_faults.append(AccountBlocked("permissions_withdrawn", vendor_text="(#10)"))
    close(talk)
    acts(talk)
    assert codes(talk)[0] is Code.ACT_FAILED
    with talk.store.read() as tx:
        assert accounts.may_carry(tx.accounts.get("desk-sms"), talk.now)
