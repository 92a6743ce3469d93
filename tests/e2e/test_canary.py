"""Secrets that would be recognised anywhere: set up, work, fail, look around, and find them nowhere."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from adapters.sandbox.mailbox import SandboxMailbox
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import TwilioAccount
from tests.adapters.mail import raw_mail
from tests.e2e.processes import leaves_when_asked
from tests.e2e.terminal import Line

SID = "AC" + "5a" * 16
TOKEN, WRONG_TOKEN = "canarytoken0f7e1d5b", "canarywrong3c9a77e0"
PASSWORD, WRONG_PASSWORD = "canarypass81b2c4d6", "canarybadpw55e0a1f3"
SECRETS = (TOKEN, WRONG_TOKEN, PASSWORD, WRONG_PASSWORD)


def forms() -> list[bytes]:
    """Each secret as it is, and as it travels."""
    plain = [secret.encode() for secret in SECRETS]
    pairs = [f"{SID}:{token}".encode() for token in (TOKEN, WRONG_TOKEN)]
    mails = [f"\0desk@hotel.example\0{word}".encode() for word in (PASSWORD, WRONG_PASSWORD)]
    coded = [base64.b64encode(one) for one in (*plain, *pairs, *mails)]
    return [*plain, *coded, *(one.hex().encode() for one in plain)]


def leaks(places: Mapping[object, bytes]) -> list[tuple[str, bytes]]:
    return [(str(place), form) for place, content in places.items() for form in forms() if form in content]


class Shell:
    """Runs the program as somebody at a shell would, and keeps all that it said."""

    def __init__(self, home: Path) -> None:
        homes = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE")}
        self.environment = {**os.environ, **homes, "HOME": str(home), "LANG": "C.UTF-8"}
        self.said = bytearray()

    def run(self, *words: str, stdin: str = "") -> int:
        done = subprocess.run(
            [sys.executable, "-m", "tui_inbox", *words],
            input=stdin.encode(),
            env=self.environment,
            capture_output=True,
            check=False,
        )
        self.said += done.stdout + done.stderr
        return done.returncode


def proc(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()


@pytest.fixture
def vendors() -> Iterator[tuple[SandboxTwilio, SandboxMailbox]]:
    with (
        SandboxTwilio(TwilioAccount(sid=SID, token=TOKEN)) as twilio,
        SandboxMailbox("desk@hotel.example", PASSWORD) as mailbox,
    ):
        twilio.account.receive("+33612345678", twilio.account.sms, "Bonjour, le parking ?")
        mailbox.deliver(raw_mail("plain"))
        yield twilio, mailbox


def set_up(shell: Shell, twilio: SandboxTwilio, mailbox: SandboxMailbox) -> None:
    """Both channels, each with a wrong secret first."""
    hotel = ("--no-input", "--name", "Canary", "--time-zone", "Europe/Paris", "--country", "FR")
    assert shell.run("init", *hotel) == 0
    sms = {"account_sid": SID, "from": twilio.account.sms, "base_url": twilio.base_url, "poll_seconds": "5"}
    mail = {
        "address": "desk@hotel.example",
        "imap.host": "127.0.0.1",
        "imap.port": str(mailbox.imap_port),
        "imap.tls": "none",
        "smtp.host": "127.0.0.1",
        "smtp.port": str(mailbox.smtp_port),
        "smtp.tls": "none",
    }
    for kind, answers, secrets in (
        ("sms", sms, ((WRONG_TOKEN, 5), (TOKEN, 0))),
        ("email", mail, ((WRONG_PASSWORD, 5), (PASSWORD, 0))),
    ):
        words = [word for key, value in answers.items() for word in ("--set", f"{key}={value}")]
        for secret, code in secrets:
            added = shell.run("channel", "add", kind, "--no-input", "--secret-stdin", *words, stdin=secret + "\n")
            assert added == code


def sit_at_the_screen(shell: Shell, home: Path, twilio: SandboxTwilio) -> tuple[bytes, bytes]:
    """Look, while both vendors begin to refuse: what the terminal got, and what the processes show of themselves."""
    seen = bytearray()
    with Line(home, command=[sys.executable, "-m", "tui_inbox"], **shell.environment) as line:
        line.shows("parking")
        log = home / "state" / "tui-inbox" / "worker.log"
        line.until(lambda: log.exists() and "leading" in log.read_text())
        seen += proc(line.pid)
        workers = [int(path.name) for path in Path("/proc").glob("[0-9]*") if ours(path, home)]
        assert workers, "the worker must be looked at too"
        for pid in workers:
            seen += proc(pid)
        # A vendor that refuses from now on: its errors are logged by the worker and shown on the screen.
        for name, secret in (("desk-sms-token", WRONG_TOKEN), ("desk-mail-password", WRONG_PASSWORD)):
            shell.run("secret", "set", name, stdin=secret + "\n")
        twilio.account.token = "another"
        line.keys(b"gc")
        line.read(1.0)
        line.keys(b"\x11")
        line.ended()
        shown = bytes(line.raw)
    assert all(leaves_when_asked(pid) for pid in workers)
    return shown, bytes(seen)


def look_around(shell: Shell, home: Path) -> None:
    """Every command that tells of accounts, and a backup."""
    shell.run("worker", "--once")
    for words in (("channel", "test", "desk-sms"), ("channel", "test", "desk-mail"), ("channel", "list", "--json"),
                  ("doctor",), ("status",), ("secret", "list"), ("config", "show"), ("list",)):  # fmt: skip
        shell.run(*words)
    assert shell.run("db", "backup", str(home / "backup.db")) == 0


def test_no_secret_is_written_said_or_shown(tmp_path: Path, vendors: tuple[SandboxTwilio, SandboxMailbox]) -> None:
    twilio, mailbox = vendors
    shell = Shell(tmp_path)
    set_up(shell, twilio, mailbox)
    assert shell.run("worker", "--once") == 0
    twilio.account.receive("+33612345678", twilio.account.sms, "Et le parking du fond ?")
    assert shell.run("worker", "--once") == 0
    assert "desk-sms" in shell.said.decode()
    shown, seen = sit_at_the_screen(shell, tmp_path, twilio)
    look_around(shell, tmp_path)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(path.name == "inbox.db" for path in files)
    assert any(path.suffix == ".log" for path in files)
    assert leaks({**files, "said": bytes(shell.said), "shown": shown, "processes": seen}) == []
    open_to_others = [path for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077 and path.suffix != ".toml"]
    assert open_to_others == []


def test_a_leak_would_be_seen() -> None:
    basic = base64.b64encode(f"{SID}:{TOKEN}".encode())
    assert leaks({"log": b"Authorization: Basic " + basic}) == [("log", basic)]
    assert leaks({"shown": b"pw " + PASSWORD.encode() + b" "}) == [("shown", PASSWORD.encode())]


def ours(process: Path, home: Path) -> bool:
    try:
        words = (process / "cmdline").read_bytes()
        return b"worker" in words and str(home).encode() in words + (process / "environ").read_bytes()
    except OSError:
        return False
