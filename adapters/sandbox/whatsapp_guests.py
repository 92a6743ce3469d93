"""A guest of the simulated WhatsApp number; and Meta's calls, which come again until they are taken."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from urllib.parse import urlsplit

from adapters.sandbox.guests import ANSWER_AFTER, Agenda
from adapters.sandbox.whatsapp_cloud_account import SentMessage, WhatsAppAccount

TICK = 0.3
"""Seconds between two looks at what has been delivered or read."""
_AGAIN = 5.0
_GUEST, _NAME, _USER = "+46701740605", "Nora Lindqvist", "SE.88123456789"

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


class WhatsAppGuests:
    """One guest who answers what she is sent, each time in another way."""

    def __init__(self, account: WhatsAppAccount, agenda: Agenda, deliver: Deliver) -> None:
        self._account, self._agenda, self._deliver = account, agenda, deliver
        self._answers = 0

    def begin(self) -> None:
        self._account.on_hook.append(lambda body, headers: self._agenda.add(0.0, lambda: self._bring(body, headers)))
        self._account.on_sent.append(self._heard)
        self._agenda.add(1.0, lambda: self._say("Hej! Is there a sauna, and until when?"))
        self._agenda.add(TICK, self._tick)

    def _tick(self) -> None:
        self._account.run_due()
        self._agenda.add(TICK, self._tick)

    def _bring(self, body: bytes, headers: dict[str, str]) -> None:
        if not self._deliver(body, headers):
            self._agenda.add(_AGAIN, lambda: self._bring(body, headers))

    def _heard(self, message: SentMessage) -> None:
        if message.type == "reaction" or message.to not in (_GUEST.removeprefix("+"), _USER):
            return
        acts = (
            lambda: self._write("reaction", {"message_id": message.id, "emoji": "👍"}),
            lambda: self._say("Perfect, thank you! We are at the lake now:"),
            lambda: self._write("location", {"latitude": 45.8924, "longitude": 6.1302, "name": "Le Pâquier"}),
            lambda: self._say("See you tonight.", context=message.id),
        )
        if self._answers < len(acts):
            self._agenda.add(ANSWER_AFTER, acts[self._answers])
            self._answers += 1

    def _say(self, text: str, context: str = "") -> None:
        self._account.receive(_GUEST, "text", {"body": text}, name=_NAME, user_id=_USER, context=context)

    def _write(self, kind: str, content: dict[str, object]) -> None:
        self._account.receive(_GUEST, kind, content, name=_NAME, user_id=_USER)
