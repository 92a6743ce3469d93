"""A worker beside the inbox that dies is started again: soon, ever more seldom, and never where one works."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from storage.store import SqlStore
from tests.builders import NOW
from tests.tui.hotel import StandingClock
from tui_inbox.bootstrap.keeping import FEW, LONGEST_PAUSE, STEADY, Keeper


class Process:
    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.code: int | None = None

    def poll(self) -> int | None:
        return self.code


class Machine:
    """Processes that live as long as the test says."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.clock = StandingClock()
        self.pids = itertools.count(100)
        self.started: list[Process] = []
        self.keeper = Keeper(store, self.start, self.clock)

    def start(self) -> Process:
        self.started.append(Process(next(self.pids)))
        return self.started[-1]

    def beat(self, pid: int | None = None) -> None:
        with self.store.write() as tx:
            tx.workers.beat("boot", pid or self.started[-1].pid, NOW, self.clock.now())

    def die(self, code: int = -9) -> None:
        self.started[-1].code = code

    def after(self, **time: float) -> str:
        self.clock.forward(**time)
        return self.keeper.look().code


@pytest.fixture
def machine(sqlite_store: SqlStore) -> Machine:
    return Machine(sqlite_store)


def test_one_that_is_killed_is_started_again_at_the_next_look_though_its_last_beat_is_young(machine: Machine) -> None:
    machine.keeper.begin()
    machine.beat()
    assert machine.after(seconds=5) == ""
    machine.die()
    assert machine.after(seconds=5) == "starting_again"
    assert len(machine.started) == 2
    assert machine.after(seconds=5) == "starting_again"
    machine.beat()
    assert machine.after(seconds=5) == ""
    assert len(machine.started) == 2


def test_one_that_was_just_started_is_given_time_to_its_first_beat(machine: Machine) -> None:
    machine.keeper.begin()
    assert machine.after(seconds=5) == "starting"
    assert machine.after(seconds=20) == "starting"
    machine.beat()
    assert machine.after(seconds=1) == ""


def test_one_that_lives_and_never_beats_is_not_excused_for_long(machine: Machine) -> None:
    machine.keeper.begin()
    assert machine.after(seconds=31) == ""
    assert len(machine.started) == 1


def test_one_that_keeps_dying_is_started_ever_more_seldom_and_it_is_said_when_next(machine: Machine) -> None:
    machine.keeper.begin()
    starts, said = [], set()
    for second in range(3600):
        before = len(machine.started)
        machine.die(1)
        said.add(machine.after(seconds=1))
        if len(machine.started) > before:
            starts.append(second)
    pauses = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE.total_seconds()
    assert 10 <= len(starts) <= 20
    assert said == {"starting_again", "keeps_ending"}
    again = machine.keeper.look().again_at
    assert again is not None
    assert again - machine.clock.now() <= LONGEST_PAUSE


def test_after_a_steady_time_the_next_death_is_a_first_one(machine: Machine) -> None:
    machine.keeper.begin()
    for _ in range(FEW + 2):
        machine.die()
        machine.after(seconds=300)
    machine.beat()
    machine.after(seconds=STEADY.total_seconds())
    machine.beat()
    machine.die()
    count = len(machine.started)
    assert machine.after(seconds=5) == "starting_again"
    assert len(machine.started) == count + 1


def test_beside_one_that_works_none_is_started_and_a_silent_one_is_replaced(machine: Machine) -> None:
    machine.beat(7)
    machine.keeper.begin()
    assert machine.after(seconds=30) == ""
    assert machine.started == []
    assert machine.after(seconds=31) == "starting_again"
    assert len(machine.started) == 1


def test_one_that_found_another_at_work_and_left_is_not_started_again(machine: Machine) -> None:
    machine.keeper.begin()
    machine.die(0)
    machine.beat(7)
    assert machine.after(seconds=20) == ""
    assert len(machine.started) == 1


def test_who_stops_it_properly_has_time_to_start_it_anew(machine: Machine, sqlite_store: SqlStore) -> None:
    machine.beat(7)
    with sqlite_store.write() as tx:
        tx.workers.stopped("boot", machine.clock.now())
    assert machine.after(seconds=20) == ""
    assert machine.started == []
    assert machine.after(seconds=20) == "starting_again"
    machine.keeper.close()
    machine.die()
    assert machine.after(seconds=timedelta(hours=1).total_seconds()) == ""
    assert len(machine.started) == 1
