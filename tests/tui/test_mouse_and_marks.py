"""A mouse where there is one, signs where the terminal has no others, and news on top of the list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import at
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import a_session, sketch
from tui_inbox.domain.conversation import Tab
from tui_inbox.tui.app import TuiInbox
from tui_inbox.tui.session import Session


@pytest.fixture
def hotel(sqlite_store: SqlStore) -> Iterator[SqlStore]:
    with sqlite_store.write() as t:
        sketch(t)
    return sqlite_store


@pytest.fixture
def session(hotel: SqlStore, tmp_path: Path) -> Session:
    return a_session(hotel, tmp_path)


async def clicked(desk: Desk, widget: str, column: int, line: int) -> None:
    await desk.pilot.click(widget, offset=(column, line))
    await desk.settle()


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_time_that_runs_out_has_a_sign_and_one_that_has_gone_by_has_none(
    session: Session, size: tuple[int, int]
) -> None:
    async with sitting(session, size) as desk:
        listed = {line[6:11]: line[: desk.inbox.rows.size.width].rstrip() for line in desk.text.split("\n")[2:-1]}
        assert listed["Clair"].replace(" ", "").endswith("◔45min")
        assert listed["Jonas"].replace(" ", "").endswith("◔3h")
        assert listed["Tomás"].endswith("✓✓ 08:50")
        await desk.press("question_mark", "end")
        assert "so long is left to answer" in desk.text


async def test_a_click_puts_the_cursor_on_a_row_and_a_second_one_opens_it(session: Session) -> None:
    async with sitting(session) as desk:
        unread = next(place for place, row in enumerate(desk.inbox.rows.rows) if place and row.unread)
        await clicked(desk, "#list", 10, 2 * unread + 1)
        assert desk.inbox.rows.index == unread
        await desk.at_rest()
        assert desk.inbox.rows.rows[unread].unread
        await clicked(desk, "#list", 10, 2 * unread)
        await desk.until(lambda: not desk.inbox.rows.rows[unread].unread)
        assert desk.inbox.focused is desk.inbox.thread


async def test_a_click_on_a_tab_shows_it(session: Session) -> None:
    async with sitting(session) as desk:
        await clicked(desk, "#top", desk.text.split("\n")[0].index("Pending") + 2, 0)
        await desk.at_rest()
        assert desk.inbox.view.tab is Tab.PENDING
        assert {row.state for row in desk.inbox.rows.rows} == {"pending"}


async def test_a_terminal_without_unicode_gets_signs_of_ascii(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TuiInbox, "_encoding", "ascii")
    async with sitting(session) as desk:
        assert "* 3 unread" in desk.text
        assert "o 5 unanswered" in desk.text
        assert desk.line("Claire Martin VIP").startswith("|* WA Claire Martin VIP 204")
        assert not set("●○▌✓→↓") & set(desk.text)


async def test_at_the_beginning_of_the_list_what_comes_in_on_top_is_in_sight(session: Session, hotel: SqlStore) -> None:
    async with sitting(session, (120, 14)) as desk:
        before = desk.inbox.rows.current
        newest = desk.inbox.rows.rows[-1]
        with hotel.write() as t:
            conversation = t.conversations.load(newest.id)
            t.conversations.put(conversation._replace(preview="Just in", last_at=at(1)))
            t.changed("conversation", newest.id)
        await desk.until(lambda: desk.inbox.rows.rows[0].id == newest.id)
        assert "Just in" in desk.text
        assert desk.inbox.rows.current is not None
        assert before is not None
        assert desk.inbox.rows.current.id == before.id
