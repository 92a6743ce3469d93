"""Opening a thread changes nothing; reading and marking are acts."""

from __future__ import annotations

import pytest

from storage.store import SqlStore
from tests.builders import NOW, a_conversation, a_guest, a_reply, a_reservation, an_inbound, at
from tests.fakes import hotel
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.event import Code
from tui_inbox.services import lifecycle, thread
from tui_inbox.services.desk import Actor

ANA = Actor("ana", "Ana")
LEO = Actor("leo", "Leo")


def unread(store: SqlStore, conversation_id: int, operator: str) -> int:
    with store.read() as t:
        row = t.inbox.row(conversation_id, operator, NOW.date())
        assert row is not None
        return row.unread


def test_a_long_thread_is_paged_without_losing_a_message_or_an_event(store: SqlStore) -> None:
    with store.write() as t:
        row = a_conversation(t)
        sent = [an_inbound(t, row, f"message {n}", minutes=n).id for n in range(12)]
        lifecycle.close(t, ANA, [row.id], at(3))
        lifecycle.reopen(t, ANA, [row.id], at(9.5))
    with store.read() as t:
        opened = thread.open_thread(t, hotel(), ANA, row.id, at(60), limit=5)
        messages, events, more = list(opened.messages), list(opened.events), opened.older
        assert [event.code for event in events] == [Code.REOPENED]
        while more:
            above, told, more = thread.older(t, hotel(), row.id, thread.key_of(messages[0]), limit=5)
            messages[:0], events[:0] = above, told
    assert [message.id for message in messages] == sent
    assert [event.code for event in events] == [Code.CLOSED, Code.REOPENED]


def test_opening_reads_nothing_and_reading_is_for_one_operator(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row = a_conversation(t)
        an_inbound(t, row)
        t.unread.bump(row, ["ana", "leo"], NOW)
    with sqlite_store.read() as t:
        thread.open_thread(t, hotel(), ANA, row.id, NOW)
    assert unread(sqlite_store, row.id, "ana") == 1
    with sqlite_store.write() as t:
        assert thread.mark_read(t, ANA, row.id, NOW)
        assert not thread.mark_read(t, ANA, row.id, NOW)
    assert (unread(sqlite_store, row.id, "ana"), unread(sqlite_store, row.id, "leo")) == (0, 1)


def test_marking_unread_is_for_me_alone_and_can_be_undone(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rows = [a_conversation(t), a_conversation(t)]
        assert thread.mark_unread(t, ANA, [row.id for row in rows], NOW) == 2
    assert [unread(sqlite_store, row.id, "ana") for row in rows] == [1, 1]
    assert unread(sqlite_store, rows[0].id, "leo") == 0
    with sqlite_store.write() as t:
        undone = lifecycle.undo(t, ANA, at(1))
        assert undone is not None
        assert (undone.code, undone.count) == (Code.MARKED_UNREAD, 2)
        assert t.events.between(rows[0].id, at(-9), None) == []
    assert [unread(sqlite_store, row.id, "ana") for row in rows] == [0, 0]


def test_marking_all_read_gives_the_counts_back(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row, quiet = a_conversation(t), a_conversation(t)
        for _ in range(3):
            t.unread.bump(row, ["ana"], NOW)
        assert thread.mark_all_read(t, ANA, [row.id, quiet.id], NOW) == 1
        lifecycle.undo(t, ANA, at(1))
    assert unread(sqlite_store, row.id, "ana") == 3


def test_a_thread_carries_stays_presence_and_the_ended_snooze(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        guest = a_guest(t)
        row = a_conversation(t, guest, kept_wake_at=at(90))
        stay = a_reservation(t, guest)
        a_reply(t, row)
        thread.look(t, LEO, row.id, "replying", NOW)
        thread.look(t, ANA, row.id, "viewing", NOW)
        opened = thread.open_thread(t, hotel(), ANA, row.id, at(0.5))
        assert [(seen.operator, seen.doing) for seen in opened.presence] == [("leo", "replying")]
        assert [one.id for one in opened.stays] == [stay.id]
        assert opened.kept_wake_at == at(90)
        assert thread.open_thread(t, hotel(), ANA, row.id, at(2)).presence == ()
        thread.leave(t, LEO)
        assert thread.open_thread(t, hotel(), ANA, row.id, at(0.5)).presence == ()


def test_the_whole_of_a_trimmed_mail_is_one_call_away(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row = a_conversation(t)
        message = an_inbound(t, row, "Merci", full_text="Merci\n> quoted")
        assert thread.open_thread(t, hotel(), ANA, row.id, NOW).messages[0].has_more
        assert thread.full_text(t, message.id) == "Merci\n> quoted"


def test_what_is_gone_or_out_of_scope_is_not_found(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row = a_conversation(t)
        for actor, conversation_id in ((ANA, 999), (Actor("x", "X", property="annex"), row.id)):
            with pytest.raises(NotFound):
                thread.open_thread(t, hotel(), actor, conversation_id, NOW)
