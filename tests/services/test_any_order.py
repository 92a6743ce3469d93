"""Hooks come in any order, in any pages and more than once: what stands at the end is the same."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.store import SqlStore, open_store
from tests.fakes import NOON, FakeChannel, hotel, receipt, told, written
from tui_inbox.domain.message import Delivery
from tui_inbox.ports.channel import Envelope
from tui_inbox.services import accounts
from tui_inbox.services.ingest import apply_pending, ingest_page

GUEST, SCOPED = "+33612345678", "FR.810475561234567"
CONNECTED, LATER = NOON - timedelta(days=1), NOON + timedelta(hours=1)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def line(**fields: object) -> dict[str, object]:
    return {"channel": "whatsapp", "address": GUEST, **fields}


SAID = (
    written("Bonjour", key="IN1", at=at(1), channel="whatsapp", also=[SCOPED]),
    written("Encore moi", key="IN2", at=at(5), channel="whatsapp", also=[SCOPED]),
    written("Oui", key="OUT1", at=at(3), channel="whatsapp", outbound=True),
    written("Bienvenue", key="OUT2", at=at(6), channel="whatsapp", outbound=True),
    written("Joli !", key="C1", at=at(7), channel="whatsapp", kind="comment", parent="post-1"),
    told("reaction", key="R1", target="IN1", emoji="👍", at=at(4), outbound=True),
    told("reaction", key="R2", target="OUT1", emoji="😀", at=at(4)),
    told("reaction", key="R3", target="OUT1", emoji="😮", at=at(5)),
    told("revision", key="E1", external_id="IN1", text="Bonsoir", at=at(2)),
    told("revision", key="E2", external_id="IN1", text="Bonne nuit", at=at(3)),
    told("revision", key="E3", external_id="IN2", text=None, at=at(6)),
    told("access", key="A1", at=at(4), **line(closed_code="no_messaging")),
    told("access", key="A2", at=at(5), **line()),
    told("wish", key="W1", at=at(4), **line(stops=True, marketing=False)),
    told("wish", key="W2", at=at(5), **line(stops=False, marketing=False)),
    told("wish", key="W3", at=at(6), **line(stops=True)),
    receipt("OUT1", Delivery.DELIVERED, at=at(4)),
    receipt("", Delivery.READ, at=at(5), until=at(5), **line()),
)


def apply(store: SqlStore, pages: Sequence[Sequence[Envelope]]) -> object:
    """Every page as a hook or a poll brings it, and at the end what waited; then all that can be seen of it."""
    channel = FakeChannel()
    with store.write() as tx:
        accounts.connected(tx, hotel(), "desk-sms", CONNECTED)
    for page in pages:
        ingest_page(store, hotel(), channel, page, LATER)
    left = apply_pending(store, hotel(), channel, LATER)
    assert left.parked == 0
    with store.read() as tx:
        (guest,) = tx.guests.by_handle("whatsapp", GUEST)
        assert [one.id for one in tx.guests.by_handle("whatsapp", SCOPED)] == [guest.id]
        (row,) = tx.conversations.all_of_guest(guest.id)
        messages = [tx.messages.get(found.id) for found in tx.messages.page(row.id, None, 99)]
        known = tx.lines.get("desk-sms", "whatsapp", GUEST)
        consents = [(one.topic, one.allowed) for one in tx.consents.of_guest(guest.id)]
        wordings = [sorted(text for _, text in tx.messages.revisions(one.id)) for one in messages]
    seen = [
        (one.external_id, one.text, dict(one.reactions), one.edited_at, one.removed_at, one.state) for one in messages
    ]
    line_now = (known.closed_code, known.stopped_at, known.last_in_at, known.last_out_at, known.read_until)
    list_line = (row.state, row.preview, row.unanswered, row.last_in_at)
    return sorted(seen), wordings, line_now, consents, list_line


@cache
def in_order() -> object:
    """The same, told once, one after the other."""
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/inbox.db") as store:
        return apply(store, [SAID])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations([*SAID, *SAID[:6]]), st.integers(1, 24))
def test_the_end_is_the_same_in_every_order(said: list[Envelope], size: int) -> None:
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{Path(folder) / 'inbox.db'}") as store:
        pages = [said[start : start + size] for start in range(0, len(said), size)]
        assert apply(store, pages) == in_order()
