"""What a Booking.com machine account may say in the configuration, and what its channel can do."""

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

VENDOR = "https://supply-xml.booking.com/messaging"
TOKENS = "https://connectivity-authentication.booking.com"

# The vendor documents no limit of a text's length, so none is invented: its own error is shown.
BOOKING = ChannelTraits(
    code="booking",
    mark="BK",
    label="Booking.com",
    handle=HandleKind.OPAQUE,
    reply_mark=timedelta(hours=24),
    attachments=AttachmentLimits(count=5, max_bytes=10_000_000, types=("image/jpeg", "image/png")),
    evidence=Evidence.LIST,
    free_of_charge=True,
    acts=frozenset({Act.NO_REPLY_NEEDED, Act.READ}),
    content_rules=("links_stripped", "plain_text_only"),
)

NEEDS: tuple[str, ...] = ("need_booking_partner", "need_booking_switches", "need_booking_links")
LIMITS: tuple[str, ...] = (
    "limit_booking_window",
    "limit_booking_extranet",
    "limit_booking_one_poller",
    "limit_ota_receipts",
)

PropertyId = Annotated[str, Meta(pattern=r"^[0-9]{1,12}$")]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[channels.NAME]`` of type ``booking.com``."""

    type: Literal["booking.com"]
    client_id: Annotated[str, Meta(min_length=1, max_length=200)]
    """Of the machine account; with ``auth = "basic"`` its user name."""
    secret: Annotated[str, Meta(min_length=1)]
    """Name under which a vault keeps the client secret (or the machine account's password)."""
    property_ids: Annotated[tuple[PropertyId, ...], Meta(min_length=1)]
    auth: Literal["token", "basic"] = "token"
    queue: bool = True
    """Read the vendor's queue; False: conversations are read at every poll instead."""
    accept_version: Annotated[str, Meta(pattern=r"^[0-9]{1,2}\.[0-9]{1,2}$")] = "1.2"
    base_url: str = VENDOR
    auth_url: str = TOKENS
    poll_seconds: Annotated[int, Meta(ge=5, le=3600)] = 30
    history: Annotated[str, Meta(pattern=r"^([1-9][0-9]{0,3}d|all|none)$")] = "30d"
    read_receipts: Literal["off", "on-open", "on-reply"] = "on-reply"
    """When Booking.com is told that a conversation was read."""
    mode: Literal["full", "view-only"] = "full"
    property_: str = field(name="property", default="")
    """Code of the property whose guests write here."""


AccountSettings = Settings


class BookingAccounts:
    """What the screen must know of an account, without loading anything that talks to the vendor."""

    Settings = AccountSettings
    TRAITS: Mapping[str, ChannelTraits] = {BOOKING.code: BOOKING}
    NEEDS = NEEDS
    LIMITS = LIMITS

    @classmethod
    def serves(cls, settings: AccountSettings) -> Mapping[str, ChannelTraits]:
        if settings.mode == "full":
            return cls.TRAITS
        return {BOOKING.code: BOOKING._replace(can_send=False, can_start=False, acts=frozenset())}

    @classmethod
    def own(cls, settings: AccountSettings) -> Mapping[str, str]:
        return {BOOKING.code: settings.property_ids[0]}

    @classmethod
    def open(cls, name: str, settings: AccountSettings, secrets: Secrets) -> Channel:
        """Raises ``Refused("secret_missing")`` or ``Refused("bad_base_url")``; touches no network."""
        from adapters.booking_com.account import Booking

        return Booking.open(name, settings, secrets)
