"""Booking.com's Connectivity Messaging API: a queue, conversations and a nightly search, all polled."""

from adapters.booking_com.settings import BOOKING, BookingAccounts, Settings

__all__ = ["BOOKING", "BookingAccounts", "Settings"]
