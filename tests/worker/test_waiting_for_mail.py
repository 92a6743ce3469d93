"""From a mail server's word to the store, while the next poll is an hour away."""

from __future__ import annotations

import os
import smtplib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from adapters.email import Mailboxes, Server, Settings
from adapters.email.account import Email
from adapters.sandbox.mailbox import SandboxMailbox
from storage.store import SqlStore
from tests.adapters.mail import OWN, simple
from tests.fakes import hotel
from tests.worker.test_worker import OneLease, running
from tui_inbox.ports.secrets import Secret
from tui_inbox.services import accounts
from tui_inbox.services.desk import AccountInfo, Desk
from tui_inbox.worker.parts import Parts
from tui_inbox.worker.serving import serve

WHERE = os.environ.get("TUI_INBOX_TEST_DOVECOT", "")


class Post(NamedTuple):
    settings: Settings
    deliver: Callable[[bytes], None]
    tries: int = 1


@pytest.fixture(
    params=[
        "pymap",
        pytest.param(
            "dovecot",
            marks=[
                pytest.mark.dovecot,
                pytest.mark.skipif(not WHERE, reason="TUI_INBOX_TEST_DOVECOT names no Dovecot"),
            ],
        ),
    ]
)
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    if request.param == "pymap":
        with SandboxMailbox() as box:
            yield Post(
                Settings("email", OWN, Server("127.0.0.1", box.imap_port, "none"), mode="view-only"), box.deliver
            )
        return
    _host, imap, _imaps, lmtp, _folder = WHERE.split(":", 4)
    user = f"woken{os.getpid()}"

    def deliver(raw: bytes) -> None:
        with smtplib.LMTP("127.0.0.1", int(lmtp)) as server:
            server.sendmail("guest@guest.example", [user], raw)

    yield Post(Settings("email", OWN, Server("127.0.0.1", int(imap), "none"), mode="view-only", username=user), deliver)


def desk_of(settings: Settings) -> Desk:
    own, served = Mailboxes.own(settings), Mailboxes.serves(settings)
    info = AccountInfo("desk-mail", "email", served, own, "view-only", {"poll_seconds": "3600"})
    return hotel()._replace(accounts={"desk-mail": info})


def until(found: Callable[[], bool], seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if found():
            return True
        time.sleep(0.01)
    return False


def test_a_delivered_mail_is_in_the_inbox_within_two_seconds(sqlite_store: SqlStore, post: Post) -> None:
    desk = desk_of(post.settings)
    channel = Email("desk-mail", post.settings, Secret("secret"))
    polls: list[float] = []
    fetch = channel.fetch

    def counted(stream: str, cursor: str, since: datetime | None):  # type: ignore[no-untyped-def]
        polls.append(time.monotonic())
        return fetch(stream, cursor, since)

    channel.fetch = counted  # type: ignore[method-assign]
    with sqlite_store.write() as tx:
        accounts.connected(tx, desk, "desk-mail", datetime.now(UTC))

    def is_there(number: int) -> bool:
        with sqlite_store.read() as tx:
            return bool(tx.guests.by_handle("email", f"g{number}@guest.example"))

    made = Parts(sqlite_store, desk, {"desk-mail": channel}, OneLease())
    thread, stop = running(lambda stop: serve(made, stop))
    try:
        # The first poll, and the one that the opened watch asks for.
        assert until(lambda: len(polls) >= 4, 5)
        for number in range(2):
            # The simulator tells nothing of the very moment in which IDLE begins: then the next mail wakes the poll.
            for _ in range(post.tries):
                post.deliver(simple(number))
                if until(lambda number=number: is_there(number), 2.0 / post.tries):  # type: ignore[misc]
                    break
            assert is_there(number)
        quiet = len(polls)
        assert not until(lambda: len(polls) > quiet, 0.3), "while nothing comes nothing is asked, and nothing written"
    finally:
        started = time.monotonic()
        stop.set()
        thread.join(10)
    assert time.monotonic() - started < 1.5
