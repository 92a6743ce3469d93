"""Sentences for consent: who took themselves off, footers, and the month's SMS budget."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    "unsubscribe_forged": N_("This unsubscribe code does not come from here; nothing was changed."),
    "unsubscribe_old": N_("This unsubscribe code is too old; nothing was changed."),
    "unsubscribe_unknown": N_("The guest of this unsubscribe code is not there any more."),
    "sms_budget_mailed": N_("Not needed: it went by e-mail, and the month's SMS are used up."),
    "mark.sms_budget_used": N_("SMS budget used up"),
    "sms_budget_used": N_("The month's SMS are used up: {used} of {budget}."),
    "sms_budget_ask": N_("The month's SMS are used up: {used} of {budget}. This message is {parts} more."),
    "sms_budget_number": N_("Write a whole number of SMS parts, or 0 for no limit."),
    "config_bad_public_url": N_(
        "{key} = {seen}: write the address of your reverse proxy, like “https://chat.hotel.example”."
    ),
    "config_nobody_listens": N_("{key} leads nowhere: [receiver] listen is empty."),
}

TO_THE_OWNER: dict[str, tuple[str, str]] = {
    "sms_budget": (
        N_("{hotel}: the SMS of this month are used up"),
        N_(
            "The account {account} has sent {used} of {budget} SMS parts this month.\n\n"
            "What rules, bookings and groups send now goes by e-mail where the guest has an address and agrees; the "
            "rest waits. People at the desk are asked before each SMS.\n\n"
            "To raise the budget: in the inbox, F8, the account, then “SMS budget”. What waits can be released there."
        ),
    ),
}
"""Subject and text of each mail to the owner."""
