"""What the simulated WhatsApp Cloud API knows: guests, messages, media, templates, and the webhooks it owes us."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from adapters.sandbox.door import Fault, VendorError
from adapters.sandbox.reviewer import decision, is_due
from tui_inbox.ports.clock import Clock, SystemClock

WINDOW = timedelta(hours=24)
MEDIA_URL_LIVES = timedelta(minutes=5)
MEDIA_LIVES = timedelta(days=7)
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_TYPES = ("text", "image", "video", "audio", "document", "sticker", "template", "reaction")
AVAILABLE = {"can_send_message": "AVAILABLE", "entities": []}

TEXTS = {
    "190": "Invalid OAuth access token.",
    "100": "(#100) Invalid parameter",
    "33": "Unsupported request. Object does not exist or cannot be loaded.",
    "130429": "(#130429) Rate limit hit",
    "131008": "(#131008) Required parameter is missing",
    "131009": "(#131009) Parameter value is not valid",
    "131026": "Message undeliverable",
    "131047": "(#131047) Re-engagement message",
    "131053": "(#131053) Media upload error",
    "131056": "(#131056) (Business Account, Consumer Account) pair rate limit hit",
    "132000": "(#132000) Number of parameters does not match the expected number of params",
    "132001": "(#132001) Template name does not exist in the translation",
    "132015": "(#132015) Template is paused",
    "2388024": "Content in this language already exists",
}
_HOSTED = {"132001": 404, "190": 401, "368": 403, "10": 403, "131000": 500, "131016": 500, "131057": 500, "2": 503}


def refused(code: int, text: str = "") -> VendorError:
    """An error of the Graph, under the HTTP status that Meta gives with it."""
    word = str(code)
    return VendorError(_HOSTED.get(word, 400), word, text or TEXTS.get(word, f"(#{code}) Error"))


@dataclass(frozen=True, slots=True)
class Media:
    id: str
    type: str
    content: bytes
    stored_at: datetime
    name: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One that the hotel sent."""

    id: str
    to: str
    """Digits, or a business-scoped user id."""
    type: str
    text: str
    body: dict[str, Any]
    at: datetime
    steps: tuple[tuple[datetime, str, int], ...]
    """(from when, status, error code)."""


@dataclass(slots=True)
class CloudTemplate:
    id: str
    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    status: str = "APPROVED"
    reason: str = "NONE"
    quality: str = "GREEN"
    format: str = "POSITIONAL"
    given_at: datetime | None = None

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "components": self.components,
            "parameter_format": self.format,
            "quality_score": {"score": self.quality},
            "rejected_reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds from the request to each state."""

    sent: float = 0.6
    delivered: float = 1.8
    read: float = 4.0


def _filled(text: str, values: dict[str, str]) -> str:
    """The template's text with its places filled."""
    return _PLACE.sub(lambda match: values[match.group(1)], text)


@dataclass(slots=True)
class WhatsAppAccount:
    """State of one number; every method takes the lock, so server and guests may share it."""

    phone_number_id: str = "106540352242922"
    waba_id: str = "102290129340398"
    number: str = "+33700000001"
    token: str = "sandbox-token"
    app_secret: str = "sandbox-app-secret"
    verify_token: str = "sandbox-verify-token"
    name: str = "Sandbox"
    status: str = "CONNECTED"
    quality: str = "GREEN"
    health: dict[str, Any] = field(default_factory=lambda: dict(AVAILABLE))
    load: float = 1.0
    """Per cent of the account's quota that its calls have used."""
    offers_history: bool = True
    delays: Delays = field(default_factory=Delays)
    clock: Clock = field(default_factory=SystemClock)
    templates: list[CloudTemplate] = field(default_factory=list)
    review_seconds: float | None = None
    """After this long templates are decided upon by the words in them; None: a test calls ``review``."""
    faults: list[Fault] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    read_up_to: list[str] = field(default_factory=list)
    typing_to: list[str] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    """Numbers that are not on WhatsApp."""
    media: dict[str, Media] = field(default_factory=dict)
    sent: list[SentMessage] = field(default_factory=list)
    hooks: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    """Every webhook so far: body and headers."""
    on_hook: list[Callable[[bytes, dict[str, str]], None]] = field(default_factory=list)
    on_sent: list[Callable[[SentMessage], None]] = field(default_factory=list)
    _heard: dict[str, datetime] = field(default_factory=dict)
    _last_to: dict[str, datetime] = field(default_factory=dict)
    _told: set[tuple[str, str]] = field(default_factory=set)
    _count: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def receive(
        self,
        from_: str,
        type_: str = "text",
        content: Mapping[str, Any] | None = None,
        *,
        name: str = "",
        user_id: str = "",
        context: str = "",
        at: datetime | None = None,
        **more: Any,
    ) -> str:
        """A guest writes; ``from_`` may be empty for one whose number Meta does not tell. Returns the message's id."""
        with self._lock:
            moment = at or self.clock.now()
            message_id = self.new_id("wamid.IN")
            digits = from_.removeprefix("+")
            message: dict[str, Any] = {"id": message_id, "timestamp": str(int(moment.timestamp())), "type": type_}
            message |= {"from": digits} if digits else {}
            message |= {"from_user_id": user_id} if user_id else {}
            message |= {type_: dict(content)} if content is not None else {}
            message |= {"context": {"from": self.number[1:], "id": context}} if context else {}
            contact: dict[str, Any] = {"profile": {"name": name}} if name else {}
            contact |= ({"wa_id": digits} if digits else {}) | ({"user_id": user_id} if user_id else {})
            for end in filter(None, (digits, user_id)):
                self._heard[end] = moment
        self.hook("messages", {"contacts": [contact], "messages": [message | more]})
        return message_id

    def upload(self, type_: str, content: bytes, name: str = "") -> Media:
        with self._lock:
            stored = Media(str(next(self._count) + 10**15), type_, content, self.clock.now(), name)
            self.media[stored.id] = stored
            return stored

    def submit(self, body: dict[str, Any]) -> SentMessage:
        """Take a message for sending. Raises ``VendorError`` with Meta's code."""
        with self._lock:
            end = str(body.get("to") or body.get("recipient") or "").removeprefix("+")
            kind = str(body.get("type", "text"))
            if body.get("messaging_product") != "whatsapp" or not end or kind not in _TYPES:
                raise refused(131008 if not end else 100)
            now = self.clock.now()
            text = self._said(kind, body)
            outside = kind not in ("template", "reaction") and now - self._heard.get(end, now - WINDOW) >= WINDOW
            stored = SentMessage(
                self.new_id("wamid.OUT"), end, kind, text, body, now, self._fate(end, now, 131047 if outside else 0)
            )
            self.sent.append(stored)
        for listener in self.on_sent:
            listener(stored)
        return stored

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._count)}{uuid4().hex[:20]}"

    def run_due(self) -> int:
        """Tell every state that has been reached since; how many there were."""
        due = []
        with self._lock:
            now = self.clock.now()
            for message in self.sent:
                for at, status, error in message.steps:
                    if at <= now and (message.id, status) not in self._told:
                        self._told.add((message.id, status))
                        due.append((message, at, status, error))
        for message, at, status, error in due:
            self.hook("messages", {"statuses": [self._receipt(message, at, status, error)]})
        return len(due)

    def state_of(self, message_id: str) -> list[tuple[datetime, str, int]]:
        """What has become of a sent message so far. Raises ``VendorError``."""
        with self._lock:
            now = self.clock.now()
            for message in self.sent:
                if message.id == message_id:
                    return [step for step in message.steps if step[0] <= now]
        raise refused(100)

    def block(self, user: str, *, on: bool) -> None:
        with self._lock:
            end = user.removeprefix("+")
            if on and self.clock.now() - self._heard.get(end, self.clock.now() - WINDOW) >= WINDOW:
                raise refused(139100, "Failed to block/unblock users")
            (self.blocked.add if on else self.blocked.discard)(end)

    def create_template(self, definition: dict[str, Any]) -> CloudTemplate:
        with self._lock:
            same = (definition.get("name"), definition.get("language"))
            if any((template.name, template.language) == same for template in self.templates):
                raise refused(100, TEXTS["2388024"])
            made = CloudTemplate(
                str(next(self._count) + 5 * 10**14),
                str(definition["name"]),
                str(definition["language"]),
                str(definition["category"]),
                list(definition["components"]),
                "PENDING",
                format=str(definition.get("parameter_format", "POSITIONAL")),
                given_at=self.clock.now(),
            )
            self.templates.append(made)
            return made

    def review(self, name: str, status: str, reason: str = "NONE") -> None:
        """The reviewers have decided."""
        with self._lock:
            for template in self.templates:
                if template.name == name:
                    template.status, template.reason = status, reason
                    told = template
        value = {
            "event": status,
            "message_template_id": int(told.id),
            "message_template_name": told.name,
            "message_template_language": told.language,
            "reason": reason,
        }
        self.hook("message_template_status_update", value)

    def review_what_is_due(self) -> None:
        for one in [one for one in self.templates if one.status == "PENDING"]:
            if is_due(one.given_at, self.review_seconds, self.clock.now()):
                text = " ".join(str(part.get("text", "")) for part in one.components)
                reason = decision(text, one.category)
                self.review(one.name, "REJECTED" if reason else "APPROVED", reason or "NONE")

    def hook(self, field_: str, value: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
        """Sign one webhook and hand it to whoever listens."""
        if field_ in ("messages", "smb_message_echoes", "user_preferences"):
            place = {"display_phone_number": self.number[1:], "phone_number_id": self.phone_number_id}
            value = {"messaging_product": "whatsapp", "metadata": place, **value}
        change = {"field": field_, "value": value}
        time = int(self.clock.now().timestamp())
        whole = {
            "object": "whatsapp_business_account",
            "entry": [{"id": self.waba_id, "time": time, "changes": [change]}],
        }
        body = json.dumps(whole).encode()  # non-ASCII comes escaped, as from Meta
        headers = {"content-type": "application/json", "x-hub-signature-256": self.signature(body)}
        self.hooks.append((body, headers))
        for listener in self.on_hook:
            listener(body, headers)
        return body, headers

    def signature(self, body: bytes) -> str:
        return "sha256=" + hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()

    def _said(self, kind: str, body: dict[str, Any]) -> str:
        inner = body.get(kind)
        if not isinstance(inner, dict):
            raise refused(131008)
        if kind == "text":
            said = str(inner.get("body", ""))
            if not said or len(said) > 4096:
                raise refused(131009)
            return said
        if kind == "template":
            return self._filled(inner)
        if kind == "reaction":
            return str(inner.get("emoji", ""))
        if str(inner.get("id")) not in self.media or len(str(inner.get("caption", ""))) > 1024:
            raise refused(131053)
        if kind in ("audio", "sticker") and "caption" in inner:
            raise refused(100)
        return str(inner.get("caption", ""))

    def _filled(self, asked: dict[str, Any]) -> str:
        language = asked.get("language", {}).get("code")
        found = [one for one in self.templates if (one.name, one.language) == (asked.get("name"), language)]
        if not found or found[0].status not in ("APPROVED", "PAUSED"):
            raise refused(132001)
        if found[0].status == "PAUSED":
            raise refused(132015)
        given = {str(part.get("type")): part.get("parameters", []) for part in asked.get("components", [])}
        said = []
        for component in found[0].components:
            kind = str(component["type"]).lower()
            if kind not in ("header", "body") or "text" not in component:
                continue
            places = list(dict.fromkeys(_PLACE.findall(component["text"])))
            values = given.get(kind, [])
            if len(values) != len(places) or any("\n" in str(value.get("text")) for value in values):
                raise refused(132000)
            by_name = {str(value.get("parameter_name", n)): str(value["text"]) for n, value in enumerate(values, 1)}
            if set(by_name) != set(places):
                raise refused(132000)
            said.append(_filled(component["text"], by_name))
        return "\n\n".join(said)

    def _fate(self, end: str, now: datetime, error: int) -> tuple[tuple[datetime, str, int], ...]:
        def after(seconds: float) -> datetime:
            return now + timedelta(seconds=seconds)

        if error or end in self.absent:
            return ((after(self.delays.sent), "failed", error or 131026),)
        states = (("sent", self.delays.sent), ("delivered", self.delays.delivered), ("read", self.delays.read))
        return tuple((after(seconds), status, 0) for status, seconds in states)

    def _receipt(self, message: SentMessage, at: datetime, status: str, error: int) -> dict[str, Any]:
        told: dict[str, Any] = {"id": message.id, "status": status, "timestamp": str(int(at.timestamp()))}
        told |= {"recipient_id": message.to} if message.to.isdigit() else {"recipient_user_id": message.to}
        if "biz_opaque_callback_data" in message.body:
            told["biz_opaque_callback_data"] = message.body["biz_opaque_callback_data"]
        if status in ("sent", "delivered"):
            category = "utility" if message.type == "template" else "service"
            told["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
        if error:
            title = TEXTS.get(str(error), "Error")
            told["errors"] = [{"code": error, "title": title, "message": title, "error_data": {"details": title}}]
        return told
