"""Airbnb and Booking.com from the reservation to the desk and back, against their simulators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest

from adapters.channex import AIRBNB
from adapters.sandbox.booking_com import SandboxBooking
from adapters.sandbox.booking_com_account import BookingAccount
from adapters.sandbox.channex import SandboxChannex
from adapters.sandbox.channex_account import ChannexAccount, Site
from adapters.sandbox.door import Fault
from storage.store import SqlStore
from tests.adapters import rig_booking_com, rig_channex
from tests.fakes import StillClock, hotel
from tui_inbox.domain.conversation import Conversation, DeadlineKind
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.message import Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import Rule, RuleKind
from tui_inbox.domain.reservation import Reservation
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.channel import Channel
from tui_inbox.services import accounts, channels, delivery, lifecycle, planning, polling, replying, templates, undo
from tui_inbox.services.desk import SYSTEM, AccountInfo, Actor, Desk
from tui_inbox.services.performing import perform
from tui_inbox.services.replying import Reply

ANA = Actor("ana", "Ana")
ARRIVAL = datetime(2026, 11, 27, tzinfo=UTC).date()
BODY = "**Hello** ##{{first_name}}, the [map](https://x.example/m).\n\n* Check-in from 15:00"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[SandboxChannex, SandboxBooking]]:
    with SandboxChannex() as channex, SandboxBooking() as booking:
        yield channex, booking


@pytest.fixture
def clock() -> StillClock:
    return StillClock(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))


@pytest.fixture
def channex(servers: tuple[SandboxChannex, SandboxBooking], clock: StillClock) -> SandboxChannex:
    servers[0].account = ChannexAccount(clock=clock)
    return servers[0]


@pytest.fixture
def booking(servers: tuple[SandboxChannex, SandboxBooking], clock: StillClock) -> SandboxBooking:
    servers[1].account = BookingAccount(clock=clock)
    return servers[1]


def house_of(channel: Channel) -> Desk:
    plain = hotel()
    info = AccountInfo("desk", "ota", channel.traits, dict.fromkeys(channel.traits, "p"), "full")
    return plain._replace(accounts={**plain.accounts, "desk": info})


def deliver(store: SqlStore, house: Desk, channel: Channel, clock: StillClock) -> list[OutboxState]:
    """One round of the worker after the undo time."""
    clock.forward(seconds=10)
    with store.write() as tx:
        delivery.release(tx, house, clock.now())
        claimed = delivery.claim(tx, ["desk"], "worker", clock.now())
    done = [delivery.send_one(store, house, channel, row, clock) for row in claimed]
    return [row.state for row in done if row is not None]


def talk_of(store: SqlStore, guest: Guest) -> Conversation:
    with store.read() as tx:
        (found,) = tx.conversations.all_of_guest(guest.id)
        return found


def test_an_airbnb_guest_gets_a_planned_word_first_and_is_answered_freely_afterwards(
    channex: SandboxChannex, sqlite_store: SqlStore, clock: StillClock
) -> None:
    channel, store = rig_channex.in_sandbox(channex), sqlite_store
    house = house_of(channel)
    stay = channex.account.book("AirBNB", "HMABC12345", "Andrew", "Poe")
    with store.write() as tx:
        accounts.connected(tx, house, "desk", clock.now() - timedelta(days=1))
        guest = tx.guests.add(Guest(0, "Andrew Poe"))
        tx.reservations.add(
            Reservation(
                0, guest.id, "pms", "77", ARRIVAL, ARRIVAL + timedelta(days=2), ota="Airbnb", ota_code="HMABC12345"
            )
        )
        templates.save(tx, house, SYSTEM, Template(0, TemplateKind.REMINDER, "welcome", "en", BODY), clock.now())
        rule = Rule(0, RuleKind.BEFORE_ARRIVAL, "Welcome", "welcome", 2, time(18), ("airbnb",))
        planning.put_rule(tx, house, ANA, rule)
        planning.plan(tx, house, clock.now())
    clock.at = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
    with store.write() as tx:
        assert planning.queue_due(tx, house, clock.now()).queued == 1
    assert deliver(store, house, channel, clock) == [OutboxState.ACCEPTED]
    (said,) = channex.account.said(channex.account.thread_of(stay).id)
    assert said.text == "Hello Andrew, the map: https://x.example/m.\n\n- Check-in from 15:00"

    conversation = talk_of(store, guest)
    typed = Reply(conversation.id, "desk", "airbnb", "HMABC12345", "Typed by hand")
    with store.write() as tx, pytest.raises(Refused, match="planned_first"):
        replying.send(tx, house, ANA, typed, clock.now())

    clock.forward(hours=1)
    channex.account.write(stay, "At ten?")
    polling.poll_account(store, house, channel, clock)
    after = talk_of(store, guest)
    assert (after.id, after.unanswered, after.last_channel) == (conversation.id, True, "airbnb")
    with store.read() as tx:
        rows = tx.messages.page(after.id, None, 10)
        told = [(row.origin, row.text) for row in rows]
    assert told == [(Origin.SCHEDULED, said.text), (Origin.GUEST, "At ten?")], "both, once each, in their order"
    answer = Reply(after.id, after.last_account, after.last_channel, after.last_address, "Ten is fine.")
    with store.write() as tx:
        replying.send(tx, house, ANA, answer, clock.now())
    assert deliver(store, house, channel, clock) == [OutboxState.ACCEPTED]
    assert [one.text for one in channex.account.said(said.thread)][:2] == ["Ten is fine.", "At ten?"]
    polling.poll_account(store, house, channel, clock)
    with store.read() as tx:
        assert len(tx.messages.page(after.id, None, 10)) == 3, "our own words that come back are no new ones"
    channel.close()


def test_a_stay_of_another_site_is_not_written_to_by_this_one(
    channex: SandboxChannex, sqlite_store: SqlStore, clock: StillClock
) -> None:
    channel, store = rig_channex.in_sandbox(channex), sqlite_store
    house = house_of(channel)
    with store.write() as tx:
        guest = tx.guests.add(Guest(0, "Andrew Poe"))
        stay = Reservation(
            0, guest.id, "pms", "77", ARRIVAL, ARRIVAL + timedelta(days=2), ota="Direct", ota_code="X1234"
        )
        tx.reservations.add(stay)
        templates.save(tx, house, SYSTEM, Template(0, TemplateKind.REMINDER, "welcome", "en", BODY), clock.now())
        rule = Rule(0, RuleKind.BEFORE_ARRIVAL, "Welcome", "welcome", 2, time(18), ("airbnb", "booking"))
        planning.put_rule(tx, house, ANA, rule)
        planning.plan(tx, house, clock.now())
    with store.write() as tx:
        due = planning.queue_due(tx, house, datetime(2026, 11, 25, 17, 0, tzinfo=UTC))
    assert (due.queued, due.skipped) == (0, 1)
    channel.close()


def test_an_inquiry_bears_the_sites_own_deadline(
    channex: SandboxChannex, sqlite_store: SqlStore, clock: StillClock
) -> None:
    channel, store = rig_channex.in_sandbox(channex), sqlite_store
    house = house_of(channel)
    with store.write() as tx:
        accounts.connected(tx, house, "desk", clock.now() - timedelta(days=1))
    thread = channex.account.inquire("Andrew", {"non_response_at": "2026-11-24T11:00:00.000Z"})
    polling.poll_account(store, house, channel, clock)
    with store.read() as tx:
        (guest,) = tx.guests.by_handle("airbnb", thread.id)
        (conversation,) = tx.conversations.all_of_guest(guest.id)
    assert conversation.unanswered
    assert conversation.deadline_at == datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
    assert conversation.deadline_kind is DeadlineKind.REPLY_MARK
    channel.close()


def test_a_consent_that_ran_out_shows_on_the_account_within_one_poll(
    channex: SandboxChannex, sqlite_store: SqlStore, clock: StillClock
) -> None:
    channel, store = rig_channex.in_sandbox(channex), sqlite_store
    house = house_of(channel)
    polling.poll_account(store, house, channel, clock)
    channex.account.sites["AirBNB"] = Site("AirBNB", token_invalid=True)
    clock.forward(seconds=30)
    polling.poll_account(store, house, channel, clock)
    channels.run_jobs(store, house, {"desk": channel}, clock.now())
    with store.read() as tx:
        row = accounts.of(tx, house, "desk")
    assert (row.state, row.reason) == ("restricted", "reauthorise")
    channex.account.sites["AirBNB"] = Site("AirBNB")
    clock.forward(seconds=30)
    polling.poll_account(store, house, channel, clock)
    channels.run_jobs(store, house, {"desk": channel}, clock.now())
    with store.read() as tx:
        assert accounts.of(tx, house, "desk").state == "connected"
    channel.close()


def test_no_reply_needed_reaches_booking_and_undo_takes_it_back(
    booking: SandboxBooking, sqlite_store: SqlStore, clock: StillClock
) -> None:
    channel, store = rig_booking_com.in_sandbox(booking), sqlite_store
    house = house_of(channel)
    with store.write() as tx:
        accounts.connected(tx, house, "desk", clock.now() - timedelta(days=1))
    talk = booking.account.book("3812391309", "Claire Martin")
    booking.account.write(talk, "ok merci")
    polling.poll_account(store, house, channel, clock)
    with store.read() as tx:
        (guest,) = tx.guests.by_handle("booking", talk.id)
    row = talk_of(store, guest)
    assert (row.unanswered, row.deadline_at) == (True, clock.now() + timedelta(hours=24))

    with store.write() as tx:
        lifecycle.no_reply_needed(tx, ANA, [row.id], clock.now(), desk=house)
    assert perform(store, house, channel, clock.now()) == 1
    row = talk_of(store, guest)
    assert (row.unanswered, row.deadline_at, talk.no_reply_needed) == (False, None, True)

    with store.write() as tx:
        undo.undo(tx, ANA, clock.now())
    clock.forward(seconds=1)
    perform(store, house, channel, clock.now())
    row = talk_of(store, guest)
    assert (row.unanswered, row.deadline_at is not None, talk.no_reply_needed) == (True, True, False)

    with store.write() as tx:
        lifecycle.no_reply_needed(tx, ANA, [row.id], clock.now(), desk=house)
    clock.forward(minutes=5)
    booking.account.write(talk, "One more thing: parking?")
    polling.poll_account(store, house, channel, clock)
    row = talk_of(store, guest)
    assert (row.unanswered, row.deadline_at) == (True, clock.now() + timedelta(hours=24)), "a new message asks again"
    channel.close()


def test_a_conversation_that_booking_closed_takes_no_more(
    booking: SandboxBooking, sqlite_store: SqlStore, clock: StillClock
) -> None:
    channel, store = rig_booking_com.in_sandbox(booking), sqlite_store
    house = house_of(channel)
    talk = booking.account.book("3812391309", "Claire Martin")
    booking.account.write(talk, "Goodbye!", queued=False)
    talk.access = "read_only"
    polling.poll_account(store, house, channel, clock)
    with store.read() as tx:
        (guest,) = tx.guests.by_handle("booking", talk.id)
    row = talk_of(store, guest)
    with store.write() as tx, pytest.raises(Refused, match="site_read_only"):
        replying.send(tx, house, ANA, Reply(row.id, "desk", "booking", talk.id, "Come again"), clock.now())
    clock.forward(hours=2)
    talk.access = "read_write"
    booking.account.write(talk, "Did I leave my hat?", queued=False)
    polling.poll_account(store, house, channel, clock)
    with store.write() as tx:
        replying.send(tx, house, ANA, Reply(row.id, "desk", "booking", talk.id, "We have it"), clock.now())
    assert deliver(store, house, channel, clock) == [OutboxState.ACCEPTED]
    channel.close()


def test_the_site_of_a_booking_is_known_however_it_is_written() -> None:
    from tui_inbox.domain.reservation import booked_at

    for word in ("Airbnb", "AirBnB", "airbnb.com"):
        assert booked_at(word, AIRBNB.label)
    for word in ("Booking", "booking.com", "BookingCom"):
        assert booked_at(word, "Booking.com")
    for word in ("", "Direct", "Expedia", "B", "Air"):
        assert not booked_at(word, "Booking.com")
        assert not booked_at(word, AIRBNB.label)


def test_a_planned_word_whose_answer_was_lost_is_found_in_the_thread_and_stands_there_once(
    channex: SandboxChannex, sqlite_store: SqlStore, clock: StillClock
) -> None:
    channel, store = rig_channex.in_sandbox(channex), sqlite_store
    house = house_of(channel)
    channex.account.book("AirBNB", "HMABC12345", "Andrew", "Poe")
    with store.write() as tx:
        accounts.connected(tx, house, "desk", clock.now() - timedelta(days=1))
        guest = tx.guests.add(Guest(0, "Andrew Poe"))
        stay = Reservation(0, guest.id, "pms", "77", ARRIVAL, ARRIVAL + timedelta(days=2), ota="Airbnb")
        tx.reservations.add(stay._replace(ota_code="HMABC12345"))
        templates.save(tx, house, SYSTEM, Template(0, TemplateKind.REMINDER, "welcome", "en", BODY), clock.now())
        rule = Rule(0, RuleKind.BEFORE_ARRIVAL, "Welcome", "welcome", 2, time(18), ("airbnb",))
        planning.put_rule(tx, house, ANA, rule)
        planning.plan(tx, house, clock.now())
    clock.at = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
    with store.write() as tx:
        planning.queue_due(tx, house, clock.now())
    channex.account.faults.append(Fault("lost_answer"))
    assert deliver(store, house, channel, clock) == [OutboxState.UNKNOWN]
    polling.poll_account(store, house, channel, clock)
    clock.forward(minutes=3)
    delivery.reconcile(store, house, channel, clock.now())
    with store.read() as tx:
        rows = tx.messages.page(talk_of(store, guest).id, None, 10)
        states = [row.state for row in tx.outbox.in_state(tuple(OutboxState), 10)]
    assert [row.origin for row in rows] == [Origin.SCHEDULED]
    assert states == [OutboxState.ACCEPTED]
    channel.close()
