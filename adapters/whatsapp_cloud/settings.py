"""What a WhatsApp Cloud API number may say in the configuration, and what it can do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field

from tui_inbox.domain.channel import AttachmentLimits, ChannelTraits, Evidence, HandleKind
from tui_inbox.domain.deed import Act

if TYPE_CHECKING:
    from tui_inbox.ports.channel import Channel
    from tui_inbox.ports.secrets import Secrets

VENDOR = "https://graph.facebook.com"
# The hosts that media addresses name; they want the token too.
FILE_HOSTS = ("lookaside.fbsbx.com",)

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
MB = 1_000_000
FILE_LIMITS: Mapping[str, tuple[str, int]] = {
    "image/jpeg": ("image", 5 * MB),
    "image/png": ("image", 5 * MB),
    "video/mp4": ("video", 16 * MB),
    "video/3gpp": ("video", 16 * MB),
    "audio/aac": ("audio", 16 * MB),
    "audio/amr": ("audio", 16 * MB),
    "audio/mpeg": ("audio", 16 * MB),
    "audio/mp4": ("audio", 16 * MB),
    "audio/ogg": ("audio", 16 * MB),
    "image/webp": ("sticker", 500_000),
}
"""Type -> how WhatsApp shows it, and bytes; every other file goes as a document."""
DOCUMENT = ("document", 100 * MB)

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
    attachments=AttachmentLimits(count=1, max_bytes=DOCUMENT[1]),
    evidence=Evidence.NONE,
    settle=timedelta(minutes=2),
    quotes=True,
    acts=frozenset({Act.READ, Act.TYPING, Act.REACT, Act.SPAM}),
)

NEEDS = (
    "need_meta_business",
    "need_business_verification",
    "need_number_off_the_app",
    "need_system_user_token",
    "need_payment_card",
    "need_receiver",
)
"""What a real account needs; worded in ``wording.whatsapp_cloud``."""
LIMITS = (
    "limit_send_only",
    "limit_window_24h",
    "limit_templates_reviewed",
    "limit_no_lookup",
    "limit_no_history",
    "limit_media_7_days",
    "limit_one_file",
    "limit_billed_by_meta",
)
"""What is not possible with it."""

Digits = Annotated[str, Meta(pattern=r"^[0-9]{5,20}$")]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[channels.NAME]`` of type ``whatsapp-cloud``."""

    type: Literal["whatsapp-cloud"]
    number: Annotated[str, Meta(pattern=r"^\+[1-9][0-9]{6,14}$")]
    """The hotel's number, as guests see it."""
    phone_number_id: Digits
    waba_id: Digits
    """Of the WhatsApp Business Account: templates and costs are asked there."""
    secret: Annotated[str, Meta(min_length=1)]
    """Name under which a vault keeps the system user's token."""
    app_secret: str = ""
    """Name of the secret with which Meta signs its webhooks; without it nothing is received."""
    verify_token: str = ""
    """Name of the secret that Meta repeats when the webhook is set up."""
    prove_calls: bool = False
    """Send ``appsecret_proof`` with every call, for apps that demand it."""
    graph_version: Annotated[str, Meta(pattern=r"^v[0-9]{1,3}\.[0-9]{1,2}$")] = "v25.0"
    base_url: str = VENDOR
    read_receipts: Literal["off", "on-open", "on-reply"] = "on-reply"
    """When guests see that their messages were read."""
    typing: bool = False
    """Guests see that somebody writes, which marks as read what they wrote."""
    ask_receipts: bool = False
    """Ask ``message_history`` about what was sent, where Meta offers it to this account."""
    mode: Literal["full", "view-only"] = "full"
    property_: str = field(name="property", default="")
    """Code of the property whose guests write here."""

    @property
    def is_vendor(self) -> bool:
        """The real Meta, whose files lie on another host; anything else serves them under one."""
        return self.base_url.rstrip("/") == VENDOR


AccountSettings = Settings


class WhatsAppNumbers:
    """What the screen must know of a number, without loading anything that talks to the vendor."""

    Settings = AccountSettings
    TRAITS: Mapping[str, ChannelTraits] = {WHATSAPP.code: WHATSAPP}
    NEEDS = NEEDS
    LIMITS = LIMITS
    HEARD_BY = ("listen", "spool", "relay")
    MANAGER = "https://business.facebook.com/wa/manage/home/"

    @classmethod
    def serves(cls, settings: AccountSettings) -> Mapping[str, ChannelTraits]:
        if settings.mode == "view-only":
            return {WHATSAPP.code: WHATSAPP._replace(can_send=False, can_start=False, acts=frozenset())}
        silent = settings.read_receipts == "off"
        kept_quiet = {Act.READ: silent, Act.TYPING: silent or not settings.typing}
        acts = frozenset(act for act in WHATSAPP.acts if not kept_quiet.get(act))
        return {WHATSAPP.code: WHATSAPP._replace(acts=acts)}

    @classmethod
    def own(cls, settings: AccountSettings) -> Mapping[str, str]:
        return {WHATSAPP.code: settings.number}

    @classmethod
    def open(cls, name: str, settings: AccountSettings, secrets: Secrets) -> Channel:
        """Raises ``Refused("secret_missing")`` or ``Refused("bad_base_url")``; touches no network."""
        from adapters.whatsapp_cloud.account import open_number

        return open_number(name, settings, secrets)
