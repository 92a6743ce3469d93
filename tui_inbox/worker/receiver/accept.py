"""``/terms/TOKEN``: a guest reads which terms have changed, and the button accepts them."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui_inbox.domain.errors import Refused
from tui_inbox.services import terms
from tui_inbox.services.accept_links import PATH
from tui_inbox.services.terms import Asking
from tui_inbox.services.variables import day_in_words
from tui_inbox.wording import LANGUAGES, N_
from tui_inbox.worker.receiver.chat_page import language_of
from tui_inbox.worker.receiver.guest_page import GuestPage, Said

ASK = N_("The terms for your stay have changed: {name}. Please read them before you accept.")
READ = N_("Read the terms")
PRESS = N_("I accept these terms")
DONE = N_("Thank you. You accepted “{name}” on {day} at {time}.")
BAD = N_("This link does not work any more. Answer our message with YES instead, or write to us.")


class Accepting:
    """Two routes over one store; there are none where no public address leads here."""

    def __init__(self, page: GuestPage) -> None:
        self._page, self._house = page, page.house

    def routes(self) -> list[Route]:
        if not self._house.desk.public_url:
            return []
        path = f"{PATH}/{{code}}"
        return [Route(path, self._look, methods=["GET"]), Route(path, self._press, methods=["POST"])]

    async def _look(self, request: Request) -> Response:
        return await self._answered(request, self._read)

    async def _press(self, request: Request) -> Response:
        return await self._answered(request, self._write)

    async def _answered(self, request: Request, work: Callable[[str], Asking]) -> Response:
        peer = await self._page.admit(request)
        browser = language_of(request, self._house.desk.language)
        try:
            found = await self._page.in_store(work, request.path_params["code"])
        except Refused:
            return self._page.refused(browser, peer, BAD)
        language = found.language if found.language in LANGUAGES else browser
        return self._page.shown(language, self._said(found, language))

    def _said(self, asking: Asking, language: str) -> Said:
        link = (asking.link, READ)
        if asking.accepted_at is None:
            return Said(ASK, PRESS, link, asking.note, (("name", asking.name),))
        at = asking.accepted_at.astimezone(self._house.desk.zone)
        values = {"name": asking.name, "day": day_in_words(at.date(), language), "time": f"{at:%H:%M}"}
        return Said(DONE, "", link, "", tuple(values.items()))

    def _read(self, code: str) -> Asking:
        with self._house.store.read() as tx:
            return terms.looked_at(tx, self._house.desk, code, self._house.clock.now())

    def _write(self, code: str) -> Asking:
        with self._house.store.write() as tx:
            return terms.by_page(tx, self._house.desk, code, self._house.clock.now())
