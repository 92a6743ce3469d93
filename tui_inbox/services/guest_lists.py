"""Guest lists: built from criteria while one sees how many fit, saved, ordered, and used as filter and as audience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.guest_list import GuestList, tidied
from tui_inbox.services.desk import SYSTEM, Actor, Desk

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

NAME_CHARS = 40
MOST_MEMBERS = 20_000
"""Guests that one audience is read to."""


class Fitting(NamedTuple):
    """Who fits criteria now."""

    guests: int
    names: tuple[str, ...]
    """The first few; empty where nobody knows a guest's name."""


def listing(tx: Transaction) -> Sequence[GuestList]:
    """In the hotel's order."""
    return tx.guest_lists.all()


def fitting(
    tx: Transaction, desk: Desk, actor: Actor, criteria: Mapping[str, str], now: datetime, names: int = 5
) -> Fitting:
    """Of those whom this operator may see. Raises ``Refused("bad_criterion")``."""
    wanted, today, scope = tidied(criteria), desk.today(now), actor.property or ""
    found = tx.guest_lists.members(wanted, today, None, names, scope)
    return Fitting(tx.guest_lists.count(wanted, today, scope), tuple(name for _id, name in found))


def members(tx: Transaction, desk: Desk, actor: Actor, criteria: Mapping[str, str], now: datetime) -> tuple[int, ...]:
    """Whoever fits now, by name, of those whom this operator may see. Raises ``Refused("list_too_long")``."""
    scope = actor.property or ""
    found = tx.guest_lists.members(tidied(criteria), desk.today(now), None, MOST_MEMBERS + 1, scope)
    if len(found) > MOST_MEMBERS:
        raise Refused("list_too_long", limit=MOST_MEMBERS)
    return tuple(guest_id for guest_id, _name in found)


def of_list(tx: Transaction, desk: Desk, list_id: int, now: datetime) -> tuple[int, ...]:
    """Raises ``NotFound`` when the list is gone."""
    found = tx.guest_lists.get(list_id)
    if found is None:
        raise NotFound(f"guest list {list_id}")
    return members(tx, desk, SYSTEM, found.criteria, now)


def is_on(tx: Transaction, desk: Desk, list_id: int, guest_id: int, now: datetime) -> bool:
    """Does this guest fit? Asked of them alone, however many do. Raises ``NotFound`` when the list is gone."""
    found = tx.guest_lists.get(list_id)
    if found is None:
        raise NotFound(f"guest list {list_id}")
    return tx.guest_lists.fits(guest_id, tidied(found.criteria), desk.today(now))


def save(tx: Transaction, actor: Actor, made: GuestList, now: datetime) -> GuestList:
    """Add (id 0: at the end) or change a list. Raises ``Refused``: name, criteria, or nothing chosen."""
    actor.require_write()
    name, criteria = clean_line(made.name), tidied(made.criteria)
    if not name or len(name) > NAME_CHARS:
        raise Refused("list_name", limit=NAME_CHARS)
    if not criteria:
        raise Refused("list_empty")
    others = [one for one in tx.guest_lists.all() if one.id != made.id]
    if any(one.name.casefold() == name.casefold() for one in others):
        raise Refused("list_exists", name=name)
    stored = made._replace(name=name, criteria=criteria, updated_by=actor.code, updated_at=now)
    if made.id:
        place = tx.guest_lists.load(made.id).place
        stored = stored._replace(place=place)
        tx.guest_lists.put(stored)
    else:
        stored = tx.guest_lists.add(stored._replace(place=max((one.place for one in others), default=-1) + 1))
    tx.changed("guest_list", stored.id)
    return stored


def remove(tx: Transaction, actor: Actor, list_id: int) -> None:
    """What was sent to it stays as it is."""
    actor.require_write()
    tx.guest_lists.load(list_id)
    tx.guest_lists.remove(list_id)
    tx.changed("guest_list", list_id)


def move(tx: Transaction, actor: Actor, list_id: int, by: int) -> None:
    """Up (negative) or down in the order of all; at an end it stays."""
    actor.require_write()
    order = list(tx.guest_lists.all(for_change=True))
    here = next((at for at, one in enumerate(order) if one.id == list_id), None)
    if here is None:
        raise NotFound(f"guest list {list_id}")
    there = min(max(here + by, 0), len(order) - 1)
    order.insert(there, order.pop(here))
    for place, one in enumerate(order):
        if one.place != place:
            tx.guest_lists.put(one._replace(place=place))
            tx.changed("guest_list", one.id)
