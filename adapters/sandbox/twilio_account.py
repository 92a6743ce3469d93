"""What the simulated Twilio knows: messages and their fate, templates, stops, and the faults it was told to have."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from adapters.sandbox.door import Fault, VendorError
from adapters.sandbox.reviewer import decision, is_due
from adapters.sandbox.twilio_calls import Telephone
from tui_inbox.domain.consent import keyword
from tui_inbox.domain.sms import segments
from tui_inbox.ports.clock import Clock, SystemClock

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_WINDOW = timedelta(hours=24)
_LONGEST = 1600
# The vendor's own test numbers.
_MAGIC = {"+15005550001": 21211, "+15005550004": 21610, "+15005550009": 21614, "+15005550002": 21612}

TEXTS = {
    20001: "Invalid parameter",
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20503: "Service Unavailable",
    21211: "Invalid 'To' Phone Number",
    21502: "Invalid VoiceUrl",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number provided is not a valid, message-capable Twilio phone number.",
    21608: "The number is unverified. Trial accounts cannot send messages to unverified numbers",
    21610: "Attempt to send to unsubscribed recipient",
    21612: "The 'To' phone number is not currently reachable using the 'From' phone number via SMS",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21620: "Invalid media URL(s)",
    21654: "ContentSid not found",
    21656: "The ContentVariables Parameter is invalid",
    30003: "Unreachable destination handset",
    63016: "Failed to send freeform message because you are outside the allowed window.",
}


@dataclass(frozen=True, slots=True)
class Media:
    sid: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """From ``at`` on the message is in ``status``."""

    at: datetime
    status: str
    error: int | None = None


@dataclass(frozen=True, slots=True)
class StoredMessage:
    sid: str
    direction: str
    from_: str
    to: str
    body: str
    created: datetime
    steps: tuple[Step, ...]
    media: tuple[Media, ...] = ()
    parts: int = 1

    def now(self, at: datetime) -> Step:
        """Its state at a moment."""
        return next((step for step in reversed(self.steps) if step.at <= at), self.steps[0])

    def sent_at(self, at: datetime) -> datetime | None:
        """When it left for the network; None while it waits, or when it never left."""
        if self.direction == "inbound":
            return self.created
        return next((step.at for step in self.steps if step.status == "sent" and step.at <= at), None)


@dataclass(frozen=True, slots=True)
class ContentTemplate:
    sid: str
    name: str
    language: str
    body: str
    category: str
    status: str
    variables: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    types: dict[str, Any] = field(default_factory=dict)
    """As posted; empty: a plain text of ``body``."""
    asked_as: str = ""
    """The name under which WhatsApp knows it."""
    given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds from the request to each state."""

    sent: float = 0.6
    delivered: float = 1.8
    read: float = 4.0


@dataclass(slots=True)
class TwilioAccount:
    """State of one account; every method takes the lock, so server and guests may share it."""

    sid: str = "AC" + "5a" * 16
    token: str = "sandbox-token"
    name: str = "Sandbox"
    sms: str = "+33700000000"
    whatsapp: str = "+33700000001"
    status: str = "active"
    trial: bool = False
    verified: set[str] = field(default_factory=set)
    closed_countries: tuple[str, ...] = ()
    window_refused_at_once: bool = False
    delays: Delays = field(default_factory=Delays)
    clock: Clock = field(default_factory=SystemClock)
    templates: list[ContentTemplate] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    stopped: set[tuple[str, str]] = field(default_factory=set)
    unreachable: set[str] = field(default_factory=set)
    """Guests whose handset is off: their messages end undelivered."""
    on_sent: list[Callable[[StoredMessage], None]] = field(default_factory=list)
    review_seconds: float | None = None
    """After this long templates are decided upon by the words in them; None: a test calls ``review``."""
    reserved: set[tuple[str, str]] = field(default_factory=set)
    """Name and language of what WhatsApp was given once: it takes none of them again."""
    telephone: Telephone = field(default_factory=Telephone)
    _messages: dict[str, StoredMessage] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def messages(self) -> list[StoredMessage]:
        """All, newest first."""
        with self._lock:
            return sorted(self._messages.values(), key=lambda m: (m.created, m.sid), reverse=True)

    def message(self, sid: str) -> StoredMessage:
        with self._lock:
            if sid not in self._messages:
                raise VendorError(404, 20404)
            return self._messages[sid]

    def remember(self, message: StoredMessage) -> None:
        """Put a past message into the record."""
        with self._lock:
            self._messages[message.sid] = message

    def receive(
        self,
        from_: str,
        to: str,
        body: str,
        media: Iterable[tuple[str, bytes]] = (),
        *,
        sid: str = "",
        at: datetime | None = None,
    ) -> StoredMessage:
        """A guest writes to one of our numbers; STOP and START are obeyed and answered as the vendor does."""
        with self._lock:
            moment = (at or self.clock.now()).replace(microsecond=0)
            files = tuple(Media(_new("ME"), kind, content) for kind, content in media)
            prefix = "MM" if files else "SM"
            parts = max(segments(body).count, 1)
            step = Step(moment, "received")
            stored = StoredMessage(sid or _new(prefix), "inbound", from_, to, body, moment, (step,), files, parts)
            self._messages[stored.sid] = stored
            self._obey(stored)
            return stored

    def submit(self, form: dict[str, str]) -> StoredMessage:
        """Take a message for sending. Raises ``VendorError`` with the vendor's code."""
        with self._lock:
            to, from_, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
            self._check_ends(to, from_, by_service="MessagingServiceSid" in form)
            template = self._template(form)
            if template is None:
                if not body and "MediaUrl" not in form:
                    raise VendorError(400, 21602)
                if "MediaUrl" in form:
                    raise VendorError(400, 21620)
                if len(body) > _LONGEST:
                    raise VendorError(400, 21617)
            now = self.clock.now()
            outside = to.startswith("whatsapp:") and template is None and not self._window_open(from_, to, now)
            if outside and self.window_refused_at_once:
                raise VendorError(400, 63016)
            text = template if template is not None else body
            stored = StoredMessage(
                sid=_new("SM"),
                direction="outbound-api",
                from_=from_ or self.sms,
                to=to,
                body=text,
                created=now.replace(microsecond=0),
                steps=self._fate(to, now, 63016 if outside else None),
                parts=max(segments(text).count, 1),
            )
            self._messages[stored.sid] = stored
        for listener in self.on_sent:
            listener(stored)
        return stored

    def _check_ends(self, to: str, from_: str, *, by_service: bool) -> None:
        if not to:
            raise VendorError(400, 21604)
        if not from_ and not by_service:
            raise VendorError(400, 21603)
        number = to.removeprefix("whatsapp:")
        if not _E164.fullmatch(number):
            raise VendorError(400, 21211)
        if from_ and from_ not in (self.sms, f"whatsapp:{self.whatsapp}"):
            raise VendorError(400, 21606)
        if to.startswith("whatsapp:") != from_.startswith("whatsapp:") and not by_service:
            raise VendorError(400, 21606)
        if number in _MAGIC:
            raise VendorError(400, _MAGIC[number])
        if self.trial and number not in self.verified:
            raise VendorError(400, 21608)
        if self.closed_countries and number.startswith(self.closed_countries):
            raise VendorError(400, 21408)
        if (from_, to) in self.stopped:
            raise VendorError(400, 21610)

    def _template(self, form: dict[str, str]) -> str | None:
        """The filled text of a ContentSid, None when the request has none."""
        sid = form.get("ContentSid")
        if sid is None:
            return None
        found = next((template for template in self.templates if template.sid == sid), None)
        if found is None:
            raise VendorError(400, 21654)
        try:
            values = json.loads(form.get("ContentVariables", "{}"))
        except ValueError:
            raise VendorError(400, 21656) from None
        if not isinstance(values, dict) or not set(found.variables) <= set(values):
            raise VendorError(400, 21656)
        text = found.body
        for key, value in values.items():
            text = text.replace("{{" + str(key) + "}}", str(value))
        return text

    def template(self, sid: str) -> ContentTemplate:
        with self._lock:
            found = next((one for one in self.templates if one.sid == sid), None)
            if found is None:
                raise VendorError(404, 20404)
            return found

    def make_template(
        self, name: str, language: str, types: dict[str, Any], variables: dict[str, str]
    ) -> ContentTemplate:
        """Kept, and not given in yet."""
        with self._lock:
            body = str(next(iter(types.values()))["body"])
            made = ContentTemplate(_new("HX"), name, language, body, "", "unsubmitted", variables, types=types)
            self.templates.append(made)
            return made

    def give_in(self, sid: str, name: str, category: str) -> ContentTemplate:
        """Raises ``VendorError`` for a name that WhatsApp has, or had."""
        with self._lock:
            known = self.template(sid)
            if known.status not in ("", "unsubmitted") or (name, known.language) in self.reserved:
                raise VendorError(400, 20001)
            self.reserved.add((name, known.language))
            given = replace(
                known, category=category, status="received", asked_as=name, given_at=self.clock.now(), reason=""
            )
            self.templates[self.templates.index(known)] = given
            return given

    def delete_template(self, sid: str) -> None:
        with self._lock:
            self.templates.remove(self.template(sid))

    def review(self, name: str, status: str, reason: str = "") -> None:
        """The reviewers have decided about the newest of this name."""
        with self._lock:
            known = next(one for one in reversed(self.templates) if one.name == name)
            self.templates[self.templates.index(known)] = replace(known, status=status, reason=reason)

    def review_what_is_due(self) -> None:
        with self._lock:
            for one in [one for one in self.templates if one.status in ("received", "pending")]:
                if is_due(one.given_at, self.review_seconds, self.clock.now()):
                    reason = decision(one.body, one.category)
                    self.review(one.name, "rejected" if reason else "approved", reason)

    def _window_open(self, from_: str, to: str, now: datetime) -> bool:
        return any(
            m.direction == "inbound" and m.from_ == to and m.to == from_ and now - m.created < _WINDOW
            for m in self._messages.values()
        )

    def _fate(self, to: str, now: datetime, error: int | None) -> tuple[Step, ...]:
        def after(seconds: float) -> datetime:
            return now + timedelta(seconds=seconds)

        first = Step(now - timedelta(seconds=1), "queued")
        if error is not None:
            return (first, Step(after(self.delays.sent), "undelivered", error))
        sent = Step(after(self.delays.sent), "sent")
        if to.removeprefix("whatsapp:") in self.unreachable:
            return (first, sent, Step(after(self.delays.delivered), "undelivered", 30003))
        steps = (first, sent, Step(after(self.delays.delivered), "delivered"))
        return (*steps, Step(after(self.delays.read), "read")) if to.startswith("whatsapp:") else steps

    def _obey(self, message: StoredMessage) -> None:
        word = keyword(message.body)
        if word is None or message.from_.startswith("whatsapp:"):
            return
        pair, now = (message.to, message.from_), message.created
        if word.stops:
            self.stopped.add(pair)
            answer = "You have successfully been unsubscribed. Reply START to resubscribe."
        else:
            self.stopped.discard(pair)
            answer = "You have successfully been re-subscribed."
        steps = (Step(now, "sent"), Step(now + timedelta(seconds=1), "delivered"))
        reply = StoredMessage(_new("SM"), "outbound-reply", message.to, message.from_, answer, now, steps)
        self._messages[reply.sid] = reply


def _new(prefix: str) -> str:
    return prefix + uuid4().hex
