"""Vendors' own calls: brought to the hotel's receiver, and again until they are taken."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from urllib.parse import urlsplit

from adapters.sandbox.agenda import Agenda

AGAIN = 2.0
"""Seconds until a call that was not taken comes again; a real vendor waits longer."""

Deliver = Callable[[bytes, dict[str, str]], bool]
"""Bring one webhook; False: it was not taken."""


def by_http(url: str) -> Deliver:
    """To a receiver on this machine, such as ``http://127.0.0.1:8765/hooks/desk-whatsapp``."""
    place = urlsplit(url)

    def deliver(body: bytes, headers: dict[str, str]) -> bool:
        connection = http.client.HTTPConnection(place.hostname or "127.0.0.1", place.port, timeout=5)
        try:
            connection.request("POST", place.path, body, headers)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return deliver


class Postman:
    """One account's webhooks, carried by the agenda."""

    def __init__(self, agenda: Agenda, deliver: Deliver) -> None:
        self._agenda, self._deliver = agenda, deliver

    def post(self, body: bytes, headers: dict[str, str]) -> None:
        self._agenda.add(0.0, lambda: self._bring(body, headers))

    def _bring(self, body: bytes, headers: dict[str, str]) -> None:
        if not self._deliver(body, headers):
            self._agenda.add(AGAIN, lambda: self._bring(body, headers))
