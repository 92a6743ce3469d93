"""What a Channex property may say in the configuration as a source of stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field

from adapters.channex.settings import VENDOR

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tui_inbox.ports.bookings import BookingSource
    from tui_inbox.ports.secrets import Secrets


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[sources.NAME]`` of type ``channex``."""

    type: Literal["channex"]
    secret: Annotated[str, Meta(min_length=1)]
    """Name under which a vault keeps the API key."""
    property_id: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
    """The property's id at Channex."""
    acknowledge: bool = False
    """Take revisions from the vendor's feed, where whoever acknowledges one hides it from every other program."""
    base_url: str = VENDOR
    poll_seconds: Annotated[int, Meta(ge=20, le=86400)] = 120
    property_: str = field(name="property", default="")
    """Code of the property whose stays these are."""


BookingSettings = Settings


class ChannexBookings:
    """What must be known of the bookings without loading anything that talks to the vendor."""

    Settings = BookingSettings
    LABEL = "Channex"
    NEEDS: tuple[str, ...] = ("need_channex_account", "need_channex_mapping")
    LIMITS: tuple[str, ...] = ("limit_channex_feed", "limit_channex_rooms")

    @classmethod
    def open(cls, name: str, settings: BookingSettings, secrets: Secrets, zone: ZoneInfo) -> BookingSource:
        """Raises ``Refused("secret_missing")`` or ``Refused("bad_base_url")``; touches no network."""
        from adapters.channex.bookings import Bookings

        return Bookings.open(name, settings, secrets)
