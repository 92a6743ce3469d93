"""What the simulated Booking.com knows of one machine account: properties, conversations, the queue, search jobs."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from adapters.sandbox.door import Fault, VendorError
from tui_inbox.ports.clock import Clock, SystemClock

TOKENS_AN_HOUR = 30
JOB_LIFE = timedelta(hours=48)


@dataclass(slots=True)
class Told:
    """One message."""

    id: str
    conversation: str
    by: str
    """``guest`` or ``property``."""
    text: str
    at: datetime
    kind: str = "free_text"
    topic: str = ""
    files: tuple[str, ...] = ()
    read: bool = False


@dataclass(slots=True)
class Conversation:
    id: str
    property_id: str
    reservation: str
    guest: str
    kind: str = "reservation"
    access: str = "read_write"
    guest_id: str = field(default_factory=lambda: str(uuid4()))
    own_id: str = field(default_factory=lambda: str(uuid4()))
    no_reply_needed: bool = False


@dataclass(slots=True)
class Job:
    after: datetime
    before: datetime
    made: datetime
    ready: datetime


@dataclass(slots=True)
class BookingAccount:
    """State of one machine account; every method takes the lock, so server and guests may share it."""

    client_id: str = "sandbox-client"
    secret: str = "sandbox-secret"
    properties: tuple[str, ...] = ("1234567",)
    clock: Clock = field(default_factory=SystemClock)
    queue_on: bool = True
    page: int = 50
    closed: set[str] = field(default_factory=set)
    """Properties whose access was taken away."""
    conversations: dict[str, Conversation] = field(default_factory=dict)
    queue: list[str] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, list[bytes]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    exchanges: list[datetime] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)
    """The numbers of all confirmations that were carried out."""
    on_sent: list[Callable[[Told], None]] = field(default_factory=list)
    _told: dict[str, Told] = field(default_factory=dict)
    _tokens: dict[str, datetime] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def exchange(self, client_id: str, secret: str) -> str:
        """A token for an hour; the thirty-first within an hour is refused."""
        with self._lock:
            now = self.clock.now()
            self.exchanges = [at for at in self.exchanges if now - at < timedelta(hours=1)]
            if len(self.exchanges) >= TOKENS_AN_HOUR:
                raise VendorError(429, "too_many_tokens")
            self.exchanges.append(now)
            if (client_id, secret) != (self.client_id, self.secret):
                raise VendorError(401, "access_denied", "Access denied")
            until = now + timedelta(hours=1)
            claims = {"iss": "urn://connectivity-modern-auth/v1", "exp": int(until.timestamp()), "jti": uuid4().hex}
            token = f"{_part({'alg': 'none'})}.{_part(claims)}.x"
            self._tokens[token] = until
            return token

    def knows(self, token: str) -> bool:
        with self._lock:
            return self._tokens.get(token, datetime.min.replace(tzinfo=self.clock.now().tzinfo)) > self.clock.now()

    def forget_tokens(self) -> None:
        with self._lock:
            self._tokens.clear()

    def book(self, reservation: str, guest: str, property_id: str = "") -> Conversation:
        """A reservation, with the empty conversation that each has from the beginning."""
        with self._lock:
            talk = Conversation(str(uuid4()), property_id or self.properties[0], reservation, guest)
            self.conversations[talk.id] = talk
            return talk

    def write(self, talk: Conversation, text: str, *, queued: bool = True, **more: object) -> Told:
        """The guest writes."""
        return self.tell(talk, "guest", text, queued=queued, **more)

    def tell(self, talk: Conversation, by: str, text: str, *, queued: bool = True, **more: object) -> Told:
        with self._lock:
            at = more.pop("at", None)
            given = str(more.pop("id", "") or uuid4())
            told = Told(given, talk.id, by, text, at or self.clock.now(), **more)  # type: ignore[arg-type]
            self._told[told.id] = told
            if queued and self.queue_on:
                self.queue.append(told.id)
            return told

    def told(self, id_: str) -> Told:
        return self._told[id_]

    def thread(self, conversation: str) -> list[Told]:
        """Newest first."""
        with self._lock:
            mine = [told for told in self._told.values() if told.conversation == conversation]
            return sorted(mine, key=lambda told: (told.at, told.id), reverse=True)

    def between(self, after: datetime, before: datetime) -> list[Told]:
        with self._lock:
            found = [told for told in self._told.values() if after <= told.at <= before]
            return sorted(found, key=lambda told: (told.at, told.id))

    def confirm(self, count: int) -> None:
        """Remove the first ``count`` of the queue, whatever they are."""
        with self._lock:
            self.confirmed.append(count)
            del self.queue[:count]

    def submit(self, talk: Conversation, text: str, files: tuple[str, ...]) -> Told:
        """The property writes. Raises ``VendorError``."""
        if talk.access != "read_write":
            raise VendorError(403, "read_only", "Conversation is read only")
        if not text:
            raise VendorError(400, "content", "content is mandatory")
        if any(file not in self.files for file in files):
            raise VendorError(400, "attachment_ids", "unknown attachment")
        told = self.tell(talk, "property", text, files=files)
        for listener in self.on_sent:
            listener(told)
        return told


def _part(claims: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
