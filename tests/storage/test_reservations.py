from __future__ import annotations

from datetime import timedelta

from tests.storage.rows import NOW, TODAY, stay
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.ports.store import Store


def test_a_reservation_comes_back_as_written(store: Store) -> None:
    entity = stay(
        3, "R-1", 0, 4, room="204", room_type="Double", ota="Booking.com", ota_code="3812391309", adults=2
    )._replace(
        children=1,
        total="412.00 EUR",
        notes="cot",
        property="annex",
        created_at=NOW,
        updated_at=NOW,
    )
    with store.write() as t:
        added = t.reservations.add(entity)
        changed = added._replace(status=ReservationStatus.CANCELLED, revision=2)
        t.reservations.put(changed)
        assert t.reservations.get(added.id) == changed
        assert t.reservations.by_source("pms", "R-1") == changed
        assert t.reservations.by_source("csv", "R-1") is None


def test_stays_of_a_guest_are_newest_arrival_first(store: Store) -> None:
    with store.write() as t:
        for key, first in (("old", -30), ("next", 20), ("now", 0)):
            t.reservations.add(stay(3, key, first, first + 2))
        assert [row.external_id for row in t.reservations.of_guest(3)] == ["next", "now", "old"]


def test_moving_stays_takes_their_search_words_along(store: Store) -> None:
    with store.write() as t:
        ana, ben = t.guests.add(Guest(0, "Ana")), t.guests.add(Guest(0, "Ben"))
        moved = t.reservations.add(stay(ana.id, "HX4411", 0, 1))
        kept = t.reservations.add(stay(ben.id, "HX9922", 0, 1))
        assert t.reservations.move(ana.id, ben.id) == [moved.id]
        assert {row.id for row in t.reservations.of_guest(ben.id)} == {moved.id, kept.id}
        assert t.reservations.of_guest(ana.id) == []
        assert [row.name for row in t.guests.directory("HX4411", TODAY, None, 5)] == ["Ben"]


def test_arriving_are_live_ones_in_the_days_page_by_page(store: Store) -> None:
    with store.write() as t:
        ids = [t.reservations.add(stay(1, str(day), day, day + 1)).id for day in range(-1, 4)]
        dead = stay(1, "dead", 1, 2, status=ReservationStatus.NO_SHOW)
        t.reservations.add(dead)
        last = TODAY + timedelta(days=2)
        first_page = t.reservations.arriving(TODAY, last, 0, 2)
        rest = t.reservations.arriving(TODAY, last, first_page[-1].id, 9)
        assert [row.id for row in [*first_page, *rest]] == ids[1:4]
