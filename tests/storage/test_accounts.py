from __future__ import annotations

import msgspec

from tests.storage.rows import NOW, at
from tui_inbox.ports.store import Store
from tui_inbox.rows import AccountRow, UsageRow

DESK = AccountRow("desk-sms", "twilio", "connected", "", "", NOW, at(1), at(1), 0, {"queue": 3, "mode": "full"})


def test_an_account_comes_back_as_last_written(store: Store) -> None:
    changed = msgspec.structs.replace(DESK, state="paused", reason="auth", poll_ok_at=None)
    with store.write() as t:
        t.accounts.put(DESK)
        t.accounts.put(msgspec.structs.replace(DESK, name="annex"))
        t.accounts.put(changed)
        assert t.accounts.get("desk-sms") == changed
        assert t.accounts.get("nobody") is None
        assert [row.name for row in t.accounts.all()] == ["annex", "desk-sms"]


def test_quarantined_envelopes_are_counted_per_account(store: Store) -> None:
    with store.write() as t:
        t.accounts.put(DESK)
        t.accounts.put(msgspec.structs.replace(DESK, name="annex"))
        one, _ = t.inbounds.store("annex", [("1", "sms", b""), ("2", "sms", b"")], NOW)
        t.inbounds.quarantine(one, "bad_json", {})
        assert [(row.name, row.quarantined) for row in t.accounts.all()] == [("annex", 1), ("desk-sms", 0)]


def test_a_cursor_is_kept_per_stream(store: Store) -> None:
    with store.write() as t:
        assert t.accounts.cursor("mail", "INBOX") == ""
        t.accounts.set_cursor("mail", "INBOX", "1:7", NOW)
        t.accounts.set_cursor("mail", "Sent", "1:9", NOW)
        t.accounts.set_cursor("mail", "INBOX", "1:8", at(1))
        assert t.accounts.cursor("mail", "INBOX") == "1:8"
        assert t.accounts.cursor("mail", "Sent") == "1:9"


def test_usage_is_overwritten_per_month_and_category(store: Store) -> None:
    october = UsageRow("desk-sms", "2026-10", "sms", 10, 14, "0.70", "EUR", NOW)
    november = msgspec.structs.replace(october, month="2026-11", count=1, segments=1, price="")
    with store.write() as t:
        t.accounts.put_usage(october)
        t.accounts.put_usage(msgspec.structs.replace(november, count=0))
        t.accounts.put_usage(november)
        assert t.accounts.usage("desk-sms") == [november, october]
        assert t.accounts.usage("annex") == []
