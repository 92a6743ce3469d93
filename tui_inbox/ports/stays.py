"""The part of the store that holds stays and what happened to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from tui_inbox.domain.booking import StayEvent
from tui_inbox.domain.reservation import Reservation


class Reservations(Protocol):
    def get(self, reservation_id: int) -> Reservation | None: ...

    def load(self, reservation_id: int) -> Reservation:
        """For change. Raises ``NotFound``."""
        ...

    def by_source(self, source: str, external_id: str, *, for_change: bool = False) -> Reservation | None:
        """``for_change`` reads it as ``load`` does."""
        ...

    def any_of(self, source: str) -> bool:
        """Did this source ever tell of a stay?"""
        ...

    def of_code(self, ota_code: str) -> Sequence[Reservation]:
        """All with the booking's code at its OTA, oldest first, for change."""
        ...

    def by_code(self, ota_code: str) -> Reservation | None:
        """By the booking's code at its OTA, the newest stay."""
        ...

    def of_guest(self, guest_id: int) -> Sequence[Reservation]:
        """Newest arrival first."""
        ...

    def of_group(self, source: str, group_id: str) -> Sequence[Reservation]:
        """The rooms of one booking, oldest first; none without a ``group_id``."""
        ...

    def add(self, reservation: Reservation) -> Reservation: ...

    def put(self, reservation: Reservation) -> None: ...

    def move(self, guest_id: int, to_guest_id: int) -> Sequence[int]: ...

    def arriving(self, first: date, last: date, after_id: int, limit: int) -> Sequence[Reservation]:
        """Live ones with arrival in [first, last], by id."""
        ...


class StayEvents(Protocol):
    """What happened to stays, until their messages are made."""

    def add(self, event: StayEvent) -> StayEvent | None:
        """None when this stay, kind and revision were noted before."""
        ...

    def waiting(self, limit: int) -> Sequence[StayEvent]:
        """Not handled yet, oldest first, for change."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[StayEvent]:
        """Those of them whose time has come."""
        ...

    def load(self, event_id: int) -> StayEvent | None:
        """For change."""
        ...

    def latest(self, since: datetime, limit: int) -> Sequence[StayEvent]:
        """Not handled yet, or that happened since then; newest first."""
        ...

    def handled(self, event_id: int, at: datetime, outcome: str = "") -> None: ...

    def put(self, event: StayEvent) -> None: ...

    def of_reservation(self, reservation_id: int) -> Sequence[StayEvent]:
        """Oldest first."""
        ...
