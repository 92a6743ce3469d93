"""Guests and their handles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from storage import search
from storage.engine import Connection, in_list
from storage.guest_directory import SqlGuestDirectory
from storage.records import Record
from storage.reservations import LIVE
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.fold import plain
from tui_inbox.domain.guest import Guest, Handle

_GUEST = Record(Guest, stamped=("created_at", "updated_at"))
_HANDLE = Record(Handle, stamped=("created_at",))
_SELECT = f"SELECT {_GUEST.columns('g')} FROM guest g "
_SELECT_HANDLE = f"SELECT {_HANDLE.select} FROM handle "


def _sort_name(guest: Guest) -> str:
    """Whoever has no name comes after all that have one."""
    return plain(guest.name) or "\U0010ffff"


class SqlGuests(SqlGuestDirectory):
    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self._db = db

    def _all(self, where: str, **params: object) -> Sequence[Guest]:
        return [_GUEST.read(row) for row in self._db.all(_SELECT + where, **params)]

    def get(self, guest_id: int) -> Guest | None:
        row = self._db.one(_SELECT + "WHERE g.id = :id", id=guest_id)
        return _GUEST.read(row) if row else None

    def load(self, guest_id: int) -> Guest:
        row = self._db.one(_SELECT + "WHERE g.id = :id" + self._db.for_update, id=guest_id)
        if row is None:
            raise NotFound(f"guest {guest_id}")
        return _GUEST.read(row)

    def add(self, guest: Guest) -> Guest:
        new = self._db.insert("guest", **_GUEST.values(guest), sort_name=_sort_name(guest))
        added = guest._replace(id=new)
        search.put_guest(self._db, new)
        return added

    def put(self, guest: Guest) -> None:
        self._db.update("guest", {"id": guest.id}, **_GUEST.values(guest), sort_name=_sort_name(guest))
        search.put_guest(self._db, guest.id)

    def by_handle(self, channel: str, address: str) -> Sequence[Guest]:
        return self._all(
            "JOIN handle h ON h.guest_id = g.id WHERE h.channel = :channel AND h.address = :address"
            " AND g.merged_into IS NULL ORDER BY g.id",
            channel=channel,
            address=address,
        )

    def former(self, guest_id: int) -> Sequence[int]:
        rows = self._db.all(
            "WITH RECURSIVE gone(id) AS (SELECT id FROM guest WHERE merged_into = :id"
            " UNION SELECT g.id FROM guest g JOIN gone ON g.merged_into = gone.id) SELECT id FROM gone ORDER BY id",
            id=guest_id,
        )
        return [row[0] for row in rows]

    def by_handles(self, channel: str, addresses: Sequence[str]) -> dict[str, list[Guest]]:
        marks, params = in_list("address", addresses)
        found: dict[str, list[Guest]] = {}
        for address, *row in self._db.all(
            f"SELECT h.address, {_GUEST.columns('g')} FROM handle h JOIN guest g ON g.id = h.guest_id"
            f" WHERE h.channel = :channel AND h.address IN ({marks}) AND g.merged_into IS NULL ORDER BY g.id",
            channel=channel,
            **params,
        ):
            found.setdefault(address, []).append(_GUEST.read(tuple(row)))
        return found

    def by_contact(self, *, phone: str = "", email: str = "") -> Sequence[Guest]:
        marks, params = in_list("address", [address for address in (phone, email) if address])
        return self._all(
            "WHERE g.merged_into IS NULL AND g.id IN ("
            "SELECT id FROM guest WHERE phone <> '' AND phone = :phone"
            " UNION SELECT id FROM guest WHERE email <> '' AND email = :email"
            f" UNION SELECT guest_id FROM handle WHERE address IN ({marks})) ORDER BY g.id",
            phone=phone,
            email=email,
            **params,
        )

    def handles(self, guest_id: int) -> Sequence[Handle]:
        rows = self._db.all(_SELECT_HANDLE + "WHERE guest_id = :guest_id ORDER BY id", guest_id=guest_id)
        return [_HANDLE.read(row) for row in rows]

    def add_handle(self, handle: Handle) -> Handle:
        new = self._db.insert_or_ignore("handle", **_HANDLE.values(handle))
        if new is not None:
            search.put_guest(self._db, handle.guest_id)
            return handle._replace(id=new)
        (row,) = self._db.all(
            _SELECT_HANDLE + "WHERE channel = :channel AND address = :address AND guest_id = :guest_id",
            channel=handle.channel,
            address=handle.address,
            guest_id=handle.guest_id,
        )
        return _HANDLE.read(row)

    def put_handle(self, handle: Handle) -> None:
        self._db.update("handle", {"id": handle.id}, **_HANDLE.values(handle))
        search.put_guest(self._db, handle.guest_id)

    def move_handle(self, handle_id: int, guest_id: int) -> None:
        before = self._db.value("SELECT guest_id FROM handle WHERE id = :id", id=handle_id)
        self._db.update("handle", {"id": handle_id}, guest_id=guest_id)
        for changed in (before, guest_id):
            if changed is not None:
                search.put_guest(self._db, changed)

    def in_room(self, room: str, today: date) -> Sequence[Guest]:
        return self._all(
            "WHERE g.merged_into IS NULL AND g.id IN (SELECT r.guest_id FROM reservation r WHERE r.room = :room"
            f" AND r.arrival <= :today AND r.departure >= :today AND r.status IN {LIVE}) ORDER BY g.id",
            room=room,
            today=today.isoformat(),
        )
