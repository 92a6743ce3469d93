"""The estimate of a site's reply score."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tui_inbox.domain.reply_score import ReplyScore, Said, score

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(hours=24)


def guest(hours: float) -> Said:
    return Said(NOW - timedelta(hours=hours), outbound=False)


def hotel(hours: float) -> Said:
    return Said(NOW - timedelta(hours=hours), outbound=True)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([guest(50), hotel(40)], (1, 1)),
        ([guest(50), hotel(26)], (1, 1)),
        ([guest(50), hotel(25.9)], (0, 1)),
        ([guest(50), guest(30), hotel(20)], (1, 2)),
        ([guest(50)], (0, 1)),
        ([guest(23)], (0, 0)),
        ([guest(24)], (0, 1)),
        ([guest(23), hotel(1)], (1, 1)),
        ([hotel(60)], (0, 0)),
        ([guest(31 * 24), hotel(31 * 24 - 1)], (0, 0)),
    ],
)
def test_what_was_answered_within_a_day_counts(said: list[Said], expected: tuple[int, int]) -> None:
    assert score(said, (), DAY, NOW) == ReplyScore(*expected)


def test_no_reply_needed_within_a_day_is_left_out_and_later_is_not() -> None:
    said = [guest(50)]
    assert score(said, [NOW - timedelta(hours=27)], DAY, NOW) == ReplyScore(0, 0)
    assert score(said, [NOW - timedelta(hours=25)], DAY, NOW) == ReplyScore(0, 1)
    assert score(said, [NOW - timedelta(hours=51)], DAY, NOW) == ReplyScore(0, 1), "it was said of an earlier one"


def test_what_was_answered_before_no_reply_was_needed_still_counts() -> None:
    said = [guest(50), hotel(49), guest(48)]
    assert score(said, [NOW - timedelta(hours=47)], DAY, NOW) == ReplyScore(1, 1)


def test_a_percentage_is_shown_from_ten_messages_on() -> None:
    assert ReplyScore(9, 9).percent is None
    assert ReplyScore(9, 10).percent == 90
    assert (ReplyScore(1, 2) + ReplyScore(8, 9)).percent == 82
