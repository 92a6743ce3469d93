"""A free room, table or slot, offered to an ordered list of guests: one after the other, or first come first served."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class OfferMode(StrEnum):
    TURN = "turn"
    """Each has it alone until the time to answer is over; a yes takes it (double confirmation)."""
    FIRST = "first"
    """The next is asked after the delay while the others may still say yes."""


class OfferState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    NOBODY = "nobody"
    """Everybody was asked and nobody took it."""
    WITHDRAWN = "withdrawn"


class AskedState(StrEnum):
    WAITING = "waiting"
    ASKED = "asked"
    YES = "yes"
    NO = "no"
    SILENT = "silent"
    """The time to answer is over."""
    LATE = "late"
    """Said yes when it was gone."""
    LEFT_OUT = "left_out"


class Offer(NamedTuple):
    id: int
    title: str
    text: str
    """With variables; ``minutes_left`` and ``offer`` are its own."""
    channels: tuple[str, ...]
    minutes: int
    """To answer or, first come first served, before the next is asked."""
    mode: OfferMode = OfferMode.TURN
    state: OfferState = OfferState.OPEN
    taken_by: int | None = None
    created_by: str = ""
    created_at: datetime | None = None
    ended_at: datetime | None = None
    property: str = ""
    """Whoever made it may see the guests of this property alone; empty: all."""


class Asked(NamedTuple):
    offer_id: int
    guest_id: int
    place: int = 0
    state: AskedState = AskedState.WAITING
    reason: str = ""
    asked_at: datetime | None = None
    reply_by: datetime | None = None
    answered_at: datetime | None = None
    outbox_id: int | None = None


def next_turn(offer: Offer, asked: Sequence[Asked], now: datetime) -> Asked | None:
    """Whom to ask now; None while somebody's time runs or nobody is left."""
    if offer.state is not OfferState.OPEN:
        return None
    running = [one for one in asked if one.state is AskedState.ASKED and one.reply_by and one.reply_by > now]
    if running:
        return None
    return next((one for one in sorted(asked, key=lambda one: one.place) if one.state is AskedState.WAITING), None)


def is_over(offer: Offer, asked: Sequence[Asked], now: datetime) -> bool:
    """Has everybody been asked, and is the last one's time over?"""
    if offer.state is not OfferState.OPEN:
        return False
    return not any(
        one.state is AskedState.WAITING
        or (one.state is AskedState.ASKED and (one.reply_by is None or one.reply_by > now))
        for one in asked
    )


def minutes_left(asked: Asked, now: datetime) -> int:
    """Whole minutes, none below zero."""
    return max(0, int((asked.reply_by - now) / timedelta(minutes=1))) if asked.reply_by else 0
