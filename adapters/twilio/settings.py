"""What a Twilio account may say in the configuration, and what its two channels can do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field

from tui_inbox.domain.channel import AttachmentLimits, ChannelTraits, Evidence, HandleKind

if TYPE_CHECKING:
    from tui_inbox.ports.channel import Channel
    from tui_inbox.ports.secrets import Secrets

VENDOR = "https://api.twilio.com"
CONTENT_HOST = "content.twilio.com"
MESSAGING_HOST = "messaging.twilio.com"
# Where the vendor redirects to for the bytes of a file (seen in its own clients and forum answers).
FILE_HOSTS = (".twilio.com", ".twiliocdn.com", "s3-external-1.amazonaws.com")

LONGEST_TEXT = 1600
"""Characters of one Body; beyond it the vendor answers 21617."""
# No server behind a router can offer the vendor a public URL, so files cannot be sent; 5 MB is the vendor's total.
_FILES = AttachmentLimits(count=10, max_bytes=5_000_000, needs_public_url=True)

SMS = ChannelTraits(
    code="sms",
    mark="SM",
    label="SMS",
    handle=HandleKind.PHONE,
    max_chars=LONGEST_TEXT,
    counts_segments=True,
    delivery_receipts=True,
    stop_words=True,
    attachments=_FILES,
    evidence=Evidence.LIST,
    settle=timedelta(minutes=2),
)
WHATSAPP = ChannelTraits(
    code="whatsapp",
    mark="WA",
    label="WhatsApp",
    handle=HandleKind.PHONE,
    can_start=False,
    free_window=timedelta(hours=24),
    templates_after_window=True,
    max_chars=LONGEST_TEXT,
    delivery_receipts=True,
    read_receipts=True,
    attachments=_FILES,
    evidence=Evidence.LIST,
    settle=timedelta(minutes=2),
)

Number = Annotated[str, Meta(pattern=r"^\+[1-9][0-9]{6,14}$")]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[channels.NAME]`` of type ``twilio``."""

    type: Literal["twilio"]
    account_sid: Annotated[str, Meta(pattern=r"^AC[0-9a-fA-F]{32}$")]
    secret: Annotated[str, Meta(min_length=1)]
    """Name under which a vault keeps the auth token (or the API key's secret)."""
    from_: Number = field(name="from")
    whatsapp_from: Annotated[str, Meta(pattern=r"^(\+[1-9][0-9]{6,14})?$")] = ""
    api_key: Annotated[str, Meta(pattern=r"^(SK[0-9a-fA-F]{32})?$")] = ""
    """With it ``secret`` is the key's own secret, and the account's token stays in the drawer."""
    messaging_service: Annotated[str, Meta(pattern=r"^(MG[0-9a-fA-F]{32})?$")] = ""
    base_url: str = VENDOR
    poll_seconds: Annotated[int, Meta(ge=5, le=3600)] = 20
    history: Annotated[str, Meta(pattern=r"^([1-9][0-9]{0,3}d|all|none)$")] = "30d"
    mode: Literal["full", "view-only"] = "full"
    calls: bool = False
    """Calls with ``from`` are fetched, too."""
    voice_url: Annotated[str, Meta(pattern=r"^https://[^\s?#]+$")] = "https://twimlets.com"
    """Where the paths ``/forward`` and ``/echo`` are, from which the vendor takes its instructions for calls."""
    voice_greeting: Annotated[str, Meta(max_length=200)] = "Please leave your message after the tone."
    """Part of the address, encoded three times over: the vendor takes addresses of 4,000 characters."""
    voice_language: Annotated[str, Meta(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "en-GB"
    property_: str = field(name="property", default="")
    """Code of the property whose guests write here."""

    @property
    def is_vendor(self) -> bool:
        """The real Twilio, whose services live on several hosts; anything else serves them all under one."""
        return self.base_url.rstrip("/") == VENDOR


def own_numbers(settings: Settings) -> Mapping[str, str]:
    """Channel code -> our own number on it."""
    own = {SMS.code: settings.from_}
    if settings.whatsapp_from:
        own[WHATSAPP.code] = settings.whatsapp_from
    return own


AccountSettings = Settings


class TwilioAccounts:
    """What the screen must know of an account, without loading anything that talks to the vendor."""

    Settings = AccountSettings
    TRAITS: Mapping[str, ChannelTraits] = {SMS.code: SMS, WHATSAPP.code: WHATSAPP}
    NEEDS = ("need_twilio_account", "need_twilio_number", "need_twilio_sender", "need_twilio_voice")
    LIMITS = ("limit_no_files_out", "limit_no_quotes", "limit_carrier_stop", "limit_calls_forwarded")
    MANAGER = "https://console.twilio.com"

    @classmethod
    def serves(cls, settings: AccountSettings) -> Mapping[str, ChannelTraits]:
        found = {code: cls.TRAITS[code] for code in own_numbers(settings)}
        if settings.mode == "full":
            return found
        return {code: traits._replace(can_send=False, can_start=False) for code, traits in found.items()}

    @classmethod
    def own(cls, settings: AccountSettings) -> Mapping[str, str]:
        return own_numbers(settings)

    @classmethod
    def open(cls, name: str, settings: AccountSettings, secrets: Secrets) -> Channel:
        """Raises ``Refused("secret_missing")`` or ``Refused("bad_base_url")``; touches no network."""
        from adapters.twilio.account import Twilio

        return Twilio.open(name, settings, secrets)
