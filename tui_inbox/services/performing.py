"""Deeds on their way: each is told to its vendor, tried again after a fault, and never in a loop."""

from __future__ import annotations

from datetime import datetime
from random import Random

from tui_inbox.domain.deed import Act, PendingDeed
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import AccountBlocked, ChannelError, Refused, Rejected, Unknown
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.outbox import backoff
from tui_inbox.ports.channel import Channel, TakesActs
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services.accounts import BLOCKED_FOR, DISABLING, block, may_carry
from tui_inbox.services.desk import Desk

_RIGHT = "permissions_withdrawn"
TRIES = 20
"""After these (more than an hour) a deed is given up."""


def perform(
    store: Store, desk: Desk, channel: Channel, now: datetime, limit: int = 20, rng: Random | None = None
) -> int:
    """Tell this account's vendor what is due; how many deeds were settled, well or not."""
    with store.read() as tx:
        due = tx.deeds.due(now, limit, channel.name) if may_carry(tx.accounts.get(channel.name), now) else ()
    settled = 0
    for pending in due:
        error = _told(channel, pending, now)
        after = _after(pending, error, now, rng or Random())
        with store.write() as tx:
            settled += _note(tx, desk, after, error, now)
        if isinstance(error, AccountBlocked):
            break
    return settled


def _told(channel: Channel, pending: PendingDeed, now: datetime) -> ChannelError | None:
    if not isinstance(channel, TakesActs) or (pending.expires_at is not None and pending.expires_at <= now):
        return None
    try:
        channel.act(pending.deed)
    except AccountBlocked as error:
        # It may be the right to this act alone that is missing: that stops neither messages nor other acts.
        return Rejected(error.code, vendor_text=error.vendor_text) if error.code == _RIGHT else error
    except ChannelError as error:
        return error
    except Refused as refused:
        return Rejected(refused.code)
    except Exception as error:  # noqa: BLE001 - an adapter's bug; to tell it again is harmless
        return Unknown("adapter_failed", vendor_text=type(error).__name__)
    return None


def _after(pending: PendingDeed, error: ChannelError | None, now: datetime, rng: Random) -> PendingDeed:
    if error is None:
        return pending._replace(state="done", tries=pending.tries + 1)
    tries = pending.tries + 1
    told = pending._replace(tries=tries, reason=error.code, vendor_text=clean_line(error.vendor_text))
    if isinstance(error, Rejected) or tries >= TRIES:
        return told._replace(state="failed")
    wait = backoff(tries, error.retry_after, rng)
    if isinstance(error, AccountBlocked):
        wait = max(wait, BLOCKED_FOR)
    return told._replace(not_before=now + wait)


def _note(tx: Transaction, desk: Desk, after: PendingDeed, error: ChannelError | None, now: datetime) -> bool:
    """Written down; what failed for good is told where it was done, unless a newer wish has replaced it."""
    if isinstance(error, AccountBlocked) and error.code in DISABLING:
        block(tx, desk, after.account, error, now)
    if not tx.deeds.ended(after) or after.state == "pending":
        return False
    deed = after.deed
    if after.state == "failed" and deed.act is not Act.TYPING:
        message = tx.messages.by_external(after.account, deed.ref) if deed.ref else None
        if message is not None and deed.act is Act.REACT:
            tx.messages.react(message.id, after.by, "", now)
        conversation = tx.conversations.get(after.conversation_id)
        guest_id = conversation.guest_id if conversation else None
        params: dict[str, str | int] = {"act": deed.act.value, "reason": after.reason}
        if message is not None:
            params["message"] = message.id
        tx.events.add(Event(0, now, Code.ACT_FAILED, "", after.conversation_id, guest_id, params))
        tx.changed("conversation", after.conversation_id)
    return True
