"""A message that did not leave goes back to the one who wrote it, or stays where it is."""

from __future__ import annotations

import pytest

from storage.store import SqlStore
from tests.builders import NOW, PHONE, a_conversation, a_guest, an_outgoing
from tests.fakes import hotel
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.store import Transaction
from tui_inbox.services import drafting, sent
from tui_inbox.services.desk import Actor

ANA = Actor("ana", "Ana")
DESK = hotel()


def a_row(t: Transaction, state: OutboxState) -> Outgoing:
    return an_outgoing(t, a_conversation(t, a_guest(t, phone=PHONE, channel="sms")), "Votre chambre", state)


@pytest.mark.parametrize("state", sent.TAKEN_BACK)
def test_what_did_not_leave_becomes_a_draft_again(sqlite_store: SqlStore, state: OutboxState) -> None:
    with sqlite_store.write() as t:
        row = a_row(t, state)
        conversation_id = sent.as_draft(t, DESK, ANA, row.id, NOW)
        draft = t.drafts.get(conversation_id, "ana")
        assert draft is not None
        assert (draft.text, draft.cursor, draft.channel) == ("Votre chambre", 13, "sms")
        assert t.outbox.load(row.id).state is OutboxState.CANCELLED


@pytest.mark.parametrize("state", [OutboxState.INFLIGHT, OutboxState.UNKNOWN, OutboxState.NEEDS_OPERATOR])
def test_what_may_have_arrived_does_not(sqlite_store: SqlStore, state: OutboxState) -> None:
    with sqlite_store.write() as t, pytest.raises(Refused, match="settled_already"):
        sent.as_draft(t, DESK, ANA, a_row(t, state).id, NOW)


def test_what_is_being_typed_is_never_replaced(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row = a_row(t, OutboxState.FAILED)
        drafting.save_draft(t, ANA, row.conversation_id, "autre chose", NOW)
        with pytest.raises(Refused, match="draft_there"):
            sent.as_draft(t, DESK, ANA, row.id, NOW)
        assert t.outbox.load(row.id).state is OutboxState.FAILED
