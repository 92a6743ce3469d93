"""Sentences for the routes to booking sites (Channex, Booking.com): needs, limits, refusals, by stored code."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    "need_channex_account": N_("A paid Channex account with an API key: Channex, your profile, API keys."),
    "need_channex_app": N_("Its Messages app installed on the property: Channex, Applications."),
    "need_channex_mapping": N_("The sites connected there, with listings mapped to rooms and the right to messages."),
    "need_booking_partner": N_(
        "A Connectivity partner's machine account for the property: Booking.com gives none to a single hotel."
    ),
    "need_booking_switches": N_("In the partner's portal: /messages/latest and enable_self_services_messaging on."),
    "need_booking_links": N_("Links that guests may be sent, on the Extranet's list of approved links."),
    "limit_booking_window": N_(
        "Writing is possible from the booking until 7 days after the stay, and 14 days after a guest's message."
    ),
    "limit_booking_extranet": N_("Changes of dates and cancellations are answered in the Extranet only."),
    "limit_booking_one_poller": N_("No other program may read the same machine account's queue."),
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
    "bad_client": N_("Booking.com refuses the client id or its secret."),
    "property_forbidden": N_("Booking.com gives this account no access to the property."),
    "queue_off": N_("The queue of messages is not switched on; conversations are read one by one instead."),
    "advice.bad_client": N_("Store the client secret again: tui-inbox channel add {name}"),
    "advice.property_forbidden": N_("Connect the property to the machine account again, in the Extranet."),
    "advice.queue_off": N_("Switch /messages/latest on in the partner's portal, or set queue = false."),
    "site_read_only": N_("Booking.com takes no more messages for this stay: 7 days after it the conversation closes."),
    "answer_in_extranet": N_("Answer this request in the Extranet: what is written here is not taken for an answer."),
    "first_answer_counts": N_("The first message from here is taken for the answer to this request."),
    "self_service_request": N_("A request from the guest's booking page."),
    "request_to_book": N_("A request before booking: no files, no phone number or mail address in the answer."),
    "text_with_file": N_("This site wants some words with a file."),
    "reply_score": N_("{percent} % answered within 24 hours, of {count} messages in 30 days; an estimate"),
    "reply_score_few": N_("{count} messages in 30 days; the site shows a score from 10 on"),
    "no_messaging": N_("This booking's site takes no messages; use another channel."),
    "no_such_booking": N_("The site does not know this reservation (any more)."),
    "no_thread": N_("This guest has no conversation at the site: a reservation's code or its thread is needed."),
    "text_or_file": N_("{channel} takes text or a file, not both: send them one after the other."),
    "file_type": N_("This site takes pictures only, not {type}."),
    "file_too_big": N_("Too big for this site: at most {limit} MB."),
    "act_not_supported": N_("The site knows no such act."),
}
