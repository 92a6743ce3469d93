"""What happens to a stay and what guests and staff are told of it, once for each reservation, event and revision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import msgspec

from tui_inbox.domain.booking import BookingEvent, EventMessage, StayEvent, collapsed, events_between
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.guest import Guest, Handle
from tui_inbox.domain.hours import moment_of
from tui_inbox.domain.message import Origin
from tui_inbox.domain.reservation import Reservation, ReservationStatus, is_live
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services.booking_texts import guest_texts, staff_notice
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.holding import held_all
from tui_inbox.services.planned_sends import conversation_of, fault_of, post
from tui_inbox.services.planning import first_import
from tui_inbox.services.posting import Letter
from tui_inbox.services.rendering import rendered_for
from tui_inbox.services.templates import language_of, variant
from tui_inbox.services.variables import day_in_words, values_of
from tui_inbox.services.ways import ways_for, why_none

_SETTING = "booking."
_GOOD_FOR = timedelta(days=3)
"""How long a booking message may be late."""
_NOTE = 500
STAFF = "staff"
"""Label of the handle of the hotel's own mailbox for notices."""
_DESCRIBES = {
    BookingEvent.PENDING: (ReservationStatus.PENDING,),
    BookingEvent.CONFIRMED: (ReservationStatus.CONFIRMED,),
    BookingEvent.RESCHEDULED: (ReservationStatus.CONFIRMED, ReservationStatus.PENDING),
    BookingEvent.DECLINED: (ReservationStatus.DECLINED, ReservationStatus.CANCELLED),
    BookingEvent.CANCELLED: (ReservationStatus.CANCELLED, ReservationStatus.DECLINED),
}
"""States in which a stay still is as the event told."""


def settings(tx: Transaction) -> dict[BookingEvent, EventMessage]:
    """Of each event."""
    found = {}
    for event in BookingEvent:
        stored = tx.mappings.get(_SETTING + event.value)
        found[event] = msgspec.json.decode(stored, type=EventMessage) if stored else EventMessage()
    return found


def put_setting(tx: Transaction, desk: Desk, actor: Actor, event: BookingEvent, setting: EventMessage) -> None:
    """Raises ``Refused`` for a channel, a template or a mailbox that is not there."""
    actor.require_write()
    known = {channel for account in desk.accounts.values() for channel in account.channels}
    if setting.guest and (not setting.channels or any(channel not in known for channel in setting.channels)):
        raise Refused("rule_channels")
    if setting.template and not tx.templates.named(TemplateKind.REMINDER, setting.template):
        raise Refused("rule_template", name=setting.template)
    if setting.staff and not desk.bookings.staff:
        raise Refused("no_staff_address")
    store_setting(tx, event, setting)


def store_setting(tx: Transaction, event: BookingEvent, setting: EventMessage) -> None:
    """As it is, unasked."""
    tx.mappings.put(_SETTING + event.value, msgspec.json.encode(setting).decode())
    tx.changed("rule", 0)


def take_stays(tx: Transaction, source: str, external_ids: Iterable[str]) -> None:
    """Lock the stays that one transaction is going to change, before it changes the first of them.

    Whoever changes stays takes their rows first, those of their guests after, and those of their events last: in this
    one order nobody waits for somebody who waits for them.
    """
    for external_id in sorted(set(external_ids)):
        tx.reservations.by_source(source, external_id, for_change=True)


class News(NamedTuple):
    """What became of a stay, to be noted by ``stay_changed``."""

    before: Reservation | None
    after: Reservation
    first: bool = False


def note_all(tx: Transaction, desk: Desk, news: Sequence[News], now: datetime) -> None:
    """What one transaction did to many stays, once it has changed the last of them: see ``take_stays``."""
    for before, after, first in news:
        stay_changed(tx, desk, before, after, now, first=first)


def stay_changed(
    tx: Transaction, desk: Desk, before: Reservation | None, after: Reservation, now: datetime, *, first: bool = False
) -> None:
    """Note what happened to a stay that is new or changed, whoever told it; with ``first`` (an import) nothing did.

    A booking that is cancelled and made again within the time of its hold, and dates moved twice, are told as one.
    """
    if first:
        first_import(tx, now)
    if first or after.low_confidence:
        return
    for kind in events_between(before, after):
        was: tuple[date | None, date | None] = (None, None)
        if before is not None:
            was = (before.arrival, before.departure)
        told: BookingEvent | None = kind
        for waiting in _waiting(tx, after):
            one = collapsed(kind, after, waiting, same_stay=waiting.reservation_id == after.id)
            if one is not None and _still_waits(tx, waiting.id):
                told, was = one.told, one.was
                tx.stay_events.handled(waiting.id, now, "collapsed")
                tx.changed("planned", 0)
                break
        if told is not None:
            due = now + desk.bookings.hold if told is BookingEvent.CANCELLED else None
            event = StayEvent(0, after.id, told, after.revision, now, after.arrival, after.departure, *was)
            tx.stay_events.add(event._replace(due_at=due))
            tx.changed("planned", 0)


def _waiting(tx: Transaction, stay: Reservation) -> list[StayEvent]:
    """Not told yet, of this stay first and then of the guest's others."""
    stays = sorted(tx.reservations.of_guest(stay.guest_id), key=lambda one: one.id != stay.id)
    events = [event for one in stays for event in tx.stay_events.of_reservation(one.id)]
    return [event for event in events if event.handled_at is None]


def _still_waits(tx: Transaction, event_id: int) -> bool:
    """From here on it does: the worker, should it be telling it at this moment, was waited for."""
    event = tx.stay_events.load(event_id)
    return event is not None and event.handled_at is None


def add_note(tx: Transaction, actor: Actor, event_id: int, note: str) -> StayEvent:
    """What the guest reads besides. Raises ``Refused`` when the message has left."""
    actor.require_write()
    event = _unhandled(tx, event_id)
    words = clean_line(note)
    if len(words) > _NOTE:
        raise Refused("note_long", limit=_NOTE)
    noted = event._replace(note=words)
    tx.stay_events.put(noted)
    tx.changed("planned", 0)
    return noted


def say_nothing(tx: Transaction, actor: Actor, event_id: int, now: datetime) -> None:
    """Nobody is told of this event. Raises ``Refused`` when the message has left."""
    actor.require_write()
    tx.stay_events.handled(_unhandled(tx, event_id).id, now, "by_hand")
    tx.changed("planned", 0)


def _unhandled(tx: Transaction, event_id: int) -> StayEvent:
    event = tx.stay_events.load(event_id)
    if event is None:
        raise NotFound(f"stay event {event_id}")
    if event.handled_at is not None:
        raise Refused("note_too_late")
    return event


def tell_due(tx: Transaction, desk: Desk, now: datetime, limit: int = 50) -> int:
    """Make the messages of the events whose time has come; how many events were handled."""
    if held_all(tx) is not None:
        return 0
    switches = settings(tx)
    events = tx.stay_events.due(now, limit)
    for event in events:
        outcome = _tell(tx, desk, event, switches[event.kind], now)
        tx.stay_events.handled(event.id, now, outcome)
        tx.changed("planned", 0)
    return len(events)


def work(store: Store, desk: Desk, now: datetime, limit: int = 50) -> int:
    """What the worker does: every event that is due, a few in each transaction; nothing is written without any."""
    with store.read() as tx:
        if held_all(tx) is not None or not tx.stay_events.due(now, 1):
            return 0
    total = 0
    while True:
        with store.write() as tx:
            done = tell_due(tx, desk, now, limit)
        total += done
        if done < limit:
            return total


def _tell(tx: Transaction, desk: Desk, event: StayEvent, switch: EventMessage, now: datetime) -> str:
    """The messages of one event; the code of why the guest gets none."""
    stay = tx.reservations.get(event.reservation_id)
    guest = tx.guests.get(stay.guest_id) if stay is not None else None
    if stay is None or guest is None:
        return "no_reservation"
    if reason := _against(desk, event, stay, now):
        return reason
    if switch.staff and desk.bookings.staff:
        _tell_staff(tx, desk, event, stay, guest, now)
    return _tell_guest(tx, desk, event, switch, stay, guest, now) if switch.guest else "event_off"


def _against(desk: Desk, event: StayEvent, stay: Reservation, now: datetime) -> str:
    """Why nobody is told of it: it is no longer so, or it is over."""
    if event.kind is BookingEvent.PENDING and not desk.bookings.by_hand:
        return "approved_by_itself"
    moved = is_live(stay) and (event.arrival, event.departure) != (stay.arrival, stay.departure)
    if stay.status not in _DESCRIBES[event.kind] or moved:
        return "superseded"
    over = moment_of(stay.departure, time(0), desk.zone_of(stay.property)) + timedelta(days=1) <= now
    return "stay_over" if over else ""


def _tell_guest(
    tx: Transaction,
    desk: Desk,
    event: StayEvent,
    switch: EventMessage,
    stay: Reservation,
    guest: Guest,
    now: datetime,
) -> str:
    found = texts_for(tx, event.kind, switch)
    if not found:
        return "no_template"
    template, _ = variant(found, language_of(desk, guest)[0], desk.language)
    ways = ways_for(
        tx, desk, guest, switch.channels, now, template.message_class, switch.mode, stay=stay, origin=Origin.BOOKING
    )
    if not ways.letters:
        return why_none(desk, ways)
    letters = []
    for way in ways.letters:
        extra = event_values(event, template.language)
        rendered = rendered_for(tx, desk, template, guest, stay, way.channel, now, extra=extra)
        if rendered.problems:
            return fault_of(rendered)
        letters.append(
            way._replace(text=rendered.text, subject=rendered.subject, html=rendered.html, template=template.name)
        )
    conversation = conversation_of(tx, guest, stay, now)
    sent = [
        post(tx, desk, conversation, _dated(letter, f"booking-{_key(event)}", place, now), now)
        for place, letter in enumerate(letters)
    ]
    return "" if any(sent) else "sent_already"


def _key(event: StayEvent) -> str:
    return f"{event.reservation_id}-{event.kind.value}-{event.revision}"


def _dated(letter: Letter, key: str, place: int, now: datetime) -> Letter:
    key += f"-{letter.channel}" if place else ""
    return letter._replace(dedupe_key=key, not_before=now, expires_at=now + _GOOD_FOR)


def texts_for(tx: Transaction, event: BookingEvent, switch: EventMessage) -> Sequence[Template]:
    """The hotel's own text in its languages, else the one that comes with the program."""
    return tx.templates.named(TemplateKind.REMINDER, switch.template) if switch.template else guest_texts(event)


def event_values(event: StayEvent, language: str) -> Mapping[str, str]:
    """What only the event knows, by variable."""
    return {
        "old_arrival": _day(event.was_arrival, language),
        "old_departure": _day(event.was_departure, language),
        "note": event.note,
    }


def _day(day: date | None, language: str) -> str:
    return day_in_words(day, language) if day is not None else ""


def _tell_staff(tx: Transaction, desk: Desk, event: StayEvent, stay: Reservation, guest: Guest, now: datetime) -> None:
    """By mail, in a conversation of the hotel's own that nobody has to answer."""
    people = _staff(tx, desk, now)
    ways = ways_for(tx, desk, people, ("email",), now, origin=Origin.BOOKING)
    if not ways.letters:
        return
    known = {**values_of(desk, guest, stay, desk.language, now), **event_values(event, desk.language)}
    was = f"{known['old_arrival']} – {known['old_departure']}" if event.was_arrival else ""
    subject, text = staff_notice(event.kind, desk.language, {**known, "was": was})
    letter = ways.letters[0]._replace(text=text, subject=subject, template=f"staff {event.kind.value}")
    conversation = conversation_of(tx, people, stay._replace(property=""), now)
    post(tx, desk, conversation, _dated(letter, f"staff-{_key(event)}", 0, now), now)


def _staff(tx: Transaction, desk: Desk, now: datetime) -> Guest:
    """The hotel's own mailbox, kept as a guest is, so that notices go the way of every message."""
    address = desk.bookings.staff.lower()
    for known in tx.guests.by_handle("email", address):
        if any(handle.label == STAFF for handle in tx.guests.handles(known.id)):
            return known
    added = tx.guests.add(Guest(0, desk.hotel, created_at=now, updated_at=now))
    tx.guests.add_handle(Handle(0, added.id, "email", address, label=STAFF, created_at=now))
    return added
