"""Where mail servers listen, and what is known of the large providers."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from tui_inbox.domain.errors import Refused

Host = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]{1,253}$")]
Port = Annotated[int, Meta(ge=1, le=65535)]
Tls = Literal["implicit", "starttls", "none"]
SignInBy = Literal["device", "address"]
"""``device``: a code is typed at the provider's page. ``address``: the browser's last address is brought back."""


class Server(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a service listens. ``tls = "none"`` is for this machine only."""

    host: Host
    port: Port
    tls: Tls = "implicit"

    def check(self) -> None:
        """Raises ``Refused("mail_plain_text")``: nothing but TLS leaves this machine."""
        if self.tls == "none" and not is_loopback(self.host):
            raise Refused("mail_plain_text", host=self.host)


class Provider(NamedTuple):
    """A provider's servers, and where it gives tokens."""

    imap: Server
    smtp: Server
    sent_copy: Literal["server", "ours"]
    checker: str
    """Whose Authentication-Results are believed (``results.is_proved``)."""
    sign_in: SignInBy
    device_url: str
    authorize_url: str
    token_url: str
    scope: str


# developers.google.com/gmail/imap and learn.microsoft.com "Authenticate an IMAP, POP or SMTP connection using OAuth".
# Google's device codes are not given for mail (its list of scopes for limited-input devices has none of Gmail's).
# Google takes others' claims to its name out of what it receives; Microsoft's own line has no name and stands first.
PROVIDERS: Mapping[str, Provider] = {
    "google": Provider(
        imap=Server("imap.gmail.com", 993),
        smtp=Server("smtp.gmail.com", 465),
        sent_copy="server",
        checker="mx.google.com",
        sign_in="address",
        device_url="https://oauth2.googleapis.com/device/code",
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",
        scope="https://mail.google.com/",
    ),
    "microsoft": Provider(
        imap=Server("outlook.office365.com", 993),
        smtp=Server("smtp.office365.com", 587, "starttls"),
        sent_copy="server",
        checker="*",
        sign_in="device",
        device_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
        authorize_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        token_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        scope="https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
    ),
}


def checker_at(host: str) -> str:
    """Who vouches for senders at this incoming server, where that is known."""
    return next((one.checker for one in PROVIDERS.values() if one.imap.host == host.lower()), "")


def is_loopback(host: str) -> bool:
    """Is this name or number certainly our own machine?"""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
