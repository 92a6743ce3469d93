"""The parser child: what it may cost, and that no mail can end anything but the child."""

from __future__ import annotations

import base64
import os
import random
import signal
import time
from collections.abc import Iterator

import pytest

from adapters.email.parsed import MAX_FILES
from adapters.email.pipe import WALL_SECONDS, MailParser
from tests.adapters.mail import raw_mail, read
from tui_inbox.domain.errors import Malformed, NotSent

HEAD = b"From: claire@guest.example\r\nTo: desk@hotel.example\r\nSubject: x\r\nMessage-ID: <x@guest.example>\r\n"


@pytest.fixture
def parser() -> Iterator[MailParser]:
    found = MailParser()
    yield found
    found.close()


def outcome(parser: MailParser, raw: bytes) -> str:
    """Empty for a mail that was read, else why it was set aside."""
    try:
        items = read(parser, raw)
    except Malformed as error:
        return error.code
    assert all(item.at.tzinfo is not None for item in items)
    return ""


def test_one_child_serves_many_mails(parser: MailParser) -> None:
    parser.parse(raw_mail("plain"))
    first = parser.pid
    assert parser.parse(raw_mail("flowed")).sender.address == "claire@guest.example"
    assert parser.pid == first


def test_a_bomb_of_open_comments_costs_at_most_its_share_and_the_next_mail_is_read(parser: MailParser) -> None:
    bomb = HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 50_000
    started = time.monotonic()
    assert outcome(parser, bomb) in ("", "mail_too_slow")
    assert time.monotonic() - started < WALL_SECONDS + 1
    assert parser.parse(raw_mail("plain")).subject == "Parking"


def test_a_child_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = MailParser(wall_seconds=0.3)
    parser.parse(raw_mail("plain"))
    pid = parser.pid
    assert pid is not None
    os.kill(pid, 19)  # SIGSTOP: it neither works nor ends
    with pytest.raises(Malformed, match="mail_too_slow"):
        parser.parse(raw_mail("plain"))
    assert parser.parse(raw_mail("plain")).subject == "Parking"
    assert parser.pid != pid
    parser.close()


def test_a_child_killed_between_two_mails_is_replaced_without_loss(parser: MailParser) -> None:
    parser.parse(raw_mail("plain"))
    pid = parser.pid
    assert pid is not None
    os.kill(pid, 9)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert parser.parse(raw_mail("plain")).subject == "Parking"


def test_a_child_that_is_asked_to_stop_with_its_service_finishes_its_mail(parser: MailParser) -> None:
    parser.parse(raw_mail("plain"))
    pid = parser.pid
    assert pid is not None
    os.kill(pid, signal.SIGTERM)
    assert parser.parse(raw_mail("plain")).subject
    assert parser.pid == pid


def test_a_machine_that_cannot_start_the_child_condemns_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.email.pipe._ARGUMENTS", ("/nowhere/python",))
    with pytest.raises(NotSent, match="mail_parser_down"):
        MailParser().parse(raw_mail("plain"))


@pytest.mark.parametrize("levels", [60, 2000])
def test_a_mail_nested_beyond_reason_is_set_aside(parser: MailParser, levels: int) -> None:
    body = b""
    for level in range(levels):
        body += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
    with pytest.raises(Malformed, match="mail_too_deep"):
        parser.parse(HEAD + b"MIME-Version: 1.0\r\n" + body + b"Content-Type: text/plain\r\n\r\nx")
    assert parser.parse(raw_mail("plain")).subject == "Parking"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n\r\n",
        b"\0" * 1000,
        b"From" * 100_000,
        b":" * 100_000,
        HEAD + b"X: " + b"a" * 1_000_000 + b"\r\n\r\nx",
        HEAD + b"To: " + b", ".join(b"a%d@example.org" % n for n in range(20_000)) + b"\r\n\r\nx",
        HEAD + b"References: " + b" ".join(b"<%d@x>" % n for n in range(20_000)) + b"\r\n\r\nx",
        HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\n\r\nx",
        HEAD + b"From: " + b"(" * 50_000 + b"\r\n\r\nx",
        HEAD + b"From: " + b'"' * 50_001 + b"\r\n\r\nx",
        HEAD + b"Content-Type: text/plain; " + b"; ".join(b"p*%d*=a" % n for n in range(5000)) + b"\r\n\r\nx",
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 900 + b"--b--",
        HEAD + b"\r\n" + b"> " * 100_000,
        HEAD + b"\r\n" + b"\r\n" * 100_000,
        HEAD + b"\r\n" + b"Le 1 " * 100_000,
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<a href=x>" * 30_000,
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"&" * 300_000,
    ],
)
def test_endless_fields_cost_little(parser: MailParser, raw: bytes) -> None:
    started = time.monotonic()
    assert outcome(parser, raw) != "mail_crashed"
    assert time.monotonic() - started < WALL_SECONDS + 1
    assert parser.parse(raw_mail("plain")).subject == "Parking"


def test_a_mail_with_25_megabytes_of_files_is_read_and_its_file_comes_back_whole(parser: MailParser) -> None:
    content = random.Random(1).randbytes(25 * 1024 * 1024)
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    raw = (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nVoici.\r\n--b\r\n"
        b"Content-Type: image/jpeg; name=photo.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + encoded
        + b"--b--\r\n"
    )
    started = time.monotonic()
    parsed = parser.parse(raw)
    assert time.monotonic() - started < WALL_SECONDS
    assert parsed.text == "Voici."
    (photo,) = parsed.files
    assert (photo.name, photo.size) == ("photo.jpg", len(content))
    assert parser.file(raw, photo.path) == content


def test_a_hundred_files_are_listed_and_no_more(parser: MailParser) -> None:
    part = b"--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n"
    parsed = parser.parse(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 300 + b"--b--")
    assert len(parsed.files) == MAX_FILES


def test_the_child_does_not_hold_what_the_worker_has_open(parser: MailParser) -> None:
    with open(os.devnull) as held:
        os.set_inheritable(held.fileno(), True)
        parser.parse(raw_mail("plain"))
        assert parser.pid is not None
        targets = {os.readlink(f"/proc/{parser.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{parser.pid}/fd")}
    assert all(target.startswith(("pipe:", "/dev/null")) for target in targets)
