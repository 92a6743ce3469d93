"""Group sends and offers on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.store import SqlStore
from tests.builders import NOW, a_conversation, a_guest, an_outgoing, at
from tui_inbox.domain.campaign import Campaign, CampaignKind, CampaignState, Progress, Recipient, RecipientState
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.offer import AskedState, Offer, OfferMode, OfferState
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.services import upkeep

TERMS = Campaign(0, "Terms", "Hello ##{{link}}", ("sms", "email"), CampaignKind.TERMS, values={"link": "x"},
                 created_by="ana", created_at=NOW, guest_list=3, unlocked_by="chef")  # fmt: skip


def test_a_campaign_comes_back_as_it_was_with_its_recipients_in_order(store: SqlStore) -> None:
    with store.write() as t:
        ids = [a_guest(t, name).id for name in ("B", "A")]
        made = t.campaigns.add(TERMS, ids)
    with store.read() as t:
        assert t.campaigns.get(made.id) == made
        assert [one.guest_id for one in t.campaigns.in_state(made.id, RecipientState.WAITING, 9)] == ids
        assert t.campaigns.recipient(made.id, ids[1]) == Recipient(made.id, ids[1], 1)
        assert [one.id for one in t.campaigns.all(9)] == [one.id for one in t.campaigns.running()] == [made.id]
        assert t.campaigns.recipient(made.id, 999) is None
    with pytest.raises(NotFound), store.write() as t:
        t.campaigns.load(made.id + 1)


def test_progress_and_rows_follow_the_outbox(store: SqlStore) -> None:
    with store.write() as t:
        ids = [a_guest(t, name, phone=f"+3361234560{n}").id for n, name in enumerate("ABCDE")]
        made = t.campaigns.add(TERMS, ids)
        talk = a_conversation(t)
        states = (OutboxState.HELD, OutboxState.DELIVERED, OutboxState.FAILED)
        for place, state in enumerate(states):
            row = an_outgoing(t, talk, f"text {place}", state, scheduled=True, reason="bad_number" * (place == 2))
            queued = Recipient(made.id, ids[place], place, RecipientState.QUEUED, outbox_id=row.id, queued_at=at(place))
            t.campaigns.put_recipient(queued)
        t.campaigns.put_recipient(Recipient(made.id, ids[3], 3, RecipientState.LEFT_OUT, "stopped", {"channel": "SMS"}))
    with store.read() as t:
        expected = Progress(waiting=1, queued=1, delivered=1, failed=1, left_out=1)
        assert t.campaigns.progress(made.id) == expected
        assert (expected.total, expected.over) == (5, 3)
        rows = t.campaigns.rows(made.id, None, 9)
        assert [(row.guest, row.fate, row.reason) for row in rows] == [
            ("A", "queued", ""),
            ("B", "delivered", ""),
            ("C", "failed", "bad_number"),
            ("D", "left_out", "stopped"),
            ("E", "waiting", ""),
        ]
        assert rows[3].reason_params == {"channel": "SMS"}
        assert [row.guest for row in t.campaigns.rows(made.id, 2, 1)] == ["D"]
        assert [(one.guest_id, row_id > 0) for one, row_id in t.campaigns.unsent(made.id)] == [(ids[0], True)]
        assert t.campaigns.unsent(made.id + 1) == []
        assert t.campaigns.queued_since(at(0)) == (2, at(2))
        assert len(t.campaigns.addressed(made.id)) == 2  # the address, and whose it is
        assert [one.campaign_id for one in t.campaigns.terms_of(ids[1])] == [made.id]
        assert t.campaigns.terms_of(ids[3]) == []
    with store.write() as t:
        assert t.campaigns.call_off(made.id) == 1
        t.campaigns.put(t.campaigns.load(made.id)._replace(state=CampaignState.CANCELLED))
    with store.read() as t:
        assert t.campaigns.progress(made.id).cancelled == 1
        assert t.campaigns.running() == []


def test_who_accepted_is_counted_and_told_with_how_and_by_whom(store: SqlStore) -> None:
    with store.write() as t:
        ids = [a_guest(t, name).id for name in "AB"]
        made = t.campaigns.add(TERMS._replace(property="annex"), ids)
        noted = Recipient(made.id, ids[0], 0, RecipientState.QUEUED, accepted_at=NOW, accepted_by="ana")
        t.campaigns.put_recipient(noted._replace(accepted_how="by_hand"))
        t.campaigns.hold_terms(ids)
        t.offers.hold(ids)
    with store.read() as t:
        assert t.campaigns.accepted(made.id) == 1
        rows = t.campaigns.rows(made.id, None, 9)
        assert [(row.accepted_at, row.accepted_by, row.accepted_how) for row in rows] == [
            (NOW, "ana", "by_hand"),
            (None, "", ""),
        ]
        assert t.campaigns.all(1)[0].property == "annex"


def test_an_offer_is_kept_with_the_order_of_its_guests(store: SqlStore) -> None:
    with store.write() as t:
        ids = [a_guest(t, name).id for name in ("B", "A")]
        made = t.offers.add(Offer(0, "Spa", "text", ("sms",), 30, OfferMode.FIRST, created_at=NOW), ids)
        first, second = t.offers.asked(made.id)
        t.offers.put_asked(second._replace(state=AskedState.ASKED, asked_at=NOW, reply_by=at(30)))
    with store.read() as t:
        assert t.offers.get(made.id) == made
        assert [one.guest_id for one in t.offers.asked(made.id)] == ids
        assert [one.reply_by for one in t.offers.of_guest(ids[1])] == [at(30)]
        assert t.offers.of_guest(first.guest_id) == []
        assert [one.id for one in t.offers.open()] == [one.id for one in t.offers.all(9)] == [made.id]
    with store.write() as t:
        t.offers.put(t.offers.load(made.id)._replace(state=OfferState.NOBODY))
    with store.read() as t:
        assert t.offers.open() == []
    with pytest.raises(NotFound), store.write() as t:
        t.offers.load(made.id + 1)


def test_a_worker_stays_while_a_group_send_or_an_offer_goes_on(store: SqlStore) -> None:
    later = NOW + timedelta(days=1)
    with store.write() as t:
        guest = a_guest(t)
        assert not upkeep.needed(t, later)
        made = t.campaigns.add(TERMS, [guest.id])
        assert upkeep.needed(t, later)
        t.campaigns.put(made._replace(state=CampaignState.PAUSED))
        assert not upkeep.needed(t, later)
        t.offers.add(Offer(0, "Spa", "text", ("sms",), 30, created_at=NOW), [guest.id])
        assert upkeep.needed(t, later)
