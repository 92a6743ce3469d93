"""Messages that arrive while a screen is open: taken in by the real ingest, in another process than the screen's."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from bench.generate import NOW
from storage.store import open_store
from tui_inbox.domain.channel import ChannelTraits, HandleKind
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.ports.channel import Batch, Envelope, Health, HealthState, Inbound, Item, Receipt
from tui_inbox.services.desk import AccountInfo, Desk
from tui_inbox.services.ingest import ingest_page

ACCOUNT = "desk-sms"
OWN = "+33700000000"
SMS = ChannelTraits("sms", "SM", "SMS", HandleKind.PHONE)
DESK = Desk(
    "Bench",
    ZoneInfo("Europe/Paris"),
    country="FR",
    operators={"ana": "Ana", "ben": "Ben", "chloe": "Chloe"},
    accounts={ACCOUNT: AccountInfo(ACCOUNT, "bench", {"sms": SMS}, {"sms": OWN})},
)


class WireFormat(msgspec.Struct):
    """The least that a vendor would say."""

    sid: str
    sender: str
    body: str
    at: float


class BenchChannel:
    """A vendor that costs nothing but the decoding of its JSON."""

    name = ACCOUNT

    @property
    def traits(self) -> Mapping[str, ChannelTraits]:
        return {"sms": SMS}

    def streams(self) -> Sequence[str]:
        return ("in",)

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        return Batch((), cursor)

    def read(self, envelope: Envelope) -> Sequence[Item]:
        wire = msgspec.json.decode(envelope.raw, type=WireFormat)
        at = datetime.fromtimestamp(wire.at, UTC)
        return [Inbound(wire.sid, "sms", at, wire.sender, OWN, wire.body)]

    def check(self, outgoing: Outgoing) -> None:
        return

    def send(self, outgoing: Outgoing, files: Sequence[tuple[str, str, bytes]] = ()) -> Receipt:
        return Receipt(outgoing.dedupe_key)

    def test(self) -> Health:
        return Health(HealthState.OK)

    def close(self) -> None:
        return


def envelope(number: int, body: str, at: datetime, senders: int = 1000) -> Envelope:
    sid = f"SM{number:032x}"
    wire = WireFormat(sid, f"+3361{number % senders:07d}", body, at.timestamp())
    return Envelope(sid, "message", msgspec.json.encode(wire))


class Arrivals:
    """Lets one message after the other arrive; use as a context manager."""

    def __init__(self, url: str) -> None:
        self._store = open_store(url)
        self._channel = BenchChannel()
        self._count = 0
        self._first = time.time_ns() // 1_000_000
        """Ids never seen before, in a store that was kept from an earlier run too."""

    def __enter__(self) -> Arrivals:
        now = NOW - timedelta(days=1)
        with self._store.write() as tx:
            account = tx.accounts.get(ACCOUNT)
            if account is not None and account.connected_at is None:
                tx.accounts.put(msgspec.structs.replace(account, connected_at=now))
        return self

    def __exit__(self, *_: object) -> None:
        self._store.close()

    def one(self, body: str) -> None:
        self._count += 1
        now = max(datetime.now(UTC), NOW + timedelta(seconds=self._count))
        ingest_page(self._store, DESK, self._channel, [envelope(self._first + self._count, body, now)], now)
