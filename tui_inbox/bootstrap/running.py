"""Starts the three long-lived things: the inbox on this terminal, the worker, and a worker beside the inbox."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tui_inbox.bootstrap.opening import build_desk, channel_kinds, export_dir, open_blobs, open_store, private_dir
from tui_inbox.bootstrap.people import people, who
from tui_inbox.config import Loaded, state_dir
from tui_inbox.services.desk import Actor
from tui_inbox.tui.session import Session

if TYPE_CHECKING:
    from tui_inbox.bootstrap.keeping import Keeper
    from tui_inbox.ports.store import Store
    from tui_inbox.rows import WorkerCare

NOBODY = Actor("", "", role="read-only")
"""Sits at a shared account until somebody says who they are."""


def rebindings(loaded: Loaded) -> dict[str, str]:
    """Command id -> keys, separated by commas, as the screen takes them."""
    return {act: keys if isinstance(keys, str) else ",".join(keys) for act, keys in loaded.config.keys.items()}


def session(
    loaded: Loaded,
    store: Store,
    wanted: str | None,
    *,
    demo: bool = False,
    painted: Callable[[], None] | None = None,
    keep_worker: Callable[[], WorkerCare] | None = None,
    log_dir: Path | None = None,
) -> Session:
    """All that the screen is given. Raises ``Refused`` for a person who is not known."""
    config = loaded.config
    actor = who(config, wanted)
    return Session(
        store=store,
        desk=build_desk(loaded),
        actor=actor or NOBODY,
        log_dir=log_dir or private_dir(state_dir()),
        blobs=open_blobs(loaded),
        export_dir=export_dir(loaded),
        keys=rebindings(loaded),
        letters=config.ui.single_letters,
        theme=config.ui.theme,
        mouse=config.ui.mouse,
        demo=demo,
        people=people(config),
        when_painted=painted,
        keep_worker=keep_worker,
        kinds=channel_kinds,
        shared=actor is None,
        bell=config.ui.bell,
        enter_sends=config.compose.send_key == "enter",
    )


def run_inbox(loaded: Loaded, wanted: str | None) -> int:
    """The inbox until it is left; its exit code."""
    store = open_store(loaded)
    try:
        keeper = worker_keeper(loaded, store)
        given = session(
            loaded,
            store,
            wanted,
            painted=keeper.begin if keeper else None,
            keep_worker=keeper.look if keeper else None,
        )
        return show(given)
    finally:
        store.close()


def show(given: Session) -> int:
    """Run the screen; an exception inside it has been written down and said by the screen itself."""
    from tui_inbox.tui.app import TuiInbox

    app = TuiInbox(given)
    return app.run(mouse=given.mouse) or app.return_code or 0


def worker_keeper(loaded: Loaded, store: Store) -> Keeper | None:
    """Starts a worker where the configuration wants that and none is alive; None where it does not."""
    if not loaded.config.worker.autostart:
        return None
    from tui_inbox.bootstrap.keeping import Keeper

    return Keeper(store, lambda: spawn(["--config", str(loaded.file.absolute()), "worker", "--autostarted"], "worker"))


def spawn(
    arguments: list[str], name: str, *, environment: Mapping[str, str] | None = None, log_dir: Path | None = None
) -> subprocess.Popen[bytes]:
    """A process of this program, detached from the terminal, that says what it has to say in ``NAME.log`` (0600)."""
    folder = log_dir or private_dir(state_dir())
    log = os.open(folder / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "tui_inbox", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
            cwd="/",
        )
    finally:
        os.close(log)
