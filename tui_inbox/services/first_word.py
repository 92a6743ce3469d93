"""Where a booking site lets only planned messages begin, a person may choose one of them, and write none."""

from __future__ import annotations

from datetime import datetime

from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.message import MessageClass, Origin
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.domain.reservation import Reservation, booked_at, is_live
from tui_inbox.domain.template import Rendered, Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services.admission import admission, require
from tui_inbox.services.composing import ChannelChoice
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.planned_sends import post
from tui_inbox.services.posting import Letter
from tui_inbox.services.rendering import rendered_for
from tui_inbox.services.templates import language_of, refuse, variant

CODE = "planned_first"
"""Of a verdict: nothing may be typed here before the guest has written."""


def offered(
    tx: Transaction, desk: Desk, actor: Actor, conversation_id: int, now: datetime, choice: ChannelChoice
) -> tuple[tuple[Template, Rendered], ...]:
    """The hotel's reminders as this guest would read them there, by name; offers to many are not among them."""
    guest = _guest(tx, conversation_id)
    by_name: dict[str, list[Template]] = {}
    for template in tx.templates.all(TemplateKind.REMINDER):
        if template.message_class is not MessageClass.MARKETING:
            by_name.setdefault(template.name, []).append(template)
    stay, (language, _) = _stay(tx, desk, guest, choice), language_of(desk, guest)
    chosen = [variant(found, language, desk.language)[0] for _name, found in sorted(by_name.items())]
    return tuple((one, rendered_for(tx, desk, one, guest, stay, choice.channel, now, actor)) for one in chosen)


def send(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    conversation_id: int,
    choice: ChannelChoice,
    template: Template,
    now: datetime,
) -> Outgoing:
    """Into the outbox as a planned message. Raises ``Refused``: a value is missing, it went before, a stop."""
    actor.require_write()
    guest = _guest(tx, conversation_id)
    stay = _stay(tx, desk, guest, choice)
    rendered = rendered_for(tx, desk, template, guest, stay, choice.channel, now, actor)
    if rendered.missing:
        raise Refused("missing_value", name=", ".join(rendered.missing))
    if rendered.problems:
        raise refuse(rendered.problems[0])
    account, channel, address = choice.account, choice.channel, choice.address
    admitted = admission(
        tx,
        desk,
        account=account,
        channel=channel,
        address=address,
        guest_id=guest.id,
        now=now,
        individual=False,
        planned=True,
    )
    require(admitted, rendered.text, template=False, human=False)
    letter = Letter(
        account,
        channel,
        address,
        rendered.text,
        origin=Origin.SCHEDULED,
        scheduled=True,
        not_before=now,
        template=template.name,
        dedupe_key=f"first-{stay.id if stay else conversation_id}-{template.name}",
    )
    sent = post(tx, desk, tx.conversations.load(conversation_id), letter, now)
    if sent is None:
        raise Refused("sent_already")
    return sent


def _guest(tx: Transaction, conversation_id: int) -> Guest:
    guest = tx.guests.get(tx.conversations.load(conversation_id).guest_id)
    if guest is None:
        raise NotFound(f"conversation {conversation_id}")
    return guest


def _stay(tx: Transaction, desk: Desk, guest: Guest, choice: ChannelChoice) -> Reservation | None:
    """The one whose site this is, the next to come first."""
    label = desk.traits(choice.account, choice.channel).label
    stays = [stay for stay in tx.reservations.of_guest(guest.id) if is_live(stay) and booked_at(stay.ota, label)]
    return next((stay for stay in stays if stay.ota_code == choice.address), stays[0] if stays else None)
