"""A hotel with a web chat behind the real receiver, and a guest's browser made of plain HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from adapters.webchat import WEBCHAT, Settings
from adapters.webchat.account import WebChat
from tests.fakes import hotel
from tests.receiver.tiny import LOOPBACK, Answer, ask
from tui_inbox.ports.secrets import Secret
from tui_inbox.ports.store import Store
from tui_inbox.services import accounts, delivery, replying
from tui_inbox.services.desk import AccountInfo, Actor
from tui_inbox.services.replying import Reply
from tui_inbox.worker.guard import Guard
from tui_inbox.worker.parts import Parts
from tui_inbox.worker.receiver.receiver import Receiver

ANA = Actor("ana", "Ana Lopez")
SITE = "https://www.hotel.example"
SECRET = "site-secret-9a"
API = "/public/api/v1/inboxes/lumiere/contacts"
SETTINGS = Settings(type="webchat", inbox="lumiere", origins=[SITE], secret="site", messages_per_minute=600)


class NoLease:
    """There is only one worker here."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None: ...


class ChatHouse:
    """Receiver, desk and store; ``port`` once it runs."""

    def __init__(self, store: Store, **settings: object) -> None:
        self.store = store
        self.channel = WebChat("site", msgspec.structs.replace(SETTINGS, **settings), Secret(SECRET))
        desk = hotel()
        site = AccountInfo("site", "webchat", {"webchat": WEBCHAT}, {"webchat": "lumiere"}, heard_by=("listen",))
        self.desk = desk._replace(accounts={**desk.accounts, "site": site})
        self.parts = Parts(store, self.desk, {"site": self.channel}, NoLease(), receiving=LOOPBACK)
        self.receiver = Receiver(self.parts, Guard(self.parts.clock.now))
        self.port = 0
        with store.write() as tx:
            accounts.connected(tx, self.desk, "site", datetime.now(UTC) - timedelta(hours=1))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> tuple[Answer, Any]:
        content = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = ask(self.port, method, path, content, {"Content-Type": "application/json", **(headers or {})})
        return answer, json.loads(answer.body or b"null")

    def opened(self, headers: Mapping[str, str] | None = None, **claims: str) -> Browser:
        answer, contact = self.ask("POST", API, claims, headers)
        assert answer.status == 200, answer
        answer, talk = self.ask("POST", f"{API}/{contact['source_id']}/conversations", {})
        assert answer.status == 200
        return Browser(self, contact, f"{API}/{contact['source_id']}/conversations/{talk['id']}")

    def conversation(self, address: str) -> int:
        with self.store.read() as tx:
            (guest,) = tx.guests.by_handle("webchat", address)
            (found,) = tx.conversations.all_of_guest(guest.id)
            return found.id

    def reply(self, conversation_id: int, text: str) -> int:
        """Ana answers and the worker sends it."""
        now = datetime.now(UTC)
        with self.store.write() as tx:
            talk = tx.conversations.load(conversation_id)
            reply = Reply(conversation_id, "site", "webchat", talk.last_address, text, send_now=True)
            sent = replying.send(tx, self.desk, ANA, reply, now)
        with self.store.write() as tx:
            delivery.release(tx, self.desk, now)
        with self.store.write() as tx:
            (row,) = delivery.claim(tx, ["site"], "worker", now)
        delivery.send_one(self.store, self.desk, self.channel, row, self.parts.clock)
        return sent.outbox_id

    def state(self, outbox_id: int) -> str:
        with self.store.read() as tx:
            row = tx.outbox.get(outbox_id)
        assert row is not None
        return row.state.value

    def inbound(self) -> list[tuple[str, str, str]]:
        """(address, subject, text) of what guests wrote."""
        with self.store.read() as tx:
            rows = tx.db.all("SELECT address, subject, text FROM message WHERE direction = 'in' ORDER BY id")  # type: ignore[attr-defined]
        return [(row[0], row[1], row[2]) for row in rows]


@dataclass
class Browser:
    house: ChatHouse
    contact: dict[str, Any]
    talk: str

    def say(self, text: str, echo: str = "", **headers: str) -> tuple[Answer, Any]:
        body = {"content": text, **({"echo_id": echo} if echo else {})}
        return self.house.ask("POST", f"{self.talk}/messages", body, headers)

    def lines(self) -> list[dict[str, Any]]:
        answer, found = self.house.ask("GET", f"{self.talk}/messages")
        assert answer.status == 200
        return list(found)

    def saw(self) -> int:
        return self.house.ask("POST", f"{self.talk}/update_last_seen")[0].status


@contextmanager
def serving(house: ChatHouse) -> Iterator[ChatHouse]:
    house.port = house.receiver.listen()
    try:
        yield house
    finally:
        house.receiver.stop()
