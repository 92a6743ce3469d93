"""One text from the composer to several guests: a small group send that a person types and can take back.

Who gets it and who does not is decided as for any group send; each answer then leaves like the person's own, held for
its undo time, and the whole stands among the messages to many.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime
from typing import NamedTuple

from tui_inbox.domain.campaign import Campaign, CampaignState, Recipient, RecipientState
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.message import MessageClass
from tui_inbox.ports.store import Transaction
from tui_inbox.services import sms_used
from tui_inbox.services.campaigns import LIMIT_SETTING
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.drafting import save_draft
from tui_inbox.services.group_letters import Prepared, Wording, check_wording, marks, prepare
from tui_inbox.services.replying import Reply, SentNow, TakenBack, send, start, take_back

_NAME_CHARS = 60


class LeftOut(NamedTuple):
    """A guest who gets nothing, with the code of the reason."""

    guest: Guest
    refusal: Refused


class Circulated(NamedTuple):
    sent: tuple[SentNow, ...]
    left_out: tuple[LeftOut, ...]


def send_each(
    tx: Transaction, desk: Desk, actor: Actor, reply: Reply, guest_ids: Sequence[int], now: datetime
) -> Circulated:
    """Send ``reply`` to each guest on its account and channel; its conversation and address are theirs in turn.

    Whoever unsubscribed or cannot be reached there is left out and named. Raises ``Refused`` when nobody is left:
    ``bulk_limit`` or the first guest's reason.
    """
    guests = list(dict.fromkeys(guest_ids))
    limit = desk.bulk.max_recipients
    if limit is not None and len(guests) > limit:
        raise Refused("bulk_limit", count=len(guests), limit=limit, setting=LIMIT_SETTING)
    reply = reply._replace(to_many=len(guests) > 1)
    wording = _wording(tx, reply)
    check_wording(tx, desk, actor, wording)
    sms_used.hold(tx, desk, reply.account, now)
    sent: list[SentNow] = []
    left_out: list[LeftOut] = []
    recipients: list[Recipient] = []
    taken: set[tuple[str, str]] = set()
    for place, guest_id in enumerate(guests):
        ready = _prepared(tx, desk, actor, wording, reply, guest_id, now, taken)
        try:
            done = _send_one(tx, desk, actor, ready, reply, now)
        except Refused as refused:
            left_out.append(LeftOut(ready.guest, refused))
            params = dict(refused.params)
            recipients.append(Recipient(0, guest_id, place, RecipientState.LEFT_OUT, refused.code, params))
        else:
            sent.append(done)
            taken.update(marks(ready.guest, ready.letter) if ready.letter is not None else ())
            queued = Recipient(0, guest_id, place, RecipientState.QUEUED, outbox_id=done.outbox_id)
            recipients.append(queued)
    if not sent and left_out:
        raise left_out[0].refusal
    if len(guests) > 1:
        _keep(tx, actor, reply, wording, recipients, now)
    return Circulated(tuple(sent), tuple(left_out))


def _wording(tx: Transaction, reply: Reply) -> Wording:
    template = tx.templates.get(reply.template) if reply.template is not None else None
    by_vendor = template is not None and bool(template.vendor_id)
    message_class = template.message_class if template is not None else MessageClass.TRANSACTIONAL
    text = "" if by_vendor else reply.text
    return Wording((reply.channel,), text, reply.subject, reply.template if by_vendor else None, message_class)


def _prepared(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    wording: Wording,
    reply: Reply,
    guest_id: int,
    now: datetime,
    taken: Container[tuple[str, str]],
) -> Prepared:
    """With what the writer filled in where a guest has no value of their own."""
    ready = prepare(tx, desk, actor, wording, guest_id, now, taken)
    for _ in reply.values:
        name = str(ready.refusal.params.get("name", "")) if ready.refusal is not None else ""
        if not name or name not in reply.values or name in wording.values:
            break
        wording = wording._replace(values={**wording.values, name: reply.values[name]})
        ready = prepare(tx, desk, actor, wording, guest_id, now, taken)
    return ready


def _send_one(tx: Transaction, desk: Desk, actor: Actor, ready: Prepared, reply: Reply, now: datetime) -> SentNow:
    """The guest's own answer; raises ``Refused``."""
    if ready.letter is None:
        assert ready.refusal is not None
        raise ready.refusal
    if ready.letter.account != reply.account:
        raise Refused("not_on_channel", channel=desk.traits(reply.account, reply.channel).label)
    theirs = reply._replace(
        conversation_id=start(tx, desk, actor, now, guest_id=ready.guest.id),
        address=ready.letter.address,
        text=ready.letter.text,
        values=ready.values,
        seen_message_id=None,
        key=f"{reply.key}-{ready.guest.id}" if reply.key else "",
    )
    return send(tx, desk, actor, theirs, now)


def _keep(
    tx: Transaction, actor: Actor, reply: Reply, wording: Wording, recipients: Sequence[Recipient], now: datetime
) -> None:
    """Among the messages to many, with how each one goes."""
    campaign = tx.campaigns.add(
        Campaign(
            0,
            clean_line(reply.text)[:_NAME_CHARS],
            reply.text,
            wording.channels,
            state=CampaignState.DONE,
            message_class=wording.message_class,
            subject=reply.subject,
            template=reply.template,
            created_by=actor.code,
            created_at=now,
            ended_at=now,
            property=actor.property or "",
        ),
        [recipient.guest_id for recipient in recipients],
    )
    for recipient in recipients:
        tx.campaigns.put_recipient(recipient._replace(campaign_id=campaign.id))
    tx.changed("campaign", campaign.id)


def take_back_each(tx: Transaction, actor: Actor, outbox_ids: Sequence[int], now: datetime) -> TakenBack | None:
    """All of them or none; the text is the first guest's draft again and nobody else's."""
    taken = [found for found in (take_back(tx, actor, now, outbox_id) for outbox_id in outbox_ids) if found]
    for other in taken[1:]:
        save_draft(tx, actor, other.conversation_id, other.typed, now, cursor=len(other.typed))
    return taken[0] if taken else None
