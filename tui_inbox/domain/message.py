"""A message in a thread, and the delivery states that a person is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.domain.display import clean_line


class Direction(StrEnum):
    IN = "in"
    OUT = "out"
    NONE = "none"
    """Notes and calls that were only logged."""


class Kind(StrEnum):
    CHAT = "chat"
    EMAIL = "email"
    COMMENT = "comment"
    CALL = "call"
    NOTE = "note"


class Origin(StrEnum):
    GUEST = "guest"
    MANUAL = "manual"
    SCHEDULED = "scheduled"
    """A rule or a person planned it for later."""
    BOOKING = "booking"
    CAMPAIGN = "campaign"
    BOT = "bot"
    ELSEWHERE = "elsewhere"
    """Sent by the hotel outside this program and read back."""


class MessageClass(StrEnum):
    TRANSACTIONAL = "transactional"
    MARKETING = "marketing"


class Delivery(StrEnum):
    """Delivery states as shown and as in JSON (design: what is stored in the outbox is finer)."""

    NONE = ""
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class Attachment(NamedTuple):
    """A file that came with a message or goes with one."""

    name: str
    type: str
    size: int | None = None
    """Bytes; None while unknown."""
    sha256: str = ""
    """Set once the bytes are in the blob store."""
    state: str = "remote"
    """``remote`` (not fetched yet), ``stored``, ``refused`` (too big, wrong type) or ``failed``."""
    ref: str = ""
    """Where the vendor keeps it, in the adapter's own words."""
    reason: str = ""
    id: int = 0
    message_id: int = 0
    seconds: int | None = None
    """Length of a recording, where the vendor tells it."""
    transcript: str = ""
    transcript_state: str = ""
    """``asked``, ``done``, ``failed`` (``transcript`` is then the reason's code) or empty."""
    transcript_by: str = ""
    """Engine and language, such as ``whisper-1/fr``."""


class Message(NamedTuple):
    """The stored entity."""

    id: int
    conversation_id: int
    at: datetime
    """When it was said: the vendor's time for guests, ours for the hotel."""
    direction: Direction
    kind: Kind
    origin: Origin
    text: str
    """What is shown: cleaned, and for mail trimmed of what it quotes."""
    full_text: str = ""
    """The whole body where ``text`` is only a part of it."""
    subject: str = ""
    message_class: MessageClass = MessageClass.TRANSACTIONAL
    channel: str = ""
    account: str = ""
    external_id: str = ""
    """The vendor's id, unique per account."""
    own_address: str = ""
    address: str = ""
    author: str = ""
    """Operator's code for what a person wrote."""
    state: Delivery = Delivery.NONE
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    error_code: str = ""
    vendor_text: str = ""
    template: str = ""
    thread_ref: str = ""
    """Mail: our or their Message-ID."""
    references: str = ""
    """Mail: ids of the thread, oldest first, separated by spaces."""
    segments: int | None = None
    automated: bool = False
    """Written by a machine (newsletter, receipt, bounce): neither unread nor unanswered."""
    imported: bool = False
    """Part of the first back-fill: read, silent, answered."""
    created_at: datetime | None = None
    quoted: str = ""
    """The vendor's id of the message that this one answers."""
    parent: str = ""
    """The vendor's id of the comment (or post) that this comment stands under."""
    reactions: Mapping[str, str] = {}
    """``guest`` or an operator's code -> emoji."""
    edited_at: datetime | None = None
    removed_at: datetime | None = None
    """The guest unsent it; the text is kept, and shown on request."""
    billed_as: str = ""
    """Category that the vendor billed: ``service``, ``utility``, ``marketing/free_entry_point``."""
    seconds: int | None = None
    """Length of a call."""
    switched: str = ""
    """Code of why it went by another channel than it was written for."""
    attachments: tuple[Attachment, ...] = ()


MISSED, TAKEN, CALLED = "<missed>", "<taken>", "<called>"
"""``Conversation.preview_by`` where the newest message is a call."""
CALL_MARKS = frozenset({MISSED, TAKEN, CALLED})


def call_mark(direction: Direction, seconds: int | None) -> str:
    """Which of them a call is: one that nobody took has no length."""
    if direction is Direction.OUT:
        return CALLED
    return TAKEN if seconds else MISSED


_PREVIEW = 160
_SOUND = re.compile(r"(audio|voice|voicemail|recording)([-_ ]?\d+)?(\.\w{1,5})?", re.IGNORECASE)
_SOUND_CODE = re.compile(r"<(voice|voicemail|recording)(?: (\d{1,6}))?>")


def sound(name: str, type_: str) -> str:
    """``voice``, ``voicemail`` or ``recording`` for a sound whose file nobody gave a name of its own, else empty."""
    found = _SOUND.fullmatch(name or "voice") if type_.startswith("audio/") else None
    kind = found.group(1).lower() if found else ""
    return "voice" if kind == "audio" else kind


def sound_told(line: str) -> tuple[str, int | None] | None:
    """Kind and seconds where ``Conversation.preview`` is the code of a sound."""
    found = _SOUND_CODE.fullmatch(line)
    return (found.group(1), int(found.group(2)) if found.group(2) else None) if found else None


def _came_with(file: Attachment) -> str:
    kind = sound(file.name, file.type)
    if not kind:
        return file.name
    return f"<{kind} {file.seconds}>" if file.seconds else f"<{kind}>"


def preview(text: str, subject: str = "", attachments: tuple[Attachment, ...] = ()) -> str:
    """The list's one line: what is said, else what it is about, else what came with it; a sound as a code."""
    line = clean_line(" ".join(text[: 4 * _PREVIEW].split()) or subject)
    if sound_told(line):
        line = line.replace("<", "‹").replace(">", "›")  # a guest's own words are no code
    if not line and attachments:
        line = _came_with(attachments[0])
    return line if len(line) <= _PREVIEW else line[: _PREVIEW - 1] + "…"
