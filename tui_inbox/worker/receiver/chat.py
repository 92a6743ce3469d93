"""The web chat over HTTP: a subset of Chatwoot's public client interface, and the page that uses it.

Polling is enough, and answered from one short read; whoever holds a contact's key reads and writes that line only.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui_inbox.domain.errors import NotFound, Refused, StoreError
from tui_inbox.domain.visitor import ChatLine, Visitor
from tui_inbox.ports.channel import Channel
from tui_inbox.ports.clock import Clock
from tui_inbox.ports.store import Store
from tui_inbox.ports.webchat import ServesChat
from tui_inbox.services import webchat
from tui_inbox.services.desk import Desk
from tui_inbox.worker.receiver.chat_page import page
from tui_inbox.worker.receiver.limits import Allowance, Bodies, peer_of, too_many

MAX_BODY = 16 * 1024
_BURST, _PER_SECOND = 300, 10.0
"""Requests of one address on the Internet: a lobby full of open pages."""
_API = "/public/api/v1/inboxes/{inbox}"
_CONTACT = _API + "/contacts/{source_id}"
_TALKS = _CONTACT + "/conversations"
_TALK = _TALKS + "/{conversation:int}"

T = TypeVar("T", bound=Struct)
Answer = Callable[["Asked"], Awaitable[Response]]


class NewContact(Struct):
    identifier: str | None = None
    identifier_hash: str | None = None
    name: str | None = None
    email: str | None = None


class NewMessage(Struct):
    content: str
    echo_id: str | None = None


class House(NamedTuple):
    """What every chat of this worker shares."""

    store: Store
    desk: Desk
    clock: Clock
    executor: Executor
    behind_proxy: bool


class Served(NamedTuple):
    """One chat with its own limits."""

    channel: Channel
    chat: ServesChat
    contacts: Allowance
    messages: Allowance


class Asked(NamedTuple):
    request: Request
    served: Served


class Chats:
    """The routes of all web chats."""

    def __init__(self, house: House, channels: Sequence[Channel]) -> None:
        self._house = house
        self._served = {one.chat.chat.inbox: one for one in map(_served, channels) if one is not None}
        self._peers = Allowance(_BURST, _PER_SECOND)
        self._bodies = Bodies(MAX_BODY)

    def routes(self) -> list[Route]:
        if not self._served:
            return []
        table: Sequence[tuple[str, str, Answer]] = (
            (_API + "/contacts", "POST", self._open),
            (_CONTACT, "GET", self._contact),
            (_TALKS, "POST", self._talk),
            (_TALKS, "GET", self._talks),
            (_TALK + "/messages", "GET", self._messages),
            (_TALK + "/messages", "POST", self._say),
            (_TALK + "/update_last_seen", "POST", self._saw),
            (_TALK + "/toggle_typing", "POST", self._typing),
        )
        routes = [Route(path, self._guarded(answer), methods=[method]) for path, method, answer in table]
        paths = dict.fromkeys(path for path, _method, _answer in table)
        routes += [Route(path, self._guarded(_allowed), methods=["OPTIONS"]) for path in paths]
        routes.append(Route("/chat/{inbox}", self._page, methods=["GET"]))
        return routes

    def _guarded(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """Limits and origin before anything else; every answer says who may read it."""

        async def guarded(request: Request) -> Response:
            served = self._found(request)
            headers = _cross_origin(request, served)
            try:
                if wait := self._peers.spend(self._peer(request)):
                    raise too_many(wait)
                response = await answer(Asked(request, served))
            except HTTPException as refusal:
                code = {413: "too_big", 429: "too_many_requests"}.get(refusal.status_code, "refused")
                response = _json({"error": code}, refusal.status_code, dict(refusal.headers or {}))
            except Refused as refusal:
                status = 401 if refusal.code == "bad_identity" else 422
                response = _json({"error": refusal.code}, status)
            except NotFound:
                response = _json({"error": "not_found"}, 404)
            except StoreError:
                response = _json({"error": "unavailable"}, 503, {"Retry-After": "5"})
            response.headers.update(headers)
            return response

        return guarded

    def _found(self, request: Request) -> Served:
        served = self._served.get(request.path_params["inbox"])
        if served is None:
            raise HTTPException(404)
        return served

    def _peer(self, request: Request) -> str:
        return peer_of(request, behind_proxy=self._house.behind_proxy)

    async def _page(self, request: Request) -> Response:
        if wait := self._peers.spend(self._peer(request)):
            raise too_many(wait)
        return page(request, self._found(request).chat.chat, self._house.desk)

    async def _open(self, asked: Asked) -> Response:
        given = await self._given(asked, NewContact)
        if wait := asked.served.contacts.spend(self._peer(asked.request)):
            raise too_many(wait)
        key, visitor = await self._do(
            lambda now: webchat.open_chat(
                self._house.store,
                asked.served.chat,
                now,
                name=given.name or "",
                email=given.email or "",
                identifier=given.identifier or "",
                proof=given.identifier_hash or "",
            )
        )
        return _json(_contact(visitor, key))

    async def _contact(self, asked: Asked) -> Response:
        return _json(_contact(await self._visitor(asked), asked.request.path_params["source_id"]))

    async def _talk(self, asked: Asked) -> Response:
        """There is one conversation for each contact, and it begins with its first message."""
        return _json(self._conversation(asked, await self._visitor(asked), ()))

    async def _talks(self, asked: Asked) -> Response:
        visitor = await self._visitor(asked)
        return _json([self._conversation(asked, visitor, await self._lines(asked, visitor))])

    async def _messages(self, asked: Asked) -> Response:
        visitor = await self._visitor(asked, talk=True)
        found = [_message(visitor, line, self._house.desk.hotel) for line in await self._lines(asked, visitor)]
        content = msgspec.json.encode(found)
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {"ETag": tag}
        if asked.request.headers.get("if-none-match") == tag:
            return Response(b"", 304, headers)
        return Response(content, 200, headers, media_type="application/json")

    async def _say(self, asked: Asked) -> Response:
        visitor = await self._visitor(asked, talk=True)
        given = await self._given(asked, NewMessage)
        if wait := asked.served.messages.spend(visitor.address):
            raise too_many(wait)
        house, (channel, chat) = self._house, asked.served[:2]
        line = await self._do(
            lambda now: webchat.say(
                house.store, house.desk, channel, chat, visitor, given.content, given.echo_id or "", now
            )
        )
        return _json(_message(visitor, line, house.desk.hotel))

    async def _saw(self, asked: Asked) -> Response:
        visitor = await self._visitor(asked, talk=True)
        house, (channel, chat) = self._house, asked.served[:2]
        await self._do(lambda now: webchat.saw(house.store, house.desk, channel, chat, visitor, now))
        return _json({})

    async def _typing(self, asked: Asked) -> Response:
        """Taken and not shown: staff see messages, not fingers."""
        await self._visitor(asked, talk=True)
        return _json({})

    async def _visitor(self, asked: Asked, *, talk: bool = False) -> Visitor:
        """Raises ``NotFound``, and for another contact's conversation too."""
        key = asked.request.path_params["source_id"]
        visitor: Visitor = await self._do(lambda _now: webchat.whose(self._house.store, asked.served.chat, key))
        if talk and asked.request.path_params["conversation"] != visitor.id:
            raise NotFound("conversation")
        return visitor

    async def _lines(self, asked: Asked, visitor: Visitor) -> Sequence[ChatLine]:
        house, (channel, chat) = self._house, asked.served[:2]
        lines: Sequence[ChatLine] = await self._do(
            lambda now: webchat.read(house.store, house.desk, channel, chat, visitor, now)
        )
        return lines

    async def _given(self, asked: Asked, kind: type[T]) -> T:
        """The JSON of a request. Raises ``HTTPException`` 400, 408, 413, 415."""
        body = await self._bodies.of(asked.request, self._peer(asked.request))
        # A form of another site can be posted without asking us first; JSON cannot.
        if not asked.request.headers.get("content-type", "").lower().startswith("application/json"):
            raise HTTPException(415)
        try:
            return msgspec.json.decode(body or b"{}", type=kind)
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise HTTPException(400) from None

    async def _do(self, work: Callable[[datetime], Any]) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._house.executor, work, self._house.clock.now())

    def _conversation(self, asked: Asked, visitor: Visitor, lines: Sequence[ChatLine]) -> dict[str, Any]:
        return {
            "id": visitor.id,
            "inbox_id": asked.served.chat.chat.inbox,
            "status": "open",
            "contact_last_seen_at": int(visitor.seen_at.timestamp()) if visitor.seen_at else 0,
            "messages": [_message(visitor, line, self._house.desk.hotel) for line in lines],
            "contact": _contact(visitor, asked.request.path_params["source_id"]),
        }


def _served(channel: Channel) -> Served | None:
    if not isinstance(channel, ServesChat):
        return None
    rules = channel.chat
    contacts = Allowance(rules.contacts_per_hour, rules.contacts_per_hour / 3600)
    return Served(channel, channel, contacts, Allowance(rules.messages_per_minute, rules.messages_per_minute / 60))


def _contact(visitor: Visitor, key: str) -> dict[str, Any]:
    return {"source_id": key, "pubsub_token": None, "id": visitor.id, "name": visitor.name, "email": visitor.email}


def _message(visitor: Visitor, line: ChatLine, hotel: str) -> dict[str, Any]:
    owner, _colon, echo = line.external_id.partition(":")
    found: dict[str, Any] = {
        "id": line.id,
        "content": line.text,
        "message_type": 1 if line.outbound else 0,
        "content_type": "text",
        "created_at": int(line.at.timestamp()),
        "conversation_id": visitor.id,
        "sender": {"name": hotel, "type": "user"} if line.outbound else {"name": visitor.name, "type": "contact"},
    }
    if not line.outbound and owner == str(visitor.id):
        found["echo_id"] = echo
    return found


def _json(document: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(document), status, headers, media_type="application/json")


async def _allowed(_asked: Asked) -> Response:
    """A browser asks before it lets a page of another site write to us."""
    return Response(
        b"",
        204,
        {
            "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
            "Access-Control-Allow-Headers": "Content-Type, If-None-Match",
            "Access-Control-Max-Age": "600",
        },
    )


def _cross_origin(request: Request, served: Served) -> dict[str, str]:
    """Headers for pages of the hotel's sites. Raises ``HTTPException`` 403 for a page of any other."""
    headers = {"Vary": "Origin", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    origin = request.headers.get("origin")
    if origin is None or origin.partition("://")[2] == request.headers.get("host"):
        return headers
    if origin not in served.chat.chat.origins:
        raise HTTPException(403)
    return {**headers, "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "ETag, Retry-After"}
