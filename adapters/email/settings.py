"""What a mailbox may say in the configuration, and what the mail channel can do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field

from tui_inbox.domain.channel import AttachmentLimits, ChannelTraits, Evidence, HandleKind
from tui_inbox.domain.errors import Refused

if TYPE_CHECKING:
    from tui_inbox.ports.channel import Channel
    from tui_inbox.ports.secrets import Secrets

MAX_FILE_BYTES = 25 * 1024 * 1024
"""Of all files of one mail together: what the large providers accept."""
MAX_FILES = 10

EMAIL = ChannelTraits(
    code="email",
    mark="ML",
    label="E-mail",
    handle=HandleKind.EMAIL,
    has_subject=True,
    enter_sends=False,
    undo="email",
    attachments=AttachmentLimits(count=MAX_FILES, max_bytes=MAX_FILE_BYTES),
    evidence=Evidence.SENT_COPY,
    settle=timedelta(minutes=2),
    free_of_charge=True,
)

Host = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]{1,253}$")]
Port = Annotated[int, Meta(ge=1, le=65535)]
Tls = Literal["implicit", "starttls", "none"]


class Server(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a service listens. ``tls = "none"`` is for this machine only."""

    host: Host
    port: Port
    tls: Tls = "implicit"

    def check(self) -> None:
        """Raises ``Refused("mail_plain_text")``: nothing but TLS leaves this machine."""
        if self.tls == "none" and not is_loopback(self.host):
            raise Refused("mail_plain_text", host=self.host)


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[channels.NAME]`` of type ``email``."""

    type: Literal["email"]
    address: Annotated[str, Meta(pattern=r"^[^@\s<>,;:\"]+@[^@\s<>,;:\"]+$")]
    imap: Server
    smtp: Server | None = None
    """Not needed where ``mode`` is ``view-only``."""
    username: str = ""
    """Empty: the address."""
    secret: str = ""
    """Name under which a vault keeps the password; empty only for a server on this machine that asks for none."""
    mode: Literal["full", "view-only"] = "full"
    history: Annotated[str, Meta(pattern=r"^([1-9][0-9]{0,3}d|all|none)$")] = "30d"
    sent_copy: Literal["server", "ours"] = "ours"
    """Who files what was sent: the provider itself, or we by APPEND. Only a server's own copy is evidence."""
    sent_folder: str = ""
    """Empty: the folder that the server marks as Sent, else one of the usual names."""
    ca_file: str = ""
    """PEM file of a private certification authority."""
    sender_name: str = ""
    """Shown to guests before the address."""
    poll_seconds: Annotated[int, Meta(ge=5, le=3600)] = 60
    property_: str = field(name="property", default="")
    """Code of the property whose guests write here."""

    @property
    def login(self) -> str:
        return self.username or self.address

    @property
    def own_address(self) -> str:
        return self.address.lower()

    @property
    def can_send(self) -> bool:
        return self.mode == "full" and self.smtp is not None


def is_loopback(host: str) -> bool:
    """Is this name or number certainly our own machine?"""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


MailSettings = Settings


class Mailboxes:
    """What the screen must know of a mailbox, without loading anything that reads mail."""

    Settings = MailSettings
    TRAITS: Mapping[str, ChannelTraits] = {EMAIL.code: EMAIL}
    NEEDS = ("need_mailbox", "need_mail_password")
    LIMITS = ("limit_mail_unread",)

    @classmethod
    def serves(cls, settings: MailSettings) -> Mapping[str, ChannelTraits]:
        if settings.can_send:
            return cls.TRAITS
        return {EMAIL.code: EMAIL._replace(can_send=False, can_start=False)}

    @classmethod
    def own(cls, settings: MailSettings) -> Mapping[str, str]:
        return {EMAIL.code: settings.own_address}

    @classmethod
    def open(cls, name: str, settings: MailSettings, secrets: Secrets) -> Channel:
        """Raises ``Refused``: a secret is missing, or a server cannot be used like this; touches no network."""
        from adapters.email.account import Email

        return Email.open(name, settings, secrets)
