"""What HTTP's faults are to the other channels, at a mailbox: over the sandbox's real IMAP and SMTP servers.

The classes are those of the contract suite. Before the final dot nothing was accepted; after it only an answer tells.
"""

from __future__ import annotations

import logging
import socket
from base64 import b64encode
from collections.abc import Iterator

import pytest

from adapters.email import imap, imap_login, smtp
from adapters.email.account import Email
from adapters.sandbox.mailbox import SandboxMailbox
from tests.adapters.mail import OWN, letter, settings, simple
from tests.adapters.mail_line import GREETING, Line, Trouble, talking, troubled
from tui_inbox.domain.errors import AccountBlocked, ChannelError, NotSent, Rejected, Unknown
from tui_inbox.ports.channel import HealthState
from tui_inbox.ports.secrets import Secret

CANARY = 'canary"7d\\21'
"""With what IMAP must quote."""
SHORT = 1.0
"""Seconds until a silence is given up."""
WEB_PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"
NOISE = b"\x00\xff\r\n"
NO_END = b"2" * 2_000_000
"""A line without end, until its speaker hangs up."""
EHLO, AUTH, FROM, TO, DATA = rb"^(?i:ehlo)", rb"^AUTH", rb"^(?i:mail)", rb"^(?i:rcpt)", rb"^(?i:data)"
DOT = rb"^\.\r\n"
LOGIN, EXAMINE, SEARCH, SIZES, FETCH = rb"LOGIN", rb"EXAMINE", rb"SEARCH", rb"RFC822.SIZE", rb"BODY.PEEK"
STATUS = rb"STATUS"


@pytest.fixture(scope="module")
def servers() -> Iterator[SandboxMailbox]:
    with SandboxMailbox(password=CANARY) as found:
        yield found


@pytest.fixture
def box(servers: SandboxMailbox) -> SandboxMailbox:
    servers.remove()
    servers.sent.clear()
    return servers


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (imap, imap_login, smtp):
        monkeypatch.setattr(module, "TIMEOUT", SHORT)


def sending(box: SandboxMailbox, line: Line, password: str = CANARY) -> Email:
    return Email("desk-mail", settings(box.imap_port, line.port, sent_copy="server"), Secret(password))


def polling(box: SandboxMailbox, line: Line, password: str = CANARY) -> Email:
    return Email("desk-mail", settings(line.port, box.smtp_port), Secret(password))


def refused(box: SandboxMailbox, trouble: Trouble) -> ChannelError:
    """How a send fails that meets this trouble."""
    with troubled(box.smtp_port, trouble) as line:
        channel = sending(box, line)
        with pytest.raises(ChannelError) as caught:
            channel.send(letter())
        assert line.has_happened
        channel.close()
    return caught.value


def says(at: bytes, words: bytes) -> Trouble:
    return Trouble(at, "say", words=words)


BREAKS = [
    *(Trouble(at, "cut") for at in (GREETING, EHLO, AUTH, FROM, TO, DATA)),
    *(Trouble(at, "reset", passed=True) for at in (EHLO, AUTH, FROM, TO, DATA)),
    *(Trouble(at, "half") for at in (GREETING, EHLO, AUTH, FROM, TO)),
    *(says(at, NOISE) for at in (GREETING, EHLO, AUTH, FROM, TO, DATA)),
    *(says(at, NO_END) for at in (GREETING, EHLO, AUTH, FROM, TO, DATA)),
    *(says(at, WEB_PAGE) for at in (GREETING, AUTH, FROM)),
]


@pytest.mark.parametrize("trouble", BREAKS)
def test_a_line_that_breaks_or_talks_nonsense_before_the_mail_has_sent_nothing(
    box: SandboxMailbox, trouble: Trouble
) -> None:
    error = refused(box, trouble)
    assert (type(error), error.code in ("connection_lost", "broken_answer", "unreachable")) == (NotSent, True)
    assert box.sent == []


@pytest.mark.parametrize("at", [GREETING, AUTH, DATA])
def test_a_silence_before_the_mail_has_sent_nothing(box: SandboxMailbox, impatient: None, at: bytes) -> None:
    error = refused(box, Trouble(at, "silent"))
    assert (type(error), error.code) == (NotSent, "timeout")
    assert box.sent == []


AFTER = [
    (Trouble(rb"^Subject:", "cut"), 0),
    (Trouble(DOT, "cut"), 0),
    (Trouble(DOT, "reset"), 0),
    (Trouble(DOT, "cut", passed=True), 1),
    (Trouble(DOT, "reset", passed=True), 1),
    (says(DOT, NOISE), 0),
    (says(DOT, NO_END), 0),
    (says(DOT, WEB_PAGE), 0),
    (says(DOT, b"999 what\r\n"), 0),
    (says(DOT, b"250-more\r\nfollows\r\n"), 0),
]


@pytest.mark.parametrize(("trouble", "arrived"), AFTER)
def test_no_usable_answer_to_the_mail_is_unknown_whether_or_not_it_arrived(
    box: SandboxMailbox, monkeypatch: pytest.MonkeyPatch, trouble: Trouble, arrived: int
) -> None:
    monkeypatch.setattr(smtp, "FAREWELL", 0.1)
    assert type(refused(box, trouble)) is Unknown
    assert len(box.sent) == arrived


@pytest.mark.parametrize(("how", "passed"), [("silent", False), ("silent", True), ("half_silent", False)])
def test_a_silence_after_the_mail_is_unknown(
    box: SandboxMailbox, monkeypatch: pytest.MonkeyPatch, how: str, passed: bool
) -> None:
    monkeypatch.setattr(smtp, "ANSWER_TIMEOUT", 0.2)
    error = refused(box, Trouble(DOT, how, passed))  # type: ignore[arg-type]
    assert (type(error), error.code) == (Unknown, "answer_lost")
    assert len(box.sent) == (passed or how == "half_silent")


def test_an_answer_of_which_only_the_code_came_is_that_answer(box: SandboxMailbox) -> None:
    with troubled(box.smtp_port, Trouble(DOT, "half")) as line:
        channel = sending(box, line)
        assert channel.send(letter()).provider_id == "<01key@hotel.example>"
        channel.close()
    assert len(box.sent) == 1


WORDS = [
    (GREETING, b"421 4.3.2 Too many connections\r\n", NotSent, "vendor_down"),
    (GREETING, b"554 5.7.1 No service for your address\r\n", NotSent, "vendor_down"),
    (EHLO, b"421 4.3.2 Shutting down\r\n", NotSent, "vendor_down"),
    (EHLO, b"550 5.7.1 Not you\r\n", NotSent, "vendor_down"),
    (AUTH, b"454 4.7.0 Temporary authentication failure\r\n", NotSent, "vendor_down"),
    (AUTH, b"535 5.7.8 Wrong\r\n", AccountBlocked, "auth"),
    (AUTH, b"550 5.7.30 Basic authentication is not supported\r\n", AccountBlocked, "mail_basic_off"),
    (FROM, b"530 5.7.0 Sign in first\r\n", AccountBlocked, "auth"),
    (FROM, b"450 4.2.1 Mailbox disabled for now\r\n", NotSent, "vendor_busy"),
    (FROM, b"553 5.7.1 Sender not yours\r\n", Rejected, "refused"),
    (TO, b"451 4.7.1 Greylisted\r\n", NotSent, "vendor_busy"),
    (TO, b"550 5.1.1 No such user\r\n", Rejected, "address_refused"),
    (DATA, b"452 4.3.1 Disk full\r\n", NotSent, "vendor_busy"),
    (DATA, b"554 5.5.1 No\r\n", Rejected, "refused"),
    (DOT, b"421 4.3.2 Shutting down\r\n", NotSent, "vendor_busy"),
    (DOT, b"451 4.3.0 Later\r\n", NotSent, "vendor_busy"),
    (DOT, b"552 5.3.4 Too big\r\n", Rejected, "too_big"),
    (DOT, b"554 5.7.1 Spam\r\n", Rejected, "refused"),
]


@pytest.mark.parametrize(("at", "words", "kind", "code"), WORDS)
def test_a_no_of_the_server_has_one_class_and_its_own_words(
    box: SandboxMailbox, monkeypatch: pytest.MonkeyPatch, at: bytes, words: bytes, kind: type[ChannelError], code: str
) -> None:
    monkeypatch.setattr(smtp, "FAREWELL", 0.1)
    error = refused(box, says(at, words))
    assert (type(error), error.code) == (kind, code)
    number, _blank, text = words.decode().strip().partition(" ")
    assert (error.vendor_code, error.vendor_text) == (number, text)
    assert box.sent == []


def old(line: socket.socket, heard: list[bytes]) -> None:
    """A server from before EHLO, which wants no login."""
    line.sendall(b"220 hi\r\n")
    while data := line.recv(65536):
        heard.append(data)
        if data.startswith(b"ehlo"):
            line.sendall(b"502 5.5.1 What?\r\n")
        elif data.lower().startswith(b"data"):
            line.sendall(b"354 Go on\r\n")
            content = b""
            while not content.endswith(b"\r\n.\r\n"):
                content += line.recv(65536)
            line.sendall(b"250 Taken\r\n")
        else:
            line.sendall(b"250 ok\r\n")


def test_a_server_that_does_not_know_ehlo_is_good_enough_where_nobody_signs_in() -> None:
    with talking(old) as (port, heard):
        channel = Email("desk-mail", settings(1, port, sent_copy="server"), None)
        assert channel.send(letter()).provider_id
    assert any(command.startswith(b"helo") for command in heard)
    with talking(old) as (port, heard):
        channel = Email("desk-mail", settings(1, port, sent_copy="server"), Secret(CANARY))
        with pytest.raises(NotSent, match="vendor_down"):
            channel.send(letter())
    assert len(heard) <= 2


def polled(box: SandboxMailbox, trouble: Trouble) -> ChannelError:
    """How a poll fails that meets this trouble; the one after it brings every mail."""
    for number in range(2):
        box.deliver(simple(number))
    with troubled(box.imap_port, trouble) as line:
        channel = polling(box, line)
        with pytest.raises(ChannelError) as caught:
            channel.fetch("inbox", "", None)
        assert line.has_happened
        mails = [envelope.raw for envelope in channel.fetch("inbox", "", None).envelopes]
        channel.close()
    assert mails == box.mails()
    return caught.value


COMMANDS = (LOGIN, EXAMINE, SEARCH, SIZES, FETCH)
POLLS = [
    *(Trouble(at, "cut") for at in (GREETING, *COMMANDS)),
    *(Trouble(at, "reset", passed=True) for at in COMMANDS),
    *(Trouble(at, "half") for at in (GREETING, *COMMANDS)),
    *(says(at, NOISE) for at in (GREETING, *COMMANDS)),
    *(says(at, b"* BYE Shutting down\r\n") for at in (GREETING, *COMMANDS)),
    *(says(at, b"WRONG1 OK done\r\n") for at in COMMANDS),
    *(says(at, WEB_PAGE) for at in (GREETING, FETCH)),
    *(says(GREETING, words) for words in (NO_END, b"220 smtp here\r\n")),
    *(says(at, b"TAG NO [UNAVAILABLE] Later\r\n") for at in (LOGIN, EXAMINE, SEARCH, SIZES)),
]


@pytest.mark.parametrize("trouble", POLLS)
def test_a_poll_that_breaks_is_made_again_and_loses_no_mail(box: SandboxMailbox, trouble: Trouble) -> None:
    assert type(polled(box, trouble)) is NotSent


@pytest.mark.parametrize("trouble", [Trouble(at, how) for at in (GREETING, FETCH) for how in ("silent", "half_silent")])  # type: ignore[arg-type]
def test_a_poll_that_meets_silence_is_made_again_and_loses_no_mail(
    box: SandboxMailbox, impatient: None, trouble: Trouble
) -> None:
    error = polled(box, trouble)
    assert (type(error), error.code) == (NotSent, "timeout")


REFUSALS = [
    (LOGIN, b"TAG NO [AUTHENTICATIONFAILED] Wrong\r\n", AccountBlocked, "auth"),
    (LOGIN, b"TAG NO Basic auth is disabled\r\n", AccountBlocked, "mail_basic_off"),
    (EXAMINE, b"TAG NO [NONEXISTENT] No such mailbox\r\n", Rejected, "refused"),
    (SEARCH, b"TAG BAD What?\r\n", Rejected, "refused"),
]


@pytest.mark.parametrize(("at", "words", "kind", "code"), REFUSALS)
def test_a_no_to_a_poll_has_one_class(
    box: SandboxMailbox, at: bytes, words: bytes, kind: type[ChannelError], code: str
) -> None:
    error = polled(box, says(at, words))
    assert (type(error), error.code) == (kind, code)
    assert error.vendor_text


def test_a_wrong_password_pauses_the_account_whatever_is_asked(box: SandboxMailbox) -> None:
    nothing = Trouble(rb"never said", "cut")
    with troubled(box.smtp_port, nothing) as out, troubled(box.imap_port, nothing) as incoming:
        for asked in (
            lambda: sending(box, out, "wrong").send(letter()),
            lambda: polling(box, incoming, "wrong").fetch("inbox", "", None),
        ):
            with pytest.raises(AccountBlocked, match="auth"):
                asked()
    assert box.sent == []


@pytest.mark.parametrize("how", [Trouble(at, "cut") for at in (GREETING, LOGIN, STATUS)] + [says(LOGIN, NOISE)])
def test_the_test_call_says_how_receiving_fails_and_never_raises(box: SandboxMailbox, how: Trouble) -> None:
    with troubled(box.imap_port, how) as line:
        channel = polling(box, line)
        found = channel.test()
        channel.close()
    assert (found.state, found.code) == (HealthState.ERROR, "connection_lost")


@pytest.mark.parametrize("how", [Trouble(at, "cut") for at in (GREETING, EHLO, AUTH)] + [says(AUTH, b"535 No\r\n")])
def test_the_test_call_says_how_sending_fails_and_never_raises(box: SandboxMailbox, how: Trouble) -> None:
    with troubled(box.smtp_port, how) as line:
        channel = sending(box, line)
        found = channel.test()
        channel.close()
    assert (found.state, found.code) == (HealthState.ERROR, "auth" if how.words else "connection_lost")


ECHOES = [b"TAG NO I do not know LINE\r\n", b"TAG BAD LINE\r\n", b"LINE\r\n", b"* BYE LINE\r\n"]
SMTP_ECHOES = [b"535 I do not know LINE\r\n", b"454 LINE\r\n", b"LINE\r\n", b"535-LINE\r\n535 LINE\r\n"]


@pytest.mark.parametrize(
    ("at", "words"), [*((LOGIN, words) for words in ECHOES), *((AUTH, words) for words in SMTP_ECHOES)]
)
def test_a_server_that_repeats_what_it_was_told_puts_no_password_into_logs_or_exceptions(
    box: SandboxMailbox, caplog: pytest.LogCaptureFixture, at: bytes, words: bytes
) -> None:
    caplog.set_level(logging.DEBUG)
    port, opened = (box.imap_port, polling) if at == LOGIN else (box.smtp_port, sending)
    told = []
    with troubled(port, says(at, words)) as line:
        channel = opened(box, line)
        with pytest.raises(ChannelError) as caught:
            channel.fetch("inbox", "", None) if at == LOGIN else channel.send(letter())
        assert line.has_happened
        error: BaseException | None = caught.value
        while error is not None:
            told.append(f"{error!r} {vars(error)}")
            error = error.__cause__
        told.append(repr(channel) + repr(vars(channel)))
        channel.close()
    text = " ".join(told) + caplog.text
    for written in ("canary", *(b64encode(raw.encode()).decode() for raw in (CANARY, f"\0{OWN}\0{CANARY}"))):
        assert written not in text
