from __future__ import annotations

from datetime import time, timedelta

from tests.storage.rows import NOW, TODAY, at
from tui_inbox.domain.planner import Planned, PlannedState, Rule, RuleKind
from tui_inbox.domain.reservation import Reservation, ReservationStatus
from tui_inbox.ports.store import Store

RULE = Rule(0, RuleKind.BEFORE_ARRIVAL, "Welcome", "welcome", 3, time(9, 5), ("whatsapp", "sms", "email"))


def test_a_rule_is_added_once_and_then_changed(store: Store) -> None:
    with store.write() as t:
        first = t.planner.put_rule(RULE)
        second = t.planner.put_rule(RULE._replace(name="Second"))
        changed = first._replace(enabled=False, hold_if_guest_writes=True, at=time(18, 0))
        assert t.planner.put_rule(changed) == changed
        assert t.planner.rules() == [changed, second]


def test_a_rule_plans_once_per_reservation_and_day(store: Store) -> None:
    with store.write() as t:
        one = t.planner.add(Planned(0, 1, 7, TODAY, NOW))
        assert one is not None
        assert t.planner.add(Planned(0, 1, 7, TODAY, at(60))) is None
        two = t.planner.add(Planned(0, 1, 7, TODAY + timedelta(days=1), at(1440)))
        other = t.planner.add(Planned(0, 2, 7, TODAY, at(-5)))
        assert t.planner.planned(1, 7) == [one, two]
        assert t.planner.of_reservation(7) == [other, one, two]
        assert t.planner.planned(1, 8) == []


def test_due_are_planned_ones_whose_time_has_come_oldest_first(store: Store) -> None:
    with store.write() as t:
        rows = [t.planner.add(Planned(0, 1, n, TODAY, at(minutes))) for n, minutes in enumerate((5, 0, -5, -9))]
        late, now, early, done = rows
        assert late
        assert done
        t.planner.put(done._replace(state=PlannedState.QUEUED, outbox_id=12))
        assert t.planner.due(NOW, 9) == [early, now]
        assert t.planner.due(NOW, 1) == [early]


def test_rows_are_listed_by_state_up_to_a_time(store: Store) -> None:
    with store.write() as t:
        skipped = t.planner.add(Planned(0, 1, 1, TODAY, at(1), PlannedState.SKIPPED, "unreachable"))
        planned = t.planner.add(Planned(0, 1, 2, TODAY, at(0)))
        t.planner.add(Planned(0, 1, 3, TODAY, at(99)))
        both = [PlannedState.PLANNED, PlannedState.SKIPPED]
        assert t.planner.in_state(both, at(10), 9) == [planned, skipped]
        assert t.planner.in_state([PlannedState.EXPIRED], at(10), 9) == []


def test_what_has_no_plan_has_strayed_or_lives_again(store: Store) -> None:
    with store.write() as t:
        t.planner.put_rule(RULE)
        days = timedelta(days=3)
        stays = [
            t.reservations.add(
                Reservation(
                    0, 1, "pms", f"R{n}", TODAY, TODAY + days, group_id=f"G{n % 2}", created_at=NOW, updated_at=NOW
                )
            )
            for n in range(5)
        ]
        closed = Reservation(
            0, 1, "ical", "X", TODAY, TODAY + days, low_confidence=True, created_at=NOW, updated_at=NOW
        )
        t.reservations.add(closed)
        first, second, third, fourth, _fifth = stays
        states = (PlannedState.QUEUED, PlannedState.PLANNED, PlannedState.HELD, PlannedState.WITHDRAWN)
        t.planner.add_all(
            [
                Planned(0, 1, stay.id, TODAY, NOW, state, anchor=TODAY)
                for stay, state in zip(stays, states, strict=False)
            ]
        )
        found = t.planner.unplanned(1, "arrival", TODAY, TODAY)
        assert [(one.id, one.anchor, one.group_id) for one in found] == [(stays[4].id, TODAY, "G0")]
        assert len(t.planner.unplanned(2, "departure", TODAY + days, TODAY + days)) == 5
        assert [room.id for room in t.reservations.of_group("pms", "G1")] == [second.id, fourth.id]
        assert t.reservations.of_group("pms", "") == []
        assert t.planner.strayed(1, "arrival", at(1)) == []
        assert {row.reservation_id for row in t.planner.strayed(1, "arrival", NOW)} == {second.id, third.id}
        t.reservations.put(first._replace(arrival=TODAY + days))
        t.reservations.put(second._replace(arrival=TODAY + days))
        t.reservations.put(third._replace(status=ReservationStatus.CANCELLED))
        assert {row.reservation_id for row in t.planner.strayed(1, "arrival", at(1))} == {second.id, third.id}
        assert {row.reservation_id for row in t.planner.waiting(1)} == {second.id, third.id}
        assert {one.id for one in t.planner.unplanned(1, "arrival", TODAY, TODAY + days)} == {stays[4].id, first.id}
        assert [row.reservation_id for row in t.planner.revived(1, "arrival", NOW)] == [fourth.id]
        assert t.planner.revived(1, "arrival", at(1)) == []


def test_a_row_moves_only_from_where_it_was_seen(store: Store) -> None:
    with store.write() as t:
        row = t.planner.add(Planned(0, 1, 7, TODAY, NOW, anchor=TODAY))
        assert row is not None
        later = row._replace(due_at=at(60), said="sms:stopped")
        assert t.planner.move(row, later)
        assert not t.planner.move(row, row._replace(state=PlannedState.SKIPPED))
        assert t.planner.planned(1, 7) == [later]
        t.planner.add_all([row._replace(reason="again")])
        assert t.planner.planned(1, 7) == [later]
