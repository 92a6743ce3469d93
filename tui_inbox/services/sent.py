"""The outbox screen and the list of everything sent on the hotel's behalf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tui_inbox.domain.errors import Refused
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.window import Allowed
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import Key, OutboxRow
from tui_inbox.services.delivery import cancel, drop
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.drafting import save_draft

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

TAKEN_BACK = (
    OutboxState.HELD,
    OutboxState.QUEUED,
    OutboxState.RETRY_WAIT,
    OutboxState.FAILED,
    OutboxState.EXPIRED,
)
"""What may become a draft again: it certainly has not reached the guest."""


def as_draft(tx: Transaction, desk: Desk, actor: Actor, outbox_id: int, now: datetime) -> int:
    """Take a message that did not leave out of the outbox and back into the composer; the conversation's id.

    Raises ``Refused("draft_there")`` rather than lose what this operator is typing there.
    """
    actor.require_write()
    row = tx.outbox.load(outbox_id)
    if row.state not in TAKEN_BACK:
        raise Refused("settled_already")
    if tx.drafts.get(row.conversation_id, actor.code) is not None:
        raise Refused("draft_there")
    if row.state in WAITING:
        cancel(tx, desk, actor, outbox_id, now)
    else:
        drop(tx, actor, outbox_id, now)
    text = row.text
    save_draft(tx, actor, row.conversation_id, text, now, cursor=len(text), account=row.account, channel=row.channel)
    return row.conversation_id


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


def tags_used(tx: Transaction, desk: Desk, account: str, channel: str, since: datetime) -> Mapping[str, int]:
    """How many messages went under each of the vendor's tags; what went as a person's word bears the first one."""
    used = dict(tx.outbox.tags_used(account, since))
    first = next((tag.code for tag in desk.traits(account, channel).tags if tag.allowed), "")
    used[first] = used.get(first, 0) + used.pop(Allowed.HUMAN_ONLY.value, 0)
    return used


def templates_this_month(tx: Transaction, desk: Desk, account: str, now: datetime) -> Mapping[str, int]:
    """Our own count of vendors' templates by category, from the first of the month by the hotel's clock."""
    begins = now.astimezone(desk.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return tx.outbox.templates_used(account, begins)
