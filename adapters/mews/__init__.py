"""Mews, a property management system: its reservations, polled by what changed."""

from adapters.mews.settings import MewsHotels, Settings

__all__ = ["MewsHotels", "Settings"]
