"""The guest directory: by name, or what was typed of a name, phone, mail address, booking number or room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from storage import search
from storage.engine import Connection, in_list
from storage.guest_lists import of_list
from storage.reservations import LIVE, RESERVATION
from tui_inbox.domain.reservation import Reservation, phase, stay_now
from tui_inbox.rows import GuestRow, Key, StayNow

_MOST_FOUND = 500
"""Guests that one question may find: who needs more types another letter."""


class SqlGuestDirectory:
    def __init__(self, db: Connection) -> None:
        self._connection = db

    def directory(
        self,
        search: str,
        today: date,
        after: Key | None,
        limit: int,
        guest_list: int | None = None,
        property_: str = "",
    ) -> Sequence[GuestRow]:
        where = ["g.merged_into IS NULL"]
        params: dict[str, object] = {"limit": limit}
        if guest_list is not None:
            chosen = of_list(self._connection, guest_list, today, property_)
            if chosen is None:
                return []
            where.append(f"g.id IN ({chosen[0]})")
            params |= chosen[1]
        if search.strip():
            marks, found = in_list("found", self._found(search.strip(), today))
            where.append(f"g.id IN ({marks})")
            params |= found
        if after is not None:
            where.append("(g.sort_name, g.id) > ((SELECT sort_name FROM guest WHERE id = :after), :after)")
            params["after"] = after.id
        rows = self._connection.all(
            "SELECT g.id, g.name, g.phone, g.email, g.language, g.vip, (SELECT c.id FROM conversation c"
            " WHERE c.guest_id = g.id ORDER BY c.last_at DESC, c.id DESC LIMIT 1)"
            f" FROM guest g WHERE {' AND '.join(where)} ORDER BY g.sort_name, g.id LIMIT :limit",
            **params,
        )
        stays = self._stays([row[0] for row in rows], today)
        return [
            GuestRow(guest_id, name, phone, email, language, bool(vip), stays.get(guest_id), conversation_id)
            for guest_id, name, phone, email, language, vip, conversation_id in rows
        ]

    def _found(self, question: str, today: date) -> list[int]:
        rooms = self._connection.all(
            "SELECT guest_id FROM reservation WHERE room = :room AND arrival <= :today AND departure >= :today"
            f" AND status IN {LIVE}",
            room=question,
            today=today.isoformat(),
        )
        return [row[0] for row in rooms] + search.guest_ids(self._connection, question, _MOST_FOUND)

    def _stays(self, guest_ids: Sequence[int], today: date) -> dict[int, StayNow]:
        marks, params = in_list("guest", guest_ids)
        of_guest: dict[int, list[Reservation]] = defaultdict(list)
        sql = f"SELECT {RESERVATION.select} FROM reservation WHERE guest_id IN ({marks})"
        for row in self._connection.all(sql, **params):
            stay = RESERVATION.read(row)
            of_guest[stay.guest_id].append(stay)
        return {guest_id: short for guest_id, stays in of_guest.items() if (short := _short(stays, today))}


def _short(stays: Sequence[Reservation], today: date) -> StayNow | None:
    stay = stay_now(stays, today)
    return StayNow(stay.id, phase(stay, today), stay.room, stay.arrival, stay.departure) if stay else None
