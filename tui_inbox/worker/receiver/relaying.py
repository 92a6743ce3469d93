"""The relay: on a public host it keeps what vendors bring until the hotel's worker has taken it.

It knows no vendor's secret and no store: what it holds are requests as they came, which the hotel checks.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import msgspec
from msgspec import Struct
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui_inbox.ports.channel import Hook
from tui_inbox.ports.letterbox import Letter, Sealed
from tui_inbox.worker.receiver.hooks import MAX_BODY, hook_of, refused
from tui_inbox.worker.receiver.limits import Allowance, Bodies, peer_of, too_many
from tui_inbox.worker.receiver.spool import Spool

SHORTEST_TOKEN = 24
"""Characters: a bearer token that nobody guesses."""
MAX_LETTERS = 100_000
PAGE = 50
_BURST, _PER_SECOND = 2000, 50.0
"""Requests of one peer: nothing is checked here, so even a vendor's are counted."""
_BAD_BURST, _BAD_PER_SECOND = 10, 0.1


class _Taken(Struct, frozen=True):
    ids: tuple[str, ...]


class Store:
    """A spool with a quota, written by several threads."""

    def __init__(self, directory: Path, quota: int) -> None:
        self.spool = Spool(directory)
        self._quota, self._lock = quota, threading.Lock()
        for half in directory.glob(".[0-9]*"):
            half.unlink()  # Of a life that ended in the middle; its vendor got no 200 and comes again.
        self._sizes = {name: (directory / name).stat().st_size for name in self.spool.names()}
        self._bytes = sum(self._sizes.values())
        self._last = max((int(name[:20]) for name in self._sizes if name[:20].isdigit()), default=0)

    def keep(self, letter: Letter) -> bool:
        """Durable when it returns True; False when there is no room. Raises ``OSError``."""
        with self._lock:
            if self._bytes + len(letter.body) > self._quota or len(self._sizes) >= MAX_LETTERS:
                return False
            self._last = number = max(self._last + 1, time.time_ns())
            size = self.spool.put(letter, number)
            self._sizes[f"{number:020d}.json"] = size
            self._bytes += size
            return True

    def forget(self, ids: tuple[str, ...]) -> None:
        with self._lock:
            self.spool.remove(ids)
            self._bytes -= sum(self._sizes.pop(name, 0) for name in ids)


class Relay:
    """The application: vendors bring to ``/hooks/ACCOUNT/…``, the hotel takes from ``/envelopes``."""

    def __init__(self, store: Store, token: str, accounts: Mapping[str, str], *, behind_proxy: bool = False) -> None:
        """``accounts`` are those that are kept for, each with the verify token of its handshake (or none)."""
        self._store, self._token, self._accounts = store, token.encode(), accounts
        self._behind_proxy = behind_proxy
        self._bodies = Bodies(MAX_BODY)
        self._peers = Allowance(_BURST, _PER_SECOND)
        self._guesses = Allowance(_BAD_BURST, _BAD_PER_SECOND)

    def app(self) -> Starlette:
        hooks = ("/hooks/{account}", "/hooks/{account}/{rest:path}")
        return Starlette(
            routes=[
                *(Route(path, self._brought, methods=["POST"]) for path in hooks),
                *(Route(path, self._handshake, methods=["GET"]) for path in hooks),
                Route("/envelopes", self._waiting, methods=["GET"]),
                Route("/envelopes/ack", self._acknowledged, methods=["POST"]),
            ],
            exception_handlers={HTTPException: refused},
        )

    async def _brought(self, request: Request) -> Response:
        account = self._account(request)
        body = await self._bodies.of(request, self._peer(request))
        hook = hook_of(request, body, datetime.now(UTC))
        letter = _letter(account, hook)
        try:
            kept = await run_in_threadpool(self._store.keep, letter)
        except OSError:
            raise HTTPException(503, headers={"Retry-After": "60"}) from None
        if not kept:
            return Response("The relay is full: the hotel has not taken its post for too long.\n", 507)
        return Response(b"", 200)

    async def _handshake(self, request: Request) -> Response:
        """Meta asks once, with the word that was agreed upon."""
        verify = self._accounts[self._account(request)]
        asked = parse_qs(request.url.query)
        given = "".join(asked.get("hub.verify_token", [])[:1])
        challenge = "".join(asked.get("hub.challenge", [])[:1])
        if not verify or asked.get("hub.mode") != ["subscribe"]:
            raise HTTPException(404)
        if not hmac.compare_digest(given.encode(), verify.encode()) or len(challenge) > 200:
            raise HTTPException(403)
        return Response(challenge, 200, {"X-Content-Type-Options": "nosniff"}, media_type="text/plain")

    def _account(self, request: Request) -> str:
        """Raises ``HTTPException`` 404, 429."""
        if wait := self._peers.spend(self._peer(request)):
            raise too_many(wait)
        account: str = request.path_params["account"]
        if account not in self._accounts:
            raise HTTPException(404)
        return account

    def _peer(self, request: Request) -> str:
        return peer_of(request, behind_proxy=self._behind_proxy)

    async def _waiting(self, request: Request) -> Response:
        self._authorise(request)
        asked = request.query_params
        limit = asked.get("limit", "")
        count = min(int(limit), PAGE) if limit.isdigit() and len(limit) < 6 else PAGE
        letters = await run_in_threadpool(self._store.spool.waiting, asked.get("after", ""), max(count, 1))
        return Response(msgspec.json.encode(Sealed(tuple(letters))), media_type="application/json")

    async def _acknowledged(self, request: Request) -> Response:
        self._authorise(request)
        try:
            taken = msgspec.json.decode(await self._bodies.of(request, self._peer(request)), type=_Taken)
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise HTTPException(400) from None
        await run_in_threadpool(self._store.forget, taken.ids)
        return Response(b"{}", media_type="application/json")

    def _authorise(self, request: Request) -> None:
        """Raises ``HTTPException`` 401, 429."""
        peer = self._peer(request)
        if wait := self._guesses.wait(peer):
            raise too_many(wait)
        scheme, _space, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self._token):
            self._guesses.spend(peer)
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


def _letter(account: str, hook: Hook) -> Letter:
    return Letter(hook.method, hook.path, hook.query, hook.headers, hook.body, hook.received_at, account)
