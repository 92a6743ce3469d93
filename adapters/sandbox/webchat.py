"""A guest's browser in the web chat, without a browser: it asks the receiver as the page's script does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import msgspec

from adapters._http import Http


class SandboxBrowser:
    """One guest; ``look`` is what the page does every few seconds, ``on_answer`` hears what it finds."""

    def __init__(self, base_url: str, inbox: str, name: str = "", email: str = "") -> None:
        self._http = Http(base_url)
        self._root = f"/public/api/v1/inboxes/{inbox}/contacts"
        self._claims = {"name": name, "email": email}
        self._talk = ""
        self._known: set[int] = set()
        self.on_answer: list[Callable[[str], None]] = []

    def resume(self, key: str, since: int) -> None:
        """Go on with the conversation of this key; answers from before ``since`` (Unix time) are no news.

        Raises ``ChannelError``."""
        talks = f"{self._root}/{key}/conversations"
        (talk,) = msgspec.json.decode(self._http.read(talks).content)
        self._talk = f"{talks}/{talk['id']}"
        self._known = {line["id"] for line in talk["messages"] if line["created_at"] < since}

    def write(self, text: str, echo: str = "") -> None:
        """Raises ``ChannelError``; opens the conversation with the first message.

        ``echo`` names a message, so that it may be written again when nobody knows whether it arrived."""
        if not self._talk:
            contact = self._post(self._root, self._claims)
            place = f"{self._root}/{contact['source_id']}/conversations"
            self._talk = f"{place}/{self._post(place, {})['id']}"
        self._post(f"{self._talk}/messages", {"content": text, "echo_id": echo or uuid4().hex})

    def look(self) -> list[str]:
        """New answers of the hotel's, which the guest has then seen. Raises ``ChannelError``."""
        if not self._talk:
            return []
        lines: list[dict[str, Any]] = msgspec.json.decode(self._http.read(f"{self._talk}/messages").content)
        fresh = [line for line in lines if line["message_type"] == 1 and line["id"] not in self._known]
        if fresh:
            self._known.update(line["id"] for line in fresh)
            self._post(f"{self._talk}/update_last_seen", {})
        for line in fresh:
            for hears in self.on_answer:
                hears(line["content"])
        return [line["content"] for line in fresh]

    def close(self) -> None:
        self._http.close()

    def _post(self, path: str, document: object) -> dict[str, Any]:
        answer = self._http.send(path, json=msgspec.json.encode(document))
        found: dict[str, Any] = msgspec.json.decode(answer.content)
        return found
