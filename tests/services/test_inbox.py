"""The list in an operator's scope, and why it is empty."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.store import SqlStore
from tests.builders import NOW, a_conversation, a_guest, at
from tests.fakes import hotel
from tui_inbox.domain.conversation import State, Tab
from tui_inbox.rows import AccountRow, View
from tui_inbox.services import inbox
from tui_inbox.services.desk import Actor

ANA = Actor("ana", "Ana")
ANNEX = Actor("leo", "Leo", property="annex")
MAILER = Actor("mia", "Mia", accounts=("desk-mail",))


def account(name: str, state: str = "connected", *, polled: bool = True) -> AccountRow:
    return AccountRow(name, "twilio", state, "", "", NOW, NOW, NOW if polled else None, 0, {})


def test_pages_go_on_where_they_ended(store: SqlStore) -> None:
    with store.write() as t:
        made = [a_conversation(t, a_guest(t, f"Guest {n}"), minutes=n).id for n in range(7)]
    with store.read() as t:
        first = inbox.page(t, hotel(), ANA, View(), NOW, limit=4)
        last = first.rows[-1]
        second = inbox.page(t, hotel(), ANA, View(), NOW, after=inbox.Key(last.key, last.id), limit=4)
    assert [row.id for row in (*first.rows, *second.rows)] == made[::-1]
    assert (first.more, second.more) == (True, False)


def test_scope_covers_pages_rows_and_counts(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        main = a_conversation(t, unanswered=True, unanswered_since=NOW)
        annex = a_conversation(t, a_guest(t, "Jonas"), property="annex", unanswered=True, unanswered_since=NOW)
        mail = a_conversation(t, a_guest(t, "Priya"), last_account="desk-mail", last_channel="email")
    with sqlite_store.read() as t:
        for actor, seen in ((ANA, {main.id, annex.id, mail.id}), (ANNEX, {annex.id}), (MAILER, {mail.id})):
            assert {row.id for row in inbox.page(t, hotel(), actor, View(), NOW).rows} == seen
            ids = [main.id, annex.id, mail.id]
            assert {row.id for row in inbox.rows(t, hotel(), actor, ids, NOW)} == seen
            assert inbox.counts(t, hotel(), actor, View()).open == len(seen)
        assert inbox.row(t, hotel(), ANNEX, main.id, NOW) is None
        assert inbox.next_urgent(t, hotel(), ANNEX, View(), NOW) == annex.id


def test_the_most_urgent_comes_first_and_can_be_skipped(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        patient = a_conversation(t, a_guest(t, "A"), unanswered=True, unanswered_since=at(-500))
        urgent = a_conversation(
            t, a_guest(t, "B"), unanswered=True, unanswered_since=NOW, deadline_at=NOW + timedelta(minutes=45)
        )
    with sqlite_store.read() as t:
        assert inbox.next_urgent(t, hotel(), ANA, View(), NOW) == urgent.id
        assert inbox.next_urgent(t, hotel(), ANA, View(), NOW, skip=[urgent.id]) == patient.id


@pytest.mark.parametrize(
    ("view", "actor", "code", "clears"),
    [
        (View(search="zebra"), ANA, "empty_search", True),
        (View(unread=True), ANA, "empty_filters", True),
        (View(tag="vip"), ANA, "empty_filters", True),
        (View(tab=Tab.PENDING), ANA, "empty_pending", False),
        (View(tab=Tab.SPAM), ANA, "empty_spam", False),
        (View(), ANNEX, "empty_scope", False),
        (View(), MAILER, "empty_scope", False),
    ],
)
def test_an_empty_list_says_why(sqlite_store: SqlStore, view: View, actor: Actor, code: str, clears: bool) -> None:
    with sqlite_store.write() as t:
        a_conversation(t)
        reason = inbox.why_empty(t, hotel(), actor, view, NOW)
    assert (reason.code, reason.clears) == (code, clears)


def test_an_empty_hotel_names_the_next_step(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        assert inbox.why_empty(t, hotel()._replace(accounts={}), ANA, View(), NOW).code == "empty_no_channel"
        assert inbox.why_empty(t, hotel(), ANA, View(), NOW).code == "empty_never_polled"
        t.accounts.put(account("desk-sms", "error", polled=False))
        reason = inbox.why_empty(t, hotel(), ANA, View(), NOW)
        assert (reason.code, reason.params) == ("empty_channel_error", {"account": "desk-sms"})
        t.accounts.put(account("desk-sms"))
        assert inbox.why_empty(t, hotel(), ANA, View(), NOW).code == "empty_all"
        a_conversation(t, state=State.CLOSED)
        assert inbox.why_empty(t, hotel(), ANA, View(), NOW).code == "empty_open"
