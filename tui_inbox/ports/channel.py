"""What an adapter is: it fetches raw envelopes, reads them, sends one message, and looks one up.

An adapter keeps no state of its own: cursors and rows are the store's. Every method is synchronous and runs in the
worker's threads. What an account cannot do at all is said by its traits and by the optional protocols below,
never by raising NotImplementedError.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from msgspec import Struct

from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.deed import Deed
from tui_inbox.domain.message import Attachment, Delivery, Kind
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.domain.template import Template


class Envelope(Struct, frozen=True):
    """One raw item exactly as the vendor gave it."""

    external_id: str
    """Unique per account for the same fact: a message's id, or id + status for a receipt."""
    kind: str
    """``message``, ``status``, ``mail`` or a word of the adapter's own: which reader understands it."""
    raw: bytes


class Batch(Struct, frozen=True):
    """One page of a poll; it is committed together with ``cursor`` before anything is read from it."""

    envelopes: tuple[Envelope, ...]
    cursor: str
    """Where the next fetch of this stream goes on; opaque to everyone else."""
    more: bool = False
    """Another page is waiting: fetch again at once."""


class Inbound(Struct, frozen=True):
    """A message read from an envelope. Text is still raw: ingest cleans it."""

    external_id: str
    channel: str
    at: datetime
    address: str
    """The guest's handle: E.164 for phones, lower-case address for mail."""
    own_address: str
    text: str
    name: str = ""
    full_text: str = ""
    subject: str = ""
    kind: Kind = Kind.CHAT
    outbound: bool = False
    """Written by the hotel elsewhere: stored with origin ``elsewhere``."""
    automated: bool = False
    suspicious: str = ""
    """Code of what is odd about the sender, empty when nothing is."""
    thread_ref: str = ""
    references: str = ""
    segments: int | None = None
    state: Delivery = Delivery.NONE
    """For ``outbound`` ones: what the vendor says of it."""
    attachments: tuple[Attachment, ...] = ()
    also: tuple[str, ...] = ()
    """Other handles of the same person on this channel: WhatsApp's user id beside the number."""
    phone: str = ""
    """E.164, where the vendor tells it beside an opaque ``address``."""
    email: str = ""
    reservation: str = ""
    """The booking's code at its OTA: ties the conversation to the stay and its guest."""
    quoted: str = ""
    """``external_id`` of the message that this one answers."""
    parent: str = ""
    """``external_id`` of the comment or post that this comment stands under; the post's title is ``subject``."""
    seconds: int | None = None
    """Length of a call."""
    reply_by: datetime | None = None
    """The vendor's own deadline for an answer (a booking inquiry)."""
    route: str = ""
    """Where an answer goes from now on, when that is not ``address`` itself: a relay's alias that changes."""


class Status(Struct, frozen=True):
    """What became of one of our messages."""

    provider_id: str
    state: Delivery
    at: datetime
    error_code: str = ""
    """Ours (``stopped``, ``window_closed``, ``bad_number`` ...)."""
    vendor_text: str = ""
    segments: int | None = None
    message_ref: str = ""
    """Mail: the Message-ID a bounce speaks of, when there is no provider id. Elsewhere the ``dedupe_key`` that the
    vendor gives back, which settles a send without an answer."""
    address: str = ""
    until: datetime | None = None
    """A watermark: ``state`` holds for everything of ours to ``address`` up to here, and ``provider_id`` is empty."""
    channel: str = ""
    """With ``until``: on which channel."""
    billed_as: str = ""
    """Category that the vendor bills, where it says so."""


class Reaction(Struct, frozen=True):
    """Somebody set an emoji on a message, or took it back."""

    target: str
    """``external_id`` of the message."""
    at: datetime
    emoji: str = ""
    """Empty: taken back."""
    outbound: bool = False


class Revision(Struct, frozen=True):
    """A guest edited a message of theirs, or unsent it; what it said before is kept."""

    external_id: str
    at: datetime
    text: str | None
    """None: unsent."""


class Access(Struct, frozen=True):
    """The vendor says whether a guest can be written to at all."""

    channel: str
    address: str
    at: datetime
    closed_code: str = ""
    """Ours (``read_only``, ``no_messaging``); empty: it is open."""
    open_until: datetime | None = None


class Wish(Struct, frozen=True):
    """A guest told the vendor (not us) to stop, or to go on."""

    channel: str
    address: str
    at: datetime
    stops: bool
    marketing: bool = True
    """Only marketing; False: every message."""
    also: tuple[str, ...] = ()
    """Other handles of theirs, as ``Inbound.also``."""


class News(Struct, frozen=True):
    """The vendor says that something about the account or its templates changed: they are asked anew."""

    at: datetime
    topic: str
    """``account`` or ``templates``."""
    code: str = ""
    """Ours, as in ``Health.code``; empty: nothing wrong."""
    vendor_text: str = ""


Item = Inbound | Status | Reaction | Revision | Access | Wish | News


class Receipt(Struct, frozen=True):
    """The vendor took it."""

    provider_id: str
    state: Delivery = Delivery.SENT
    segments: int | None = None


class Found(Struct, frozen=True):
    """Result of looking an unknown send up: the ids of all candidates that match it, oldest first."""

    candidates: tuple[str, ...] = ()
    authoritative: bool = False
    """Absence proves that it was not accepted (never true for mail)."""


class HealthState(StrEnum):
    OK = "ok"
    ERROR = "error"
    RESTRICTED = "restricted"
    """It works, with less than it should: under review, a lower limit, one right missing (``code`` says which)."""
    DISABLED = "disabled"


class Health(Struct, frozen=True):
    """Answer of a read-only test call."""

    state: HealthState
    account_name: str = ""
    """What the vendor calls this account."""
    code: str = ""
    vendor_text: str = ""
    details: dict[str, str | int] = {}


class Usage(Struct, frozen=True):
    category: str
    count: int
    segments: int
    price: str
    currency: str


class CallRoute(Struct, frozen=True):
    """What the hotel's number does with a call."""

    target: str = ""
    """The number that rings, E.164; empty: none does."""
    after: int = 20
    """Seconds that it rings."""
    voicemail: bool = False
    """What nobody takes may be recorded."""
    url: str = ""
    """Where the vendor finds the instructions, as it stands with the number."""
    foreign: bool = False
    """They are somebody else's, and are replaced by a new route."""


@runtime_checkable
class Channel(Protocol):
    """One configured account of one vendor; it may serve several channels (Twilio: SMS and WhatsApp)."""

    name: str
    """The account's name in the configuration."""

    @property
    def traits(self) -> Mapping[str, ChannelTraits]:
        """By channel code."""
        ...

    def streams(self) -> Sequence[str]:
        """Names of what is polled, each with a cursor of its own."""
        ...

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        """One page from ``cursor`` (empty: from the start, not older than ``since``).

        Raises ``ChannelError``.
        """
        ...

    def read(self, envelope: Envelope) -> Sequence[Item]:
        """Understand one envelope; pure. An empty answer means: nothing for us.

        Raises ``Malformed``; ``ChannelError`` only where nothing at all can be read at the moment.
        """
        ...

    def check(self, outgoing: Outgoing) -> None:
        """Refuse before the wire what this vendor would refuse (length, files). Raises ``Refused``."""
        ...

    def send(self, outgoing: Outgoing, files: Sequence[tuple[str, str, bytes]] = ()) -> Receipt:
        """Send once. Raises one of the ``ChannelError`` kinds, whose class says what may happen next.

        ``files`` are (name, type, content).
        """
        ...

    def test(self) -> Health:
        """A read-only call that proves the account works; never raises ``ChannelError``."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class FindsSent(Protocol):
    """Can look up what the vendor has accepted."""

    def find(self, outgoing: Outgoing) -> Found:
        """Look for ``outgoing`` in the vendor's own record. Raises ``ChannelError``."""
        ...


@runtime_checkable
class FollowsSent(Protocol):
    """Must be asked about the fate of sent messages one by one."""

    def follow(self, provider_id: str) -> Envelope:
        """The present state of one sent message, as an envelope of kind ``status``."""
        ...


@runtime_checkable
class FetchesFiles(Protocol):
    def download(self, ref: str, max_bytes: int) -> Iterator[bytes]:
        """The bytes of an attachment, bounded; raises ``ChannelError`` or ``Malformed("too_big")``."""
        ...


@runtime_checkable
class HasTemplates(Protocol):
    def templates(self) -> Sequence[Template]:
        """The vendor's templates with category and approval (ids 0)."""
        ...


@runtime_checkable
class MetersUsage(Protocol):
    def usage(self) -> Sequence[Usage]:
        """This month's figures as the vendor bills them."""
        ...


@runtime_checkable
class LoadsOlder(Protocol):
    def older(self, address: str, before: datetime, limit: int) -> Sequence[Envelope]:
        """Messages with one guest older than ``before``, newest first, both directions."""
        ...


@runtime_checkable
class TakesActs(Protocol):
    def act(self, deed: Deed) -> None:
        """Tell the vendor. Raises ``ChannelError``; repeating is harmless, so ``Unknown`` is simply tried again."""
        ...


class Hook(Struct, frozen=True):
    """One request that a vendor made to us, byte for byte; also the form in which relay and spool keep it."""

    method: str
    path: str
    """What follows ``/hooks/ACCOUNT``."""
    query: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    received_at: datetime


class Heard(Struct, frozen=True):
    """What a request holds, and what its sender is answered."""

    envelopes: tuple[Envelope, ...] = ()
    """One for each fact, under the same ids as a poll gives it."""
    answer: bytes = b""
    content_type: str = "text/plain"


@runtime_checkable
class Receives(Protocol):
    """Its vendor calls us."""

    def hear(self, hook: Hook) -> Heard:
        """Check the signature on the raw body, in constant time, then take it apart.

        Answers the handshake too. Raises ``Refused("bad_signature")``; a body that is signed but cannot be taken
        apart becomes one envelope, so that it is kept and quarantined.
        """
        ...


@runtime_checkable
class ManagesTemplates(Protocol):
    def submit(self, template: Template) -> Template:
        """Give it to the vendor for approval; returns it with ``vendor_id`` and state. Raises ``ChannelError``."""
        ...

    def withdraw(self, template: Template) -> None:
        """Take it out of the vendor's list. Raises ``ChannelError``."""
        ...


@runtime_checkable
class WaitsForNews(Protocol):
    def wait(self, seconds: float) -> bool:
        """Block until the vendor signals something new (IMAP IDLE); True: poll now. Raises ``ChannelError``.

        Runs in a thread of its own; ``close`` ends it.
        """
        ...


@runtime_checkable
class RoutesCalls(Protocol):
    """Its number takes calls."""

    def route(self) -> CallRoute:
        """What the number does now. Raises ``ChannelError``, ``Refused``."""
        ...

    def set_route(self, wanted: CallRoute) -> CallRoute:
        """Write it to the number; what the number says afterwards. Raises ``ChannelError``, ``Refused``."""
        ...
