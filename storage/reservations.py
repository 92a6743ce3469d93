"""Reservations, as their source last told them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from storage import search
from storage.engine import Connection
from storage.records import Record
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.reservation import Reservation

RESERVATION = Record(Reservation, stamped=("created_at", "updated_at"))
_SELECT = f"SELECT {RESERVATION.select} FROM reservation "
LIVE = "('pending', 'confirmed')"
"""Stays that are still to happen or did: neither declined, cancelled nor missed."""


class SqlReservations:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def _one(self, where: str, **params: object) -> Reservation | None:
        row = self._db.one(_SELECT + where, **params)
        return RESERVATION.read(row) if row else None

    def _all(self, where: str, **params: object) -> Sequence[Reservation]:
        return [RESERVATION.read(row) for row in self._db.all(_SELECT + where, **params)]

    def get(self, reservation_id: int) -> Reservation | None:
        return self._one("WHERE id = :id", id=reservation_id)

    def load(self, reservation_id: int) -> Reservation:
        found = self._one("WHERE id = :id" + self._db.for_update, id=reservation_id)
        if found is None:
            raise NotFound(f"reservation {reservation_id}")
        return found

    def by_source(self, source: str, external_id: str, *, for_change: bool = False) -> Reservation | None:
        where = "WHERE source = :source AND external_id = :external_id" + (self._db.for_update if for_change else "")
        return self._one(where, source=source, external_id=external_id)

    def any_of(self, source: str) -> bool:
        return bool(self._db.all("SELECT 1 FROM reservation WHERE source = :source LIMIT 1", source=source))

    def of_code(self, ota_code: str) -> Sequence[Reservation]:
        where = f"WHERE ota_code = :code ORDER BY id{self._db.for_update}"
        return self._all(where, code=ota_code) if ota_code else ()

    def by_code(self, ota_code: str) -> Reservation | None:
        return (
            self._one("WHERE ota_code = :code ORDER BY arrival DESC, id DESC LIMIT 1", code=ota_code)
            if ota_code
            else None
        )

    def of_guest(self, guest_id: int) -> Sequence[Reservation]:
        return self._all("WHERE guest_id = :guest_id ORDER BY arrival DESC, id DESC", guest_id=guest_id)

    def of_group(self, source: str, group_id: str) -> Sequence[Reservation]:
        # Named apart from the empty ones, so that the index of groups serves it.
        where = "WHERE source = :source AND group_id = :group_id AND group_id <> '' ORDER BY id"
        return self._all(where, source=source, group_id=group_id)

    def add(self, reservation: Reservation) -> Reservation:
        added = reservation._replace(id=self._db.insert("reservation", **RESERVATION.values(reservation)))
        search.put_guest(self._db, added.guest_id)
        return added

    def put(self, reservation: Reservation) -> None:
        before = self._db.value("SELECT guest_id FROM reservation WHERE id = :id", id=reservation.id)
        self._db.update("reservation", {"id": reservation.id}, **RESERVATION.values(reservation))
        for guest_id in {before, reservation.guest_id} - {None}:
            search.put_guest(self._db, guest_id)

    def move(self, guest_id: int, to_guest_id: int) -> Sequence[int]:
        rows = self._db.all("SELECT id FROM reservation WHERE guest_id = :guest_id ORDER BY id", guest_id=guest_id)
        self._db.update("reservation", {"guest_id": guest_id}, guest_id=to_guest_id)
        for changed in (guest_id, to_guest_id):
            search.put_guest(self._db, changed)
        return [row[0] for row in rows]

    def arriving(self, first: date, last: date, after_id: int, limit: int) -> Sequence[Reservation]:
        return self._all(
            f"WHERE arrival >= :first AND arrival <= :last AND id > :after_id AND status IN {LIVE}"
            " ORDER BY id LIMIT :limit",
            first=first.isoformat(),
            last=last.isoformat(),
            after_id=after_id,
            limit=limit,
        )
