"""From nothing to a source of stays: ``source add|list|test|remove``, with the vendors' own words where they refuse."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.sandbox.channex_bookings import SandboxChannexBookings
from adapters.sandbox.ical import SandboxFeed
from adapters.sandbox.mews import Guest, SandboxMews
from adapters.sources import SOURCES
from tests.cli.conftest import Run
from tests.cli.test_setting_up import HOTEL, configured, everything_written, talk
from tui_inbox.cli.source_forms import SOURCE_FORMS
from tui_inbox.config import load

CLAIRE = Guest("Claire", "Martin", "claire@web.example", "06 12 34 56 78")


@pytest.fixture
def mews() -> Iterator[SandboxMews]:
    with SandboxMews() as box:
        yield box


def mews_words(box: SandboxMews) -> list[str]:
    return ["source", "add", "mews", "--no-input", "--secret-stdin", "--set", f"base_url={box.base_url}"]


def test_mews_is_connected_with_both_tokens_and_read_by_the_worker(run: Run, house: Path, mews: SandboxMews) -> None:
    ahead = datetime.now(UTC).date() + timedelta(days=9)
    mews.property.book("52", CLAIRE, ahead, ahead + timedelta(days=2))
    run("init", *HOTEL)
    given = f"{mews.property.access}\n{mews.property.client}\n"
    result = run(*mews_words(mews), stdin=given)
    assert (result.code, result.err) == (0, "")
    assert "[sources.pms] is written to" in result.out
    assert mews.property.name in result.out
    table = load(configured(house)).config.sources["pms"]
    assert (table["secret"], table["client_token"]) == ("pms-access", "pms-client-token")
    assert not [token for token in given.split() if token in everything_written(house)]
    assert run("worker", "--once").code == 0
    assert "pms: stays from Mews, connected" in run("source", "list").out
    assert run("config", "check").code == 0


@pytest.mark.parametrize("given", ["wrong\n{client}\n", "{access}\nwrong\n"])
def test_a_refusal_is_shown_in_the_vendor_s_words_and_nothing_is_kept(
    run: Run, house: Path, mews: SandboxMews, given: str
) -> None:
    run("init", *HOTEL)
    before = configured(house).read_text()
    typed = given.format(access=mews.property.access, client=mews.property.client)
    result = run(*mews_words(mews), stdin=typed)
    assert result.code == 5
    assert "Invalid AccessToken." in result.out
    assert configured(house).read_text() == before
    assert "pms" not in run("secret", "list").out


def test_a_token_that_is_needed_may_not_be_left_out(run: Run, house: Path, mews: SandboxMews) -> None:
    run("init", *HOTEL)
    result = run(*mews_words(mews), stdin=f"{mews.property.access}\n")
    assert result.code == 2
    assert "client_token" in result.err
    assert load(configured(house)).config.sources == {}


def test_the_wizard_says_where_each_answer_is_and_asks_again(house: Path, run: Run, mews: SandboxMews) -> None:
    """On a real terminal: an empty and a wrong token, the vendor's words, then the right one."""
    run("init", *HOTEL)
    dialogue = [
        ("Go on?", "y"),
        ("Your name for it", "front"),
        ("Access token", mews.property.access),
        ("Client token", ""),
        ("Client token", "wrong"),
        ("What now?", "r"),
        ("Access token", ""),
        ("Client token", mews.property.client),
    ]
    screen, code = talk(["source", "add", "mews", "--set", f"base_url={mews.base_url}"], dialogue)
    assert code == 0, screen
    said = " ".join(screen.split())
    assert "under Marketplace" in said
    assert "mail about your integration" in said
    assert "In the same mail" in said
    assert "Invalid AccessToken." in said
    assert mews.property.access not in screen
    assert list(load(configured(house)).config.sources) == ["front"]


def test_a_calendar_is_connected_by_its_address(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    with SandboxFeed() as feed:
        words = ["source", "add", "ical", "--no-input", "--secret-stdin", "--name", "studio", "--set", "room=Studio"]
        gone = run(*words, stdin=feed.address + "x\n")
        assert gone.code == 5, gone.out
        assert load(configured(house)).config.sources == {}
        result = run(*words, stdin=feed.address + "\n")
        assert (result.code, result.err) == (0, "")
        assert "events in the calendar: 0" in result.out
        assert feed.address not in everything_written(house)
    assert load(configured(house)).config.sources["studio"] == {
        "type": "ical",
        "room": "Studio",
        "secret": "studio-address",
    }


def test_the_bookings_of_channex_are_connected_by_key_and_property(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    with SandboxChannexBookings() as box:
        account = box.ledger
        words = ["source", "add", "channex", "--no-input", "--secret-stdin", "--set", f"base_url={box.base_url}"]
        malformed = run(*words, "--set", "property_id=12", stdin=f"{account.key}\n")
        assert malformed.code == 3
        words += ["--set", f"property_id={account.property_id}"]
        refused = run(*words, stdin="wrong\n")
        assert refused.code == 5
        result = run(*words, stdin=f"{account.key}\n")
        assert (result.code, result.err) == (0, "")
        assert account.key not in everything_written(house)
    assert list(load(configured(house)).config.sources) == ["sites"]


def test_a_name_belongs_to_one_channel_or_source(run: Run, house: Path, mews: SandboxMews) -> None:
    run("init", *HOTEL)
    with configured(house).open("a") as file:
        file.write('\n[channels.pms]\ntype = "twilio"\naccount_sid = "AC1"\nfrom = "+33700000000"\nsecret = "s"\n')
    result = run(*mews_words(mews), "--name", "pms", stdin=f"{mews.property.access}\n{mews.property.client}\n")
    assert result.code == 2
    assert "“pms”" in result.err
    assert load(configured(house)).config.sources == {}


def test_every_source_has_its_questions_and_its_word(run: Run) -> None:
    assert set(SOURCE_FORMS) == set(SOURCES)
    told = run("source", "add", "--help").out
    assert "{" + ",".join(SOURCES) + "}" in told


def test_source_list_says_for_each_kind_what_it_takes_and_what_it_cannot_do(run: Run) -> None:
    run("init", *HOTEL)
    told = run("source", "list").out
    for type_ in SOURCES:
        assert f"tui-inbox source add {type_}" in told
    assert told.count("it takes:") >= len(SOURCES)
    assert told.count("not possible:") >= len(SOURCES)
    assert "need_" not in told
    assert "limit_" not in told
    assert "import reservations FILE" in told


def test_a_source_is_tested_listed_and_taken_out(run: Run, house: Path, mews: SandboxMews) -> None:
    run("init", *HOTEL)
    before = tomllib.loads(configured(house).read_text())
    run(*mews_words(mews), stdin=f"{mews.property.access}\n{mews.property.client}\n")
    assert run("source", "test", "pms").code == 0
    (row,) = json.loads(run("source", "list", "--json").out)
    assert (row["name"], row["type"], row["state"]) == ("pms", "mews", "new")
    held = run("secret", "list").out
    assert "pms-access" in held
    assert "pms-client-token" in held
    assert "(pms)" in held
    mews.property.access = "another"
    refused = run("source", "test", "pms")
    assert (refused.code, "Invalid AccessToken." in refused.out) == (5, True)
    removed = run("source", "remove", "pms", "--yes")
    assert "secret delete pms-access" in removed.out
    assert "secret delete pms-client-token" in removed.out
    assert tomllib.loads(configured(house).read_text()) == before
    for words in (("remove", "pms", "--yes"), ("test", "pms")):
        missing = run("source", *words)
        assert missing.code == 1
        assert "no source of stays" in missing.err
