"""Calendar feeds (iCalendar) of booking sites: dates only, and never quite sure."""

from adapters.ical.settings import Calendars, Settings

__all__ = ["Calendars", "Settings"]
