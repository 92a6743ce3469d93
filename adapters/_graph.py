"""What Meta's products share: the webhook's handshake and signature, Graph errors, pages, and how busy we may be.

Facts: Meta's webhook, Graph error handling and rate limit pages.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import msgspec
from msgspec import Raw, Struct

from adapters._json import answered
from tui_inbox.domain.errors import AccountBlocked, ChannelError, NotSent, Refused, Rejected, Unknown
from tui_inbox.ports.channel import Heard, Hook

if TYPE_CHECKING:
    from adapters._answers import Answer
    from adapters._http import Http
    from tui_inbox.ports.secrets import Secret

BUSY = 80.0
"""Per cent of a quota from which on calls that can wait do."""
_LONGEST_PAUSE = 3600.0
_SIGNATURE = "x-hub-signature-256"
_DETAILS = 500

Meaning = tuple[type[ChannelError], str]
Codes = Mapping[int | tuple[int, int], Meaning]
"""Code, or (code, subcode), -> what it means; the pair is looked up first."""

SHARED: Codes = {
    1: (NotSent, "vendor_down"),
    2: (NotSent, "vendor_down"),
    4: (NotSent, "rate_limited"),
    17: (NotSent, "rate_limited"),
    32: (NotSent, "rate_limited"),
    613: (NotSent, "rate_limited"),
    80007: (NotSent, "rate_limited"),
    0: (AccountBlocked, "auth"),
    102: (AccountBlocked, "auth"),
    190: (AccountBlocked, "auth"),
    3: (AccountBlocked, "permissions_withdrawn"),
    10: (AccountBlocked, "permissions_withdrawn"),
    **dict.fromkeys(range(200, 300), (AccountBlocked, "permissions_withdrawn")),
    368: (AccountBlocked, "policy_blocked"),
    100: (Rejected, "refused"),
}
"""The codes of the Graph itself; a product adds its own."""


class GraphError(Struct):
    message: str | None = None
    code: int | str | float | None = None
    error_subcode: int | str | float | None = None
    is_transient: bool | None = None
    error_user_msg: str | None = None
    error_data: Raw = Raw(b"null")


class _Body(Struct):
    error: GraphError | str | None = None
    errors: list[object] | dict[str, object] | str | None = None
    success: bool | str | int | None = None


class _Details(Struct):
    details: str | None = None


class _Cursors(Struct):
    after: str | None = None


class _Paging(Struct):
    cursors: _Cursors | None = None
    next: str | None = None


class Page(Struct):
    data: list[Raw] = []
    paging: _Paging | None = None


class _Load(Struct):
    call_count: float = 0
    total_cputime: float = 0
    total_time: float = 0
    estimated_time_to_regain_access: float = 0
    """Minutes."""


def handshake(hook: Hook, token: Secret) -> Heard | None:
    """The answer to Meta's question whether this address is ours; None for every other request.

    Raises ``Refused("bad_signature")`` where the token is another.
    """
    if hook.method.upper() != "GET":
        return None
    asked = dict(parse_qsl(hook.query, keep_blank_values=True))
    same = hmac.compare_digest(asked.get("hub.verify_token", "").encode(), token.reveal().encode())
    if asked.get("hub.mode") != "subscribe" or not same:
        raise Refused("bad_signature")
    return Heard(answer=asked.get("hub.challenge", "")[:_DETAILS].encode())


def check_signature(hook: Hook, *secrets: Secret) -> None:
    """One of the app secrets must have signed these very bytes. Raises ``Refused("bad_signature")``."""
    given = hook.headers.get(_SIGNATURE, "").strip().removeprefix("sha256=").lower().encode()
    known = [
        hmac.compare_digest(hmac.new(secret.reveal().encode(), hook.body, hashlib.sha256).hexdigest().encode(), given)
        for secret in secrets
    ]
    if not any(known):
        raise Refused("bad_signature")


def proof(app_secret: Secret, token: Secret) -> str:
    """``appsecret_proof`` of a call, where the app demands one."""
    return hmac.new(app_secret.reveal().encode(), token.reveal().encode(), hashlib.sha256).hexdigest()


def signed(token: Secret, app_secret: Secret | None = None) -> Mapping[str, str]:
    """Query parameters beside the bearer token; empty unless an app secret is to prove it."""
    return {"appsecret_proof": proof(app_secret, token)} if app_secret else {}


def number(value: int | str | float | None) -> int | None:
    """A code that may come as a string; None when there is none."""
    try:
        return int(value) if value is not None else None
    except (ValueError, OverflowError):
        return None


def meaning(codes: Codes, code: int | None, subcode: int | None = None) -> Meaning | None:
    """What a code says, by the product's table; None for one that nobody knows."""
    if code is None:
        return None
    return codes.get((code, subcode or 0)) or codes.get(code)


def explain(answer: Answer, codes: Codes) -> ChannelError | None:
    """The error that an answer's body names, whatever its status; None when it names none."""
    try:
        body = msgspec.json.decode(answer.content, type=_Body)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        return None
    ok = 200 <= answer.status < 300
    error = body.error if isinstance(body.error, GraphError) else GraphError() if body.error else None
    code = number(error.code) if error else None
    if error is None or code is None:
        failed = error is not None or body.errors or body.success in (False, "false")
        return Rejected("refused", http_status=answer.status) if ok and failed else None
    known = meaning(codes, code, number(error.error_subcode))
    if known is None:
        known = _unknown_code(answer.status, transient=error.is_transient is True)
    kind, word = known
    return kind(
        word,
        vendor_code=_shown_code(error),
        vendor_text=vendor_text(error),
        http_status=answer.status,
        retry_after=answer.retry_after(),
    )


def vendor_text(error: GraphError) -> str:
    """Meta's sentence, with its details where it gives some."""
    try:
        details = msgspec.json.decode(error.error_data, type=_Details).details
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        details = None
    parts = (error.message, details or error.error_user_msg)
    return " – ".join(dict.fromkeys(part for part in parts if part))[:_DETAILS]


def pages(
    http: Http, path: str, params: Mapping[str, str], limit: int = 100, pace: Pace | None = None
) -> Iterator[Raw]:
    """Every item of an edge, page after page; ends where Meta names no next page, after an empty one too.

    Follows the cursor on our own base: the address that Meta gives may hold the token. Raises ``ChannelError``.
    """
    asked = dict(params)
    for _page in range(limit):
        if pace is not None:
            pace.check()
        page = answered(http.read(path, asked), Page)
        yield from page.data
        after = page.paging.cursors.after if page.paging and page.paging.cursors else None
        if not (page.paging and page.paging.next and after):
            return
        asked["after"] = after


class Pace:
    """How much of Meta's quotas is used, from the headers of its answers."""

    def __init__(self, codes: Codes, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._codes = codes
        self._monotonic = monotonic
        self._until = 0.0

    def explain(self, answer: Answer) -> ChannelError | None:
        """What ``Http`` asks about every answer; its headers are noted on the way."""
        self.note(answer.headers)
        return explain(answer, self._codes)

    def note(self, headers: Mapping[str, str]) -> None:
        """At 80 % calls are made seldom, at 100 % not before Meta lets us in again."""
        loads = list(_loads(headers))
        if not loads:
            return
        used = max(max(load.call_count, load.total_cputime, load.total_time) for load in loads)
        closed = max(load.estimated_time_to_regain_access for load in loads) * 60
        pause = closed or (0.0 if used < BUSY else (used - BUSY + 1) * 3)
        self._until = self._monotonic() + min(max(pause, 0.0), _LONGEST_PAUSE)

    def check(self) -> None:
        """Raises ``NotSent("rate_limited")`` while a call that can wait should."""
        left = self._until - self._monotonic()
        if left > 0:
            raise NotSent("rate_limited", retry_after=left)


def _loads(headers: Mapping[str, str]) -> Iterator[_Load]:
    for name, kind in (("x-app-usage", _Load), ("x-business-use-case-usage", dict[str, list[_Load]])):
        try:
            found = msgspec.json.decode(headers.get(name, "null"), type=kind | None)
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
            continue
        if isinstance(found, _Load):
            yield found
        for loads in (found or {}).values() if isinstance(found, dict) else ():
            yield from loads


def _unknown_code(status: int, *, transient: bool) -> Meaning:
    if status >= 500:
        return Unknown, "vendor_down"
    if transient or status == 429:
        return NotSent, "rate_limited" if status == 429 else "vendor_down"
    if status in (401, 403):
        return AccountBlocked, "auth" if status == 401 else "forbidden"
    return Rejected, "refused"


def _shown_code(error: GraphError) -> str:
    code, subcode = number(error.code), number(error.error_subcode)
    return f"{code}/{subcode}" if subcode else str(code)
