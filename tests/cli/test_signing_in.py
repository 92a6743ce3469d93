"""The sign-in at a mail provider, from a terminal without a browser."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sandbox.mailbox import SandboxMailbox
from adapters.sandbox.oauth import OAuthAccount, SandboxOAuth
from tests.cli.conftest import Run
from tests.cli.test_setting_up import HOTEL, configured
from tui_inbox.cli import signing_in

ADDRESS = "desk@hotel.example"


@pytest.fixture
def provider() -> Iterator[SandboxOAuth]:
    with SandboxOAuth(OAuthAccount(interval=0)) as found:
        yield found


@pytest.fixture
def box(provider: SandboxOAuth) -> Iterator[SandboxMailbox]:
    with SandboxMailbox(ADDRESS, accepts=provider.account.accepts) as found:
        yield found


def answers(provider: SandboxOAuth, box: SandboxMailbox, **more: str) -> list[str]:
    pairs = {
        "address": ADDRESS,
        "auth": "oauth",
        "imap.host": "127.0.0.1",
        "imap.port": str(box.imap_port),
        "imap.tls": "none",
        "smtp.host": "127.0.0.1",
        "smtp.port": str(box.smtp_port),
        "smtp.tls": "none",
        "oauth.scope": "mail",
        **{f"oauth.{key}": value for key, value in provider.settings.items()},
        **more,
    }
    return [word for key, value in pairs.items() for word in ("--set", f"{key}={value}")]


def test_a_mailbox_is_connected_by_a_code_and_what_was_given_is_in_the_vault(
    run: Run, house: Path, provider: SandboxOAuth, box: SandboxMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "PAUSE", lambda _seconds: provider.account.approve())
    run("init", *HOTEL)
    result = run("channel", "add", "email", "--no-input", *answers(provider, box))
    assert (result.code, result.err) == (0, "")
    assert "https://login.example/device" in result.out
    assert "ABCD-0001" in result.out
    assert "it works" in result.out
    table = tomllib.loads(configured(house).read_text())["channels"]["desk-mail"]
    assert (table["auth"], table["oauth"]["client_id"]) == ("oauth", "hotel-program")
    assert "refresh-" not in configured(house).read_text()
    assert run("channel", "test", "desk-mail").code == 0


def test_the_newest_of_what_the_provider_gave_is_kept_when_each_answer_replaces_it(
    run: Run, provider: SandboxOAuth, box: SandboxMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.account.strict = True
    monkeypatch.setattr(signing_in, "PAUSE", lambda _seconds: provider.account.approve())
    run("init", *HOTEL)
    assert run("channel", "add", "email", "--no-input", *answers(provider, box)).code == 0
    for _ in range(2):
        assert run("channel", "test", "desk-mail").code == 0


def test_a_sign_in_that_was_taken_back_is_renewed_by_one_command(
    run: Run, provider: SandboxOAuth, box: SandboxMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "PAUSE", lambda _seconds: provider.account.approve())
    run("init", *HOTEL)
    run("channel", "add", "email", "--no-input", *answers(provider, box))
    provider.account.revoke()
    refused = run("channel", "test", "desk-mail")
    assert refused.code == 5
    assert "channel sign-in" in refused.out
    assert run("channel", "sign-in", "desk-mail").code == 0
    assert run("channel", "test", "desk-mail").code == 0


def test_a_no_stores_nothing(
    run: Run, house: Path, provider: SandboxOAuth, box: SandboxMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "PAUSE", lambda _seconds: provider.account.deny())
    run("init", *HOTEL)
    before = configured(house).read_text()
    result = run("channel", "add", "email", "--no-input", *answers(provider, box))
    assert result.code != 0
    assert "told no" in result.out + result.err
    assert configured(house).read_text() == before
    assert run("secret", "list").out == ""


def test_a_mailbox_with_a_password_has_nothing_to_sign_in_to(run: Run, box: SandboxMailbox) -> None:
    run("init", *HOTEL)
    words = ["address=a@gmail.com", "provider=google"]
    given = [word for pair in words for word in ("--set", pair)]
    assert run("channel", "add", "email", "--no-input", "--no-test", "--secret-stdin", *given, stdin="pw\n").code == 0
    result = run("channel", "sign-in", "desk-mail")
    assert result.code != 0
    assert "password" in result.out + result.err


def test_where_there_are_no_codes_the_browser_s_last_address_is_brought_back(
    run: Run,
    provider: SandboxOAuth,
    box: SandboxMailbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked: list[str] = []

    def at_the_browser(_question: str) -> str:
        shown = capsys.readouterr().out
        asked.append(shown)
        if len(asked) == 1:
            return "https://example.org/?code=1&state=2"
        address = next(word for word in asked[0].split() if "/authorize?" in word)
        return provider.account.browse(address)

    monkeypatch.setattr(signing_in, "ask", at_the_browser)
    run("init", *HOTEL)
    words = answers(provider, box, **{"oauth.sign_in": "address"})
    assert run("channel", "add", "email", "--no-input", *words).code == 0
    assert "not the address" in asked[1]
    assert run("channel", "test", "desk-mail").code == 0
