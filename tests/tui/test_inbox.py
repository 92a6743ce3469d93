"""The inbox as an operator meets it, over a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import at
from tests.tui.driving import sitting
from tests.tui.hotel import a_session, sketch
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.tui.session import Session


@pytest.fixture
def hotel(sqlite_store: SqlStore) -> Iterator[SqlStore]:
    with sqlite_store.write() as t:
        sketch(t)
    return sqlite_store


@pytest.fixture
def session(hotel: SqlStore, tmp_path: Path) -> Session:
    return a_session(hotel, tmp_path)


def held(store: SqlStore) -> list[str]:
    with store.read() as t:
        return [row.text for row in t.outbox.in_state([OutboxState.HELD], 10)]


async def test_the_first_frame_shows_list_thread_and_badges_and_reads_nothing(session: Session) -> None:
    async with sitting(session) as desk:
        assert "Open 9" in desk.text
        assert "● 3 unread" in desk.text
        assert "○ 5 unanswered" in desk.text
        assert desk.line("Claire Martin VIP").startswith("▌● WA Claire Martin VIP 204")
        assert "est-ce que le parking est ouvert" in desk.text
        assert "window 45 min" in desk.text
        await desk.press("j", "k")
        assert "● 3 unread" in desk.text


async def test_moving_shows_the_next_conversation_without_reading_it_or_taking_the_focus(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("j", "j")
        await desk.at_rest()
        assert desk.app.focused is desk.inbox.rows
        assert "late check-out possible on Sunday?" in desk.text
        assert "● 3 unread" in desk.text


async def test_enter_reads_for_me_and_the_unanswered_mark_stays(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("enter")
        assert "● 2 unread" in desk.text
        await desk.press("escape")
        assert desk.line("Claire Martin VIP").startswith("▌○ WA")


async def test_reply_needs_one_key_and_enter_holds_it_in_the_outbox(session: Session, hotel: SqlStore) -> None:
    async with sitting(session) as desk:
        await desk.press("r")
        await desk.type("Oui, code 2043")
        await desk.press("enter")
        assert held(hotel) == ["Oui, code 2043"]
        assert desk.app.focused is desk.inbox.composer.box
        assert desk.inbox.composer.text == ""
        assert "sent in 5 s" in desk.text
        assert "○ 4 unanswered" in desk.text


async def test_ctrl_z_gives_the_sent_text_back_with_its_cursor(session: Session, hotel: SqlStore) -> None:
    async with sitting(session) as desk:
        await desk.press("r")
        await desk.type("Oui")
        await desk.press("enter", "ctrl+z")
        assert held(hotel) == []
        assert desk.inbox.composer.text == "Oui"
        assert desk.inbox.composer.cursor == 3
        assert "○ 5 unanswered" in desk.text


async def test_two_messages_in_one_burst_of_keys_are_two_messages(session: Session, hotel: SqlStore) -> None:
    async with sitting(session) as desk:
        await desk.press("r")
        await desk.pilot.press("o", "u", "i", "enter", "n", "o", "n", "enter")
        await desk.settle()
        await desk.until(lambda: len(held(hotel)) == 2)
        assert sorted(held(hotel)) == ["non", "oui"]


async def test_a_mail_never_leaves_on_enter_alone(session: Session, hotel: SqlStore) -> None:
    async with sitting(session) as desk:
        await desk.press("end")
        await desk.at_rest()
        await desk.press("r")
        await desk.type("Bonjour")
        await desk.press("enter")
        assert held(hotel) == []
        assert desk.inbox.composer.text == "Bonjour\n"
        await desk.press("ctrl+s")
        assert held(hotel) == ["Bonjour"]


async def test_ctrl_j_breaks_the_line(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("r", "a", "ctrl+j", "b")
        assert desk.inbox.composer.text == "a\nb"


async def test_send_and_close_moves_on_and_undo_brings_all_back(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("r")
        await desk.type("Oui")
        await desk.press("ctrl+d")
        await desk.at_rest()
        assert "Open 8" in desk.text
        assert desk.inbox.rows.current is not None
        assert desk.inbox.rows.current.guest == "Jonas Weber"
        assert desk.app.focused is desk.inbox.rows
        await desk.press("u")
        await desk.at_rest()
        assert "Open 9" in desk.text
        assert desk.inbox.composer.text == "Oui"


async def test_close_goes_to_the_next_row_and_says_who_closed_it(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("j", "e")
        await desk.at_rest()
        assert desk.inbox.rows.current is not None
        assert desk.inbox.rows.current.guest == ""
        assert "1 closed" in desk.text
        await desk.press("3")
        await desk.at_rest()
        assert "closed now Ana" in desk.line("BK Jonas Weber")
        assert "closed 10:00 by Ana" in desk.text
        await desk.press("o", "1")
        await desk.at_rest()
        assert "Open 9" in desk.text


async def test_undo_says_what_it_took_back(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("e", "u")
        await desk.at_rest()
        assert "undone: 1 closed" in desk.text
        assert "Open 9" in desk.text


async def test_snooze_offers_times_and_pending_shows_the_wake_time_and_the_reason(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("z")
        await desk.until(lambda: "tomorrow morning" in desk.text)
        await desk.type("demander au chef")
        await desk.press("down", "enter")
        await desk.until(lambda: "Pending 4" in desk.text)
        await desk.press("2")
        await desk.at_rest()
        assert "→ 13:00" in desk.line("WA Claire Martin")
        assert "demander au chef" in desk.text


@pytest.mark.parametrize(
    ("key", "tab"),
    [
        ("1", "open"),
        ("2", "pending"),
        ("3", "closed"),
        ("4", "spam"),
        ("5", "all"),
        ("ampersand", "open"),
        ("é", "pending"),
        ("quotation_mark", "closed"),
        ("apostrophe", "spam"),
        ("left_parenthesis", "all"),
    ],
)
async def test_digits_choose_tabs_also_on_azerty(session: Session, key: str, tab: str) -> None:
    async with sitting(session) as desk:
        await desk.press("3" if tab != "closed" else "2")
        await desk.press(key)
        assert desk.inbox.view.tab == tab


async def test_filters_never_hide_the_counts(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("U")
        await desk.at_rest()
        assert len(desk.inbox.rows.rows) == 3
        assert "○ 5 unanswered" in desk.text
        await desk.press("U", "A")
        await desk.at_rest()
        assert len(desk.inbox.rows.rows) == 5
        await desk.press("c")
        await desk.at_rest()
        assert len(desk.inbox.rows.rows) == 9


async def test_what_is_searched_for_stays_on_the_bar_after_enter(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("slash")
        await desk.type("parking")
        await desk.until(lambda: desk.inbox.view.search == "parking")
        await desk.press("enter")
        assert desk.line("/ parking")


async def test_search_narrows_and_escape_clears_it(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("slash")
        await desk.type("parking")
        await desk.until(lambda: len(desk.inbox.rows.rows) == 1)
        await desk.press("enter")
        assert desk.app.focused is desk.inbox.rows
        await desk.press("escape")
        await desk.until(lambda: len(desk.inbox.rows.rows) == 9)


async def test_an_empty_list_says_why(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("slash")
        await desk.type("nobody wrote this")
        await desk.until(lambda: not desk.inbox.rows.rows)
        assert desk.inbox.rows.empty[0] in desk.text.replace("\n", " ") or desk.inbox.rows.empty


async def test_order_is_kept_per_tab(session: Session) -> None:
    async with sitting(session) as desk:
        first = desk.inbox.rows.rows[0].guest
        await desk.press("s")
        await desk.at_rest()
        assert desk.inbox.rows.rows[0].guest != first
        await desk.press("2", "1")
        await desk.at_rest()
        assert "↓ oldest" in desk.text
    async with sitting(session) as desk:
        assert "↓ oldest" in desk.text


async def test_marked_rows_are_closed_together_and_undone_together(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("space", "space", "e")
        await desk.at_rest()
        assert "2 closed" in desk.text
        assert "Open 7" in desk.text
        await desk.press("u")
        await desk.at_rest()
        assert "Open 9" in desk.text


async def test_a_note_is_kept_and_nobody_is_answered_by_it(session: Session, hotel: SqlStore) -> None:
    async with sitting(session) as desk:
        await desk.press("N")
        await desk.type("voir le chef")
        await desk.press("enter")
        await desk.at_rest()
        assert "note · Ana 10:00" in desk.text
        assert "○ 5 unanswered" in desk.text
        assert held(hotel) == []


async def test_no_reply_needed_clears_the_mark_and_undo_restores_it(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("j", "x")
        await desk.at_rest()
        assert "○ 4 unanswered" in desk.text
        await desk.press("u")
        await desk.at_rest()
        assert "○ 5 unanswered" in desk.text


async def test_spam_rings_never_is_left_out_of_the_counts_and_comes_back(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("exclamation_mark")
        await desk.at_rest()
        assert "Spam 1" in desk.text
        assert "● 2 unread" in desk.text
        await desk.press("4")
        await desk.at_rest()
        await desk.press("exclamation_mark", "1")
        await desk.at_rest()
        assert "Open 9" in desk.text


async def test_n_opens_the_most_urgent(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("end", "n")
        await desk.at_rest()
        assert desk.inbox.rows.current is not None
        assert desk.inbox.rows.current.guest == "Claire Martin"
        assert desk.app.focused is desk.inbox.thread


async def test_g_goes_to_a_tab_or_a_room(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("g", "p", "enter")
        await desk.at_rest()
        assert desk.inbox.view.tab == "pending"
        await desk.press("g")
        await desk.type("112")
        await desk.press("enter")
        await desk.at_rest()
        assert desk.inbox.rows.current is not None
        assert desk.inbox.rows.current.guest == "Jonas Weber"


async def test_drafts_stay_with_their_conversation(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("r")
        await desk.type("je regarde")
        await desk.press("escape", "escape", "j")
        await desk.at_rest()
        assert desk.inbox.composer.text == ""
        await desk.until(lambda: "draft" in desk.line("WA Claire Martin"))
        await desk.press("k")
        await desk.at_rest()
        assert desk.inbox.composer.text == "je regarde"


async def test_the_next_login_goes_on_where_the_line_dropped(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("j", "r")
        await desk.at_rest()
        await desk.type("Ja, der Parkplatz")
        desk.inbox.save()
    async with sitting(session) as desk:
        await desk.until(lambda: desk.inbox.composer.text == "Ja, der Parkplatz")
        assert desk.app.focused is desk.inbox.composer.box


@pytest.mark.parametrize(("size", "shown"), [((120, 40), "draft"), ((80, 24), "✎")])
async def test_a_row_with_a_draft_says_so_on_a_small_screen_too(
    session: Session, size: tuple[int, int], shown: str
) -> None:
    async with sitting(session, size) as desk:
        await desk.press("r")
        await desk.type("je regarde")
        await desk.press("escape", "escape", "j")
        await desk.at_rest()
        await desk.until(lambda: shown in desk.line("Claire Martin"))
        assert "204" in desk.line("Claire Martin")


async def test_the_first_key_in_a_text_that_is_opened_again_goes_behind_it(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("r")
        await desk.type("Oui la nuit")
        await desk.press("home", "escape", "r", "!")
        assert desk.inbox.composer.text == "Oui la nuit!"
        await desk.press("left", "left", "escape", "escape", "j")
        await desk.at_rest()
        await desk.press("k")
        await desk.at_rest()
        await desk.press("r", "?")
        assert desk.inbox.composer.text == "Oui la nuit!?"


async def test_the_next_login_has_the_cursor_where_it_was_moved_to_last(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("r")
        await desk.type("Oui nuit")
        await desk.press(*["left"] * 4)
        await desk.type("la ")
        await desk.inbox.answering.save()
        await desk.press("end")
        desk.app.leave()
    async with sitting(session) as desk:
        await desk.until(lambda: desk.app.focused is desk.inbox.composer.box)
        await desk.press(".")
        assert desk.inbox.composer.text == "Oui la nuit."


async def test_letters_typed_into_a_locked_composer_do_nothing(session: Session, hotel: SqlStore) -> None:
    async with sitting(session) as desk:
        desk.clock.forward(hours=24)
        await desk.press("f5", "r")
        await desk.until(lambda: "24 h" in desk.text or "window" in desk.text)
        await desk.press("e", "z", "exclamation_mark")
        assert "Open 9" in desk.text
        assert desk.inbox.composer.text == ""


async def test_free_text_after_the_window_is_refused_and_kept(session: Session, hotel: SqlStore) -> None:
    async with sitting(session) as desk:
        await desk.press("r")
        await desk.type("Oui")
        desk.clock.forward(hours=24)
        await desk.press("enter")
        assert held(hotel) == []
        assert desk.inbox.composer.text == "Oui"


async def test_the_card_is_an_overlay_on_a_small_screen(session: Session) -> None:
    async with sitting(session, (80, 24)) as desk:
        assert "Préfère étage élevé" not in desk.text
        await desk.press("p")
        assert "Préfère étage élevé" in desk.text
        await desk.press("escape")
        assert "Préfère étage élevé" not in desk.text


async def test_under_eighty_columns_there_is_one_pane_at_a_time(session: Session) -> None:
    async with sitting(session, (60, 24)) as desk:
        assert "Jonas Weber" in desk.text
        assert "photo.jpg" not in desk.text
        await desk.press("enter")
        assert "photo.jpg" in desk.text
        assert "Jonas Weber" not in desk.text
        await desk.press("escape")
        assert "Jonas Weber" in desk.text


async def test_news_of_another_session_arrive_by_themselves_and_ring(session: Session, hotel: SqlStore) -> None:
    async with sitting(session) as desk:
        rings: list[int] = []
        desk.app.bell = lambda: rings.append(1)  # type: ignore[method-assign]
        row = desk.inbox.rows.rows[1]
        with hotel.write() as t:
            conversation = t.conversations.load(row.id)
            t.conversations.put(conversation._replace(preview="Noch eine Frage", last_at=at(1)))
            t.unread.bump(conversation, ["ana"], at(1))
            t.changed("conversation", row.id)
        await desk.until(lambda: "Noch eine Frage" in desk.text)
        assert "● 4 unread" in desk.text
        await desk.until(lambda: rings)


async def test_a_colleague_who_replies_is_seen(session: Session, hotel: SqlStore) -> None:
    async with sitting(session) as desk:
        row = desk.inbox.rows.current
        assert row is not None
        with hotel.write() as t:
            t.presences.put(row.id, "marc", "replying", at(1))
        await desk.inbox.look_around()
        assert "Marc is replying…" in desk.text


async def test_a_key_under_the_text_goes_with_its_word_where_the_line_is_narrow(session: Session) -> None:
    async with sitting(session, (80, 24)) as desk:
        await desk.press("j", "j", "r")
        await desk.type("Yes, ok")
        foot = desk.line("Enter send")
        assert "left" in foot
        assert "Ctrl+J line" in foot
        assert "; " not in foot.replace("; text", "")


async def test_ctrl_c_leaves_nothing_and_names_the_key_that_leaves(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("ctrl+c")
        assert "Ctrl+Q leaves tui-inbox" in desk.text
