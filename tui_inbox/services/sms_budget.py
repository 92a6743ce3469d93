"""The month's SMS budget: what nobody typed goes by mail once it is used up, or waits; a person is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui_inbox.domain import sms
from tui_inbox.domain.budget import Budget, ends, month_of
from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.footer import without_hint
from tui_inbox.domain.hours import after_quiet, same_hour
from tui_inbox.domain.message import Kind, Message
from tui_inbox.domain.outbox import OutboxState, Outgoing, body_hash
from tui_inbox.services import settling
from tui_inbox.services.admission import TO_MANY, fault_of
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.footers import finished, footer_of, signing_key, takes_footer
from tui_inbox.services.house_mail import tell_owner
from tui_inbox.services.posting import Letter, message_id
from tui_inbox.services.sms_used import MANY, USED_UP, budget, channels_of, override
from tui_inbox.services.ways import way_for

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

BY_MAIL_TOO = "sms_budget_mailed"
_TOGETHER = timedelta(hours=1)
"""A mail of the same text within this time is the same message by its other way."""


def put_limit(tx: Transaction, desk: Desk, actor: Actor, account: str, typed: str, now: datetime) -> int:
    """This month's parts, whatever the configuration says; how many rows wait for them. Raises ``Refused``."""
    actor.require_admin()
    number = typed.strip()
    if not (number.isascii() and number.isdigit() and len(number) < 8) or not channels_of(desk, account):
        raise Refused("sms_budget_number")
    tx.mappings.put(override(account, now), str(int(number)))
    params: dict[str, str | int] = {"account": account, "month": month_of(now), "parts": int(number)}
    tx.events.add(Event(0, now, Code.SMS_BUDGET, actor.code, params=params))
    tx.changed("account", 0)
    return len(tx.outbox.held_for(USED_UP, account, MANY))


def release_held(tx: Transaction, desk: Desk, actor: Actor, account: str, now: datetime) -> tuple[int, int]:
    """Let go what waited for the budget: (how many go on, how many may not leave any more and went to the desk).

    Windows, stops and consents are asked again, here and before each attempt; so is the budget.
    """
    actor.require_write()
    gone = flagged = 0
    for row in tx.outbox.held_for(USED_UP, account, MANY):
        late = row.expires_at is not None and row.expires_at <= now
        fault = Refused("expired") if late else fault_of(tx, desk, row, now)
        if fault is not None:
            state = OutboxState.EXPIRED if late else OutboxState.FAILED
            settling.failed(tx, desk, row, fault.code, now, state=state, params=dict(fault.params))
            flagged += 1
        elif moved := tx.outbox.move(row, row.state, now, reason="", reason_params={}, not_before=now):
            settling.moved_on(tx, moved)
            gone += 1
    return gone, flagged


def still_used_up(tx: Transaction, desk: Desk, row: Outgoing, now: datetime) -> Refused | None:
    """Why a row that waits for the budget cannot be sent one by one: it is raised for all of them."""
    found = budget(tx, desk, row.account, now) if row.reason == USED_UP else Budget(0, 0)
    return None if found.allows(1) else Refused(USED_UP, used=found.used, budget=found.limit)


def within(tx: Transaction, desk: Desk, row: Outgoing, now: datetime) -> Outgoing | None:
    """The row if it may be queued: as it is, or as a mail; None when it waits or is not needed any more."""
    message = tx.messages.get(row.message_id)
    by_hand = row.created_by and not (message and message.origin in TO_MANY)
    try:
        traits = desk.traits(row.account, row.channel)
    except NotFound:
        return row
    if message is None or by_hand or row.state is not OutboxState.HELD or not traits.counts_segments:
        return row
    found = budget(tx, desk, row.account, now)
    if found.allows(message.segments or sms.segments(row.text).count):
        return row
    conversation = tx.conversations.load(row.conversation_id)
    _tell_once(tx, desk, row.account, found, now)
    letter, reason = _by_mail(tx, desk, conversation, message, now)
    if letter is not None and _mailed_too(tx, conversation, message, letter):
        moved = tx.outbox.move(row, OutboxState.CANCELLED, now, reason=BY_MAIL_TOO)
        if moved is not None:
            settling.moved_on(tx, moved)
        return None
    if letter is None:
        _hold(tx, desk, row, conversation, found, reason, now)
        return None
    return _switched(tx, desk, row, message, conversation, letter, now)


def _by_mail(
    tx: Transaction, desk: Desk, conversation: Conversation, message: Message, now: datetime
) -> tuple[Letter | None, str]:
    """To a mailbox of the guest's own that may be written to; a relay's alias is none."""
    guest = tx.guests.get(conversation.guest_id)
    codes = {
        code: None for one in desk.accounts.values() for code, traits in one.channels.items() if takes_footer(traits)
    }
    if guest is None or not codes:
        return None, "no_address"
    return way_for(tx, desk, guest, list(codes), now, message.message_class, origin=message.origin)


def _mailed_too(tx: Transaction, conversation: Conversation, message: Message, letter: Letter) -> bool:
    """Was it to go by both ways, and has the mail been made already?"""
    return any(
        (row.channel, row.template, row.origin) == (letter.channel, message.template, message.origin)
        and abs(row.at - message.at) < _TOGETHER
        for row in tx.messages.page(conversation.id, None, 20)
        if row.id != message.id and message.template
    )


def _hold(
    tx: Transaction, desk: Desk, row: Outgoing, conversation: Conversation, found: Budget, why: str, now: datetime
) -> None:
    """Until the budget is raised or a new month begins; what loses its use before that expires."""
    zone = desk.zone_of(conversation.property)
    # A month of the vendor's begins at some hour of the night: it goes at the hour at which it would have gone.
    until = after_quiet(same_hour(now, ends(now), zone), desk.hours.quiet, zone)
    until = min(until, row.expires_at) if row.expires_at is not None else until
    params: dict[str, str | int] = {"used": found.used, "budget": found.limit}
    moved = tx.outbox.move(row, row.state, now, reason=USED_UP, reason_params=params, not_before=until)
    if moved is None:
        return
    if row.reason != USED_UP:
        settling.tell(tx, Code.SMS_HELD, conversation, "", now, params={"reason": why})
    settling.moved_on(tx, moved)


def _switched(
    tx: Transaction,
    desk: Desk,
    row: Outgoing,
    message: Message,
    conversation: Conversation,
    letter: Letter,
    now: datetime,
) -> Outgoing | None:
    """The same row and the same key, so that it can leave once only; the message says why it is a mail."""
    place = (conversation.guest_id, letter.account, letter.channel)
    text = plain = without_hint(row.text, footer_of(tx, desk, tx.guests.get(conversation.guest_id), now))
    if message.origin in TO_MANY:
        signing_key(tx)
        text = finished(tx, desk, *place, text, message.message_class, now)
    own = desk.accounts[letter.account].own.get(letter.channel, "")
    ref, subject = message_id(row.dedupe_key, own), row.subject or desk.hotel
    moved = tx.outbox.move(
        row,
        row.state,
        now,
        account=letter.account,
        channel=letter.channel,
        address=letter.address,
        own_address=own,
        text=text,
        subject=subject,
        message_ref=ref,
        body_hash=body_hash(text),
        reason="",
        reason_params={},
    )
    if moved is None:
        return None
    tx.messages.put(
        message._replace(
            account=letter.account,
            channel=letter.channel,
            address=letter.address,
            own_address=own,
            kind=Kind.EMAIL,
            text=plain,
            full_text=text if text != plain else "",
            subject=subject,
            thread_ref=ref,
            segments=None,
            switched=USED_UP,
        )
    )
    settling.tell(tx, Code.SMS_SWITCHED, conversation, "", now)
    settling.moved_on(tx, moved)
    return moved


def _tell_once(tx: Transaction, desk: Desk, account: str, found: Budget, now: datetime) -> None:
    """The owner hears of each limit that was reached once."""
    name, told = f"sms.told.{account}", f"{month_of(now)}:{found.limit}"
    if tx.mappings.get(name) == told:
        return
    tx.mappings.put(name, told)
    tx.changed("account", 0)
    params: dict[str, str | int] = {"account": account, "used": found.used, "budget": found.limit, "hotel": desk.hotel}
    tell_owner(tx, desk, "sms_budget", params, f"sms-budget-{account}-{told}", now)
