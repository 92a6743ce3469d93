"""Access tokens for IMAP and SMTP: made from the refresh token that a sign-in left in the vault (RFC 6749, 8628).

An access token lives about an hour and is kept in memory only. A provider may replace the refresh token with any
answer: the new one goes back into the vault at once, for the old one may be worth nothing any more.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from adapters._answers import Answer
from adapters._http import Http, Limits
from adapters.email.servers import PROVIDERS, SignInBy, is_loopback
from adapters.email.settings import MailSettings
from tui_inbox.domain.errors import AccountBlocked, ChannelError, NotSent, Refused, Rejected
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.ports.secrets import RenewsSecrets, Secret, Secrets

EARLY = timedelta(minutes=5)
"""An access token is replaced this long before its end: a session that is opened with it should live a while."""
LIFE = 3600
"""Seconds that an access token is taken to live where the answer does not say."""
SIGN_IN_AGAIN, TOKEN_REFUSED = "mail_sign_in_again", "mail_token_refused"
LIMITS = Limits(connect=10.0, read=20.0, write=10.0, total=30.0, answer_bytes=256 * 1024)
# RFC 6749 5.2 and 4.1.2.1, RFC 8628 3.5, and what the two providers add to them.
_SIGN_IN = {"invalid_grant", "interaction_required", "consent_required", "login_required"}
_CLIENT = {
    "invalid_client",
    "unauthorized_client",
    "deleted_client",
    "disabled_client",
    "invalid_scope",
    "org_internal",
}
_PASSING = {"temporarily_unavailable", "server_error", "rate_limit_exceeded"}


class Endpoints(Struct, frozen=True):
    """Where a provider gives tokens, with the hotel's own settings in place of its usual ones."""

    sign_in: SignInBy
    device: str
    authorize: str
    token: str
    scope: str
    client_id: str


class Granted(Struct, frozen=True):
    """Answer of a token endpoint; whatever else stands in it is ignored."""

    access_token: str = ""
    refresh_token: str = ""
    expires_in: int | float | str = LIFE

    @property
    def seconds(self) -> float:
        try:
            return min(max(float(self.expires_in), 0.0), 86400.0)
        except ValueError:
            return LIFE


class _Fault(Struct, frozen=True):
    error: str = ""
    error_description: str = ""


def endpoints(settings: MailSettings) -> Endpoints:
    """Raises ``Refused``: ``mail_oauth_incomplete``, ``mail_plain_text`` (a token would travel unprotected)."""
    own, preset = settings.oauth, PROVIDERS.get(settings.provider)
    places = [own.device_url, own.authorize_url, own.token_url]
    if preset is not None:
        usual = (preset.device_url, preset.authorize_url, preset.token_url)
        places = [given or one.format(tenant=own.tenant) for given, one in zip(places, usual, strict=True)]
    scope = own.scope or (preset.scope if preset else "")
    if not (places[2] and scope and own.client_id):
        raise Refused("mail_oauth_incomplete")
    for place in filter(None, places):
        parts = urlsplit(place)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise Refused("mail_plain_text", host=parts.hostname or "")
    sign_in = own.sign_in or (preset.sign_in if preset else "device")
    return Endpoints(sign_in, places[0], places[1], places[2], scope, own.client_id)


class TokenServer:
    """The provider's endpoints, each asked once: nothing is tried again behind the caller's back."""

    def __init__(self, at: Endpoints, client_secret: Secret | None) -> None:
        self.at = at
        self._client_secret = client_secret
        self._http: dict[str, Http] = {}

    def grant(self, fields: Mapping[str, str]) -> Granted:
        """Raises ``ChannelError``; a refusal's ``vendor_code`` is the provider's ``error``."""
        content = self.ask(self.at.token, fields, with_secret=True)
        try:
            found = msgspec.json.decode(content, type=Granted)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise NotSent("broken_answer") from None
        if not found.access_token:
            raise NotSent("broken_answer")
        return found

    def ask(self, url: str, fields: Mapping[str, str], *, with_secret: bool = False) -> bytes:
        form = {"client_id": self.at.client_id, **fields}
        if with_secret and self._client_secret is not None:
            form["client_secret"] = self._client_secret.reveal()
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        http = self._http.get(base) or self._http.setdefault(base, Http(base, explain=explain, limits=LIMITS))
        return http.tell("POST", url.removeprefix(base), form=form).content

    def close(self) -> None:
        for http in self._http.values():
            http.close()
        self._http.clear()


def explain(answer: Answer) -> ChannelError | None:
    """What a refusal of either endpoint means."""
    if answer.status < 400:
        return None
    try:
        fault = msgspec.json.decode(answer.content, type=_Fault)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not fault.error:
        return None
    told = _meaning(fault.error, answer)
    told.vendor_code = fault.error[:80]
    told.vendor_text = fault.error_description.splitlines()[0][:300] if fault.error_description else ""
    return told


def _meaning(error: str, answer: Answer) -> ChannelError:
    if error in _SIGN_IN:
        return AccountBlocked(SIGN_IN_AGAIN)
    if error in _CLIENT:
        return AccountBlocked("mail_client_refused")
    if error in _PASSING or answer.status >= 500:
        return NotSent("vendor_down", retry_after=answer.retry_after())
    return Rejected("refused")


class Bearer:
    """The mailbox's access token, in place of a password. Safe to use from several threads."""

    def __init__(self, server: TokenServer, secrets: Secrets, name: str, clock: Clock) -> None:
        self._server = server
        self._secrets = secrets
        self._name = name
        self._clock = clock
        self._refresh = secrets.get(name)
        self._vault_had = self._refresh.reveal()
        self._access = ""
        self._until: datetime | None = None
        self._lock = threading.Lock()

    def token(self, *, instead_of: str = "") -> str:
        """An access token that lives, and another one than ``instead_of``, which a server has refused.

        Raises ``AccountBlocked("mail_sign_in_again")`` when nobody but a person can get one.
        """
        with self._lock:
            fresh = self._until is not None and self._clock.now() < self._until - EARLY
            if not fresh or not self._access or self._access == instead_of:
                self._renew()
            return self._access

    def reveal(self) -> str:
        """The access token in hand, whether or not it still lives; empty before the first."""
        return self._access

    def close(self) -> None:
        self._server.close()

    def _renew(self) -> None:
        try:
            granted = self._granted()
        except AccountBlocked as blocked:
            # Somebody may have signed in again since this process read the vault.
            if blocked.code != SIGN_IN_AGAIN or not self._look_again():
                raise
            granted = self._granted()
        self._access = granted.access_token
        self._until = self._clock.now() + max(timedelta(seconds=granted.seconds), EARLY + timedelta(seconds=1))
        if granted.refresh_token and granted.refresh_token != self._refresh.reveal():
            self._refresh = Secret(granted.refresh_token)
            self._write_back()

    def _granted(self) -> Granted:
        scope = self._server.at.scope
        return self._server.grant(
            {"grant_type": "refresh_token", "refresh_token": self._refresh.reveal(), "scope": scope}
        )

    def _look_again(self) -> bool:
        try:
            kept = self._secrets.get(self._name)
        except Refused:
            return False
        if kept.reveal() in (self._refresh.reveal(), self._vault_had):
            return False
        self._refresh, self._vault_had = kept, kept.reveal()
        return True

    def _write_back(self) -> None:
        """A vault that cannot be written keeps the old one, which most providers go on taking for a while."""
        if isinstance(self._secrets, RenewsSecrets) and self._secrets.renewable(self._name):
            try:
                self._secrets.renew(self._name, self._refresh)
            except Refused:
                return
            self._vault_had = self._refresh.reveal()


def xoauth2(user: str, token: str) -> bytes:
    """The one message of SASL XOAUTH2, before base64 (Google's and Microsoft's own pages on IMAP)."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()


def server_of(settings: MailSettings, secrets: Secrets) -> TokenServer:
    """Raises ``Refused``: a secret is missing, the registration is not complete."""
    name = settings.oauth.client_secret
    return TokenServer(endpoints(settings), secrets.get(name) if name else None)


def bearer(settings: MailSettings, secrets: Secrets, clock: Clock | None = None) -> Bearer:
    """Raises ``Refused`` likewise."""
    return Bearer(server_of(settings, secrets), secrets, settings.secret, clock or SystemClock())


_BASIC_OFF = re.compile(r"5\.7\.30\b|5\.7\.139\b|basic auth\w* is (?:not supported|disabled)", re.IGNORECASE)


def login_refused(text: str, *, by_token: bool) -> AccountBlocked:
    """A refused login: whether the password is wrong, the provider takes none any more, or it refuses a new token."""
    if by_token:
        return AccountBlocked(TOKEN_REFUSED, vendor_text=text)
    return AccountBlocked("mail_basic_off" if _BASIC_OFF.search(text) else "auth", vendor_text=text)


class Challenges:
    """Answers a server's challenges: first the token, then, to the JSON that explains a refusal, an empty line."""

    def __init__(self, user: str, token: str) -> None:
        self._first = xoauth2(user, token)
        self._asked = 0
        self.refusal = ""
        """The server's JSON, as it came."""

    def answer(self, challenge: bytes | None) -> bytes:
        self._asked += 1
        if self._asked == 1 and not challenge:
            return self._first
        self.refusal = (challenge or b"").decode("utf-8", "replace")[:300]
        return b""
