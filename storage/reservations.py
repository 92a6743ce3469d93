"""Reservations, as their source last told them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from storage import search
from storage.engine import Connection, in_list
from storage.records import Record
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

    def by_source(self, source: str, external_id: str) -> Reservation | None:
        return self._one(
            "WHERE source = :source AND external_id = :external_id", source=source, external_id=external_id
        )

    def by_code(self, ota_code: str) -> Reservation | None:
        return (
            self._one("WHERE ota_code = :code ORDER BY arrival DESC, id DESC LIMIT 1", code=ota_code)
            if ota_code
            else None
        )

    def of_guest(self, guest_id: int) -> Sequence[Reservation]:
        return self._all("WHERE guest_id = :guest_id ORDER BY arrival DESC, id DESC", guest_id=guest_id)

    def add(self, reservation: Reservation) -> Reservation:
        added = reservation._replace(id=self._db.insert("reservation", **RESERVATION.values(reservation)))
        self._index(added)
        return added

    def put(self, reservation: Reservation) -> None:
        self._db.update("reservation", {"id": reservation.id}, **RESERVATION.values(reservation))
        self._index(reservation)

    def _index(self, stay: Reservation) -> None:
        """A guest is found by the numbers of their bookings."""
        search.put_entry(
            self._db, search.RESERVATION, stay.id, f"{stay.external_id}\n{stay.ota_code}", guest_id=stay.guest_id
        )

    def move(self, guest_id: int, to_guest_id: int) -> Sequence[int]:
        rows = self._db.all("SELECT id FROM reservation WHERE guest_id = :guest_id ORDER BY id", guest_id=guest_id)
        self._db.update("reservation", {"guest_id": guest_id}, guest_id=to_guest_id)
        marks, params = in_list("id", [row[0] for row in rows])
        self._db.run(
            f"UPDATE search_entry SET guest_id = :guest_id WHERE kind = :kind AND ref_id IN ({marks})",
            guest_id=to_guest_id,
            kind=search.RESERVATION,
            **params,
        )
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
