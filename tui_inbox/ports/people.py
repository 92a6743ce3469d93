"""Guests, their lines and what they allow, as the services see them in a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from tui_inbox.domain.guest import Guest, Handle, Line
from tui_inbox.rows import ConsentRow, GuestRow, Key


class Guests(Protocol):
    def get(self, guest_id: int) -> Guest | None: ...

    def load(self, guest_id: int) -> Guest: ...

    def add(self, guest: Guest) -> Guest: ...

    def put(self, guest: Guest) -> None:
        """Writes it and its search entry."""
        ...

    def former(self, guest_id: int) -> Sequence[int]:
        """Those who were merged into this guest, by way of others too."""
        ...

    def by_handle(self, channel: str, address: str) -> Sequence[Guest]:
        """Guests (not merged away) with exactly this handle."""
        ...

    def by_handles(self, channel: str, addresses: Sequence[str]) -> Mapping[str, Sequence[Guest]]:
        """``by_handle`` for many addresses at once; those of nobody are left out."""
        ...

    def by_contact(self, *, phone: str = "", email: str = "") -> Sequence[Guest]:
        """Guests with this phone or mail address on file, whichever the channel."""
        ...

    def handles(self, guest_id: int) -> Sequence[Handle]: ...

    def add_handle(self, handle: Handle) -> Handle:
        """Does nothing but return the stored one when (guest, channel, address) is there."""
        ...

    def put_handle(self, handle: Handle) -> None: ...

    def move_handle(self, handle_id: int, guest_id: int) -> None: ...

    def directory(
        self,
        search: str,
        today: date,
        after: Key | None,
        limit: int,
        guest_list: int | None = None,
        property_: str = "",
    ) -> Sequence[GuestRow]:
        """Search by name, phone part, mail address or room; empty search: by name.

        ``guest_list``: only its guests, as ``GuestLists.members`` has them of a property.
        """
        ...

    def in_room(self, room: str, today: date) -> Sequence[Guest]:
        """Guests of live stays in this room today (arrival to departure day)."""
        ...


class Lines(Protocol):
    """Clocks and stops between own accounts and guest handles."""

    def get(self, account: str, channel: str, address: str) -> Line | None: ...

    def of_handle(self, channel: str, address: str) -> Sequence[Line]:
        """With each of our accounts."""
        ...

    def put(self, line: Line) -> None: ...

    def heard(self, lines: Sequence[tuple[str, str, str]], at: Sequence[datetime]) -> None:
        """The guest wrote on each (account, channel, address) at that time: the clock never goes back."""
        ...

    def of_guest(self, guest_id: int) -> Sequence[Line]: ...

    def stopped(self, channel: str, address: str) -> Line | None:
        """A stop on this handle with any of our accounts."""
        ...


class Consents(Protocol):
    def of_guest(self, guest_id: int) -> Sequence[ConsentRow]: ...

    def refused(self, guest_id: int, medium: str) -> frozenset[str]:
        """Topics that are switched off for this medium."""
        ...

    def put(self, guest_id: int, consent: ConsentRow) -> None: ...
