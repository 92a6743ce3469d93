"""The state of each channel account: connected, restricted or switched off by its vendor, in error, or paused.

What the vendor says of the account as a whole stands until the vendor (or, where only a person can know, the desk)
says otherwise: a poll that goes well does not mean that messages may be sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import AccountBlocked, ChannelError
from tui_inbox.rows import AccountRow
from tui_inbox.services.desk import Desk

if TYPE_CHECKING:
    from tui_inbox.ports.channel import Health
    from tui_inbox.ports.store import Transaction

BLOCKED_FOR = timedelta(minutes=5)
"""How long nothing is sent after a vendor refused the account as a whole; then one message tries."""
BY_HAND = frozenset({"blocked_by_provider"})
"""Blocks that a vendor's support lifts and no call can see: they end when the desk resumes the account."""
DISABLING = BY_HAND | frozenset(
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
_STANDING, _STANDING_CODE, _STANDING_TEXT = "standing", "standing_code", "standing_text"
_SAID = frozenset({_STANDING, _STANDING_CODE, _STANDING_TEXT})
_OURS = _SAID | {"blocked_until", "bad_signatures", "bad_signature_at", "reply_score", "reply_count"}
"""What ``AccountRow.health`` holds beside the vendor's own figures."""


def of(tx: Transaction, desk: Desk, name: str, *, for_change: bool = False) -> AccountRow:
    """The stored row, or a new one."""
    known = tx.accounts.get(name, for_change=for_change)
    if known is not None:
        return known
    info = desk.info(name)
    return AccountRow(name, info.type if info else "", NEW, "", "", None, None, None, 0, {})


def polled(tx: Transaction, desk: Desk, name: str, error: ChannelError | None, now: datetime) -> None:
    """Note a poll; the screens are told only when the state changes."""
    row = of(tx, desk, name, for_change=True)
    if error is None:
        blocked = int(row.health.get("blocked_until", 0)) > now.timestamp()
        after = msgspec.structs.replace(row if blocked else _stood(row), polled_at=now, poll_ok_at=now)
    else:
        after = msgspec.structs.replace(_in_error(row, error), polled_at=now)
    tx.accounts.put(after)
    if (row.state, row.reason) != (after.state, after.reason):
        tx.changed("account", 0)


def _in_error(row: AccountRow, error: ChannelError) -> AccountRow:
    return in_state(row, DISABLED if error.code in DISABLING else ERROR, error.code, error.vendor_text)


def _stood(row: AccountRow) -> AccountRow:
    """Nothing is wrong but what the vendor has said of the account."""
    said = row.health
    text = str(said.get(_STANDING_TEXT, ""))
    return in_state(row, str(said.get(_STANDING, CONNECTED)), str(said.get(_STANDING_CODE, "")), text)


def told(row: AccountRow, health: Health) -> AccountRow:
    """With what the vendor answers about the account itself."""
    state, kept = health.state.value, {key: row.health[key] for key in _OURS & row.health.keys()}
    if state == ERROR:
        return in_state(row, ERROR, health.code, health.vendor_text)
    by_hand = kept.get(_STANDING_CODE) in BY_HAND
    if state in (DISABLED, RESTRICTED):
        kept |= {} if by_hand else _standing(state, health.code, health.vendor_text)
    elif not by_hand:
        kept = {key: value for key, value in kept.items() if key not in _SAID}
    return _stood(msgspec.structs.replace(row, health={**health.details, **kept}))


def _standing(state: str, code: str, vendor_text: str) -> dict[str, str | int]:
    return {_STANDING: state, _STANDING_CODE: code, _STANDING_TEXT: clean_line(vendor_text)}


def in_state(row: AccountRow, state: str, reason: str = "", vendor_text: str = "") -> AccountRow:
    """With what its vendor says of it; a pause of the desk's stays one, whatever that is."""
    if row.state == PAUSED:
        return row
    return msgspec.structs.replace(row, state=state, reason=reason, vendor_text=clean_line(vendor_text))


def block(tx: Transaction, desk: Desk, name: str, error: AccountBlocked, now: datetime) -> None:
    """The vendor refuses the account: nothing is sent for a while, and every screen says why."""
    row = _in_error(of(tx, desk, name, for_change=True), error)
    health = {**row.health, "blocked_until": int((now + BLOCKED_FOR).timestamp())}
    if error.code in DISABLING:
        health |= _standing(DISABLED, error.code, error.vendor_text)
    tx.accounts.put(msgspec.structs.replace(row, health=health))
    tx.changed("account", 0)


def set_paused(tx: Transaction, desk: Desk, name: str, paused: bool, now: datetime) -> None:
    """Pausing stops polls and sends and deletes nothing; resuming asks the vendor afresh."""
    row = of(tx, desk, name, for_change=True)
    lifted = {"blocked_until"} if paused else _SAID | {"blocked_until"}
    health = {key: value for key, value in row.health.items() if key not in lifted}
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
