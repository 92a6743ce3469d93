"""How much of the month's SMS is gone: what screens show and what a person is asked; nothing is changed here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain import sms
from tui_inbox.domain.budget import Budget, Mark, begins, forecast, month_of
from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.errors import Refused
from tui_inbox.rows import UsageRow
from tui_inbox.services.desk import Desk

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

USED_UP = "sms_budget_used"
"""Reason of a row that waits for it, and mark of a message that went by mail for it."""
MANY = 1000


class Month(NamedTuple):
    """One account's month as the channels screen shows it."""

    budget: Budget
    forecast: int | None
    vendor: int | None
    """Parts as the vendor counts them; None while nobody asked, or where it does not tell."""
    vendor_at: datetime | None
    apart: int
    """How many more parts the vendor counted then than had left here by then."""
    incoming: tuple[UsageRow, ...]
    """What the vendor bills for coming in: messages, calls."""
    waiting: int
    """Rows that wait for the budget."""
    own: bool
    """This month's limit was set here, and not in the configuration."""


def channels_of(desk: Desk, account: str) -> Sequence[str]:
    """Those of this account that are billed by parts."""
    info = desk.accounts.get(account)
    return [code for code, traits in info.channels.items() if traits.counts_segments] if info is not None else []


def override(account: str, now: datetime) -> str:
    """Name of the setting that holds this month's limit of one account."""
    return f"sms.budget.{account}.{month_of(now)}"


def limit_of(tx: Transaction, desk: Desk, account: str, now: datetime) -> int:
    """Parts of this month; 0: no limit. What an admin set for this month goes before the configuration."""
    own = tx.mappings.get(override(account, now))
    return int(own) if own else desk.sms_segments.get(account, 0)


def budget(tx: Transaction, desk: Desk, account: str, now: datetime) -> Budget:
    """Counted only where there is a limit."""
    limit = limit_of(tx, desk, account, now)
    return Budget(limit, tx.outbox.segments_since(account, channels_of(desk, account), begins(now)) if limit else 0)


def hold(tx: Transaction, desk: Desk, account: str, now: datetime) -> None:
    """Whoever counts and then sends does so alone, or two would both pass with the last part.

    Taken before any conversation is, so that nobody who has one waits for who has the other.
    """
    if channels_of(desk, account) and limit_of(tx, desk, account, now):
        tx.mappings.hold(f"sms.counting.{account}")


def month(tx: Transaction, desk: Desk, account: str, now: datetime) -> Month | None:
    """None for an account without SMS."""
    channels = channels_of(desk, account)
    if not channels:
        return None
    used = tx.outbox.segments_since(account, channels, begins(now))
    told = [row for row in tx.accounts.usage(account) if row.month == month_of(now)]
    sent = min(
        (row for row in told if "sms" in row.category and "outbound" in row.category), key=_breadth, default=None
    )
    vendor = (sent.segments or sent.count) if sent is not None else None
    asked = sent.as_of if sent is not None else None
    then = tx.outbox.segments_left(account, channels, begins(now), asked) if asked is not None else 0
    return Month(
        Budget(limit_of(tx, desk, account, now), used),
        forecast(used, now),
        vendor,
        asked,
        vendor - then if vendor is not None else 0,
        tuple(_broadest([row for row in told if "inbound" in row.category])),
        len(tx.outbox.held_for(USED_UP, account, MANY)),
        bool(tx.mappings.get(override(account, now))),
    )


def _breadth(row: UsageRow) -> int:
    """Vendors list a category and its parts: ``sms-outbound`` holds ``sms-outbound-longcode``."""
    return len(row.category)


def _broadest(rows: Sequence[UsageRow]) -> Sequence[UsageRow]:
    return [row for row in rows if not any(row.category.startswith(f"{other.category}-") for other in rows)]


def marks(tx: Transaction, desk: Desk, now: datetime) -> Sequence[tuple[str, Budget]]:
    """Accounts that have reached a mark, for the bar."""
    found = [(name, budget(tx, desk, name, now)) for name in desk.accounts if channels_of(desk, name)]
    return [(name, one) for name, one in found if one.mark is not Mark.NONE]


def ask(tx: Transaction, desk: Desk, account: str, traits: ChannelTraits, text: str, now: datetime) -> Refused | None:
    """What a person is asked before their SMS goes beyond the budget."""
    if not traits.counts_segments:
        return None
    found, parts = budget(tx, desk, account, now), sms.segments(text).count
    if found.allows(parts):
        return None
    return Refused("sms_budget_ask", used=found.used, budget=found.limit, parts=parts)
