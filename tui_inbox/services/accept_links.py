"""The link by which one guest accepts changed terms: made for each of them, good for nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui_inbox.domain import acceptance
from tui_inbox.domain.acceptance import Acceptance
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.signed import is_old
from tui_inbox.services.desk import Desk
from tui_inbox.services.footers import known_key

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

ACCEPT = "accept_link"
"""The variable that the link is put in for."""
PATH = "/terms"


def link_for(tx: Transaction, desk: Desk, campaign_id: int, guest_id: int, now: datetime) -> str:
    """Empty where no public receiver serves it. A preview belongs to no campaign (0), so its link accepts nothing."""
    key = known_key(tx)
    if not key or not desk.public_url:
        return ""
    return f"{desk.public_url}{PATH}/{acceptance.token(key, campaign_id, guest_id, now.date())}"


def said_by(tx: Transaction, code: str, now: datetime) -> Acceptance:
    """Who accepts what by this token. Raises ``Refused``: ``accept_forged``, ``accept_old``."""
    key = known_key(tx)
    found = acceptance.read(key, code) if key else None
    if found is None:
        raise Refused("accept_forged")
    if is_old(found.issued, now.date()):
        raise Refused("accept_old")
    return found
