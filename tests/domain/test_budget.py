from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui_inbox.domain.budget import Budget, Mark, begins, ends, forecast, month_of


@pytest.mark.parametrize(
    ("limit", "used", "mark"),
    [(0, 900, Mark.NONE), (10, 7, Mark.NONE), (10, 8, Mark.NEAR), (10, 9, Mark.NEAR), (10, 10, Mark.USED_UP),
     (3, 2, Mark.NONE), (1, 5, Mark.USED_UP)],
)  # fmt: skip
def test_the_mark_is_the_highest_that_is_reached(limit: int, used: int, mark: Mark) -> None:
    assert Budget(limit, used).mark is mark


def test_a_long_text_needs_all_its_parts() -> None:
    assert Budget(10, 8).allows(2)
    assert not Budget(10, 8).allows(3)
    assert Budget(0, 8).allows(300)


def test_the_month_is_the_vendors() -> None:
    paris = timezone(timedelta(hours=1))
    midnight = datetime(2026, 12, 1, 0, 30, tzinfo=paris)
    assert month_of(midnight) == "2026-11"
    assert begins(midnight) == datetime(2026, 11, 1, tzinfo=UTC)
    assert ends(midnight) == datetime(2026, 12, 1, tzinfo=UTC)
    assert ends(datetime(2026, 12, 31, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hour", "used", "expected"), [(1, 12, 40, None), (2, 0, 10, 300), (16, 0, 100, 200), (30, 23, 100, 100)]
)
def test_the_month_s_end_goes_on_as_it_went(day: int, hour: int, used: int, expected: int | None) -> None:
    assert forecast(used, datetime(2026, 11, day, hour, tzinfo=UTC)) == expected
