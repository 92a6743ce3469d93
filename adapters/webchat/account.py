"""One web chat: it is sent by being readable, and what guests write is made into envelopes here."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
from msgspec import Struct

from adapters._json import decoded
from adapters.webchat.settings import LONGEST_TEXT, WEBCHAT, Settings
from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.errors import Malformed, Refused
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.domain.visitor import Visitor
from tui_inbox.ports.channel import Batch, Envelope, Found, Health, HealthState, Inbound, Item, Receipt, Status
from tui_inbox.ports.secrets import Secret
from tui_inbox.ports.webchat import ChatRules

_CODE = WEBCHAT.code
_STATES = {"delivered": Delivery.DELIVERED, "read": Delivery.READ}


class _Said(Struct):
    """A guest's message as it is kept; names and addresses are what the browser claimed."""

    id: str
    address: str
    text: str
    at: datetime
    name: str = ""
    email: str = ""


class _Became(Struct):
    id: str
    state: Literal["delivered", "read"]
    at: datetime


class WebChat:
    """``Channel``, ``FindsSent``, ``ServesChat``."""

    def __init__(self, name: str, settings: Settings, secret: Secret | None = None) -> None:
        self.name = name
        self._settings, self._secret, self._inbox = settings, secret, settings.inbox

    @property
    def traits(self) -> Mapping[str, ChannelTraits]:
        return {WEBCHAT.code: WEBCHAT}

    @property
    def chat(self) -> ChatRules:
        settings = self._settings
        return ChatRules(
            WEBCHAT.code,
            settings.inbox,
            settings.origins,
            settings.welcome,
            settings.messages_per_minute,
            settings.contacts_per_hour,
            LONGEST_TEXT,
        )

    def streams(self) -> Sequence[str]:
        """Nothing is polled: browsers come to us."""
        return ()

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        return Batch((), cursor)

    def read(self, envelope: Envelope) -> Sequence[Item]:
        if envelope.kind == "status":
            became = decoded(envelope.raw, _Became)
            at = became.at if became.at.tzinfo is UTC else _aware(became.at)
            return (Status(became.id, _STATES[became.state], at),)
        said = decoded(envelope.raw, _Said)
        if not said.address:
            raise Malformed("no_guest_address")
        at = said.at if said.at.tzinfo is UTC else _aware(said.at)
        # Their mail address is shown above the first message, for staff to act upon; nothing is looked up by it.
        return (Inbound(said.id, _CODE, at, said.address, self._inbox, said.text, said.name, subject=said.email),)

    def check(self, outgoing: Outgoing) -> None:
        if outgoing.channel != WEBCHAT.code:
            raise Refused("channel_not_served", channel=outgoing.channel)
        if self._settings.mode == "view-only":
            raise Refused("view_only")
        if outgoing.attachments:
            raise Refused("limit_webchat_no_files")
        if not outgoing.text.strip():
            raise Refused("empty_text")
        if len(outgoing.text) > LONGEST_TEXT:
            raise Refused("too_long", limit=LONGEST_TEXT, length=len(outgoing.text), channel=WEBCHAT.label)

    def send(self, outgoing: Outgoing, files: Sequence[tuple[str, str, bytes]] = ()) -> Receipt:
        """It is in our own store, where the browser finds it: nothing leaves, so nothing can be lost on the way."""
        self.check(outgoing)
        return Receipt(outgoing.dedupe_key)

    def find(self, outgoing: Outgoing) -> Found:
        """What a worker left half done is readable all the same."""
        return Found((outgoing.dedupe_key,), authoritative=True)

    def test(self) -> Health:
        return Health(HealthState.OK, self._settings.inbox)

    def close(self) -> None:
        """Nothing is held open."""

    def proven(self, identifier: str, proof: str) -> bool:
        """``proof`` is the identifier's HMAC-SHA256 in hexadecimal."""
        if self._secret is None:
            return False
        right = hmac.new(self._secret.reveal().encode(), identifier.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return hmac.compare_digest(right.hexdigest().encode(), proof.encode("utf-8", "surrogatepass"))

    def said(self, visitor: Visitor, text: str, echo_id: str, at: datetime) -> Envelope:
        external_id = f"{visitor.id}:{echo_id}"
        first = visitor.wrote_at is None
        said = _Said(external_id, visitor.address, text, at, visitor.name, visitor.email if first else "")
        return Envelope(external_id, "message", msgspec.json.encode(said))

    def became(self, external_id: str, state: Delivery, at: datetime) -> Envelope:
        raw = msgspec.json.encode({"id": external_id, "state": state.value, "at": at})
        return Envelope(f"{external_id}:{state.value}", "status", raw)


def _aware(at: datetime) -> datetime:
    """Raises ``Malformed``: we write no other times."""
    if at.utcoffset() != timedelta(0):
        raise Malformed("no_date")
    return at.replace(tzinfo=UTC)
