"""The month's SMS: how many parts are gone, how many there will be, and when somebody is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

SETTLED = timedelta(days=1)
"""How much of a month must be over before its end is guessed from it."""


class Mark(IntEnum):
    """What the bar has to say; per cent."""

    NONE = 0
    NEAR = 80
    USED_UP = 100


class Budget(NamedTuple):
    """One account's month, in parts as they are billed."""

    limit: int
    """0: none."""
    used: int

    def allows(self, parts: int) -> bool:
        return not self.limit or self.used + parts <= self.limit

    @property
    def percent(self) -> int:
        return self.used * 100 // self.limit if self.limit else 0

    @property
    def mark(self) -> Mark:
        """The highest that is reached."""
        return max((mark for mark in Mark if self.percent >= mark), default=Mark.NONE) if self.limit else Mark.NONE


def month_of(now: datetime) -> str:
    """``YYYY-MM`` in UTC: vendors count so, and what is compared must be cut alike."""
    return f"{now.astimezone(UTC):%Y-%m}"


def begins(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def ends(now: datetime) -> datetime:
    """The first moment of the next month."""
    return begins(begins(now) + timedelta(days=32))


def forecast(used: int, now: datetime) -> int | None:
    """Parts at the end of the month if it goes on like this; None on its first day."""
    gone, whole = now - begins(now), ends(now) - begins(now)
    return None if gone < SETTLED else round(used * (whole / gone))
