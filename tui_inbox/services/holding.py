"""Everything that leaves by itself, held at once: «water is off»."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import Refused
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Actor

_NAME = "hold"


class Hold(NamedTuple):
    """Since when, by whom and why nothing that is planned leaves."""

    at: datetime
    by: str
    reason: str


def held_all(tx: Transaction) -> Hold | None:
    """The hold that is on, if any."""
    stored = tx.mappings.get(_NAME)
    return msgspec.json.decode(stored, type=Hold) if stored else None


def hold_all(tx: Transaction, actor: Actor, reason: str, now: datetime) -> Hold:
    """From now on nothing leaves by itself. Raises ``Refused("hold_reason")`` without a reason."""
    actor.require_write()
    why = clean_line(reason)
    if not why:
        raise Refused("hold_reason")
    hold = Hold(now, actor.code, why)
    tx.mappings.put(_NAME, msgspec.json.encode(hold).decode())
    tx.changed("planned", 0)
    return hold


def release_all(tx: Transaction, actor: Actor) -> None:
    """Let it leave again; what waited is checked again before it does."""
    actor.require_write()
    tx.mappings.put(_NAME, "")
    tx.changed("planned", 0)
