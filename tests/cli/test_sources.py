"""Sources of stays from the configuration to the store and the doctor, over simulators of their vendors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.sandbox.ical import SandboxFeed
from adapters.sandbox.mews import Guest, SandboxMews
from adapters.secrets import FileVault
from tests.cli.conftest import Run
from tui_inbox.bootstrap.opening import build_desk, build_sources, open_secrets, open_store, sources
from tui_inbox.config import ConfigError, Loaded, load
from tui_inbox.ports.channel import Envelope
from tui_inbox.ports.secrets import Secret
from tui_inbox.wording import sentence

HOTEL = '[hotel]\nname = "Lumière"\ntime_zone = "Europe/Paris"\ncountry = "FR"\n[secrets]\nkeyring = false\n'
PMS = '[sources.pms]\ntype = "mews"\nsecret = "pms-access"\nclient_token = "pms-client"\n'
FLAT = '[sources.flat]\ntype = "ical"\nsecret = "flat-feed"\n'
CLAIRE = Guest("Claire", "Martin", "claire@web.example", "06 12 34 56 78")


@pytest.fixture
def mews() -> Iterator[SandboxMews]:
    with SandboxMews() as box:
        yield box


@pytest.fixture
def feed() -> Iterator[SandboxFeed]:
    with SandboxFeed() as box:
        yield box


def configured(house: Path, monkeypatch: pytest.MonkeyPatch, text: str, **secrets: str) -> Loaded:
    file = house / "config.toml"
    file.write_text(HOTEL + text, encoding="utf-8")
    monkeypatch.setenv("TUI_INBOX_CONFIG", str(file))
    vault = FileVault(house / "secrets.enc")
    for name, value in secrets.items():
        vault.set(name.replace("_", "-"), Secret(value))
    return load(file)


def today() -> date:
    return datetime.now(UTC).date()


def test_the_worker_brings_stays_and_the_doctor_says_how_the_sources_are(
    house: Path, run: Run, mews: SandboxMews, feed: SandboxFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = today() + timedelta(days=9)
    mews.property.book("52", CLAIRE, ahead, ahead + timedelta(days=2), room="204")
    feed.agenda.airbnb("HMABCD1234", ahead, ahead + timedelta(days=3))
    tables = f'{PMS}base_url = "{mews.base_url}"\n{FLAT}room = "Studio"\n'
    held = {"pms_client": mews.property.client, "pms_access": mews.property.access, "flat_feed": feed.address}
    loaded = configured(house, monkeypatch, tables, **held)
    assert run("worker", "--once").code == 0
    with open_store(loaded) as store, store.read() as tx:
        first, second = tx.reservations.get(1), tx.reservations.get(2)
        assert first is not None
        assert second is not None
        assert {(stay.source, stay.room, stay.low_confidence) for stay in (first, second)} == {
            ("pms", "204", False),
            ("flat", "Studio", True),
        }
        guest = tx.guests.get(next(stay.guest_id for stay in (first, second) if stay.source == "pms"))
        assert guest is not None
        assert guest.phone == "+33612345678"
        assert tx.stay_events.waiting(9) == [], "the first import tells nobody"
    assert "pms: it works" in run("channel", "test", "pms").out
    assert "events in the calendar: 1" in run("channel", "test", "flat").out
    assert "pms: stays from Mews, connected" in run("status").out
    assert {row["name"]: row["state"] for row in json.loads(run("status", "--json").out)["channels"]} == {
        "pms": "connected",
        "flat": "connected",
    }
    told = run("doctor").out
    assert "pms: last good poll" in told
    assert "flat: last good poll" in told
    assert "pms-client" in told


def test_a_source_that_fails_is_told_with_the_vendor_s_words_and_the_other_goes_on(
    house: Path, run: Run, mews: SandboxMews, feed: SandboxFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {"pms_client": "another", "pms_access": mews.property.access, "flat_feed": feed.address}
    configured(house, monkeypatch, f'{PMS}base_url = "{mews.base_url}"\n{FLAT}', **held)
    done = run("worker", "--once")
    assert done.code == 0
    assert "pms" in done.err + done.out
    tried = run("channel", "test", "pms")
    assert (tried.code, "Invalid AccessToken." in tried.out) == (5, True)
    told = run("doctor")
    assert "Invalid AccessToken." in told.out
    assert "flat: last good poll" in told.out
    assert told.code == 5


def test_a_source_without_its_secret_stops_alone(
    house: Path, run: Run, feed: SandboxFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(house, monkeypatch, PMS + FLAT, flat_feed=feed.address)
    run("worker", "--once")
    told = run("doctor").out
    assert "No vault holds the secret “pms-access”" in told
    assert "flat: last good poll" in told


def test_the_address_of_a_feed_is_nowhere_but_in_the_vault(
    house: Path, run: Run, feed: SandboxFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(house, monkeypatch, FLAT, flat_feed=feed.address)
    done = run("worker", "--once")
    feed.agenda.token = "changed"
    failed, told = run("worker", "--once"), run("doctor")
    said = "".join(one.out + one.err for one in (done, failed, told))
    assert "sandbox-feed" not in said
    assert "sandbox-feed" not in (house / "config.toml").read_text()
    store = next((house / "data").rglob("inbox.db"))
    assert b"sandbox-feed" not in store.read_bytes()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('[sources.pms]\ntype = "mewz"\n', "Did you mean “mews”?"),
        ('[sources.pms]\ntype = "fax-machine"\n', "Known: mews, channex, ical."),
        (PMS + "pol_seconds = 60\n", "Did you mean “poll_seconds”?"),
        ('[sources.pms]\ntype = "mews"\nsecret = "x"\n', "“client_token” is missing."),
        (FLAT + "poll_seconds = 60\n", "write a number from 900 to 86400"),
        (FLAT + 'closed = "stays"\n', "Did you mean “stay”?"),
        (FLAT + 'property = "annex"\n', "is not in this configuration"),
        (FLAT + 'url = "https://www.airbnb.com/x.ics?s=1"\n', "Unknown key “url”"),
    ],
)
def test_a_mistake_in_the_table_of_a_source_is_named_with_its_line(
    house: Path, monkeypatch: pytest.MonkeyPatch, table: str, words: str
) -> None:
    loaded = configured(house, monkeypatch, table)
    with pytest.raises(ConfigError) as caught:
        sources(loaded)
    (problem,) = caught.value.problems
    assert words in sentence(problem.code, problem.params)
    assert problem.line >= 7
    assert problem.path[0] == "sources"
    with pytest.raises(ConfigError):
        build_desk(loaded)


def test_a_source_has_a_name_of_its_own_and_a_type(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = '[channels.pms]\ntype = "webchat"\ninbox = "x"\n'
    for table, words in ((chat + PMS, "has the name “pms” already"), ("[sources.pms]\n", "“type” is missing.")):
        with pytest.raises(ConfigError) as caught:
            configured(house, monkeypatch, table)
        assert words in " ".join(sentence(one.code, one.params) for one in caught.value.problems)


def test_a_source_counts_days_by_the_clock_of_its_property(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        '[properties.annex]\nname = "Annexe"\ntime_zone = "Pacific/Honolulu"\n'
        f'{PMS}property = "annex"\n{FLAT}room = "Studio"\n'
    )
    held = {"pms_client": "c", "pms_access": "a", "flat_feed": "https://ical.example/5.ics"}
    loaded = configured(house, monkeypatch, text, **held)
    opened, refused = build_sources(sources(loaded), open_secrets(loaded), build_desk(loaded))
    booked = {
        "Id": "1", "State": "Confirmed", "StartUtc": "2026-12-02T01:00:00Z", "EndUtc": "2026-12-04T21:00:00Z",
    }  # fmt: skip
    (record,) = opened["pms"].read(Envelope("1", "reservation", json.dumps({"reservation": booked}).encode()))
    assert (record.arrival, record.departure) == (date(2026, 12, 1), date(2026, 12, 4))
    evening = "BEGIN:VEVENT\r\nUID:1@x.example\r\nDTSTART:20261202T010000Z\r\nDTEND:20261204T210000Z\r\nEND:VEVENT\r\n"
    told = json.dumps({"at": "2026-11-22T12:00:00Z", "event": evening}).encode()
    (record,) = opened["flat"].read(Envelope("2", "event", told))
    assert (record.arrival, record.departure) == (date(2026, 12, 2), date(2026, 12, 4))
    assert refused == {}
    for source in opened.values():
        source.close()
