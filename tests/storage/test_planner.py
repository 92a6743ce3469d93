from __future__ import annotations

from datetime import time, timedelta

from tests.storage.rows import NOW, TODAY, at
from tui_inbox.domain.planner import Planned, PlannedState, Rule, RuleKind
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
