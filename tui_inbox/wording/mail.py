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
