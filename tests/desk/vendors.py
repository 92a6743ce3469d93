"""A hotel whose vendors are the simulators, asked by the real adapters whenever the worker makes a round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from adapters import load
from storage.store import SqlStore
from tests.desk.house import House
from tests.tui.hotel import StandingClock, a_desk
from tests.worker.test_worker import OneLease
from tui_inbox.ports.channel import Channel
from tui_inbox.services.desk import AccountInfo, Desk
from tui_inbox.worker.once import Outcome, run_once
from tui_inbox.worker.parts import Parts

Opener = Callable[[], Channel]


class Town(House):
    """``openers``: account -> the adapter at its simulator, opened anew for each round as a worker's start does."""

    def __init__(
        self,
        store: SqlStore,
        folder: Path,
        clock: StandingClock,
        types: Mapping[str, str],
        openers: Mapping[str, Opener],
    ) -> None:
        self.openers = openers
        super().__init__(store, folder, _desk(types, openers), clock)

    def opened(self) -> dict[str, Channel]:
        found = {name: opener() for name, opener in self.openers.items()}
        for name, channel in found.items():
            channel.name = name
        return found

    def work(self) -> Outcome:
        return run_once(Parts(self.store, self.desk, self.opened(), OneLease(), clock=self.clock))


def _desk(types: Mapping[str, str], openers: Mapping[str, Opener]) -> Desk:
    accounts = {}
    for name, opener in openers.items():
        channel = opener()
        own = load(types[name]).own(channel._settings)  # type: ignore[attr-defined]
        accounts[name] = AccountInfo(name, types[name], channel.traits, own)
        channel.close()
    return a_desk(accounts=accounts)
