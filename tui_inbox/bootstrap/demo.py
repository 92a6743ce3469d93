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
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from adapters.sandbox.hotel import script
from adapters.sandbox.script import Sample
from tui_inbox.bootstrap.opening import build_desk, open_store
from tui_inbox.bootstrap.running import session, show, spawn
from tui_inbox.bootstrap.sample import MAIL, TWILIO, seed_store
from tui_inbox.config import Loaded, load
from tui_inbox.ports.secrets import Secret
from tui_inbox.tui.crash import FILE as CRASH

ACCOUNT_SID = "AC" + "5a" * 16
POLL_SECONDS = 5
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
        ports = free_ports(3)
        loaded = write_hotel(folder, sample, ports, language)
        store = ending.enter_context(open_store(loaded))
        desk = build_desk(loaded)
        seed_store(store, desk, sample, ACCOUNT_SID)

        def start() -> None:
            fill_vault(folder)
            running.append(start_sandbox(folder, sample, ports))
            running.append(
                spawn(
                    ["--config", str(loaded.file), "worker", "--autostarted"],
                    "worker",
                    environment={"XDG_STATE_HOME": str(folder)},
                    log_dir=folder,
                )
            )

        given = session(
            loaded, store, operator or next(iter(sample.operators)), demo=True, painted=start, log_dir=folder
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


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def write_hotel(folder: Path, sample: Sample, ports: list[int], language: str) -> Loaded:
    """The sample's own configuration: the same file as a real hotel has."""
    twilio, imap, smtp = ports
    people = "".join(
        f'[operators.{code}]\nname = "{name}"\nrole = "admin"\n' for code, name in sample.operators.items()
    )
    text = f"""\
[hotel]
name = "{sample.hotel}"
time_zone = "{sample.zone}"
language = "{language}"
country = "{sample.country}"

{people}
[store]
url = "sqlite:///{folder}/inbox.db"

[secrets]
keyring = false

[prices.sms]
FR = "0.0798"
GB = "0.0524"
DE = "0.1022"
"*" = "0.0750"

[prices.whatsapp]
service = "0.0080"
utility = "0.03"
marketing = "0.0859"

[channels.{TWILIO}]
type = "twilio"
account_sid = "{ACCOUNT_SID}"
secret = "sandbox-token"
from = "{sample.sms}"
whatsapp_from = "{sample.whatsapp}"
base_url = "http://127.0.0.1:{twilio}"
poll_seconds = {POLL_SECONDS}

[channels.{MAIL}]
type = "email"
address = "{sample.mail}"
secret = "sandbox-mail"
poll_seconds = {POLL_SECONDS}
imap = {{ host = "127.0.0.1", port = {imap}, tls = "none" }}
smtp = {{ host = "127.0.0.1", port = {smtp}, tls = "none" }}
"""
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def fill_vault(folder: Path) -> None:
    """What opens the simulators: no secret, but kept where a real hotel keeps its own."""
    from adapters.sandbox.twilio_account import TwilioAccount
    from adapters.secrets import FileVault

    vault = FileVault(folder / "secrets.enc")
    vault.set("sandbox-token", Secret(TwilioAccount().token))
    vault.set("sandbox-mail", Secret("sandbox-mail"))


def start_sandbox(folder: Path, sample: Sample, ports: list[int]) -> subprocess.Popen[bytes]:
    """The vendors' process; it ends when our end of its standard input closes, however we end."""
    twilio, imap, smtp = map(str, ports)
    arguments = ["--now", sample.now.isoformat(), "--seed", str(sample.seed)]
    arguments += ["--twilio-port", twilio, "--imap-port", imap, "--smtp-port", smtp]
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
