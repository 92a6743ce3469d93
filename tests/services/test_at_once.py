"""Two who write at the same moment: neither's word is lost, on either engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Thread

from tests.builders import a_guest, a_reservation
from tests.fakes import written
from tests.services.conftest import ANA, GUEST, Front
from tui_inbox.domain.booking import BookingEvent, StayEvent
from tui_inbox.domain.budget import Budget
from tui_inbox.domain.campaign import CampaignState, RecipientState
from tui_inbox.domain.errors import Refused, StoreError
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.lifecycle import new_quiet
from tui_inbox.domain.message import MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import Planned, PlannedState
from tui_inbox.domain.reservation import Reservation, ReservationStatus
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.bookings import StayRecord
from tui_inbox.ports.channel import Receipt, Wish
from tui_inbox.ports.store import Transaction
from tui_inbox.services import (
    accounts,
    booking_messages,
    bookings,
    campaigns,
    channels,
    delivery,
    guests,
    heard,
    lifecycle,
    posting,
    replying,
    settling,
    sms_budget,
    sms_used,
    stay_sync,
    templates,
    tonight,
    undo,
    unsubscribing,
)
from tui_inbox.services.campaigns import GroupSend
from tui_inbox.services.group_letters import Wording
from tui_inbox.services.intake import Intake
from tui_inbox.services.posting import Letter
from tui_inbox.services.replying import Reply, new_key

MOMENT = 0.3
"""Seconds in which the second one comes as far as it can while the first has not committed."""


def both(front: Front, first: Callable[[Transaction], object], second: Callable[[Transaction], object]) -> None:
    """``second`` begins when ``first`` has done its work and not committed yet."""

    def later() -> None:
        with front.store.write() as tx:
            second(tx)

    thread = Thread(target=later)
    with front.store.write() as tx:
        first(tx)
        thread.start()
        thread.join(MOMENT)
    thread.join(10)
    assert not thread.is_alive()


def step(tx: Transaction, front: Front, outbox_id: int, *states: OutboxState) -> None:
    for state in states:
        assert tx.outbox.move(tx.outbox.load(outbox_id), state, front.now) is not None


def test_a_stop_that_arrives_while_a_message_is_accepted_is_kept(front: Front) -> None:
    front.guest_writes()
    outbox_id = front.reply().outbox_id
    with front.store.write() as tx:
        step(tx, front, outbox_id, OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.INFLIGHT)
    (stop,) = front.channel.read(written("STOP", key="S1", at=front.now))

    def stops(tx: Transaction) -> None:
        intake = Intake(tx, front.desk, "desk-sms", front.now)
        intake.expect([stop])
        intake.take(stop)
        intake.flush()

    both(
        front, stops, lambda tx: settling.accepted(tx, front.desk, tx.outbox.load(outbox_id), Receipt("SM1"), front.now)
    )
    with front.store.read() as tx:
        line = tx.lines.get("desk-sms", "sms", GUEST)
    assert line is not None
    assert (line.stop_word, line.last_out_at) == ("STOP", front.now)


def test_a_pause_that_meets_a_poll_is_kept(front: Front) -> None:
    both(
        front,
        lambda tx: channels.pause(tx, front.desk, ANA, "desk-sms", front.now),
        lambda tx: accounts.polled(tx, front.desk, "desk-sms", None, front.now),
    )
    with front.store.read() as tx:
        assert accounts.of(tx, front.desk, "desk-sms").state == "paused"


def test_what_an_operator_writes_on_the_card_while_the_guest_s_name_arrives_is_kept(front: Front) -> None:
    front.guest_writes()
    guest_id = front.conversation().guest_id
    (named,) = front.channel.read(written("Encore moi", key="N1", at=front.now, name="Claire"))

    def writes(tx: Transaction) -> None:
        intake = Intake(tx, front.desk, "desk-sms", front.now)
        intake.expect([named])
        intake.take(named)
        intake.flush()

    def notes(tx: Transaction) -> None:
        tx.guests.put(tx.guests.load(guest_id)._replace(notes="Allergie aux noix"))

    both(front, notes, writes)
    with front.store.read() as tx:
        guest = tx.guests.get(guest_id)
    assert guest is not None
    assert (guest.name, guest.notes) == ("Claire", "Allergie aux noix")


def test_a_planned_message_that_is_held_while_its_hour_comes_is_not_sent(front: Front) -> None:
    day = front.now.date()
    with front.store.write() as tx:
        added = tx.planner.add(Planned(0, 1, 7, day, front.now))
    assert added is not None

    def sends(tx: Transaction) -> None:
        for row in tx.planner.due(front.now, 9):
            tx.planner.put(row._replace(state=PlannedState.QUEUED))

    both(front, lambda tx: tonight.hold(tx, ANA, 1, 7, day), sends)
    with front.store.read() as tx:
        assert [row.state for row in tx.planner.planned(1, 7)] == [PlannedState.HELD]


def test_a_stop_that_the_vendor_tells_while_a_message_is_accepted_is_kept(front: Front) -> None:
    front.guest_writes()
    outbox_id = front.reply().outbox_id
    with front.store.write() as tx:
        step(tx, front, outbox_id, OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.INFLIGHT)
    wish = Wish("sms", GUEST, front.now, stops=True, marketing=False)
    both(
        front,
        lambda tx: heard.apply(tx, front.desk, "desk-sms", wish, front.now),
        lambda tx: settling.accepted(tx, front.desk, tx.outbox.load(outbox_id), Receipt("SM1"), front.now),
    )
    with front.store.read() as tx:
        line = tx.lines.get("desk-sms", "sms", GUEST)
    assert line is not None
    assert (line.stopped_at, line.last_out_at) == (front.now, front.now)


def test_a_group_send_that_is_paused_while_the_worker_takes_a_message_leaves_that_one_alone(front: Front) -> None:
    with front.store.write() as tx:
        guest = a_guest(tx, "Ana", phone=GUEST, channel="sms")
        later = a_guest(tx, "Ben", phone="+33612000099", channel="sms")
        wanted = GroupSend(Wording(("sms",), "Bonjour"), (guest.id, later.id))
        campaign_id = campaigns.start(tx, front.desk, ANA, wanted, front.now).id
    front.clock.forward(seconds=1)
    with front.store.write() as tx:
        assert campaigns.advance(tx, front.desk, front.now) == 1
        outbox_id = tx.campaigns.unsent(campaign_id)[0][1]
        step(tx, front, outbox_id, OutboxState.QUEUED)
    taking = (OutboxState.CLAIMED, OutboxState.INFLIGHT)
    both(
        front,
        lambda tx: step(tx, front, outbox_id, *taking),
        lambda tx: campaigns.pause(tx, front.desk, ANA, campaign_id, front.now),
    )
    with front.store.read() as tx:
        recipient, campaign = tx.campaigns.recipient(campaign_id, guest.id), tx.campaigns.get(campaign_id)
    assert recipient is not None
    assert campaign is not None
    assert (recipient.state, campaign.state) == (RecipientState.QUEUED, CampaignState.PAUSED)
    assert front.row(outbox_id).state is OutboxState.INFLIGHT


def test_a_booking_that_comes_back_while_its_cancellation_is_told_is_told_too(front: Front) -> None:
    with front.store.write() as tx:
        stay = a_reservation(tx, a_guest(tx, "Ana", phone=GUEST, channel="sms"), status=ReservationStatus.CANCELLED)
        tx.stay_events.add(
            StayEvent(0, stay.id, BookingEvent.CANCELLED, 1, front.now, stay.arrival, stay.departure, due_at=front.now)
        )
    back = stay._replace(status=ReservationStatus.CONFIRMED, revision=2)
    both(
        front,
        lambda tx: booking_messages.tell_due(tx, front.desk, front.now),
        lambda tx: booking_messages.stay_changed(tx, front.desk, stay, back, front.now),
    )
    with front.store.read() as tx:
        told = tx.stay_events.of_reservation(stay.id)
    assert [(one.kind, one.outcome) for one in told] == [
        (BookingEvent.CANCELLED, "event_off"),
        (BookingEvent.CONFIRMED, ""),
    ]


def a_cancelled(tx: Transaction, front: Front, guest: Guest, days: int) -> Reservation:
    """A stay that was cancelled and told so by its source; its guest is about to hear of it."""
    stay = a_reservation(
        tx, guest, days, days + 2, source="pms", external_id=f"R{days}", status=ReservationStatus.CANCELLED
    )
    tx.stay_events.add(
        StayEvent(0, stay.id, BookingEvent.CANCELLED, 1, front.now, stay.arrival, stay.departure, due_at=front.now)
    )
    return stay


def told_now(stay: Reservation) -> StayRecord:
    """Its source has it confirmed again."""
    return StayRecord(stay.external_id, stay.arrival, stay.departure)


class Meanwhile(tuple[StayRecord, ...]):
    """Records that are applied, after they were looked through, while somebody else has begun."""

    act: Callable[[], None]
    looks = 0

    def __iter__(self) -> Iterator[StayRecord]:
        self.looks += 1
        if self.looks == 2:
            self.act()
        return super().__iter__()


def page_and(front: Front, first: StayRecord, second: StayRecord, other: Callable[[Transaction], object]) -> None:
    """A source tells both in one transaction; between them somebody else begins, and both come to an end."""
    faults: list[StoreError] = []

    def later() -> None:
        try:
            with front.store.write() as tx:
                other(tx)
        except StoreError as fault:
            faults.append(fault)

    thread = Thread(target=later)

    def begins() -> None:
        thread.start()
        thread.join(MOMENT)

    late = Meanwhile((second,))
    late.act = begins
    with front.store.write() as tx:
        ids = tx.inbounds.store("pms", [("1", "stay", b""), ("2", "stay", b"")], front.now)
        tx.accounts.set_cursor("pms", stay_sync.COMPLETE, "done", front.now)
    with front.store.write() as tx:
        page = [stay_sync._Read(ids[0], (first,)), stay_sync._Read(ids[1], late)]
        stay_sync._apply_in(tx, front.desk, "pms", page, front.now)
    thread.join(10)
    assert not thread.is_alive()
    assert faults == []


def test_stays_that_change_while_the_worker_tells_of_them_hold_nobody_up(front: Front) -> None:
    with front.store.write() as tx:
        one, two = (
            a_cancelled(tx, front, a_guest(tx, name, phone=f"+3361234567{n}"), n) for n, name in enumerate("AB")
        )
    worker: list[int] = []
    page_and(
        front,
        told_now(two),
        told_now(one),
        lambda tx: worker.append(booking_messages.tell_due(tx, front.desk, front.now)),
    )
    with front.store.read() as tx:
        told = [tx.stay_events.of_reservation(stay.id)[0] for stay in (one, two)]
    assert {event.outcome for event in told} <= {"collapsed", "event_off", "superseded"}
    assert all(event.handled_at for event in told)


def test_a_page_of_a_source_meets_the_desk_at_one_of_its_stays(front: Front) -> None:
    with front.store.write() as tx:
        guest = a_guest(tx, "Ana", phone=GUEST)
        one = a_cancelled(tx, front, guest, 4)
        two = a_reservation(tx, guest, 4, 6, source="pms", external_id="R9", status=ReservationStatus.CANCELLED)
    form = bookings.StayForm(one.arrival, one.departure, "204", status=ReservationStatus.CONFIRMED)
    page_and(
        front, told_now(two), told_now(one), lambda tx: bookings.edit_stay(tx, front.desk, ANA, one.id, form, front.now)
    )
    with front.store.read() as tx:
        kept = tx.reservations.get(one.id)
    assert kept is not None
    assert (kept.room, kept.status) == ("204", ReservationStatus.CONFIRMED)


def test_a_text_that_two_change_at_the_same_moment_keeps_both_versions(front: Front) -> None:
    with front.store.write() as tx:
        stored = templates.save(tx, front.desk, ANA, Template(0, TemplateKind.SNIPPET, "wifi", "en", "One"), front.now)

    def says(text: str) -> Callable[[Transaction], object]:
        return lambda tx: templates.save(tx, front.desk, ANA, stored._replace(body=text), front.now)

    both(front, says("Two"), says("Three"))
    with front.store.read() as tx:
        said = [version.body for version in tx.templates.versions(stored.id)]
        now = tx.templates.get(stored.id)
    assert now is not None
    assert (said, now.body) == (["Two", "One"], "Three")


def test_an_act_is_taken_back_once_from_two_terminals(front: Front) -> None:
    front.guest_writes()
    conversation_id = front.conversation().id
    with front.store.write() as tx:
        lifecycle.close(tx, ANA, [conversation_id], front.now)
    results = []
    both(
        front,
        lambda tx: results.append(undo.undo(tx, ANA, front.now)),
        lambda tx: results.append(undo.undo(tx, ANA, front.now)),
    )
    assert [result is not None for result in results] == [True, False]


def test_two_at_two_desks_do_not_both_pass_with_the_month_s_last_part(front: Front) -> None:
    front.desk = front.desk._replace(sms_segments={"desk-sms": 1})
    front.guest_writes()
    front.guest_writes(address="+33699999999")
    asked: list[str] = []

    def sends(tx: Transaction, address: str) -> None:
        conversation = tx.conversations.all_of_guest(tx.guests.by_handle("sms", address)[0].id)[0]
        reply = Reply(conversation.id, "desk-sms", "sms", address, "Oui", key=new_key())
        try:
            replying.send(tx, front.desk, ANA, reply, front.now)
        except Refused as refused:
            asked.append(refused.code)

    both(front, lambda tx: sends(tx, GUEST), lambda tx: sends(tx, "+33699999999"))
    assert asked == ["sms_budget_ask"]
    with front.store.read() as tx:
        assert sms_used.budget(tx, front.desk, "desk-sms", front.now) == Budget(1, 1)


def test_two_workers_do_not_both_pass_with_the_month_s_last_part(front: Front) -> None:
    front.desk = front.desk._replace(sms_segments={"desk-sms": 1})
    rows = []
    for n, name in enumerate(("Ana", "Zoé")):
        with front.store.write() as tx:
            guest = a_guest(tx, name, phone=f"+3361000000{n}", channel="sms")
            conversation = tx.conversations.add(new_quiet(guest.id, front.now))
            letter = Letter(
                "desk-sms", "sms", f"+3361000000{n}", "Demain.", origin=Origin.SCHEDULED, scheduled=True,
                not_before=front.now, dedupe_key=f"eve-{n}",
            )  # fmt: skip
            message = posting.write(tx, front.desk, conversation, letter, front.now)
            row = posting.enqueue(tx, conversation, letter, message, front.now)
            assert row is not None
            rows.append(row.id)

    def releases(tx: Transaction, outbox_id: int) -> None:
        """A worker that has come to this row."""
        sms_used.hold(tx, front.desk, "desk-sms", front.now)
        due = sms_budget.within(tx, front.desk, tx.outbox.load(outbox_id), front.now)
        if due is not None:
            tx.outbox.move(due, OutboxState.QUEUED, front.now)

    both(front, lambda tx: releases(tx, rows[0]), lambda tx: releases(tx, rows[1]))
    with front.store.read() as tx:
        states = [tx.outbox.load(row).state for row in rows]
    assert states == [OutboxState.QUEUED, OutboxState.HELD]


def test_a_release_counts_alone(front: Front) -> None:
    """Of two that begin at the same time, the second waits before it counts."""
    front.desk = front.desk._replace(sms_segments={"desk-sms": 1})
    with front.store.write() as tx:
        guest = a_guest(tx, "Ana", phone="+33610000001", channel="sms")
        conversation = tx.conversations.add(new_quiet(guest.id, front.now))
        letter = Letter(
            "desk-sms", "sms", "+33610000001", "Demain.", origin=Origin.SCHEDULED, scheduled=True,
            not_before=front.now, dedupe_key="eve",
        )  # fmt: skip
        message = posting.write(tx, front.desk, conversation, letter, front.now)
        row = posting.enqueue(tx, conversation, letter, message, front.now)
    assert row is not None
    front.guest_writes()
    conversation = front.conversation()

    def sends(tx: Transaction) -> None:
        replying.send(
            tx, front.desk, ANA, Reply(conversation.id, "desk-sms", "sms", GUEST, "Oui", key=new_key()), front.now
        )

    both(front, sends, lambda tx: delivery.release(tx, front.desk, front.now))
    with front.store.read() as tx:
        assert tx.outbox.load(row.id).state is OutboxState.HELD


def test_a_guest_s_stop_that_meets_an_operator_s_switch_is_the_last_word(front: Front) -> None:
    front.guest_writes()
    guest_id = front.conversation().guest_id
    with front.store.write() as tx:
        guests.set_consent(tx, ANA, guest_id, "marketing", "email", False, "", front.now)

    def stops(tx: Transaction) -> None:
        parting = unsubscribing.Parting((MessageClass.MARKETING,), False, guest_id, unsubscribing.BY_MAIL)
        unsubscribing.carry_out(tx, parting, tx.conversations.load(front.conversation().id), "email", front.now)

    both(
        front,
        lambda tx: guests.set_consent(tx, ANA, guest_id, "marketing", "email", True, "form", front.now),
        stops,
    )
    with front.store.read() as tx:
        (row,) = tx.consents.of_guest(guest_id)
    assert (row.allowed, row.source) == (False, unsubscribing.BY_MAIL)
