"""What every channel promises, run over each line of ``CHANNELS``; answers and statuses over those that speak HTTP."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import NoReturn

import msgspec
import pytest

from adapters import CHANNELS, load
from tests.adapters.faults import ACTS, SILENT_BEFORE_READING, answer, answering, faulty
from tests.adapters.mutator import damaged
from tests.adapters.rigging import SITUATIONS
from tests.adapters.rigs import CANARY, RIGS, Rig
from tui_inbox.domain.errors import (
    AcceptedWithoutId,
    AccountBlocked,
    ChannelError,
    Malformed,
    NotSent,
    Refused,
    Rejected,
    Unknown,
)
from tui_inbox.domain.message import Delivery
from tui_inbox.ports.channel import Channel, Envelope, FindsSent, HealthState, Inbound, Status

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:9"
MUTANTS = int(os.environ.get("TUI_INBOX_MUTANTS", "20000"))
"""Damaged payloads per channel; the nightly run asks for many more."""


@pytest.fixture(params=list(RIGS))
def rig(request: pytest.FixtureRequest) -> Rig:
    return RIGS[request.param]


@pytest.fixture(params=[name for name, rig in RIGS.items() if rig.web])
def web(request: pytest.FixtureRequest) -> Rig:
    return RIGS[request.param]


@pytest.fixture(params=[name for name, rig in RIGS.items() if rig.vendor])
def vendors(request: pytest.FixtureRequest) -> Rig:
    return RIGS[request.param]


@pytest.fixture(params=[name for name, rig in RIGS.items() if rig.asks_nobody])
def alone(request: pytest.FixtureRequest) -> Rig:
    return RIGS[request.param]


@pytest.fixture
def idle(rig: Rig) -> Iterator[Channel]:
    """A channel whose vendor is not there: what it does now needs no network."""
    channel = rig.opened(NOWHERE)
    yield channel
    channel.close()


def test_every_channel_is_under_test() -> None:
    assert set(RIGS) == set(CHANNELS)


def test_a_channel_that_speaks_no_http_meets_every_situation_in_its_own_terms(rig: Rig) -> None:
    if rig.web:
        assert not rig.elsewhere
    elif rig.vendor:
        assert set(rig.elsewhere) == set(SITUATIONS)
        for test in rig.elsewhere.values():
            path, _colons, name = test.partition("::")
            assert f"\ndef {name}(" in (ROOT / path).read_text(encoding="utf-8"), test


def test_a_channel_that_asks_nobody_opens_no_connection_whatever_it_is_asked(
    alone: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> NoReturn:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "create_connection", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    channel = alone.opened(NOWHERE)
    assert channel.streams() == ()
    assert channel.send(alone.outgoing).provider_id
    assert channel.test().state is HealthState.OK
    if isinstance(channel, FindsSent):
        assert channel.find(alone.outgoing).authoritative
    channel.close()


@pytest.mark.parametrize("type_", list(CHANNELS))
def test_the_traits_of_a_channel_are_read_without_any_network_library(type_: str) -> None:
    code = f"""import sys, adapters
found = adapters.load({type_!r})
assert found.TRAITS and all(code == traits.code for code, traits in found.TRAITS.items())
assert not {{"httpx", "imap_tools", "smtplib", "ssl"}} & set(sys.modules), "a network library was imported"
assert found.Settings.__struct_config__.frozen and found.Settings.__struct_config__.forbid_unknown_fields"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_unknown_type_has_no_channel() -> None:
    with pytest.raises(KeyError):
        load("carrier-pigeon")


def test_each_payload_of_the_collection_is_understood(rig: Rig, idle: Channel) -> None:
    items = [item for envelope in rig.payloads for item in idle.read(envelope)]
    assert Inbound in {type(item) for item in items}
    assert not any(isinstance(item, Status) and item.state is Delivery.NONE for item in items)
    assert all(item.at.tzinfo is not None for item in items)


def test_reading_is_pure(rig: Rig, idle: Channel) -> None:
    for envelope in rig.payloads:
        assert idle.read(envelope) == idle.read(envelope)


def test_fields_that_nobody_knows_are_ignored(web: Rig) -> None:
    channel = web.opened(NOWHERE)
    for envelope in web.payloads:
        fields = json.loads(envelope.raw)
        fields["brand_new"] = {"nested": [1, None, "x"]}
        more = Envelope(envelope.external_id, envelope.kind, json.dumps(fields).encode())
        assert channel.read(more) == channel.read(envelope)


def test_a_damaged_payload_is_malformed_or_ignored_and_never_crashes(rig: Rig, idle: Channel) -> None:
    each = int(MUTANTS * rig.mutants) // len(rig.payloads) + 1
    refused, times = 0, []
    for seed, envelope in enumerate(rig.payloads):
        for raw in damaged(envelope.raw, each, seed):
            started = time.perf_counter()
            try:
                items = idle.read(Envelope("x", envelope.kind, raw))
            except Malformed:
                refused += 1
                items = ()
            times.append(time.perf_counter() - started)
            for item in items:
                assert isinstance(item.at, datetime)
                assert item.at.utcoffset() == timedelta(0)
        assert list(idle.read(envelope)), "the next good one is still read"
    assert refused
    assert sorted(times)[int(len(times) * 0.99)] < 0.25


@pytest.mark.parametrize("situation", [*ACTS, *SILENT_BEFORE_READING])
def test_a_lost_answer_is_unknown_and_is_not_repeated(web: Rig, situation: str) -> None:
    if situation == "never_reads":
        pytest.skip("needs more bytes than a text has")
    with faulty(situation) as server:
        channel = web.opened(server.url)
        with pytest.raises(Unknown):
            channel.send(web.outgoing)
        channel.close()
    assert len(server.requests) <= 1


def test_a_refused_connection_was_not_sent(vendors: Rig) -> None:
    channel = vendors.opened(NOWHERE)
    with pytest.raises(NotSent, match="unreachable"):
        channel.send(vendors.outgoing)
    channel.close()


def test_a_vendor_that_is_not_there_fails_the_poll_and_the_test_call(vendors: Rig) -> None:
    channel = vendors.opened(NOWHERE)
    with pytest.raises(NotSent):
        vendors.asks(channel)
    found = channel.test()
    channel.close()
    assert found.state is HealthState.ERROR
    assert found.code == "unreachable"


JSON = "Content-Type: application/json"
ANSWERS = [
    (answer("429 Too Many"), NotSent, None),
    (answer("429 Too Many", b"", "Retry-After: 12"), NotSent, 12.0),
    (answer("429 Too Many", b"", "Retry-After: 1e9"), NotSent, 3600.0),
    (answer("429 Too Many", b"", "Retry-After: eventually"), NotSent, None),
    (answer("429 Too Many", b"", "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT"), NotSent, 0.0),
    (answer("401 Unauthorized"), AccountBlocked, None),
    (answer("403 Forbidden", b"<html>"), AccountBlocked, None),
    (answer("400 Bad"), Rejected, None),
    (answer("413 Too Large"), Rejected, None),
    (answer("422 No"), Rejected, None),
    (answer("500 Oops", b"{}", JSON), Unknown, None),
    (answer("502 Bad Gateway", b"<html>"), Unknown, None),
    (answer("503 Busy"), Unknown, None),
    (answer("503 Busy", b"", "Retry-After: 3"), NotSent, 3.0),
    (answer("504 Timeout"), Unknown, None),
    (answer("302 Found", b"", "Location: https://login.example/"), Unknown, None),
    (answer("200 OK", b"<html><title>Wi-Fi</title></html>", "Content-Type: text/html"), AcceptedWithoutId, None),
    (answer("201 Created", b""), AcceptedWithoutId, None),
    (answer("201 Created", b"{}", JSON), AcceptedWithoutId, None),
    (answer("201 Created", b"[1]", JSON), AcceptedWithoutId, None),
    (answer("200 OK", b'{"success":false}', JSON), Rejected, None),
    (answer("200 OK", b'{"errors":[{"message":"no"}]}', JSON), Rejected, None),
]


@pytest.mark.parametrize(("raw", "kind", "wait"), ANSWERS)
def test_an_answer_to_a_send_has_one_class(web: Rig, raw: bytes, kind: type[ChannelError], wait: float | None) -> None:
    with answering(raw) as server:
        channel = web.opened(server.url)
        with pytest.raises(ChannelError) as caught:
            channel.send(web.outgoing)
        channel.close()
    assert type(caught.value) is kind
    assert caught.value.retry_after == wait
    # A refusal may be looked into by a question; what was to be sent is not sent again.
    assert [request.split(b" ")[0] for request in server.requests].count(b"POST") == 1


POLLS = [
    (answer("401 Unauthorized"), AccountBlocked),
    (answer("403 Forbidden"), AccountBlocked),
    (answer("429 Too Many", b"", "Retry-After: 12"), NotSent),
    (answer("500 Oops"), NotSent),
    (answer("200 OK", b"<html>"), NotSent),
    (answer("200 OK", b'{"success":false}', JSON), ChannelError),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", NotSent),
]


@pytest.mark.parametrize(("raw", "kind"), POLLS)
def test_a_poll_that_fails_says_how(web: Rig, raw: bytes, kind: type[ChannelError]) -> None:
    with answering(raw) as server:
        channel = web.opened(server.url)
        with pytest.raises(kind):
            web.asks(channel)
        channel.close()


WAITS = [("12", 12.0), ("1e9", 3600.0), ("eventually", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0), ("", None)]


@pytest.mark.parametrize(("value", "wait"), WAITS)
@pytest.mark.parametrize("status", ["429 Too Many", "503 Busy"])
def test_a_poll_is_told_when_to_come_again(web: Rig, status: str, value: str, wait: float | None) -> None:
    with answering(answer(status, b"", *([f"Retry-After: {value}"] if value else []))) as server:
        channel = web.opened(server.url)
        with pytest.raises(NotSent) as caught:
            web.asks(channel)
        channel.close()
    assert caught.value.retry_after == wait


def test_a_moment_to_come_again_is_waited_for(web: Rig) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    with answering(answer("429 Too Many", b"", f"Retry-After: {moment}")) as server:
        channel = web.opened(server.url)
        for asked in (lambda: channel.send(web.outgoing), lambda: web.asks(channel)):
            with pytest.raises(NotSent) as caught:
                asked()
            assert caught.value.retry_after is not None
            assert 30 < caught.value.retry_after <= 90
        channel.close()


def test_the_test_call_never_raises(web: Rig) -> None:
    for raw, _kind in POLLS[:-1]:
        with answering(raw) as server:
            channel = web.opened(server.url)
            found = channel.test()
            channel.close()
        assert found.state is not HealthState.OK
        assert found.code


def test_a_text_over_the_limit_is_refused_before_the_wire(web: Rig) -> None:
    with answering(answer("201 Created", b"{}")) as server:
        channel = web.opened(server.url)
        traits = channel.traits[web.outgoing.channel]
        limit = traits.max_chars or traits.max_bytes
        if limit is None:
            pytest.skip("the vendor names no limit")
        letter = "x" if traits.max_chars else "é"
        longest = letter * (limit // (1 if traits.max_chars else len(letter.encode())))
        channel.check(web.outgoing._replace(text=longest))
        for call in (channel.check, channel.send):
            with pytest.raises(Refused, match="too_long"):
                call(web.outgoing._replace(text=longest + letter))
        channel.close()
    assert server.requests == []


def test_a_channel_that_is_not_served_is_refused_before_the_wire(rig: Rig, idle: Channel) -> None:
    with pytest.raises(Refused, match="channel_not_served"):
        idle.check(rig.outgoing._replace(channel="telex"))


def test_an_account_that_only_looks_says_so_in_its_traits(rig: Rig) -> None:
    adapter = load(rig.type)
    settings = msgspec.structs.replace(rig.settings, mode="view-only")
    assert not any(traits.can_send for traits in adapter.serves(settings).values())
    assert set(adapter.own(settings)) == set(adapter.serves(settings))


def test_its_secret_does_not_show_in_the_channel_itself(idle: Channel) -> None:
    assert CANARY not in repr(idle) + repr(vars(idle))


def test_no_secret_stands_in_logs_or_exceptions(web: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        assert logging.getLogger(name).level >= logging.WARNING
    told = []
    for raw in (answer("401 No", CANARY.encode()), answer("400 No"), b"x\r\n\r\n", answer("200 OK", b"{}")):
        with answering(raw) as server:
            channel: Channel = web.opened(server.url)
            with pytest.raises(ChannelError) as caught:
                channel.send(web.outgoing)
            error: BaseException | None = caught.value
            while error is not None:
                told.append(f"{error!r} {vars(error)}")
                error = error.__cause__
            told.append(repr(channel) + repr(vars(channel)))
            channel.close()
    assert CANARY not in " ".join(told) + caplog.text
