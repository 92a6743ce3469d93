"""Offers: a free room, table or slot, asked guest by guest until somebody takes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.hours import after_quiet
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.offer import Asked, AskedState, Offer, OfferMode, OfferState, is_over, next_turn
from tui_inbox.services.desk import SYSTEM, Actor, Desk
from tui_inbox.services.group_letters import Wording, check_wording, dispatch, prepare, sender
from tui_inbox.services.holding import held_all
from tui_inbox.services.templates import language_of
from tui_inbox.wording import N_, translated

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

MOST_GUESTS, MOST_MINUTES = 50, 2880
HEARD_FOR = timedelta(days=3)
_YOURS = N_("Thank you: “{offer}” is yours. See you soon!")
_GONE = N_("Thank you for your answer. We are sorry: “{offer}” is gone in the meantime.")


def make(tx: Transaction, desk: Desk, actor: Actor, offer: Offer, guests: Sequence[int], now: datetime) -> Offer:
    """From now on the worker asks one guest after the other. Raises ``Refused``."""
    title, text = clean_line(offer.title), clean(offer.text).strip()
    if not title:
        raise Refused("offer_title")
    if not 1 <= offer.minutes <= MOST_MINUTES:
        raise Refused("offer_minutes", limit=MOST_MINUTES)
    chosen = tuple(dict.fromkeys(guests))
    if not chosen or len(chosen) > MOST_GUESTS:
        raise Refused("offer_guests", limit=MOST_GUESTS)
    check_wording(tx, desk, actor, _wording(offer._replace(title=title, text=text)))
    _check_guests(tx, desk, actor, offer._replace(title=title, text=text), chosen, now)
    made = offer._replace(
        title=title,
        text=text,
        state=OfferState.OPEN,
        taken_by=None,
        created_by=actor.code,
        created_at=now,
        property=actor.property or "",
    )
    stored = tx.offers.add(made, chosen)
    tx.changed("offer", stored.id)
    return stored


def _check_guests(
    tx: Transaction, desk: Desk, actor: Actor, offer: Offer, guests: Sequence[int], now: datetime
) -> None:
    """The worker asks later and knows no operator: what this one may not do is refused now."""
    if actor.property is None and not actor.accounts:
        return
    for guest_id in guests:
        refusal = prepare(tx, desk, actor, _wording(offer), guest_id, now).refusal
        if refusal is not None and refusal.code in ("guest_not_yours", "account_not_yours"):
            raise refusal


def _wording(offer: Offer, text: str = "") -> Wording:
    """A guest is asked because they wait for it: no advertising."""
    values = {"offer": offer.title, "minutes_left": str(offer.minutes)}
    said = text or offer.text
    return Wording(offer.channels, said, offer.title, None, MessageClass.TRANSACTIONAL, values)


def advance(tx: Transaction, desk: Desk, offer_id: int, now: datetime) -> bool:
    """End it where it is over, else ask whose turn it is; True: somebody was asked. Nobody is in the quiet hours."""
    offer = tx.offers.load(offer_id)
    if offer.state is not OfferState.OPEN or held_all(tx) is not None:
        return False
    quiet = after_quiet(now, desk.hours.quiet, desk.zone) > now
    for asked in tx.offers.asked(offer.id):
        over = asked.state is AskedState.ASKED and asked.reply_by is not None and asked.reply_by <= now
        if over and offer.mode is OfferMode.TURN:
            _put(tx, asked._replace(state=AskedState.SILENT))
    while (turn := next_turn(offer, tx.offers.asked(offer.id), now)) is not None and not quiet:
        if _ask(tx, desk, offer, turn, now):
            return True
    if is_over(offer, tx.offers.asked(offer.id), now):
        _end(tx, offer, OfferState.NOBODY, now)
    return False


def _ask(tx: Transaction, desk: Desk, offer: Offer, asked: Asked, now: datetime) -> bool:
    """False: this guest cannot be reached, and the next is asked at once."""
    by = sender(desk, offer.created_by)
    ready = prepare(tx, desk, by, _wording(offer), asked.guest_id, now, property_=offer.property)
    if ready.letter is None:
        reason = ready.refusal.code if ready.refusal is not None else ""
        _put(tx, asked._replace(state=AskedState.LEFT_OUT, reason=reason))
        return False
    reply_by = now + timedelta(minutes=offer.minutes)
    # An offer that could not leave before its time is over is of no use any more.
    timely = ready._replace(letter=ready.letter._replace(expires_at=reply_by))
    outgoing = dispatch(tx, desk, timely, f"offer-{offer.id}-{asked.guest_id}", now)
    outbox_id = outgoing.id if outgoing is not None else None
    _put(tx, asked._replace(state=AskedState.ASKED, asked_at=now, reply_by=reply_by, outbox_id=outbox_id))
    return True


def _put(tx: Transaction, asked: Asked) -> None:
    tx.offers.put_asked(asked)
    tx.changed("offer", asked.offer_id)


def _end(tx: Transaction, offer: Offer, state: OfferState, now: datetime, taken_by: int | None = None) -> Offer:
    ended = offer._replace(state=state, ended_at=now, taken_by=taken_by)
    tx.offers.put(ended)
    tx.changed("offer", offer.id)
    return ended


def answer(
    tx: Transaction, desk: Desk, actor: Actor, offer_id: int, guest_id: int, now: datetime, *, yes: bool
) -> Asked:
    """A guest's word, heard or noted by an operator; whoever says yes is told at once whether they have it.

    The first yes takes it, also after its time while nobody else has it or is being asked. Raises
    ``Refused("offer_not_asked")``.
    """
    actor.require_write()
    offer = tx.offers.load(offer_id)
    actor.require_property(offer.property)
    everybody = tx.offers.asked(offer_id)
    mine = next((one for one in everybody if one.guest_id == guest_id), None)
    if mine is None or mine.asked_at is None or mine.state in (AskedState.YES, AskedState.LATE):
        raise Refused("offer_not_asked")
    if not yes:
        answered = mine._replace(state=AskedState.NO, answered_at=now, reply_by=min(mine.reply_by or now, now))
        _put(tx, answered)
        _note(tx, actor, offer, guest_id, "no", now)
        return answered
    if _free_for(offer, mine, everybody, now):
        _end(tx, offer, OfferState.TAKEN, now, guest_id)
        answered = mine._replace(state=AskedState.YES, answered_at=now)
    else:
        answered = mine._replace(state=AskedState.LATE, answered_at=now)
    _put(tx, answered)
    _tell(tx, desk, offer, guest_id, _YOURS if answered.state is AskedState.YES else _GONE, now)
    _note(tx, actor, offer, guest_id, answered.state.value, now)
    return answered


def _free_for(offer: Offer, mine: Asked, everybody: Sequence[Asked], now: datetime) -> bool:
    if offer.state not in (OfferState.OPEN, OfferState.NOBODY):
        return False
    if offer.mode is OfferMode.FIRST or (mine.reply_by is not None and mine.reply_by > now):
        return True
    # Late: another has it alone now.
    return not any(
        one.guest_id != mine.guest_id and one.state is AskedState.ASKED and one.reply_by and one.reply_by > now
        for one in everybody
    )


def _tell(tx: Transaction, desk: Desk, offer: Offer, guest_id: int, words: str, now: datetime) -> None:
    guest = tx.guests.load(guest_id)
    text = translated(words, language_of(desk, guest)[0]).format(offer=offer.title)
    by = sender(desk, offer.created_by)
    ready = prepare(tx, desk, by, _wording(offer, text), guest_id, now, property_=offer.property)
    if ready.letter is not None:
        dispatch(tx, desk, ready, f"offer-{offer.id}-{guest_id}-told", now)


def _note(tx: Transaction, actor: Actor, offer: Offer, guest_id: int, said: str, now: datetime) -> None:
    params: dict[str, str | int] = {"offer": offer.title, "said": said}
    tx.events.add(Event(0, now, Code.OFFER_ANSWERED, actor.code, guest_id=guest_id, params=params))
    tx.changed("guest", guest_id)


def withdraw(tx: Transaction, actor: Actor, offer_id: int, now: datetime) -> Offer:
    """Nobody else is asked, and a yes is told that it is gone. Raises ``Refused("offer_over")``."""
    actor.require_write()
    offer = tx.offers.load(offer_id)
    actor.require_property(offer.property)
    if offer.state is not OfferState.OPEN:
        raise Refused("offer_over")
    return _end(tx, offer, OfferState.WITHDRAWN, now)


def heard(tx: Transaction, desk: Desk, guest_id: int, at: datetime, now: datetime, *, yes: bool) -> bool:
    """A guest wrote nothing but yes or no ``at`` this time: to what they were asked last before it; False: to nothing.

    A yes that comes days later is no answer to an offer any more.
    """
    asked = asked_last(tx, guest_id, at)
    if asked is not None:
        answer(tx, desk, SYSTEM, asked.offer_id, guest_id, now, yes=yes)
    return asked is not None


def asked_last(tx: Transaction, guest_id: int, at: datetime) -> Asked | None:
    """The newest offer that this guest may still answer ``at`` this time."""
    for asked in tx.offers.of_guest(guest_id):
        open_ = asked.state in (AskedState.ASKED, AskedState.SILENT)
        if open_ and asked.asked_at is not None and asked.asked_at <= at < asked.asked_at + HEARD_FOR:
            return asked
    return None


class OfferRow(NamedTuple):
    """One line of an offer: a guest, and where they stand."""

    asked: Asked
    guest: str


class OfferView(NamedTuple):
    offer: Offer
    rows: tuple[OfferRow, ...]


def listing(tx: Transaction, actor: Actor = SYSTEM, limit: int = 100) -> tuple[OfferView, ...]:
    """Newest first, each with its guests in their order; whoever may see but one property sees those made for it."""
    return tuple(view(tx, offer) for offer in tx.offers.all(limit) if actor.property in (None, offer.property))


def view(tx: Transaction, offer: Offer) -> OfferView:
    rows = []
    for asked in tx.offers.asked(offer.id):
        guest = tx.guests.get(asked.guest_id)
        rows.append(OfferRow(asked, (guest.name or guest.phone or guest.email) if guest is not None else ""))
    return OfferView(offer, tuple(rows))
