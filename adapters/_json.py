"""Vendors' JSON into typed structures: tolerant of broken text, strict about shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from tui_inbox.domain.errors import Malformed, NotSent

if TYPE_CHECKING:
    from adapters._answers import Answer

T = TypeVar("T")


class _Decoding(dict[Any, Callable[[bytes], Any]]):
    """Each made once: a webhook's items are small, and looking a type up takes as long as decoding one."""

    def __missing__(self, type_: Any) -> Callable[[bytes], Any]:
        found = self[type_] = msgspec.json.Decoder(type_).decode
        return found


DECODE = _Decoding()
"""Type -> what decodes it."""


def decoded(content: bytes, type_: type[T]) -> T:
    """Typed content; lone surrogates and broken UTF-8 become replacement characters. Raises ``Malformed``."""
    try:
        found: T = DECODE[type_](content)
        return found
    except msgspec.ValidationError:
        raise Malformed("bad_payload") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        loose = json.loads(content.decode("utf-8", "replace"))
        mended = json.dumps(loose, ensure_ascii=False).encode("utf-8", "replace")
        return msgspec.json.decode(mended, type=type_)
    except (ValueError, RecursionError):
        raise Malformed("bad_payload") from None


def answered(answer: Answer, type_: type[T]) -> T:
    """What a read gave; an answer that is something else (a web page) is asked again later. Raises ``NotSent``."""
    try:
        return decoded(answer.content, type_)
    except Malformed:
        raise NotSent("unreadable_answer", http_status=answer.status) from None


_clock = msgspec.json.Decoder(datetime, strict=False).decode
"""A moment from Unix seconds: 0.07 µs, where ``datetime.fromtimestamp`` takes 0.4."""


def moment_of(seconds: str | int | float | None) -> datetime | None:
    """Unix seconds, as a number or a string of digits, in UTC; None when absent or out of any calendar."""
    try:
        if isinstance(seconds, str):
            if seconds.isdigit():
                return _clock(seconds)
        elif isinstance(seconds, int):
            return _clock(str(seconds))
    except ValueError:
        pass  # Digits of another script, or too many.
    try:
        return datetime.fromtimestamp(float(seconds), UTC) if seconds is not None else None
    except (ValueError, OverflowError, OSError):
        return None


def moment_of_milliseconds(number: int) -> datetime | None:
    """The same of a moment after 1970 in milliseconds."""
    digits = str(number)
    try:
        return _clock(f"{digits[:-3]}.{digits[-3:]}")
    except ValueError:
        return None
