"""Booking.com's calls, signed, and signed anew once where the vendor refused the token."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw

from adapters._json import answered, decoded
from adapters._ota import checked_id, is_id
from adapters.booking_com import wire
from adapters.booking_com.tokens import Identity, signed
from tui_inbox.domain.errors import Malformed, Rejected

if TYPE_CHECKING:
    from adapters._answers import Answer
    from adapters._http import Http

_MOST_PAGES = 40
_KEPT = 5000


class Calls:
    """What the parts of the adapter ask; knows in which property a conversation is."""

    def __init__(self, http: Http, identity: Identity, properties: tuple[str, ...]) -> None:
        self._http = http
        self._identity = identity
        self._properties = properties
        self._property_of: dict[str, str] = {}

    def read(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        return signed(self._identity, lambda: self._http.read(path, params))

    def send(self, path: str, body: object) -> Answer:
        return signed(self._identity, lambda: self._http.send(path, json=msgspec.json.encode(body)))

    def tell(self, method: str, path: str, body: object = None, params: Mapping[str, str] | None = None) -> Answer:
        """A write that may be repeated, or whose caller never repeats it."""
        content = None if body is None else msgspec.json.encode(body)
        return signed(self._identity, lambda: self._http.tell(method, path, json=content, params=params))

    def place(self, conversation: str) -> str:
        """Path of a conversation. Raises ``Rejected("not_found")`` when no property of ours has it."""
        checked_id(conversation)
        if len(self._properties) == 1:
            return f"/properties/{self._properties[0]}/conversations/{conversation}"
        if conversation not in self._property_of:
            for property_id in self._properties:
                path = f"/properties/{property_id}/conversations/{conversation}"
                try:
                    self.read(path)
                except Rejected:
                    continue
                self.remember(conversation, property_id)
                break
            else:
                raise Rejected("not_found")
        return f"/properties/{self._property_of[conversation]}/conversations/{conversation}"

    def remember(self, conversation: str, property_id: str) -> None:
        if len(self._property_of) < _KEPT:
            self._property_of[conversation] = property_id

    def resolved(self, address: str) -> str:
        """The conversation behind a guest's address: itself, or that of a reservation, which always has one."""
        if "-" in address:
            return checked_id(address)
        for property_id in self._properties:
            try:
                answer = self.read(
                    f"/properties/{property_id}/conversations/type/reservation", {"conversation_reference": address}
                )
            except Rejected:
                continue
            conversation = wire.text(_talk(bytes(answered(answer, wire.TalkAnswer).data.conversation)).conversation_id)
            if is_id(conversation):
                self.remember(conversation, property_id)
                return conversation
        raise Rejected("no_such_booking")

    def walk(self, path: str, start: datetime | None) -> Iterator[tuple[wire.Message, bytes, bytes]]:
        """A thread's messages, newest first, each with its bytes and its conversation's; ends behind ``start``."""
        page = ""
        for _page in range(_MOST_PAGES):
            data = answered(self.read(path, {"page_id": page} if page else None), wire.TalkAnswer).data
            facts = _page_of(bytes(data.conversation))
            talk = msgspec.json.encode(_talk(bytes(data.conversation)))
            reached = False
            for row in facts.messages or ():
                message = message_of(bytes(row))
                if start is not None and message.at is not None and message.at < start:
                    reached = True
                    continue
                yield message, bytes(row), talk
            page = wire.text(data.next_page_id) or wire.text(facts.next_page_id)
            if reached or not page:
                return


def message_of(raw: bytes) -> wire.Message:
    """As much of a message as its envelope is named by: its id at least, where even that can be read."""
    try:
        return decoded(raw, wire.Message)
    except Malformed:
        pass
    try:
        return wire.Message(message_id=decoded(raw, wire.Named).message_id)
    except Malformed:
        return wire.Message()


def name_of(raw: bytes) -> str:
    """What its envelope is called: its id; one without is known by its bytes, so that it is kept and quarantined."""
    return (message_of(raw).id or f"nameless:{hashlib.sha256(raw).hexdigest()[:32]}")[:200]


def told(raw: bytes, property_id: str, talk: bytes = b"null") -> bytes:
    """A message as it is stored: the vendor's bytes, with what was known of its conversation."""
    return msgspec.json.encode({"message": Raw(raw), "property_id": property_id, "talk": Raw(talk)})


def _talk(raw: bytes) -> wire.Talk:
    try:
        return decoded(raw, wire.Talk)
    except Malformed:
        return wire.Talk()


def _page_of(raw: bytes) -> wire.TalkPage:
    try:
        return decoded(raw, wire.TalkPage)
    except Malformed:
        return wire.TalkPage()
