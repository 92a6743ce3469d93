from __future__ import annotations

from storage.store import SqlStore
from tests.builders import NOW, a_conversation, a_guest, a_reply, an_inbound, at
from tui_inbox.domain.message import Delivery, Kind
from tui_inbox.domain.visitor import Visitor

ACCOUNT, CHANNEL = "site", "webchat"


def visitor(key: str, address: str = "web-1", **more: object) -> Visitor:
    return Visitor(0, ACCOUNT, key, address, opened_at=NOW, **more)  # type: ignore[arg-type]


def test_a_visitor_is_found_by_the_hash_of_its_key_on_its_own_account(store: SqlStore) -> None:
    with store.write() as tx:
        kept = tx.visitors.add(visitor("a" * 64, name="Ana", email="ana@guest.example"))
        tx.visitors.wrote(kept.id, at(1))
        tx.visitors.saw(kept.id, at(2))
    with store.read() as tx:
        assert tx.visitors.by_key(ACCOUNT, "a" * 64) == kept._replace(wrote_at=at(1), seen_at=at(2))
        assert tx.visitors.by_key("other", "a" * 64) is None
        assert tx.visitors.by_key(ACCOUNT, "a" * 63) is None


def test_those_who_never_wrote_are_forgotten(store: SqlStore) -> None:
    with store.write() as tx:
        silent = tx.visitors.add(visitor("silent"))
        wrote = tx.visitors.add(visitor("wrote"))
        tx.visitors.wrote(wrote.id, NOW)
        assert tx.visitors.prune(NOW, 10) == 0
        assert tx.visitors.prune(at(1), 10) == 1
        assert tx.visitors.by_key(ACCOUNT, silent.key_hash) is None
        assert tx.visitors.by_key(ACCOUNT, wrote.key_hash) is not None


def test_a_visitor_reads_its_own_line_only_and_only_what_has_left(store: SqlStore) -> None:
    here = {"channel": CHANNEL, "account": ACCOUNT, "address": "web-1"}
    with store.write() as tx:
        guest = a_guest(tx, channel=CHANNEL, phone="web-1")
        conversation = a_conversation(tx, guest, last_channel=CHANNEL, last_account=ACCOUNT, last_address="web-1")
        an_inbound(tx, conversation, "Hello", minutes=1, **here)
        an_inbound(tx, conversation, "by SMS", minutes=2, channel="sms", account="desk-sms", address="+33612345678")
        for n, state in enumerate((Delivery.SENT, Delivery.READ, Delivery.HELD, Delivery.FAILED, Delivery.CANCELLED)):
            reply = a_reply(tx, conversation, f"answer {state}", minutes=3 + n)
            tx.messages.set_state(reply.id, state)
        note = an_inbound(tx, conversation, "a note", minutes=9, **here)
        tx.messages.put(note._replace(kind=Kind.NOTE))
        other = a_conversation(tx, a_guest(tx, channel=CHANNEL, phone="web-2"), last_address="web-2")
        an_inbound(tx, other, "not yours", channel=CHANNEL, account=ACCOUNT, address="web-2")
    with store.read() as tx:
        lines = tx.visitors.thread(ACCOUNT, CHANNEL, "web-1", 10)
        assert [(line.text, line.outbound, line.state) for line in lines] == [
            ("Hello", False, ""),
            ("answer sent", True, "sent"),
            ("answer read", True, "read"),
        ]
        assert [line.text for line in tx.visitors.thread(ACCOUNT, CHANNEL, "web-1", 1)] == ["answer read"]
        assert tx.visitors.thread("other", CHANNEL, "web-1", 10) == []
