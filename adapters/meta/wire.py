"""Meta's JSON as conversations, posts and webhooks give it; tolerant of every field that we do not need."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote

from msgspec import Raw, Struct, field

from adapters._files import remote
from adapters._json import moment_of, moment_of_milliseconds
from tui_inbox.domain.errors import Malformed
from tui_inbox.domain.message import Attachment

Id = str | int | None
LONGEST_ID = 500
_LONGEST_PLACE = 2000
_LINK = re.compile(r"https://[^\s\x00-\x1f\x7f]{1,2000}")
_PLACE = re.compile(r"https?://[^\s\x00-\x1f\x7f]{1,2000}")
"""Of a file; where it may be fetched from is for the HTTP door to say."""
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,5})$")
_from_iso = datetime.fromisoformat
_MILLISECONDS = 100_000_000_000
"""From this number on it counts milliseconds: as seconds it would be the year 5138."""


class Person(Struct):
    id: Id = None
    name: str | None = None
    username: str | None = None


class People(Struct):
    data: list[Person] = []


class MediaPlace(Struct):
    url: str | None = None
    src: str | None = None


class File(Struct):
    """An attachment as a conversation lists it."""

    mime_type: str | None = None
    name: str | None = None
    size: int | str | float | None = None
    image_data: MediaPlace | None = None
    video_data: MediaPlace | None = None
    file_url: str | None = None


class Files(Struct):
    data: list[File] = []


class Share(Struct):
    link: str | None = None
    name: str | None = None


class Shares(Struct):
    data: list[Share] = []


class Answered(Struct):
    """What a message answers: the message's id has two names."""

    mid: Id = None
    id: Id = None


class Message(Struct):
    """One message of a conversation; beyond the twenty newest only ``id`` is told."""

    id: Id = None
    created_time: str | None = None
    from_: Person | None = field(name="from", default=None)
    to: People | None = None
    message: str | None = None
    attachments: Files | None = None
    shares: Shares | None = None
    sticker: str | None = None
    reply_to: Answered | None = None
    is_unsupported: bool | None = None


class Messages(Struct):
    data: list[Raw] = []


class Conversation(Struct):
    id: Id = None
    updated_time: str | None = None
    participants: People | None = None
    messages: Messages | None = None


class Polled(Struct):
    """Our wrapping of one message: who takes part stands on its conversation."""

    message: Message
    participants: People | None = None


class CommentMedia(Struct):
    image: MediaPlace | None = None


class CommentFile(Struct):
    media: CommentMedia | None = None


class Reference(Struct):
    id: Id = None
    from_: Person | None = field(name="from", default=None)


class Comment(Struct):
    """Facebook says ``message`` and ``created_time``, Instagram ``text`` and ``timestamp``."""

    id: Id = None
    message: str | None = None
    text: str | None = None
    from_: Person | None = field(name="from", default=None)
    username: str | None = None
    created_time: str | None = None
    timestamp: str | None = None
    parent: Reference | None = None
    parent_id: Id = None
    attachment: CommentFile | None = None


class PolledComment(Struct):
    """Our wrapping of a comment with its post, and with the guest under whose comment it stands."""

    comment: Comment
    post: Id = None
    title: str | None = None
    parent: Id = None
    guest: Person | None = None


def checked_id(value: Id) -> str:
    """An id that can be stored. Raises ``Malformed``."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    if text.isalnum() and text.isascii() and len(text) <= LONGEST_ID:
        return text
    if not text or len(text) > LONGEST_ID or not text.isascii() or not text.isprintable() or " " in text:
        raise Malformed("bad_payload")
    return text


def identity(person: Person | None) -> str:
    """Who it is; empty where Meta does not tell. Raises ``Malformed`` for what cannot be an id."""
    return "" if person is None or person.id is None else checked_id(person.id)


def name_of(person: Person | None) -> str:
    return (person.name or person.username or "") if person is not None else ""


def path_of(identifier: str) -> str:
    """An id as one step of a path: Instagram's hold ``=`` and may hold ``/``."""
    return quote(identifier, safe="")


def moment(value: str | int | float | None) -> datetime | None:
    """Graph's ``2022-07-12T19:11:07+0000``, or a webhook's seconds or milliseconds, in UTC; None when unreadable."""
    if isinstance(value, str) and not value.isdigit():
        try:
            at = _from_iso(value)
            return at if at.tzinfo is UTC else at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
    if isinstance(value, int) and value >= _MILLISECONDS:
        return moment_of_milliseconds(value)
    try:
        number = float(value) if value is not None else 0.0
    except (ValueError, OverflowError):
        return None
    return moment_of(number / 1000 if number >= _MILLISECONDS else number) if number > 0 else None


def dated(value: str | int | float | None) -> datetime:
    """Raises ``Malformed("no_date")``."""
    found = moment(value)
    if found is None:
        raise Malformed("no_date")
    return found


def attachment(
    owner: str, n: int, url: str | None, type_: str = "", name: str = "", size: int | None = None
) -> Attachment:
    """A file at Meta's: where it lies now, and from which message a fresh address can be asked."""
    link = url if url and _is_place(url) else ""
    ref = f"{owner}#{n} {link}" if link else f"{owner}#{n}"
    return remote(name or _named(link, type_, n), type_, ref, size)


NOT_SHOWN = Attachment(name="–", type="", state="refused", reason="not_shown_to_programs")
"""What Meta does not show to programs (a poll, a disappearing picture): the guest's telephone has it."""


def _is_place(url: str) -> bool:
    if url.startswith("https://") and url.isprintable() and " " not in url and 9 <= len(url) <= _LONGEST_PLACE:
        return True  # As nearly every one is, in a third of the pattern's time.
    return _PLACE.fullmatch(url) is not None


def place_of(item: File) -> str | None:
    """Where the bytes of a listed file lie."""
    for data in (item.image_data, item.video_data):
        if data is not None and data.url:
            return data.url
    return item.file_url


def link_of(url: str | None) -> str:
    """A link that a guest shared, fit to stand in a text; empty when it is none."""
    return url if url and _LINK.fullmatch(url) else ""


def count(value: int | str | float | None) -> int | None:
    try:
        number = int(value) if value is not None else -1
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < 1 << 40 else None


def _named(link: str, type_: str, n: int) -> str:
    """The file's own name where its address has one that says more than a number."""
    place = link.partition("#")[0].partition("?")[0].partition("://")[2]
    last = place.rpartition("/")[2] if "/" in place else ""
    kind = type_.partition("/")[0] or "file"
    ending = _ENDING.search(last)
    if ending and kind in ("file", "application") and not last[0].isdigit():
        return last[:200]
    return f"{kind}-{n}.{ending[1].lower()}" if ending else f"{kind}-{n}"
