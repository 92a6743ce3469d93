"""What a channel can and cannot do, as data: rules read traits, never a channel's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.domain.deed import Act


class HandleKind(StrEnum):
    """What a guest's address on a channel looks like."""

    PHONE = "phone"
    EMAIL = "email"
    OPAQUE = "opaque"


class Evidence(StrEnum):
    """Where a lost answer can be looked up."""

    LIST = "list"
    """The vendor lists what it accepted (Twilio)."""
    SENT_COPY = "sent_copy"
    """Only a server's own copy, and only as proof of success (mail)."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class AttachmentLimits:
    """What may be attached to one outgoing message."""

    count: int
    max_bytes: int
    types: tuple[str, ...] = ()
    """Allowed media types by prefix (``image/``); empty means any."""
    needs_public_url: bool = False
    """The vendor fetches files from a public address, so a server behind NAT cannot send them."""


@dataclass(frozen=True, slots=True)
class MessageTag:
    """A way past the window that the vendor names; what it refuses now is listed, so that nobody looks for it."""

    code: str
    allowed: bool = True
    instead: str = ""
    """Code of what replaces one that is refused."""


class ChannelTraits(NamedTuple):
    """One channel as the domain sees it."""

    code: str
    """Stored with every message: ``sms``, ``whatsapp``, ``email`` ..."""
    mark: str
    """Two letters for the list: ``SM``, ``WA``, ``ML``."""
    label: str
    """The channel's proper name, the same in every language."""
    handle: HandleKind
    can_send: bool = True
    can_start: bool = True
    """May the hotel write first with free text?"""
    free_window: timedelta | None = None
    """Free text is allowed this long after the guest's last message; None: always."""
    templates_after_window: bool = False
    """Outside the window an approved template may be sent; otherwise nothing may."""
    reply_mark: timedelta | None = None
    """The vendor counts answers later than this against the hotel."""
    max_chars: int | None = None
    counts_segments: bool = False
    """Billed by SMS segment."""
    has_subject: bool = False
    enter_sends: bool = True
    undo: str = "chat"
    """Which undo time of the configuration applies: ``chat`` or ``email``."""
    delivery_receipts: bool = False
    read_receipts: bool = False
    stop_words: bool = False
    """A one-word STOP from the guest blocks the channel, whatever the class of message."""
    attachments: AttachmentLimits | None = None
    evidence: Evidence = Evidence.NONE
    settle: timedelta = timedelta(minutes=2)
    """How long the vendor may need before its own record is to be believed."""
    free_of_charge: bool = False
    human_window: timedelta | None = None
    """After ``free_window`` and up to this long after the guest's last message, only what a person typed may go."""
    planned_may_start: bool = False
    """The hotel's first word may only be a planned message (Airbnb)."""
    max_bytes: int | None = None
    """Of UTF-8, where the vendor counts bytes and not characters."""
    text_with_files: bool = True
    """False: a message is text or a file, never both."""
    quotes: bool = False
    """An answer can be tied to one message of the guest's."""
    comments: bool = False
    """Comments under posts come here: each has public replies and one private reply."""
    acts: frozenset[Act] = frozenset()
    tags: tuple[MessageTag, ...] = ()
    content_rules: tuple[str, ...] = ()
    """Codes of what the vendor would strip or block: ``links_stripped``, ``contacts_blocked``, ``plain_text_only``."""
