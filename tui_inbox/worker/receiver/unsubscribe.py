"""``/unsubscribe/TOKEN``: the button, or a mail program's own, ends one kind of mail for one guest.

The second is RFC 8058: a POST without cookies that is answered at once.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui_inbox.domain.errors import Refused
from tui_inbox.domain.message import MessageClass
from tui_inbox.services import unsubscribing
from tui_inbox.wording import N_
from tui_inbox.worker.receiver.chat_page import language_of
from tui_inbox.worker.receiver.guest_page import GuestPage, Said

ASK, PRESS, DONE, BAD = (
    {
        MessageClass.MARKETING: N_("No more offers by e-mail from {hotel}?"),
        MessageClass.TRANSACTIONAL: N_("No more notices by e-mail from {hotel}, not even about a booking?"),
    },
    N_("Unsubscribe"),
    N_("Done: you get no more of these."),
    N_("This link does not work any more. Answer the e-mail with STOP instead."),
)


class Unsubscribing:
    """Two routes over one store; there are none where no public address leads here."""

    def __init__(self, page: GuestPage) -> None:
        self._page, self._house = page, page.house

    def routes(self) -> list[Route]:
        if not self._house.desk.public_url:
            return []
        path = "/unsubscribe/{code}"
        return [Route(path, self._look, methods=["GET"]), Route(path, self._press, methods=["POST"])]

    async def _look(self, request: Request) -> Response:
        peer, language = await self._page.admit(request), self._language(request)
        found = await self._page.in_store(self._read, request.path_params["code"])
        if found is None:
            return self._page.refused(language, peer, BAD)
        return self._page.shown(language, Said(ASK[found], PRESS))

    async def _press(self, request: Request) -> Response:
        peer, language = await self._page.admit(request), self._language(request)
        try:
            await self._page.in_store(self._write, request.path_params["code"])
        except Refused:
            return self._page.refused(language, peer, BAD)
        return self._page.shown(language, Said(DONE))

    def _language(self, request: Request) -> str:
        return language_of(request, self._house.desk.language)

    def _read(self, code: str) -> MessageClass | None:
        with self._house.store.read() as tx:
            return unsubscribing.looked_at(tx, code, self._house.clock.now())

    def _write(self, code: str) -> None:
        with self._house.store.write() as tx:
            unsubscribing.by_page(tx, self._house.desk, code, self._house.clock.now())
