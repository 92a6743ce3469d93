"""What Channex's error bodies mean for the outbox and for the operator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from tui_inbox.domain.errors import AccountBlocked, ChannelError, Rejected

if TYPE_CHECKING:
    from adapters._answers import Answer

# The vendor documents no code for a site's expired consent; its settings call it "token_invalid".
_STALE_TOKEN = re.compile(r"token\W.{0,20}(?:expired|invalid|revoked)|(?:expired|invalid|revoked)\W.{0,10}token", re.I)


class _Error(Struct):
    code: object = None
    title: object = None
    message: object = None
    details: object = None


class _Body(Struct):
    errors: object = None
    error: object = None
    success: object = None


def explain(answer: Answer) -> ChannelError | None:
    """The error that an answer's body names; None when it names none, or when the status alone says it."""
    try:
        body = msgspec.json.decode(answer.content, type=_Body)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        return None
    told = body.errors or body.error
    if not told:
        return Rejected("refused", http_status=answer.status) if body.success in (False, "false") else None
    first = told[0] if isinstance(told, list) else told
    error = _error(first)
    code, text = str(error.code or ""), _words(error) or (first if isinstance(first, str) else "")
    kind: type[ChannelError]
    if _STALE_TOKEN.search(f"{code} {text}".replace("_", " ")):
        kind, ours = AccountBlocked, "reauthorise"
    elif answer.status == 401:
        kind, ours = AccountBlocked, "auth"
    elif answer.status == 403:
        kind, ours = AccountBlocked, "chat_app_missing"
    elif answer.status in (404, 410):
        kind, ours = Rejected, "not_found"
    elif code == "not_supported":
        kind, ours = Rejected, "no_messaging"
    elif answer.status == 429 or answer.status == 408 or answer.status >= 500:
        return None
    else:
        kind, ours = Rejected, "refused"
    return kind(ours, vendor_code=code[:100], vendor_text=text[:500], http_status=answer.status)


def _error(told: object) -> _Error:
    try:
        return msgspec.convert(told, _Error)
    except msgspec.ValidationError:
        return _Error()


def _words(error: _Error) -> str:
    """Title and details in one line."""
    parts = [part for part in (error.title, error.message) if isinstance(part, str)]
    if isinstance(error.details, dict):
        parts += [f"{key}: {value}" for key, value in error.details.items()]
    return "; ".join(parts)
