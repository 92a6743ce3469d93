"""Pages with one button, behind a link that we signed: looking changes nothing (mail scanners look), pressing does."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tui_inbox.domain.errors import StoreError
from tui_inbox.wording import translated
from tui_inbox.worker.receiver.limits import Allowance, Bodies, peer_of, too_many

if TYPE_CHECKING:
    from tui_inbox.worker.receiver.chat import House

_BURST, _PER_SECOND = 30, 0.5
"""Tries of one address on the Internet; a mail provider presses the button of many guests from few addresses."""
_MAX_BODY = 4 * 1024
_PAGE = (
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="robots" content="noindex"><title>{hotel}</title><main><h1>{hotel}</h1>{said}</main>'
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}

T = TypeVar("T")


class Said(NamedTuple):
    """What a page says, marked for the catalogue, and what is put in."""

    words: str
    press: str = ""
    """Of its button; empty: none."""
    link: tuple[str, str] | None = None
    """(address, words) of a link."""
    note: str = ""
    """As it was written."""
    values: tuple[tuple[str, str], ...] = ()


class GuestPage:
    """What all of them share: guesses that are slowed down, a store beside the loop, a page without script."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._bad = Allowance(_BURST, _PER_SECOND)
        self._bodies = Bodies(_MAX_BODY)

    async def admit(self, request: Request) -> str:
        """Who asks, its body read and forgotten. Raises ``HTTPException`` 429 for whoever guessed too often."""
        peer = peer_of(request, behind_proxy=self.house.behind_proxy)
        if wait := self._bad.wait(peer):
            raise too_many(wait)
        if request.method == "POST":
            await self._bodies.of(request, peer)
        return peer

    async def in_store(self, work: Callable[[str], T], code: str) -> T:
        """Raises ``HTTPException`` 503, ``Refused``."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self.house.executor, partial(work, code))
        except StoreError:
            raise HTTPException(503, headers={"Retry-After": "5"}) from None

    def refused(self, language: str, peer: str, words: str) -> Response:
        """For a link that is not good, which counts as a guess."""
        self._bad.spend(peer)
        return self.shown(language, Said(words), 404)

    def shown(self, language: str, said: Said, status: int = 200) -> Response:
        hotel = self.house.desk.hotel
        words = translated(said.words, language).format(hotel=hotel, **dict(said.values))
        parts = [f"<p>{html.escape(words)}</p>"]
        if said.note:
            parts.append(f"<p>{html.escape(said.note)}</p>")
        if said.link is not None:
            address, label = said.link
            shown = html.escape(translated(label, language))
            parts.append(f'<p><a href="{html.escape(address)}" rel="noopener noreferrer">{shown}</a></p>')
        if said.press:
            parts.append(f'<form method="post"><button>{html.escape(translated(said.press, language))}</button></form>')
        page = _PAGE.format(lang=language, hotel=html.escape(hotel), said="".join(parts))
        return Response(page, status, _HEADERS, media_type="text/html; charset=utf-8")
