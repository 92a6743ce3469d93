"""A designed mail on the wire: text and HTML side by side, its own pictures inside it, files beside it."""

from __future__ import annotations

import email
import hashlib
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default

import pytest

from adapters.sandbox.mailbox import SandboxMailbox
from tests.adapters.mail import account, letter
from tui_inbox.domain.design_html import html
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.services.design import designed

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
SHA = hashlib.sha256(PNG).hexdigest()
SOURCE = f"# Hello\n\n![House](cid:{SHA})\n\n[Book] https://hotel.example/table"


@pytest.fixture
def box() -> Iterator[SandboxMailbox]:
    with SandboxMailbox() as found:
        yield found


def sent(box: SandboxMailbox, outgoing: Outgoing, *files: tuple[str, str, bytes]) -> EmailMessage:
    channel = account(box)
    channel.send(outgoing, files)
    channel.close()
    message = email.message_from_bytes(box.sent[0], policy=default)
    assert isinstance(message, EmailMessage)
    return message


def structure(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


def test_a_designed_mail_has_both_parts_and_the_text_first(box: SandboxMailbox) -> None:
    page = html(designed("**Hello** [Book](https://hotel.example/table)"))
    message = sent(box, letter("Hello Book: https://hotel.example/table", html=page))
    assert structure(message) == ["multipart/alternative", "text/plain", "text/html"]
    shown = message.get_body(("html",))
    assert shown is not None
    assert shown.get_content().replace("\r\n", "\n") == page
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().strip() == "Hello Book: https://hotel.example/table"


def test_its_own_pictures_are_inside_and_other_files_beside_it(box: SandboxMailbox) -> None:
    outgoing = letter(
        "Hello", html=html(designed(SOURCE)), attachments=("f" * 64, SHA), attachment_names=("menu.pdf", "house.png")
    )
    message = sent(box, outgoing, ("menu.pdf", "application/pdf", b"%PDF"), ("house.png", "image/png", PNG))
    assert structure(message) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    (picture,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert picture.get_content() == PNG
    shown = message.get_body(("html",))
    assert shown is not None
    assert f'src="cid:{str(picture["Content-ID"])[1:-1]}"' in shown.get_content()
    assert [part.get_filename() for part in message.iter_attachments()] == ["menu.pdf"]


def test_what_a_picture_is_tells_its_content(box: SandboxMailbox) -> None:
    message = sent(box, letter("Hello", html=html(designed(SOURCE)), attachments=(SHA,)), (SHA, "", PNG))
    assert structure(message)[-1] == "image/png"


def test_a_picture_that_no_design_shows_is_a_file(box: SandboxMailbox) -> None:
    message = sent(box, letter("Hello", attachments=(SHA,)), ("house.png", "image/png", PNG))
    assert structure(message) == ["multipart/mixed", "text/plain", "image/png"]
