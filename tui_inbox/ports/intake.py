"""Accounts, what came in by them, and how they did, as the store keeps it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tui_inbox.domain.visitor import ChatLine, Visitor
from tui_inbox.rows import (
    AccountRow,
    QuarantineRow,
    UsageRow,
)


class Inbounds(Protocol):
    """Raw envelopes: stored first, read later."""

    def store(self, account: str, envelopes: Sequence[tuple[str, str, bytes]], received_at: datetime) -> Sequence[int]:
        """(external_id, kind, raw) rows; those stored before are skipped. Returns the new ids."""
        ...

    def known(self, account: str, external_ids: Collection[str]) -> set[str]:
        """Those of them that were stored before, whatever became of them."""
        ...

    def pending(self, account: str, limit: int, after: int = 0) -> Sequence[tuple[int, str, str, bytes]]:
        """Not applied yet with an id beyond ``after``, oldest first: (id, external_id, kind, raw).

        A receipt that waits for its message stays pending; ``after`` steps over it.
        """
        ...

    def still_pending(self, inbound_ids: Sequence[int]) -> set[int]:
        """Those that nobody has applied or set aside meanwhile; locked as by ``load``."""
        ...

    def applied(self, inbound_id: int, at: datetime, *, ignored: bool = False) -> None: ...

    def applied_all(self, inbound_ids: Sequence[int], at: datetime, *, ignored: bool = False) -> None:
        """The same for a whole page, in one statement."""
        ...

    def quarantine(self, inbound_id: int, reason: str, params: Mapping[str, str | int]) -> None: ...

    def quarantined(self, account: str, limit: int) -> Sequence[QuarantineRow]:
        """Empty account: all."""
        ...

    def requeue(self, inbound_id: int) -> None:
        """From quarantine back to pending."""
        ...

    def raw(self, inbound_id: int) -> bytes | None: ...

    def prune(self, before: datetime, limit: int) -> int:
        """Forget the raw bytes of applied envelopes (their ids stay, for ever)."""
        ...


class Visitors(Protocol):
    """Browsers in the web chat."""

    def by_key(self, account: str, key_hash: str) -> Visitor | None: ...

    def add(self, visitor: Visitor) -> Visitor: ...

    def wrote(self, visitor_id: int, at: datetime) -> None: ...

    def saw(self, visitor_id: int, at: datetime) -> None: ...

    def thread(self, account: str, channel: str, address: str, limit: int) -> Sequence[ChatLine]:
        """The newest ``limit`` of what was said on this line, oldest first: neither notes nor what has not left."""
        ...

    def prune(self, before: datetime, limit: int) -> int:
        """Forget those who opened the chat before this moment and never wrote."""
        ...


class Accounts(Protocol):
    def get(self, name: str, *, for_change: bool = False) -> AccountRow | None: ...

    def all(self) -> Sequence[AccountRow]: ...

    def put(self, account: AccountRow) -> None: ...

    def cursor(self, account: str, stream: str) -> str: ...

    def set_cursor(self, account: str, stream: str, value: str, at: datetime) -> None: ...

    def usage(self, account: str) -> Sequence[UsageRow]: ...

    def put_usage(self, usage: UsageRow) -> None: ...


class Scores(Protocol):
    """What an estimate of a site's reply score is made from, of everybody who wrote since then."""

    def said(self, account: str, channel: str, since: datetime) -> Sequence[tuple[int, datetime, bool]]:
        """(conversation, moment, written by the hotel), by conversation, oldest first; machines left out."""
        ...

    def marks(self, first: datetime, last: datetime, limit: int) -> Sequence[tuple[int, str, datetime]]:
        """(conversation, guest's name, mark) of answers that a vendor counts as late in (first, last]."""
        ...

    def waived(self, account: str, channel: str, since: datetime) -> Sequence[tuple[int, datetime]]:
        """(conversation, moment) of each «no reply needed» that still holds."""
        ...
