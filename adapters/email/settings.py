"""What a mailbox may say in the configuration, and what the mail channel can do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Literal, get_args

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

OTA_MAIL = EMAIL._replace(
    can_start=False,
    attachments=AttachmentLimits(count=MAX_FILES, max_bytes=15 * 1024 * 1024),
    content_rules=("plain_text_only",),
)
"""Mail that a booking site relays: answers only, to an alias that it gives; its limits are its help pages'."""
BOOKING_MAIL = OTA_MAIL._replace(
    code="booking-mail", mark="BM", label="Booking.com (mail)", handle=HandleKind.OPAQUE, reply_mark=timedelta(hours=24)
)
AIRBNB_MAIL = OTA_MAIL._replace(code="airbnb-mail", mark="AM", label="Airbnb (mail)", handle=HandleKind.OPAQUE)
OTA = {"booking": BOOKING_MAIL, "airbnb": AIRBNB_MAIL}

Host = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]{1,253}$")]
Port = Annotated[int, Meta(ge=1, le=65535)]
Site = Literal["booking", "airbnb"]
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
    ota: list[Site] = field(default_factory=lambda: list(get_args(Site)))
    """Booking sites whose relayed mail is read as a conversation of its own."""
    authserv_id: str = ""
    """How the own server calls itself in Authentication-Results; ``*``: the topmost line is always its own."""
    property_: str = field(name="property", default="")
    """Code of the property whose guests write here."""

    @property
    def login(self) -> str:
        return self.username or self.address

    @property
    def own_address(self) -> str:
        return self.address.lower()

    @property
    def checker(self) -> str:
        """Whose word on a sender is believed: a name, ``*``, or nothing for what stands above every Received line."""
        return self.authserv_id or _CHECKERS.get(self.imap.host.lower(), "")

    @property
    def can_send(self) -> bool:
        return self.mode == "full" and self.smtp is not None


# Google puts its name and takes others' claims to it out; Microsoft's own line has no name and always stands first.
_CHECKERS = {"imap.gmail.com": "mx.google.com", "outlook.office365.com": "*"}


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
    TRAITS: Mapping[str, ChannelTraits] = {traits.code: traits for traits in (EMAIL, BOOKING_MAIL, AIRBNB_MAIL)}
    NEEDS = ("need_mailbox", "need_mail_password")
    LIMITS = ("limit_mail_unread",)

    @classmethod
    def serves(cls, settings: MailSettings) -> Mapping[str, ChannelTraits]:
        served = [EMAIL, *(OTA[site] for site in OTA if site in settings.ota)]
        if not settings.can_send:
            served = [traits._replace(can_send=False, can_start=False) for traits in served]
        return {traits.code: traits for traits in served}

    @classmethod
    def own(cls, settings: MailSettings) -> Mapping[str, str]:
        return dict.fromkeys(cls.serves(settings), settings.own_address)

    @classmethod
    def open(cls, name: str, settings: MailSettings, secrets: Secrets) -> Channel:
        """Raises ``Refused``: a secret is missing, or a server cannot be used like this; touches no network."""
        from adapters.email.account import Email

        return Email.open(name, settings, secrets)
