from __future__ import annotations

from storage.store import SqlStore
from tests.fakes import NOON, FakeChannel, StillClock, hotel, written
from tui_inbox.ports.channel import Batch
from tui_inbox.services import accounts, polling

PAGE = (written("Bonjour", key="SM1"), written("Et le parking ?", key="SM2"))


def polled(store: SqlStore, channel: FakeChannel) -> list[str]:
    """The points that one poll came by."""
    points: list[str] = []
    polling.poll_account(store, hotel(), channel, StillClock(), fault=points.append)
    return points


def test_a_page_that_is_known_under_the_same_cursor_is_not_written_again(store: SqlStore) -> None:
    with store.write() as tx:
        accounts.connected(tx, hotel(), "desk-sms", NOON)
    channel = FakeChannel()
    channel.batches.extend([Batch(PAGE, "noon"), Batch(PAGE, "noon"), Batch((), "noon")])
    assert polled(store, channel) == ["fetched", "stored", "applied"]
    assert polled(store, channel) == ["fetched", "applied"]
    assert polled(store, channel) == ["fetched", "applied"]


def test_one_new_envelope_or_another_cursor_is_kept(store: SqlStore) -> None:
    with store.write() as tx:
        accounts.connected(tx, hotel(), "desk-sms", NOON)
    channel = FakeChannel()
    channel.batches.extend([Batch(PAGE[:1], "noon"), Batch(PAGE, "noon"), Batch(PAGE, "later")])
    for _ in range(3):
        assert polled(store, channel) == ["fetched", "stored", "applied"]
    with store.read() as tx:
        assert tx.inbounds.known("desk-sms", ["SM1", "SM2"]) == {"SM1", "SM2"}
        assert tx.accounts.cursor("desk-sms", "messages") == "later"
