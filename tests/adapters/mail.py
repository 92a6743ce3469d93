"""What the tests of the mail channel share: our own broken mails, an account in the sandbox, a row to send."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters.email import Server, Settings
from adapters.email.account import Email, external_id
from adapters.email.pipe import MailParser
from adapters.email.reading import MAIL, items
from adapters.sandbox.mailbox import SandboxMailbox
from tests.adapters.rigs import outgoing
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.ports.channel import Envelope, Inbound, Item, Status
from tui_inbox.ports.secrets import Secret

MAILS = Path(__file__).parent / "mails"
OWN = "desk@hotel.example"


def raw_mail(name: str) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes()


def read(parser: MailParser, raw: bytes, kind: str = MAIL) -> Sequence[Item]:
    return items(Envelope(external_id(raw), kind, raw), parser.parse(raw), OWN)


def read_inbound(parser: MailParser, raw: bytes, kind: str = MAIL) -> Inbound:
    (item,) = read(parser, raw, kind)
    assert isinstance(item, Inbound)
    return item


def read_status(parser: MailParser, raw: bytes) -> Status:
    (item,) = read(parser, raw)
    assert isinstance(item, Status)
    return item


def settings(imap_port: int, smtp_port: int | None = None, **more: object) -> Settings:
    return Settings(
        type="email",
        address=OWN,
        secret="desk-mail",
        imap=Server("127.0.0.1", imap_port, "none"),
        smtp=Server("127.0.0.1", smtp_port, "none") if smtp_port else None,
        **more,  # type: ignore[arg-type]
    )


def account(box: SandboxMailbox, password: str = "secret", **more: object) -> Email:
    return Email("desk-mail", settings(box.imap_port, box.smtp_port, **more), Secret(password))


def letter(text: str = "Bonjour", **more: object) -> Outgoing:
    fields: dict[str, object] = {
        "channel": "email",
        "address": "claire@guest.example",
        "subject": "Re: Parking",
        "message_ref": "<01key@hotel.example>",
        **more,
    }
    return outgoing(text=text, **fields)  # type: ignore[arg-type]


def simple(number: int, text: str = "Hello") -> bytes:
    """A numbered mail of a guest."""
    return (
        f"From: Guest {number} <g{number}@guest.example>\r\nTo: {OWN}\r\nSubject: Mail {number}\r\n"
        f"Date: Sun, 22 Nov 2026 09:12:00 +0100\r\nMessage-ID: <{number}@guest.example>\r\n\r\n{text}\r\n"
    ).encode()
