"""What a calendar feed may say in the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tui_inbox.ports.bookings import BookingSource
    from tui_inbox.ports.secrets import Secrets


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[sources.NAME]`` of type ``ical``."""

    type: Literal["ical"]
    secret: Annotated[str, Meta(min_length=1)]
    """Name under which a vault keeps the feed's address: whoever knows it can read the feed."""
    site: Literal["auto", "airbnb", "booking.com", "other"] = "auto"
    closed: Literal["skip", "stay"] = "skip"
    """Booking.com's feed calls bookings and closed rooms the same."""
    room: str = ""
    """The room or apartment whose calendar it is."""
    poll_seconds: Annotated[int, Meta(ge=900, le=86400)] = 1800
    property_: str = field(name="property", default="")
    """Code of the property whose stays these are."""


FeedSettings = Settings


class Calendars:
    """What must be known of a feed without loading anything that talks to its site."""

    Settings = FeedSettings
    LABEL = "iCalendar"
    NEEDS: tuple[str, ...] = ("need_ical_address",)
    LIMITS: tuple[str, ...] = ("limit_ical_dates", "limit_ical_guests", "limit_ical_cancelled")

    @classmethod
    def open(cls, name: str, settings: FeedSettings, secrets: Secrets, zone: ZoneInfo) -> BookingSource:
        """Raises ``Refused("secret_missing")``, ``Refused("bad_base_url")`` or ``Refused("ical_missing")``."""
        from adapters.ical.feed import Calendar

        return Calendar.open(name, settings, secrets, zone)
