"""A vendor in a process of its own that keeps the truth: what it received, what it accepted, what it offered.

It speaks lines of JSON on a Unix socket and misbehaves by its own dice: it refuses, closes before or after it has
accepted, answers late, shows its list late, and repeats and shuffles what it offers.
"""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.errors import Malformed, NotSent, Rejected, Unknown
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.ports.channel import Batch, Envelope, Found, Health, HealthState, Inbound, Item, Receipt, Status

VISIBLE_AFTER = 0.04
"""Seconds until an accepted message is in the vendor's list."""
PAGE = 20


class Provider:
    """The vendor's side; one thread per connection, one lock around the truth."""

    def __init__(self, path: Path, seed: int, inbound: int) -> None:
        self._path, self._dice, self._to_offer = path, random.Random(seed), inbound
        self._lock = threading.Lock()
        self.received: list[str] = []
        """Dedupe keys of whole requests, in order."""
        self.accepted: list[dict[str, Any]] = []
        self.offered: list[str] = []
        self._feed: list[dict[str, Any]] = []
        self._maturing: list[tuple[float, dict[str, Any]]] = []

    def serve(self) -> None:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self._path))
        listener.listen(64)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            try:
                line = connection.makefile("rb").readline()
                if not line.endswith(b"\n"):
                    return
                request = json.loads(line)
                answer = getattr(self, "_" + request.pop("op"))(**request)
                if answer is not None:
                    connection.sendall(json.dumps(answer).encode() + b"\n")
            except OSError:
                return  # The worker was killed in the middle of it.

    def _send(self, key: str, address: str, text: str) -> dict[str, Any] | None:
        with self._lock:
            self.received.append(key)
            chance = self._dice.random()
            if chance < 0.04:
                return {"error": "busy"}
            if chance < 0.06:
                return {"error": "refused"}
            if chance < 0.11:
                return None
            provider_id = f"P{len(self.accepted) + 1:05d}"
            entry = {"id": provider_id, "key": key, "address": address, "text": text, "at": time.time()}
            self.accepted.append(entry)
            echo = {"external_id": provider_id, "outbound": True, "address": address, "text": text}
            self._maturing.append((entry["at"] + VISIBLE_AFTER, echo))
            receipt = {"provider_id": provider_id, "state": "delivered"}
            self._maturing.append((entry["at"] + self._dice.random() * 0.1, receipt))
        if chance < 0.19:
            return None
        if chance < 0.35:
            time.sleep(0.02)
        return {"id": provider_id}

    def _find(self, address: str, text: str) -> dict[str, Any]:
        with self._lock:
            seen = time.time() - VISIBLE_AFTER
            ids = [
                one["id"]
                for one in self.accepted
                if (one["address"], one["text"]) == (address, text) and one["at"] <= seen
            ]
        return {"ids": ids}

    def _fetch(self, cursor: int) -> dict[str, Any]:
        """From a little before the cursor, shuffled: what was given once may come again."""
        with self._lock:
            for _ in range(3):
                if len(self.offered) < self._to_offer:
                    self._write_in()
            now = time.time()
            self._feed += [item for due, item in self._maturing if due <= now]
            self._maturing = [(due, item) for due, item in self._maturing if due > now]
            page = self._feed[max(cursor - 3, 0) : cursor + PAGE]
            self._dice.shuffle(page)
            reached = min(cursor + PAGE, len(self._feed))
            return {"items": page, "cursor": reached, "more": reached < len(self._feed)}

    def _write_in(self) -> None:
        number = len(self.offered)
        external_id = f"IN{number:05d}"
        self.offered.append(external_id)
        address = f"+336{number % 17:08d}"
        self._feed.append({"external_id": external_id, "address": address, "text": f"Bonjour n° {number}"})

    def _truth(self) -> dict[str, Any]:
        with self._lock:
            return {"received": self.received, "accepted": self.accepted, "offered": self.offered}


def ask(path: Path, **request: Any) -> dict[str, Any] | None:
    """One request; None when the connection ended without an answer. Raises ``ConnectionError``."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(path))
        with connection.makefile("rwb") as wire:
            wire.write(json.dumps(request).encode() + b"\n")
            wire.flush()
            line = wire.readline()
    if not line.endswith(b"\n"):
        return None
    answer: dict[str, Any] = json.loads(line)
    return answer


class WireChannel:
    """The adapter to that vendor."""

    def __init__(self, name: str, path: Path, traits: Mapping[str, ChannelTraits]) -> None:
        self.name, self._path, self._traits = name, path, traits

    @property
    def traits(self) -> Mapping[str, ChannelTraits]:
        return self._traits

    def streams(self) -> Sequence[str]:
        return ("feed",)

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        answer = ask(self._path, op="fetch", cursor=int(cursor or 0))
        if answer is None:
            raise NotSent("unreachable")
        return Batch(
            tuple(_envelope(item) for item in answer["items"]), str(answer["cursor"]), more=bool(answer["more"])
        )

    def read(self, envelope: Envelope) -> Sequence[Item]:
        try:
            item = json.loads(envelope.raw)
        except ValueError as error:
            raise Malformed("not_json") from error
        now = datetime.now(UTC)
        if envelope.kind == "status":
            return (Status(item["provider_id"], Delivery(item["state"]), now),)
        return (Inbound(channel="sms", at=now, own_address="+33700000000", **item),)

    def check(self, outgoing: Outgoing) -> None:
        return None

    def send(self, outgoing: Outgoing, files: Sequence[tuple[str, str, bytes]] = ()) -> Receipt:
        try:
            answer = ask(self._path, op="send", key=outgoing.dedupe_key, address=outgoing.address, text=outgoing.text)
        except OSError as error:
            raise Unknown("connection_lost") from error
        if answer is None:
            raise Unknown("connection_lost")
        if "error" in answer:
            raise NotSent("rate_limited") if answer["error"] == "busy" else Rejected("refused")
        return Receipt(answer["id"])

    def find(self, outgoing: Outgoing) -> Found:
        answer = ask(self._path, op="find", address=outgoing.address, text=outgoing.text)
        if answer is None:
            raise NotSent("unreachable")
        return Found(tuple(answer["ids"]), authoritative=True)

    def test(self) -> Health:
        return Health(HealthState.OK)

    def close(self) -> None:
        return None


def _envelope(item: dict[str, Any]) -> Envelope:
    if "provider_id" in item:
        return Envelope(f"{item['provider_id']}:{item['state']}", "status", json.dumps(item).encode())
    return Envelope(item["external_id"], "message", json.dumps(item).encode())
