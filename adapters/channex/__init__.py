"""Channex: one API for the messages of Booking.com, Airbnb and Expedia, polled."""

from adapters.channex.settings import AIRBNB, BOOKING, EXPEDIA, ChannexAccounts, Settings

__all__ = ["AIRBNB", "BOOKING", "EXPEDIA", "ChannexAccounts", "Settings"]
