"""May this message leave? Asked when it is written, when its undo time ends, and again before every attempt."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.consent import ALLOWED, Permission, Standing, standing
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.guest import Line
from tui_inbox.domain.message import Kind, MessageClass, Origin
from tui_inbox.domain.outbox import Outgoing, Sender, Way
from tui_inbox.domain.window import Allowed, Verdict, may_send
from tui_inbox.services.desk import Desk

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

TO_MANY = frozenset({Origin.SCHEDULED, Origin.BOOKING, Origin.CAMPAIGN})
"""What nobody wrote to this guest alone, whoever set it going."""
PRIVATE_FOR = timedelta(days=7)
"""How long after a comment its one private answer may be sent."""


class Admission(NamedTuple):
    """The two answers: the window's and the guest's."""

    traits: ChannelTraits
    verdict: Verdict
    standing: Standing
    line: Line | None = None


class Weighed(NamedTuple):
    """That a row may leave now, and what it leaves with."""

    zone: Allowed
    route: str
    sender: Sender


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
    planned: bool = False,
    way: Way = Way.PLAIN,
    target: str = "",
    outbox_id: int = 0,
    refused: Collection[str] | None = None,
) -> Admission:
    """Raises ``NotFound`` when the configuration does not know the account or the channel (any more).

    ``planned``: a rule sends it. ``way`` and ``target`` as in ``Outgoing``; ``outbox_id`` is the row itself, if any.
    ``refused`` is what ``Consents.refused`` tells, where it was read already.
    """
    traits = desk.traits(account, channel)
    view_only = desk.accounts[account].mode == "view-only"
    if way is Way.PUBLIC:
        # Said to everybody: neither the chat's window nor the guest's stop speaks of it.
        return Admission(traits, _under(tx, traits, account, target, view_only), ALLOWED)
    lines = tx.lines.of_handle(channel, address)
    line = next((one for one in lines if one.account == account), None)
    verdict = may_send(traits, line, now, view_only=view_only, planned=planned)
    if way is Way.PRIVATE:
        verdict = _private(tx, _under(tx, traits, account, target, view_only), account, address, target, outbox_id, now)
    if refused is None:
        refused = tx.consents.refused(guest_id, channel)
    return Admission(
        traits,
        verdict,
        standing(
            next((one for one in lines if one.stopped_at), None) if traits.stop_words else line,
            refused,
            message_class=message_class,
            individual=individual,
        ),
        line,
    )


def _under(tx: Transaction, traits: ChannelTraits, account: str, target: str, view_only: bool) -> Verdict:
    """Something may be said under a comment that is here; when it was written stands in ``until``."""
    if view_only or not traits.can_send:
        return Verdict(Allowed.READ_ONLY, code="view_only")
    comment = tx.messages.by_external(account, target) if traits.comments else None
    if comment is None or comment.kind is not Kind.COMMENT:
        return Verdict(Allowed.NONE, code="no_such_comment")
    return Verdict(Allowed.FREE)


def _private(
    tx: Transaction, verdict: Verdict, account: str, address: str, target: str, outbox_id: int, now: datetime
) -> Verdict:
    """One private answer to each comment, for some days."""
    comment = tx.messages.by_external(account, target)
    if verdict.kind is not Allowed.FREE or comment is None:
        return verdict
    until = comment.at + PRIVATE_FOR
    if now >= until:
        return Verdict(Allowed.NONE, until, "private_too_late", {"days": PRIVATE_FOR.days})
    sent = tx.outbox.private_to(account, address, target)
    if sent is not None and sent.id != outbox_id:
        return Verdict(Allowed.NONE, code="private_once")
    return Verdict(Allowed.FREE, until)


def require(
    found: Admission,
    text: str,
    *,
    template: bool,
    at: datetime | None = None,
    human: bool = True,
    files: int = 0,
) -> None:
    """Raises ``Refused`` for a stop, a closed window or a text that does not fit; ``at`` is a planned time.

    ``human``: a person typed it, to go now.
    """
    traits, verdict = found.traits, found.verdict
    if found.standing.permission is Permission.BLOCKED:
        raise Refused(found.standing.code, channel=traits.label, **found.standing.params)
    if not verdict.allows(template=template, human=human):
        raise Refused(verdict.code, channel=traits.label, **verdict.params)
    if not template and at is not None and verdict.until is not None and at >= verdict.until:
        raise Refused("window_closes_before", channel=traits.label, until_at=int(verdict.until.timestamp()))
    misfit = too_long(traits, text) or (both(traits, text, files) if not template else None)
    if misfit is not None:
        raise misfit


def too_long(traits: ChannelTraits, text: str) -> Refused | None:
    """In characters or, where the vendor counts those, in bytes."""
    if traits.max_chars is not None and len(text) > traits.max_chars:
        return Refused("too_long", limit=traits.max_chars, length=len(text), channel=traits.label)
    length = len(text.encode("utf-8", "surrogatepass")) if traits.max_bytes is not None else 0
    if traits.max_bytes is not None and length > traits.max_bytes:
        return Refused("too_many_bytes", limit=traits.max_bytes, length=length, channel=traits.label)
    return None


def both(traits: ChannelTraits, text: str, files: int) -> Refused | None:
    """Some vendors take a text or a file in one message."""
    return Refused("text_or_file", channel=traits.label) if files and text and not traits.text_with_files else None


def weigh(tx: Transaction, desk: Desk, row: Outgoing, now: datetime) -> Weighed:
    """With what this outbox row would leave now. Raises ``Refused``."""
    try:
        sender = tx.outbox.sender(row)
        found = admission(
            tx,
            desk,
            account=row.account,
            channel=row.channel,
            address=row.address,
            guest_id=sender.guest_id,
            now=now,
            message_class=sender.message_class,
            individual=bool(row.created_by) and sender.origin not in TO_MANY,
            planned=row.scheduled and not row.created_by,
            way=row.way,
            target=row.target,
            outbox_id=row.id,
            refused=sender.refused,
        )
        human = bool(row.created_by) and not row.scheduled and not sender.template
        require(found, row.text, template=bool(row.template_id), human=human, files=len(row.attachments))
    except NotFound:
        raise Refused("channel_gone", account=row.account) from None
    return Weighed(found.verdict.kind, found.line.route if found.line else "", sender)


def fault_of(tx: Transaction, desk: Desk, row: Outgoing, now: datetime) -> Refused | None:
    """Why this outbox row may not leave any more, or None."""
    try:
        weigh(tx, desk, row, now)
    except Refused as refused:
        return refused
    return None
