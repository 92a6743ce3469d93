"""What a browser in the web chat may do: open it, write, read its own line, and say that it was seen."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.visitor import ChatLine, Visitor
from tui_inbox.ports.channel import Channel, Envelope
from tui_inbox.ports.store import Store
from tui_inbox.ports.webchat import ServesChat
from tui_inbox.services import accounts
from tui_inbox.services.desk import Desk
from tui_inbox.services.ingest import apply_pending

LINES = 200
"""What a browser is shown at most."""
NAME_MAX, EMAIL_MAX, IDENTIFIER_MAX = 100, 254, 100
_ECHO = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_ADDRESS = re.compile(r"[^@\s<>]{1,64}@[^@\s<>]{1,190}")


def new_key() -> str:
    """128 bits that only this browser will know, in the form of a UUID."""
    return str(UUID(bytes=secrets.token_bytes(16)))


def open_chat(
    store: Store,
    chat: ServesChat,
    now: datetime,
    *,
    name: str = "",
    email: str = "",
    identifier: str = "",
    proof: str = "",
) -> tuple[str, Visitor]:
    """A new browser: its key, and who it is to us.

    With an ``identifier`` that the hotel's site signed it shares the line of that identifier's other browsers. Raises
    ``Refused("bad_identity")`` for one that is signed wrongly; without any it is a stranger, whatever it claims.
    """
    address = f"web-{secrets.token_hex(8)}"
    identifier = clean_line(identifier)
    if identifier and proof:
        if len(identifier) > IDENTIFIER_MAX or not chat.proven(identifier, proof):
            raise Refused("bad_identity")
        # Another site of the hotel's counts its customers by itself: its 42 is somebody else.
        address = f"id:{chat.chat.inbox}:{identifier}"
    email = clean_line(email)
    key = new_key()
    visitor = Visitor(
        0,
        chat.name,
        hash_of(key),
        address,
        name=clean_line(name)[:NAME_MAX],
        email=email if len(email) <= EMAIL_MAX and _ADDRESS.fullmatch(email) else "",
        opened_at=now,
    )
    with store.write() as tx:
        return key, tx.visitors.add(visitor)


def hash_of(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def whose(store: Store, chat: ServesChat, key: str) -> Visitor:
    """The browser with this key. Raises ``NotFound``."""
    with store.read() as tx:
        visitor = tx.visitors.by_key(chat.name, hash_of(key))
    if visitor is None:
        raise NotFound("visitor")
    return visitor


def say(
    store: Store,
    desk: Desk,
    channel: Channel,
    chat: ServesChat,
    visitor: Visitor,
    text: str,
    echo_id: str,
    now: datetime,
) -> ChatLine:
    """The guest writes: durable when this returns, once for an ``echo_id``. Raises ``Refused``."""
    text = clean(text).strip()
    if not text:
        raise Refused("empty_text")
    if len(text) > chat.chat.max_chars:
        raise Refused("too_long", limit=chat.chat.max_chars, length=len(text))
    if echo_id and not _ECHO.fullmatch(echo_id):
        raise Refused("bad_echo_id")
    envelope = chat.said(visitor, text, echo_id or secrets.token_hex(16), now)
    with store.write() as tx:
        tx.inbounds.store(chat.name, [_row(envelope)], now)
        if visitor.wrote_at is None:
            tx.visitors.wrote(visitor.id, now)
    _apply(store, desk, channel, now)
    with store.read() as tx:
        message = tx.messages.by_external(chat.name, envelope.external_id)
    if message is None:
        # Kept, and not in a thread yet: the account is paused, or the hotel has blocked this guest.
        return ChatLine(0, envelope.external_id, now, text, False, "")
    return ChatLine(message.id, message.external_id, message.at, message.text, False, "")


def read(
    store: Store, desk: Desk, channel: Channel, chat: ServesChat, visitor: Visitor, now: datetime
) -> Sequence[ChatLine]:
    """The browser fetches its line: what of ours was only sent is delivered by that."""
    lines = _lines(store, chat, visitor)
    fresh = [line for line in lines if line.outbound and line.state == Delivery.SENT]
    _tell(store, desk, channel, [chat.became(line.external_id, Delivery.DELIVERED, now) for line in fresh], now)
    return lines


def saw(store: Store, desk: Desk, channel: Channel, chat: ServesChat, visitor: Visitor, now: datetime) -> None:
    """It is on the guest's screen."""
    unread = [line for line in _lines(store, chat, visitor) if line.outbound and line.state != Delivery.READ]
    if not unread:
        return
    with store.write() as tx:
        tx.visitors.saw(visitor.id, now)
    _tell(store, desk, channel, [chat.became(line.external_id, Delivery.READ, now) for line in unread], now)


def _lines(store: Store, chat: ServesChat, visitor: Visitor) -> Sequence[ChatLine]:
    with store.read() as tx:
        return tx.visitors.thread(chat.name, chat.chat.channel, visitor.address, LINES)


def _tell(store: Store, desk: Desk, channel: Channel, envelopes: Sequence[Envelope], now: datetime) -> None:
    if not envelopes:
        return
    with store.write() as tx:
        new = tx.inbounds.store(channel.name, [_row(envelope) for envelope in envelopes], now)
    if new:
        _apply(store, desk, channel, now)


def _row(envelope: Envelope) -> tuple[str, str, bytes]:
    return envelope.external_id, envelope.kind, envelope.raw


def _apply(store: Store, desk: Desk, channel: Channel, now: datetime) -> None:
    with store.read() as tx:
        if not accounts.may_poll(tx.accounts.get(channel.name)):
            return
    apply_pending(store, desk, channel, now)
