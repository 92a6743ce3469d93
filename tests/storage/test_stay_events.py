from __future__ import annotations

from tests.storage.rows import NOW, TODAY
from tui_inbox.domain.booking import BookingEvent, StayEvent
from tui_inbox.ports.store import Store


def happened(kind: BookingEvent, revision: int = 1, **more: object) -> StayEvent:
    return StayEvent(0, 7, kind, revision, NOW, TODAY, TODAY, **more)  # type: ignore[arg-type]


def test_what_happened_to_a_revision_is_noted_once(store: Store) -> None:
    moved = happened(BookingEvent.RESCHEDULED, was_arrival=TODAY, was_departure=TODAY)
    with store.write() as t:
        added = t.stay_events.add(moved)
        assert added is not None
        assert t.stay_events.add(moved) is None
        assert t.stay_events.add(happened(BookingEvent.RESCHEDULED, 2)) is not None
        assert t.stay_events.of_reservation(7)[0] == added
        assert [event.revision for event in t.stay_events.of_reservation(7)] == [1, 2]


def test_an_event_waits_until_it_is_handled(store: Store) -> None:
    with store.write() as t:
        first, second = (t.stay_events.add(happened(BookingEvent.CONFIRMED, revision)) for revision in (1, 2))
        assert first is not None
        assert second is not None
        t.stay_events.handled(first.id, NOW)
        assert t.stay_events.waiting(9) == [second]
