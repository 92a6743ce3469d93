"""The state of each channel account: connected, in error, blocked by its vendor, or paused by the desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import AccountBlocked, ChannelError
from tui_inbox.rows import AccountRow
from tui_inbox.services.desk import Desk

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

BLOCKED_FOR = timedelta(minutes=5)
"""How long nothing is sent after a vendor refused the account as a whole; then one message tries."""
DISABLING = frozenset(
    {
        "account_suspended",
        "account_disabled",
        "account_closed",
        "account_banned",
        "account_locked",
        "number_deleted",
        "permissions_withdrawn",
    }
)
"""Out of use until somebody acts at the vendor: what waits is held, and tried when the account is in order again."""

NEW, CONNECTED, ERROR, PAUSED, DISABLED = "new", "connected", "error", "paused", "disabled"
RESTRICTED = "restricted"
"""It works, with less than it should; only the test call tells when that is over."""


def of(tx: Transaction, desk: Desk, name: str, *, for_change: bool = False) -> AccountRow:
    """The stored row, or a new one."""
    known = tx.accounts.get(name, for_change=for_change)
    if known is not None:
        return known
    info = desk.accounts.get(name)
    return AccountRow(name, info.type if info else "", NEW, "", "", None, None, None, 0, {})


def polled(tx: Transaction, desk: Desk, name: str, error: ChannelError | None, now: datetime) -> None:
    """Note a poll; the screens are told only when the state changes."""
    row = of(tx, desk, name, for_change=True)
    if error is None:
        blocked = int(row.health.get("blocked_until", 0)) > now.timestamp()
        keeps = row.state in (PAUSED, RESTRICTED) or blocked
        after = msgspec.structs.replace(
            row,
            state=row.state if keeps else CONNECTED,
            reason=row.reason if keeps else "",
            vendor_text=row.vendor_text if keeps else "",
            polled_at=now,
            poll_ok_at=now,
        )
    else:
        after = msgspec.structs.replace(_in_error(row, error), polled_at=now)
    tx.accounts.put(after)
    if (row.state, row.reason) != (after.state, after.reason):
        tx.changed("account", 0)


def _in_error(row: AccountRow, error: ChannelError) -> AccountRow:
    return in_state(row, DISABLED if error.code in DISABLING else ERROR, error.code, error.vendor_text)


def in_state(row: AccountRow, state: str, reason: str = "", vendor_text: str = "") -> AccountRow:
    """With what its vendor says of it; a pause of the desk's stays one, whatever that is."""
    if row.state == PAUSED:
        return row
    return msgspec.structs.replace(row, state=state, reason=reason, vendor_text=clean_line(vendor_text))


def block(tx: Transaction, desk: Desk, name: str, error: AccountBlocked, now: datetime) -> None:
    """The vendor refuses the account: nothing is sent for a while, and every screen says why."""
    row = _in_error(of(tx, desk, name, for_change=True), error)
    until = int((now + BLOCKED_FOR).timestamp())
    tx.accounts.put(msgspec.structs.replace(row, health={**row.health, "blocked_until": until}))
    tx.changed("account", 0)


def set_paused(tx: Transaction, desk: Desk, name: str, paused: bool, now: datetime) -> None:
    """Pausing stops polls and sends and deletes nothing; resuming asks the vendor afresh."""
    row = of(tx, desk, name, for_change=True)
    health = {key: value for key, value in row.health.items() if key != "blocked_until"}
    state = PAUSED if paused else (CONNECTED if row.connected_at else NEW)
    tx.accounts.put(msgspec.structs.replace(row, state=state, reason="", vendor_text="", health=health))
    tx.changed("account", 0)


def connected(tx: Transaction, desk: Desk, name: str, now: datetime) -> datetime:
    """The moment of connection, noted the first time: everything older is history."""
    row = of(tx, desk, name, for_change=True)
    if row.connected_at is not None:
        return row.connected_at
    tx.accounts.put(msgspec.structs.replace(row, connected_at=now))
    tx.changed("account", 0)
    return now


def may_poll(row: AccountRow | None) -> bool:
    return row is None or row.state != PAUSED


def may_carry(row: AccountRow | None, now: datetime) -> bool:
    """May messages be handed to this account now?"""
    if row is None:
        return True
    if row.state in (PAUSED, DISABLED):
        return False
    return int(row.health.get("blocked_until", 0)) <= now.timestamp()
