"""May this message leave? Asked when it is written, when its undo time ends, and again before every attempt."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.consent import Permission, Standing, standing
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.domain.window import Verdict, may_send
from tui_inbox.services.desk import Desk

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction


class Admission(NamedTuple):
    """The two answers: the window's and the guest's."""

    traits: ChannelTraits
    verdict: Verdict
    standing: Standing


def admission(
    tx: Transaction,
    desk: Desk,
    *,
    account: str,
    channel: str,
    address: str,
    guest_id: int,
    now: datetime,
    message_class: MessageClass = MessageClass.TRANSACTIONAL,
    individual: bool = True,
) -> Admission:
    """Raises ``NotFound`` when the configuration does not know the account or the channel (any more)."""
    traits = desk.traits(account, channel)
    view_only = desk.accounts[account].mode == "view-only"
    consents = {(row.topic, row.medium): row.allowed for row in tx.consents.of_guest(guest_id)}
    return Admission(
        traits,
        may_send(traits, tx.lines.get(account, channel, address), now, view_only=view_only),
        standing(
            tx.lines.stopped(channel, address) if traits.stop_words else tx.lines.get(account, channel, address),
            consents,
            medium=channel,
            message_class=message_class,
            individual=individual,
        ),
    )


def require(found: Admission, text: str, *, template: bool, at: datetime | None = None) -> None:
    """Raises ``Refused`` for a stop, a closed window or a text that is too long; ``at`` is a planned time."""
    if found.standing.permission is Permission.BLOCKED:
        raise Refused(found.standing.code, channel=found.traits.label, **found.standing.params)
    verdict = found.verdict
    if not verdict.allows(template=template):
        raise Refused(verdict.code, channel=found.traits.label, **verdict.params)
    if not template and at is not None and verdict.until is not None and at >= verdict.until:
        raise Refused("window_closes_before", channel=found.traits.label, until_at=int(verdict.until.timestamp()))
    limit = found.traits.max_chars
    if limit is not None and len(text) > limit:
        raise Refused("too_long", limit=limit, length=len(text), channel=found.traits.label)


def fault_of(tx: Transaction, desk: Desk, row: Outgoing, now: datetime) -> Refused | None:
    """Why this outbox row may not leave any more, or None."""
    try:
        conversation = tx.conversations.load(row.conversation_id)
        message = tx.messages.get(row.message_id)
        found = admission(
            tx,
            desk,
            account=row.account,
            channel=row.channel,
            address=row.address,
            guest_id=conversation.guest_id,
            now=now,
            message_class=message.message_class if message else MessageClass.TRANSACTIONAL,
            individual=bool(row.created_by),
        )
        require(found, row.text, template=bool(row.template_id))
    except NotFound:
        return Refused("channel_gone", account=row.account)
    except Refused as refused:
        return refused
    return None
