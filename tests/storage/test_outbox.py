from __future__ import annotations

from collections.abc import Sequence

import pytest

from storage.store import open_store
from tests.conftest import emptied
from tests.storage.rows import NOW, at, conversation, outgoing
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.message import Delivery, MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState as S
from tui_inbox.domain.outbox import Outgoing, Sender
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.rows import ConsentRow, Key, OutboxRow

WAY = (S.QUEUED, S.CLAIMED, S.INFLIGHT, S.ACCEPTED, S.DELIVERED, S.READ)


def walk(t: Transaction, row: Outgoing, *states: S, **values: object) -> Outgoing:
    for state in states:
        moved = t.outbox.move(row, state, NOW, **values)
        assert moved is not None
        row = moved
    return row


def shown(t: Transaction, row: Outgoing) -> Delivery:
    found = t.messages.get(row.message_id)
    assert found is not None
    return found.state


def keys(rows: Sequence[Outgoing]) -> list[str]:
    return [row.dedupe_key for row in rows]


def texts(rows: Sequence[OutboxRow]) -> list[str]:
    return [row.text for row in rows]


def test_a_row_comes_back_as_written_and_its_key_is_used_once_for_ever(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        row = outgoing(
            t,
            talk.id,
            "k",
            S.HELD,
            references="<a@b> <c@d>",
            template_values={"1": "Zoë"},
            attachments=("aa", "bb"),
            reason_params={"n": 3},
            not_before=at(1),
            scheduled=True,
        )
        assert t.outbox.get(row.id) == row
        assert t.outbox.load(row.id) == row
        assert t.outbox.add(row) is None
        with pytest.raises(NotFound):
            t.outbox.load(row.id + 1)


def test_a_move_writes_the_values_and_counts(store: Store) -> None:
    with store.write() as t:
        row = outgoing(t, conversation(t).id, "k")
        claimed = t.outbox.move(row, S.CLAIMED, at(1), owner="boot-7")
        assert claimed is not None
        assert (claimed.state, claimed.owner, claimed.version, claimed.updated_at) == (S.CLAIMED, "boot-7", 1, at(1))
        assert t.outbox.get(row.id) == claimed


def test_the_slower_of_two_moves_changes_nothing(store: Store) -> None:
    with store.write() as t:
        row = outgoing(t, conversation(t).id, "k")
    with store.read() as t:
        mine, theirs = t.outbox.get(row.id), t.outbox.get(row.id)
    assert mine is not None
    assert theirs is not None
    with store.write() as t:
        assert t.outbox.move(mine, S.CANCELLED, NOW) is not None
    with store.write() as t:
        assert t.outbox.move(theirs, S.CLAIMED, NOW, owner="late") is None
    with store.read() as t:
        found = t.outbox.get(row.id)
        assert found is not None
        assert (found.state, found.owner, shown(t, row)) == (S.CANCELLED, "", Delivery.CANCELLED)


def test_a_stale_version_loses_even_when_the_state_is_the_same_again(store: Store) -> None:
    with store.write() as t:
        row = outgoing(t, conversation(t).id, "k")
        walk(t, row, S.HELD, S.QUEUED)
        assert t.outbox.move(row, S.CLAIMED, NOW) is None


@pytest.mark.parametrize(("before", "after"), [(S.INFLIGHT, S.CANCELLED), (S.READ, S.QUEUED), (S.HELD, S.CLAIMED)])
def test_a_forbidden_move_is_refused(store: Store, before: S, after: S) -> None:
    with store.write() as t:
        row = outgoing(t, conversation(t).id, "k", before)
        with pytest.raises(ValueError, match=after.value):
            t.outbox.move(row, after, NOW)
        assert t.outbox.get(row.id) == row


def test_staying_in_a_state_writes_values_and_nothing_else(store: Store) -> None:
    with store.write() as t:
        row = outgoing(t, conversation(t).id, "k", S.UNKNOWN)
        looked = t.outbox.move(row, S.UNKNOWN, at(2), looked_up=1)
        assert looked is not None
        assert looked.looked_up == 1
        with pytest.raises(ValueError, match="unknown"):
            t.outbox.move(looked, S.UNKNOWN, at(3))


def test_the_message_shows_what_the_row_does(store: Store) -> None:
    with store.write() as t:
        row = outgoing(t, conversation(t).id, "k", S.HELD)
        seen = []
        for state in WAY:
            row = walk(t, row, state)
            seen.append(shown(t, row))
        assert seen == ["queued", "sending", "sending", "sent", "delivered", "read"]
        message = t.messages.get(row.message_id)
        assert message is not None
        assert (message.delivered_at, message.read_at) == (NOW, NOW)


def test_a_late_answer_never_takes_a_receipt_back(store: Store) -> None:
    with store.write() as t:
        row = outgoing(t, conversation(t).id, "k", S.INFLIGHT)
        t.messages.set_state(row.message_id, Delivery.READ, at=at(1))
        row = walk(t, row, S.ACCEPTED)
        assert shown(t, row) is Delivery.READ
        row = walk(t, row, S.DELIVERED)
        assert shown(t, row) is Delivery.READ


def test_due_are_held_and_waiting_rows_whose_time_has_come(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        outgoing(t, talk.id, "later", S.HELD, not_before=at(1))
        outgoing(t, talk.id, "retry", S.RETRY_WAIT, not_before=at(-1))
        outgoing(t, talk.id, "held", S.HELD, not_before=at(-2))
        outgoing(t, talk.id, "queued", S.QUEUED, not_before=at(-2))
        assert keys(t.outbox.due(NOW, 9)) == ["held", "retry"]
        assert keys(t.outbox.due(at(1), 9)) == ["held", "retry", "later"]


@pytest.mark.parametrize("ahead", [S.QUEUED, S.CLAIMED, S.INFLIGHT, S.RETRY_WAIT])
def test_an_earlier_row_to_the_handle_holds_the_later_one_back(store: Store, ahead: S) -> None:
    with store.write() as t:
        talk = conversation(t)
        outgoing(t, talk.id, "1", ahead)
        outgoing(t, talk.id, "2")
        outgoing(t, talk.id, "other handle", address="+33699999999")
        outgoing(t, talk.id, "other account", account="annex")
        found = keys(t.outbox.claimable(["desk-sms", "annex"], NOW, 9))
        assert found == (["1"] if ahead is S.QUEUED else []) + ["other handle", "other account"]


@pytest.mark.parametrize("ahead", [S.UNKNOWN, S.NEEDS_OPERATOR, S.HELD, S.FAILED, S.ACCEPTED])
def test_a_settled_unknown_or_held_row_blocks_nothing(store: Store, ahead: S) -> None:
    with store.write() as t:
        talk = conversation(t)
        outgoing(t, talk.id, "1", ahead)
        outgoing(t, talk.id, "2")
        assert keys(t.outbox.claimable(["desk-sms"], NOW, 9)) == ["2"]


def test_claimable_keeps_to_the_accounts_the_time_and_the_limit(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        for n in range(3):
            outgoing(t, talk.id, str(n), address=f"+3360000000{n}")
        outgoing(t, talk.id, "paused", account="annex")
        outgoing(t, talk.id, "later", address="+33611111111", not_before=at(1))
        assert keys(t.outbox.claimable(["desk-sms"], NOW, 2)) == ["0", "1"]
        assert keys(t.outbox.claimable(["desk-sms"], NOW, 9)) == ["0", "1", "2"]
        assert t.outbox.claimable([], NOW, 9) == []
    with store.read() as t:
        assert keys(t.outbox.claimable(["desk-sms"], NOW, 9)) == ["0", "1", "2"]


def test_two_claimers_never_get_the_same_row(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        outgoing(t, talk.id, "k")
    with store.write() as t:
        (row,) = t.outbox.claimable(["desk-sms"], NOW, 9)
        assert t.outbox.move(row, S.CLAIMED, NOW) is not None
        assert t.outbox.claimable(["desk-sms"], NOW, 9) == []


@pytest.mark.postgres
def test_postgresql_steps_over_rows_that_another_claimer_holds(postgres_url: str) -> None:
    emptied(postgres_url)
    with open_store(postgres_url) as store:
        with store.write() as t:
            talk = conversation(t)
            outgoing(t, talk.id, "1")
            outgoing(t, talk.id, "2", address="+33699999999")
        with store.write() as one, store.write() as two:
            assert keys(one.outbox.claimable(["desk-sms"], NOW, 1)) == ["1"]
            assert keys(two.outbox.claimable(["desk-sms"], NOW, 9)) == ["2"]


def test_rows_are_found_by_state_provider_message_and_reference(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        one = outgoing(t, talk.id, "1", S.ACCEPTED, provider_id="SM1")
        two = outgoing(t, talk.id, "2", S.UNKNOWN, message_ref="<2@hotel>", account="mail")
        assert keys(t.outbox.in_state([S.ACCEPTED, S.UNKNOWN], 9)) == ["1", "2"]
        assert keys(t.outbox.in_state([S.ACCEPTED, S.UNKNOWN], 1)) == ["1"]
        assert keys(t.outbox.in_state([S.ACCEPTED, S.UNKNOWN], 9, "mail")) == ["2"]
        assert t.outbox.by_provider("desk-sms", "SM1") == one
        assert t.outbox.by_provider("mail", "SM1") is None
        assert t.outbox.by_provider("mail", "") is None
        assert t.outbox.by_message(two.message_id) == two
        assert t.outbox.by_ref("mail", "<2@hotel>") == two
        assert t.outbox.by_ref("mail", "") is None
        assert t.outbox.bound_ids("desk-sms", ["SM1", "SM2"]) == {"SM1"}
        assert t.outbox.bound_ids("desk-sms", []) == set()


def test_a_provider_id_belongs_to_one_row(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        outgoing(t, talk.id, "1", S.ACCEPTED, provider_id="SM1")
        outgoing(t, talk.id, "elsewhere", S.ACCEPTED, provider_id="SM1", account="annex")
        row = outgoing(t, talk.id, "2", S.UNKNOWN)
    with pytest.raises(Exception, match=r"(?i)unique"), store.write() as t:
        t.outbox.move(row, S.ACCEPTED, NOW, provider_id="SM1")


def test_unfinished_are_recent_ones_whose_receipts_still_move(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        outgoing(t, talk.id, "old", S.ACCEPTED, minutes=-60)
        outgoing(t, talk.id, "sent", S.ACCEPTED, minutes=-5)
        outgoing(t, talk.id, "delivered", S.DELIVERED, minutes=-4)
        outgoing(t, talk.id, "read", S.READ, minutes=-3)
        outgoing(t, talk.id, "annex", S.ACCEPTED, minutes=-2, account="annex")
        assert keys(t.outbox.unfinished("desk-sms", at(-30), 9)) == ["delivered", "sent"]


def test_only_held_rows_that_asked_for_it_wait_for_the_guest(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        outgoing(t, talk.id, "waits", S.HELD, hold_if_guest_writes=True)
        outgoing(t, talk.id, "plain", S.HELD)
        outgoing(t, talk.id, "gone", S.ACCEPTED, hold_if_guest_writes=True)
        assert keys(t.outbox.waiting_for_guest(talk.id)) == ["waits"]
        assert t.outbox.waiting_for_guest(talk.id + 1) == []


def test_an_attempt_is_numbered_once(store: Store) -> None:
    with store.write() as t:
        row = outgoing(t, conversation(t).id, "k", S.INFLIGHT)
        attempt = t.outbox.attempt(row.id, 1, NOW)
        t.outbox.attempt_ended(attempt, at(1), "unknown", "ReadTimeout", 504)
    with pytest.raises(Exception, match=r"(?i)unique"), store.write() as t:
        t.outbox.attempt(row.id, 1, at(2))
    with store.write() as t:
        assert t.outbox.attempt(row.id, 2, at(2)) != attempt


def test_the_screen_and_the_sent_list_page_newest_first(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        for n in range(5):
            outgoing(t, talk.id, str(n), S.FAILED, minutes=n // 2)
    for page in ("screen", "sent"):
        seen: list[str] = []
        after: Key | None = None
        while True:
            with store.read() as t:
                rows = t.outbox.screen([S.FAILED], after, 2) if page == "screen" else t.outbox.sent(after, 2)
            if not rows:
                break
            seen += texts(rows)
            after = Key(int(rows[-1].created_at.timestamp() * 1_000_000), rows[-1].id)
        assert seen == ["Text 4", "Text 3", "Text 2", "Text 1", "Text 0"]


def test_an_outbox_row_names_guest_origin_and_reason(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t, "Jonas Weber")
        outgoing(t, talk.id, "k", S.FAILED, origin=Origin.SCHEDULED, reason="rejected", reason_params={"code": 21610})
    with store.read() as t:
        (row,) = t.outbox.screen([S.FAILED], None, 5)
    assert (row.guest, row.guest_id, row.origin) == ("Jonas Weber", talk.guest_id, Origin.SCHEDULED)
    assert (row.reason, row.reason_params, row.state) == ("rejected", {"code": 21610}, S.FAILED)


def test_sent_is_filtered_by_what_and_whom(store: Store) -> None:
    with store.write() as t:
        talk, other = conversation(t, "A"), conversation(t, "B")
        outgoing(t, talk.id, "hand", S.ACCEPTED)
        outgoing(t, talk.id, "rule", S.READ, origin=Origin.SCHEDULED, template="welcome", created_by="")
        outgoing(t, other.id, "news", S.FAILED, message_class=MessageClass.MARKETING, channel="whatsapp")
        outgoing(t, other.id, "waiting", S.QUEUED)
        outgoing(t, other.id, "called off", S.CANCELLED)
    with store.read() as t:
        assert texts(t.outbox.sent(None, 9)) == ["Text news", "Text rule", "Text hand"]
        assert texts(t.outbox.sent(None, 9, category="scheduled")) == ["Text rule"]
        assert texts(t.outbox.sent(None, 9, category="marketing")) == ["Text news"]
        assert texts(t.outbox.sent(None, 9, template="welcome")) == ["Text rule"]
        assert texts(t.outbox.sent(None, 9, channel="whatsapp")) == ["Text news"]
        assert texts(t.outbox.sent(None, 9, author="ana")) == ["Text news", "Text hand"]
        assert texts(t.outbox.sent(None, 9, guest_id=talk.guest_id)) == ["Text rule", "Text hand"]


def test_the_same_text_is_remembered_while_unknown(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        outgoing(t, talk.id, "sent", S.ACCEPTED, body_hash="h")
        assert not t.outbox.same_text(talk.id, "h")
        outgoing(t, talk.id, "lost", S.NEEDS_OPERATOR, body_hash="h")
        assert t.outbox.same_text(talk.id, "h")
        assert not t.outbox.same_text(talk.id, "x")


def test_taking_back_finds_the_operators_newest_held_row(store: Store) -> None:
    with store.write() as t:
        talk, other = conversation(t), conversation(t)
        first = outgoing(t, talk.id, "1", S.HELD)
        second = outgoing(t, other.id, "2", S.HELD)
        outgoing(t, talk.id, "planned", S.HELD, scheduled=True)
        outgoing(t, talk.id, "bens", S.HELD, created_by="ben")
        outgoing(t, talk.id, "gone", S.QUEUED)
        assert t.outbox.held_by("ana") == second
        assert t.outbox.held_by("ana", talk.id) == first
        assert t.outbox.held_by("zoe") is None


def test_work_ahead_counts_what_a_worker_must_still_do(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        for n, state in enumerate([S.QUEUED, S.CLAIMED, S.INFLIGHT]):
            outgoing(t, talk.id, f"busy {n}", state)
        outgoing(t, talk.id, "soon", S.HELD, not_before=at(30))
        outgoing(t, talk.id, "tomorrow", S.HELD, not_before=at(1500))
        outgoing(t, talk.id, "again", S.RETRY_WAIT, not_before=at(1))
        outgoing(t, talk.id, "done", S.ACCEPTED)
        assert t.outbox.work_ahead(NOW, at(60)) == 5


def test_a_row_knows_its_message_s_kind_and_what_the_guest_refuses_by_its_channel(store: Store) -> None:
    with store.write() as t:
        talk = conversation(t)
        offer = outgoing(
            t, talk.id, "k", origin=Origin.CAMPAIGN, message_class=MessageClass.MARKETING, template="offer"
        )
        assert t.outbox.sender(offer) == Sender(talk.guest_id, MessageClass.MARKETING, Origin.CAMPAIGN, "offer")
        for topic, medium, allowed in (
            ("marketing", "sms", False),
            ("transactional", "sms", False),
            ("marketing", "email", False),
            ("transactional", "email", True),
        ):
            t.consents.put(talk.guest_id, ConsentRow(topic, medium, allowed, NOW, "", "link"))
        assert t.outbox.sender(offer).refused == {"marketing", "transactional"}
        assert t.outbox.sender(offer._replace(channel="email")).refused == {"marketing"}
        assert t.outbox.sender(offer._replace(message_id=10**9)) == Sender(
            talk.guest_id, refused=frozenset({"marketing", "transactional"})
        )
        with pytest.raises(NotFound):
            t.outbox.sender(offer._replace(conversation_id=10**9))
