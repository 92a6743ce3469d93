"""``tui-inbox relay`` refuses what would be unsafe before it listens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def token(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("t" * 32 + "\n")
    path.chmod(0o600)
    return path


def test_it_needs_a_token_that_nobody_guesses_or_reads(run: Run, token: Path, tmp_path: Path) -> None:
    words = ("relay", "--store", str(tmp_path / "kept"), "--account", "wa", "--token-file", str(token))
    token.write_text("short")
    done = run(*words)
    assert (done.code, "at least 24 characters" in done.err) == (2, True)
    token.write_text("t" * 32)
    token.chmod(0o644)
    done = run(*words)
    assert (done.code, "chmod 600" in done.err) == (2, True)
    token.unlink()
    assert run(*words).code == 2


def test_it_needs_accounts_and_a_place_that_is_not_open_to_all(run: Run, token: Path, tmp_path: Path) -> None:
    words = ("relay", "--store", str(tmp_path / "kept"), "--token-file", str(token))
    done = run(*words)
    assert (done.code, "--account" in done.err) == (2, True)
    done = run(*words, "--account", "wa", "--listen", "0.0.0.0:0")
    assert (done.code, "--behind-proxy" in done.err) == (2, True)
    assert run(*words, "--account", "wa", "--listen", "8766").code == 2
    assert run(*words, "--verify", "wa").code == 2


def test_it_needs_no_configuration(run: Run, token: Path, tmp_path: Path) -> None:
    """An address that cannot be had is the only trouble left: no file of the hotel was asked for."""
    words = ("relay", "--store", str(tmp_path / "kept"), "--token-file", str(token), "--account", "wa")
    done = run(*words, "--listen", "127.0.0.1:99999")
    assert done.code == 2
    done = run(*words, "--listen", "203.0.113.7:80", "--behind-proxy")
    assert (done.code, "cannot use this address" in done.err) == (5, True)
