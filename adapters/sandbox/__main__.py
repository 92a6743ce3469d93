"""The simulated vendors of the demo as one process: ``python -m adapters.sandbox``; ends with its parent."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from contextlib import ExitStack
from datetime import UTC, datetime

from adapters.sandbox.booking_com import SandboxBooking
from adapters.sandbox.channex import SandboxChannex
from adapters.sandbox.channex_account import ChannexAccount
from adapters.sandbox.guests import Agenda, Guests
from adapters.sandbox.hotel import script
from adapters.sandbox.mailbox import SandboxMailbox
from adapters.sandbox.meta import SandboxMeta
from adapters.sandbox.meta_account import MetaAccount
from adapters.sandbox.seeding import account_of, fill_mailbox
from adapters.sandbox.site_guests import BookingGuests, ChannexGuests
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from adapters.sandbox.whatsapp_cloud_account import WhatsAppAccount
from adapters.sandbox.whatsapp_guests import WhatsAppGuests, by_http

MAIL_PASSWORD = "sandbox-mail"
"""Of a mailbox that only this machine can reach and that holds invented mail."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal, or until standard input ends (the parent has gone)."""
    parser = argparse.ArgumentParser(prog="python -m adapters.sandbox")
    parser.add_argument("--now", type=datetime.fromisoformat, default=datetime.now(UTC), help="moment of the script")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--twilio-port", type=int, default=0)
    parser.add_argument("--imap-port", type=int, default=0)
    parser.add_argument("--smtp-port", type=int, default=0)
    parser.add_argument("--messenger-port", type=int, help="a Facebook Page besides, at this port")
    parser.add_argument("--instagram-port", type=int, help="an Instagram account besides, at this port")
    parser.add_argument("--whatsapp-port", type=int, help="a WhatsApp number at Meta besides, at this port")
    parser.add_argument("--whatsapp-hooks", default="", help="where its webhooks go: http://127.0.0.1:PORT/hooks/NAME")
    parser.add_argument("--channex-port", type=int, help="Booking.com, Airbnb and Expedia besides, at this port")
    parser.add_argument("--booking-port", type=int, help="a Booking.com machine account besides, at this port")
    parser.add_argument("--alone", action="store_true", help="do not end when standard input does")
    given = parser.parse_args(arguments)

    sample = script(given.now, given.seed)
    agenda, ended = Agenda(), threading.Event()
    account = account_of(sample)
    mailbox = SandboxMailbox(sample.mail, MAIL_PASSWORD, imap_port=given.imap_port, smtp_port=given.smtp_port)
    with SandboxTwilio(account, given.twilio_port) as twilio, mailbox, ExitStack() as further:
        fill_mailbox(mailbox, sample)
        for channel, port in (("messenger", given.messenger_port), ("instagram", given.instagram_port)):
            if port is not None:
                further.enter_context(SandboxMeta(MetaAccount(channel=channel, name=sample.hotel), port))
        if given.whatsapp_port is not None:
            number = WhatsAppAccount(name=sample.hotel)
            further.enter_context(SandboxWhatsApp(number, given.whatsapp_port))
            if given.whatsapp_hooks:
                WhatsAppGuests(number, agenda, by_http(given.whatsapp_hooks)).begin()
        if given.channex_port is not None:
            sites = further.enter_context(SandboxChannex(ChannexAccount(title=sample.hotel), given.channex_port))
            ChannexGuests(sites.account, agenda).begin()
        if given.booking_port is not None:
            booking = further.enter_context(SandboxBooking(port=given.booking_port))
            BookingGuests(booking.account, agenda).begin()
        Guests(sample, account, mailbox, agenda).begin()
        threading.Thread(target=agenda.run, name="guests", daemon=True).start()
        print(f"ready twilio={twilio.base_url} imap={mailbox.imap_port} smtp={mailbox.smtp_port}", flush=True)
        for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(ending, lambda *_: ended.set())
        if not given.alone:
            threading.Thread(target=_until_parent_ends, args=(ended,), name="parent", daemon=True).start()
        ended.wait()
        agenda.stop()
    return 0


def _until_parent_ends(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    sys.exit(main())
