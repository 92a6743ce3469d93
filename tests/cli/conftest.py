"""A hotel with simulated vendors, and the commands run as a shell would run them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.sandbox.hotel import script
from adapters.sandbox.seeding import account_of
from adapters.sandbox.twilio import SandboxTwilio
from tui_inbox import wording
from tui_inbox.bootstrap.demo import fill_vault, free_ports, write_hotel
from tui_inbox.bootstrap.opening import build_desk, open_store
from tui_inbox.bootstrap.sample import seed_store
from tui_inbox.cli import main


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, in English, without a configuration."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "TUI_INBOX_CONFIG", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable, folder in (("CONFIG", "config"), ("DATA", "data"), ("STATE", "state")):
        monkeypatch.setenv(f"XDG_{variable}_HOME", str(tmp_path / folder))
    yield tmp_path
    wording.use("en")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def command(*words: str, stdin: str = "") -> Result:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        try:
            code = main(list(words))
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return command


@pytest.fixture
def vendor() -> Iterator[SandboxTwilio]:
    """A Twilio that has lived through the sample hotel's day."""
    with SandboxTwilio(account_of(script(datetime.now(UTC)))) as running:
        yield running


@pytest.fixture
def sample_hotel(house: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's hotel, seeded; its vendors do not run. Its configuration is in force, and Ana is the operator."""
    sample = script(datetime.now(UTC))
    loaded = write_hotel(house, sample, free_ports(), "en")
    fill_vault(house)
    with open_store(loaded) as store:
        seed_store(store, build_desk(loaded), sample)
    monkeypatch.setenv("TUI_INBOX_CONFIG", str(loaded.file))
    return loaded.file
