"""Every channel that is polled goes on from its cursor: a worker that dies after any page loses and doubles nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters import CHANNELS
from adapters.sandbox.booking_com import SandboxBooking
from adapters.sandbox.booking_com_account import BookingAccount
from adapters.sandbox.channex import SandboxChannex
from adapters.sandbox.channex_account import ChannexAccount
from adapters.sandbox.mailbox import SandboxMailbox
from adapters.sandbox.meta import SandboxMeta
from adapters.sandbox.meta_account import MetaAccount
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import TwilioAccount
from storage.store import SqlStore
from tests.adapters import mail, rig_booking_com, rig_channex, rig_meta, rigs
from tests.fakes import StillClock, hotel
from tui_inbox.domain.errors import NotSent
from tui_inbox.ports.channel import Batch, Channel
from tui_inbox.services import accounts
from tui_inbox.services.desk import AccountInfo, Desk
from tui_inbox.services.polling import poll_account

HEARD_ONLY = {"whatsapp-cloud", "webchat"}
"""Nothing is polled: what comes by webhook is kept before its answer (tests/receiver)."""


@dataclass
class Vendor:
    opened: Callable[[], Channel]
    clock: StillClock
    says: Callable[[int, datetime], object]
    """Guest number ``n`` writes ``message n`` at that moment."""
    many: int = 60
    """More than one page."""


def _twilio(clock: StillClock) -> Iterator[Vendor]:
    with SandboxTwilio(TwilioAccount(clock=clock)) as box:
        account = box.account
        yield Vendor(
            lambda: rigs.in_sandbox(box),
            clock,
            lambda n, at: account.receive(f"+3361234{n:04}", account.sms, f"message {n}", at=at),
            many=120,
        )


def _channex(clock: StillClock) -> Iterator[Vendor]:
    with SandboxChannex(ChannexAccount(clock=clock)) as box:
        account = box.account
        yield Vendor(
            lambda: rig_channex.in_sandbox(box),
            clock,
            lambda n, at: account.write(account.book("AirBNB", f"HM{n:08}", "G", str(n)), f"message {n}", at=at),
            many=24,
        )


def _booking(clock: StillClock) -> Iterator[Vendor]:
    with SandboxBooking(BookingAccount(clock=clock, page=20)) as box:
        account = box.account
        yield Vendor(
            lambda: rig_booking_com.in_sandbox(box),
            clock,
            lambda n, at: account.write(account.book(f"38123{n:05}", f"G. {n}"), f"message {n}", at=at),
        )


def _meta(clock: StillClock, channel: str) -> Iterator[Vendor]:
    with SandboxMeta(MetaAccount(channel=channel, clock=clock)) as box:
        account = box.account
        yield Vendor(
            lambda: rig_meta.in_sandbox(box),
            clock,
            lambda n, at: account.receive(f"71{n:014}", f"message {n}", at=at),
        )


def _mail(clock: StillClock) -> Iterator[Vendor]:
    def letter(n: int) -> bytes:
        head = f"From: g{n}@guest.example\r\nTo: {mail.OWN}\r\nSubject: s\r\nMessage-ID: <{n}@guest.example>\r\n"
        return f"{head}\r\nmessage {n}\r\n".encode()

    with SandboxMailbox() as box:
        yield Vendor(lambda: mail.account(box), clock, lambda n, at: box.deliver(letter(n), at=at))


VENDORS: dict[str, Callable[[StillClock], Iterator[Vendor]]] = {
    "twilio": _twilio,
    "channex": _channex,
    "booking.com": _booking,
    "messenger": lambda clock: _meta(clock, "messenger"),
    "instagram": lambda clock: _meta(clock, "instagram"),
    "email": _mail,
}


@pytest.fixture(params=list(VENDORS))
def vendor(request: pytest.FixtureRequest) -> Iterator[Vendor]:
    yield from VENDORS[request.param](StillClock())


def dying(channel: Channel, pages: int) -> Channel:
    """The line breaks after so many pages."""
    fetch, left = channel.fetch, [pages]

    def until_it_breaks(*place: Any) -> Batch:
        left[0] -= 1
        if left[0] < 0:
            raise NotSent("unreachable")
        return fetch(*place)

    channel.fetch = until_it_breaks  # type: ignore[method-assign,assignment]
    return channel


def house(vendor: Vendor) -> Desk:
    channel = vendor.opened()
    info = AccountInfo("desk", "x", channel.traits, dict.fromkeys(channel.traits, "us"))
    channel.close()
    return hotel()._replace(accounts={"desk": info})


def round_of(store: SqlStore, desk: Desk, vendor: Vendor, pages: int) -> None:
    """A worker that starts, polls, and dies after so many pages; its cursor is in the store alone."""
    channel = vendor.opened()
    channel.name = "desk"
    with suppress(NotSent):
        poll_account(store, desk, dying(channel, pages), vendor.clock)
    channel.close()


def kept(store: SqlStore) -> list[str]:
    with store.read() as tx:
        found = []
        for id_ in range(1, 200):
            row = tx.conversations.get(id_)
            found += [one.text for one in tx.messages.page(row.id, None, 9)] if row is not None else []
    return sorted(found)


def test_every_channel_is_polled_here_or_heard_elsewhere() -> None:
    assert set(VENDORS) | HEARD_ONLY == set(CHANNELS)


def test_a_worker_that_dies_after_any_page_goes_on_where_it_was(vendor: Vendor, sqlite_store: SqlStore) -> None:
    desk, start, many = house(vendor), vendor.clock.now(), vendor.many
    with sqlite_store.write() as tx:
        accounts.connected(tx, desk, "desk", start - timedelta(days=2))
    for n in range(many):
        vendor.says(n, start - timedelta(minutes=many - n))
    died: list[int] = []
    for pages in (1, 1, 2, 1, 3, 2):
        round_of(sqlite_store, desk, vendor, pages)
        vendor.clock.forward(minutes=1)
        died.append(len(kept(sqlite_store)))
    assert died[0] < many, "there is more than one page"
    round_of(sqlite_store, desk, vendor, 10_000)
    assert kept(sqlite_store) == sorted(f"message {n}" for n in range(many))
    vendor.clock.forward(minutes=5)
    vendor.says(many, vendor.clock.now())
    vendor.clock.forward(minutes=5)
    round_of(sqlite_store, desk, vendor, 10_000)
    assert kept(sqlite_store) == sorted(f"message {n}" for n in range(many + 1))
