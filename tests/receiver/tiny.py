"""A tiny vendor that calls us: it signs the body as Meta does, and its facts are the fake channel's."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs

from tests.fakes import FakeChannel, hotel
from tui_inbox.domain.errors import Refused
from tui_inbox.ports.channel import Channel, Envelope, Heard, Hook
from tui_inbox.ports.store import Store
from tui_inbox.services.desk import Desk
from tui_inbox.worker.guard import Guard
from tui_inbox.worker.parts import Parts, Receiving
from tui_inbox.worker.receiver.receiver import Receiver

KEY = b"app-secret"
ACCOUNT = "desk-sms"
CANARY = "canary-query-5521"


def fact(number: int, text: str = "", address: str = "+33612345678") -> dict[str, str]:
    """One message of a guest's, as the tiny vendor tells it."""
    at = datetime(2027, 1, 1, tzinfo=UTC).isoformat()
    return {
        "external_id": f"tiny-{number:05d}", "channel": "sms", "at": at, "address": address,
        "own_address": "+33700000000", "text": text or f"Message {number}",
    }  # fmt: skip


def body_of(*facts: dict[str, str]) -> bytes:
    return json.dumps({"facts": facts}).encode()


def signature(body: bytes, key: bytes = KEY) -> dict[str, str]:
    return {"X-Signature": hmac.new(key, body, hashlib.sha256).hexdigest()}


class TinyVendor(FakeChannel):
    """``Receives``."""

    broken = False

    def hear(self, hook: Hook) -> Heard:
        if self.broken:
            raise RuntimeError("a bug of the adapter")
        if hook.method == "GET":
            asked = parse_qs(hook.query)
            if asked.get("verify") != ["open sesame"]:
                raise Refused("bad_signature")
            return Heard(answer=asked["challenge"][0].encode())
        right = hmac.new(KEY, hook.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(hook.headers.get("x-signature", ""), right):
            raise Refused("bad_signature")
        facts = json.loads(hook.body)["facts"]
        return Heard(tuple(Envelope(one["external_id"], "message", json.dumps(one).encode()) for one in facts))


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


LOOPBACK = Receiving(listen="127.0.0.1:0")


@dataclass
class House:
    """A receiver at work over a store, and a client that speaks HTTP to it."""

    store: Store
    receiving: Receiving = LOOPBACK
    vendor: TinyVendor = field(default_factory=TinyVendor)
    faults: list[str] = field(default_factory=list)
    desk: Desk = field(default_factory=hotel)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    """Instead of the tiny vendor, those of real ones."""

    def __post_init__(self) -> None:
        class Lease:
            def acquire(self) -> bool:
                return True

            def release(self) -> None: ...

        channels = self.channels or {ACCOUNT: self.vendor}
        self.parts = Parts(self.store, self.desk, channels, Lease(), fault=self.faults.append, receiving=self.receiving)
        self.receiver = Receiver(self.parts, Guard(self.parts.clock.now))
        self.port = 0

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        return ask(self.port, method, path, body, headers)

    def post(self, *facts: dict[str, str], key: bytes = KEY) -> Answer:
        body = body_of(*facts)
        return self.ask("POST", f"/hooks/{ACCOUNT}", body, signature(body, key))

    def kept(self) -> list[str]:
        """External ids of everything that was kept, in order."""
        with self.store.read() as tx:
            return [row[0] for row in tx.db.all("SELECT external_id FROM inbound_event ORDER BY id")]  # type: ignore[attr-defined]

    def messages(self) -> list[str]:
        """Texts of all messages, by their vendor's ids."""
        with self.store.read() as tx:
            return [row[0] for row in tx.db.all("SELECT text FROM message ORDER BY external_id")]  # type: ignore[attr-defined]

    def settle(self) -> None:
        """Wait until everything that was kept is applied."""
        done = threading.Event()
        self.receiver._applying.submit(done.set)
        assert done.wait(10)


def ask(
    port: int, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


@contextmanager
def running(house: House) -> Iterator[House]:
    house.port = house.receiver.listen()
    try:
        yield house
    finally:
        house.receiver.stop()
