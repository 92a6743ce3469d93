"""The outbox row and its states: a message is sent once, or known not to be.

``allowed`` is the only place that knows the transitions.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import NamedTuple

from tui_inbox.domain.errors import AcceptedWithoutId, AccountBlocked, ChannelError, NotSent, Rejected
from tui_inbox.domain.message import Delivery, MessageClass, Origin


class OutboxState(StrEnum):
    HELD = "held"
    """Undo time, or planned for later: nothing has been claimed."""
    QUEUED = "queued"
    CLAIMED = "claimed"
    INFLIGHT = "inflight"
    """An attempt is recorded and durable; bytes may have left the host."""
    RETRY_WAIT = "retry_wait"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    """Being looked up."""
    NEEDS_OPERATOR = "needs_operator"
    """Could not be looked up: a person decides."""
    CANCELLED = "cancelled"


_ALLOWED: dict[OutboxState, frozenset[OutboxState]] = {
    OutboxState.HELD: frozenset({OutboxState.QUEUED, OutboxState.CANCELLED, OutboxState.FAILED, OutboxState.EXPIRED}),
    OutboxState.QUEUED: frozenset(
        {
            OutboxState.CLAIMED,
            OutboxState.CANCELLED,
            OutboxState.EXPIRED,
            OutboxState.FAILED,
            OutboxState.HELD,
            OutboxState.ACCEPTED,
        }
    ),
    OutboxState.CLAIMED: frozenset(
        {OutboxState.QUEUED, OutboxState.INFLIGHT, OutboxState.FAILED, OutboxState.EXPIRED, OutboxState.ACCEPTED}
    ),
    OutboxState.INFLIGHT: frozenset(
        {
            OutboxState.ACCEPTED,
            OutboxState.RETRY_WAIT,
            OutboxState.QUEUED,
            OutboxState.FAILED,
            OutboxState.UNKNOWN,
        }
    ),
    OutboxState.RETRY_WAIT: frozenset(
        {
            OutboxState.QUEUED,
            OutboxState.CANCELLED,
            OutboxState.EXPIRED,
            OutboxState.FAILED,
            OutboxState.ACCEPTED,
        }
    ),
    OutboxState.UNKNOWN: frozenset(
        {OutboxState.ACCEPTED, OutboxState.QUEUED, OutboxState.NEEDS_OPERATOR, OutboxState.FAILED}
    ),
    OutboxState.NEEDS_OPERATOR: frozenset(
        {OutboxState.ACCEPTED, OutboxState.QUEUED, OutboxState.CANCELLED, OutboxState.FAILED}
    ),
    OutboxState.ACCEPTED: frozenset({OutboxState.DELIVERED, OutboxState.READ, OutboxState.FAILED}),
    OutboxState.DELIVERED: frozenset({OutboxState.READ}),
    OutboxState.READ: frozenset(),
    OutboxState.FAILED: frozenset({OutboxState.QUEUED, OutboxState.CANCELLED}),
    OutboxState.EXPIRED: frozenset({OutboxState.QUEUED, OutboxState.CANCELLED}),
    OutboxState.CANCELLED: frozenset(),
}

_SHOWN: dict[OutboxState, Delivery] = {
    OutboxState.HELD: Delivery.HELD,
    OutboxState.QUEUED: Delivery.QUEUED,
    OutboxState.CLAIMED: Delivery.SENDING,
    OutboxState.RETRY_WAIT: Delivery.QUEUED,
    OutboxState.INFLIGHT: Delivery.SENDING,
    OutboxState.ACCEPTED: Delivery.SENT,
    OutboxState.DELIVERED: Delivery.DELIVERED,
    OutboxState.READ: Delivery.READ,
    OutboxState.FAILED: Delivery.FAILED,
    OutboxState.EXPIRED: Delivery.FAILED,
    OutboxState.UNKNOWN: Delivery.UNKNOWN,
    OutboxState.NEEDS_OPERATOR: Delivery.UNKNOWN,
    OutboxState.CANCELLED: Delivery.CANCELLED,
}


def allowed(before: OutboxState, after: OutboxState) -> bool:
    """May a row go from ``before`` to ``after``?"""
    return after in _ALLOWED[before]


def shown(state: OutboxState) -> Delivery:
    """The word a person reads for a stored state."""
    return _SHOWN[state]


_SHORTEST_WAIT = 2.0
_LONGEST_WAIT = 300.0
_LONGEST_ASKED = 3600.0
"""A vendor's own Retry-After is honoured up to an hour; an absurd one must not park a guest's answer for days."""

_AFTER_ERROR: tuple[tuple[type[ChannelError], OutboxState], ...] = (
    (NotSent, OutboxState.RETRY_WAIT),
    (AccountBlocked, OutboxState.QUEUED),
    (Rejected, OutboxState.FAILED),
    (AcceptedWithoutId, OutboxState.UNKNOWN),
)


def classify(error: ChannelError) -> tuple[OutboxState, str]:
    """State and reason code after a failed attempt; whatever is not certain is unknown, never tried again blindly."""
    for kind, state in _AFTER_ERROR:
        if isinstance(error, kind):
            return state, error.code
    return OutboxState.UNKNOWN, error.code


def backoff(tries: int, retry_after: float | None, rng: Random) -> timedelta:
    """How long to wait before the next try: 2, 4, 8 ... 300 s with up to a quarter more, or what the vendor asks."""
    wait = min(_SHORTEST_WAIT * 2 ** min(max(tries, 1) - 1, 10), _LONGEST_WAIT)
    if retry_after is not None:
        wait = max(wait, min(retry_after, _LONGEST_ASKED)) if retry_after > 0 else wait
    return timedelta(seconds=wait * (1 + rng.random() / 4))


def body_hash(text: str) -> str:
    """The same for texts that differ only in space or Unicode form, as vendors may give them back."""
    import hashlib  # loads the system's cryptography, which a screen does not need to start

    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


class Way(StrEnum):
    """How a message stands to another one of the guest's, named by ``Outgoing.target``."""

    PLAIN = ""
    QUOTE = "quote"
    """In the chat, tied to that message."""
    PUBLIC = "public"
    """Under a comment, for all to read."""
    PRIVATE = "private"
    """The one private answer to a comment."""


class Sender(NamedTuple):
    """Who wrote a row's message, to whom and as what: what the guest's consent is weighed against."""

    guest_id: int
    message_class: MessageClass = MessageClass.TRANSACTIONAL
    origin: Origin = Origin.MANUAL
    template: str = ""
    refused: frozenset[str] = frozenset()
    """Topics that the guest takes nothing about by this channel."""


class Outgoing(NamedTuple):
    """One thing to be sent: all that an adapter needs, and nothing it must look up."""

    id: int
    dedupe_key: str
    """Client's ULID, or rule + reservation + local date: unique for ever."""
    message_id: int
    conversation_id: int
    account: str
    channel: str
    address: str
    text: str
    state: OutboxState
    own_address: str = ""
    subject: str = ""
    message_ref: str = ""
    """Mail: our own Message-ID, fixed when the row was made."""
    in_reply_to: str = ""
    references: str = ""
    template_id: str = ""
    """Vendor's template id; then ``template_values`` go and ``text`` is only what the thread shows."""
    template_values: Mapping[str, str] = {}
    attachments: tuple[str, ...] = ()
    """sha256 names in the blob store, with ``attachment_names`` beside them."""
    attachment_names: tuple[str, ...] = ()
    not_before: datetime | None = None
    """Undo time or planned time; the row is held until then."""
    expires_at: datetime | None = None
    tries: int = 0
    owner: str = ""
    provider_id: str = ""
    unknown_since: datetime | None = None
    looked_up: int = 0
    """How often the vendor's record was read without finding it."""
    created_by: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    scheduled: bool = False
    hold_if_guest_writes: bool = False
    reason: str = ""
    """Code of why it waits, failed or is unknown."""
    reason_params: Mapping[str, str | int] = {}
    vendor_text: str = ""
    body_hash: str = ""
    """Of the normalised body, for finding it in the vendor's list."""
    undo: str = ""
    """JSON of what the send changed on the desk (state, unanswered, unread), for taking it back."""
    way: Way = Way.PLAIN
    target: str = ""
    """The vendor's id of the message or comment that ``way`` speaks of."""
    tag: str = ""
    """Code of a ``MessageTag``, where the writer chose one."""
    zone: str = ""
    """``domain.window.Allowed`` at the moment of this attempt; empty before the first."""
    route: str = ""
    """``Line.route`` at the moment of this attempt."""
    unsubscribe: tuple[str, ...] = ()
    """Mail: links by which the guest takes themselves off (RFC 2369), at the moment of this attempt."""
    html: str = ""
    """Mail: the same text with its design; its own pictures are among ``attachments``, as ``cid:`` and their sha256."""
    version: int = 0
    """Counts the moves: a row that another process moved meanwhile has a higher one."""
