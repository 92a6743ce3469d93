"""``channel add messenger`` and ``instagram``, against the simulated Graph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sandbox.meta import SandboxMeta
from adapters.sandbox.meta_account import MetaAccount
from tests.cli.conftest import Run
from tui_inbox.config import load

HOTEL = ("--no-input", "--name", "Lumière", "--time-zone", "Europe/Paris", "--language", "en", "--country", "FR")


@pytest.fixture
def box() -> Iterator[SandboxMeta]:
    with SandboxMeta() as running:
        yield running


def add(run: Run, kind: str, box: SandboxMeta, *secrets: str, **answers: str) -> tuple[int, str]:
    words = [word for key, value in answers.items() for word in ("--set", f"{key}={value}")]
    given = "\n".join(secrets) + "\n"
    told = run(
        "channel", "add", kind, "--no-input", "--secret-stdin", "--set", f"base_url={box.base_url}", *words, stdin=given
    )
    return told.code, told.out + told.err


def test_a_page_is_connected_with_its_three_secrets(run: Run, house: Path, box: SandboxMeta) -> None:
    run("init", *HOTEL)
    account = box.account
    secrets = (account.token, account.app_secret, account.verify_token)
    code, told = add(run, "messenger", box, *secrets, page_id=account.page_id)
    assert code == 0, told
    assert "Hôtel Lumière" in told
    table = load(house / "config" / "tui-inbox" / "config.toml").config.channels["desk-messenger"]
    assert (table["page_id"], table["secret"]) == (account.page_id, "desk-messenger-token")
    assert (table["app_secret"], table["verify_token"]) == ("desk-messenger-app-secret", "desk-messenger-verify-token")
    kept = "".join(path.read_text("utf-8", "replace") for path in house.rglob("*") if path.is_file())
    assert not any(secret in kept for secret in secrets)
    assert run("channel", "test", "desk-messenger").code == 0


def test_an_instagram_account_is_connected_by_its_own_login(run: Run, house: Path, box: SandboxMeta) -> None:
    run("init", *HOTEL)
    box.account = MetaAccount(channel="instagram", own_login=True)
    code, told = add(run, "instagram", box, box.account.token, instagram_id=box.account.instagram_id, login="instagram")
    assert code == 0, told
    assert "hotel.lumiere" in told
    assert "renewed" not in told
    assert run("channel", "test", "desk-instagram").code == 0


def test_a_token_that_meta_refuses_leaves_nothing_behind(run: Run, house: Path, box: SandboxMeta) -> None:
    run("init", *HOTEL)
    code, told = add(run, "messenger", box, "wrong", page_id=box.account.page_id)
    assert code != 0
    assert "190" in told
    assert load(house / "config" / "tui-inbox" / "config.toml").config.channels == {}
