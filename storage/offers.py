"""Offers, and who was asked."""

from __future__ import annotations

from collections.abc import Sequence

from storage.engine import Connection, in_list
from storage.records import Record
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.offer import Asked, Offer

_OFFER = Record(Offer, stamped=("created_at",))
_ASKED = Record(Asked)
_SELECT = f"SELECT {_OFFER.select} FROM offer "
_SELECT_ASKED = f"SELECT {_ASKED.select} FROM asked "


class SqlOffers:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def _all(self, where: str, **params: object) -> Sequence[Offer]:
        return [_OFFER.read(row) for row in self._db.all(_SELECT + where, **params)]

    def get(self, offer_id: int) -> Offer | None:
        found = self._all("WHERE id = :id", id=offer_id)
        return found[0] if found else None

    def load(self, offer_id: int) -> Offer:
        found = self._all("WHERE id = :id" + self._db.for_update, id=offer_id)
        if not found:
            raise NotFound(f"offer {offer_id}")
        return found[0]

    def all(self, limit: int) -> Sequence[Offer]:
        return self._all("ORDER BY id DESC LIMIT :limit", limit=limit)

    def open(self) -> Sequence[Offer]:
        return self._all("WHERE state = 'open' ORDER BY id")

    def add(self, offer: Offer, guest_ids: Sequence[int]) -> Offer:
        added = offer._replace(id=self._db.insert("offer", **_OFFER.values(offer)))
        rows = [(added.id, guest_id, place) for place, guest_id in enumerate(guest_ids)]
        self._db.insert_many("asked", ("offer_id", "guest_id", "place"), rows)
        return added

    def put(self, offer: Offer) -> None:
        self._db.update("offer", {"id": offer.id}, **_OFFER.values(offer))

    def asked(self, offer_id: int) -> Sequence[Asked]:
        rows = self._db.all(_SELECT_ASKED + "WHERE offer_id = :id ORDER BY place", id=offer_id)
        return [_ASKED.read(row) for row in rows]

    def put_asked(self, asked: Asked) -> None:
        where = {"offer_id": asked.offer_id, "guest_id": asked.guest_id}
        self._db.update("asked", where, **_ASKED.values(asked))

    def hold(self, guest_ids: Sequence[int]) -> None:
        marks, params = in_list("guest", guest_ids)
        asked = f"SELECT offer_id FROM asked WHERE guest_id IN ({marks}) AND asked_at IS NOT NULL"
        self._db.all(f"SELECT id FROM offer WHERE id IN ({asked}) ORDER BY id{self._db.for_update}", **params)

    def of_guest(self, guest_id: int) -> Sequence[Asked]:
        rows = self._db.all(
            _SELECT_ASKED + "WHERE guest_id = :id AND asked_at IS NOT NULL ORDER BY offer_id DESC", id=guest_id
        )
        return [_ASKED.read(row) for row in rows]
