"""The list's pages, badges and order, against the same rules written plainly over all rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from random import Random

import pytest

from storage import inbox_filters
from storage.store import SqlStore
from tests.builders import NOW, TODAY, a_conversation, a_guest, a_reservation, an_inbound, an_outgoing, at
from tui_inbox.domain.conversation import Conversation, DeadlineKind, Sort, State, Tab
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.reservation import Phase, Reservation, ReservationStatus, phase, stay_now
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import ConversationRow, Counts, Key, View

WORDS = ("parking", "breakfast", "été", "停车场", "late", "pool")


@dataclass
class Known:
    """What the generator wrote: all that a plain reading of the rules needs."""

    conversation: Conversation
    stays: list[Reservation]
    unread: bool
    tags: set[str]
    words: set[str]


def some_hotel(t: Transaction, random: Random, size: int = 60) -> list[Known]:
    """Conversations of every kind, with equal times among them."""
    tag = t.tags.ensure("VIP", "red")
    found = []
    for _ in range(size):
        guest = a_guest(t, "Guest")
        stays = [
            a_reservation(
                t, guest, first := random.randint(-5, 3), first + random.randint(0, 4), status=random.choice(STATUSES)
            )
            for _ in range(random.choice((0, 0, 1, 1, 2, 3)))
        ]
        machine = random.random() < 0.15
        unanswered = not machine and random.random() < 0.4
        clock = random.random() < 0.3
        conversation = a_conversation(
            t,
            guest,
            minutes=random.randint(0, 25),
            state=random.choice(list(State)),
            machine=machine,
            unanswered=unanswered,
            unanswered_since=at(random.randint(-20, 0)) if unanswered else None,
            deadline_at=at(random.randint(0, 40)) if clock else None,
            deadline_kind=DeadlineKind.WINDOW if clock else DeadlineKind.NONE,
            last_channel=random.choice(("sms", "email")),
            last_account=random.choice(("desk-sms", "desk-mail")),
            property=random.choice(("", "annex")),
        )
        words = set(random.sample(WORDS, random.randint(0, 2)))
        for word in words:
            an_inbound(t, conversation, f"is the {word} open")
        unread = not machine and random.random() < 0.3
        if unread:
            t.unread.bump(conversation, ["ana", "ben"], NOW)
        tags = {"VIP"} if random.random() < 0.2 else set()
        if tags:
            on_guest = random.random() < 0.5
            t.tags.add(tag.id, "guest" if on_guest else "conversation", guest.id if on_guest else conversation.id)
        found.append(Known(conversation, stays, unread, tags, words))
    return found


STATUSES = (ReservationStatus.CONFIRMED,) * 4 + (ReservationStatus.CANCELLED,)


def expected(hotel: list[Known], view: View) -> list[int]:
    """Ids of the view in order."""
    kept = [known.conversation for known in hotel if _shown(known, view)]

    def newest(c: Conversation) -> tuple[float, int]:
        assert c.last_at is not None
        return (-c.last_at.timestamp(), -c.id)

    if view.sort is Sort.NEWEST:
        return [c.id for c in sorted(kept, key=newest)]
    if view.sort is Sort.OLDEST:
        return [c.id for c in sorted(kept, key=newest, reverse=True)]
    first: list[tuple[float, int]] = []
    rest: list[Conversation] = []
    for c in kept:
        clock = c.unanswered_since if view.sort is Sort.WAITING else c.deadline_at
        if clock is not None and not c.machine:
            first.append((clock.timestamp(), c.id))
        else:
            rest.append(c)
    return [identity for _, identity in sorted(first)] + [c.id for c in sorted(rest, key=newest)]


def _shown(known: Known, view: View) -> bool:
    c = known.conversation
    now = stay_now(known.stays, TODAY)
    return (
        (view.tab is Tab.ALL or (c.state == view.tab and not c.machine))
        and (not view.unread or known.unread)
        and (not view.unanswered or c.unanswered)
        and (view.stay is None or phase(now, TODAY) is view.stay)
        and (not view.tag or view.tag in known.tags)
        and (not view.channel or c.last_channel == view.channel)
        and (not view.search or view.search in known.words)
        and (view.property is None or c.property == view.property)
        and (not view.channels or c.last_account in view.channels)
    )


def every_page(t: Transaction, view: View, limit: int = 7) -> Iterator[ConversationRow]:
    after: Key | None = None
    while True:
        page = t.inbox.page(view, "ana", TODAY, after, limit)
        assert len(page.rows) <= limit
        yield from page.rows
        if not page.more:
            return
        last = page.rows[-1]
        after = Key(last.key, last.id)


def some_views(random: Random, number: int) -> list[View]:
    views = [View(tab=tab, sort=sort) for tab, sort in product(Tab, Sort)]
    for _ in range(number):
        views.append(
            View(
                tab=random.choice(list(Tab)),
                sort=random.choice(list(Sort)),
                unread=random.random() < 0.3,
                unanswered=random.random() < 0.3,
                stay=random.choice([None, None, *Phase]),
                tag=random.choice(("", "", "VIP")),
                channel=random.choice(("", "", "sms", "fax")),
                search=random.choice(("", "", *WORDS)),
                property=random.choice((None, None, "annex")),
                channels=random.choice(((), (), ("desk-mail",))),
            )
        )
    return views


@pytest.mark.parametrize(
    ("gathered", "members"), [(1000, 1000), (0, 1000), (0, 0)], ids=["gathered", "members", "asked"]
)
def test_every_view_shows_what_a_plain_reading_of_the_rules_shows(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch, gathered: int, members: int
) -> None:
    monkeypatch.setattr(inbox_filters, "GATHERED", gathered)
    monkeypatch.setattr(inbox_filters, "MEMBERS", members)
    random = Random(4)
    with store.write() as t:
        hotel = some_hotel(t, random)
    with store.read() as t:
        for view in some_views(random, 120):
            assert [row.id for row in every_page(t, view)] == expected(hotel, view), view


def test_a_page_goes_on_where_it_ended_though_newer_messages_arrive(store: SqlStore) -> None:
    with store.write() as t:
        old = [a_conversation(t, minutes=minute) for minute in range(6)]
    with store.read() as t:
        first = t.inbox.page(View(), "ana", TODAY, None, 3)
    with store.write() as t:
        a_conversation(t, minutes=99)
    with store.read() as t:
        second = t.inbox.page(View(), "ana", TODAY, Key(first.rows[-1].key, first.rows[-1].id), 3)
    assert first.more
    assert not second.more
    assert [row.id for row in (*first.rows, *second.rows)] == [c.id for c in reversed(old)]


def test_a_row_carries_all_that_the_list_paints(store: SqlStore) -> None:
    with store.write() as t:
        guest = a_guest(t, "Claire Martin", phone="+33612345678", vip=True, language="fr")
        stay = a_reservation(t, guest, -1, 2, room="204")
        a_reservation(t, guest, -30, -20, room="7")
        conversation = a_conversation(
            t,
            guest,
            unanswered=True,
            unanswered_since=NOW,
            preview="Bonjour",
            deadline_at=at(45),
            deadline_kind=DeadlineKind.WINDOW,
        )
        t.unread.bump(conversation, ["ana"], NOW)
        t.unread.bump(conversation, ["ana"], NOW)
    with store.read() as t:
        row = t.inbox.row(conversation.id, "ana", TODAY)
        other = t.inbox.row(conversation.id, "ben", TODAY)
        gone = t.inbox.row(conversation.id + 1, "ana", TODAY)
    assert row is not None
    assert (row.guest, row.vip, row.language, row.handle) == ("Claire Martin", True, "fr", "+33612345678")
    assert (row.unread, row.unanswered, row.unanswered_since) == (2, True, NOW)
    assert (row.deadline_at, row.deadline_kind) == (at(45), DeadlineKind.WINDOW)
    assert row.stay is not None
    assert (row.stay.reservation_id, row.stay.phase, row.stay.room) == (stay.id, Phase.IN_HOUSE, "204")
    assert other is not None
    assert other.unread == 0
    assert gone is None


def test_rows_come_in_the_order_asked_without_those_that_are_gone(store: SqlStore) -> None:
    with store.write() as t:
        a, b = a_conversation(t), a_conversation(t)
    with store.read() as t:
        assert [row.id for row in t.inbox.rows([b.id, 999, a.id], "ana", TODAY)] == [b.id, a.id]


def test_badges_equal_a_recount_within_the_scope(store: SqlStore) -> None:
    with store.write() as t:
        hotel = some_hotel(t, Random(9))
        an_outgoing(t, hotel[0].conversation, state=OutboxState.FAILED)
        an_outgoing(t, hotel[0].conversation, state=OutboxState.NEEDS_OPERATOR)
    here = hotel[0].conversation
    for view in (View(), View(property="annex"), View(channels=("desk-mail",)), View(search="ignored", unread=True)):
        scope = View(tab=Tab.ALL, property=view.property, channels=view.channels)
        kept = [k for k in hotel if _shown(k, scope) and not k.conversation.machine]
        live = [k for k in kept if k.conversation.state is not State.SPAM]
        sent = sum(k.conversation.id == here.id for k in hotel if _shown(k, scope))
        with store.read() as t:
            assert t.inbox.counts("ana", view) == Counts(
                open=sum(k.conversation.state is State.OPEN for k in kept),
                pending=sum(k.conversation.state is State.PENDING for k in kept),
                spam=sum(k.conversation.state is State.SPAM for k in kept),
                unread=sum(k.unread for k in live),
                unanswered=sum(k.conversation.unanswered for k in live),
                failed=sent,
                unknown=sent,
            ), view


def test_the_most_urgent_is_the_earliest_clock_then_the_longest_wait_then_the_oldest_unread(store: SqlStore) -> None:
    with store.write() as t:
        unread = a_conversation(t)
        t.unread.bump(unread, ["ana"], at(-90))
        newer_unread = a_conversation(t)
        t.unread.bump(newer_unread, ["ana"], at(-10))
        waiting = a_conversation(t, unanswered=True, unanswered_since=at(-60))
        clock = a_conversation(t, deadline_at=at(200))
        sooner = a_conversation(t, deadline_at=at(45))
        a_conversation(t, state=State.PENDING, deadline_at=at(1))
        a_conversation(t, state=State.SPAM, unanswered=True, unanswered_since=at(-500))
    order = []
    with store.read() as t:
        while (found := t.inbox.most_urgent("ana", View(), NOW, order)) is not None:
            order.append(found)
    assert order == [sooner.id, clock.id, waiting.id, unread.id, newer_unread.id]


def test_unread_is_shown_only_to_the_operator_who_has_it(store: SqlStore) -> None:
    with store.write() as t:
        conversation = a_conversation(t)
        t.unread.bump(conversation, ["ana", "ben"], NOW)
        assert t.unread.clear(conversation.id, "ana")
        assert not t.unread.clear(conversation.id, "ana")
    with store.read() as t:
        assert t.inbox.page(View(unread=True), "ana", TODAY, None, 9).rows == ()
        assert len(t.inbox.page(View(unread=True), "ben", TODAY, None, 9).rows) == 1
    with store.write() as t:
        assert t.unread.clear_all(conversation.id) == [("ben", 1)]
        t.unread.set(conversation, "ben", 3, NOW)
    with store.read() as t:
        assert t.inbox.counts("ben", View()).unread == 1


def test_unread_follows_the_conversation_into_another_tab(store: SqlStore) -> None:
    with store.write() as t:
        conversation = a_conversation(t)
        t.unread.bump(conversation, ["ana"], NOW)
    with store.write() as t:
        loaded = t.conversations.load(conversation.id)
        t.conversations.put(loaded._replace(state=State.CLOSED, last_at=NOW + timedelta(hours=1)))
    with store.read() as t:
        assert t.inbox.page(View(unread=True), "ana", TODAY, None, 9).rows == ()
        page = t.inbox.page(View(tab=Tab.CLOSED, unread=True), "ana", TODAY, None, 9)
        assert [row.id for row in page.rows] == [conversation.id]


PLAIN = [
    View(tab=tab, unread=unread, unanswered=unanswered, sort=sort, channel=channel)
    for tab in Tab
    for sort in (Sort.NEWEST, Sort.OLDEST)
    for unread, unanswered, channel in ((False, False, ""), (True, False, ""), (False, True, ""), (False, False, "x"))
]


@pytest.mark.parametrize("after", [None, Key(5, 5)], ids=["first", "next"])
def test_no_plain_page_reads_a_whole_table_or_sorts_more_than_it_shows(
    sqlite_store: SqlStore, after: Key | None
) -> None:
    with sqlite_store.read() as t:
        for view in PLAIN:
            plans = plans_of(t, lambda view=view: t.inbox.page(view, "ana", TODAY, after, 50))
            merged = view.tab is Tab.ALL and (view.unread or view.unanswered or view.channel)
            for sql, plan in plans:
                assert "SCAN c" not in plan.replace("SCAN c USING", ""), (view, sql, plan)
                if not merged:
                    assert "TEMP B-TREE" not in plan, (view, sql, plan)


def test_badges_and_urgency_read_only_indexes(sqlite_store: SqlStore) -> None:
    with sqlite_store.read() as t:
        plans = plans_of(t, lambda: t.inbox.counts("ana", View()))
        plans += plans_of(t, lambda: t.inbox.most_urgent("ana", View(), NOW, []))
    for sql, plan in plans:
        for line in plan.splitlines():
            if line == "USE TEMP B-TREE FOR ORDER BY" and "FROM unread" in sql:
                continue  # One operator's unread in Open are sorted: they are few.
            assert "USING" in line or line.startswith(("SCALAR", "SCAN CONSTANT")), (sql, plan)


def plans_of(t: Transaction, read: object) -> list[tuple[str, str]]:
    """Statements that ``read`` executes, with SQLite's plan of each."""
    from typing import Any

    db: Any = t.db  # type: ignore[attr-defined]
    seen: list[tuple[str, dict[str, object]]] = []
    execute = db._execute
    db._execute = lambda sql, params: seen.append((sql, dict(params))) or execute(sql, params)
    try:
        read()  # type: ignore[operator]
    finally:
        del db._execute
    return [(sql, "\n".join(row[3] for row in db.all(f"EXPLAIN QUERY PLAN {sql}", **params))) for sql, params in seen]
