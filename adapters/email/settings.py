"""What a mailbox may say in the configuration, and what the mail channel can do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from msgspec import Meta, Struct, field

from adapters.email.servers import PROVIDERS, Server, checker_at
from tui_inbox.domain.channel import AttachmentLimits, ChannelTraits, Evidence, HandleKind

if TYPE_CHECKING:
    from tui_inbox.ports.channel import Channel
    from tui_inbox.ports.secrets import Secrets
    from tui_inbox.ports.signing_in import SignIn

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

Site = Literal["booking", "airbnb"]
Url = Annotated[str, Meta(pattern=r"^(https?://[^\s]{1,500})?$")]


class OAuth(Struct, frozen=True, forbid_unknown_fields=True):
    """The hotel's own registration of the program at its provider; empty addresses are the provider's usual ones."""

    client_id: str = ""
    client_secret: str = ""
    """Name under which a vault keeps the registration's secret, where there is one."""
    tenant: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,100}$")] = "common"
    """Microsoft's directory: its id or domain."""
    sign_in: Literal["", "device", "address"] = ""
    device_url: Url = ""
    authorize_url: Url = ""
    token_url: Url = ""
    scope: str = ""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[channels.NAME]`` of type ``email``."""

    type: Literal["email"]
    address: Annotated[str, Meta(pattern=r"^[^@\s<>,;:\"]+@[^@\s<>,;:\"]+$")]
    imap: Server | None = None
    """Not needed where ``provider`` names one that is known."""
    smtp: Server | None = None
    """Likewise, and not where ``mode`` is ``view-only``."""
    provider: Literal["", "google", "microsoft"] = ""
    auth: Literal["password", "oauth"] = "password"
    oauth: OAuth = OAuth()
    username: str = ""
    """Empty: the address."""
    secret: str = ""
    """Name under which a vault keeps the password, or what OAuth's sign-in gave (the refresh token).

    Empty only for a server on this machine that asks for none.
    """
    mode: Literal["full", "view-only"] = "full"
    history: Annotated[str, Meta(pattern=r"^([1-9][0-9]{0,3}d|all|none)$")] = "30d"
    sent_copy: Literal["", "server", "ours"] = ""
    """Who files what was sent: the provider itself, or we by APPEND; empty: as the provider is known to do, else ours.

    Only a server's own copy is evidence.
    """
    sent_folder: str = ""
    """Empty: the folder that the server marks as Sent, else one of the usual names."""
    ca_file: str = ""
    """PEM file of a private certification authority."""
    sender_name: str = ""
    """Shown to guests before the address."""
    idle: bool = True
    """Have the server say when a mail comes, where it can; it is polled besides."""
    poll_seconds: Annotated[int, Meta(ge=5, le=3600)] = 60
    ota: list[Site] = field(default_factory=lambda: list(get_args(Site)))
    """Booking sites whose relayed mail is read as a conversation of its own."""
    authserv_id: str = ""
    """How the own server calls itself in Authentication-Results; ``*``: the topmost line is always its own."""
    property_: str = field(name="property", default="")
    """Code of the property whose guests write here."""

    def __post_init__(self) -> None:
        if self.imap is None and not self.provider:
            raise ValueError("imap, or a provider that is known")
        if self.auth == "oauth" and not (self.oauth.client_id and self.secret):
            raise ValueError('auth = "oauth" needs oauth.client_id and secret')
        if self.auth == "oauth" and not self.provider and not (self.oauth.token_url and self.oauth.scope):
            raise ValueError('auth = "oauth" needs a provider, or oauth.token_url and oauth.scope')

    @property
    def incoming(self) -> Server:
        return self.imap or PROVIDERS[self.provider].imap

    @property
    def outgoing(self) -> Server | None:
        return self.smtp or (PROVIDERS[self.provider].smtp if self.provider else None)

    @property
    def copied_by(self) -> str:
        """Who files what was sent: ``server`` or ``ours``."""
        return self.sent_copy or (PROVIDERS[self.provider].sent_copy if self.provider else "ours")

    @property
    def login(self) -> str:
        return self.username or self.address

    @property
    def own_address(self) -> str:
        return self.address.lower()

    @property
    def checker(self) -> str:
        """Whose word on a sender is believed: a name, ``*``, or nothing for what stands above every Received line."""
        return self.authserv_id or checker_at(self.incoming.host)

    @property
    def can_send(self) -> bool:
        return self.mode == "full" and self.outgoing is not None


MailSettings = Settings


class Mailboxes:
    """What the screen must know of a mailbox, without loading anything that reads mail."""

    Settings = MailSettings
    TRAITS: Mapping[str, ChannelTraits] = {traits.code: traits for traits in (EMAIL, BOOKING_MAIL, AIRBNB_MAIL)}
    NEEDS = ("need_mailbox", "need_mail_password", "need_mail_registration", "need_ota_senders")
    LIMITS = ("limit_mail_unread", "limit_ota_answers")

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

    @classmethod
    def sign_in(cls, settings: MailSettings, secrets: Secrets) -> SignIn | None:
        """Leads a person to the provider's page; None where a password is all that is wanted. Raises ``Refused``."""
        if settings.auth != "oauth":
            return None
        from adapters.email.oauth import server_of
        from adapters.email.signing_in import MailSignIn

        return MailSignIn(server_of(settings, secrets), settings.login)
