"""``/hooks/ACCOUNT/…``: what a vendor brings is checked and committed before it is answered with 200."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui_inbox.domain.errors import Refused, StoreError
from tui_inbox.ports.channel import Heard, Hook
from tui_inbox.ports.letterbox import BAD_SIGNATURE
from tui_inbox.services.receiving import NO_SUCH_ACCOUNT, Brought
from tui_inbox.worker.receiver.limits import Allowance, Bodies, peer_of, too_many

MAX_BODY = 3 * 1024 * 1024
"""Meta's own limit for a webhook."""
AT_ONCE = 64
"""Requests that share one commit."""
STORE_SECONDS = 5
"""After which a vendor may try again when the store is down."""
_BAD_BURST, _BAD_PER_SECOND = 60, 1.0
"""Requests that were refused, per peer; those that a vendor signed are not counted."""

Take = Callable[[Sequence[Brought]], Sequence[Heard | Refused]]


class Keeper:
    """Lets requests that come at the same time share a commit: each waits for one, none waits for many."""

    def __init__(self, take: Take, executor: Executor) -> None:
        self._take, self._executor = take, executor
        self._waiting: list[tuple[Brought, asyncio.Future[Heard | Refused]]] = []
        self._turn: asyncio.Task[None] | None = None

    async def keep(self, one: Brought) -> Heard | Refused:
        """Raises what ``take`` raises."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Heard | Refused] = loop.create_future()
        self._waiting.append((one, answer))
        if self._turn is None:
            self._turn = loop.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                turn, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                try:
                    answers = await loop.run_in_executor(self._executor, self._take, [one for one, _ in turn])
                except Exception as error:  # noqa: BLE001 - each of them is told, and the next turn goes on
                    for _one, future in turn:
                        if not future.done():
                            future.set_exception(error)
                else:
                    for (_one, future), answer in zip(turn, answers, strict=True):
                        if not future.done():
                            future.set_result(answer)
        finally:
            self._turn = None


class Hooks:
    """The routes of all accounts; ``known`` says which names there are."""

    def __init__(
        self,
        take: Take,
        known: Callable[[str], bool],
        now: Callable[[], datetime],
        executor: Executor,
        *,
        behind_proxy: bool,
    ) -> None:
        self._keeper, self._known, self._now = Keeper(take, executor), known, now
        self._behind_proxy = behind_proxy
        self._bodies = Bodies(MAX_BODY)
        self._bad = Allowance(_BAD_BURST, _BAD_PER_SECOND)

    def routes(self) -> list[Route]:
        paths = ("/hooks/{account}", "/hooks/{account}/{rest:path}")
        return [Route(path, self._answer, methods=["GET", "POST"]) for path in paths]

    async def _answer(self, request: Request) -> Response:
        peer = peer_of(request, behind_proxy=self._behind_proxy)
        if wait := self._bad.wait(peer):
            raise too_many(wait)
        try:
            return await self._heard(request, peer)
        except HTTPException as refusal:
            if refusal.status_code < 500:
                self._bad.spend(peer)
            raise

    async def _heard(self, request: Request, peer: str) -> Response:
        account = request.path_params["account"]
        if not self._known(account):
            raise HTTPException(404)
        hook = hook_of(request, await self._bodies.of(request, peer), self._now())
        try:
            answer = await self._keeper.keep(Brought(account, hook))
        except StoreError:
            raise HTTPException(503, headers={"Retry-After": str(STORE_SECONDS)}) from None
        if isinstance(answer, Heard):
            headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
            return Response(answer.answer, 200, headers, media_type=answer.content_type)
        if answer.code == BAD_SIGNATURE:
            raise HTTPException(401)
        raise HTTPException(404 if answer.code == NO_SUCH_ACCOUNT else 500)


def hook_of(request: Request, body: bytes, now: datetime) -> Hook:
    """The request as it came, byte for byte."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    rest = request.path_params.get("rest", "")
    return Hook(
        method=request.method,
        path=f"/{rest}" if rest else "",
        query=request.url.query,
        headers=headers,
        body=body,
        received_at=now,
    )


async def refused(_request: Request, error: Exception) -> Response:
    """A status without a word: who is refused learns nothing from it."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(getattr(error, "headers", None) or {})
    return Response(b"", status, headers)
