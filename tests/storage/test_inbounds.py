from __future__ import annotations

from tests.storage.rows import NOW, at
from tui_inbox.ports.store import Store, Transaction

ENVELOPES = [("SM1", "sms", b'{"a": 1}'), ("SM2", "sms", b"\x00\xff"), ("SM3", "receipt", b"")]


def waiting(t: Transaction, account: str = "desk-sms", after: int = 0) -> list[str]:
    return [row[1] for row in t.inbounds.pending(account, 9, after)]


def test_an_envelope_is_stored_once_per_account(store: Store) -> None:
    with store.write() as t:
        first = t.inbounds.store("desk-sms", ENVELOPES[:2], NOW)
    with store.write() as t:
        again = t.inbounds.store("desk-sms", ENVELOPES, at(1))
        annex = t.inbounds.store("annex", ENVELOPES[:1], at(1))
        assert (len(first), len(again), len(annex)) == (2, 1, 1)
        assert t.inbounds.pending("desk-sms", 9) == [
            (id_, *envelope) for id_, envelope in zip([*first, *again], ENVELOPES, strict=True)
        ]
        assert t.inbounds.raw(first[1]) == b"\x00\xff"
        assert t.inbounds.raw(99) is None


def test_what_was_stored_is_known_to_its_account_whatever_became_of_it(store: Store) -> None:
    with store.write() as t:
        one, two = t.inbounds.store("desk-sms", ENVELOPES[:2], NOW)
        t.inbounds.applied(one, NOW)
        t.inbounds.quarantine(two, "not_json", {})
        assert t.inbounds.known("desk-sms", ["SM1", "SM2", "SM3"]) == {"SM1", "SM2"}
        assert t.inbounds.known("annex", ["SM1"]) == set()
        assert t.inbounds.known("desk-sms", []) == set()


def test_pending_is_what_was_not_applied_in_order_and_beyond_a_mark(store: Store) -> None:
    with store.write() as t:
        one, two, three = t.inbounds.store("desk-sms", ENVELOPES, NOW)
        assert [row[0] for row in t.inbounds.pending("desk-sms", 2)] == [one, two]
        assert waiting(t, after=one) == ["SM2", "SM3"]
        t.inbounds.applied(one, NOW)
        t.inbounds.applied(two, NOW, ignored=True)
        assert waiting(t) == ["SM3"]
        t.inbounds.applied_all([three], NOW)
        t.inbounds.applied_all([], NOW)
        assert waiting(t) == []


def test_quarantine_keeps_reason_and_bytes_and_can_be_tried_again(store: Store) -> None:
    with store.write() as t:
        one, two, _ = t.inbounds.store("desk-sms", ENVELOPES, NOW)
        t.inbounds.quarantine(one, "bad_json", {"at": 7})
        t.inbounds.quarantine(two, "too_deep", {})
        (other,) = t.inbounds.store("annex", ENVELOPES[:1], NOW)
        t.inbounds.quarantine(other, "bad_json", {})
        assert waiting(t) == ["SM3"]
        assert [row.id for row in t.inbounds.quarantined("", 9)] == [other, two, one]
        row = t.inbounds.quarantined("desk-sms", 9)[1]
        assert (row.reason, row.params, row.size, row.received_at) == ("bad_json", {"at": 7}, 8, NOW)
        t.inbounds.requeue(one)
        assert waiting(t) == ["SM1", "SM3"]
        assert [row.id for row in t.inbounds.quarantined("desk-sms", 9)] == [two]


def test_what_was_applied_is_not_requeued(store: Store) -> None:
    with store.write() as t:
        (one,) = t.inbounds.store("desk-sms", ENVELOPES[:1], NOW)
        t.inbounds.applied(one, NOW)
        t.inbounds.requeue(one)
        assert waiting(t) == []


def test_pruning_forgets_old_bytes_but_never_the_id(store: Store) -> None:
    with store.write() as t:
        ids = t.inbounds.store("desk-sms", ENVELOPES, NOW)
        t.inbounds.applied(ids[0], at(0))
        t.inbounds.applied(ids[1], at(10))
        assert t.inbounds.prune(at(5), 9) == 1
        assert t.inbounds.prune(at(5), 9) == 0
        assert [t.inbounds.raw(id_) for id_ in ids] == [None, b"\x00\xff", b""]
        assert t.inbounds.store("desk-sms", ENVELOPES, at(20)) == []
