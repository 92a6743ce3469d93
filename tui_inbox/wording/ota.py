"""Sentences for the routes to booking sites (Channex, Booking.com): needs, limits, refusals, by stored code."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    "need_channex_account": N_("A paid Channex account with an API key: Channex, your profile, API keys."),
    "need_channex_app": N_("Its Messages app installed on the property: Channex, Applications."),
    "need_channex_mapping": N_("The sites connected there, with listings mapped to rooms and the right to messages."),
    "limit_airbnb_start": N_(
        "Airbnb: the hotel's first word can only be a planned message; once the guest has written, anything goes."
    ),
    "limit_text_or_file": N_("A message is text or one picture, never both."),
    "limit_expedia_affiliate": N_("Bookings of Expedia's affiliates take no messages."),
    "limit_ota_receipts": N_("The site does not tell whether a message was read."),
    "reauthorise": N_("The site's consent has run out: it must be authorised again."),
    "chat_app_missing": N_("Connected, but without the right to messages."),
    "not_mapped": N_("A listing of the site is not mapped to a room."),
    "advice.reauthorise": N_("Authorise the site again in the channel manager, save, then press t here."),
    "advice.chat_app_missing": N_("Install the Messages app on the property, or give the right to messages again."),
    "advice.not_mapped": N_("Map every listing to a room in the channel manager."),
    "no_messaging": N_("This booking's site takes no messages; use another channel."),
    "no_such_booking": N_("The site does not know this reservation (any more)."),
    "no_thread": N_("This guest has no conversation at the site: a reservation's code or its thread is needed."),
    "text_or_file": N_("{channel} takes text or a file, not both: send them one after the other."),
    "file_type": N_("This site takes pictures only, not {type}."),
    "file_too_big": N_("Too big for this site: at most {limit} MB."),
    "act_not_supported": N_("The site knows no such act."),
}
