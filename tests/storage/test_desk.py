"""What belongs to operators at the desk: drafts, presence, preferences, tags and requests."""

from __future__ import annotations

import msgspec

from tests.storage.rows import NOW, at
from tui_inbox.ports.store import Store
from tui_inbox.rows import DraftRow, RequestRow, TagRow

DRAFT = DraftRow(4, "ana", "Bonj\nour", 4, "desk-sms", "sms", "reply", ("aa", "bb"), NOW)


def test_a_draft_is_one_per_conversation_and_operator(store: Store) -> None:
    longer = msgspec.structs.replace(DRAFT, text="Bonjour !", attachments=(), updated_at=at(1))
    with store.write() as t:
        t.drafts.put(DRAFT)
        t.drafts.put(longer)
        assert t.drafts.get(4, "ana") == longer
        assert t.drafts.get(4, "ben") is None
        t.drafts.remove(4, "ana")
        assert t.drafts.get(4, "ana") is None


def test_drafts_of_others_and_where_one_typed_last(store: Store) -> None:
    with store.write() as t:
        t.drafts.put(DRAFT)
        t.drafts.put(msgspec.structs.replace(DRAFT, conversation_id=5, updated_at=at(9)))
        bens = msgspec.structs.replace(DRAFT, operator="ben")
        t.drafts.put(bens)
        assert t.drafts.of_others(4, "ana") == [bens]
        latest = t.drafts.latest("ana")
        assert latest is not None
        assert latest.conversation_id == 5
        assert t.drafts.latest("zoe") is None


def test_presence_expires_and_leaves_oneself_out(store: Store) -> None:
    with store.write() as t:
        t.presences.put(4, "ana", "viewing", at(1))
        t.presences.put(4, "ben", "viewing", at(1))
        t.presences.put(4, "ben", "replying", at(2))
        assert [(row.operator, row.doing) for row in t.presences.of(4, NOW, "ana")] == [("ben", "replying")]
        assert [row.operator for row in t.presences.of(4, at(1), "zoe")] == ["ben"]
        assert t.presences.of(4, at(2), "zoe") == []
        t.presences.leave("ben")
        assert [row.operator for row in t.presences.of(4, NOW, "zoe")] == ["ana"]


def test_an_operator_is_new_once(store: Store) -> None:
    with store.write() as t:
        assert t.operators.seen("ben", "Ben", NOW)
        assert t.operators.seen("ana", "Ana", NOW)
        assert not t.operators.seen("ana", "Ana Lopez", at(5))
        assert t.operators.all() == [("ana", "Ana Lopez"), ("ben", "Ben")]


def test_a_preference_is_kept_per_operator(store: Store) -> None:
    with store.write() as t:
        assert t.operators.preference("ana", "theme") == ""
        t.operators.set_preference("ana", "theme", "dark")
        t.operators.set_preference("ana", "theme", "light")
        t.operators.set_preference("ben", "theme", "dark")
        assert t.operators.preference("ana", "theme") == "light"


def test_a_tag_is_made_once_and_put_on_once(store: Store) -> None:
    with store.write() as t:
        vip = t.tags.ensure("vip", "red")
        assert t.tags.ensure("vip", "blue") == vip == TagRow(vip.id, "vip", "red")
        group = t.tags.ensure("group", "")
        assert t.tags.all() == [group, vip]
        assert t.tags.add(vip.id, "guest", 4)
        assert not t.tags.add(vip.id, "guest", 4)
        assert t.tags.add(group.id, "guest", 4)
        assert t.tags.add(vip.id, "conversation", 4)
        assert t.tags.of("guest", 4) == [group, vip]
        assert t.tags.remove(group.id, "guest", 4)
        assert not t.tags.remove(group.id, "guest", 4)
        assert t.tags.of("guest", 4) == [vip]
        assert t.tags.of("conversation", 4) == [vip]


def test_requests_show_open_ones_first(store: Store) -> None:
    taxi = RequestRow(0, "transfer", "Taxi 06:00", "open", at(600), "ana", 4)
    with store.write() as t:
        first = t.requests.add(taxi, guest_id=3, reservation_id=None, at=NOW)
        spa = t.requests.add(RequestRow(0, "spa", "Massage", "open", None, "ana"), guest_id=3, reservation_id=8, at=NOW)
        t.requests.add(taxi, guest_id=9, reservation_id=None, at=NOW)
        t.requests.set_status(spa.id, "done", at(1))
        assert t.requests.of_guest(3) == [first, msgspec.structs.replace(spa, status="done")]
        assert t.requests.get(first.id) == msgspec.structs.replace(taxi, id=first.id)
        assert t.requests.get(99) is None
