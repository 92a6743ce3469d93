from __future__ import annotations

import pytest

from tests.storage.rows import NOW, TODAY, at, conversation, stay
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.guest import Guest, GuestKind, Handle
from tui_inbox.domain.reservation import Phase, ReservationStatus
from tui_inbox.ports.store import Store
from tui_inbox.rows import Key


def names(store: Store, question: str) -> list[str]:
    with store.read() as t:
        return [row.name for row in t.guests.directory(question, TODAY, None, 20)]


def test_a_guest_comes_back_as_written(store: Store) -> None:
    with store.write() as t:
        added = t.guests.add(
            Guest(
                0,
                "Zoë Weiß",
                GuestKind.COMPANY,
                language="de",
                country="AT",
                vip=True,
                phone="+43660123456",
                email="zoe@example.com",
                alert="Nüsse",
                notes="late\nalways",
                blocked=True,
                created_at=NOW,
                updated_at=at(1),
            )
        )
        changed = added._replace(notes="never late", vip=False)
        t.guests.put(changed)
    with store.read() as t:
        assert t.guests.get(added.id) == changed
        assert t.guests.get(added.id + 1) is None


def test_loading_a_guest_who_is_gone_says_so(store: Store) -> None:
    with store.write() as t, pytest.raises(NotFound):
        t.guests.load(7)


def test_a_handle_is_stored_once_per_guest(store: Store) -> None:
    with store.write() as t:
        ana, ben = t.guests.add(Guest(0, "Ana")), t.guests.add(Guest(0, "Ben"))
        first = t.guests.add_handle(Handle(0, ana.id, "sms", "+33600000001", "A", created_at=NOW))
        again = t.guests.add_handle(Handle(0, ana.id, "sms", "+33600000001", "B", created_at=NOW))
        shared = t.guests.add_handle(Handle(0, ben.id, "sms", "+33600000001", created_at=NOW))
        assert again == first
        assert shared.id != first.id
        assert t.guests.by_handle("sms", "+33600000001") == [t.guests.get(ana.id), t.guests.get(ben.id)]
        assert t.guests.by_handle("whatsapp", "+33600000001") == []


def test_a_merged_guest_is_found_no_more(store: Store) -> None:
    with store.write() as t:
        kept, gone = t.guests.add(Guest(0, "Kept Twin")), t.guests.add(Guest(0, "Gone Twin", phone="+33600000009"))
        t.guests.add_handle(Handle(0, gone.id, "sms", "+33600000002"))
        t.guests.put(gone._replace(merged_into=kept.id))
        assert t.guests.by_handle("sms", "+33600000002") == []
        assert t.guests.by_contact(phone="+33600000009") == []
    assert names(store, "twin") == ["Kept Twin"]
    with store.write() as t:
        t.guests.put(gone)
    assert names(store, "twin") == ["Gone Twin", "Kept Twin"]


def test_a_contact_is_found_on_file_and_among_handles_of_any_channel(store: Store) -> None:
    with store.write() as t:
        card = t.guests.add(Guest(0, "On the card", phone="+33611111111"))
        mail = t.guests.add(Guest(0, "By mail", email="m@example.com"))
        chat = t.guests.add(Guest(0, "By WhatsApp"))
        t.guests.add(Guest(0, "Neither"))
        t.guests.add_handle(Handle(0, chat.id, "whatsapp", "+33611111111"))
        found = t.guests.by_contact(phone="+33611111111", email="m@example.com")
        assert [guest.id for guest in found] == [card.id, mail.id, chat.id]
        assert t.guests.by_contact() == []


def test_a_handle_changes_and_moves_with_its_search_words(store: Store) -> None:
    with store.write() as t:
        ana, ben = t.guests.add(Guest(0, "Ana")), t.guests.add(Guest(0, "Ben"))
        handle = t.guests.add_handle(Handle(0, ana.id, "messenger", "psid-1", "Anouk"))
        t.guests.put_handle(handle._replace(unreachable="63003"))
        assert t.guests.handles(ana.id)[0].unreachable == "63003"
    assert names(store, "anouk") == ["Ana"]
    with store.write() as t:
        t.guests.move_handle(handle.id, ben.id)
        assert t.guests.handles(ana.id) == []
    assert names(store, "anouk") == ["Ben"]


@pytest.mark.parametrize("question", ["muller", "MÜL", "345678", "h.mueller@", "R-7781", "204"])
def test_the_directory_finds_by_name_phone_part_mail_booking_and_room(store: Store, question: str) -> None:
    with store.write() as t:
        guest = t.guests.add(Guest(0, "Hans Müller", phone="+49171345678", email="h.mueller@example.com"))
        t.guests.add(Guest(0, "Somebody Else", phone="+33699999999"))
        t.reservations.add(stay(guest.id, "R-7781", -1, 2, room="204"))
        other = t.guests.add(Guest(0, "Left the room"))
        t.reservations.add(stay(other.id, "R-9999", -9, -5, room="204"))
    assert names(store, question) == ["Hans Müller"]


@pytest.mark.parametrize("question", ["e", "em", "emma c", "emma cl", "emma cla", "clarke e"])
def test_the_directory_narrows_with_every_letter(store: Store, question: str) -> None:
    with store.write() as t:
        t.guests.add(Guest(0, "Emma Clarke"))
        t.guests.add(Guest(0, "Somebody Other"))
    assert names(store, question) == ["Emma Clarke"]


def test_the_directory_pages_by_name_without_gap_or_repeat_and_the_nameless_come_last(store: Store) -> None:
    with store.write() as t:
        for name in ("Émile", "", "bob", "Alice", "alice", "Zed", ""):
            t.guests.add(Guest(0, name))
    seen: list[str] = []
    after: Key | None = None
    while True:
        with store.read() as t:
            rows = t.guests.directory("", TODAY, after, 2)
        if not rows:
            break
        seen += [row.name for row in rows]
        after = Key(0, rows[-1].id)
    assert seen == ["Alice", "alice", "bob", "Émile", "Zed", "", ""]


def test_a_directory_row_has_the_stay_that_matters_and_the_conversation(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t, "Claire Martin")
        t.reservations.add(stay(talk.guest_id, "old", -40, -38))
        current = t.reservations.add(stay(talk.guest_id, "now", -1, 0, room="12"))
    with store.read() as t:
        (row,) = t.guests.directory("claire", TODAY, None, 5)
    assert row.conversation_id == talk.id
    assert row.stay is not None
    assert (row.stay.reservation_id, row.stay.room, row.stay.phase) == (current.id, "12", Phase.DEPARTING)


def test_former_guests_are_those_merged_into_one_also_by_way_of_others(store: Store) -> None:
    with store.write() as t:
        ids = [t.guests.add(Guest(0, name)).id for name in "ABCD"]
        for gone, into in ((0, 1), (1, 2)):
            t.guests.put(t.guests.load(ids[gone])._replace(merged_into=ids[into]))
        assert list(t.guests.former(ids[2])) == ids[:2]
        assert list(t.guests.former(ids[3])) == []


def test_in_room_are_guests_of_live_stays_of_the_day(store: Store) -> None:
    with store.write() as t:
        leaving, arriving, cancelled, later = (t.guests.add(Guest(0, name)) for name in "ABCD")
        t.reservations.add(stay(leaving.id, "1", -3, 0, room="7"))
        t.reservations.add(stay(arriving.id, "2", 0, 2, room="7"))
        t.reservations.add(stay(cancelled.id, "3", -1, 1, room="7", status=ReservationStatus.CANCELLED))
        t.reservations.add(stay(later.id, "4", 1, 2, room="7"))
        assert [guest.name for guest in t.guests.in_room("7", TODAY)] == ["A", "B"]
