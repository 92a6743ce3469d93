"""The sign-in that leaves a refresh token: by device code (RFC 8628), or by the address that a browser ends at.

The second way is for providers that give no device codes for mail. The browser is sent to this machine's own name,
where nobody listens; the address line has what is needed, also when the browser is on another machine.
"""

from __future__ import annotations

import base64
import hashlib
import secrets as randomness
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from msgspec import Struct

from adapters.email.oauth import Granted, TokenServer
from tui_inbox.domain.errors import ChannelError, NotSent, Refused
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.ports.secrets import Secret
from tui_inbox.ports.signing_in import Invitation

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
REDIRECT = "http://127.0.0.1:9004/"
"""Both providers take any port of the machine's own address for a registered desktop program."""
SLOWER = 5
"""Seconds that are added when the provider asks for it (RFC 8628 3.5)."""
_DENIED = {"access_denied", "authorization_declined"}
_EXPIRED = {"expired_token", "bad_verification_code", "code_expired"}


class _Device(Struct, frozen=True):
    device_code: str
    user_code: str
    verification_uri: str = ""
    verification_url: str = ""
    """Google's name for it."""
    expires_in: int | float = 900
    interval: int | float = 5


class MailSignIn:
    """One sign-in, from ``begin`` to the refresh token."""

    def __init__(self, server: TokenServer, login: str, clock: Clock | None = None) -> None:
        self._server = server
        self._login = login
        self._clock = clock or SystemClock()
        self._device: _Device | None = None
        self._verifier = randomness.token_urlsafe(48)
        self._state = randomness.token_urlsafe(16)

    def begin(self) -> Invitation:
        at = self._server.at
        if at.sign_in == "address":
            return Invitation(self._authorize())
        if not at.device:
            raise Refused("mail_oauth_incomplete")
        content = self._server.ask(at.device, {"scope": at.scope})
        try:
            self._device = found = msgspec.json.decode(content, type=_Device)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise NotSent("broken_answer") from None
        address = found.verification_uri or found.verification_url
        return Invitation(address, found.user_code, int(found.expires_in // 60))

    def wait(self, pause: Callable[[float], object]) -> Secret:
        device = self._device
        if device is None:
            raise Refused("sign_in_expired")
        interval, until = max(float(device.interval), 1.0), self._clock.now() + timedelta(seconds=device.expires_in)
        while self._clock.now() < until:
            pause(interval)
            try:
                return self._kept(self._server.grant({"grant_type": DEVICE_GRANT, "device_code": device.device_code}))
            except NotSent:
                # The provider could not be reached; RFC 8628 asks for more patience with each time.
                interval = min(interval * 2, 60.0)
            except ChannelError as error:
                if error.vendor_code == "slow_down":
                    interval += SLOWER
                elif error.vendor_code != "authorization_pending":
                    raise _refusal(error) from None
        raise Refused("sign_in_expired")

    def redeem(self, address: str) -> Secret:
        found = parse_qs(urlsplit(address.strip()).query)
        if found.get("error"):
            raise Refused("sign_in_denied")
        code, state = (found.get(name, [""])[0] for name in ("code", "state"))
        if not code or not randomness.compare_digest(state.encode(), self._state.encode()):
            raise Refused("sign_in_not_it")
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        try:
            return self._kept(self._server.grant({**fields, "code_verifier": self._verifier}))
        except ChannelError as error:
            raise _refusal(error) from None

    def close(self) -> None:
        self._server.close()

    def _authorize(self) -> str:
        at = self._server.at
        digest = hashlib.sha256(self._verifier.encode()).digest()
        asked = {
            "client_id": at.client_id,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": at.scope,
            "state": self._state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            # Google gives a refresh token only when both are said; others ignore what they do not know.
            "access_type": "offline",
            "prompt": "consent",
            "login_hint": self._login,
        }
        return f"{at.authorize}?{urlencode(asked)}"

    def _kept(self, granted: Granted) -> Secret:
        if not granted.refresh_token:
            raise Refused("sign_in_no_refresh")
        return Secret(granted.refresh_token)


def _refusal(error: ChannelError) -> Exception:
    if error.vendor_code in _DENIED:
        return Refused("sign_in_denied")
    if error.vendor_code in _EXPIRED:
        return Refused("sign_in_expired")
    return error
