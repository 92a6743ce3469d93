"""Who we are to Booking.com: a token for an hour, exchanged by one thread at a time, or the old password."""

from __future__ import annotations

import base64
import binascii
import threading
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec
from msgspec import Struct

from adapters._json import decoded
from tui_inbox.domain.errors import AccountBlocked, Malformed, NotSent, Rejected
from tui_inbox.ports.clock import Clock
from tui_inbox.ports.secrets import Secret

if TYPE_CHECKING:
    from adapters._http import Http

T = TypeVar("T")
LIFETIME = timedelta(hours=1)
EARLY = timedelta(minutes=5)
A_HOUR = 25
"""Exchanges per hour; the vendor allows 30 to a machine account, and «channel test» needs some of them."""


class Identity(Protocol):
    """How requests are signed."""

    def headers(self) -> Mapping[str, str]:
        """Raises ``ChannelError`` when a token is needed and not to be had."""
        ...

    @property
    def edition(self) -> int:
        """Counts the tokens, so that of two threads which are refused only one asks for another."""
        ...

    def refused(self, edition: int) -> bool:
        """The vendor refused what ``edition`` signed; True: it is worth trying once more."""
        ...


class Password:
    """HTTP Basic, for machine accounts that were not moved to tokens."""

    edition = 0

    def __init__(self, user: str, secret: Secret) -> None:
        self._user = user
        self._secret = secret

    def headers(self) -> Mapping[str, str]:
        pair = base64.b64encode(f"{self._user}:{self._secret.reveal()}".encode()).decode("ascii")
        return {"Authorization": f"Basic {pair}"}

    def refused(self, edition: int) -> bool:
        return False


class _Exchanged(Struct):
    jwt: str


class _Claims(Struct):
    exp: int | float | None = None


class Tokens:
    """Exchanges the client's secret for a token, keeps it in memory and renews it five minutes early."""

    def __init__(self, http: Http, client_id: str, secret: Secret, clock: Clock) -> None:
        self._http = http
        self._client_id = client_id
        self._secret = secret
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Secret | None = None
        self._until = datetime.min.replace(tzinfo=UTC)
        self._asked: deque[datetime] = deque(maxlen=A_HOUR)
        self.edition = 0

    def headers(self) -> Mapping[str, str]:
        with self._lock:
            if self._token is None or self._clock.now() >= self._until - EARLY:
                self._exchange()
            token = self._token
        return {"Authorization": f"Bearer {token.reveal()}"} if token else {}

    def refused(self, edition: int) -> bool:
        with self._lock:
            if edition == self.edition:
                self._token = None
        return True

    def close(self) -> None:
        self._http.close()

    def _exchange(self) -> None:
        now = self._clock.now()
        if len(self._asked) == A_HOUR and now - self._asked[0] < timedelta(hours=1):
            wait = timedelta(hours=1) - (now - self._asked[0])
            raise NotSent("rate_limited", retry_after=wait.total_seconds())
        self._asked.append(now)
        body = {"client_id": self._client_id, "client_secret": self._secret.reveal()}
        try:
            answer = self._http.tell("POST", "/token-based-authentication/exchange", json=msgspec.json.encode(body))
        except (AccountBlocked, Rejected) as error:
            raise AccountBlocked("bad_client", vendor_text=error.vendor_text, http_status=error.http_status) from None
        try:
            jwt = decoded(answer.content, _Exchanged).jwt
        except Malformed:
            raise NotSent("unreadable_answer", http_status=answer.status) from None
        if not jwt or not jwt.isascii() or not jwt.isprintable():
            raise NotSent("unreadable_answer", http_status=answer.status)
        self._token, self.edition = Secret(jwt), self.edition + 1
        self._until = min(_expiry(jwt) or now + LIFETIME, now + LIFETIME)


def signed(identity: Identity, call: Callable[[], T]) -> T:
    """Call, and once more with a new token where the vendor refused the one at hand: a 401 did nothing."""
    edition = identity.edition
    try:
        return call()
    except AccountBlocked as error:
        if error.code != "auth" or not identity.refused(max(edition, 1)):
            raise
    return call()


def _expiry(jwt: str) -> datetime | None:
    """The moment written in the token; it is not checked here, the vendor does that."""
    parts = jwt.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        exp = msgspec.json.decode(claims, type=_Claims).exp
        return datetime.fromtimestamp(exp, UTC) if exp is not None else None
    except (binascii.Error, msgspec.DecodeError, ValueError, OverflowError, OSError):
        return None
