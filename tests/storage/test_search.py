"""What a person types at the desk finds what a guest wrote, the same on both engines."""

from __future__ import annotations

import pytest

from storage.store import SqlStore, open_store
from tests.builders import TODAY, a_conversation, a_guest, a_reservation, an_inbound
from tests.conftest import emptied
from tui_inbox.domain.conversation import State, Tab
from tui_inbox.domain.message import Attachment
from tui_inbox.rows import View


def found(store: SqlStore, question: str, tab: Tab = Tab.ALL) -> list[int]:
    with store.read() as t:
        return [row.id for row in t.inbox.page(View(tab=tab, search=question), "ana", TODAY, None, 50).rows]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Où est la forêt ?", "foret"),
        ("Ou est la foret ?", "Forêt"),
        ("Wo ist die Straße?", "strasse"),
        ("Le petit-déjeuner", "petit dejeuner"),
        ("Is breakfast included?", "breakf"),
        ("Is breakfast included?", "included breakfast"),
        ("请问停车场在哪里", "停车"),
        ("请问停车场在哪里", "停车场"),
        ("请问停车场在哪里", "停"),
        ("駐車場はありますか", "ありますか"),
        ("안녕하세요 주차장", "주차"),
        ("Где парковка?", "парковка"),
        ("Ｆｕｌｌｗｉｄｔｈ", "fullwidth"),
        ("Booking 3812391309", "3812391309"),
        ("Booking 3812391309", "391309"),
        ("Booking 3812391309", "2391"),
        ("Ref HMX4K29QZ", "x4k29"),
        ("Call me on +33 6 12 34 56 78", "0612345678"),
        ("Call me on +33 6 12 34 56 78", "06 12 34 56 78"),
        ("Call me on +33 6 12 34 56 78", "345678"),
        ("Call me on 06.12.34.56.78", "12 34 56"),
        ("Room 204 please", "204"),
        ("It's o'clock", "o'clock"),
    ],
)
def test_found(sqlite_store: SqlStore, text: str, question: str) -> None:
    with sqlite_store.write() as t:
        conversation = a_conversation(t)
        an_inbound(t, conversation, text)
        an_inbound(t, a_conversation(t), "something else entirely")
    assert found(sqlite_store, question) == [conversation.id]


QUESTIONS = (
    "foret",
    "停车",
    "停",
    "391309",
    "0612345678",
    "mart",
    "mart ",
    "claire@web.example",
    "R77",
    "plan.pdf",
    'a" OR "b',
    "b* & !c | (",
    "''':*",
    "?!",
    "",
    "NEAR AND OR NOT",
)


def test_both_engines_find_the_same(sqlite_store: SqlStore, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_url")
    emptied(url)
    with open_store(url) as other:
        answers = []
        for store in (sqlite_store, other):
            with store.write() as t:
                for text in ("La forêt", "停车场", "3812391309", "a b c", "near or not", "''' quotes"):
                    an_inbound(t, a_conversation(t, a_guest(t, "Guest")), text)
                guest = a_guest(t, "Claire Martin", phone="+33612345678", email="claire@web.example")
                a_conversation(t, guest)
                a_reservation(t, guest, external_id="R7743")
                an_inbound(
                    t,
                    a_conversation(t, a_guest(t, "Guest")),
                    "see file",
                    attachments=(Attachment("plan.pdf", "application/pdf"),),
                )
            answers.append([found(store, question) for question in QUESTIONS])
    assert answers[0] == answers[1]
    assert [len(ids) for ids in answers[0][:10]] == [1, 1, 1, 1, 1, 1, 0, 1, 1, 1]


def test_a_question_without_a_word_finds_nothing_and_breaks_nothing(store: SqlStore) -> None:
    with store.write() as t:
        conversation = a_conversation(t)
        an_inbound(t, conversation, "anything")
    assert found(store, "?!") == []
    assert found(store, "") == [conversation.id]


def test_search_stays_within_the_tab(store: SqlStore) -> None:
    with store.write() as t:
        open_one, closed = a_conversation(t), a_conversation(t, state=State.CLOSED)
        for conversation in (open_one, closed):
            an_inbound(t, conversation, "pool")
    assert found(store, "pool", Tab.OPEN) == [open_one.id]
    assert found(store, "pool", Tab.CLOSED) == [closed.id]
    assert found(store, "pool") == [closed.id, open_one.id]


def test_a_guests_new_name_is_found_and_the_old_one_is_not(store: SqlStore) -> None:
    with store.write() as t:
        guest = a_guest(t, "Claire Martin")
        conversation = a_conversation(t, guest)
    with store.write() as t:
        t.guests.put(guest._replace(name="Claire Dupont"))
    assert found(store, "Dupont") == [conversation.id]
    assert found(store, "Martin") == []


def test_a_guest_of_many_stays_is_found_by_each_booking_and_by_name_and_booking(store: SqlStore) -> None:
    with store.write() as t:
        guest, other = a_guest(t, "Claire Martin"), a_guest(t, "Benoît Martin")
        theirs = a_conversation(t, guest)
        a_conversation(t, other)
        for number in range(20):
            a_reservation(t, guest, external_id=f"HMX{7000 + number}Q")
    for number in (0, 19):
        assert found(store, f"x{7000 + number}q") == [theirs.id]
        assert found(store, f"martin {7000 + number}") == [theirs.id]
    assert found(store, "benoit 7019") == []


def test_messages_of_one_conversation_are_found_however_they_are_mixed_with_others(store: SqlStore) -> None:
    with store.write() as t:
        first, second = a_conversation(t), a_conversation(t)
        for number in range(6):
            an_inbound(t, (first, second)[number % 2], f"word{number} common")
    for number in range(6):
        assert found(store, f"word{number}") == [(first, second)[number % 2].id]
    assert found(store, "common") == [second.id, first.id]
