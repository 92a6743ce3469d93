"""The estimate of a booking site's reply score, noted with the account for whoever looks at it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

import msgspec

from tui_inbox.domain.reply_score import LEAST, OVER, ReplyScore, Said, score
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services import accounts
from tui_inbox.services.desk import Desk

PERCENT, COUNT = "reply_score", "reply_count"
"""Keys of ``AccountRow.health``."""


def of_account(tx: Transaction, desk: Desk, account: str, now: datetime) -> ReplyScore | None:
    """None where no channel of the account has a mark for answers."""
    info = desk.accounts[account]
    marked = [traits for traits in info.channels.values() if traits.reply_mark is not None]
    total = ReplyScore(0, 0)
    for traits in marked:
        assert traits.reply_mark is not None
        said: dict[int, list[Said]] = defaultdict(list)
        waived: dict[int, list[datetime]] = defaultdict(list)
        for conversation, at, outbound in tx.scores.said(account, traits.code, now - OVER):
            said[conversation].append(Said(at, outbound))
        for conversation, at in tx.scores.waived(account, traits.code, now - OVER):
            waived[conversation].append(at)
        for conversation, talk in said.items():
            total += score(talk, waived[conversation], traits.reply_mark, now)
    return total if marked else None


def note(store: Store, desk: Desk, account: str, now: datetime) -> None:
    """Keep the present estimate with the account; the screens are told when it changed."""
    with store.read() as tx:
        found = of_account(tx, desk, account, now)
    if found is None:
        return
    told = {COUNT: found.counted, **({} if found.percent is None else {PERCENT: found.percent})}
    with store.write() as tx:
        row = accounts.of(tx, desk, account, for_change=True)
        kept = {key: value for key, value in row.health.items() if key not in (PERCENT, COUNT)}
        if kept | told != row.health:
            tx.accounts.put(msgspec.structs.replace(row, health=kept | told))
            tx.changed("account", 0)


def reply_score(health: Mapping[str, str | int]) -> tuple[str, dict[str, str | int]] | None:
    """Code and parameters of its sentence; None where there is none."""
    if COUNT not in health:
        return None
    count = int(health[COUNT])
    if PERCENT not in health or count < LEAST:
        return "reply_score_few", {"count": count}
    return "reply_score", {"percent": health[PERCENT], "count": count}
