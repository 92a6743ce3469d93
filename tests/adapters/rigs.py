"""How the contract suite holds each channel: opened at an address, with payloads and something to send."""

from __future__ import annotations

from pathlib import Path

import msgspec

from adapters._http import Http
from adapters.email import Server
from adapters.email import Settings as MailSettings
from adapters.email.account import Email
from adapters.sandbox.twilio import SandboxTwilio
from adapters.twilio import Settings, errors
from adapters.twilio.account import Twilio
from tests.adapters.rig_booking_com import BOOKING_COM
from tests.adapters.rig_channex import CHANNEX
from tests.adapters.rig_meta import INSTAGRAM_RIG, MESSENGER_RIG
from tests.adapters.rig_webchat import WEBCHAT_RIG
from tests.adapters.rig_whatsapp_cloud import WHATSAPP_CLOUD
from tests.adapters.rigging import CANARY, PAYLOADS, QUICK, SENT, Rig, outgoing
from tui_inbox.ports.channel import Envelope
from tui_inbox.ports.clock import Clock
from tui_inbox.ports.secrets import Secret

ACCOUNT_SID = "AC" + "5a" * 16


def twilio_settings(base_url: str = "https://api.twilio.com", **more: object) -> Settings:
    fields = {
        "type": "twilio",
        "account_sid": ACCOUNT_SID,
        "secret": "twilio-auth-token",
        "from": "+33700000000",
        "whatsapp_from": "+33700000001",
        "base_url": base_url,
        **more,
    }
    return msgspec.convert(fields, Settings)


def twilio(base_url: str, token: str = CANARY, clock: Clock | None = None, **more: object) -> Twilio:
    http = Http(base_url, auth=(ACCOUNT_SID, Secret(token)), explain=errors.explain, limits=QUICK)
    return Twilio("desk", twilio_settings(base_url, **more), http, clock)


def in_sandbox(box: SandboxTwilio, **more: object) -> Twilio:
    """The real adapter, talking to the simulator."""
    return twilio(box.base_url, box.account.token, box.account.clock, **more)


def payload(name: str, kind: str = "message") -> Envelope:
    raw = (PAYLOADS / "twilio" / f"{name}.json").read_bytes()
    return Envelope(name, kind, raw)


def email(base_url: str) -> Email:
    """A mailbox whose two servers are at this address."""
    port = int(base_url.rsplit(":", 1)[1])
    server = Server("127.0.0.1", port, "none")
    return Email("desk", mail_settings(server), Secret(CANARY))


def mail_settings(server: Server) -> MailSettings:
    return MailSettings(type="email", address="desk@hotel.example", imap=server, smtp=server, secret="mail")


def mails(*names: str) -> list[Envelope]:
    return [Envelope(name, "mail", (Path(__file__).parent / "mails" / f"{name}.eml").read_bytes()) for name in names]


_MAIL_FAULTS = {
    "401 or 403": "a_wrong_password_pauses_the_account_whatever_is_asked",
    # SMTP has no time to wait: the outbox takes its own.
    "429 with and without a time to wait": "a_no_of_the_server_has_one_class_and_its_own_words",
    "5xx": "a_no_of_the_server_has_one_class_and_its_own_words",
    "refused for good": "a_no_of_the_server_has_one_class_and_its_own_words",
    "silence before the request": "a_silence_before_the_mail_has_sent_nothing",
    "silence after the request": "a_silence_after_the_mail_is_unknown",
    "half an answer": "a_line_that_breaks_or_talks_nonsense_before_the_mail_has_sent_nothing",
    "an answer of another protocol": "a_line_that_breaks_or_talks_nonsense_before_the_mail_has_sent_nothing",
    "success that is none": "no_usable_answer_to_the_mail_is_unknown_whether_or_not_it_arrived",
    "a poll that fails": "a_poll_that_breaks_is_made_again_and_loses_no_mail",
    "a test call that fails": "the_test_call_says_how_sending_fails_and_never_raises",
    "a secret that is told back": "a_server_that_repeats_what_it_was_told_puts_no_password_into_logs_or_exceptions",
}
_KINDS = {"inbound": "message", "outbound": "message", "status": "status", "call": "call"}
__all__ = ["ACCOUNT_SID", "CANARY", "PAYLOADS", "QUICK", "RIGS", "SENT", "Rig", "outgoing"]

RIGS: dict[str, Rig] = {
    "messenger": MESSENGER_RIG,
    "instagram": INSTAGRAM_RIG,
    "channex": CHANNEX,
    "booking.com": BOOKING_COM,
    "email": Rig(
        type="email",
        opened=email,
        payloads=mails(
            "plain", "japanese", "outlook_french", "html_with_hidden_text", "bounce_standard", "ota/booking_en_html"
        ),
        outgoing=outgoing("email", "claire@guest.example", subject="Bonjour", message_ref="<01KEY@hotel.example>"),
        settings=mail_settings(Server("127.0.0.1", 9, "none")),
        elsewhere={
            situation: f"tests/adapters/test_email_faults.py::test_{name}" for situation, name in _MAIL_FAULTS.items()
        },
        mutants=0.01,
    ),
    "twilio": Rig(
        type="twilio",
        opened=twilio,
        payloads=[
            *(
                payload(file.stem, _KINDS[file.stem.partition("_")[0]])
                for file in sorted((PAYLOADS / "twilio").glob("*.json"))
                if file.stem.partition("_")[0] in _KINDS
            )
        ],
        outgoing=outgoing(),
        settings=twilio_settings(),
    ),
    "whatsapp-cloud": WHATSAPP_CLOUD,
    "webchat": WEBCHAT_RIG,
}
