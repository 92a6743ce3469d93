"""The relay as a letterbox: asked over HTTPS, told what is kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

import msgspec

from adapters._http import Http, Limits, bearer
from tui_inbox.domain.errors import NotSent
from tui_inbox.ports.letterbox import BAD_SIGNATURE, Letter, Sealed
from tui_inbox.ports.secrets import Secret

log = logging.getLogger("tui_inbox.worker")

_TOLD = 1000
AGAIN = 60.0
"""Seconds."""


class HttpRelay:
    """A ``tui-inbox relay`` on another machine."""

    name = "relay"

    def __init__(
        self,
        base_url: str,
        token: Secret,
        limits: Limits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ``Refused("bad_base_url")``."""
        self._http = Http(base_url, auth=bearer(token), limits=limits)
        self._told: set[str] = set()
        self._last = self._passed = ""
        """The newest letter that was seen, and up to which a whole round has taken what it could."""
        self._again_at = 0.0
        self._monotonic = monotonic

    def waiting(self, after: str, limit: int) -> Sequence[Letter]:
        """What had to stay is asked for again only once a minute: it may be much."""
        if not after:
            if self._monotonic() >= self._again_at:
                self._passed, self._again_at = "", self._monotonic() + AGAIN
            after = self._passed
        found = self._page(after, limit)
        if found:
            self._last = found[-1].id
        else:
            self._passed = self._last
        return found

    def _page(self, after: str, limit: int) -> Sequence[Letter]:
        answer = self._http.read("/envelopes", {"after": after, "limit": str(limit)})
        try:
            return msgspec.json.decode(answer.content, type=Sealed).envelopes
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise NotSent("broken_answer", http_status=answer.status) from None

    def remove(self, ids: Sequence[str]) -> None:
        if ids:
            self._http.tell("POST", "/envelopes/ack", json=msgspec.json.encode({"ids": list(ids)}))

    def reject(self, letter: Letter, code: str) -> None:
        """A forged one is removed; what we only do not understand (yet) stays with the relay."""
        if code == BAD_SIGNATURE:
            self.remove([letter.id])
        elif letter.id not in self._told:
            log.error("relay: request %s for “%s” stays there: %s", letter.id[:40], letter.account[:40], code)
            if len(self._told) < _TOLD:
                self._told.add(letter.id)

    def close(self) -> None:
        self._http.close()
