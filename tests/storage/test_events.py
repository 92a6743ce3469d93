from __future__ import annotations

from tests.storage.rows import NOW, at
from tui_inbox.domain.event import Code, Event
from tui_inbox.ports.store import Store


def test_undo_takes_the_operators_newest_event_that_can_be_undone(store: Store) -> None:
    with store.write() as t:
        closed = t.events.add(Event(0, at(0), Code.CLOSED, "ana", 4, 3, {"n": 1, "to": "x"}, undo='{"state":"open"}'))
        tagged = t.events.add(Event(0, at(1), Code.TAGGED, "ana", 4, undo="{}"))
        t.events.add(Event(0, at(2), Code.CREATED, "ana", 4))
        t.events.add(Event(0, at(3), Code.CLOSED, "ben", 4, undo="{}"))
        assert t.events.last_undoable("ana") == tagged
        t.events.undone(tagged.id, at(4))
        assert t.events.last_undoable("ana") == closed
        t.events.undone(closed.id, at(5))
        assert t.events.last_undoable("ana") is None


def test_events_between_two_times_include_the_last_but_not_the_first(store: Store) -> None:
    with store.write() as t:
        for minute in (3, 0, 2, 1):
            t.events.add(Event(0, at(minute), Code.SNOOZED, "", 4))
        t.events.add(Event(0, at(2), Code.SNOOZED, "", 5))
        assert [row.at for row in t.events.between(4, at(0), at(2))] == [at(1), at(2)]
        assert [row.at for row in t.events.between(4, at(1), None)] == [at(2), at(3)]


def test_activity_is_of_the_conversation_and_the_guest_newest_first(store: Store) -> None:
    with store.write() as t:
        one = t.events.add(Event(0, at(0), Code.CLOSED, "ana", 4, 3, {"n": 1}))
        two = t.events.add(Event(0, at(1), Code.GUEST_EDITED, "ben", None, 3))
        t.events.add(one._replace(conversation_id=5, guest_id=6))
        t.events.undone(one.id, NOW)
        rows = t.events.activity(4, 3, 9)
        assert [(row.id, row.code, row.actor, row.params, row.undone) for row in rows] == [
            (two.id, Code.GUEST_EDITED, "ben", {}, False),
            (one.id, Code.CLOSED, "ana", {"n": 1}, True),
        ]
        assert len(t.events.activity(4, 3, 1)) == 1
