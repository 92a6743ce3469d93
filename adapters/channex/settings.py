"""What a Channex account may say in the configuration, and what the sites behind it can do."""

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

VENDOR = "https://app.channex.io/api/v1"
FILE_HOSTS = (".channex.io",)

_IMAGES = ("image/jpeg", "image/png", "image/gif")

BOOKING = ChannelTraits(
    code="booking",
    mark="BK",
    label="Booking.com",
    handle=HandleKind.OPAQUE,
    reply_mark=timedelta(hours=24),
    attachments=AttachmentLimits(count=1, max_bytes=10_000_000, types=_IMAGES[:2]),
    evidence=Evidence.LIST,
    free_of_charge=True,
    text_with_files=False,
    acts=frozenset({Act.NO_REPLY_NEEDED, Act.CLOSE}),
    content_rules=("links_stripped", "plain_text_only"),
)
# Limits as another manager of Airbnb's interface relays them: 65,535 characters, one image of 5 MB without text.
AIRBNB = ChannelTraits(
    code="airbnb",
    mark="AB",
    label="Airbnb",
    handle=HandleKind.OPAQUE,
    can_start=False,
    planned_may_start=True,
    max_chars=65_535,
    attachments=AttachmentLimits(count=1, max_bytes=5_000_000, types=_IMAGES),
    evidence=Evidence.LIST,
    free_of_charge=True,
    text_with_files=False,
    acts=frozenset({Act.CLOSE}),
    content_rules=("contacts_blocked", "links_stripped", "plain_text_only"),
)
EXPEDIA = ChannelTraits(
    code="expedia",
    mark="EX",
    label="Expedia",
    handle=HandleKind.OPAQUE,
    attachments=AttachmentLimits(count=1, max_bytes=5_000_000, types=_IMAGES),
    evidence=Evidence.LIST,
    free_of_charge=True,
    text_with_files=False,
    acts=frozenset({Act.CLOSE}),
    content_rules=("plain_text_only",),
)

NEEDS: tuple[str, ...] = ("need_channex_account", "need_channex_app", "need_channex_mapping")
LIMITS: tuple[str, ...] = (
    "limit_airbnb_start",
    "limit_text_or_file",
    "limit_expedia_affiliate",
    "limit_ota_receipts",
)

Site = Literal["booking", "airbnb", "expedia"]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[channels.NAME]`` of type ``channex``."""

    type: Literal["channex"]
    secret: Annotated[str, Meta(min_length=1)]
    """Name under which a vault keeps the API key."""
    property_id: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
    """The property's id at Channex."""
    sites: Annotated[tuple[Site, ...], Meta(min_length=1)] = ("booking", "airbnb", "expedia")
    base_url: str = VENDOR
    poll_seconds: Annotated[int, Meta(ge=5, le=3600)] = 30
    history: Annotated[str, Meta(pattern=r"^([1-9][0-9]{0,3}d|all|none)$")] = "30d"
    mode: Literal["full", "view-only"] = "full"
    property_: str = field(name="property", default="")
    """Code of the property whose guests write here."""


AccountSettings = Settings


class ChannexAccounts:
    """What the screen must know of an account, without loading anything that talks to the vendor."""

    Settings = AccountSettings
    TRAITS: Mapping[str, ChannelTraits] = {BOOKING.code: BOOKING, AIRBNB.code: AIRBNB, EXPEDIA.code: EXPEDIA}
    NEEDS = NEEDS
    LIMITS = LIMITS

    @classmethod
    def serves(cls, settings: AccountSettings) -> Mapping[str, ChannelTraits]:
        found: dict[str, ChannelTraits] = {code: cls.TRAITS[code] for code in settings.sites}
        if settings.mode == "full":
            return found
        closed = {"can_send": False, "can_start": False, "planned_may_start": False, "acts": frozenset()}
        return {code: traits._replace(**closed) for code, traits in found.items()}  # type: ignore[arg-type]

    @classmethod
    def own(cls, settings: AccountSettings) -> Mapping[str, str]:
        return dict.fromkeys(settings.sites, settings.property_id)

    @classmethod
    def open(cls, name: str, settings: AccountSettings, secrets: Secrets) -> Channel:
        """Raises ``Refused("secret_missing")`` or ``Refused("bad_base_url")``; touches no network."""
        from adapters.channex.account import Channex

        return Channex.open(name, settings, secrets)
