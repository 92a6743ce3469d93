"""What Booking.com's error bodies mean, with the number by which its support finds the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct

from tui_inbox.domain.errors import AccountBlocked, ChannelError, NotSent, Rejected, Unknown

if TYPE_CHECKING:
    from adapters._answers import Answer


S = TypeVar("S", bound=Struct)


class _Meta(Struct):
    ruid: object = None


class _Data(Struct):
    ok: object = None


class _Body(Struct):
    meta: object = None
    errors: object = None
    data: object = None
    success: object = None


def explain(answer: Answer) -> ChannelError | None:
    """The error of an answer by its status, or by its body where the status is a 2xx; None when there is none."""
    try:
        body = msgspec.json.decode(answer.content, type=_Body)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        body = _Body()
    said_no = bool(body.errors) or _no(body.success) or _no(_in(body.data, _Data()).ok)
    if 200 <= answer.status < 300 and not said_no:
        return None
    kind, code = _classed(answer.status)
    if kind is None:
        return None
    return kind(
        code,
        vendor_text=_words(body),
        http_status=answer.status,
        retry_after=answer.retry_after(),
    )


def _classed(status: int) -> tuple[type[ChannelError] | None, str]:
    match status:
        case 401:
            return AccountBlocked, "auth"
        case 403:
            return AccountBlocked, "property_forbidden"
        case 404 | 410:
            return Rejected, "not_found"
        case 429:
            return NotSent, "rate_limited"
        case 408:
            return Unknown, "timeout"
        case 503:
            return None, ""  # Whether it may be repeated depends on its Retry-After.
        case _ if status >= 500:
            return Unknown, "vendor_down"
        case _ if 300 <= status < 400:
            return None, ""
        case _:
            return Rejected, "refused"


def _words(body: _Body) -> str:
    told = body.errors if isinstance(body.errors, list) else [body.errors]
    parts = [_text(one) for one in told if one]
    ruid = _in(body.meta, _Meta()).ruid
    if isinstance(ruid, str) and ruid:
        parts.append(f"ruid {ruid}")
    return "; ".join(part for part in parts if part)[:500]


def _text(one: object) -> str:
    if isinstance(one, dict):
        return " ".join(str(one[key]) for key in ("code", "title", "message", "description") if one.get(key))
    return str(one)


def _in(value: object, otherwise: S) -> S:
    try:
        return msgspec.convert(value, type(otherwise))
    except msgspec.ValidationError:
        return otherwise


def _no(value: object) -> bool:
    return value is False or (isinstance(value, str) and value.strip().lower() == "false")
