"""What the simulated Channex knows of one property: its sites, stays, threads and messages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from adapters.sandbox.door import Fault, VendorError
from tui_inbox.ports.clock import Clock, SystemClock

_NO_MESSAGES = ("Expedia Affiliate", "Direct")


@dataclass(frozen=True, slots=True)
class Site:
    """A booking site as the property is connected to it."""

    name: str
    """As the vendor writes it: ``BookingCom``, ``AirBNB``, ``Expedia``."""
    active: bool = True
    token_invalid: bool = False
    mapped: bool = True
    title: str = ""
    """What the hotel calls the connection, as a rule the listing; empty for the site's name."""


@dataclass(frozen=True, slots=True)
class Stay:
    id: str
    code: str
    site: str
    guest: tuple[str, str]
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    id: str
    thread: str
    sender: str
    text: str
    at: datetime
    attachments: tuple[str, ...] = ()
    meta: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    id: str
    title: str
    provider: str
    stay: str = ""
    closed: bool = False
    no_reply_needed: bool = False


@dataclass(slots=True)
class ChannexAccount:
    """State of one property; every method takes the lock, so server and guests may share it."""

    key: str = "sandbox-key"
    property_id: str = "71d34923-a8be-4682-9625-e4a2f080df92"
    title: str = "Sandbox"
    app_installed: bool = True
    clock: Clock = field(default_factory=SystemClock)
    sites: dict[str, Site] = field(
        default_factory=lambda: {name: Site(name) for name in ("BookingCom", "AirBNB", "Expedia")}
    )
    stays: dict[str, Stay] = field(default_factory=dict)
    talks: dict[str, Talk] = field(default_factory=dict)
    files: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)
    """Attachment id -> name, type, content."""
    faults: list[Fault] = field(default_factory=list)
    on_sent: list[Callable[[Said], None]] = field(default_factory=list)
    _said: dict[str, Said] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def book(self, site: str, code: str, first: str, last: str, *, phone: str = "", mail: str = "") -> Stay:
        """A stay booked at a site; nobody has written yet, so it has no thread."""
        with self._lock:
            stay = Stay(str(uuid4()), code, site, (first, last), phone, mail)
            self.stays[stay.id] = stay
            return stay

    def thread_of(self, stay: Stay) -> Talk:
        """The thread of a stay, begun when there is none."""
        with self._lock:
            for talk in self.talks.values():
                if talk.stay == stay.id:
                    return talk
            talk = Talk(str(uuid4()), " ".join(stay.guest), stay.site, stay.id)
            self.talks[talk.id] = talk
            return talk

    def write(self, stay: Stay, text: str, *, at: datetime | None = None, files: Sequence[str] = ()) -> Said:
        """The guest of a stay writes."""
        return self.say(self.thread_of(stay).id, "guest", text, at=at, attachments=tuple(files))

    def inquire(self, guest: str, details: dict[str, Any], *, provider: str = "AirBNB") -> Talk:
        """Somebody asks before booking: a thread without a stay that begins with the site's card."""
        with self._lock:
            talk = Talk(str(uuid4()), guest, provider)
            self.talks[talk.id] = talk
            meta = {"status": "active", "booking_details": {"guest_name": guest, **details}}
            self.say(talk.id, "system", "inquiry", meta=meta)
            return talk

    def say(self, thread: str, sender: str, text: str, **more: Any) -> Said:
        with self._lock:
            at = more.pop("at", None) or self.clock.now()
            said = Said(more.pop("id", "") or str(uuid4()), thread, sender, text, at, **more)
            self._said[said.id] = said
            return said

    def said(self, thread: str) -> list[Said]:
        """Newest first."""
        with self._lock:
            mine = [said for said in self._said.values() if said.thread == thread]
            return sorted(mine, key=lambda said: (said.at, said.id), reverse=True)

    def last_at(self, talk: Talk) -> datetime:
        with self._lock:
            return max((said.at for said in self._said.values() if said.thread == talk.id), default=self.clock.now())

    def submit(self, thread: str, body: dict[str, Any]) -> Said:
        """The hotel writes into a thread. Raises ``VendorError``."""
        with self._lock:
            if thread not in self.talks:
                raise VendorError(404, "resource_not_found", "Resource Not Found")
            talk = self.talks[thread]
            site = self.sites.get(talk.provider)
            if site is None or talk.provider in _NO_MESSAGES:
                raise VendorError(422, "not_supported", "Method not supported")
            if site.token_invalid:
                raise VendorError(422, "validation_error", "Access token is expired")
            told = body.get("message") if isinstance(body.get("message"), dict) else {}
            text, file = (told or {}).get("message"), (told or {}).get("attachment_id")
            if text is None and file not in self.files:
                raise VendorError(422, "validation_error", "message can't be blank")
            # A text makes the vendor ignore the file.
            links = () if text is not None else (f"attachments/{file}/{self.files[str(file)][0]}",)
            said = self.say(thread, "property", str(text or ""), attachments=links)
            self.talks[thread] = replace(talk, closed=False)
        for listener in self.on_sent:
            listener(said)
        return said
