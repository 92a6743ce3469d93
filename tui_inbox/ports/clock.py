"""Time as an argument, so that a test can stand still."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Gives the present moment, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The host's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)
