"""A channel whose guests sit in a browser that asks us: there is no vendor, only a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, runtime_checkable

from tui_inbox.domain.message import Delivery
from tui_inbox.domain.visitor import Visitor
from tui_inbox.ports.channel import Envelope


class ChatRules(NamedTuple):
    """What the receiver must know to serve one chat."""

    channel: str
    inbox: str
    """Its name in the page's address: no secret."""
    origins: Sequence[str]
    """Sites that may show the page in a frame or use the interface from their own scripts."""
    welcome: str
    messages_per_minute: int
    """Of one browser."""
    contacts_per_hour: int
    """Of one address on the Internet."""
    max_chars: int


@runtime_checkable
class ServesChat(Protocol):
    name: str

    @property
    def chat(self) -> ChatRules: ...

    def proven(self, identifier: str, proof: str) -> bool:
        """Did the hotel's own site sign this identifier? Compared in constant time; False where no secret is set."""
        ...

    def said(self, visitor: Visitor, text: str, echo_id: str, at: datetime) -> Envelope:
        """A guest's message; the same ``echo_id`` of a visitor is the same message."""
        ...

    def became(self, external_id: str, state: Delivery, at: datetime) -> Envelope:
        """A message of ours reached the browser, or was seen there."""
        ...
