from __future__ import annotations

from datetime import date

import pytest

from tui_inbox.domain.booking import BookingEvent, events_between
from tui_inbox.domain.reservation import Reservation, ReservationStatus

ARRIVAL, DEPARTURE = date(2026, 12, 1), date(2026, 12, 4)
PENDING, CONFIRMED = ReservationStatus.PENDING, ReservationStatus.CONFIRMED
DECLINED, CANCELLED, NO_SHOW = ReservationStatus.DECLINED, ReservationStatus.CANCELLED, ReservationStatus.NO_SHOW


def stay(status: ReservationStatus, departure: date = DEPARTURE, **more: object) -> Reservation:
    return Reservation(1, 1, "pms", "1", ARRIVAL, departure, status, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        (None, PENDING, BookingEvent.PENDING),
        (None, CONFIRMED, BookingEvent.CONFIRMED),
        (None, CANCELLED, None),
        (PENDING, CONFIRMED, BookingEvent.CONFIRMED),
        (PENDING, CANCELLED, BookingEvent.DECLINED),
        (PENDING, DECLINED, BookingEvent.DECLINED),
        (CONFIRMED, CANCELLED, BookingEvent.CANCELLED),
        (CONFIRMED, NO_SHOW, None),
        (CANCELLED, CONFIRMED, BookingEvent.CONFIRMED),
        (CANCELLED, DECLINED, None),
        (CONFIRMED, CONFIRMED, None),
    ],
)
def test_what_happened_is_what_differs(
    before: ReservationStatus | None, after: ReservationStatus, event: BookingEvent | None
) -> None:
    found = events_between(stay(before) if before else None, stay(after))
    assert found == ((event,) if event else ())


def test_new_dates_of_a_stay_that_lives_on_are_told_and_another_room_is_not() -> None:
    moved = stay(CONFIRMED, date(2026, 12, 5))
    assert events_between(stay(CONFIRMED), moved) == (BookingEvent.RESCHEDULED,)
    assert events_between(stay(CONFIRMED), stay(CONFIRMED, room="204")) == ()
    assert events_between(stay(PENDING), moved) == (BookingEvent.CONFIRMED,)
    assert events_between(stay(CANCELLED), stay(CANCELLED, date(2026, 12, 5))) == ()
