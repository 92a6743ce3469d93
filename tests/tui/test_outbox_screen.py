"""The outbox and the sent list as an operator meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.tui.beside import listed, outbox_of_each_kind
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import a_session
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.services.desk import Actor
from tui_inbox.tui.session import Session


@pytest.fixture
def rows(sqlite_store: SqlStore) -> dict[str, Outgoing]:
    with sqlite_store.write() as t:
        return outbox_of_each_kind(t)


@pytest.fixture
def session(sqlite_store: SqlStore, rows: dict[str, Outgoing], tmp_path: Path) -> Session:
    return a_session(sqlite_store, tmp_path)


def state(store: SqlStore, row: Outgoing) -> OutboxState:
    with store.read() as t:
        found = t.outbox.get(row.id)
        assert found is not None
        return found.state


async def at(desk: Desk, name: str) -> None:
    """Put the cursor on the row of this guest."""
    await desk.press("home")
    for _ in range(12):
        if name in desk.line("▌"):
            return
        await desk.press("down")
    raise AssertionError(f"{name} is not in the list:\n{desk.text}")


async def test_the_outbox_says_why_each_message_is_there_and_what_can_be_done(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("f3")
        assert "2 need you" in desk.text
        assert "? unknown" in listed(desk, "Jonas Weber")
        assert "which proves" in desk.text
        await at(desk, "Luc Petit")
        assert "This number takes no SMS" in desk.text
        assert "21614: 'To' number" in desk.text
        assert "s send  e edit  d drop" in desk.text
        await at(desk, "Priya Nair")
        assert "· retries" in listed(desk, "Priya Nair")
        assert "10:02" in listed(desk, "Priya Nair")
        await at(desk, "Ken Sato")
        assert "· planned" in listed(desk, "Ken Sato")
        assert "20:00" in listed(desk, "Ken Sato")


async def test_an_unknown_message_is_settled_by_the_one_who_knows(
    session: Session, sqlite_store: SqlStore, rows: dict[str, Outgoing]
) -> None:
    async with sitting(session) as desk:
        await desk.press("f3", "y")
        assert state(sqlite_store, rows["unknown"]) is OutboxState.ACCEPTED
        assert "Jonas Weber" not in desk.text


async def test_sending_an_unknown_message_again_asks_first_and_the_first_answer_is_no(
    session: Session, sqlite_store: SqlStore, rows: dict[str, Outgoing]
) -> None:
    async with sitting(session) as desk:
        await desk.press("f3", "s")
        assert "could get it twice" in desk.text
        await desk.press("enter")
        assert state(sqlite_store, rows["unknown"]) is OutboxState.NEEDS_OPERATOR
        await desk.press("s", "down", "enter")
        assert state(sqlite_store, rows["unknown"]) is OutboxState.QUEUED


async def test_what_failed_goes_back_into_the_composer(
    session: Session, sqlite_store: SqlStore, rows: dict[str, Outgoing]
) -> None:
    async with sitting(session) as desk:
        await desk.press("f3")
        await at(desk, "Luc Petit")
        await desk.press("e")
        await desk.until(lambda: desk.inbox.composer.text == "Votre chambre est prête.")
        assert state(sqlite_store, rows["failed"]) is OutboxState.CANCELLED
        assert desk.app.focused is desk.inbox.composer.box


async def test_a_draft_is_not_overwritten_by_what_comes_back(
    session: Session, sqlite_store: SqlStore, rows: dict[str, Outgoing]
) -> None:
    async with sitting(session) as desk:
        await desk.press("f3")
        await at(desk, "Luc Petit")
        await desk.press("enter")
        await desk.until(lambda: desk.inbox.answering.conversation_id == rows["failed"].conversation_id)
        await desk.press("r")
        await desk.type("autre chose")
        await desk.press("f3")
        await at(desk, "Luc Petit")
        await desk.press("e")
        assert "You are writing something else" in desk.text
        assert state(sqlite_store, rows["failed"]) is OutboxState.FAILED


async def test_a_key_that_the_row_does_not_allow_changes_nothing(
    session: Session, sqlite_store: SqlStore, rows: dict[str, Outgoing]
) -> None:
    async with sitting(session) as desk:
        await desk.press("f3")
        await at(desk, "Anna Rossi")
        await desk.press("d")
        assert "not possible here" in desk.text
        assert state(sqlite_store, rows["queued"]) is OutboxState.QUEUED
        await desk.press("x")
        assert state(sqlite_store, rows["queued"]) is OutboxState.CANCELLED


async def test_the_outbox_follows_the_store(
    session: Session, sqlite_store: SqlStore, rows: dict[str, Outgoing]
) -> None:
    async with sitting(session) as desk:
        await desk.press("f3")
        with sqlite_store.write() as t:
            t.outbox.move(t.outbox.load(rows["queued"].id), OutboxState.CLAIMED, desk.clock.now(), owner="w")
            t.changed("outbox", rows["queued"].id)
        await desk.until(lambda: "Anna Rossi" in desk.text)
        with sqlite_store.write() as t:
            t.outbox.move(t.outbox.load(rows["queued"].id), OutboxState.INFLIGHT, desk.clock.now())
            t.changed("outbox", rows["queued"].id)
        await desk.until(lambda: "leaving" in listed(desk, "Anna Rossi"))


async def test_enter_opens_the_conversation_and_escape_returns_to_the_same_row(
    session: Session, rows: dict[str, Outgoing]
) -> None:
    async with sitting(session) as desk:
        await desk.press("j", "j")
        kept = desk.inbox.rows.current
        await desk.press("f3", "escape")
        assert desk.app.screen is desk.inbox
        assert desk.inbox.rows.current == kept
        await desk.press("f3")
        await at(desk, "Luc Petit")
        await desk.press("enter")
        await desk.until(lambda: desk.inbox.thread.conversation_id == rows["failed"].conversation_id)


async def test_who_may_only_look_changes_nothing(
    sqlite_store: SqlStore, rows: dict[str, Outgoing], tmp_path: Path
) -> None:
    session = a_session(sqlite_store, tmp_path, actor=Actor("marc", "Marc Dubois", role="read-only"))
    async with sitting(session) as desk:
        await desk.press("f3", "y")
        assert "not possible here" in desk.text
        assert state(sqlite_store, rows["unknown"]) is OutboxState.NEEDS_OPERATOR


async def test_an_empty_outbox_explains_itself(sqlite_store: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await desk.press("f3")
        assert "Nothing waits, nothing failed" in desk.text
        assert "F4 shows what was sent" in desk.text


async def test_the_sent_list_shows_time_guest_author_and_state_and_filters(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("f4")
        assert "scheduled" in listed(desk, "Claire Martin")
        assert "✓✓ delivered" in listed(desk, "Claire Martin")
        assert "Marc" in listed(desk, "Tomás Herrera")
        assert "Anna Rossi" not in desk.text
        await desk.press("f", "f")
        assert "f scheduled" in desk.text
        assert "Claire Martin" in desk.text
        assert "Tomás Herrera" not in desk.text
        await desk.press("f")
        assert "f campaign" in desk.text
        await desk.press("f", "f")
        assert "f marketing" in desk.text
        assert "Tomás Herrera" in desk.text
        assert "Claire Martin" not in desk.text
        await desk.press("c", "h", "h")
        assert "h WhatsApp" in desk.text
        assert "Claire Martin" in desk.text
        assert "Tomás Herrera" not in desk.text


async def test_screens_replace_each_other_so_that_escape_is_one_step(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("f3", "f4", "f3", "f4")
        await desk.until(lambda: len(desk.app.screen_stack) == 2 and "Sent" in desk.text)
        await desk.press("escape")
        assert desk.app.screen is desk.inbox
