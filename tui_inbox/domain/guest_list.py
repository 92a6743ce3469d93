"""Guest lists: a saved selection of guests, made of criteria that are data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.reservation import Phase


class Shape(StrEnum):
    """How the value of a criterion is written."""

    TEXT = "text"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"
    """``YYYY-MM-DD``, in the hotel's calendar."""
    CHOICE = "choice"


class Criterion(NamedTuple):
    code: str
    shape: Shape
    of_stay: bool = False
    """All criteria of a stay must hold for one and the same stay of the guest's."""
    choices: tuple[str, ...] = ()


YES, NO = "yes", "no"
MOST_DAYS = 3660
"""Days or nights that a criterion may speak of."""

CRITERIA: tuple[Criterion, ...] = (
    Criterion("language", Shape.TEXT),
    Criterion("country", Shape.TEXT),
    Criterion("vip", Shape.YES_NO),
    Criterion("tag", Shape.TEXT),
    Criterion("phone", Shape.YES_NO),
    Criterion("email", Shape.YES_NO),
    Criterion("whatsapp", Shape.YES_NO),
    Criterion("opted_out", Shape.TEXT),
    Criterion("phase", Shape.CHOICE, of_stay=True, choices=tuple(phase.value for phase in Phase)),
    Criterion("arriving_within", Shape.NUMBER, of_stay=True),
    Criterion("departing_within", Shape.NUMBER, of_stay=True),
    Criterion("nights_from", Shape.NUMBER, of_stay=True),
    Criterion("nights_to", Shape.NUMBER, of_stay=True),
    Criterion("room_type", Shape.TEXT, of_stay=True),
    Criterion("source", Shape.TEXT, of_stay=True),
    Criterion("last_stay_before", Shape.DATE),
    Criterion("last_stay_after", Shape.DATE),
    Criterion("stays_from", Shape.NUMBER),
    Criterion("stays_to", Shape.NUMBER),
)
"""``opted_out`` is a channel's code; a last stay is one that has ended; stays are counted from their arrival on."""

BY_CODE: Mapping[str, Criterion] = {criterion.code: criterion for criterion in CRITERIA}
UPCOMING: Mapping[str, str] = {"arriving_within": str(MOST_DAYS)}
"""Whoever arrives today or later."""


class GuestList(NamedTuple):
    id: int
    name: str
    criteria: Mapping[str, str] = {}
    """Code -> value as it is written; every one must hold."""
    place: int = 0
    """Order in which the hotel's lists are shown."""
    updated_by: str = ""
    updated_at: datetime | None = None


def tidied(criteria: Mapping[str, str]) -> dict[str, str]:
    """Without the empty ones, in the order of the table. Raises ``Refused("bad_criterion")`` for the first bad one."""
    given = {code: clean_line(value) for code, value in criteria.items()}
    for code, value in given.items():
        if value and (code not in BY_CODE or not _fits(BY_CODE[code], value)):
            raise Refused("bad_criterion", criterion=code, value=value)
    return {criterion.code: given[criterion.code] for criterion in CRITERIA if given.get(criterion.code)}


def _fits(criterion: Criterion, value: str) -> bool:
    match criterion.shape:
        case Shape.YES_NO:
            return value in (YES, NO)
        case Shape.NUMBER:
            return value.isascii() and value.isdigit() and len(value) <= 4 and int(value) <= MOST_DAYS
        case Shape.DATE:
            return _is_date(value)
        case Shape.CHOICE:
            return value in criterion.choices
    return len(value) <= 80


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
