"""Sentences for WhatsApp at Meta: needs, limits, states of the account, refusals, by stored code."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    # What a real account needs.
    "need_meta_business": N_("A Facebook business profile (Meta Business Manager) that owns the WhatsApp account."),
    "need_business_verification": N_("Meta must have verified the business before many guests can be written to."),
    "need_number_off_the_app": N_(
        "A number that no WhatsApp app uses: delete its account in the app first. Conversations deleted that way "
        "cannot be restored, and the number is then reachable only here."
    ),
    "need_system_user_token": N_("A system user's token that does not expire, with the two WhatsApp rights."),
    "need_payment_card": N_("A bank card at Meta, which bills the hotel itself; this program adds no fee."),
    "need_receiver": N_("A way for Meta's calls to reach this desk: the receiver, a relay or a folder."),
    # What is not possible.
    "limit_send_only": N_("Without the receiver, a relay or a folder it only sends: what guests write never arrives."),
    "limit_window_24h": N_("Free text goes within 24 hours of the guest's last message; later only a template."),
    "limit_templates_reviewed": N_("Templates are reviewed by Meta, which may take a day, and may be paused by it."),
    "limit_no_lookup": N_("A lost answer cannot be looked up; it settles when Meta reports on the message."),
    "limit_no_history": N_("Messages from before the connection cannot be fetched."),
    "limit_media_7_days": N_("Meta keeps what guests send for seven days; it is fetched at once."),
    "limit_one_file": N_("A message carries one file; a text with it has at most 1,024 characters."),
    "limit_billed_by_meta": N_("Messages are billed by Meta, by category and country; amounts here are estimates."),
    # The account: disabled.
    "account_banned": N_("Meta has disabled this WhatsApp account for breaking its rules."),
    "account_deleted": N_("This WhatsApp account was deleted at Meta."),
    "account_locked": N_("Meta has locked this WhatsApp account."),
    "number_deleted": N_("This number does not exist at Meta any more, or our right to it is gone."),
    "permissions_withdrawn": N_("Our right to write for this account was withdrawn."),
    "sending_blocked": N_("Meta blocks sending from this number."),
    "payment_missing": N_("Meta has no valid means of payment for this account."),
    "number_unregistered": N_("The number is not registered with the Cloud API."),
    "name_not_approved": N_("Meta has not approved the name shown to guests."),
    # The account: restricted.
    "account_restricted": N_("Meta has restricted this account: suspicious activity or a security problem."),
    "account_under_review": N_("Meta is reviewing this account."),
    "account_review_rejected": N_("Meta has not approved this account."),
    "account_ban_announced": N_("Meta will disable this account soon."),
    "account_alert": N_("Meta warns about this account."),
    "policy_violation": N_("Meta reports a breach of its rules."),
    "sending_limited": N_("Meta limits what this number may send."),
    "limit_lowered": N_("Meta has lowered the number of guests that may be written to first."),
    "quality_low": N_("Guests block or report this number: its quality is low."),
    "spam_limited": N_("Too many guests blocked or reported this number; Meta limits it."),
    # What to do about it.
    "advice.account_banned": N_("Appeal in WhatsApp Manager, Account quality; messages wait here."),
    "advice.account_deleted": N_("Connect another account; messages wait here."),
    "advice.account_locked": N_("Open WhatsApp Manager, Account quality, and follow what it asks."),
    "advice.number_deleted": N_("Add the number again in WhatsApp Manager, then correct phone_number_id."),
    "advice.permissions_withdrawn": N_(
        "Give the system user its rights again in Business settings; store the new token."
    ),
    "advice.sending_blocked": N_("WhatsApp Manager, Account quality, says why."),
    "advice.payment_missing": N_("Enter a card in WhatsApp Manager, Payment settings."),
    "advice.number_unregistered": N_("Register the number in WhatsApp Manager, Phone numbers."),
    "advice.name_not_approved": N_("Ask for another name in WhatsApp Manager, Phone numbers."),
    "advice.account_restricted": N_("WhatsApp Manager, Account quality, says what and until when."),
    "advice.account_under_review": N_("Wait for Meta; a review mostly takes a day or two."),
    "advice.account_review_rejected": N_("Ask for another review in WhatsApp Manager."),
    "advice.account_ban_announced": N_("Appeal in WhatsApp Manager, Account quality, before the date."),
    "advice.account_alert": N_("Open WhatsApp Manager, Account quality."),
    "advice.policy_violation": N_("Open WhatsApp Manager, Account quality."),
    "advice.sending_limited": N_("Often the business is not verified yet: Business settings, Security Centre."),
    "advice.limit_lowered": N_("Write first to fewer guests, and only about their stay."),
    "advice.quality_low": N_("Write first to fewer guests, and only about their stay."),
    # Sending.
    "whatsapp_undeliverable": N_("Not deliverable: no WhatsApp under this number, or too old an app."),
    "own_number": N_("This is the hotel's own number."),
    "marketing_stopped": N_("The guest has stopped marketing messages at WhatsApp."),
    "marketing_off": N_("Marketing messages are switched off for this account at Meta."),
    "needs_phone": N_("This needs the guest's phone number, which WhatsApp does not tell."),
    "identity_changed": N_("The guest's phone or WhatsApp has changed; check who it is."),
    "no_caption": N_("A voice recording or sticker takes no text with it; send the text by itself."),
    "broken_file": N_("The file arrived damaged; it is fetched again."),
    "unsupported_message": N_("This kind of message can be seen only on a telephone; ask the guest to write it."),
    # Templates.
    "promotional_in_utility": N_("“{word}” sounds like promotion: Meta would want the category marketing."),
    "asks_sensitive": N_("“{word}”: Meta rejects templates that ask for such data."),
    "same_as": N_("It says the same as “{name}”; Meta rejects doubles."),
    "brace_open": N_("Line {line}, column {column}: “{text}” belongs to no variable."),
    "sample_missing": N_("{{{{{name}}}}} has no variable of ours yet, so there is no sample for Meta."),
    "template_button": N_("A button is [Label], [Label] https://… or [Label] +33…, with at most {limit} characters."),
    "template_buttons": N_("At most {limit} buttons."),
    "template_cap": N_("Meta's limit of templates is reached; withdraw some first."),
    "template_disabled": N_("The provider has disabled this template."),
    "template_duplicate": N_("There is a template with this name and language already."),
    "template_edge": N_("A template may neither begin nor end with a variable."),
    "template_form": N_("The template's form is not accepted: look at braces, variables and length."),
    "template_header": N_("The header takes 60 characters, one variable and no file."),
    "template_mixed": N_("Use either numbers or names for variables, not both."),
    "template_order": N_("Variables are numbered 1, 2, 3 … without gaps."),
    "template_quality": N_("Guests rate this template badly; Meta may pause it."),
    "template_recategorised": N_("Meta has put this template into another category."),
    "template_too_long": N_("With its values filled in, the template is too long."),
}
