"""The outbox screen and the list of everything sent on the hotel's behalf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui_inbox.domain.outbox import OutboxState
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import Key, OutboxRow

WAITING = (
    OutboxState.HELD,
    OutboxState.QUEUED,
    OutboxState.CLAIMED,
    OutboxState.INFLIGHT,
    OutboxState.RETRY_WAIT,
)
TROUBLED = (OutboxState.FAILED, OutboxState.EXPIRED, OutboxState.UNKNOWN, OutboxState.NEEDS_OPERATOR)

OFFERS: Mapping[OutboxState, tuple[str, ...]] = {
    OutboxState.HELD: ("cancel", "send_again"),
    OutboxState.QUEUED: ("cancel",),
    OutboxState.RETRY_WAIT: ("cancel",),
    OutboxState.FAILED: ("send_again", "drop"),
    OutboxState.EXPIRED: ("send_again", "drop"),
    OutboxState.UNKNOWN: ("it_arrived",),
    OutboxState.NEEDS_OPERATOR: ("it_arrived", "send_again", "drop"),
}
"""What an operator may do with a row: names of functions in ``services.delivery``."""


def outbox(
    tx: Transaction,
    after: Key | None = None,
    limit: int = 50,
    states: Sequence[OutboxState] = (*TROUBLED, *WAITING),
) -> Sequence[OutboxRow]:
    """What waits, failed or is unknown, newest first."""
    return tx.outbox.screen(states, after, limit)


def sent(
    tx: Transaction,
    after: Key | None = None,
    limit: int = 50,
    *,
    category: str = "",
    template: str = "",
    channel: str = "",
    author: str = "",
    guest_id: int | None = None,
) -> Sequence[OutboxRow]:
    """Everything that left, newest first; ``category`` is an ``Origin`` or a ``MessageClass``."""
    return tx.outbox.sent(
        after, limit, category=category, template=template, channel=channel, author=author, guest_id=guest_id
    )
