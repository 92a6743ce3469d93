"""Sentences for mail: why one could not be read, sent or trusted, by stored code."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    # Quarantine.
    "mail_too_slow": N_("Reading this mail took too long; it was set aside."),
    "mail_too_big": N_("This mail needs too much memory to be read; it was set aside."),
    "mail_too_deep": N_("This mail is nested more deeply than any person writes; it was set aside."),
    "mail_unreadable": N_("This mail could not be read; it was set aside."),
    "mail_crashed": N_("Reading this mail ended the reader; it was set aside."),
    "mail_no_sender": N_("This mail names no sender who could be answered."),
    "mail_not_served": N_("The mail server would not hand this mail over: {text}"),
    "mail_parser_down": N_("The mail reader does not start; look at the worker's log."),
    # Settings.
    "mail_plain_text": N_(
        '“{host}” is another machine: tls = "none" is allowed on this machine only. Use "implicit" or "starttls".'
    ),
    "mail_no_smtp": N_('“{account}” has no smtp table. Add one, or set mode = "view-only".'),
    "mail_ca_unreadable": N_("The certificates in “{file}” cannot be read (ca_file)."),
    # What it takes, and what it cannot do.
    "need_mail_registration": N_("For the sign-in: this program registered once in your organisation's console."),
    "need_ota_senders": N_("For Booking.com's guests: the desk's address on the Extranet's list of approved senders."),
    "limit_ota_answers": N_("Guests of Booking.com and Airbnb can be answered by mail, but not written to first."),
    # Signing in.
    "mail_sign_in_again": N_(
        "The sign-in at the mail provider has ended or was taken back: “tui-inbox channel sign-in NAME” renews it."
    ),
    "mail_token_refused": N_(
        "The mail server refuses the sign-in: check that IMAP and SMTP are switched on for this mailbox."
    ),
    "mail_client_refused": N_("The provider does not know your registration: check oauth.client_id and its secret."),
    "mail_basic_off": N_(
        "The provider takes no passwords any more: set provider and auth = “oauth”, then run “tui-inbox channel "
        "sign-in NAME”."
    ),
    "mail_oauth_incomplete": N_("For this sign-in the provider's addresses are missing (oauth in the configuration)."),
    "sign_in_denied": N_("The provider was told no; nothing was stored."),
    "sign_in_expired": N_("The code has run out; begin again."),
    "sign_in_no_refresh": N_("The provider gave nothing that lasts: allow offline access in your registration."),
    "sign_in_not_it": N_("That is not the address at which this sign-in ended."),
    "sign_in_not_wanted": N_("“{name}” logs in with a password; there is nothing to sign in to."),
    # Sending.
    "bounced": N_("The mail came back: it was not delivered."),
    "ota_no_route": N_("The booking site gave no address for an answer yet; the guest must write first."),
    "ota_file_refused": N_("Booking sites hold this kind of file back (zip, rar, exe): send a PDF or a picture."),
    # What is odd about a mail.
    "reply_to_differs": N_("Answers would go to another address than the sender's; nothing was sent there."),
    "ota_unproved": N_(
        "It says that it comes from a booking site, and your mail server has not proved that. Open no link in it; "
        "if all mails of that site show this, name your server as authserv_id."
    ),
    "ota_look_alike": N_("It bears a booking site's name and does not come from there. Open no link in it."),
    "sender_is_us": N_("It bears our own address but did not come from our own sent mail."),
}
