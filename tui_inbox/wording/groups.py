"""Sentences for guest lists, group sends, offers and changed terms."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    # Guest lists.
    "bad_criterion": N_("“{value}” does not fit “{criterion}”."),
    "list_name": N_("A list needs a name of at most {limit} characters."),
    "list_empty": N_("Choose at least one criterion: without any it would be all guests."),
    "list_exists": N_("There is a list “{name}” already."),
    "criterion.language": N_("language"),
    "criterion.country": N_("country"),
    "criterion.vip": N_("VIP"),
    "criterion.tag": N_("tag"),
    "criterion.phone": N_("phone known"),
    "criterion.email": N_("e-mail known"),
    "criterion.whatsapp": N_("on WhatsApp"),
    "criterion.opted_out": N_("has opted out of"),
    "criterion.phase": N_("phase of the stay"),
    "criterion.arriving_within": N_("arrives within days"),
    "criterion.departing_within": N_("leaves within days"),
    "criterion.nights_from": N_("nights, at least"),
    "criterion.nights_to": N_("nights, at most"),
    "criterion.room_type": N_("room type"),
    "criterion.source": N_("booked at"),
    "criterion.last_stay_before": N_("last stay ended before"),
    "criterion.last_stay_after": N_("last stay ended after"),
    "criterion.stays_from": N_("stays so far, at least"),
    "criterion.stays_to": N_("stays so far, at most"),
    # Offers and changed terms.
    "offer_title": N_("Say in a few words what is offered."),
    "offer_minutes": N_("Between 1 and {limit} minutes to answer."),
    "offer_guests": N_("Choose at least one guest and at most {limit}."),
    "offer_not_asked": N_("This guest has not been asked, or has answered."),
    "offer_over": N_("This offer is over."),
    "terms_link": N_("A text about changed terms needs the variable terms_link, and a link to put there."),
    "terms_nobody": N_("Nobody has an upcoming stay."),
    "terms_accepted_already": N_("This guest has accepted already, or was not asked."),
    "said.yes": N_("yes: it is theirs"),
    "said.no": N_("no"),
    "said.late": N_("yes, but it was gone"),
    "how.keyword": N_("by answering"),
    "how.link": N_("by the link"),
    "how.by_hand": N_("noted at the desk"),
    "terms_no_page": N_(
        "##{{accept_link}} needs a page that guests reach: set public_url under [receiver] (docs/receiver.md), or take"
        " it out of the text: guests can also answer YES."
    ),
    "accept_forged": N_("This link is none of ours."),
    "accept_old": N_("This link is too old."),
    "accept_unknown": N_("Nobody was asked by this link."),
    # Group sends.
    "send_channels": N_("Choose at least one channel that is connected."),
    "class_reason": N_("Say why this is no advertising; otherwise it goes to those alone who take advertising."),
    "bulk_limit": N_("These are {count} guests, and {setting} allows {limit} at once: an administrator can unlock it."),
    "unlock_needs_pin": N_("{name} has no PIN yet: only under their own login can they unlock this."),
    "nobody_gets_it": N_("Nobody of them can get it."),
    "send_over": N_("This send is over."),
    "send_held": N_("Held: it waits for its turn again."),
    "no_address_for": N_("No address for {channel} is known."),
    "left_out_marketing": N_("Has unsubscribed from advertising."),
    "left_out_transactional": N_("Has unsubscribed from notices."),
    "guest_gone": N_("This guest is not on file any more."),
    "guest_blocked": N_("This sender is blocked."),
    "duplicate_address": N_("{address} gets it already, as another guest's."),
}
