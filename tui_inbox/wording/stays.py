"""Sentences for sources of stays: needs, limits, troubles, by stored code."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    "need_ical_address": N_("The calendar's export address, from the booking site's page of the room: it is a secret."),
    "need_mews_integration": N_("The integration switched on by the hotel in Mews, under Marketplace."),
    "need_mews_tokens": N_("Its client token and the property's access token."),
    "limit_ical_dates": N_("Dates only: no name, no price, and perhaps a room that was merely closed."),
    "limit_ical_guests": N_("Nobody is written to about these stays by itself; the desk may make one certain by hand."),
    "limit_ical_cancelled": N_("A cancellation is known when the booking is gone from two polls in a row."),
    "limit_mews_customers": N_("A guest's new telephone number comes with the next change of their reservation."),
    "limit_channex_feed": N_("The list of bookings is read again at each poll, unless nobody else reads the feed."),
    "limit_channex_rooms": N_("A booking of several rooms is one stay."),
    "ical_missing": N_("Calendar feeds are not installed: install tui-inbox with the extra “ical”."),
    "calendar_repeats": N_("An event that repeats is no booking."),
}
