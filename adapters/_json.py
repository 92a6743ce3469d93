"""Vendors' JSON into typed structures: tolerant of broken text, strict about shape."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from tui_inbox.domain.errors import Malformed, NotSent

if TYPE_CHECKING:
    from adapters._answers import Answer

T = TypeVar("T")


_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}
"""Each made once: a webhook's items are small, and looking a type up takes as long as decoding one."""


def _decoder(type_: type[T]) -> msgspec.json.Decoder[T]:
    found = _DECODERS.get(type_)
    if found is None:
        found = _DECODERS[type_] = msgspec.json.Decoder(type_)
    return found


def decoded(content: bytes, type_: type[T]) -> T:
    """Typed content; lone surrogates and broken UTF-8 become replacement characters. Raises ``Malformed``."""
    try:
        return _decoder(type_).decode(content)
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


def moment_of(seconds: str | int | float | None) -> datetime | None:
    """Unix seconds, as a number or a string of digits, in UTC; None when absent or out of any calendar."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC) if seconds is not None else None
    except (ValueError, OverflowError, OSError):
        return None
