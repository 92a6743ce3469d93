"""What ``[receiver]`` may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui_inbox.config import ConfigError, load
from tui_inbox.wording import sentence

HOTEL = '[hotel]\nname = "H"\ntime_zone = "Europe/Paris"\n[receiver]\n'


def codes(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "config.toml"
    path.write_text(HOTEL + text)
    try:
        load(path)
    except ConfigError as error:
        return [problem.code for problem in error.problems if sentence(problem.code, problem.params) != problem.code]
    return []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('listen = "127.0.0.1:8765"', []),
        ('listen = "[::1]:8765"', []),
        ('listen = "0.0.0.0:8765"', ["config_listens_openly"]),
        ('listen = "0.0.0.0:8765"\nbehind_proxy = true', []),
        ('listen = "127.0.0.1.evil.example:8765"', ["config_listens_openly"]),
        ('listen = "8765"', ["config_bad_listen"]),
        ('relay = "https://relay.example"\nrelay_secret = "relay"', []),
        ('relay = "http://127.0.0.1:9"\nrelay_secret = "relay"', []),
        ('relay = "http://relay.example"\nrelay_secret = "relay"', ["config_bad_relay"]),
        ('relay = "https://user:pass@relay.example"\nrelay_secret = "relay"', ["config_bad_relay"]),
        ('relay = "https://relay.example"', ["config_missing_key"]),
    ],
)
def test_unsafe_addresses_are_refused_with_a_sentence(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert codes(tmp_path, text) == expected


SITE = 'type = "booking.com"\nclient_id = "machine"\nsecret = "s"\nproperty_ids = ["1"]\n'


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (f"[channels.a]\n{SITE}[channels.b]\n{SITE}", ["config_same_place"]),
        (f"[channels.a]\n{SITE}[channels.b]\n{SITE}queue = false\n", []),
        ('[channels.a]\ntype = "webchat"\ninbox = "one"\n[channels.b]\ntype = "webchat"\ninbox = "two"\n', []),
        (
            '[channels.a]\ntype = "webchat"\ninbox = "one"\n[channels.b]\ntype = "webchat"\ninbox = "one"\n',
            ["config_same_place"],
        ),
    ],
)
def test_two_accounts_do_not_take_each_others_messages(tmp_path: Path, more: str, expected: list[str]) -> None:
    assert codes(tmp_path, more) == expected
