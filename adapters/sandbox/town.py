"""Every simulated vendor of the sample hotel, on ports of this machine, with the guests behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from adapters.sandbox.agenda import Agenda
from adapters.sandbox.booking_com import SandboxBooking
from adapters.sandbox.channex import SandboxChannex
from adapters.sandbox.guests import Guests
from adapters.sandbox.house import ACCOUNTS, PORTS
from adapters.sandbox.mailbox import SandboxMailbox
from adapters.sandbox.meta import SandboxMeta
from adapters.sandbox.places import Place
from adapters.sandbox.places.chat import ChatPlace
from adapters.sandbox.places.mail import MailPlace
from adapters.sandbox.places.meta import MetaPlace, meta_account
from adapters.sandbox.places.sites import BookingPlace, ChannexPlace, booking_account, channex_account
from adapters.sandbox.places.twilio import TwilioPlace
from adapters.sandbox.places.whatsapp import WhatsAppPlace, whatsapp_account
from adapters.sandbox.postman import Postman, by_http
from adapters.sandbox.recordings import WORDS, digest
from adapters.sandbox.script import Sample
from adapters.sandbox.seeding import account_of, fill_mailbox
from adapters.sandbox.speech import SandboxSpeech, Speech
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp

MAIL_PASSWORD = "sandbox-mail"
"""Of a mailbox that only this machine can reach and that holds invented mail."""


class Town:
    """All of them; ``ports`` says what they were given, or what the system chose for those left out."""

    def __init__(
        self, sample: Sample, agenda: Agenda, ports: Mapping[str, int] | None = None, receiver: str = ""
    ) -> None:
        """``receiver``: where webhooks and browsers of the web chat go (``http://127.0.0.1:PORT``), if anywhere."""
        self._sample, self._agenda, self._receiver = sample, agenda, receiver
        asked = dict.fromkeys(PORTS, 0) | dict(ports or {})
        self.twilio = SandboxTwilio(account_of(sample), asked["twilio"])
        self.mailbox = SandboxMailbox(sample.mail, MAIL_PASSWORD, imap_port=asked["imap"], smtp_port=asked["smtp"])
        self.whatsapp = SandboxWhatsApp(whatsapp_account(sample), asked["whatsapp"])
        self.messenger = SandboxMeta(meta_account(sample, "messenger"), asked["messenger"])
        self.instagram = SandboxMeta(meta_account(sample, "instagram"), asked["instagram"])
        self.channex = SandboxChannex(channex_account(sample), asked["channex"])
        self.booking = SandboxBooking(booking_account(sample), asked["booking"])
        self.speech = SandboxSpeech(Speech(words={digest(name): text for name, text in WORDS.items()}), asked["speech"])
        self._running = ExitStack()

    @property
    def ports(self) -> dict[str, int]:
        found = {"imap": self.mailbox.imap_port, "smtp": self.mailbox.smtp_port}
        urls = {
            "twilio": self.twilio.base_url,
            "whatsapp": self.whatsapp.base_url,
            "messenger": self.messenger.base_url,
            "instagram": self.instagram.base_url,
            "channex": self.channex.base_url,
            "booking": self.booking.auth_url,
            "speech": self.speech.base_url,
        }
        found |= {name: int(url.rpartition(":")[2]) for name, url in urls.items()}
        return {name: found[name] for name in PORTS}

    def __enter__(self) -> Self:
        servers = (self.twilio, self.mailbox, self.whatsapp, self.messenger, self.instagram, self.channex)
        for server in (*servers, self.booking, self.speech):
            self._running.enter_context(server)
        fill_mailbox(self.mailbox, self._sample)
        places: list[Place] = [
            TwilioPlace(self._sample, self.twilio.account),
            MailPlace(self._sample, self.mailbox),
            WhatsAppPlace(self._sample, self.whatsapp.account, self._agenda),
            MetaPlace(self._sample, self.messenger.account, self._agenda),
            MetaPlace(self._sample, self.instagram.account, self._agenda),
            ChannexPlace(self._sample, self.channex.account),
            BookingPlace(self._sample, self.booking.account),
        ]
        if self._receiver:
            self._listen()
            places.append(ChatPlace(self._sample, self._receiver, self._agenda))
        Guests(self._sample, places, self._agenda).begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._running.close()

    def _listen(self) -> None:
        """Meta calls the hotel for each thing that happens."""
        for box in (self.messenger, self.instagram):
            box.account.on_event.append(self._signed(box))
        self.whatsapp.account.on_hook.append(self._postman("whatsapp-cloud").post)

    def _signed(self, box: SandboxMeta) -> Callable[[bytes], None]:
        postman = self._postman(box.account.channel)

        def post(body: bytes) -> None:
            headers = {"Content-Type": "application/json", "X-Hub-Signature-256": box.signature(body)}
            postman.post(body, headers)

        return post

    def _postman(self, vendor: str) -> Postman:
        return Postman(self._agenda, by_http(f"{self._receiver}/hooks/{ACCOUNTS[vendor]}"))
