"""From a source of stays into the store: raw envelopes first, then what they mean, compared with what is there.

A stay is found again by its source's own id. Of one booking that several sources tell, one row is kept: a source that
knows the guest takes it over from a calendar or a file, and of two such the first one goes on telling it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.errors import ChannelError, Malformed, StoreError
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.reservation import MAX_NIGHTS, MAX_PEOPLE, Reservation, ReservationStatus, is_live
from tui_inbox.ports.bookings import BookingSource, StayRecord
from tui_inbox.ports.channel import Envelope
from tui_inbox.ports.clock import Clock
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services import accounts, booked_by, linking
from tui_inbox.services.booking_messages import News, note_all, take_stays
from tui_inbox.services.desk import SYSTEM, Desk
from tui_inbox.services.ingest import PAGE, Applied
from tui_inbox.services.matching import e164, typed_kind
from tui_inbox.services.polling import HISTORY, drain
from tui_inbox.services.stay_import import tell_stay

COMPLETE = "complete"
"""A stream of its own that is no stream: its cursor says when the first import was over."""
LATEST = timedelta(days=3)
"""How long ago a source may have changed a stay for its guest to be told of it."""
NAME_MAX, NOTES_MAX = 200, 4000
_UNCONFIRMED = (ReservationStatus.PENDING, ReservationStatus.DECLINED)
_OWN_WORDS = ("room", "room_type", "adults", "children", "total", "payment", "ota", "ota_code", "group_id", "notes")


class Booker(NamedTuple):
    """Who a record names, as far as they may be known by it."""

    name: str
    phone: str
    email: str
    language: str
    country: str
    ota_code: str


class _Read(NamedTuple):
    id: int
    records: Sequence[StayRecord] = ()
    fault: Malformed | None = None


def poll_source(
    store: Store, desk: Desk, source: BookingSource, clock: Clock, *, fault: Callable[[str], None] = lambda point: None
) -> Applied:
    """Fetch, keep and apply everything new of one source, and note how it went.

    Raises the ``ChannelError`` that stopped it, after noting it; what was fetched before it is applied.
    """
    with store.read() as tx:
        connected = accounts.of(tx, desk, source.name).connected_at
    if connected is None:
        with store.write() as tx:
            connected = accounts.connected(tx, desk, source.name, clock.now())
    failure: ChannelError | None = None
    finished = True
    try:
        for stream in source.streams():
            finished = drain(store, source, stream, connected - HISTORY, clock, fault) and finished
    except ChannelError as error:
        failure, finished = error, False
    applied = apply_pending(store, desk, source, clock.now())
    fault("applied")
    with store.write() as tx:
        accounts.polled(tx, desk, source.name, failure, clock.now())
        if finished and importing(tx, source.name):
            tx.accounts.set_cursor(source.name, COMPLETE, clock.now().isoformat(), clock.now())
    if failure is not None:
        raise failure
    return applied


def importing(tx: Transaction, source: str) -> bool:
    """Is the first pass over this source still going on? What it brings is history: nobody is written to about it."""
    return not tx.accounts.cursor(source, COMPLETE)


def apply_pending(store: Store, desk: Desk, source: BookingSource, now: datetime, limit: int = PAGE) -> Applied:
    """Read and apply everything that waits for this source, ``limit`` envelopes per write transaction."""
    total, after = Applied(), 0
    while True:
        with store.read() as tx:
            rows = tx.inbounds.pending(source.name, limit, after)
        if rows:
            after = rows[-1][0]
            total += _apply(store, desk, source.name, [_read(source, *row) for row in rows], now)
        if len(rows) < limit:
            return total


def replay(store: Store, desk: Desk, source: BookingSource, inbound_id: int, now: datetime) -> Applied:
    """Try a quarantined envelope again, after a fix."""
    with store.write() as tx:
        tx.inbounds.requeue(inbound_id)
        tx.changed("account", 0)
    return apply_pending(store, desk, source, now)


def _read(source: BookingSource, inbound_id: int, external_id: str, kind: str, raw: bytes) -> _Read:
    try:
        records = source.read(Envelope(external_id=external_id, kind=kind, raw=raw))
        return _Read(inbound_id, [_checked(record) for record in records])
    except Malformed as fault:
        return _Read(inbound_id, fault=fault)
    except Exception as error:  # noqa: BLE001 - a reader's bug must not stop the other stays
        return _Read(inbound_id, fault=Malformed("reader_failed", error=type(error).__name__))


def _checked(record: StayRecord) -> StayRecord:
    """Raises ``Malformed`` for what cannot be a stay."""
    if not record.external_id:
        raise Malformed("bad_payload")
    if record.departure < record.arrival or (record.departure - record.arrival).days > MAX_NIGHTS:
        raise Malformed("stay_dates")
    return record


def _apply(store: Store, desk: Desk, source: str, page: Sequence[_Read], now: datetime) -> Applied:
    try:
        with store.write() as tx:
            return _apply_in(tx, desk, source, page, now)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - one envelope that breaks a rule of the store is set aside alone
        if len(page) > 1:
            return sum((_apply(store, desk, source, [one], now) for one in page), Applied())
        fault = Malformed("apply_failed", error=type(error).__name__)
        with store.write() as tx:
            return _apply_in(tx, desk, source, [_Read(page[0].id, fault=fault)], now)


def _apply_in(tx: Transaction, desk: Desk, source: str, page: Sequence[_Read], now: datetime) -> Applied:
    pending = tx.inbounds.still_pending([one.id for one in page])
    first = importing(tx, source)
    row = tx.accounts.get(source)
    connected = row.connected_at if row is not None else None
    done: dict[bool, list[int]] = {True: [], False: []}
    quarantined = 0
    news: list[News] = []
    take_stays(tx, source, (record.external_id for one in page for record in one.records))
    for one in page:
        if one.id not in pending:
            continue
        if one.fault is not None:
            tx.inbounds.quarantine(one.id, one.fault.code, one.fault.params)
            quarantined += 1
            continue
        changed = False
        for record in one.records:
            old = _is_history(record, connected, now)
            changed = _apply_record(tx, desk, source, record, now, first or old, news) or changed
        done[changed].append(one.id)
    note_all(tx, desk, news, now)
    if quarantined:
        tx.changed("account", 0)
    tx.inbounds.applied_all(done[True], now)
    tx.inbounds.applied_all(done[False], now, ignored=True)
    return Applied(applied=len(done[True]), ignored=len(done[False]), quarantined=quarantined)


def _is_history(record: StayRecord, connected: datetime | None, now: datetime) -> bool:
    """What was set aside during the first import and is read later, and what a source tells that was away for long."""
    told = record.updated_at
    return told is not None and (told < now - LATEST or (connected is not None and told < connected))


def apply_record(
    tx: Transaction, desk: Desk, source: str, record: StayRecord, now: datetime, *, first: bool = False
) -> bool:
    """Add or change one stay as its source tells it; False when that changes nothing."""
    news: list[News] = []
    changed = _apply_record(tx, desk, source, record, now, first, news)
    note_all(tx, desk, news, now)
    return changed


def _apply_record(
    tx: Transaction, desk: Desk, source: str, record: StayRecord, now: datetime, first: bool, news: list[News]
) -> bool:
    record = _cleaned(record)
    stored = tx.reservations.by_source(source, record.external_id, for_change=True)
    if stored is not None:
        return _change(tx, desk, stored, record, now, first, news)
    if record.status not in (ReservationStatus.PENDING, ReservationStatus.CONFIRMED):
        return False  # Over before anybody here heard of it.
    told = [stay for stay in tx.reservations.of_code(record.ota_code) if stay.source != source and is_live(stay)]
    same = [stay for stay in told if stay.arrival < record.departure and record.arrival < stay.departure]
    yields = [stay for stay in same if _yields(desk, stay, record)]
    if yields:
        # Of the rooms of one booking the one that fits.
        stay = min(yields, key=lambda stay: (stay.room != record.room, stay.arrival != record.arrival, stay.id))
        house = _property(desk, source) or stay.property
        taken = stay._replace(source=source, external_id=record.external_id, source_at=None, property=house)
        tx.reservations.put(_of_somebody(tx, desk, taken, record, now))
        taken = tx.reservations.load(stay.id)
        return _change(tx, desk, taken, record, now, first, news, unsure=stay.low_confidence)
    if same:
        return False
    return _add(tx, desk, source, record, now, first, news)


def _yields(desk: Desk, stay: Reservation, record: StayRecord) -> bool:
    """Is this row given up for what this record tells? A calendar's, a file's, one that was typed by hand."""
    return not record.low_confidence and (stay.low_confidence or stay.source not in desk.sources)


def _of_somebody(tx: Transaction, desk: Desk, stay: Reservation, record: StayRecord, now: datetime) -> Reservation:
    """A calendar's nameless guest is the one on file whom the booking names now."""
    nobody = tx.guests.get(stay.guest_id)
    found = booked_by.guest_of(tx, _booker(desk, record))
    if nobody is None or nobody.name or nobody.phone or nobody.email or found is None or found.id == nobody.id:
        return stay
    linking.merge(tx, SYSTEM, nobody.id, found.id, now)
    return stay._replace(guest_id=found.id)


def _add(
    tx: Transaction, desk: Desk, source: str, record: StayRecord, now: datetime, first: bool, news: list[News]
) -> bool:
    booker = _booker(desk, record)
    guest = _guest(tx, source, booker, record) or booked_by.new_guest(tx, desk, booker, now)
    booked_by.complete(tx, desk, guest, booker, now)
    blank = Reservation(
        0,
        guest.id,
        source,
        record.external_id,
        record.arrival,
        record.departure,
        property=_property(desk, source),
        created_at=now,
    )
    stay = tx.reservations.add(_told(blank, record)._replace(updated_at=now))
    news.append(News(None, stay, first))
    tell_stay(tx, stay)
    return True


def _property(desk: Desk, source: str) -> str:
    info = desk.info(source)
    return info.settings.get("property", "") if info is not None else ""


def _guest(tx: Transaction, source: str, booker: Booker, record: StayRecord) -> Guest | None:
    found = booked_by.guest_of(tx, booker)
    if found is not None or not booker.name:
        return found
    # The other rooms of the same booking are for the same name.
    for stay in tx.reservations.of_code(record.ota_code):
        guest = tx.guests.get(stay.guest_id)
        if stay.source == source and guest is not None and booked_by.same_person(guest.name, booker.name):
            return guest
    return None


def _change(
    tx: Transaction,
    desk: Desk,
    stored: Reservation,
    record: StayRecord,
    now: datetime,
    first: bool,
    news: list[News],
    *,
    unsure: bool = False,
) -> bool:
    """``unsure``: until now only a calendar knew of it, and nothing was told."""
    if record.updated_at is not None and stored.source_at is not None and record.updated_at < stored.source_at:
        return False
    after = _told(stored, record)
    guest = tx.guests.get(stored.guest_id)
    filled = guest is not None and booked_by.complete(tx, desk, guest, _booker(desk, record), now)
    changed = after._replace(source_at=None) != stored._replace(source_at=None) or unsure
    if changed:
        after = after._replace(updated_at=now, revision=stored.revision + 1)
    if after != stored:
        tx.reservations.put(after)
    if changed:
        news.append(News(None if unsure else stored, after, first))
    if changed or filled:
        tell_stay(tx, after)
    return changed or filled


def _told(stay: Reservation, record: StayRecord) -> Reservation:
    """As the source says; what it leaves empty does not erase what is known."""
    status = record.status
    if status is ReservationStatus.CANCELLED and stay.id and stay.status in _UNCONFIRMED:
        status = ReservationStatus.DECLINED
    words = {name: getattr(record, name) or getattr(stay, name) for name in _OWN_WORDS}
    return stay._replace(
        arrival=record.arrival,
        departure=record.departure,
        status=status,
        low_confidence=record.low_confidence,
        source_at=record.updated_at or stay.source_at,
        **words,
    )


def _cleaned(record: StayRecord) -> StayRecord:
    """Foreign text made printable and short."""
    return StayRecord(
        external_id=record.external_id,
        arrival=record.arrival,
        departure=record.departure,
        status=record.status,
        guest=record.guest,
        ota=clean_line(record.ota)[:NAME_MAX],
        ota_code=clean_line(record.ota_code)[:NAME_MAX],
        group_id=clean_line(record.group_id)[:NAME_MAX],
        room=clean_line(record.room)[:NAME_MAX],
        room_type=clean_line(record.room_type)[:NAME_MAX],
        adults=min(max(record.adults, 0), MAX_PEOPLE),
        children=min(max(record.children, 0), MAX_PEOPLE),
        total=clean_line(record.total)[:NAME_MAX],
        payment=clean_line(record.payment)[:NAME_MAX],
        notes=clean(record.notes)[:NOTES_MAX],
        updated_at=record.updated_at,
        low_confidence=record.low_confidence,
    )


def _booker(desk: Desk, record: StayRecord) -> Booker:
    guest = record.guest
    email = "" if guest.email_is_alias else clean_line(guest.email).lower()
    phone = clean_line(guest.phone)
    language, country = clean_line(guest.language).lower()[:2], clean_line(guest.country).upper()
    return Booker(
        name=clean_line(guest.name)[:NAME_MAX],
        phone=e164(phone, desk.country) if phone else "",
        email=email if typed_kind(email) is HandleKind.EMAIL else "",
        language=language if language.isalpha() else "",
        country=country if len(country) == 2 and country.isalpha() else "",
        ota_code=record.ota_code,
    )
