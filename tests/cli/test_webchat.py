"""A web chat from the first question to a line that says what is still missing."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tui_inbox.config import load

HOTEL = ("--no-input", "--name", "Hôtel Lumière", "--time-zone", "Europe/Paris")
WORDS = ("channel", "add", "webchat", "--no-input", "--set", "inbox=lumiere", "--set")


def test_a_web_chat_is_added_without_a_secret(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    added = run(*WORDS, "origins=https://www.hotel.example, https://hotel.example")
    assert added.code == 0, added.err
    table = load(house / "config" / "tui-inbox" / "config.toml").config.channels["site-chat"]
    assert table == {
        "type": "webchat",
        "inbox": "lumiere",
        "origins": ["https://www.hotel.example", "https://hotel.example"],
    }
    assert run("channel", "test", "site-chat").code == 0


def test_a_site_is_written_as_a_browser_shows_it(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    refused = run(*WORDS, "origins=www.hotel.example/chat")
    assert refused.code == 3
    assert "origins" in refused.err


def test_without_a_receiver_it_is_said_to_be_send_only(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    run(*WORDS, "origins=")
    assert "It only sends" in run("channel", "list").out
    assert json.loads(run("channel", "list", "--json").out)[0]["shortcoming"] == "no_receiver"
    path = house / "config" / "tui-inbox" / "config.toml"
    path.write_text(path.read_text() + '\n[receiver]\nlisten = "127.0.0.1:8765"\n')
    assert "It only sends" not in run("channel", "list").out
    assert json.loads(run("channel", "list", "--json").out)[0]["shortcoming"] == ""
