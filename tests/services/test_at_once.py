"""Two who write at the same moment: neither's word is lost, on either engine."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from tests.fakes import written
from tests.services.conftest import ANA, GUEST, Front
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import Planned, PlannedState
from tui_inbox.ports.channel import Receipt
from tui_inbox.ports.store import Transaction
from tui_inbox.services import accounts, channels, settling, tonight
from tui_inbox.services.intake import Intake

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


def test_a_stop_that_arrives_while_a_message_is_accepted_is_kept(front: Front) -> None:
    front.guest_writes()
    outbox_id = front.reply().outbox_id
    with front.store.write() as tx:
        row = tx.outbox.load(outbox_id)
        for state in (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.INFLIGHT):
            moved = tx.outbox.move(row, state, front.now)
            assert moved is not None
            row = moved
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
