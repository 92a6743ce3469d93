"""Sends whose outcome is unknown: the vendor is asked, and what it does not show goes to the operator."""

from __future__ import annotations

from datetime import datetime, timedelta

from tui_inbox.domain.errors import ChannelError, NotFound, Rejected
from tui_inbox.domain.event import Code
from tui_inbox.domain.outbox import OutboxState, Outgoing, Way
from tui_inbox.ports.channel import Channel, FindsSent, Found, Receipt
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services import settling
from tui_inbox.services.desk import Desk

LOOK_UPS = 2
UNASKED = timedelta(minutes=15)
"""A row that the vendor could not be asked about for this long is the operator's to decide."""
LATE_SIGHT = timedelta(minutes=30)
"""How long a row that waits for the operator is still looked for: vendors' lists have been ten minutes late."""


def reconcile(store: Store, desk: Desk, channel: Channel, now: datetime) -> int:
    """Ask the vendor about sends whose outcome is unknown; how many were settled.

    Nothing is ever queued again from here: what the vendor does not show goes to the operator.
    """
    with store.read() as tx:
        rows = [row for row in settling.unsettled(tx, channel.name) if _to_look_up(desk, row, now)]
    settled = 0
    answers = True
    for row in rows:
        if not isinstance(channel, FindsSent):
            with store.write() as tx:
                settled += _give_up(tx, row.id, "no_lookup", now)
            continue
        found = None
        try:
            found = channel.find(row) if answers else None
        except Rejected:
            pass  # About this row alone: the others can still be asked about.
        except ChannelError:
            answers = False
        if found is not None or now - _since(row, now) >= UNASKED:
            with store.write() as tx:
                settled += _settle(tx, desk, row.id, found, now) if found else _give_up(tx, row.id, "no_lookup", now)
    return settled


def _to_look_up(desk: Desk, row: Outgoing, now: datetime) -> bool:
    """After the vendor's own delay; what waits for the operator is looked for a while longer."""
    if row.state not in settling.UNSURE or not _in_sight(row, now):
        return False
    try:
        settle = desk.traits(row.account, row.channel).settle
    except NotFound:
        settle = timedelta(0)
    return now - _since(row, now) >= settle


def _since(row: Outgoing, now: datetime) -> datetime:
    return row.unknown_since or row.updated_at or now


def _in_sight(row: Outgoing, now: datetime) -> bool:
    """Is it still looked for? An old row that waits for the operator claims nothing that the vendor shows now."""
    return row.state is not OutboxState.NEEDS_OPERATOR or now - _since(row, now) <= LATE_SIGHT


def _settle(tx: Transaction, desk: Desk, outbox_id: int, found: Found, now: datetime) -> int:
    row = tx.outbox.load(outbox_id)
    if row.state not in settling.UNSURE:
        return 0
    same = [one for one in settling.unsettled(tx, row.account) if _said(one) == _said(row) and _in_sight(one, now)]
    if any(one.state is OutboxState.INFLIGHT for one in same):
        return 0
    bound = tx.outbox.bound_ids(row.account, found.candidates)
    free = [provider_id for provider_id in found.candidates if provider_id not in bound]
    # Identical texts: the oldest row takes the oldest id that no row owns, however many of each there are.
    place = [one.id for one in same].index(row.id)
    if place < len(free):
        if settling.accepted(tx, desk, row, Receipt(free[place]), now) is None:
            return 0
        conversation = tx.conversations.load(row.conversation_id)
        settling.tell(tx, Code.SEND_SETTLED, conversation, "", now, params={"how": "found", "outbox": row.id})
        return 1
    if row.state is OutboxState.NEEDS_OPERATOR:
        return 0
    looked = tx.outbox.move(row, row.state, now, looked_up=row.looked_up + 1)
    if looked is None or looked.looked_up < LOOK_UPS:
        return 0
    if row.reason == settling.ACCEPTED_WITHOUT_ID:
        # The vendor said yes and its id cannot be found: it is sent, only its receipts are lost.
        return int(settling.accepted(tx, desk, looked, Receipt(""), now) is not None)
    return _give_up(tx, row.id, "not_listed" if found.authoritative else "no_record", now)


def _said(row: Outgoing) -> tuple[str, str, str]:
    """What to whom: rows that agree in it look the same at the vendor's. Under a comment is another place."""
    return row.address, row.body_hash, row.target if row.way is Way.PUBLIC else ""


def _give_up(tx: Transaction, outbox_id: int, reason: str, now: datetime) -> int:
    row = tx.outbox.load(outbox_id)
    if row.state is not OutboxState.UNKNOWN:
        return 0
    moved = tx.outbox.move(row, OutboxState.NEEDS_OPERATOR, now, reason=reason)
    if moved is not None:
        settling.moved_on(tx, moved)
    return int(moved is not None)
