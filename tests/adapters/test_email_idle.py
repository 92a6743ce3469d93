"""IDLE: the server says that a mail has come; whatever breaks, the mailbox is polled as ever."""

from __future__ import annotations

import os
import smtplib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import pytest

from adapters.email import Server, Settings, idle
from adapters.email.account import Email
from adapters.email.imap import Session
from adapters.sandbox.mailbox import SandboxMailbox
from tests.adapters.mail import OWN, account, simple
from tui_inbox.domain.errors import ChannelError, NotSent
from tui_inbox.ports.channel import WaitsForNews
from tui_inbox.ports.secrets import Secret

WHERE = os.environ.get("TUI_INBOX_TEST_DOVECOT", "")
Deliver = Callable[[int], None]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as found:
        yield found


@pytest.fixture
def box() -> Iterator[SandboxMailbox]:
    with SandboxMailbox() as found:
        yield found


@pytest.fixture
def channel(box: SandboxMailbox) -> Iterator[Email]:
    found = account(box)
    yield found
    found.close()


def settled(channel: Email) -> None:
    """The first wait opens the connection, and says that what came before was not watched."""
    assert channel.wait(5.0)


def told(waiting: Future[bool], deliver: Callable[[], None], tries: int = 5) -> float:
    """Seconds from a delivery to its news. The simulator tells nothing of the very moment in which IDLE begins."""
    for _ in range(tries):
        started = time.monotonic()
        deliver()
        with suppress(TimeoutError):
            assert waiting.result(2.0 if tries == 1 else 0.4)
            return time.monotonic() - started
    raise AssertionError("nothing was told")


def closed(channel: Email, waiting: Future[bool]) -> bool:
    """What the wait gave when the channel was closed; one that has not begun yet is not ended by that."""
    while True:
        channel.close()
        with suppress(TimeoutError):
            return waiting.result(0.05)


def test_a_mail_is_told_of_at_once(channel: Email, box: SandboxMailbox, pool: ThreadPoolExecutor) -> None:
    assert isinstance(channel, WaitsForNews)
    settled(channel)
    for number in range(2):
        assert told(pool.submit(channel.wait, 10.0), lambda: box.deliver(simple(number))) < 2.0  # noqa: B023


def test_waiting_in_vain_ends_in_time_and_keeps_its_connection(channel: Email) -> None:
    settled(channel)
    assert channel._watch is not None
    before = channel._watch._session
    assert channel.wait(0.05) is False
    assert channel._watch._session is before


def test_closing_ends_a_wait_at_once(channel: Email, pool: ThreadPoolExecutor) -> None:
    settled(channel)
    waiting = pool.submit(channel.wait, 30.0)
    started = time.monotonic()
    assert closed(channel, waiting) is False
    assert time.monotonic() - started < 1.0


def test_a_poll_does_not_wait_for_the_wait(channel: Email, box: SandboxMailbox, pool: ThreadPoolExecutor) -> None:
    settled(channel)
    waiting = pool.submit(channel.wait, 30.0)
    assert channel.fetch("inbox", "", None).envelopes == ()
    assert told(waiting, lambda: box.deliver(simple(1)))
    assert channel.fetch("inbox", "", None).envelopes


def test_a_server_that_cannot_tell_is_left_alone(
    channel: Email, box: SandboxMailbox, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def cannot(self: Session) -> bool:
        asked.append(True)
        return False

    monkeypatch.setattr(Session, "can_idle", cannot)
    for _ in range(2):
        assert channel.wait(0.02) is False
    assert asked == [True], "asked once, and no connection is kept"
    waiting = pool.submit(channel.wait, 30.0)
    assert closed(channel, waiting) is False


def test_a_hotel_that_does_not_want_it_opens_no_second_connection(box: SandboxMailbox) -> None:
    channel = account(box, idle=False)
    assert channel.wait(0.02) is False
    assert channel._watch is not None
    assert channel._watch._session is None
    channel.close()


def test_a_line_that_broke_after_a_while_is_opened_again_and_what_came_meanwhile_is_told(
    channel: Email, box: SandboxMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(channel)
    watch = channel._watch
    assert watch is not None
    assert watch._session is not None
    monkeypatch.setattr(idle, "STEADY", 0.0)
    watch._session._box.client.shutdown()
    box.deliver(simple(1))
    assert channel.wait(5.0) is True
    assert watch._session is not None
    watch._session._box.client.shutdown()
    assert channel.wait(0.05) is False, "nothing came while it was being opened"


def test_a_line_that_breaks_at_once_is_a_fault(channel: Email) -> None:
    settled(channel)
    assert channel._watch is not None
    assert channel._watch._session is not None
    channel._watch._session._box.client.shutdown()
    with pytest.raises(NotSent):
        channel.wait(5.0)
    assert channel.wait(0.5) is False, "and the next one is a new try"


def test_a_server_that_is_not_there_is_a_fault() -> None:
    channel = Email("m", Settings("email", OWN, Server("127.0.0.1", 9, "none"), mode="view-only"), Secret("x"))
    with pytest.raises(ChannelError):
        channel.wait(5.0)
    channel.close()


@pytest.mark.dovecot
@pytest.mark.skipif(not WHERE, reason="TUI_INBOX_TEST_DOVECOT names no Dovecot")
def test_dovecot_tells_within_two_seconds(pool: ThreadPoolExecutor) -> None:
    _host, _imap, imaps, lmtp, folder = WHERE.split(":", 4)
    user = f"idle{os.getpid()}"
    settings = Settings(
        "email", OWN, Server("localhost", int(imaps)), mode="view-only", username=user, ca_file=f"{folder}/cert.pem"
    )
    channel = Email("m", settings, Secret("secret"))

    def deliver() -> None:
        with smtplib.LMTP("127.0.0.1", int(lmtp)) as server:
            server.sendmail("guest@guest.example", [user], simple(1))

    settled(channel)
    for _ in range(2):
        assert told(pool.submit(channel.wait, 10.0), deliver, tries=1) < 2.0
    assert channel.wait(0.3) is False
    channel.close()
