"""Group sends: looked at guest by guest before, started once, paced, held and released, and told how they went."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain.budget import Budget
from tui_inbox.domain.campaign import (
    MINUTE,
    Campaign,
    CampaignKind,
    CampaignState,
    Progress,
    Recipient,
    RecipientRow,
    RecipientState,
    share,
)
from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.services import pins, settling
from tui_inbox.services.accept_links import ACCEPT, link_for
from tui_inbox.services.accounts import may_carry
from tui_inbox.services.desk import SYSTEM, Actor, Desk
from tui_inbox.services.group_letters import Prepared, Wording, check_wording, dispatch, marks, prepare, sender
from tui_inbox.services.holding import held_all
from tui_inbox.services.sms_used import USED_UP, budget
from tui_inbox.services.variables import with_texts

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

LIMIT_SETTING = "bulk.max_recipients"
_NAME_CHARS = 60
_AT_ONCE = 200
"""Recipients looked at in one transaction at most."""
_TO_BE_SENT = (OutboxState.HELD, OutboxState.QUEUED, OutboxState.RETRY_WAIT)


class GroupSend(NamedTuple):
    """What an operator is about to send, and to whom."""

    wording: Wording
    guests: tuple[int, ...]
    name: str = ""
    class_reason: str = ""
    guest_list: int | None = None
    kind: CampaignKind = CampaignKind.SEND


class Summary(NamedTuple):
    """Who will get it, who will not and why, and what that costs."""

    receive: tuple[Prepared, ...]
    left_out: tuple[Prepared, ...]
    limit: int | None

    @property
    def chosen(self) -> int:
        return len(self.receive) + len(self.left_out)

    @property
    def locked(self) -> bool:
        """More were chosen than may be without an administrator's word."""
        return self.limit is not None and self.chosen > self.limit

    @property
    def parts(self) -> int:
        return sum(one.parts for one in self.receive)

    @property
    def price(self) -> Decimal:
        """Of those whose price is known."""
        return sum((one.cost.amount for one in self.receive if one.cost and one.cost.amount), Decimal(0))

    @property
    def unpriced(self) -> int:
        return sum(one.cost is None or one.cost.kind.value == "unknown" for one in self.receive)


class Turn(NamedTuple):
    """A guest who gets it now."""

    recipient: Recipient
    ready: Prepared


def look(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    wanted: GroupSend,
    now: datetime,
    tell: Callable[[int], None] = lambda _looked: None,
) -> Summary:
    """Guest by guest, as it would leave now; ``tell`` hears at how many it is. Raises ``Refused`` for a text that is
    wrong for all."""
    check_wording(tx, desk, actor, wanted.wording)
    receive: list[Prepared] = []
    left_out: list[Prepared] = []
    spent: dict[str, Budget] = {}
    for looked, ready in enumerate(_each(tx, desk, actor, wanted, now), 1):
        tell(looked)
        if ready.letter is None:
            left_out.append(ready)
            continue
        account = ready.letter.account
        month = spent.get(account) or budget(tx, desk, account, now)
        if ready.parts and not month.allows(ready.parts):
            ready = ready._replace(beyond=Refused(USED_UP, used=month.used, budget=month.limit))
        else:
            month = month._replace(used=month.used + ready.parts)
        spent[account] = month
        receive.append(ready)
    return Summary(tuple(receive), tuple(left_out), desk.bulk.max_recipients)


def _each(tx: Transaction, desk: Desk, actor: Actor, wanted: GroupSend, now: datetime) -> Iterator[Prepared]:
    taken: set[tuple[str, str]] = set()
    desk = with_texts(tx, desk)
    for guest_id in dict.fromkeys(wanted.guests):
        wording = _for_guest(tx, desk, wanted.wording, 0, guest_id, now)
        ready = prepare(tx, desk, actor, wording, guest_id, now, taken)
        if ready.letter is not None:
            taken.update(marks(ready.guest, ready.letter))
        yield ready


def _for_guest(
    tx: Transaction, desk: Desk, wording: Wording, campaign_id: int, guest_id: int, now: datetime
) -> Wording:
    """With the guest's own link, where the occasion has one."""
    if ACCEPT not in wording.values:
        return wording
    link = link_for(tx, desk, campaign_id, guest_id, now)
    return wording._replace(values={**wording.values, ACCEPT: link})


def unlock(tx: Transaction, actor: Actor, admin: Actor, pin: str) -> str:
    """An administrator allows more guests than the setting: their code.

    Raises ``Refused``: ``admin_only``; ``wrong_pin``; ``unlock_needs_pin`` for somebody else's name without a PIN.
    """
    actor.require_write()
    if admin.role != "admin":
        raise Refused("admin_only")
    if pins.needed(tx, admin.code):
        pins.check(tx, admin.code, pin)
    elif admin.code != actor.code:
        raise Refused("unlock_needs_pin", name=admin.name)
    return admin.code


def start(
    tx: Transaction, desk: Desk, actor: Actor, wanted: GroupSend, now: datetime, *, unlocked_by: str = ""
) -> Campaign:
    """From now on the worker sends it, at its pace; each guest is looked at again when their turn comes.

    Of many only whether anybody gets it is asked here: everybody else would wait for so long a write.
    Raises ``Refused``: the text, ``class_reason``, ``bulk_limit`` (count, limit, setting) or ``nobody_gets_it``.
    """
    wording = wanted.wording
    if wording.message_class is MessageClass.TRANSACTIONAL and not clean_line(wanted.class_reason):
        raise Refused("class_reason")
    check_wording(tx, desk, actor, wording)
    chosen, limit = tuple(dict.fromkeys(wanted.guests)), desk.bulk.max_recipients
    if limit is not None and len(chosen) > limit and not unlocked_by:
        raise Refused("bulk_limit", count=len(chosen), limit=limit, setting=LIMIT_SETTING)
    looked = _each(tx, desk, actor, wanted, now)
    # The worker, who looks at the others, does not know by which accounts this operator may send.
    every = len(chosen) <= _AT_ONCE or bool(actor.accounts)
    found = list(looked if every else _until_one_gets_it(looked))
    if not any(one.letter for one in found):
        raise Refused("nobody_gets_it")
    text = clean(wording.text).strip()
    campaign = tx.campaigns.add(
        Campaign(
            0,
            (clean_line(wanted.name) or clean_line(text))[:_NAME_CHARS],
            text,
            wording.channels,
            wanted.kind,
            CampaignState.RUNNING,
            wording.message_class,
            clean_line(wanted.class_reason),
            clean_line(wording.subject),
            wording.template,
            wording.values,
            wanted.guest_list,
            actor.code,
            now,
            unlocked_by,
            property=actor.property or "",
        ),
        chosen,
    )
    refusals = {one.guest.id: one.refusal for one in found}
    for place, guest_id in enumerate(chosen):
        refused = refusals.get(guest_id)
        if refused is not None:
            tx.campaigns.put_recipient(_left_out(Recipient(campaign.id, guest_id, place), refused))
    tx.changed("campaign", campaign.id)
    return campaign


def _until_one_gets_it(looked: Iterator[Prepared]) -> Iterator[Prepared]:
    for one in looked:
        yield one
        if one.letter is not None:
            return


def _left_out(recipient: Recipient, refusal: Refused) -> Recipient:
    return recipient._replace(state=RecipientState.LEFT_OUT, reason=refusal.code, params=dict(refusal.params))


def at_work(tx: Transaction) -> bool:
    """Is there anything for ``advance`` to do?"""
    return bool(tx.campaigns.running())


def advance(tx: Transaction, desk: Desk, now: datetime) -> int:
    """Put whose turn it is into the outbox, at the hotel's pace; how many. While all is held, take back what waits."""
    if held_all(tx) is not None:
        for campaign_id in sorted({recipient.campaign_id for recipient, _ in tx.campaigns.unsent()}):
            _take_back(tx, tx.campaigns.load(campaign_id), now)
        return 0
    running = tx.campaigns.running()
    if not running:
        return 0
    lately, last = tx.campaigns.queued_since(now - MINUTE)
    begun = running[0].created_at or now
    room = share(desk.bulk.per_minute, lately, max(last or begun, begun), now)
    turns: list[Turn] = []
    for campaign in running:
        turns += _turns(tx, desk, campaign, room - len(turns), now)
    # In the order in which whoever hears guests takes their conversations: two who wait for each other wait for ever.
    for turn in sorted(turns, key=lambda turn: turn.ready.guest.id):
        _send(tx, desk, turn, now)
    return len(turns)


def _turns(tx: Transaction, desk: Desk, campaign: Campaign, room: int, now: datetime) -> list[Turn]:
    """Whose turn it is; nothing is sent yet. Whoever cannot get it any more is left out."""
    waiting = tx.campaigns.in_state(campaign.id, RecipientState.WAITING, _AT_ONCE)
    taken = tx.campaigns.addressed(campaign.id) if room > 0 and waiting else set()
    by = sender(desk, campaign.created_by)
    turns: list[Turn] = []
    left = len(waiting)
    for recipient in waiting:
        if len(turns) >= room:
            break
        wording = _for_guest(tx, desk, wording_of(campaign), campaign.id, recipient.guest_id, now)
        ready = prepare(tx, desk, by, wording, recipient.guest_id, now, taken, campaign.property)
        if ready.letter is None:
            assert ready.refusal is not None
            tx.campaigns.put_recipient(_left_out(recipient, ready.refusal))
            left -= 1
            continue
        if not may_carry(tx.accounts.get(ready.letter.account), now):
            # It would wait in the outbox, and what is true of the guest now may not be then.
            break
        turns.append(Turn(recipient, ready))
        taken.update(marks(ready.guest, ready.letter))
    left -= len(turns)
    if not left and len(waiting) < _AT_ONCE:
        tx.campaigns.put(campaign._replace(state=CampaignState.DONE, ended_at=now))
    if turns or not left:
        tx.changed("campaign", campaign.id)
    return turns


def _send(tx: Transaction, desk: Desk, turn: Turn, now: datetime) -> None:
    recipient = turn.recipient
    key = f"campaign-{recipient.campaign_id}-{recipient.guest_id}" + (f"-{recipient.turn}" if recipient.turn else "")
    outgoing = dispatch(tx, desk, turn.ready, key, now)
    outbox_id = outgoing.id if outgoing is not None else None
    tx.campaigns.put_recipient(
        recipient._replace(state=RecipientState.QUEUED, outbox_id=outbox_id, queued_at=now, reason="", params={})
    )


def wording_of(campaign: Campaign) -> Wording:
    return Wording(
        campaign.channels,
        campaign.text,
        campaign.subject,
        campaign.template,
        campaign.message_class,
        campaign.values,
    )


def _take_back(tx: Transaction, campaign: Campaign, now: datetime) -> None:
    """Out of the outbox, and wait again; what is on its way stays there. The campaign was loaded to be changed."""
    taken = 0
    for recipient, outbox_id in tx.campaigns.unsent(campaign.id):
        row = tx.outbox.load(outbox_id)
        # Where writers do not wait for each other, the worker may have taken it just now.
        moved = (
            tx.outbox.move(row, OutboxState.CANCELLED, now, reason="send_held") if row.state in _TO_BE_SENT else None
        )
        if moved is None:
            continue
        settling.moved_on(tx, moved)
        tx.campaigns.put_recipient(
            recipient._replace(state=RecipientState.WAITING, outbox_id=None, queued_at=None, turn=recipient.turn + 1)
        )
        taken += 1
    if taken:
        if campaign.state is CampaignState.DONE:
            tx.campaigns.put(campaign._replace(state=CampaignState.RUNNING, ended_at=None))
        tx.changed("campaign", campaign.id)


def pause(tx: Transaction, desk: Desk, actor: Actor, campaign_id: int, now: datetime) -> Campaign:
    """Nothing more leaves; what waited in the outbox waits with the others. Raises ``Refused("send_over")``."""
    actor.require_write()
    campaign = _going(tx, actor, campaign_id)
    _take_back(tx, campaign, now)
    return _moved(tx, campaign._replace(state=CampaignState.PAUSED, ended_at=None))


def resume(tx: Transaction, actor: Actor, campaign_id: int) -> Campaign:
    """Go on where it stopped; each guest's window, consent and stay are asked again."""
    actor.require_write()
    return _moved(tx, _going(tx, actor, campaign_id)._replace(state=CampaignState.RUNNING))


def call_off(tx: Transaction, desk: Desk, actor: Actor, campaign_id: int, now: datetime) -> Campaign:
    """Whoever has not got it by now does not get it."""
    actor.require_write()
    campaign = _going(tx, actor, campaign_id)
    _take_back(tx, campaign, now)
    tx.campaigns.call_off(campaign_id)
    return _moved(tx, campaign._replace(state=CampaignState.CANCELLED, ended_at=now))


def _going(tx: Transaction, actor: Actor, campaign_id: int) -> Campaign:
    campaign = tx.campaigns.load(campaign_id)
    actor.require_property(campaign.property)
    if campaign.state in (CampaignState.DONE, CampaignState.CANCELLED) and not tx.campaigns.unsent(campaign_id):
        raise Refused("send_over")
    return campaign


def _moved(tx: Transaction, campaign: Campaign) -> Campaign:
    tx.campaigns.put(campaign)
    tx.changed("campaign", campaign.id)
    return campaign


class CampaignRow(NamedTuple):
    """One line of the list of group sends."""

    campaign: Campaign
    progress: Progress


def listing(tx: Transaction, actor: Actor = SYSTEM, limit: int = 200) -> tuple[CampaignRow, ...]:
    """Newest first; whoever may see but one property sees what was sent for it."""
    found = (one for one in tx.campaigns.all(limit) if actor.property in (None, one.property))
    return tuple(CampaignRow(one, tx.campaigns.progress(one.id)) for one in found)


def results(
    tx: Transaction, campaign_id: int, after: int | None = None, limit: int = 50, actor: Actor = SYSTEM
) -> Sequence[RecipientRow]:
    """Guest by guest; ``after`` is the place of the last one. Raises ``Refused("not_your_property")``."""
    found = tx.campaigns.get(campaign_id)
    if found is not None:
        actor.require_property(found.property)
    return tx.campaigns.rows(campaign_id, after, limit)
