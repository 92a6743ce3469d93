"""JSON that no vendor should send: each item is read or set aside, and the good one behind it arrives."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from storage.store import SqlStore
from tests.adapters.rigs import payload, twilio
from tests.fakes import hotel
from tui_inbox.domain.display import clean
from tui_inbox.ports.channel import Envelope
from tui_inbox.services import accounts
from tui_inbox.services.ingest import ingest_page

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ODD = (
    b"[" * 20_000 + b"]" * 20_000,
    b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    b"9" * 5_000,
    b"-" + b"9" * 5_000,
    b"NaN",
    b"-Infinity",
    b"1e400",
    b'"\\ud800"',
    b'"\\udfff\\ud800"',
    b'"\\u0000"',
    b'"\xff\xfe"',
    b'"\\u001b]52;c;aGk=\\u0007"',
    b'"+33612345678\\r\\nBcc: victim@example.org"',
    b'"' + b"x" * 70_000 + b'"',
)
FIELDS = (b"sid", b"from", b"to", b"body", b"num_segments", b"num_media", b"date_sent", b"direction", b"unknown")


def with_value(raw: bytes, field: bytes, value: bytes) -> bytes:
    """The payload with one field's value replaced, or with the field put in."""
    found = re.compile(rb'"' + field + rb'"\s*:\s*(?:"(?:[^"\\]|\\.)*"|null|[-0-9.]+)')
    changed, count = found.subn(lambda _: b'"' + field + b'":' + value, raw, count=1)
    return changed if count else raw.replace(b'{"sid"', b'{"' + field + b'":' + value + b',"sid"', 1)


def test_odd_values_are_read_or_set_aside_and_the_next_message_arrives(store: SqlStore) -> None:
    good = payload("inbound_sms")
    page = [
        Envelope(f"odd-{number}", "message", with_value(good.raw, field, value))
        for number, (field, value) in enumerate((field, value) for field in FIELDS for value in ODD)
    ]
    assert all(one.raw != good.raw for one in page), "each must differ from the good one"
    channel = twilio("http://127.0.0.1:9")
    channel.name = "desk-sms"
    with store.write() as tx:
        accounts.connected(tx, hotel(), channel.name, NOW - timedelta(days=5000))
    result = ingest_page(store, hotel(), channel, [*page, good], NOW)
    with store.read() as tx:
        messages = [tx.messages.get(number) for number in range(1, 300)]
        row = accounts.of(tx, hotel(), "desk-sms")
    there = [message for message in messages if message is not None]
    assert any(message.text.startswith("Bonjour") for message in there)
    assert result.quarantined == row.quarantined > len(page) // 3
    for message in there:
        assert message.text == clean(message.text)
        assert "\r" not in message.address
        assert "\0" not in message.address
