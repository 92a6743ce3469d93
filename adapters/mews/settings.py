"""What a Mews property may say in the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tui_inbox.ports.bookings import BookingSource
    from tui_inbox.ports.secrets import Secrets

VENDOR = "https://api.mews.com"


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[sources.NAME]`` of type ``mews``."""

    type: Literal["mews"]
    secret: Annotated[str, Meta(min_length=1)]
    """Name under which a vault keeps the property's access token."""
    client_token: Annotated[str, Meta(min_length=1)]
    """Name under which a vault keeps the integration's client token."""
    service_ids: tuple[str, ...] = ()
    """Of the services whose reservations are stays; empty: every one that can be booked."""
    base_url: str = VENDOR
    poll_seconds: Annotated[int, Meta(ge=30, le=86400)] = 120
    property_: str = field(name="property", default="")
    """Code of the property whose stays these are."""


HotelSettings = Settings


class MewsHotels:
    """What must be known of a property at Mews without loading anything that talks to it."""

    Settings = HotelSettings
    LABEL = "Mews"
    NEEDS: tuple[str, ...] = ("need_mews_integration", "need_mews_tokens")
    LIMITS: tuple[str, ...] = ("limit_mews_customers",)

    @classmethod
    def open(cls, name: str, settings: HotelSettings, secrets: Secrets, zone: ZoneInfo) -> BookingSource:
        """Raises ``Refused("secret_missing")`` or ``Refused("bad_base_url")``; touches no network."""
        from adapters.mews.hotel import Mews

        return Mews.open(name, settings, secrets, zone)
