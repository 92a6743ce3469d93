"""One text to several guests: each gets a message of their own, in their own conversation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tui_inbox.domain.consent import Permission
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.template import TemplateKind, render
from tui_inbox.domain.window import Allowed
from tui_inbox.ports.store import Transaction
from tui_inbox.services import templates
from tui_inbox.services.admission import admission
from tui_inbox.services.composing import ChannelChoice, composer
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.drafting import save_draft
from tui_inbox.services.replying import Reply, SentNow, TakenBack, send, start, take_back
from tui_inbox.services.variables import required

MOST = 74
"""Guests of one send; more want a list and its checks."""


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
    ``too_many_recipients`` or the first guest's reason.
    """
    guests = list(dict.fromkeys(guest_ids))
    if len(guests) > MOST:
        raise Refused("too_many_recipients", limit=MOST, count=len(guests))
    sent, left_out = [], []
    for guest_id in guests:
        guest = tx.guests.load(guest_id)
        try:
            conversation_id = start(tx, desk, actor, now, guest_id=guest_id)
            way = _way(tx, desk, actor, conversation_id, reply, guest, now)
            theirs = _written(tx, desk, actor, conversation_id, reply, now)._replace(
                conversation_id=conversation_id,
                address=way.address,
                seen_message_id=None,
                key=f"{reply.key}-{guest_id}" if reply.key else "",
            )
            sent.append(send(tx, desk, actor, theirs, now))
        except Refused as refused:
            left_out.append(LeftOut(guest, refused))
    if not sent and left_out:
        raise left_out[0].refusal
    return Circulated(tuple(sent), tuple(left_out))


def take_back_each(tx: Transaction, actor: Actor, outbox_ids: Sequence[int], now: datetime) -> TakenBack | None:
    """All of them or none; the text is the first guest's draft again and nobody else's."""
    taken = [found for found in (take_back(tx, actor, now, outbox_id) for outbox_id in outbox_ids) if found]
    for other in taken[1:]:
        save_draft(tx, actor, other.conversation_id, other.typed, now, cursor=len(other.typed))
    return taken[0] if taken else None


def _written(tx: Transaction, desk: Desk, actor: Actor, conversation_id: int, reply: Reply, now: datetime) -> Reply:
    """The text with this guest's own values."""
    template = tx.templates.get(reply.template) if reply.template is not None else None
    if template is not None and template.vendor_id:
        rendered = templates.render_for(tx, desk, template, conversation_id, now, actor)
        given = {name: reply.values[name] for name in rendered.missing if name in reply.values}
        return reply._replace(text=rendered.text, values={**rendered.values, **given})
    names = templates.allowed(TemplateKind.SNIPPET, desk)
    values = templates.values_for(tx, desk, actor, conversation_id, now)
    rendered = render(reply.text, values, names, required(TemplateKind.SNIPPET))
    if rendered.problems:
        raise templates.refuse(rendered.problems[0])
    return reply._replace(text=rendered.text)


def _way(
    tx: Transaction, desk: Desk, actor: Actor, conversation_id: int, reply: Reply, guest: Guest, now: datetime
) -> ChannelChoice:
    ways = composer(tx, desk, actor, conversation_id, now).choices
    way = next((one for one in ways if (one.account, one.channel) == (reply.account, reply.channel)), None)
    template = tx.templates.get(reply.template) if reply.template is not None else None
    label = desk.traits(reply.account, reply.channel).label
    if way is None:
        raise Refused("not_on_channel", channel=label)
    found = admission(
        tx,
        desk,
        account=way.account,
        channel=way.channel,
        address=way.address,
        guest_id=guest.id,
        now=now,
        message_class=template.message_class if template else MessageClass.TRANSACTIONAL,
        individual=False,
    )
    if found.standing.permission is Permission.BLOCKED:
        raise Refused(found.standing.code, channel=label, **found.standing.params)
    if found.verdict.kind is Allowed.HUMAN_ONLY and not (template and template.vendor_id):
        # Written to many at once, it answers nobody.
        raise Refused(found.verdict.code, channel=label, **found.verdict.params)
    return way
