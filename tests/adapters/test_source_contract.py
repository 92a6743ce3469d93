"""What every source of stays promises, run over each line of ``SOURCES``."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest

from adapters.sources import SOURCES, load_source
from tests.adapters.faults import ACTS, answer, answering, faulty
from tests.adapters.mutator import damaged
from tests.adapters.rigging import CANARY
from tests.adapters.source_rigs import SOURCE_RIGS, SourceRig
from tui_inbox.domain.errors import AccountBlocked, ChannelError, Malformed, NotSent
from tui_inbox.ports.bookings import BookingSource, StayRecord
from tui_inbox.ports.channel import Envelope, HealthState

NOWHERE = "http://127.0.0.1:9"
MUTANTS = int(os.environ.get("TUI_INBOX_MUTANTS", "20000"))


@pytest.fixture(params=list(SOURCE_RIGS))
def rig(request: pytest.FixtureRequest) -> SourceRig:
    return SOURCE_RIGS[request.param]


@pytest.fixture
def idle(rig: SourceRig) -> Iterator[BookingSource]:
    """A source whose vendor is not there: what it does now needs no network."""
    source = rig.opened(NOWHERE)
    yield source
    source.close()


def test_every_source_is_under_test() -> None:
    assert set(SOURCE_RIGS) == set(SOURCES)


@pytest.mark.parametrize("type_", list(SOURCES))
def test_the_settings_of_a_source_are_read_without_any_network_library(type_: str) -> None:
    code = f"""import sys
from adapters.sources import load_source
found = load_source({type_!r})
assert found.LABEL and found.NEEDS and found.LIMITS
assert not {{"httpx", "icalendar", "ssl"}} & set(sys.modules), "a library was imported"
assert found.Settings.__struct_config__.frozen and found.Settings.__struct_config__.forbid_unknown_fields"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_unknown_type_has_no_source() -> None:
    with pytest.raises(KeyError):
        load_source("crystal-ball")


def test_each_payload_of_the_collection_is_a_stay(rig: SourceRig, idle: BookingSource) -> None:
    for envelope in rig.payloads:
        (record,) = idle.read(envelope)
        assert (record.arrival, record.external_id != "") == (date(2026, 12, 1), True)
        assert record.departure > record.arrival
        assert idle.read(envelope) == [record] or idle.read(envelope) == (record,)


def test_fields_that_nobody_knows_are_ignored(rig: SourceRig, idle: BookingSource) -> None:
    for envelope in rig.payloads:
        fields = json.loads(envelope.raw)
        fields["brand_new"] = {"nested": [1, None, "x"]}
        for inner in fields.values():
            if isinstance(inner, dict):
                inner["brand_new"] = ["x"]
        more = Envelope(envelope.external_id, envelope.kind, json.dumps(fields).encode())
        assert idle.read(more) == idle.read(envelope)


def test_a_damaged_payload_is_malformed_or_ignored_and_never_crashes(rig: SourceRig, idle: BookingSource) -> None:
    each = int(MUTANTS * rig.mutants) // len(rig.payloads) + 1
    refused = 0
    for seed, envelope in enumerate(rig.payloads):
        for raw in damaged(envelope.raw, each, seed):
            try:
                records = idle.read(Envelope("x", envelope.kind, raw))
            except Malformed:
                refused += 1
                continue
            assert all(isinstance(record, StayRecord) for record in records)
            assert all(record.updated_at is None or record.updated_at.tzinfo is not None for record in records)
        assert list(idle.read(envelope)), "the next good one is still read"
    assert refused


JSON = "Content-Type: application/json"
POLLS = [
    (answer("401 Unauthorized"), AccountBlocked, None),
    (answer("403 Forbidden"), AccountBlocked, None),
    (answer("429 Too Many"), NotSent, None),
    (answer("429 Too Many", b"", "Retry-After: 12"), NotSent, 12.0),
    (answer("500 Oops"), NotSent, None),
    (answer("502 Bad Gateway", b"<html>"), NotSent, None),
    (answer("503 Busy", b"", "Retry-After: 3"), NotSent, 3.0),
    (answer("302 Found", b"", "Location: https://login.example/"), NotSent, None),
    (answer("200 OK", b"<html><title>Wi-Fi</title></html>"), NotSent, None),
    (answer("200 OK", b'{"success":false}', JSON), ChannelError, None),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", NotSent, None),
]


@pytest.mark.parametrize(("raw", "kind", "wait"), POLLS)
def test_a_poll_that_fails_says_how(rig: SourceRig, raw: bytes, kind: type[ChannelError], wait: float | None) -> None:
    with answering(raw) as server:
        source = rig.opened(server.url)
        with pytest.raises(kind) as caught:
            source.fetch(source.streams()[0], "", None)
        source.close()
    assert caught.value.retry_after == wait


@pytest.mark.parametrize("situation", list(ACTS))
def test_a_lost_answer_is_merely_asked_again(rig: SourceRig, situation: str) -> None:
    with faulty(situation) as server:
        source = rig.opened(server.url)
        with pytest.raises(ChannelError) as caught:
            source.fetch(source.streams()[0], "", None)
        source.close()
    assert caught.value.code


def test_the_test_call_never_raises(rig: SourceRig) -> None:
    for raw, _kind, _wait in POLLS[:-1]:
        with answering(raw) as server:
            source = rig.opened(server.url)
            found = source.test()
            source.close()
        assert found.state is HealthState.ERROR
        assert found.code
    source = rig.opened(NOWHERE)
    assert source.test().code == "unreachable"
    source.close()


def test_a_cursor_of_nobody_s_starts_anew(rig: SourceRig) -> None:
    for cursor in ("nonsense", "{}", "[1]", '{"start": 1}', '{"taken": ["../x"]}'):
        source = rig.opened(NOWHERE)
        with pytest.raises(NotSent, match="unreachable"):
            source.fetch(source.streams()[0], cursor, None)
        source.close()


def test_no_secret_stands_in_logs_exceptions_or_the_source_itself(
    rig: SourceRig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    for raw in (answer("401 No", CANARY.encode()), answer("400 No"), b"x\r\n\r\n", answer("200 OK", b"{}")):
        with answering(raw) as server:
            source = rig.opened(server.url)
            with pytest.raises(ChannelError) as caught:
                source.fetch(source.streams()[0], "", None)
            error: BaseException | None = caught.value
            while error is not None:
                told.append(f"{error!r} {vars(error)}")
                error = error.__cause__
            told.append(repr(source) + repr(vars(source)))
            source.close()
    assert CANARY not in " ".join(told) + caplog.text
