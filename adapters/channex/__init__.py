"""Channex: one API for the messages and bookings of Booking.com, Airbnb and Expedia, polled."""

from adapters.channex.booking_settings import ChannexBookings
from adapters.channex.settings import AIRBNB, BOOKING, EXPEDIA, ChannexAccounts, Settings

__all__ = ["AIRBNB", "BOOKING", "EXPEDIA", "ChannexAccounts", "ChannexBookings", "Settings"]
