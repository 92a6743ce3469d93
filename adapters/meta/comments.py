"""Comments under the newest posts, of Facebook and of Instagram; asked seldom, for they are many calls."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
from msgspec import Raw, Struct

from adapters._graph import Page
from adapters._json import decoded
from adapters.meta import wire
from adapters.meta.errors import PERMISSION
from adapters.meta.graph import Graph
from adapters.meta.settings import MESSENGER
from tui_inbox.domain.errors import AccountBlocked, Malformed, Rejected
from tui_inbox.ports.channel import Batch, Envelope

COMMENT, NEWS = "comment", "news"
NOT_PERMITTED = "comments_not_permitted"
EVERY = timedelta(minutes=5)
POSTS = "25"
PER_POST = 50
_OVERLAP = timedelta(hours=1)
_FEED = (
    "id,message,created_time,comments.filter(stream).order(reverse_chronological)"
    f".limit({PER_POST}){{id,message,from,created_time,parent{{id,from}},attachment}}"
)
_REPLY = "id,text,username,from,timestamp"
_UNDER = f"{_REPLY},parent_id,replies{{{_REPLY}}}"


class Cursor(Struct, frozen=True):
    asked: str = ""
    watermark: str = ""
    """Facebook: the newest comment seen."""
    counts: dict[str, int] = {}
    """Instagram: comments under each of the newest posts, when they were read last."""


class Listed(Struct):
    data: list[Raw] = []


class Post(Struct):
    """A post of the Page, or a picture of the Instagram account."""

    id: wire.Id = None
    message: str | None = None
    caption: str | None = None
    comments: Listed | None = None
    comments_count: int | str | None = None


class Nested(Struct):
    id: wire.Id = None
    from_: wire.Person | None = msgspec.field(name="from", default=None)
    replies: Listed | None = None


class Reported(Struct):
    """Our own envelope: something about the account that a person must see to."""

    code: str
    at: str
    vendor_text: str = ""


class Comments:
    """The stream ``comments``; ``place`` is the Page, or the Instagram account itself."""

    def __init__(self, graph: Graph, channel: str, place: str) -> None:
        self._graph = graph
        self._on_facebook = channel == MESSENGER.code
        self._place = place
        self.titles: dict[str, str] = {}
        """Post -> its first words, as far as polls have seen them: webhooks do not tell them."""

    def fetch(self, cursor: str, since: datetime | None, now: datetime) -> Batch:
        """Raises ``ChannelError``; a right that is missing is told once a day and stops nothing else."""
        known = _cursor(cursor)
        asked = wire.moment(known.asked)
        if asked is not None and now - asked < EVERY:
            return Batch((), cursor)
        try:
            envelopes, following = (self._facebook if self._on_facebook else self._instagram)(known, since, now)
        except AccountBlocked as error:
            if error.code != PERMISSION:
                raise
            told = Reported(NOT_PERMITTED, now.isoformat(), f"{error.vendor_code} {error.vendor_text}".strip())
            name = f"{NOT_PERMITTED}:{now.date().isoformat()}"
            following = msgspec.structs.replace(known, asked=now.isoformat())
            return Batch((Envelope(name, NEWS, msgspec.json.encode(told)),), _written(following))
        return Batch(tuple(envelopes), _written(following))

    def permitted(self) -> bool:
        """May this token read comments? Raises ``ChannelError`` for every other trouble."""
        edge = "feed" if self._on_facebook else "media"
        inner = "comments.limit(1){id}"
        try:
            self._graph.read(Page, self._place, edge, fields=f"id,{inner}", limit="1")
        except AccountBlocked as error:
            if error.code != PERMISSION:
                raise
            return False
        return True

    def _facebook(self, known: Cursor, since: datetime | None, now: datetime) -> tuple[list[Envelope], Cursor]:
        watermark = wire.moment(known.watermark)
        start = watermark - _OVERLAP if watermark else since
        page = self._graph.polled(Page, self._place, "feed", fields=_FEED, limit=POSTS)
        found: list[tuple[datetime, Envelope]] = []
        for post in self._posts(page):
            for raw in reversed(post.comments.data if post.comments else []):
                made = _made(raw, post, now)
                if made is not None and (start is None or made[0] >= start):
                    found.append(made)
        found.sort(key=lambda pair: pair[0])
        newest = max((at.isoformat() for at, _ in found if at <= now + EVERY), default="")
        reached = max(known.watermark, newest) or (since.isoformat() if since else "")
        return [envelope for _, envelope in found], Cursor(now.isoformat(), reached)

    def _instagram(self, known: Cursor, since: datetime | None, now: datetime) -> tuple[list[Envelope], Cursor]:
        page = self._graph.polled(Page, self._place, "media", fields="id,caption,timestamp,comments_count", limit=POSTS)
        found: list[tuple[datetime, Envelope]] = []
        counts: dict[str, int] = {}
        for post in self._posts(page):
            identifier, count = wire.checked_id(post.id), wire.count(post.comments_count) or 0
            counts[identifier] = count
            if not count or known.counts.get(identifier) == count:
                continue
            try:
                under = self._graph.polled(Page, identifier, "comments", fields=_UNDER, limit=str(PER_POST))
            except Rejected:
                del counts[identifier]  # The post went since the list was made; if not, it is asked again.
                continue
            for raw in reversed(under.data):
                found += [made for made in _thread(raw, post, now) if since is None or made[0] >= since]
        found.sort(key=lambda pair: pair[0])
        return [envelope for _, envelope in found], Cursor(now.isoformat(), counts=counts)

    def _posts(self, page: Page) -> list[Post]:
        """Newest first; their titles are the ones that are remembered."""
        found: list[Post] = []
        titles: dict[str, str] = {}
        for raw in page.data:
            try:
                post = decoded(bytes(raw), Post)
                titles[wire.checked_id(post.id)] = _title(post)
            except Malformed:
                continue
            found.append(post)
        self.titles = titles
        return found


def _title(post: Post) -> str:
    return (post.message or post.caption or "")[:500]


def _thread(raw: Raw, post: Post, now: datetime) -> Iterator[tuple[datetime, Envelope]]:
    """An Instagram comment and the replies that hang under it."""
    top = _made(raw, post, now)
    if top is not None:
        yield top
    try:
        nested = decoded(bytes(raw), Nested)
    except Malformed:
        return
    for reply in nested.replies.data if nested.replies else []:
        made = _made(reply, post, now, parent=nested)
        if made is not None:
            yield made


def _made(raw: Raw, post: Post, now: datetime, parent: Nested | None = None) -> tuple[datetime, Envelope] | None:
    """A comment with what stands around it; one that cannot be read is kept under the hash of its bytes."""
    try:
        body = decoded(bytes(raw), wire.Comment)
        name = wire.checked_id(body.id)
    except Malformed:
        return now, Envelope(f"unreadable:{hashlib.sha256(bytes(raw)).hexdigest()}", COMMENT, bytes(raw))
    above = parent or body.parent
    kept = {
        "comment": Raw(raw),
        "post": post.id,
        "title": _title(post),
        "parent": above.id if above else body.parent_id,
        "guest": above.from_ if above else None,
    }
    at = wire.moment(body.created_time or body.timestamp) or now
    return at, Envelope(name, COMMENT, msgspec.json.encode(kept))


def _cursor(text: str) -> Cursor:
    try:
        return msgspec.json.decode(text, type=Cursor) if text else Cursor()
    except msgspec.DecodeError:
        return Cursor()


def _written(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()
