"""The stay that matters now."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.domain.reservation import Phase, Reservation, ReservationStatus, is_live, others, phase, stay_now

TODAY = date(2026, 11, 22)


def stay(number: int, first: int, nights: int, status: ReservationStatus = ReservationStatus.CONFIRMED) -> Reservation:
    arrival = TODAY + timedelta(days=first)
    return Reservation(number, 1, "csv", str(number), arrival, arrival + timedelta(days=nights), status)


@pytest.mark.parametrize(
    ("first", "nights", "expected"),
    [
        (1, 2, Phase.FUTURE),
        (0, 2, Phase.ARRIVING),
        (-1, 2, Phase.IN_HOUSE),
        (-2, 2, Phase.DEPARTING),
        (-3, 2, Phase.PAST),
        (0, 0, Phase.ARRIVING),
    ],
)
def test_phase(first: int, nights: int, expected: Phase) -> None:
    assert phase(stay(1, first, nights), TODAY) is expected


def test_nobody_comes_on_a_cancelled_stay() -> None:
    assert phase(stay(1, 0, 2, ReservationStatus.CANCELLED), TODAY) is Phase.NONE
    assert phase(None, TODAY) is Phase.NONE


def test_current_then_next_then_latest_then_cancelled() -> None:
    past, older = stay(1, -10, 3), stay(2, -50, 3)
    current, soon, later = stay(3, -1, 3), stay(4, 5, 2), stay(5, 30, 2)
    gone = stay(6, 0, 2, ReservationStatus.CANCELLED)
    everything = [older, later, gone, past, soon, current]
    assert stay_now(everything, TODAY) == current
    assert stay_now([older, later, gone, past, soon], TODAY) == soon
    assert stay_now([older, gone, past], TODAY) == past
    assert stay_now([gone], TODAY) == gone
    assert stay_now([], TODAY) is None
    assert others(everything, current) == (later, soon, gone, past, older)


def test_on_a_change_over_day_the_stay_that_goes_on_matters() -> None:
    leaving, arriving = stay(1, -3, 3), stay(2, 0, 3)
    assert stay_now([leaving, arriving], TODAY) == arriving


def test_of_two_alike_the_newer_record_matters() -> None:
    assert stay_now([stay(1, -1, 2), stay(2, -1, 2)], TODAY) == stay(2, -1, 2)


@given(
    st.lists(
        st.builds(
            stay, st.integers(1, 99), st.integers(-40, 40), st.integers(0, 9), st.sampled_from(ReservationStatus)
        ),
        max_size=8,
    )
)
def test_a_live_stay_always_beats_a_dead_one(stays: list[Reservation]) -> None:
    chosen = stay_now(stays, TODAY)
    assert (chosen is None) == (not stays)
    if chosen is not None and any(is_live(one) for one in stays):
        assert is_live(chosen)
