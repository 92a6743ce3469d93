"""``/unsubscribe/TOKEN``: looking changes nothing (mail scanners look), the button or a mail program's own does.

The second is RFC 8058: a POST without cookies that is answered at once.
"""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui_inbox.domain.errors import Refused, StoreError
from tui_inbox.domain.message import MessageClass
from tui_inbox.services import unsubscribing
from tui_inbox.wording import N_, translated
from tui_inbox.worker.receiver.chat_page import language_of
from tui_inbox.worker.receiver.limits import Allowance, Bodies, peer_of, too_many

if TYPE_CHECKING:
    from tui_inbox.worker.receiver.chat import House

_BURST, _PER_SECOND = 30, 0.5
"""Tries of one address on the Internet; a mail provider presses the button of many guests from few addresses."""
_MAX_BODY = 4 * 1024
ASK, PRESS, DONE, BAD = (
    {
        MessageClass.MARKETING: N_("No more offers by e-mail from {hotel}?"),
        MessageClass.TRANSACTIONAL: N_("No more notices by e-mail from {hotel}, not even about a booking?"),
    },
    N_("Unsubscribe"),
    N_("Done: you get no more of these."),
    N_("This link does not work any more. Answer the e-mail with STOP instead."),
)
_PAGE = (
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="robots" content="noindex"><title>{hotel}</title><main><h1>{hotel}</h1><p>{words}</p>{button}</main>'
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}

T = TypeVar("T")


class Unsubscribing:
    """Two routes over one store; there are none where no public address leads here."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._bad = Allowance(_BURST, _PER_SECOND)
        self._bodies = Bodies(_MAX_BODY)

    def routes(self) -> list[Route]:
        if not self._house.desk.public_url:
            return []
        path = "/unsubscribe/{code}"
        return [Route(path, self._look, methods=["GET"]), Route(path, self._press, methods=["POST"])]

    async def _look(self, request: Request) -> Response:
        peer = self._peer(request)
        found = await self._in_store(self._read, request.path_params["code"])
        if found is None:
            return self._refused(request, peer)
        return self._page(request, 200, ASK[found], button=True)

    async def _press(self, request: Request) -> Response:
        peer = self._peer(request)
        await self._bodies.of(request, peer)
        try:
            await self._in_store(self._write, request.path_params["code"])
        except Refused:
            return self._refused(request, peer)
        return self._page(request, 200, DONE)

    def _peer(self, request: Request) -> str:
        peer = peer_of(request, behind_proxy=self._house.behind_proxy)
        if wait := self._bad.wait(peer):
            raise too_many(wait)
        return peer

    def _read(self, code: str) -> MessageClass | None:
        with self._house.store.read() as tx:
            return unsubscribing.looked_at(tx, code, self._house.clock.now())

    def _write(self, code: str) -> None:
        with self._house.store.write() as tx:
            unsubscribing.by_page(tx, self._house.desk, code, self._house.clock.now())

    async def _in_store(self, work: Callable[[str], T], code: str) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._house.executor, partial(work, code))
        except StoreError:
            raise HTTPException(503, headers={"Retry-After": "5"}) from None

    def _refused(self, request: Request, peer: str) -> Response:
        self._bad.spend(peer)
        return self._page(request, 404, BAD)

    def _page(self, request: Request, status: int, words: str, *, button: bool = False) -> Response:
        desk = self._house.desk
        language = language_of(request, desk.language)
        press = html.escape(translated(PRESS, language))
        values = {
            "lang": language,
            "hotel": html.escape(desk.hotel),
            "words": html.escape(translated(words, language).format(hotel=desk.hotel)),
            "button": f'<form method="post"><button>{press}</button></form>' if button else "",
        }
        return Response(_PAGE.format(**values), status, _HEADERS, media_type="text/html; charset=utf-8")
