"""``tui-inbox demo`` as a newcomer sees it, and the worker that the inbox starts: real processes on a real terminal."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.sandbox.house import ACCOUNTS
from storage.store import open_store
from tests.e2e.processes import leaves_when_asked
from tests.e2e.terminal import PATIENCE, Line
from tests.waiting import wish

CALLED = {"desk-whatsapp", "desk-chat"}
"""They have nothing to poll."""
PROGRAM = [sys.executable, "-m", "tui_inbox"]


def processes(word: str) -> list[str]:
    """Command lines of this machine's processes that speak of ``word``."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = line.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if word in command:
            found.append(command)
    return found


def eventually(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"it did not happen: {wish(holds)}"
        time.sleep(0.05)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[dict[str, str]]:
    folders = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "STATE")}
    (tmp_path / "tmp").mkdir()
    yield {"HOME": str(tmp_path), "TMPDIR": str(tmp_path / "tmp"), **folders}
    eventually(lambda: not processes(str(tmp_path)))


def test_the_demo_shows_a_hotel_carries_an_answer_and_leaves_nothing_behind(
    tmp_path: Path, home: dict[str, str]
) -> None:
    with Line(tmp_path, command=[*PROGRAM, "demo"], **home) as line:
        line.shows("DEMO")
        line.shows("Jonas Weber")
        (folder,) = (tmp_path / "tmp").iterdir()
        line.until(lambda: (folder / "sandbox.log").exists() and "ready" in (folder / "sandbox.log").read_text())
        line.until(lambda: (folder / "worker.log").exists() and "leading" in (folder / "worker.log").read_text())
        line.keys(b"r")
        line.read(1.0)
        line.keys(b"A room is kept for you.\r")
        line.until(lambda: any("kept for you" in row and "✓✓" in row for row in line.text.splitlines()))
        line.until(lambda: at_work(folder) == set(ACCOUNTS.values()) - CALLED)
        line.keys(b"\x11")
        assert line.ended() == 0
    assert list((tmp_path / "tmp").iterdir()) == []


def at_work(folder: Path) -> set[str]:
    """The accounts that were polled well since the demo was opened."""
    with open_store(f"sqlite:///{folder}/inbox.db") as store, store.read() as tx:
        rows = {row.name: row.poll_ok_at for row in tx.accounts.all() if row.state == "connected" and row.poll_ok_at}
    opened = min(rows.values())
    return {name for name, at in rows.items() if at > opened}


def test_the_demo_speaks_french_when_asked(tmp_path: Path, home: dict[str, str]) -> None:
    with Line(tmp_path, command=[*PROGRAM, "demo", "--lang", "fr"], **home) as line:
        line.shows("sans réponse")
        assert line.hang_up() == 0


def test_the_inbox_starts_a_worker_that_outlives_it_only_as_long_as_it_is_needed(
    tmp_path: Path, home: dict[str, str]
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[hotel]\nname = "Hôtel Test"\ntime_zone = "Europe/Paris"\n[store]\nurl = "sqlite:///{tmp_path}/inbox.db"\n'
    )
    with Line(tmp_path, command=[*PROGRAM, "--config", str(config)], **home) as line:
        line.shows("Hôtel Test")
        log = tmp_path / "state" / "tui-inbox" / "worker.log"
        line.until(lambda: log.exists() and "leading" in log.read_text())
        with open_store(f"sqlite:///{tmp_path}/inbox.db") as store, store.read() as tx:
            worker = tx.workers.get()
            assert worker is not None
            assert tx.operators.last_seen() is not None
        line.keys(b"\x11")
        assert line.ended() == 0
    assert processes(f"--config {config} worker")
    assert leaves_when_asked(worker.pid)


def test_a_worker_that_is_killed_is_started_again_and_only_one_works(tmp_path: Path, home: dict[str, str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[hotel]\nname = "Hôtel Test"\ntime_zone = "Europe/Paris"\n[store]\nurl = "sqlite:///{tmp_path}/inbox.db"\n'
    )
    log = tmp_path / "state" / "tui-inbox" / "worker.log"

    def leaders() -> int:
        return log.read_text().count("leading") if log.exists() else 0

    def pid() -> int:
        with open_store(f"sqlite:///{tmp_path}/inbox.db") as store, store.read() as tx:
            worker = tx.workers.get()
        return worker.pid if worker is not None else 0

    with Line(tmp_path, command=[*PROGRAM, "--config", str(config)], **home) as line:
        line.until(lambda: leaders() == 1 and pid())
        first = pid()
        os.kill(first, signal.SIGKILL)
        line.until(lambda: "the worker died; it is started again" in line.text)
        line.until(lambda: leaders() == 2 and pid() != first)
        assert len(processes(f"--config {config} worker")) == 1
        line.keys(b"\x11")
        assert line.ended() == 0
    assert leaves_when_asked(pid())


def test_without_autostart_no_worker_is_started(tmp_path: Path, home: dict[str, str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[hotel]\nname = "Hôtel Test"\ntime_zone = "Europe/Paris"\n[store]\nurl = "sqlite:///{tmp_path}/inbox.db"\n'
        "[worker]\nautostart = false\n"
    )
    with Line(tmp_path, command=[*PROGRAM, "--config", str(config)], **home) as line:
        line.shows("Hôtel Test")
        line.read(1.0)
        line.keys(b"\x11")
        assert line.ended() == 0
    assert not processes(f"--config {config} worker")
