"""From the vendor into the store: raw envelopes first, then what they mean. Nothing lost, nothing twice.

A poll commits its raw envelopes together with the cursor (``store_batch``). Reading them comes after that and may
fail: the bad one goes to quarantine with its bytes and its reason, the others go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tui_inbox.domain.errors import ChannelError, Malformed, StoreError
from tui_inbox.ports.channel import Batch, Channel, Envelope, Item
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services import acknowledging, group_answers
from tui_inbox.services.desk import Desk
from tui_inbox.services.intake import Fate, Intake

PAGE = 50
"""Envelopes per write transaction: long enough to be quick, short enough that no operator waits."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of the envelopes of one account."""

    applied: int = 0
    ignored: int = 0
    parked: int = 0
    """Receipts, reactions and edits that came before the message they speak of; looked at again for a day."""
    quarantined: int = 0
    rang: bool = False
    """Something that a person should look at now."""
    reached: int = field(default=0, compare=False)
    """The newest envelope that was looked at."""

    def __add__(self, other: Applied) -> Applied:
        return Applied(
            self.applied + other.applied,
            self.ignored + other.ignored,
            self.parked + other.parked,
            self.quarantined + other.quarantined,
            self.rang or other.rang,
            max(self.reached, other.reached),
        )


class _Read(NamedTuple):
    id: int
    items: Sequence[Item] = ()
    fault: Malformed | None = None


def store_batch(tx: Transaction, account: str, stream: str, batch: Batch, now: datetime) -> int:
    """Keep the raw envelopes and the cursor in one commit; how many are new."""
    new = tx.inbounds.store(account, [(e.external_id, e.kind, e.raw) for e in batch.envelopes], now)
    tx.accounts.set_cursor(account, stream, batch.cursor, now)
    return len(new)


def apply_pending(
    store: Store, desk: Desk, channel: Channel, now: datetime, limit: int = PAGE, after: int = 0
) -> Applied:
    """Read and apply everything that waits for this account, ``limit`` envelopes per write transaction.

    ``after``: only what is newer than this envelope.

    Raises ``ChannelError`` where the account's reader does not work; what was not read waits for it.
    """
    total = Applied()
    while True:
        with store.read() as tx:
            rows = tx.inbounds.pending(channel.name, limit, after)
        if rows:
            after = rows[-1][0]
            total += _apply(store, desk, channel.name, [_read(channel, *row) for row in rows], now)
            total += Applied(reached=after)
        if len(rows) < limit:
            return total


def replay(store: Store, desk: Desk, channel: Channel, inbound_id: int, now: datetime) -> Applied:
    """Try a quarantined envelope again, after a fix."""
    with store.write() as tx:
        tx.inbounds.requeue(inbound_id)
        tx.changed("account", 0)
    return apply_pending(store, desk, channel, now)


def ingest_page(store: Store, desk: Desk, channel: Channel, envelopes: Sequence[Envelope], now: datetime) -> Applied:
    """One page from the wire to the rows, as the worker does it after a fetch."""
    with store.write() as tx:
        store_batch(tx, channel.name, "page", Batch(tuple(envelopes), ""), now)
    return apply_pending(store, desk, channel, now)


def _read(channel: Channel, inbound_id: int, external_id: str, kind: str, raw: bytes) -> _Read:
    try:
        return _Read(inbound_id, channel.read(Envelope(external_id=external_id, kind=kind, raw=raw)))
    except Malformed as fault:
        return _Read(inbound_id, fault=fault)
    except ChannelError:
        raise  # Nothing can be read at the moment, which is no fault of this one.
    except Exception as error:  # noqa: BLE001 - a reader's bug must not stop the post of the whole hotel
        return _Read(inbound_id, fault=Malformed("reader_failed", error=type(error).__name__))


def _apply(store: Store, desk: Desk, account: str, page: Sequence[_Read], now: datetime) -> Applied:
    try:
        with store.write() as tx:
            return _apply_in(tx, desk, account, page, now)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - one envelope that breaks a rule of the store is set aside alone
        if len(page) > 1:
            return sum((_apply(store, desk, account, [one], now) for one in page), Applied())
        fault = Malformed("apply_failed", error=type(error).__name__)
        with store.write() as tx:
            return _apply_in(tx, desk, account, [_Read(page[0].id, fault=fault)], now)


def _fate(intake: Intake, read: _Read) -> Fate:
    return max((intake.take(item) for item in read.items), default=Fate.IGNORED)


def _apply_in(tx: Transaction, desk: Desk, account: str, page: Sequence[_Read], now: datetime) -> Applied:
    # A poll and a question about receipts may have read the same envelopes: the second finds them done.
    pending = tx.inbounds.still_pending([one.id for one in page])
    page = [one for one in page if one.id in pending]
    intake = Intake(tx, desk, account, now)
    fates: dict[Fate, list[int]] = {fate: [] for fate in Fate}
    quarantined = 0
    items = [item for one in page for item in one.items]
    group_answers.expect(tx, items)
    intake.expect(items)
    for one in page:
        if one.fault is not None:
            tx.inbounds.quarantine(one.id, one.fault.code, one.fault.params)
            quarantined += 1
            continue
        fates[_fate(intake, one)].append(one.id)
    if fates[Fate.PARKED] and fates[Fate.APPLIED]:
        # What they speak of may have come with this very page, after them.
        parked, fates[Fate.PARKED] = set(fates[Fate.PARKED]), []
        for one in page:
            if one.id in parked:
                fates[_fate(intake, one)].append(one.id)
    intake.flush()
    acknowledging.acknowledge(tx, desk, intake.began, now)
    applied = set(fates[Fate.APPLIED])
    group_answers.hear(tx, desk, [item for one in page if one.id in applied for item in one.items], now)
    if quarantined:
        tx.changed("account", 0)
    tx.inbounds.applied_all(fates[Fate.APPLIED], now)
    tx.inbounds.applied_all(fates[Fate.IGNORED], now, ignored=True)
    return Applied(
        applied=len(fates[Fate.APPLIED]),
        ignored=len(fates[Fate.IGNORED]),
        parked=len(fates[Fate.PARKED]),
        quarantined=quarantined,
        rang=intake.rang,
    )
