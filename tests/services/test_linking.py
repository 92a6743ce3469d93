"""Conversations given to the right guest, joined, detached, and all of it undone."""

from __future__ import annotations

import pytest

from storage.store import SqlStore
from tests.builders import NOW, PHONE, a_conversation, a_guest, a_reply, a_reservation, an_inbound, an_outgoing, at
from tests.fakes import hotel
from tui_inbox.domain.conversation import State
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code
from tui_inbox.domain.guest import Handle
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import ConsentRow, DraftRow
from tui_inbox.services import cards, guests, lifecycle
from tui_inbox.services.desk import Actor

ANA = Actor("ana", "Ana")


def picture(t: Transaction) -> object:
    """Everything that a link may touch, for comparing before and after its undo."""
    rows = [t.conversations.get(n) for n in range(1, 6)]
    people = [t.guests.get(n) for n in range(1, 6)]
    return (
        rows,
        [one._replace(updated_at=None) if one else None for one in people],
        [sorted((h.channel, h.address) for h in t.guests.handles(n)) for n in range(1, 6)],
        [[stay.id for stay in t.reservations.of_guest(n)] for n in range(1, 6)],
        [[(one.id, one.conversation_id) for one in t.requests.of_guest(n)] for n in range(1, 6)],
        [[message.id for message in t.messages.page(n, None, 99)] for n in range(1, 6)],
        [[tag.name for tag in t.tags.of("guest", n)] for n in range(1, 6)],
        [[tag.name for tag in t.tags.of("conversation", n)] for n in range(1, 6)],
        [{(r.topic, r.medium) for r in t.consents.of_guest(n) if not r.allowed} for n in range(1, 6)],
        [t.inbox.row(n, operator, NOW.date()) for n in range(1, 6) for operator in ("ana", "leo")],
    )


def test_linking_an_unknown_sender_fills_the_card_and_undo_restores(store: SqlStore) -> None:
    with store.write() as t:
        claire = a_guest(t, "Claire Martin", phone=PHONE)
        a_reservation(t, claire)
        unknown = a_guest(t, "", channel="whatsapp")
        row = a_conversation(t, unknown, last_channel="whatsapp", ambiguous=True)
        an_inbound(t, row)
        before = picture(t)
        linked = guests.link(t, ANA, row.id, claire.id, at(1))
        assert (linked.id, linked.guest_id, linked.ambiguous) == (row.id, claire.id, False)
        card = cards.of_conversation(t, hotel(), ANA, row.id, at(1))
        assert card.guest.name == "Claire Martin"
        assert card.current is not None
        assert t.guests.by_handle("whatsapp", PHONE)[0].id == claire.id
        assert t.guests.load(unknown.id).merged_into == claire.id
        undone = lifecycle.undo(t, ANA, at(2))
        assert undone is not None
        assert (undone.code, undone.skipped) == (Code.LINKED, 0)
        assert picture(t) == before


def test_linking_joins_two_conversations_into_one_and_undo_separates_them(store: SqlStore) -> None:
    with store.write() as t:
        claire = a_guest(t, "Claire", phone=PHONE, channel="sms")
        t.guests.add_handle(Handle(0, claire.id, "email", "claire@web.example", created_at=NOW))
        theirs = a_conversation(t, claire, state=State.CLOSED, automation=True)
        answered = a_reply(t, theirs)
        unknown = a_guest(t, "")
        t.guests.add_handle(Handle(0, unknown.id, "email", "cm@work.example", created_at=NOW))
        row = a_conversation(
            t, unknown, minutes=9, unanswered=True, unanswered_since=at(9), last_channel="email",
            last_address="cm@work.example", preview="Bonjour",
        )  # fmt: skip
        asked = an_inbound(t, row, minutes=9)
        t.unread.bump(row, ["ana", "leo"], at(9))
        t.unread.bump(theirs, ["leo"], NOW)
        guests.tag(t, Actor("leo", "Leo"), "conversation", [row.id], "spa", "", NOW)
        guests.make_request(t, Actor("leo", "Leo"), row.id, "spa", "Massage", None, NOW)
        t.consents.put(unknown.id, ConsentRow("marketing", "email", False, NOW, "leo", ""))
        outgoing = an_outgoing(t, row, "En route", minutes=10)
        before = picture(t)

        linked = guests.link(t, ANA, row.id, claire.id, at(11))

        assert linked.id == theirs.id
        assert (linked.state, linked.unanswered, linked.preview) == (State.OPEN, True, "Bonjour")
        assert linked.last_address == "cm@work.example"
        assert t.conversations.get(row.id) is None
        ids = [message.id for message in t.messages.page(theirs.id, None, 9)]
        assert set(ids) == {answered.id, asked.id, outgoing.message_id}
        assert t.outbox.load(outgoing.id).conversation_id == theirs.id
        shown = {name: t.inbox.row(theirs.id, name, NOW.date()) for name in ("ana", "leo")}
        assert {name: one.unread for name, one in shown.items() if one} == {"ana": 1, "leo": 2}
        card = cards.of_conversation(t, hotel(), ANA, theirs.id, at(11))
        assert [request.title for request in card.requests] == ["Massage"]
        assert [tag.name for tag in card.tags] == ["spa"]
        assert [(row_.topic, row_.allowed) for row_ in card.consents] == [("marketing", False)]

        undone = lifecycle.undo(t, ANA, at(12))
        assert undone is not None
        assert undone.skipped == 0
        assert picture(t) == before
        assert t.outbox.load(outgoing.id).conversation_id == row.id


def test_what_came_after_a_join_stays_where_it_came_when_it_is_undone(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        claire, unknown = a_guest(t, "Claire", phone=PHONE), a_guest(t, "", channel="whatsapp")
        theirs, row = a_conversation(t, claire), a_conversation(t, unknown, minutes=1)
        first = an_inbound(t, row, minutes=1)
        joined = guests.link(t, ANA, row.id, claire.id, at(2))
        late = an_inbound(t, joined, "late", minutes=3)
        t.conversations.put(joined._replace(last_message_id=late.id, last_at=at(3), preview="late"))
        lifecycle.undo(t, ANA, at(4))
        assert [message.id for message in t.messages.page(row.id, None, 9)] == [first.id]
        assert [message.id for message in t.messages.page(theirs.id, None, 9)] == [late.id]
        assert t.conversations.load(theirs.id).preview == "late"


def test_of_a_sender_with_stays_only_this_conversation_moves(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        wife = a_guest(t, "Claire")
        husband = a_guest(t, "Luc", phone=PHONE, channel="sms")
        t.guests.add_handle(Handle(0, husband.id, "email", "luc@web.example", created_at=NOW))
        a_reservation(t, husband)
        row = a_conversation(t, husband)
        before = picture(t)
        guests.link(t, ANA, row.id, wife.id, at(1))
        assert t.guests.load(husband.id).merged_into is None
        assert [handle.channel for handle in t.guests.handles(husband.id)] == ["email"]
        assert len(t.reservations.of_guest(husband.id)) == 1
        lifecycle.undo(t, ANA, at(2))
        assert picture(t) == before


def test_confirming_the_guess_ends_the_question(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row = a_conversation(t, ambiguous=True)
        assert not guests.link(t, ANA, row.id, row.guest_id, at(1)).ambiguous
        lifecycle.undo(t, ANA, at(2))
        assert t.conversations.load(row.id).ambiguous


def test_unlinking_makes_an_unknown_client_and_undo_links_again(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        claire = a_guest(t, "Claire", channel="sms")
        row = a_conversation(t, claire)
        alone = guests.unlink(t, ANA, row.id, at(1))
        assert alone.guest_id != claire.id
        assert t.guests.load(alone.guest_id).name == ""
        assert t.guests.by_handle("sms", PHONE)[0].id == alone.guest_id
        lifecycle.undo(t, ANA, at(2))
        assert t.conversations.load(row.id).guest_id == claire.id
        assert t.guests.by_handle("sms", PHONE)[0].id == claire.id


def test_merging_guests_moves_stays_and_several_conversations_and_comes_back(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        double, claire = a_guest(t, "C. Martin", email="c@web.example", vip=True), a_guest(t, "Claire Martin")
        for property_ in ("", "annex"):
            a_conversation(t, double, property=property_)
        a_conversation(t, claire)
        stay = a_reservation(t, double)
        before = picture(t)
        merged = guests.merge(t, ANA, double.id, claire.id, at(1))
        assert (merged.name, merged.email, merged.vip) == ("Claire Martin", "c@web.example", True)
        assert [one.id for one in t.reservations.of_guest(claire.id)] == [stay.id]
        assert len(t.conversations.all_of_guest(claire.id)) == 2
        with pytest.raises(Refused, match="same_guest"):
            guests.merge(t, ANA, claire.id, double.id, at(2))
        lifecycle.undo(t, ANA, at(3))
        assert picture(t) == before


def test_a_colleague_s_draft_goes_with_the_conversation_that_is_joined(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        claire = a_guest(t, "Claire", phone=PHONE, channel="sms")
        stranger = a_guest(t, "", phone="+33600000001", channel="sms")
        kept, left = a_conversation(t, claire), a_conversation(t, stranger)
        for conversation, text in ((kept, "Bonsoir Claire"), (left, "Bonjour Madame")):
            t.drafts.put(DraftRow(conversation.id, "leo", text, 0, "desk-sms", "sms", "reply", (), NOW))
        t.drafts.put(DraftRow(left.id, "ana", "Oui", 0, "desk-sms", "sms", "reply", (), NOW))
        guests.link(t, ANA, left.id, claire.id, at(1))
    with sqlite_store.read() as t:
        found = {draft.operator: draft.text for draft in t.drafts.of_others(kept.id, "")}
        latest = t.drafts.latest("leo")
        assert t.drafts.of_others(left.id, "") == []
    assert found == {"leo": "Bonsoir Claire\nBonjour Madame", "ana": "Oui"}
    assert latest is not None
    assert latest.conversation_id == kept.id
