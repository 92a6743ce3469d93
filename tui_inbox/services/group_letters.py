"""One guest's message of a group send, an offer or changed terms: the way, the text, or why there is none."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain import sms
from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.cost import Cost, cost
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.lifecycle import new_quiet
from tui_inbox.domain.message import MessageClass, Origin
from tui_inbox.domain.planner import Mode
from tui_inbox.domain.reservation import Reservation, is_live, stay_now
from tui_inbox.domain.template import Approval, Rendered, Template, TemplateKind, check
from tui_inbox.services.admission import too_long
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.footers import finished
from tui_inbox.services.linking import living
from tui_inbox.services.matching import country_of
from tui_inbox.services.planned_sends import conversation_of, post
from tui_inbox.services.posting import Letter
from tui_inbox.services.rendering import rendered_for
from tui_inbox.services.templates import language_of, refuse, variant
from tui_inbox.services.variables import allowed
from tui_inbox.services.ways import ways_for

if TYPE_CHECKING:
    from tui_inbox.domain.outbox import Outgoing
    from tui_inbox.ports.store import Transaction


_LEFT_OUT = {
    "no_address": "no_address_for",
    "unsubscribed_marketing": "left_out_marketing",
    "unsubscribed_transactional": "left_out_transactional",
}
"""Reasons that are worded otherwise where they leave somebody out of a group."""


class Wording(NamedTuple):
    """What is said to all of them, and by which channels."""

    channels: tuple[str, ...]
    """Tried in this order for each guest."""
    text: str = ""
    subject: str = ""
    template: int | None = None
    """In place of the text; each guest gets it in their language where it exists."""
    message_class: MessageClass = MessageClass.MARKETING
    values: Mapping[str, str] = {}
    """What only the occasion knows, by variable name."""


class Prepared(NamedTuple):
    """What one guest would get now."""

    guest: Guest
    letter: Letter | None = None
    refusal: Refused | None = None
    """Why nothing; set exactly where ``letter`` is not."""
    stay: Reservation | None = None
    text: str = ""
    """As the guest reads it, with what stands under it."""
    parts: int = 0
    """SMS that are billed; 0 on other channels."""
    cost: Cost | None = None
    beyond: Refused | None = None
    """The month's SMS are used up before this one: it goes by mail, or waits."""
    values: Mapping[str, str] = {}
    """What was put into the text, by variable name."""
    property: str = ""
    """Where the sender may write alone; empty: anywhere."""


def check_wording(tx: Transaction, desk: Desk, actor: Actor, wording: Wording) -> None:
    """Raises ``Refused`` for what would be wrong for every guest."""
    actor.require_write()
    known = {channel for account in desk.accounts.values() for channel in account.channels}
    if not wording.channels or any(channel not in known for channel in wording.channels):
        raise Refused("send_channels")
    if wording.template is None:
        if not wording.text.strip():
            raise Refused("empty_text")
        names = (*allowed(TemplateKind.SNIPPET, desk), *wording.values)
        for text in (wording.subject, wording.text):
            if problems := check(text, names):
                raise refuse(problems[0])
        return
    template = tx.templates.get(wording.template)
    if template is None or template.archived:
        raise Refused("template_missing")
    if template.vendor_id and template.approval is not Approval.APPROVED:
        raise Refused("template_not_approved", name=template.name)


def prepare(
    tx: Transaction,
    desk: Desk,
    actor: Actor | None,
    wording: Wording,
    guest_id: int,
    now: datetime,
    taken: Container[tuple[str, str]] = (),
    property_: str = "",
) -> Prepared:
    """Nothing is written. ``taken``: what ``marks`` gave for those who get it already.

    With a property, or an actor who may see but one, it is about a stay there and goes into the conversation there.
    """
    place = property_ or (actor.property if actor is not None else "") or ""
    try:
        guest = living(tx, guest_id, for_change=False)
    except NotFound:
        return Prepared(Guest(guest_id), refusal=Refused("guest_gone"))
    if guest.blocked:
        return Prepared(guest, refusal=Refused("guest_blocked"))
    stays = [one for one in tx.reservations.of_guest(guest.id) if not place or one.property == place]
    if place and not stays and all(one.property != place for one in tx.conversations.all_of_guest(guest.id)):
        return Prepared(guest, refusal=Refused("guest_not_yours"))
    stay = stay_now(stays, desk.today(now))
    stay = stay if stay is not None and is_live(stay) else None
    template = _template(tx, desk, wording, guest)
    ways = ways_for(
        tx,
        desk,
        guest,
        wording.channels,
        now,
        wording.message_class,
        Mode.FIRST,
        stay=stay,
        origin=Origin.CAMPAIGN,
        template=template,
    )
    if not ways.letters:
        return Prepared(guest, refusal=_refusal(desk, ways.refused), stay=stay)
    way = ways.letters[0]
    if actor is not None and actor.accounts and way.account not in actor.accounts:
        return Prepared(guest, refusal=Refused("account_not_yours", account=way.account), stay=stay)
    if any(mark in taken for mark in marks(guest, way)):
        return Prepared(guest, refusal=Refused("duplicate_address", address=way.address), stay=stay)
    rendered = rendered_for(tx, desk, template, guest, stay, way.channel, now, actor, wording.values)
    if rendered.problems:
        return Prepared(guest, refusal=refuse(rendered.problems[0]), stay=stay)
    if not rendered.text.strip():
        return Prepared(guest, refusal=Refused("nothing_to_say"), stay=stay)
    return _written(tx, desk, guest, stay, way, template, rendered, now)._replace(property=place)


def marks(guest: Guest, letter: Letter) -> tuple[tuple[str, str], ...]:
    """By which it is known that somebody has it: their address, and who they are."""
    return (letter.channel, letter.address), ("", str(guest.id))


def sender(desk: Desk, code: str) -> Actor | None:
    """Who set it going, for the texts that name them."""
    return Actor(code, desk.name_of(code)) if code else None


def _refusal(desk: Desk, refused: tuple[tuple[str, str], ...]) -> Refused:
    channel, code = refused[-1] if refused else ("", "no_address")
    labels = [t.label for account in desk.accounts.values() for t in account.channels.values() if t.code == channel]
    return Refused(_LEFT_OUT.get(code, code), channel=labels[0] if labels else channel)


def _template(tx: Transaction, desk: Desk, wording: Wording, guest: Guest) -> Template:
    language, _why = language_of(desk, guest)
    stored = tx.templates.get(wording.template) if wording.template is not None else None
    if stored is None:
        return Template(0, TemplateKind.SNIPPET, "", language, wording.text, subject=wording.subject)
    found = [one for one in tx.templates.named(stored.kind, stored.name) if not one.archived]
    by_vendor = [one for one in found if one.account == stored.account and one.approval is Approval.APPROVED]
    return variant(by_vendor if stored.vendor_id else found or [stored], language, desk.language)[0]


def _written(
    tx: Transaction,
    desk: Desk,
    guest: Guest,
    stay: Reservation | None,
    way: Letter,
    template: Template,
    rendered: Rendered,
    now: datetime,
) -> Prepared:
    traits = desk.traits(way.account, way.channel)
    # The same text that is put into the outbox, so that parts and price are of what is billed.
    text = finished(tx, desk, guest.id, way.account, way.channel, rendered.text, way.message_class, now)
    misfit = too_long(traits, text)
    if misfit is not None:
        return Prepared(guest, refusal=misfit, stay=stay)
    by_vendor = bool(template.vendor_id)
    letter = way._replace(
        text=rendered.text,
        subject=rendered.subject,
        html=rendered.html,
        not_before=now,
        template=template.name,
        template_id=template.vendor_id,
        template_values={number: rendered.values[name] for number, name in template.mapping.items()}
        if by_vendor
        else {},
    )
    parts = sms.segments(text).count if traits.counts_segments else 0
    price = cost(
        traits,
        desk.prices.get(way.channel, {}),
        desk.currency,
        parts=max(parts, 1),
        category=template.category if by_vendor else "service",
        country=country_of(way.address) if traits.handle is HandleKind.PHONE else "",
    )
    return Prepared(guest, letter, None, stay, text, parts, price, None, rendered.values)


def dispatch(tx: Transaction, desk: Desk, ready: Prepared, key: str, now: datetime) -> Outgoing | None:
    """Into the guest's thread and the outbox; None when this key was used before."""
    assert ready.letter is not None
    return post(tx, desk, _conversation(tx, ready, now), ready.letter._replace(dedupe_key=key), now)


def _conversation(tx: Transaction, ready: Prepared, now: datetime) -> Conversation:
    if ready.stay is not None:
        return conversation_of(tx, ready.guest, ready.stay, now)
    place = ready.property
    known = [one for one in tx.conversations.all_of_guest(ready.guest.id) if not place or one.property == place]
    if known:
        return tx.conversations.load(known[0].id)
    return tx.conversations.add(new_quiet(ready.guest.id, now, property_=place))
