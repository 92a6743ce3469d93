"""What is to leave, and what vendors are to be told, as the store keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from tui_inbox.domain.deed import Act, PendingDeed
from tui_inbox.domain.outbox import OutboxState, Outgoing, Sender
from tui_inbox.rows import (
    Key,
    OutboxRow,
)


class Outbox(Protocol):
    def get(self, outbox_id: int) -> Outgoing | None: ...

    def load(self, outbox_id: int) -> Outgoing: ...

    def sender(self, outgoing: Outgoing) -> Sender:
        """Raises ``NotFound`` when its conversation is gone."""
        ...

    def add(self, outgoing: Outgoing) -> Outgoing | None:
        """None when the dedupe key was used before."""
        ...

    def move(self, outgoing: Outgoing, state: OutboxState, now: datetime, **values: Any) -> Outgoing | None:
        """Compare-and-set from ``outgoing.state`` and version to ``state``; None when another was faster.

        Refuses (``ValueError``) what ``domain.outbox.allowed`` forbids. ``values`` are other fields of
        ``Outgoing`` to write with it.
        """
        ...

    def due(self, now: datetime, limit: int) -> Sequence[Outgoing]:
        """Held rows whose time has come, retry_wait rows that may go again: oldest first."""
        ...

    def claimable(self, accounts: Sequence[str], now: datetime, limit: int) -> Sequence[Outgoing]:
        """Queued rows in order, one per (account, address): an earlier queued or in-flight row holds the later
        ones back, an unknown one does not. PostgreSQL skips locked rows."""
        ...

    def in_state(self, states: Sequence[OutboxState], limit: int, account: str = "") -> Sequence[Outgoing]: ...

    def used(self, dedupe_key: str) -> bool:
        """Is a row with this key there, in whatever state?"""
        ...

    def by_provider(self, account: str, provider_id: str) -> Outgoing | None: ...

    def by_message(self, message_id: int) -> Outgoing | None: ...

    def by_ref(self, account: str, message_ref: str) -> Outgoing | None:
        """By what of ours a vendor gives back: the ``message_ref`` of a mail, else the ``dedupe_key``."""
        ...

    def private_to(self, account: str, address: str, target: str) -> Outgoing | None:
        """The private answer to this comment that was sent or is on its way."""
        ...

    def unfinished(self, account: str, since: datetime, limit: int) -> Sequence[Outgoing]:
        """Accepted or delivered rows whose receipts are still moving."""
        ...

    def waiting_for_guest(self, conversation_id: int) -> Sequence[Outgoing]:
        """Held rows with ``hold_if_guest_writes``."""
        ...

    def segments_since(self, account: str, channels: Sequence[str], since: datetime) -> int:
        """SMS parts of ours that left, are on their way or failed after the vendor took them."""
        ...

    def segments_left(self, account: str, channels: Sequence[str], since: datetime, until: datetime) -> int:
        """SMS parts that this account handed over to the vendor in this time."""
        ...

    def held_for(self, reason: str, account: str, limit: int) -> Sequence[Outgoing]:
        """Held rows with this reason, oldest first."""
        ...

    def bound_ids(self, account: str, provider_ids: Sequence[str]) -> set[str]:
        """Those of the ids that a row already owns."""
        ...

    def attempt(self, outbox_id: int, n: int, at: datetime) -> int:
        """Record an attempt before the first byte; returns its id."""
        ...

    def attempt_ended(
        self, attempt_id: int, at: datetime, outcome: str, error: str = "", http_status: int | None = None
    ) -> None: ...

    def screen(self, states: Sequence[OutboxState], after: Key | None, limit: int) -> Sequence[OutboxRow]:
        """For the outbox screen, newest first."""
        ...

    def sent(
        self,
        after: Key | None,
        limit: int,
        *,
        category: str = "",
        template: str = "",
        channel: str = "",
        author: str = "",
        guest_id: int | None = None,
    ) -> Sequence[OutboxRow]:
        """Everything sent on the hotel's behalf, newest first; ``category`` is an ``Origin`` or ``MessageClass``."""
        ...

    def tags_used(self, account: str, since: datetime) -> Mapping[str, int]:
        """How many messages went under each of the vendor's tags; ``human``: past the window, as a person's word."""
        ...

    def templates_used(self, account: str, since: datetime) -> Mapping[str, int]:
        """How many of the vendor's templates were sent, by their category (empty: not known any more)."""
        ...

    def same_text(self, conversation_id: int, body_hash: str) -> bool:
        """Is the fate of a row with this text unknown in this conversation (for the warning before a repeat)?"""
        ...

    def held_by(self, operator: str, conversation_id: int | None = None) -> Outgoing | None:
        """The newest row that this operator may still take back (not the planned ones)."""
        ...

    def work_ahead(self, now: datetime, until: datetime) -> int:
        """Rows held, queued, in flight, or due before ``until``: why a worker must not end yet."""
        ...


class Deeds(Protocol):
    """What vendors are still to be told besides messages."""

    def want(self, pending: PendingDeed) -> None:
        """Queue it; a newer wish about the same message takes the older one's place, done or not."""
        ...

    def due(self, now: datetime, limit: int, account: str = "") -> Sequence[PendingDeed]: ...

    def last(self, conversation_id: int, act: Act) -> PendingDeed | None:
        """The newest of this kind, whatever became of it."""
        ...

    def prune(self, before: datetime) -> int: ...

    def ended(self, pending: PendingDeed) -> bool:
        """Write how it went (state, tries, reason, ``not_before``); False when a newer wish has replaced it."""
        ...
