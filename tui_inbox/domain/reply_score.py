"""An estimate of the score that a booking site keeps of answers, from what its help pages say of the rule.

The share of guests' messages of the last 30 days that were answered within 24 hours, shown from ten messages on;
what was marked «no reply needed» within 24 hours, while it was unanswered, does not count. The site's own figure is
made once a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

OVER = timedelta(days=30)
LEAST = 10
"""Messages below which the site shows no score."""


class Said(NamedTuple):
    """One message of a conversation."""

    at: datetime
    outbound: bool


class ReplyScore(NamedTuple):
    in_time: int
    counted: int

    @property
    def percent(self) -> int | None:
        """None while there are too few messages."""
        return None if self.counted < LEAST else round(100 * self.in_time / self.counted)

    def __add__(self, other: object) -> ReplyScore:
        assert isinstance(other, ReplyScore)
        return ReplyScore(self.in_time + other.in_time, self.counted + other.counted)


def score(said: Sequence[Said], waived: Sequence[datetime], mark: timedelta, now: datetime) -> ReplyScore:
    """Of one conversation, oldest first; ``waived`` are the moments of «no reply needed».

    A message that nobody has answered counts when its time is over, not before.
    """
    in_time = counted = 0
    answered: datetime | None = None
    for message in reversed(said):
        if message.outbound:
            answered = message.at
            continue
        until = message.at + mark
        open_until = until if answered is None else min(until, answered)
        if not now - OVER <= message.at <= now or any(message.at <= at <= open_until for at in waived):
            continue
        if answered is not None and answered <= until:
            in_time += 1
            counted += 1
        elif answered is not None or now >= until:
            counted += 1
    return ReplyScore(in_time, counted)
