"""Where guests of the sample hotel write, and where they hear the desk: one place for each simulated vendor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from adapters.sandbox.script import Later, Person

Heard = Callable[[Person, Later], None]
"""Who has heard the desk, and the way by which they would answer (its text is still to be written)."""


class Place(Protocol):
    """One vendor's simulator with the guests behind it."""

    vendor: str
    """As ``house.ACCOUNTS`` names it."""

    def begin(self, heard: Heard) -> None:
        """From now on the guests listen."""
        ...

    def write(self, later: Later) -> None:
        """A guest writes now."""
        ...
