"""Conversations, newest first: only those that changed are asked for their twenty newest messages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from adapters._graph import Page
from adapters._json import decoded
from adapters.meta import wire
from adapters.meta.errors import GONE
from adapters.meta.graph import Graph
from adapters.meta.reading import Us
from tui_inbox.domain.errors import Malformed, Rejected
from tui_inbox.ports.channel import Batch, Envelope

MESSAGE = "message"
RECENT = timedelta(minutes=2)
"""A conversation that changed this short ago is asked again: more may be said in the same second."""
PAGE = "25"
DETAILED = 20
"""Newest messages of a conversation that Meta tells more of than their ids."""
_FEW = 3
"""Up to so many changed conversations are asked one by one, more of them by one call for the whole page."""
_FIELDS = "id,created_time,from,to,message,attachments"
_FURTHER = {"messenger": ",reply_to,shares,sticker", "instagram": ",reply_to,shares,is_unsupported"}
_NO_SUCH_FIELD = "nonexisting field"
_LIGHT = "id,updated_time,participants"


class Cursor(Struct, frozen=True):
    """Where the stream stands: the newest change of a finished pass, and the page that an unfinished one goes on at."""

    watermark: str = ""
    next: str = ""
    newest: str = ""


class Exchange(NamedTuple):
    """What was said with one guest, newest first."""

    messages: Sequence[tuple[datetime, wire.Message]]
    whole: bool
    """Nothing that was said since the asked moment is missing."""


def fields(channel: str, *, lean: bool = False) -> str:
    """What is asked of each message; ``lean``: only what every version of the Graph has."""
    return f"messages.limit({DETAILED}){{{_FIELDS}{'' if lean else _FURTHER[channel]}}}"


class Conversations:
    """The stream ``conversations`` of one account."""

    def __init__(self, graph: Graph, node: str, us: Us, *, named: bool) -> None:
        """``named``: webhooks bring messages without names, so names are brought by themselves."""
        self._graph = graph
        self._node = node
        self._us = us
        self._named = named
        self._lean = False

    def fetch(self, cursor: str, since: datetime | None, now: datetime) -> Batch:
        """One page; the watermark moves when a pass has reached what is known. Raises ``ChannelError``."""
        place = _cursor(cursor)
        watermark = wire.moment(place.watermark)
        try:
            page = self._page(place.next, full=watermark is None)
        except Rejected:
            if not place.next:
                raise
            # Meta has forgotten this page: the pass starts anew at the next poll.
            return Batch((), _written(Cursor(place.watermark)))
        newest, changed, finished = place.newest, [], False
        strange: list[Envelope] = []
        for raw in page.data:
            try:
                found = decoded(bytes(raw), wire.Conversation)
                wire.checked_id(found.id)
            except Malformed:
                strange.append(_unreadable(bytes(raw)))
                continue
            updated = wire.moment(found.updated_time)
            if updated is not None:
                if not _is_new(updated, watermark, since, now):
                    finished = True
                    break
                if updated <= now + RECENT:
                    newest = max(newest, updated.isoformat())
            changed.append(found)
        envelopes = [envelope for found in self._detailed(changed, place.next) for envelope in self._said(found, since)]
        after = page.paging.cursors.after if page.paging and page.paging.cursors and page.paging.next else None
        if after and not finished:
            following = _written(Cursor(place.watermark, after, newest))
            return Batch((*strange, *envelopes), following, more=True)
        reached = max(place.watermark, newest) or (since.isoformat() if since else "")
        return Batch((*strange, *envelopes), _written(Cursor(reached)))

    def with_guest(self, address: str, since: datetime) -> Exchange:
        """The newest messages with one guest. Raises ``ChannelError``."""
        page = self._tolerant(
            lambda: self._graph.read(
                Page, self._node, "conversations",
                platform=self._us.channel, user_id=address, fields=f"id,{self._fields}",
            )
        )  # fmt: skip
        found: list[tuple[datetime, wire.Message]] = []
        listed = 0
        # A guest to whom we may write has written: where Meta shows nothing of that, it shows nothing of ours either.
        readable = bool(page.data)
        for raw in page.data:
            try:
                conversation = decoded(bytes(raw), wire.Conversation)
                for said in conversation.messages.data if conversation.messages else []:
                    listed += 1
                    message = decoded(bytes(said), wire.Message)
                    at = wire.moment(message.created_time)
                    if at is not None:
                        found.append((at, message))
            except Malformed:
                readable = False
        found.sort(key=lambda pair: pair[0], reverse=True)
        whole = 0 < listed < DETAILED or (bool(found) and found[-1][0] < since)
        return Exchange(found, readable and whole)

    @property
    def _fields(self) -> str:
        return fields(self._us.channel, lean=self._lean)

    def _page(self, after: str, *, full: bool) -> Page:
        def asked() -> dict[str, str]:
            fields = f"{_LIGHT},{self._fields}" if full else _LIGHT
            return {"platform": self._us.channel, "fields": fields, "limit": PAGE} | ({"after": after} if after else {})

        return self._tolerant(lambda: self._graph.polled(Page, self._node, "conversations", **asked()))

    def _tolerant(self, ask: Callable[[], Page]) -> Page:
        """Meta refuses the whole request for one field that this version does not have."""
        try:
            return ask()
        except Rejected as error:
            if self._lean or _NO_SUCH_FIELD not in error.vendor_text:
                raise
            self._lean = True
            return ask()

    def _detailed(self, changed: list[wire.Conversation], after: str) -> Iterator[wire.Conversation]:
        """Oldest first: what was said first is better read first."""
        bare = [found for found in changed if found.messages is None]
        if len(bare) > _FEW:
            yield from self._by_page(changed, after)
            return
        for found in reversed(changed):
            if found.messages is not None:
                yield found
                continue
            try:
                asked = f"{_LIGHT},{self._fields}"
                yield self._graph.polled(wire.Conversation, wire.checked_id(found.id), fields=asked)
            except Rejected as error:
                if error.code != GONE:
                    # The question was refused, not this conversation: what it holds must not be passed over.
                    yield from self._by_page(changed, after)
                    return

    def _by_page(self, changed: list[wire.Conversation], after: str) -> Iterator[wire.Conversation]:
        wanted = {found.id for found in changed}
        for raw in reversed(self._page(after, full=True).data):
            try:
                found = decoded(bytes(raw), wire.Conversation)
            except Malformed:
                continue
            if found.id in wanted:
                yield found

    def _said(self, conversation: wire.Conversation, since: datetime | None) -> Iterator[Envelope]:
        named: dict[str, Envelope] = {}
        for raw in reversed(conversation.messages.data if conversation.messages else []):
            try:
                body = decoded(bytes(raw), wire.Message)
                external_id = wire.checked_id(body.id)
                sender = wire.identity(body.from_)
            except Malformed:
                yield _unreadable(bytes(raw))
                continue
            if body.created_time is None and body.from_ is None:
                continue  # One of the older ones, of which Meta tells the id only.
            at = wire.moment(body.created_time)
            if since is not None and at is not None and at < since:
                continue
            kept = msgspec.json.encode({"message": Raw(raw), "participants": conversation.participants})
            yield Envelope(external_id, MESSAGE, kept)
            if sender and sender not in self._us.ids:
                named[sender] = Envelope(f"name:{sender}", MESSAGE, kept)
        if self._named:
            known = {wire.identity(one) for one in (conversation.participants or wire.People()).data if one.name}
            yield from (envelope for sender, envelope in named.items() if sender in known)


def _is_new(updated: datetime, watermark: datetime | None, since: datetime | None, now: datetime) -> bool:
    if watermark is not None:
        return updated > watermark or updated > now - RECENT
    return since is None or updated >= since


def _unreadable(raw: bytes) -> Envelope:
    return Envelope(f"unreadable:{hashlib.sha256(raw).hexdigest()}", MESSAGE, raw)


def _cursor(text: str) -> Cursor:
    """A cursor that cannot be read starts from the beginning: what was stored before is skipped by its id."""
    try:
        return msgspec.json.decode(text, type=Cursor) if text else Cursor()
    except msgspec.DecodeError:
        return Cursor()


def _written(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()
