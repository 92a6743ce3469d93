"""What the simulated Graph knows of one Page or Instagram account: conversations, posts, templates, rights, faults."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from adapters.sandbox.door import Fault, VendorError
from tui_inbox.ports.clock import Clock, SystemClock

DAY, WEEK = timedelta(hours=24), timedelta(days=7)
DETAILED = 20
DEAD_TAGS = ("CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE")
FRESH = timedelta(hours=1)
"""How long the address of a file is good."""


class GraphRefusal(VendorError):
    """An error of the Graph, whose subcode says more than its code."""

    def __init__(self, status: int, code: int, subcode: int = 0, text: str = "Invalid parameter") -> None:
        super().__init__(status, code, text, subcode)


@dataclass(frozen=True, slots=True)
class StoredFile:
    id: str
    name: str
    type: str
    content: bytes


@dataclass(slots=True)
class Said:
    """One message of a conversation."""

    id: str
    at: datetime
    outbound: bool
    text: str
    files: tuple[StoredFile, ...] = ()
    reply_to: str = ""
    metadata: str = ""
    kind: str = ""
    """``RESPONSE``, ``HUMAN_AGENT``, ``UTILITY`` or empty: how it was sent."""
    reaction: str = ""
    removed: bool = False


@dataclass(slots=True)
class Talk:
    """One conversation; a guest who hides has no name."""

    id: str
    guest: str
    name: str
    said: list[Said] = field(default_factory=list)
    seen_at: datetime | None = None
    typing: bool = False
    spam: bool = False
    blocked: bool = False

    @property
    def updated(self) -> datetime:
        return self.said[-1].at

    def heard_at(self) -> datetime | None:
        return next((one.at for one in reversed(self.said) if not one.outbound), None)


@dataclass(slots=True)
class Remark:
    """A comment, under a post or under another comment; its writer may be unnamed."""

    id: str
    post: str
    at: datetime
    text: str
    writer: str
    name: str = ""
    parent: str = ""
    hidden: bool = False
    answered_privately: bool = False


@dataclass(slots=True)
class Shown:
    """A post of the Page, or a picture of the Instagram account."""

    id: str
    at: datetime
    text: str


@dataclass(slots=True)
class UtilityTemplate:
    name: str
    language: str
    body: str
    status: str = "APPROVED"
    reason: str = "NONE"
    id: str = field(default_factory=lambda: str(uuid4().int)[:15])


@dataclass(slots=True)
class MetaAccount:
    """State of one account; every method takes the lock, so server and guests may share it."""

    channel: str = "messenger"
    own_login: bool = False
    page_id: str = "104512345678901"
    instagram_id: str = "17841400000000001"
    name: str = "Hôtel Lumière"
    token: str = "sandbox-page-token"
    app_secret: str = "sandbox-app-secret"
    verify_token: str = "sandbox-verify"
    rights: set[str] = field(default_factory=lambda: {"messages", "comments", "human_agent", "templates"})
    restricted: bool = False
    unknown_fields: tuple[str, ...] = ()
    """Of messages: this version of the Graph does not have them."""
    usage: int = 3
    """Per cent of the quota, told in every answer."""
    clock: Clock = field(default_factory=SystemClock)
    talks: dict[str, Talk] = field(default_factory=dict)
    posts: list[Shown] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    templates: list[UtilityTemplate] = field(default_factory=list)
    uploads: dict[str, StoredFile] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    """Method, path and body or query of every request, oldest first."""
    on_sent: list[Callable[[Talk, Said], None]] = field(default_factory=list)
    on_answered: list[Callable[[Remark], None]] = field(default_factory=list)
    """Called with each public answer of ours to a comment."""
    on_event: list[Callable[[bytes], None]] = field(default_factory=list)
    """Called with the body of each webhook."""
    files_at: str = ""
    """Set by the server: where it serves files."""
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def own(self) -> str:
        return self.page_id if self.channel == "messenger" else self.instagram_id

    @property
    def node(self) -> str:
        """Whose edges hold the conversations."""
        return self.instagram_id if self.own_login else self.page_id

    def receive(
        self, guest: str, text: str, *, name: str = "", at: datetime | None = None, reply_to: str = "",
        files: tuple[tuple[str, str, bytes], ...] = (), tell: bool = True, mid: str = "",
    ) -> Said:  # fmt: skip
        """A guest writes to us."""
        with self.lock:
            moment = (at or self.clock.now()).replace(microsecond=0)
            kept = tuple(StoredFile(uuid4().hex[:16], *file) for file in files)
            said = Said(mid or self.new_mid(), moment, False, text, kept, reply_to)
            self._add(guest, name, said)
        if tell:
            self.push(self.event_of(guest, said))
        return said

    def write_elsewhere(self, guest: str, text: str, at: datetime | None = None) -> Said:
        """The hotel answers in Meta's own inbox."""
        with self.lock:
            said = Said(self.new_mid(), (at or self.clock.now()).replace(microsecond=0), True, text)
            self._add(guest, "", said)
        self.push(self.event_of(guest, said))
        return said

    def keep(self, guest: str, said: Said) -> None:
        """What we sent is in the conversation now."""
        with self.lock:
            talk = self._add(guest, "", said)
        for listener in self.on_sent:
            listener(talk, said)
        self.push(self.event_of(guest, said))

    def publish(self, text: str, at: datetime | None = None) -> Shown:
        with self.lock:
            number = str(uuid4().int)[:15]
            name = f"{self.page_id}_{number}" if self.channel == "messenger" else f"179{number}"
            shown = Shown(name, (at or self.clock.now()).replace(microsecond=0), text)
            self.posts.insert(0, shown)
            return shown

    def remark(
        self, post: Shown, text: str, writer: str = "", *, name: str = "", parent: str = "", at: datetime | None = None
    ) -> Remark:
        """Somebody comments on a post; an empty writer is one whom Meta does not name."""
        with self.lock:
            number = str(uuid4().int)[:15]
            identifier = f"{post.id.rpartition('_')[2]}_{number}" if self.channel == "messenger" else f"178{number}"
            moment = (at or self.clock.now()).replace(microsecond=0)
            made = Remark(identifier, post.id, moment, text, writer, name, parent)
            self.remarks.append(made)
            return made

    def talk_of(self, guest: str) -> Talk | None:
        with self.lock:
            return self.talks.get(guest)

    def find_said(self, mid: str) -> tuple[Talk, Said] | None:
        with self.lock:
            for talk in self.talks.values():
                for said in talk.said:
                    if said.id == mid:
                        return talk, said
            return None

    def find_remark(self, identifier: str) -> Remark | None:
        with self.lock:
            return next((one for one in self.remarks if one.id == identifier), None)

    def new_mid(self) -> str:
        """``m_...`` on Messenger; Instagram's are base64 of something of its own."""
        if self.channel == "messenger":
            return f"m_{uuid4().hex}"
        return base64.b64encode(f"ig_dm_{uuid4().hex}".encode()).decode()

    def event_of(self, guest: str, said: Said) -> dict[str, Any]:
        """The webhook's entry of ``messaging`` for a message."""
        body: dict[str, Any] = {"mid": said.id}
        if said.text:
            body["text"] = said.text
        if said.files:
            kinds = [file.type.partition("/")[0] for file in said.files]
            body["attachments"] = [
                {"type": kind if kind in ("image", "audio", "video") else "file", "payload": {"url": self.url_of(file)}}
                for kind, file in zip(kinds, said.files, strict=True)
            ]
        if said.reply_to:
            body["reply_to"] = {"mid": said.reply_to}
        if said.outbound:
            body |= {"is_echo": True, "app_id": 1234567890}
            if said.metadata:
                body["metadata"] = said.metadata
        sender, taker = (self.own, guest) if said.outbound else (guest, self.own)
        return {**self.between(sender, taker, said.at), "message": body}

    @staticmethod
    def between(sender: str, taker: str, at: datetime) -> dict[str, Any]:
        return {"sender": {"id": sender}, "recipient": {"id": taker}, "timestamp": int(at.timestamp() * 1000)}

    def push(self, *events: dict[str, Any], changes: tuple[dict[str, Any], ...] = ()) -> bytes:
        """The body of one webhook; given to whoever listens."""
        entry: dict[str, Any] = {"id": self.own, "time": int(self.clock.now().timestamp() * 1000)}
        if events:
            entry["messaging"] = list(events)
        if changes:
            entry["changes"] = list(changes)
        kind = "page" if self.channel == "messenger" else "instagram"
        body = json.dumps({"object": kind, "entry": [entry]}).encode()
        for listener in self.on_event:
            listener(body)
        return body

    def change_of(self, remark: Remark, verb: str = "add") -> dict[str, Any]:
        """The webhook's entry of ``changes`` for a comment."""
        at = int(remark.at.timestamp())
        if self.channel == "instagram":
            value: dict[str, Any] = {"id": remark.id, "text": remark.text, "media": {"id": remark.post}}
            value |= {"from": {"id": remark.writer, "username": remark.name}} if remark.writer else {}
            value |= {"parent_id": remark.parent} if remark.parent else {}
            return {"field": "comments", "value": value}
        value = {"item": "comment", "verb": verb, "comment_id": remark.id, "post_id": remark.post, "created_time": at}
        value |= {"message": remark.text} if verb != "remove" else {}
        value |= {"from": {"id": remark.writer, "name": remark.name}} if remark.writer else {}
        return {"field": "feed", "value": value | {"parent_id": remark.parent or remark.post}}

    def url_of(self, file: StoredFile) -> str:
        """The address of a file, signed until an hour from now."""
        return f"{self.files_at}/cdn/{file.id}?oe={int((self.clock.now() + FRESH).timestamp())}"

    def stored_file(self, identifier: str) -> StoredFile | None:
        with self.lock:
            kept = [file for talk in self.talks.values() for said in talk.said for file in said.files]
            return next((file for file in kept if file.id == identifier), None)

    def _add(self, guest: str, name: str, said: Said) -> Talk:
        talk = self.talks.get(guest)
        if talk is None:
            number = uuid4().hex
            identifier = f"t_{number[:15]}" if self.channel == "messenger" else f"aWdfZAG06{number}="
            talk = self.talks[guest] = Talk(identifier, guest, name)
        talk.name = talk.name or name
        talk.said.append(said)
        talk.said.sort(key=lambda one: one.at)
        return talk
