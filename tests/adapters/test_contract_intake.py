"""What every channel brings is kept once: the same batch twice, in another order, and damaged, into a real store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from storage.store import SqlStore, open_store
from tests.adapters.mutator import damaged
from tests.adapters.rigs import RIGS, SENT, Rig
from tests.fakes import hotel
from tui_inbox.domain.errors import Malformed
from tui_inbox.ports.channel import Channel, Envelope
from tui_inbox.ports.store import Transaction
from tui_inbox.services import accounts
from tui_inbox.services.desk import AccountInfo, Desk
from tui_inbox.services.ingest import Applied, apply_pending, ingest_page

NOWHERE = "http://127.0.0.1:9"
LATER = SENT + timedelta(days=400)
"""After everything that the collections tell."""
DAMAGED = 60
"""Pieces of each channel that go through the store; the contract suite reads thousands without one."""


@pytest.fixture(params=list(RIGS))
def rig(request: pytest.FixtureRequest) -> Rig:
    return RIGS[request.param]


@pytest.fixture
def channel(rig: Rig) -> Iterator[Channel]:
    made = rig.opened(NOWHERE)
    made.name = "desk"
    yield made
    made.close()


def house(channel: Channel, rig: Rig) -> Desk:
    info = AccountInfo("desk", rig.type, channel.traits, dict.fromkeys(channel.traits, "us"))
    return hotel()._replace(accounts={"desk": info})


def take(store: SqlStore, desk: Desk, channel: Channel, page: Sequence[Envelope]) -> Applied:
    applied = ingest_page(store, desk, channel, page, LATER)
    return applied + apply_pending(store, desk, channel, LATER)


def connected(store: SqlStore, desk: Desk) -> None:
    with store.write() as tx:
        accounts.connected(tx, desk, "desk", SENT - timedelta(days=4000))


def seen(store: SqlStore) -> list[object]:
    """All that a desk can see: every conversation's messages with what was told of them since."""
    with store.read() as tx:
        return sorted(_conversations(tx), key=repr)


def _conversations(tx: Transaction) -> Iterator[object]:
    for id_ in range(1, 40):
        row = tx.conversations.get(id_)
        if row is None:
            continue
        guest = tx.guests.load(row.guest_id)
        found = (tx.messages.get(one.id) for one in tx.messages.page(row.id, None, 99))
        messages = [
            (one.external_id, one.text, one.direction, one.kind, one.at, one.state, dict(one.reactions), one.edited_at)
            for one in found
            if one is not None
        ]
        yield guest.name, row.state, row.unanswered, row.preview, sorted(messages, key=repr)


def test_the_same_batch_twice_changes_nothing(rig: Rig, channel: Channel, sqlite_store: SqlStore) -> None:
    desk = house(channel, rig)
    connected(sqlite_store, desk)
    first = take(sqlite_store, desk, channel, rig.payloads)
    once = seen(sqlite_store)
    assert first.quarantined == 0
    assert once
    again = take(sqlite_store, desk, channel, rig.payloads)
    assert (again.applied, again.quarantined, again.rang) == (0, 0, 0)
    assert seen(sqlite_store) == once
    # A cursor that was lost brings old pages, one by one and backwards.
    for envelope in reversed(rig.payloads):
        take(sqlite_store, desk, channel, [envelope])
    assert seen(sqlite_store) == once


def broken(rig: Rig) -> Iterator[Envelope]:
    for seed, envelope in enumerate(rig.payloads):
        for number, raw in enumerate(damaged(envelope.raw, DAMAGED // len(rig.payloads) + 1, seed)):
            yield Envelope(f"bad-{seed}-{number}", envelope.kind, raw)


def unreadable(channel: Channel, envelope: Envelope) -> bool:
    try:
        channel.read(envelope)
    except Malformed:
        return True
    return False


def test_each_unreadable_one_is_set_aside_with_its_bytes_and_the_good_ones_stand_as_if_alone(
    rig: Rig, channel: Channel, sqlite_store: SqlStore, tmp_path: Path
) -> None:
    desk = house(channel, rig)
    bad = [envelope for envelope in broken(rig) if unreadable(channel, envelope)]
    assert bad
    connected(sqlite_store, desk)
    applied = take(sqlite_store, desk, channel, [*bad, *rig.payloads])
    assert applied.quarantined == len(bad)
    with sqlite_store.read() as tx:
        aside = {row.external_id: tx.inbounds.raw(row.id) for row in tx.inbounds.quarantined("desk", 500)}
    assert aside == {envelope.external_id: envelope.raw for envelope in bad}
    with open_store(f"sqlite:///{tmp_path}/alone.db") as alone:
        connected(alone, desk)
        take(alone, desk, channel, rig.payloads)
        assert seen(sqlite_store) == seen(alone)


def test_whatever_a_damaged_one_says_it_is_kept_or_set_aside_and_nothing_is_left_over(
    rig: Rig, channel: Channel, sqlite_store: SqlStore
) -> None:
    desk = house(channel, rig)
    connected(sqlite_store, desk)
    odd = list(broken(rig))
    applied = take(sqlite_store, desk, channel, odd)
    assert applied.quarantined >= sum(unreadable(channel, envelope) for envelope in odd)
    take(sqlite_store, desk, channel, rig.payloads)
    with sqlite_store.read() as tx:
        left = list(tx.inbounds.pending("desk", 500))
        aside = {row.external_id for row in tx.inbounds.quarantined("desk", 500)}
    assert left == []
    assert not aside & {envelope.external_id for envelope in rig.payloads}
