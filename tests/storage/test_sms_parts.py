"""What the month's budget is counted from, and small settings that are made once; on both engines."""

from __future__ import annotations

from datetime import timedelta

from storage.store import SqlStore
from tests.builders import NOW, a_conversation, a_guest, an_outgoing
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.store import Transaction


def row(t: Transaction, state: OutboxState, parts: int | None, **values: object) -> Outgoing:
    made = an_outgoing(t, a_conversation(t, a_guest(t)), state=state, **values)
    message = t.messages.get(made.message_id)
    assert message is not None
    t.messages.put(message._replace(segments=parts))
    return made


def test_parts_of_this_month_that_left_or_leave_are_counted(store: SqlStore) -> None:
    since = NOW - timedelta(days=1)
    with store.write() as t:
        row(t, OutboxState.ACCEPTED, 2)
        row(t, OutboxState.QUEUED, 1)
        row(t, OutboxState.UNKNOWN, 4)
        row(t, OutboxState.FAILED, 8, provider_id="SM1")
        for state in (OutboxState.CANCELLED, OutboxState.EXPIRED, OutboxState.FAILED):
            row(t, state, 16)
        row(t, OutboxState.HELD, 16, scheduled=True)
        row(t, OutboxState.HELD, 16, created_by="")
        row(t, OutboxState.HELD, 16, reason="guest_wrote")
        row(t, OutboxState.HELD, 64)  # A person's, which they may still take back.
        row(t, OutboxState.DELIVERED, None)
        row(t, OutboxState.DELIVERED, 32, created_at=since - timedelta(seconds=1))
    with store.read() as t:
        assert t.outbox.segments_since("desk-sms", ["sms"], since) == 15 + 64
        assert t.outbox.segments_since("desk-sms", ["whatsapp"], since) == 0
        assert t.outbox.segments_since("other", ["sms"], since) == 0


def test_parts_that_had_left_by_a_moment_are_counted_by_their_attempt(store: SqlStore) -> None:
    since, until = NOW - timedelta(days=1), NOW
    with store.write() as t:
        for parts, state, minutes, more in (
            (1, OutboxState.ACCEPTED, -5, {}),
            (2, OutboxState.UNKNOWN, 0, {}),
            (4, OutboxState.FAILED, -5, {"provider_id": "SM1"}),
            (8, OutboxState.ACCEPTED, 1, {}),
            (16, OutboxState.RETRY_WAIT, -5, {}),
            (32, OutboxState.FAILED, -5, {}),
            (64, OutboxState.ACCEPTED, -25 * 60, {}),
        ):
            made = row(t, state, parts, created_at=NOW - timedelta(days=2), **more)
            t.outbox.attempt(made.id, 1, NOW + timedelta(minutes=minutes))
        row(t, OutboxState.DELIVERED, 128, created_at=NOW - timedelta(hours=1))
        row(t, OutboxState.QUEUED, 256, created_at=NOW - timedelta(hours=1))
    with store.read() as t:
        assert t.outbox.segments_left("desk-sms", ["sms"], since, until) == 1 + 2 + 4 + 128
        assert t.outbox.segments_left("other", ["sms"], since, until) == 0


def test_what_waits_for_one_reason_is_found_oldest_first(store: SqlStore) -> None:
    with store.write() as t:
        first = row(t, OutboxState.HELD, 1, reason="sms_budget_used")
        row(t, OutboxState.HELD, 1, reason="guest_wrote")
        row(t, OutboxState.FAILED, 1, reason="sms_budget_used")
        last = row(t, OutboxState.HELD, 1, reason="sms_budget_used")
    with store.read() as t:
        assert [one.id for one in t.outbox.held_for("sms_budget_used", "desk-sms", 9)] == [first.id, last.id]
        assert [one.id for one in t.outbox.held_for("sms_budget_used", "desk-sms", 1)] == [first.id]
        assert not t.outbox.held_for("sms_budget_used", "desk-mail", 9)


def test_a_setting_that_is_kept_is_the_first_one(store: SqlStore) -> None:
    with store.write() as t:
        assert t.mappings.keep("key", "one") == "one"
    with store.write() as t:
        assert t.mappings.keep("key", "two") == "one"
        assert t.mappings.get("key") == "one"


def test_a_mails_ways_out_and_a_switch_are_stored(store: SqlStore) -> None:
    with store.write() as t:
        made = row(t, OutboxState.QUEUED, 1)
        assert t.outbox.move(made, OutboxState.QUEUED, NOW, unsubscribe=("mailto:a@b.example", "https://c.example/d"))
        message = t.messages.get(made.message_id)
        assert message is not None
        t.messages.put(message._replace(switched="sms_budget_used"))
    with store.read() as t:
        assert t.outbox.load(made.id).unsubscribe == ("mailto:a@b.example", "https://c.example/d")
        stored = t.messages.get(made.message_id)
    assert stored is not None
    assert stored.switched == "sms_budget_used"
