"""What Twilio's error codes mean for the outbox and for the operator.

From the vendor's published dictionary (men232/twilio-error-codes, 2023) and its documentation pages. The vendor
splits codes over time: an unknown one is permanent for that message and shown with its own text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from tui_inbox.domain.errors import AccountBlocked, ChannelError, NotSent, Rejected, Unknown

if TYPE_CHECKING:
    from adapters._answers import Answer

CODES: Mapping[int, tuple[type[ChannelError], str]] = {
    # Refused for now, "never processed, safe to retry".
    20429: (NotSent, "rate_limited"),
    21611: (NotSent, "queue_full"),
    30001: (NotSent, "queue_full"),
    30022: (NotSent, "rate_limited"),
    63017: (NotSent, "rate_limited"),
    63018: (NotSent, "rate_limited"),
    # The vendor does not know itself.
    20500: (Unknown, "vendor_down"),
    20503: (Unknown, "vendor_down"),
    30410: (Unknown, "timeout"),
    # Told later, by the message's status.
    30003: (Rejected, "handset_off"),
    30008: (Rejected, "not_delivered"),
    30017: (Rejected, "network_busy"),
    30036: (Rejected, "too_late"),
    63009: (Rejected, "network_busy"),
    63010: (Rejected, "network_busy"),
    63012: (Rejected, "network_busy"),
    20404: (Rejected, "not_found"),
    # This address will never work.
    21211: (Rejected, "bad_number"),
    21265: (Rejected, "bad_number"),
    21266: (Rejected, "bad_number"),
    21268: (Rejected, "bad_number"),
    21604: (Rejected, "bad_number"),
    21612: (Rejected, "no_route"),
    21614: (Rejected, "not_mobile"),
    30005: (Rejected, "bad_number"),
    30006: (Rejected, "not_mobile"),
    63003: (Rejected, "not_on_whatsapp"),
    63024: (Rejected, "not_on_whatsapp"),
    63033: (Rejected, "blocked_by_guest"),
    # The guest does not want it.
    21610: (Rejected, "stopped"),
    63014: (Rejected, "blocked_by_guest"),
    63032: (Rejected, "limited_by_vendor"),
    # The window, or the template.
    63016: (Rejected, "window_closed"),
    63027: (Rejected, "template_missing"),
    63028: (Rejected, "template_values"),
    63040: (Rejected, "template_rejected"),
    63041: (Rejected, "template_paused"),
    63042: (Rejected, "template_paused"),
    21654: (Rejected, "template_missing"),
    21655: (Rejected, "template_missing"),
    21656: (Rejected, "template_values"),
    # The content.
    21602: (Rejected, "empty_text"),
    21617: (Rejected, "too_long"),
    21619: (Rejected, "empty_text"),
    21620: (Rejected, "file_refused"),
    21623: (Rejected, "file_refused"),
    30004: (Rejected, "blocked_by_guest"),
    30007: (Rejected, "filtered"),
    63019: (Rejected, "file_refused"),
    63034: (Rejected, "file_refused"),
    # The account: nothing else will leave either.
    20003: (AccountBlocked, "auth"),
    20005: (AccountBlocked, "account_suspended"),
    30002: (AccountBlocked, "account_suspended"),
    30034: (AccountBlocked, "not_registered"),
    21212: (AccountBlocked, "bad_sender"),
    21603: (AccountBlocked, "bad_sender"),
    21606: (AccountBlocked, "bad_sender"),
    21659: (AccountBlocked, "bad_sender"),
    21703: (AccountBlocked, "bad_sender"),
    21704: (AccountBlocked, "bad_sender"),
    63020: (AccountBlocked, "bad_sender"),
    63038: (AccountBlocked, "daily_cap"),
    63051: (AccountBlocked, "account_suspended"),
    # Named with the account's troubles by the vendor, but only this country or number is concerned: others still go.
    21408: (Rejected, "country_off"),
    21608: (Rejected, "trial_number"),
}
_BY_STATUS = (401, 403, 404, 408, 410, 429)
"""What these mean does not depend on the vendor, unless it names one of its codes."""


class _Body(Struct):
    code: int | str | float | None = None
    message: str | None = None
    status: int | str | float | None = None
    sid: str | None = None
    success: bool | str | int | None = None
    errors: list[object] | dict[str, object] | str | None = None


def word(code: int | str | float | None) -> str:
    """Our code for a vendor's error code; empty when there is none, ``refused`` for one that nobody knows."""
    number = _number(code)
    if not number:
        return ""
    return CODES[number][1] if number in CODES else "refused"


def explain(answer: Answer) -> ChannelError | None:
    """The error that an answer's body names, whatever its status; None when it names none."""
    try:
        body = msgspec.json.decode(answer.content, type=_Body)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        return None
    number, ok = _number(body.code), 200 <= answer.status < 300
    if ok and (body.sid or not (number or _says_failure(body))):
        return None
    kind: type[ChannelError]
    if answer.status >= 500 and number:
        kind, code = Unknown, "vendor_down"
    elif ok or number in CODES:
        kind, code = CODES.get(number, (Rejected, "refused"))
    elif 400 <= answer.status < 500 and answer.status not in _BY_STATUS:
        kind, code = Rejected, "refused"
    else:
        return None
    return kind(
        code,
        vendor_code=str(number) if number else "",
        vendor_text=(body.message or "")[:500],
        http_status=answer.status,
        retry_after=answer.retry_after(),
    )


def _says_failure(body: _Body) -> bool:
    return (body.success in (False, "false", 0) and body.success is not None) or bool(body.errors)


def _number(code: int | str | float | None) -> int:
    try:
        return int(code) if code is not None else 0
    except (ValueError, OverflowError):
        return 0
