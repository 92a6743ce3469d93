"""What vendors tell and are told: deeds, reactions, wordings before an edit, watermarks, private answers, codes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.storage.rows import NOW, at, conversation, message, outgoing, stay
from tui_inbox.domain.deed import Act, Deed, PendingDeed
from tui_inbox.domain.guest import Guest, Handle
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.outbox import OutboxState, Way
from tui_inbox.ports.store import Store, Transaction

CLOSE = Deed(Act.CLOSE, "sms", "+33600000001", "IN1", "on", "T1")


def wish(deed: Deed = CLOSE, *, account: str = "desk-sms", minutes: float = 0, talk: int = 7) -> PendingDeed:
    return PendingDeed(0, account, talk, deed, "ana", at(minutes))


def due(t: Transaction, minutes: float = 0, account: str = "") -> list[PendingDeed]:
    return list(t.deeds.due(at(minutes), 10, account))


def test_a_deed_comes_back_as_it_was_wished_when_its_time_has_come(store: Store) -> None:
    with store.write() as t:
        t.deeds.want(wish(minutes=5)._replace(expires_at=at(6)))
        assert due(t, 4) == []
        (found,) = due(t, 5)
    assert found._replace(id=0) == wish(minutes=5)._replace(expires_at=at(6))


def test_the_newest_wish_about_a_message_is_the_only_one_even_after_it_was_done(store: Store) -> None:
    with store.write() as t:
        t.deeds.want(wish())
        (first,) = due(t)
        assert t.deeds.ended(first._replace(state="done", tries=3, reason="x"))
        t.deeds.want(wish(CLOSE._replace(value="off"), minutes=1))
        (second,) = due(t, 1)
        assert (second.deed.value, second.tries, second.reason) == ("off", 0, "")
        t.deeds.want(wish(CLOSE._replace(ref="IN2"), minutes=1))
        assert len(due(t, 1)) == 2


def test_what_was_replaced_meanwhile_is_not_taken_for_done(store: Store) -> None:
    with store.write() as t:
        t.deeds.want(wish())
        (first,) = due(t)
        t.deeds.want(wish(CLOSE._replace(value="off")))
        assert not t.deeds.ended(first._replace(state="done"))
        assert [found.deed.value for found in due(t)] == ["off"]


def test_deeds_are_due_by_account_oldest_first_and_a_later_try_waits(store: Store) -> None:
    with store.write() as t:
        t.deeds.want(wish(minutes=2))
        t.deeds.want(wish(account="annex", minutes=1))
        assert [found.account for found in due(t, 3)] == ["annex", "desk-sms"]
        (mine,) = due(t, 3, "desk-sms")
        assert t.deeds.ended(mine._replace(tries=1, not_before=at(9), reason="timeout"))
        assert due(t, 8, "desk-sms") == []
        (again,) = due(t, 9, "desk-sms")
        assert (again.tries, again.reason) == (1, "timeout")


def test_the_last_deed_of_a_conversation_is_known_and_old_ones_are_forgotten(store: Store) -> None:
    with store.write() as t:
        assert t.deeds.last(7, Act.CLOSE) is None
        t.deeds.want(wish())
        t.deeds.want(wish(CLOSE._replace(ref="IN2"), minutes=1))
        t.deeds.want(wish(CLOSE._replace(act=Act.READ, ref="IN3"), minutes=2))
        assert t.deeds.last(7, Act.CLOSE).deed.ref == "IN2"
        assert t.deeds.last(8, Act.CLOSE) is None
        (first, *_rest) = due(t, 5)
        t.deeds.ended(first._replace(state="failed"))
        assert t.deeds.prune(at(5)) == 1
        assert len(due(t, 5)) == 2


@pytest.mark.parametrize("late", [False, True])
def test_each_side_has_one_emoji_the_newest(store: Store, late: bool) -> None:
    with store.write() as t:
        said = message(t, conversation(t).id, 0, "Bonjour")
        assert t.messages.react(said.id, "guest", "👍", at(2))
        assert not t.messages.react(said.id, "guest", "👍", at(2))
        assert t.messages.react(said.id, "ana", "🙏", at(1))
        assert t.messages.react(said.id, "leo", "😀", at(3))
        assert t.messages.react(said.id, "guest", "😮", at(1 if late else 4)) is not late
        assert dict(t.messages.get(said.id).reactions) == {"guest": "👍" if late else "😮", "leo": "😀"}
        assert t.messages.react(said.id, "guest", "", at(9))
        assert not t.messages.react(said.id, "guest", "", at(9))
        assert dict(t.messages.get(said.id).reactions) == {"leo": "😀"}
        assert not t.messages.react(said.id + 1, "guest", "👍", at(2))


def test_writing_a_message_anew_keeps_when_its_emoji_were_set(store: Store) -> None:
    with store.write() as t:
        said = message(t, conversation(t).id, 0, "Bonjour")
        t.messages.react(said.id, "guest", "👍", at(5))
        t.messages.put(t.messages.get(said.id)._replace(text="Bonsoir"))
        assert not t.messages.react(said.id, "guest", "😮", at(4))


def test_every_wording_before_an_edit_is_kept_and_the_newest_is_found(store: Store) -> None:
    with store.write() as t:
        said = message(t, conversation(t).id, 0, "un")
        t.messages.revise(said._replace(text="deux", edited_at=at(1)), "un", at(1))
        t.messages.revise(said._replace(text="trois", edited_at=at(2)), "deux", at(2))
        assert list(t.messages.revisions(said.id)) == [(at(1), "un"), (at(2), "deux")]
        assert (t.messages.get(said.id).text, t.messages.get(said.id).edited_at) == ("trois", at(2))


def test_a_watermark_finds_what_is_not_read_up_to_it_on_its_line(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        t.guests.add_handle(Handle(0, talk.guest_id, "sms", "+33600000001"))
        ids = [
            message(t, talk.id, minute, f"{minute}", state=state, address="+33600000001").id
            for minute, state in ((0, Delivery.READ), (1, Delivery.SENT), (2, Delivery.DELIVERED), (3, Delivery.SENT))
        ]
        message(t, talk.id, 1, "another", state=Delivery.SENT, address="+33600000009")
        assert list(t.messages.answers_until("desk-sms", "+33600000001", at(2), 9)) == [ids[2], ids[1]]
        assert list(t.messages.answers_until("desk-sms", "+33600000001", at(2), 1)) == [ids[2]]


def test_a_private_answer_counts_until_it_is_called_off(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        row = outgoing(t, talk.id, "k1", OutboxState.HELD, way=Way.PRIVATE, target="C1")
        assert t.outbox.private_to(row.account, row.address, "C1").id == row.id
        assert t.outbox.private_to(row.account, row.address, "C2") is None
        t.outbox.move(row, OutboxState.CANCELLED, at(1))
        assert t.outbox.private_to(row.account, row.address, "C1") is None
        outgoing(t, talk.id, "k2", OutboxState.HELD, way=Way.PUBLIC, target="C1")
        assert t.outbox.private_to(row.account, row.address, "C1") is None


def test_a_stay_is_found_by_its_site_s_code_the_newest_first(store: Store) -> None:
    with store.write() as t:
        guest = t.guests.add(Guest(0, "Claire", created_at=NOW))
        t.reservations.add(stay(guest.id, "R1", -10, -8, ota_code="4711", created_at=NOW, updated_at=NOW))
        newer = t.reservations.add(stay(guest.id, "R2", 1, 3, ota_code="4711", created_at=NOW, updated_at=NOW))
        t.reservations.add(stay(guest.id, "R3", 1, 3, created_at=NOW, updated_at=NOW))
        assert t.reservations.by_code("4711").id == newer.id
        assert t.reservations.by_code("") is None
        assert t.reservations.by_code("none") is None


def test_the_billed_category_is_written_with_the_state(store: Store) -> None:
    with store.write() as t:
        said = message(t, conversation(t).id, 0, "Oui")
        t.messages.set_state(said.id, Delivery.SENT, billed_as="utility")
        t.messages.set_state(said.id, Delivery.DELIVERED, at=NOW + timedelta(minutes=1))
        assert (t.messages.get(said.id).billed_as, t.messages.get(said.id).state) == ("utility", Delivery.DELIVERED)
