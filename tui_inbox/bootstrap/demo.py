"""The demo: a sample hotel in a folder of its own, simulated vendors, a worker, and the inbox before them all.

The screen is painted first; the two processes start behind it and end with it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from adapters.sandbox import house
from adapters.sandbox.hotel import script
from adapters.sandbox.script import Sample
from tui_inbox.bootstrap.demo_config import config_text
from tui_inbox.bootstrap.keeping import Keeper
from tui_inbox.bootstrap.opening import build_desk, open_store
from tui_inbox.bootstrap.running import session, show, spawn
from tui_inbox.bootstrap.sample import seed_store
from tui_inbox.config import Loaded, load
from tui_inbox.ports.secrets import Secret
from tui_inbox.tui.crash import FILE as CRASH

RECEIVER = "receiver"
"""Name of the port at which the demo's own receiver listens, beside those of the vendors."""
PATIENCE = 5.0
"""Seconds that a process is given to end by itself."""


def run_demo(language: str, seed: int, *, keep: bool = False, operator: str | None = None) -> tuple[Path, int]:
    """Open the sample hotel until the screen is left; its folder and the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="tui-inbox-demo-"))
    running: list[subprocess.Popen[bytes]] = []
    with ExitStack() as ending:
        if not keep:
            ending.callback(clear, folder)
        ending.callback(end_all, running)
        sample = script(datetime.now(UTC), seed)
        ports = free_ports()
        loaded = write_hotel(folder, sample, ports, language)
        store = ending.enter_context(open_store(loaded))
        desk = build_desk(loaded)
        seed_store(store, desk, sample)

        def start_worker() -> subprocess.Popen[bytes]:
            running.append(
                spawn(
                    ["--config", str(loaded.file), "worker", "--autostarted"],
                    "worker",
                    environment={"XDG_STATE_HOME": str(folder)},
                    log_dir=folder,
                )
            )
            return running[-1]

        keeper = Keeper(store, start_worker)
        ending.callback(keeper.close)

        def start() -> None:
            fill_vault(folder)
            running.append(start_sandbox(folder, sample, ports))
            keeper.begin()

        given = session(
            loaded,
            store,
            operator or next(iter(sample.operators)),
            demo=True,
            painted=start,
            keep_worker=keeper.look,
            log_dir=folder,
        )
        code = show(given)
    return folder, code


def clear(folder: Path) -> None:
    """Remove what the demo made; the record of a fault stays, for its path has just been told."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != CRASH:
            path.unlink(missing_ok=True)
    if not (folder / CRASH).exists():
        shutil.rmtree(folder, ignore_errors=True)


def free_ports() -> dict[str, int]:
    """Ports of this machine that nobody listens on now, for every vendor and the receiver."""
    names = (*house.PORTS, RECEIVER)
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in names]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return {name: int(one.getsockname()[1]) for name, one in zip(names, sockets, strict=True)}


def write_hotel(folder: Path, sample: Sample, ports: Mapping[str, int], language: str) -> Loaded:
    """The sample's own configuration: the same file as a real hotel has."""
    file = folder / "config.toml"
    file.write_text(config_text(folder, sample, ports, language), encoding="utf-8")
    return load(file)


def fill_vault(folder: Path) -> None:
    """What opens the simulators: no secret, but kept where a real hotel keeps its own."""
    from adapters.secrets import FileVault

    vault = FileVault(folder / "secrets.enc")
    for key in house.KEYS:
        vault.set(key, Secret(key))


def start_sandbox(folder: Path, sample: Sample, ports: Mapping[str, int]) -> subprocess.Popen[bytes]:
    """The vendors' process; it ends when our end of its standard input closes, however we end."""
    arguments = ["--now", sample.now.isoformat(), "--seed", str(sample.seed)]
    for name in house.PORTS:
        arguments += [f"--{name}-port", str(ports[name])]
    arguments += ["--receiver", f"http://127.0.0.1:{ports[RECEIVER]}"]
    log = os.open(folder / "sandbox.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "adapters.sandbox", *arguments],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
        )
    finally:
        os.close(log)


def end_all(running: list[subprocess.Popen[bytes]]) -> None:
    """Ask each to end, the worker first, then make sure."""
    for process in reversed(running):
        process.terminate()
        if process.stdin is not None:
            process.stdin.close()
    for process in reversed(running):
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
