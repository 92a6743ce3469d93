"""The sign-in pages and token endpoints of Google and Microsoft on loopback, errors in each one's own words.

The person at the browser is played by ``approve``, ``deny`` and ``browse``; ``accepts`` is what a mail server asks.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.server import Simulator, hang_up
from tui_inbox.ports.clock import Clock, SystemClock

Style = Literal["google", "microsoft"]
Fault = Literal["503", "html", "drop", "slow_down", "invalid_client"]
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_REVOKED = {
    "google": "Token has been expired or revoked.",
    "microsoft": "AADSTS700082: The refresh token has expired due to inactivity.\r\nTrace ID: 00000000-0000",
}


@dataclass
class _Device:
    user_code: str
    until: datetime
    answer: str = "authorization_pending"
    asked_at: datetime | None = None


@dataclass
class OAuthAccount:
    """Everything that the provider knows of one person and one registered program."""

    style: Style = "microsoft"
    client_id: str = "hotel-program"
    client_secret: str = ""
    user: str = "desk@hotel.example"
    life: int = 3600
    """Seconds of an access token."""
    interval: int = 5
    rotates: bool = True
    """Each answer brings a new refresh token."""
    strict: bool = False
    """An old refresh token is worth nothing once it was replaced."""
    clock: Clock = field(default_factory=SystemClock)
    refresh: set[str] = field(default_factory=set)
    access: dict[str, datetime] = field(default_factory=dict)
    """Token -> its end."""
    devices: dict[str, _Device] = field(default_factory=dict)
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Code -> (challenge, redirect)."""
    asked: list[Mapping[str, str]] = field(default_factory=list)
    """Forms that came to the token endpoint."""
    faults: deque[Fault] = field(default_factory=deque)
    count: int = 0

    def sign_in(self) -> str:
        """A refresh token, as after a completed sign-in."""
        self.count += 1
        token = f"refresh-{self.count}"
        self.refresh.add(token)
        return token

    def approve(self) -> None:
        """The person types the code and agrees."""
        for device in self.devices.values():
            device.answer = ""

    def deny(self) -> None:
        for device in self.devices.values():
            device.answer = "access_denied" if self.style == "google" else "authorization_declined"

    def browse(self, address: str) -> str:
        """The person opens ``address`` and agrees: the address at which the browser ends."""
        asked = dict(parse_qsl(urlsplit(address).query))
        self.count += 1
        code = f"code-{self.count}"
        self.codes[code] = (asked["code_challenge"], asked["redirect_uri"])
        return f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], 'code': code})}"

    def revoke(self) -> None:
        """The person (or their administrator) takes the consent back; living access tokens end with it."""
        self.refresh.clear()
        self.access.clear()

    def accepts(self, user: str, token: str) -> bool:
        until = self.access.get(token)
        return user == self.user and until is not None and self.clock.now() < until

    def granted(self, spent: str = "") -> dict[str, object]:
        self.count += 1
        token = f"access-{self.count}"
        self.access[token] = self.clock.now() + timedelta(seconds=self.life)
        answer: dict[str, object] = {"token_type": "Bearer", "access_token": token, "expires_in": self.life}
        if not spent or self.rotates:
            answer["refresh_token"] = self.sign_in()
            if spent and self.strict:
                self.refresh.discard(spent)
        return answer


class SandboxOAuth(Simulator):
    """The server; ``account`` is its whole state."""

    def __init__(self, account: OAuthAccount | None = None) -> None:
        self.account = account or OAuthAccount()
        routes = [
            Route("/device", self._device, methods=["POST"]),
            Route("/token", self._token, methods=["POST"]),
        ]
        super().__init__(routes)
        self._lock = threading.Lock()

    @property
    def settings(self) -> dict[str, str]:
        """What the account's ``oauth`` table says to come here."""
        url = self._server.url
        return {
            "client_id": self.account.client_id,
            "device_url": f"{url}/device",
            "authorize_url": f"{url}/authorize",
            "token_url": f"{url}/token",
        }

    async def _device(self, request: Request) -> Response:
        form = await _form(request)
        account = self.account
        if form.get("client_id") != account.client_id:
            return _fault(401, "invalid_client", "The OAuth client was not found.")
        account.count += 1
        code, user_code = f"device-{account.count}", f"ABCD-{account.count:04}"
        account.devices[code] = _Device(user_code, account.clock.now() + timedelta(minutes=15))
        where = "verification_url" if account.style == "google" else "verification_uri"
        return JSONResponse(
            {
                "device_code": code,
                "user_code": user_code,
                where: "https://login.example/device",
                "expires_in": 900,
                "interval": account.interval,
                "message": "To sign in, open the page and enter the code.",
            }
        )

    async def _token(self, request: Request) -> Response:
        form = await _form(request)
        account = self.account
        account.asked.append(form)
        if account.faults:
            return _broken(account.faults.popleft(), request)
        secret = form.get("client_secret", "")
        if form.get("client_id") != account.client_id or secret != account.client_secret:
            return _fault(401, "invalid_client", "The OAuth client was not found.")
        match form.get("grant_type"):
            case "refresh_token":
                return self._refreshed(form.get("refresh_token", ""))
            case "authorization_code":
                return self._exchanged(form)
            case grant if grant == DEVICE_GRANT:
                return self._polled(form.get("device_code", ""))
            case _:
                return _fault(400, "unsupported_grant_type", "")

    def _refreshed(self, token: str) -> Response:
        with self._lock:
            if token not in self.account.refresh:
                return _fault(400, "invalid_grant", _REVOKED[self.account.style])
            return JSONResponse(self.account.granted(spent=token))

    def _exchanged(self, form: Mapping[str, str]) -> Response:
        challenge, redirect = self.account.codes.pop(form.get("code", ""), ("", ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not challenge or base64.urlsafe_b64encode(digest).decode().rstrip("=") != challenge:
            return _fault(400, "invalid_grant", "Malformed auth code.")
        if redirect != form.get("redirect_uri"):
            return _fault(400, "redirect_uri_mismatch", "Bad Request")
        return JSONResponse(self.account.granted())

    def _polled(self, code: str) -> Response:
        device, now = self.account.devices.get(code), self.account.clock.now()
        if device is None:
            return _fault(400, "invalid_grant", "Malformed device code.")
        if now >= device.until:
            return _fault(400, "expired_token", "The code has expired.")
        early = device.asked_at is not None and now - device.asked_at < timedelta(seconds=self.account.interval)
        device.asked_at = now
        if early:
            return _fault(400, "slow_down", "Polling too frequently.")
        if device.answer:
            return _fault(428 if self.account.style == "google" else 400, device.answer, "")
        del self.account.devices[code]
        return JSONResponse(self.account.granted())


async def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}


def _fault(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)


def _broken(fault: Fault, request: Request) -> Response:
    match fault:
        case "503":
            return _fault(503, "temporarily_unavailable", "Try again later.")
        case "html":
            return HTMLResponse("<title>Sign in to the Wi-Fi</title>")
        case "slow_down":
            return _fault(400, "slow_down", "Polling too frequently.")
        case "invalid_client":
            return _fault(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        case "drop":
            hang_up(request.scope)
            return Response()
