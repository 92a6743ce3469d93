"""Sources of stays: one package each, named once in ``SOURCES`` and imported only when it is used.

Every class named here has ``Settings`` (a frozen msgspec structure: its table of the configuration), ``NEEDS`` and
``LIMITS`` (codes) and ``open(name, settings, secrets, zone)``; importing its module imports no network library.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tui_inbox.ports.bookings import BookingSource
    from tui_inbox.ports.secrets import Secrets

SOURCES: Mapping[str, str] = {
    "mews": "adapters.mews:MewsHotels",
    "channex": "adapters.channex:ChannexBookings",
    "ical": "adapters.ical:Calendars",
}
"""Type in the configuration -> module and class."""

S = TypeVar("S")


class SourceAdapter(Protocol[S]):
    """What the composition root asks of a class in ``SOURCES``."""

    Settings: type[S]
    LABEL: str
    """The vendor's proper name."""
    NEEDS: tuple[str, ...]
    LIMITS: tuple[str, ...]

    def open(self, name: str, settings: S, secrets: Secrets, zone: ZoneInfo) -> BookingSource:
        """Connect lazily: no network yet. ``zone`` turns a vendor's UTC into the hotel's dates. Raises ``Refused``."""
        ...


def load_source(type_: str) -> SourceAdapter[Any]:
    """The class for a type of the configuration. Raises ``KeyError`` for an unknown one."""
    module, name = SOURCES[type_].split(":")
    found: SourceAdapter[Any] = getattr(import_module(module), name)
    return found
