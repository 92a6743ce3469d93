"""What is asked to connect a source of stays, and where each answer is found."""

from __future__ import annotations

from collections.abc import Mapping

from tui_inbox.cli.forms import Form, Question
from tui_inbox.wording import N_

SOURCE_FORMS: Mapping[str, Form] = {
    "mews": Form(
        "mews",
        "pms",
        (),
        N_("Access token of the property (it is not shown)"),
        N_("In Mews' mail about your integration; each property has one of its own."),
        "access",
        (
            Question(
                "client_token",
                N_("Client token of the integration (it is not shown)"),
                N_("In the same mail; it is the same for all your properties."),
                needed=True,
            ),
        ),
        needs_first=True,
    ),
    "channex": Form(
        "channex",
        "sites",
        (
            Question(
                "property_id",
                N_("The property's id at Channex"),
                N_("app.channex.io, Properties, your property: the long id in the page's address."),
            ),
        ),
        N_("API key (it is not shown)"),
        N_("app.channex.io, your profile, API keys; the one of the messages will do."),
        "key",
        needs_first=True,
    ),
    "ical": Form(
        "ical",
        "calendar",
        (
            Question(
                "room",
                N_("The room or apartment whose calendar it is"),
                N_("As your desk calls it, such as 204 or Studio; the calendar does not name it."),
            ),
            Question(
                "closed",
                N_("Closed days of Booking.com: “skip” or “stay”"),
                N_("Its calendar calls bookings and closed days the same: “skip” leaves both out. Others: Enter."),
                lambda _answers: "skip",
            ),
        ),
        N_("The calendar's address (it is not shown, for whoever has it can read the calendar)"),
        N_("Airbnb: Calendar, Availability, Connect calendars. Booking.com: Calendar, Sync calendars, Copy link."),
        "address",
    ),
}
"""By what is said after ``tui-inbox source add``."""
