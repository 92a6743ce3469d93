"""Where a stream of the vendor's lists stands between two polls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from msgspec import Struct

OVERLAP = timedelta(minutes=10)
"""How far each poll reaches behind the newest entry seen, for those that the vendor listed late."""


class Cursor(Struct, frozen=True):
    """The newest moment of a finished pass, and the page that an unfinished one goes on at."""

    watermark: str = ""
    next: str = ""
    newest: str = ""


C = TypeVar("C", bound=Cursor)


def place(text: str, account: str, type_: type[C]) -> C:
    """A cursor that cannot be read starts from the beginning: what was stored before is skipped by its id."""
    try:
        found = msgspec.json.decode(text, type=type_) if text else type_()
    except msgspec.DecodeError:
        return type_()
    return found if not found.next or found.next.startswith(f"{account}/") else type_(found.watermark)


def stamp(at: datetime) -> str:
    """ISO in UTC with whole seconds, so that stamps compare as text."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def written(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


def start(cursor: Cursor, since: datetime | None) -> datetime | None:
    """From when on to list: a little before the watermark, at first from ``since``."""
    return datetime.fromisoformat(cursor.watermark) - OVERLAP if cursor.watermark else since
