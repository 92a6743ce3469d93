"""The card, the directory, requests, tags and consents."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from storage.store import SqlStore
from tests.builders import NOW, PHONE, a_conversation, a_guest, a_reservation, at
from tests.fakes import hotel
from tui_inbox.domain.conversation import DeadlineKind
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.event import Code
from tui_inbox.domain.reservation import Phase
from tui_inbox.ports.store import Transaction
from tui_inbox.services import cards, guests, lifecycle
from tui_inbox.services.desk import Actor
from tui_inbox.services.guests import GuestForm

ANA = Actor("ana", "Ana")
GUARD = Actor("guard", "Guard", role="read-only")


def test_the_card_opens_on_the_stay_that_matters_and_lists_the_others(store: SqlStore) -> None:
    with store.write() as t:
        guest = a_guest(t, channel="sms")
        row, other = a_conversation(t, guest), a_conversation(t, guest, property="annex")
        past, now, later = (
            a_reservation(t, guest, -30, -28),
            a_reservation(t, guest, -1, 2),
            a_reservation(t, guest, 9, 12),
        )
        card = cards.of_conversation(t, hotel(), ANA, row.id, NOW)
    assert card.current is not None
    assert (card.current.id, card.phase) == (now.id, Phase.IN_HOUSE)
    assert [stay.id for stay in card.others] == [later.id, past.id]
    assert [one.id for one in card.conversations] == [other.id]
    assert card.missing == ("email",)


def test_an_ambiguous_sender_shows_who_else_it_may_be(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        taken = a_guest(t, "Claire", phone=PHONE, channel="sms")
        maybe = a_guest(t, "Luc", phone=PHONE)
        row = a_conversation(t, taken, ambiguous=True)
        assert [guest.id for guest in cards.of_conversation(t, hotel(), ANA, row.id, NOW).candidates] == [maybe.id]


def test_cards_of_what_is_not_there(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        with pytest.raises(NotFound):
            cards.of_conversation(t, hotel(), ANA, 99, NOW)
        with pytest.raises(NotFound):
            cards.of_guest(t, hotel(), ANA, 99, NOW)


def test_a_guest_typed_by_hand_can_be_reached_and_found(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        form = GuestForm(name="Claire  Martin\x1b[31m", phone="06 12 34 56 78", email="Claire@Web.example", vip=True)
        guest = guests.create(t, hotel(), ANA, form, NOW)
        assert (guest.name, guest.phone, guest.email) == ("Claire Martin", PHONE, "claire@web.example")
        handles = {(handle.channel, handle.address) for handle in t.guests.handles(guest.id)}
        assert handles == {("sms", PHONE), ("whatsapp", PHONE), ("email", "claire@web.example")}
        for search in ("martin", "1234", "claire@web", ""):
            assert [row.id for row in guests.directory(t, hotel(), search, NOW)] == [guest.id], search


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (GuestForm(name="A", phone="12"), "bad_phone"),
        (GuestForm(name="A", email="no-at"), "bad_email"),
        (GuestForm(name="A", language="french please"), "bad_language"),
        (GuestForm(name=" \u202e "), "guest_empty"),
    ],
)
def test_what_cannot_be_a_guest_is_refused(sqlite_store: SqlStore, form: GuestForm, code: str) -> None:
    with sqlite_store.write() as t, pytest.raises(Refused, match=code):
        guests.create(t, hotel(), ANA, form, NOW)


def test_an_edit_is_an_event_and_undo_restores_unless_somebody_edited_since(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        guest = a_guest(t, "Unknown")
        row = a_conversation(t, guest)
        guests.edit(t, hotel(), ANA, guest.id, GuestForm(name="Claire", alert="nuts"), at(1))
        assert [event.code for event in t.events.activity(row.id, guest.id, 9)] == [Code.GUEST_EDITED]
        undone = lifecycle.undo(t, ANA, at(2))
        assert undone is not None
        assert undone.code is Code.GUEST_EDITED
        assert t.guests.load(guest.id).name == "Unknown"
        guests.edit(t, hotel(), ANA, guest.id, GuestForm(name="Claire"), at(3))
        guests.edit(t, hotel(), Actor("leo", "Leo"), guest.id, GuestForm(name="Clara"), at(4))
        undone = lifecycle.undo(t, ANA, at(5))
        assert undone is not None
        assert (undone.count, undone.skipped) == (0, 1)
        assert t.guests.load(guest.id).name == "Clara"


def test_a_room_number_leads_to_its_guests(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        here, gone = a_guest(t, "Here"), a_guest(t, "Gone")
        a_reservation(t, here, -1, 2, room="204")
        a_reservation(t, gone, -9, -2, room="204")
        assert [guest.id for guest in guests.in_room(t, hotel(), "204", NOW)] == [here.id]


def test_a_request_stands_on_card_and_thread_and_its_promise_is_a_clock(store: SqlStore) -> None:
    with store.write() as t:
        guest = a_guest(t)
        a_reservation(t, guest)
        row = a_conversation(t, guest)
        made = guests.make_request(t, ANA, row.id, "transfer", "Taxi 6:00", at(120), NOW, desk=hotel())
        assert [one.id for one in cards.of_conversation(t, hotel(), ANA, row.id, NOW).requests] == [made.id]
        clocked = t.conversations.load(row.id)
        assert (clocked.deadline_at, clocked.deadline_kind) == (at(120), DeadlineKind.CALLBACK)
        guests.set_request(t, ANA, made.id, "done", at(1), desk=hotel())
        assert t.conversations.load(row.id).deadline_at is None
        events = t.events.between(row.id, at(-1), None)
        assert [event.code for event in events] == [Code.REQUEST_MADE, Code.REQUEST_CHANGED]
        lifecycle.undo(t, ANA, at(2))
        lifecycle.undo(t, ANA, at(3))
        (left,) = t.requests.of_guest(guest.id)
        assert left.status == "cancelled"


@pytest.mark.parametrize(("kind", "title"), [("balloon", "x"), ("spa", "  ")])
def test_requests_need_a_kind_and_a_title(sqlite_store: SqlStore, kind: str, title: str) -> None:
    with sqlite_store.write() as t, pytest.raises(Refused):
        guests.make_request(t, ANA, a_conversation(t).id, kind, title, None, NOW)


def test_tags_are_made_where_they_are_typed_and_undone_in_bulk(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        rows = [a_conversation(t) for _ in range(3)]
        guests.tag(t, ANA, "conversation", [rows[0].id], "Spa", "cyan", NOW)
        again = guests.tag(t, ANA, "conversation", [row.id for row in rows], "spa", "", at(1))
        assert (again.name, again.colour) == ("Spa", "cyan")
        undone = lifecycle.undo(t, ANA, at(2))
        assert undone is not None
        assert undone.count == 2
        assert [bool(t.tags.of("conversation", row.id)) for row in rows] == [True, False, False]
        assert guests.untag(t, ANA, "conversation", [row.id for row in rows], "SPA", at(3)) == 1
        guests.tag(t, ANA, "guest", [rows[0].guest_id], "vip", "", at(4))
        assert [tag.name for tag in cards.of_conversation(t, hotel(), ANA, rows[0].id, NOW).guest_tags] == ["vip"]


def test_consent_off_needs_nothing_and_on_again_a_reason(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        guest = a_guest(t)
        guests.set_consent(t, ANA, guest.id, "marketing", "sms", False, "", NOW)
        (row,) = t.consents.of_guest(guest.id)
        assert (row.allowed, row.by, row.at) == (False, "ana", NOW)
        with pytest.raises(Refused, match="consent_needs_source"):
            guests.set_consent(t, ANA, guest.id, "marketing", "sms", True, " ", at(1))
        guests.set_consent(t, ANA, guest.id, "marketing", "sms", True, "by phone", at(1))
        (row,) = t.consents.of_guest(guest.id)
        assert (row.allowed, row.source) == (True, "by phone")
        lifecycle.undo(t, ANA, at(2))
        assert not t.consents.of_guest(guest.id)[0].allowed


@pytest.mark.parametrize(
    "act",
    [
        lambda t, row: guests.create(t, hotel(), GUARD, GuestForm(name="A"), NOW),
        lambda t, row: guests.edit(t, hotel(), GUARD, row.guest_id, GuestForm(name="A"), NOW),
        lambda t, row: guests.tag(t, GUARD, "guest", [row.guest_id], "a", "", NOW),
        lambda t, row: guests.make_request(t, GUARD, row.id, "spa", "a", None, NOW),
        lambda t, row: guests.set_consent(t, GUARD, row.guest_id, "marketing", "sms", False, "", NOW),
        lambda t, row: guests.link(t, GUARD, row.id, row.guest_id, NOW),
        lambda t, row: guests.unlink(t, GUARD, row.id, NOW),
    ],
)
def test_who_may_only_read_notes_nothing(sqlite_store: SqlStore, act: Callable[[Transaction, object], object]) -> None:
    with sqlite_store.write() as t:
        row = a_conversation(t)
        with pytest.raises(Refused, match="read_only"):
            act(t, row)
