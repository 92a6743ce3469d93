"""Nobody is at the desk: told once per guest and night, where automation is on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tui_inbox.domain.consent import Permission
from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.hours import is_manned, next_opening
from tui_inbox.domain.message import Origin
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services.admission import admission
from tui_inbox.services.desk import Desk
from tui_inbox.services.holding import held_all
from tui_inbox.services.posting import Letter, enqueue, write
from tui_inbox.services.rendering import rendered_for
from tui_inbox.services.templates import language_of, variant

NAME = "out of hours"
_GOOD_FOR = timedelta(days=1)
"""Where nobody knows when somebody is back."""
_TEXTS = {
    "en": "Thank you for your message. Nobody is at the desk right now; we answer as soon as we are back."
    "\n\n##{{hotel}}",
    "fr": "Merci pour votre message. Il n’y a personne à la réception en ce moment ; nous vous répondons dès notre"
    " retour.\n\n##{{hotel}}",
}


def acknowledge(tx: Transaction, desk: Desk, began: Mapping[int, datetime], now: datetime) -> int:
    """Answer those who wrote outside the hours; how many. ``began``: conversations whose automation was on, and when.

    It is no answer: the guest waits on, and the row stays in Open.
    """
    if desk.acknowledge is None or not began or held_all(tx) is not None:
        return 0
    return sum(_told(tx, desk, conversation_id, at, now) for conversation_id, at in began.items())


def _told(tx: Transaction, desk: Desk, conversation_id: int, at: datetime, now: datetime) -> bool:
    conversation = tx.conversations.load(conversation_id)
    zone = desk.zone_of(conversation.property)
    # Written at night and only heard in the morning: somebody is there by now.
    if is_manned(desk.hours, at, zone) or is_manned(desk.hours, now, zone):
        return False
    guest = tx.guests.get(conversation.guest_id)
    letter = _letter(tx, desk, conversation, guest, now) if guest is not None else None
    if guest is None or letter is None:
        return False
    letter = letter._replace(dedupe_key=f"hours-{guest.id}-{_night(desk, now, zone)}")
    if tx.outbox.used(letter.dedupe_key):
        return False
    message = write(tx, desk, conversation, letter, now)
    return enqueue(tx, conversation, letter, message, now) is not None


def _night(desk: Desk, now: datetime, zone: ZoneInfo) -> str:
    """The time until somebody is back, named by its end; where nobody comes back, each day is one."""
    opens = next_opening(desk.hours, now, zone)
    return f"{opens:%Y%m%dT%H%MZ}" if opens is not None else f"{now.astimezone(zone):%Y%m%d}"


def _letter(tx: Transaction, desk: Desk, conversation: Conversation, guest: Guest, now: datetime) -> Letter | None:
    """By the way the guest came; None where that is closed to programs."""
    account, channel, address = conversation.last_account, conversation.last_channel, conversation.last_address
    info = desk.accounts.get(account)
    if info is None or channel not in info.channels:
        return None
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
    if admitted.standing.permission is Permission.BLOCKED or not admitted.verdict.allows(human=False):
        return None
    found = tx.templates.named(TemplateKind.REMINDER, desk.acknowledge or NAME) or _ours()
    template, _ = variant(found, language_of(desk, guest)[0], desk.language)
    rendered = rendered_for(tx, desk, template, guest, None, channel, now)
    if rendered.problems:
        return None
    return Letter(
        account,
        channel,
        address,
        rendered.text,
        subject=rendered.subject,
        html=rendered.html,
        origin=Origin.SCHEDULED,
        scheduled=True,
        not_before=now,
        expires_at=next_opening(desk.hours, now, desk.zone_of(conversation.property)) or now + _GOOD_FOR,
        template=template.name,
    )


def _ours() -> list[Template]:
    return [Template(0, TemplateKind.REMINDER, NAME, language, body) for language, body in _TEXTS.items()]
