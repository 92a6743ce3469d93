"""One round of an account: fetch page after page, keep each before reading it, then apply what came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tui_inbox.domain.errors import ChannelError, Malformed, NotSent, Rejected
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.ports.bookings import BookingSource
from tui_inbox.ports.channel import Batch, Channel, FollowsSent
from tui_inbox.ports.clock import Clock
from tui_inbox.ports.store import Store
from tui_inbox.services import accounts
from tui_inbox.services.desk import Desk
from tui_inbox.services.ingest import Applied, apply_pending, store_batch

PAGES = 20
"""Pages of one stream per round; a long back-fill goes on in the next round, where it stopped."""
HISTORY = timedelta(days=30)
FOLLOWED = 20
"""Sent messages asked about per round, the newest first."""


def poll_account(
    store: Store, desk: Desk, channel: Channel, clock: Clock, *, fault: Callable[[str], None] = lambda point: None
) -> Applied:
    """Fetch, keep and apply everything new of one account, and note how it went.

    Raises the ``ChannelError`` that stopped it, after noting it; what was fetched before it is applied.
    """
    with store.read() as tx:
        row = accounts.of(tx, desk, channel.name)
    connected = row.connected_at
    if connected is None:
        with store.write() as tx:
            connected = accounts.connected(tx, desk, channel.name, clock.now())
    failure: ChannelError | None = None
    streams = channel.streams()
    for stream in streams:
        try:
            drain(store, channel, stream, _since(desk, channel.name, connected), clock, fault)
        except Rejected as error:
            # This question was refused; what the others hold must not wait for that to be repaired.
            failure = failure or error
        except ChannelError as error:
            failure = error
            break
        except Malformed as fault_in_page:
            # Of a whole page, not of one item: it is asked again, and the screens say so meanwhile.
            failure = failure or NotSent(fault_in_page.code)
    applied = Applied()
    try:
        applied = apply_pending(store, desk, channel, clock.now())
    except ChannelError as error:
        failure = failure or error
    fault("applied")
    if streams:
        # Where nothing is asked, nothing was answered: how such an account is, its test call tells.
        with store.write() as tx:
            accounts.polled(tx, desk, channel.name, failure, clock.now())
    if failure is not None:
        raise failure
    return applied


def drain(
    store: Store,
    channel: Channel | BookingSource,
    stream: str,
    since: datetime | None,
    clock: Clock,
    fault: Callable[[str], None],
) -> bool:
    """Fetch and keep page after page; False when there is more for the next round."""
    with store.read() as tx:
        cursor = tx.accounts.cursor(channel.name, stream)
    for _ in range(PAGES):
        batch = channel.fetch(stream, cursor, since)
        fault("fetched")
        if batch.more and not batch.envelopes and batch.cursor == cursor:
            return False
        if batch.cursor != cursor or _any_new(store, channel.name, batch):
            _keep(store, channel.name, stream, batch, clock)
            fault("stored")
        cursor = batch.cursor
        if not batch.more:
            return True
    return False


def _any_new(store: Store, account: str, batch: Batch) -> bool:
    """Polls overlap: most pages of a quiet day hold only what is stored, and asking costs no write."""
    if not batch.envelopes:
        return False
    ids = {envelope.external_id for envelope in batch.envelopes}
    with store.read() as tx:
        return tx.inbounds.known(account, ids) != ids


def _keep(store: Store, account: str, stream: str, batch: Batch, clock: Clock) -> None:
    with store.write() as tx:
        store_batch(tx, account, stream, batch, clock.now())


def _since(desk: Desk, name: str, connected: datetime) -> datetime | None:
    """How far the first poll reaches back: ``30d`` (or another number of days), ``all`` or ``none``."""
    info = desk.accounts.get(name)
    written = info.settings.get("history", "30d") if info else "30d"
    if written == "all":
        return None
    if written == "none":
        return connected
    days = written.removesuffix("d")
    return connected - (timedelta(days=int(days)) if days.isdigit() else HISTORY)


def follow_sent(
    store: Store, desk: Desk, channel: Channel, now: datetime, within: timedelta, limit: int = FOLLOWED
) -> int:
    """Ask about messages whose receipts may still come; how many were asked about. Raises ``ChannelError``."""
    if not isinstance(channel, FollowsSent):
        return 0
    with store.read() as tx:
        rows = tx.outbox.unfinished(channel.name, now - within, limit)
    rows = [row for row in rows if row.provider_id and _worth_asking(desk, row.account, row.channel, row.state)]
    envelopes = []
    for row in rows:
        try:
            envelopes.append(channel.follow(row.provider_id))
        except Rejected:
            continue  # The vendor has forgotten this one; the others are still worth asking about.
    if envelopes:
        with store.write() as tx:
            new = tx.inbounds.store(channel.name, [(e.external_id, e.kind, e.raw) for e in envelopes], now)
        if new:
            apply_pending(store, desk, channel, now)
    return len(rows)


def _worth_asking(desk: Desk, account: str, channel: str, state: OutboxState) -> bool:
    info = desk.accounts.get(account)
    traits = info.channels.get(channel) if info else None
    if traits is None:
        return False
    return traits.read_receipts or (traits.delivery_receipts and state is OutboxState.ACCEPTED)
