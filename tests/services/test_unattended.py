"""What a rule sent and the outbox kept (a vendor or a worker was away) is looked at once more before it goes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.services.conftest import ANA, Front, front
from tests.services.test_planning import HOUR, a_booking, a_rule, due, rows
from tui_inbox.domain.errors import NotSent
from tui_inbox.domain.hours import Hours, span
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.domain.planner import PlannedState, Rule
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.services import delivery, holding, planning

__all__ = ["front"]


class Evening:
    """A reminder is due, and its vendor does not answer."""

    def __init__(self, front: Front) -> None:
        self.front = front
        front.desk = front.desk._replace(hours=Hours(quiet=span("21:00-08:00")))
        with front.store.write() as t:
            self.rule: Rule = a_rule(t)
            _, self.stay = a_booking(t)
            planning.plan(t, front.desk, front.now)
        front.clock.at = due(self.stay)
        front.channel.faults.append(NotSent("unreachable"))
        planning.work(front.store, front.desk, front.now)
        front.deliver()
        assert self.row().state is OutboxState.RETRY_WAIT

    def row(self) -> Outgoing:
        with self.front.store.read() as t:
            (found,) = [
                row for row in t.outbox.in_state(list(OutboxState), 9) if row.state is not OutboxState.CANCELLED
            ]
        return found

    def planned(self) -> tuple[PlannedState, str]:
        with self.front.store.read() as t:
            row = rows(t, self.rule, self.stay)[0]
        return row.state, row.reason

    def change(self, **values: object) -> None:
        with self.front.store.write() as t:
            t.reservations.put(self.stay._replace(**values))  # type: ignore[arg-type]

    def at(self, moment: datetime) -> list[str]:
        """The worker goes round; what has been sent by then."""
        self.front.clock.at = moment
        planning.work(self.front.store, self.front.desk, moment)
        self.front.deliver()
        return self.front.sent_texts()


@pytest.fixture
def evening(front: Front) -> Evening:
    return Evening(front)


def test_what_waits_for_another_try_waits_while_all_is_held_and_goes_when_it_is_released(evening: Evening) -> None:
    with evening.front.store.write() as t:
        holding.hold_all(t, ANA, "water is off", evening.front.now)
    assert evening.at(due(evening.stay) + HOUR) == []
    assert (evening.row().state, evening.row().reason) == (OutboxState.HELD, "send_held")
    with evening.front.store.write() as t:
        holding.release_all(t, ANA)
    assert len(evening.at(due(evening.stay) + 2 * HOUR)) == 1


def test_nobody_is_woken_by_what_goes_late(evening: Evening) -> None:
    assert evening.at(due(evening.stay) + 9 * HOUR) == []
    row = evening.row()
    assert (row.state, row.reason) == (OutboxState.HELD, "quiet_hours")
    assert row.not_before == due(evening.stay) + 14 * HOUR
    assert len(evening.at(due(evening.stay) + 14 * HOUR)) == 1


def test_a_claimed_row_of_a_worker_that_died_in_the_evening_does_not_go_at_night(evening: Evening) -> None:
    front = evening.front
    front.clock.forward(hours=1)
    with front.store.write() as tx:
        delivery.release(tx, front.desk, front.now)
        (row,) = delivery.claim(tx, [front.channel.name], "worker-1", front.now)
    front.clock.forward(hours=8)
    assert delivery.send_one(front.store, front.desk, front.channel, row, front.clock) is None
    assert (evening.row().state, evening.row().reason) == (OutboxState.HELD, "quiet_hours")
    front.guest_writes()
    front.reply("Bonsoir")
    front.clock.forward(minutes=1)
    assert front.deliver() == [OutboxState.ACCEPTED], "the desk's own answer waits behind nothing"


@pytest.mark.parametrize("reason", ["cancelled", "moved"])
def test_a_stay_that_changed_meanwhile_is_not_told_what_is_wrong_by_now(evening: Evening, reason: str) -> None:
    if reason == "moved":
        evening.change(arrival=evening.stay.arrival + timedelta(days=1))
    else:
        evening.change(status=ReservationStatus.CANCELLED)
    assert evening.at(due(evening.stay) + HOUR) == []
    assert evening.planned() == (PlannedState.WITHDRAWN, reason)


def test_booked_again_it_is_told_after_all(evening: Evening) -> None:
    evening.change(status=ReservationStatus.CANCELLED)
    evening.at(due(evening.stay) + HOUR)
    evening.change()
    assert len(evening.at(due(evening.stay) + 2 * HOUR)) == 1
    assert evening.planned() == (PlannedState.QUEUED, "")


def test_what_a_person_sends_again_is_theirs(evening: Evening) -> None:
    front = evening.front
    front.clock.at = due(evening.stay) + 29 * HOUR  # Its day is over.
    front.deliver()
    assert evening.row().state is OutboxState.EXPIRED
    front.clock.at = due(evening.stay) + 34 * HOUR
    with front.store.write() as tx:
        delivery.send_again(tx, front.desk, ANA, evening.row().id, front.now)
    front.deliver()
    assert len(front.sent_texts()) == 1
