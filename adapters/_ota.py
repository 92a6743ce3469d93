"""What the routes to booking sites share: lenient times, and ids that may stand in a path."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tui_inbox.domain.errors import Malformed

_LONGEST_ID = 100
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_from_iso = datetime.fromisoformat
_BARE_DATE = len("2026-11-22")
_FILLING = str.maketrans("", "", "().-")
_ZONE_NAME = re.compile(r"\[[A-Za-z/_]{1,40}\]$")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def moment(text: str | None) -> datetime | None:
    """ISO 8601 in UTC; without a zone it is UTC, ``Z[GMT]`` is one; None when absent or unreadable."""
    if not text or not isinstance(text, str):
        return None
    try:
        at = _from_iso(text)
        if at.tzinfo is None and len(text) > _BARE_DATE:
            at = _from_iso(f"{text}+00:00")  # 0.1 µs, where ``replace`` takes 1.
        if at.tzinfo is UTC:
            return at
    except ValueError:
        pass
    return _any_moment(text)


def _any_moment(text: str) -> datetime | None:
    try:
        at = _from_iso(_ZONE_NAME.sub("", text.strip()))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def checked_id(text: str) -> str:
    """An id that may stand in a path. Raises ``Malformed``."""
    if not is_id(text):
        raise Malformed("bad_payload")
    return text


def is_id(text: str) -> bool:
    if text.replace("-", "").isalnum() and text[0] != "-" and text.isascii() and len(text) <= _LONGEST_ID:
        return True  # Digits or a UUID, in half the pattern's time.
    return _ID.fullmatch(text) is not None


def stamp(at: datetime) -> str:
    """ISO in UTC to the microsecond without a zone, so that stamps compare as text."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def phone(text: str | None) -> str:
    """A number that the site tells in full, as E.164; empty for anything else."""
    if not text:
        return ""
    number = "".join(text.split()).translate(_FILLING)
    return number if _E164.fullmatch(number) else ""
