"""``worker --once``: every account is polled once, what is due is delivered, and that is all."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui_inbox.domain.errors import ChannelError
from tui_inbox.services import (
    accounts,
    booking_messages,
    delivery,
    group_work,
    lifecycle,
    performing,
    planning,
    polling,
    stay_sync,
)
from tui_inbox.services.ingest import Applied
from tui_inbox.worker.guard import Guard
from tui_inbox.worker.parts import Parts
from tui_inbox.worker.sending import Sender


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one round did; ``failed`` holds the error of each account that could not be polled."""

    led: bool
    """False: a living worker does this already, nothing was done."""
    applied: Applied = field(default_factory=Applied)
    sent: int = 0
    failed: tuple[tuple[str, ChannelError], ...] = ()
    accounts: int = 0

    @property
    def all_failed(self) -> bool:
        return self.accounts > 0 and len(self.failed) == self.accounts


def run_once(parts: Parts) -> Outcome:
    """Poll, settle, wake, plan and send once; an account that fails is reported and the others go on."""
    if not parts.lease.acquire():
        return Outcome(led=False)
    try:
        return _round(parts)
    finally:
        parts.lease.release()
        parts.close()


def _emptied(parts: Parts) -> dict[str, ChannelError | None]:
    """Take out what waits in a folder or at a relay, for the polls that follow to apply; how each went."""
    went: dict[str, ChannelError | None] = {}
    if parts.receiving.spool or parts.receiving.relay is not None:
        from tui_inbox.worker.receiver.receiver import Receiver

        receiver = Receiver(parts, Guard(parts.clock.now))
        for name, work in receiver.letterboxes():
            try:
                work()
            except ChannelError as error:
                went[name] = error
            else:
                went[name] = None
        receiver.stop()
    return went


def _round(parts: Parts) -> Outcome:
    sender = Sender(parts)
    sender.take_over()
    applied = Applied()
    letterboxes = _emptied(parts)
    failed = [(name, error) for name, error in letterboxes.items() if error is not None]
    with parts.store.read() as tx:
        polled = [name for name in parts.channels if accounts.may_poll(tx.accounts.get(name))]
    for name in polled:
        channel = parts.channels[name]
        try:
            applied += polling.poll_account(parts.store, parts.desk, channel, parts.clock, fault=parts.fault)
            delivery.reconcile(parts.store, parts.desk, channel, parts.clock.now())
            polling.follow_sent(parts.store, parts.desk, channel, parts.clock.now(), polling.HISTORY)
        except ChannelError as error:
            failed.append((name, error))
    for name, source in parts.sources.items():
        with parts.store.read() as tx:
            may_poll = accounts.may_poll(tx.accounts.get(name))
        try:
            if may_poll:
                polled.append(name)
                applied += stay_sync.poll_source(parts.store, parts.desk, source, parts.clock, fault=parts.fault)
        except ChannelError as error:
            failed.append((name, error))
    now = parts.clock.now()
    with parts.store.write() as tx:
        lifecycle.wake_due(tx, now)
    booking_messages.work(parts.store, parts.desk, now)
    planning.work(parts.store, parts.desk, now)
    group_work.work(parts.store, parts.desk, now)
    sent = 0
    sender.release_due()
    for name in sender.ready():
        sent += sender.send(name)
    for channel in parts.channels.values():
        performing.perform(parts.store, parts.desk, channel, parts.clock.now())
    # Who only waits to be called has not been asked, so it cannot have answered.
    silent = [name for name in polled if name in parts.channels and not parts.channels[name].streams()]
    return Outcome(True, applied, sent, tuple(failed), len(polled) - len(silent) + len(letterboxes))
