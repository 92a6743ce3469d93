"""Sentences for what adapters refuse or cannot read, by stored code; what sending reports stands in ``delivery``."""

from __future__ import annotations

from tui_inbox.wording import N_

NAMES = (N_("Web chat"),)
"""Channels that are no company's: their name is a word, which an account's traits give in the reader's language."""

SENTENCES: dict[str, str] = {
    "bad_base_url": N_("base_url is not a web address. It begins with https:// (http:// on this machine only)."),
    "channel_not_served": N_("This account has no {channel}. Give it a sender number, or choose another channel."),
    "bad_direction": N_("It says neither that it came in nor that it went out."),
    "no_guest_address": N_("It names no guest who could be answered."),
    "file_elsewhere": N_("The file lies at an address that this program does not visit."),
    "need_twilio_account": N_("A Twilio account, paid by use: no fee of this program's, a card at Twilio."),
    "need_twilio_number": N_("A phone number bought there that may send SMS in the guests' countries."),
    "need_twilio_sender": N_("For WhatsApp: that number registered as a WhatsApp sender, with a verified business."),
    "need_mailbox": N_("The desk's mailbox, reached by IMAP and SMTP."),
    "need_mail_password": N_("Its password, an application password, or a sign-in at Google or Microsoft."),
    "limit_no_files_out": N_("Files cannot be sent: the provider would fetch them from a public address."),
    "limit_no_quotes": N_("Buttons, quotes and reactions of WhatsApp are not told to a program that polls."),
    "limit_carrier_stop": N_("Who texts STOP gets nothing more from this number, not even by hand."),
    "limit_mail_unread": N_("Nobody tells whether a mail was read."),
    "advice.mail_sign_in_again": N_("Sign in again: tui-inbox channel sign-in {name}"),
    "advice.mail_basic_off": N_('Set provider and auth = "oauth", then: tui-inbox channel sign-in {name}'),
    "advice.mail_token_refused": N_("Switch IMAP and SMTP on for this mailbox at the provider."),
    "advice.mail_client_refused": N_("Check oauth.client_id and its secret in the configuration."),
    "advice.auth": N_("Store the key or password again: tui-inbox channel add {name}"),
    "advice.forbidden": N_("Look into the provider's console: this account lacks a right."),
    "advice.account_suspended": N_(
        "Only the provider can lift this; guests can be answered by other channels meanwhile."
    ),
    "advice.trial_number": N_("Upgrade the account at the provider, or confirm the guest's number there."),
    "advice.tls": N_("Check the server's name and certificate, and this machine's clock."),
    "advice.unreachable": N_("Check this machine's network; it goes on by itself when the provider answers."),
    "advice.timeout": N_("Nothing to do: it goes on by itself when the provider answers."),
    "advice.rate_limited": N_("Nothing to do: it goes on by itself."),
    "advice.vendor_down": N_("Nothing to do: it goes on by itself when the provider's fault is over."),
    "advice.no_sender": N_("Give the account a sender number in the configuration."),
    "file_encoded": N_("The file came compressed, so its size could not be checked."),
}
