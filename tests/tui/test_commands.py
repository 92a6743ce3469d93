"""The table of commands holds what the screen promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from storage.store import SqlStore
from tests.tui.driving import sitting
from tests.tui.hotel import a_session, sketch
from tui_inbox.tui.commands import COMMANDS, COMPOSER, LIST, THREAD
from tui_inbox.tui.dialogs.chooser import Option, narrowed
from tui_inbox.tui.keymap import KeyClash, keymap, markdown
from tui_inbox.tui.keys import is_typed
from tui_inbox.tui.screens.desk_screen import DeskScreen
from tui_inbox.tui.screens.inbox import InboxScreen
from tui_inbox.tui.screens.inbox_acts import done_words
from tui_inbox.wording import events


def test_ids_are_unique_and_every_command_has_a_title() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    assert all(command.title and command.group for command in COMMANDS)


def test_footer_labels_have_ten_cells_at_most() -> None:
    assert [command.id for command in COMMANDS if cell_len(command.short) > 10] == []


def test_no_two_commands_of_a_context_share_a_key() -> None:
    keymap()


def test_no_letter_is_a_command_while_text_is_typed() -> None:
    assert [key for key in keymap().by_key(COMPOSER) if is_typed(key)] == []


async def test_a_question_mark_and_a_colon_are_typed_into_a_reply(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        sketch(t)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await desk.press("r")
        await desk.pilot.press("a", "colon", "b", "question_mark", "c")
        await desk.settle()
        assert desk.inbox.composer.text == "a:b?c"


def test_the_same_keys_work_in_list_and_thread() -> None:
    here, there = keymap().by_key(LIST), keymap().by_key(THREAD)
    assert all(here[key].id == there[key].id for key in here.keys() & there.keys())


def test_a_rebinding_replaces_the_keys() -> None:
    changed = keymap({"close": "ctrl+e, C"})
    assert changed["close"].keys == ("ctrl+e", "C")


def test_a_clash_names_both_commands() -> None:
    with pytest.raises(KeyClash) as caught:
        keymap({"close": "r", "nonsense": "q"})
    assert any("close" in problem and "reply" in problem for problem in caught.value.problems)
    assert any("nonsense" in problem for problem in caught.value.problems)


def test_single_letters_can_be_switched_off() -> None:
    assert [key for key in keymap(letters=False).by_key(LIST) if len(key) == 1] == []


def test_every_command_of_the_inbox_can_be_carried_out() -> None:
    missing = [
        command.id
        for command in COMMANDS
        if command.on & {LIST, THREAD} and not command.service and not hasattr(InboxScreen, f"do_{command.id}")
    ]
    assert missing == []


def test_the_page_of_keys_names_every_command() -> None:
    page = markdown()
    assert all(f"`{command.id}`" in page for command in COMMANDS)


async def test_a_rebound_key_acts_and_the_footer_shows_it(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        sketch(t)
    async with sitting(a_session(sqlite_store, tmp_path, keys={"close": "C"})) as desk:
        assert "C close" in desk.text
        await desk.press("e")
        assert "Open 9" in desk.text
        await desk.press("C")
        await desk.at_rest()
        assert "Open 8" in desk.text


async def test_help_and_palette_come_from_the_table(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        sketch(t)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await desk.press("question_mark")
        await desk.until(lambda: "Next row or message" in desk.text)
        await desk.press("escape", "ctrl+k")
        await desk.until(lambda: "Commands" in desk.text)
        await desk.type("archive")
        await desk.until(lambda: "Close " in desk.text)
        await desk.type("zz")
        await desk.until(lambda: "nothing matches" in desk.text)
        await desk.press("backspace", "backspace")
        await desk.until(lambda: "Close " in desk.text)
        assert "nothing matches" not in desk.text
        await desk.press("enter")
        await desk.until(lambda: "Open 8" in desk.text)


def test_a_name_is_found_without_its_accents_and_capitals() -> None:
    options = [Option(1, "Étiquette"), Option(2, "Modèles"), Option(3, "Liste des étiquettes")]
    assert [option.value for option in narrowed(options)("etiq")] == [1, 3]
    assert [option.value for option in narrowed(options)("MODELE")] == [2]


async def test_keys_typed_in_a_burst_open_one_dialog(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        sketch(t)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        for command in ("new", "link", "tag", "log_call"):
            await desk.inbox.action_do(command)
        await desk.until(lambda: len(desk.app.screen_stack) == 2)
        await desk.settle()
        assert len(desk.app.screen_stack) == 2
        await desk.press("escape")
        assert desk.app.screen is desk.inbox


async def test_what_is_asked_right_after_the_cursor_moved_is_about_the_guest_under_it(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    with sqlite_store.write() as t:
        sketch(t)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        desk.inbox.rows.move(1)
        await desk.inbox.action_do("consents")
        row = desk.inbox.rows.current
        assert row is not None
        await desk.until(lambda: "Consents" in desk.text)
        assert row.guest in desk.line("Consents")


async def test_while_a_search_looks_nothing_is_written_to_whom_was_there_before(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    with sqlite_store.write() as t:
        sketch(t)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        desk.inbox.rows.rows = []
        await desk.inbox.do_reply()
        assert desk.inbox.focused is not desk.inbox.composer.box
        await desk.inbox.action_do("consents")
        await desk.settle()
        assert desk.app.screen is desk.inbox


async def test_the_minutes_of_a_call_are_typed_over_what_is_proposed(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        sketch(t)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await desk.press("P")
        await desk.until(lambda: "Write a call down" in desk.text)
        await desk.press("tab", "3", "ctrl+s")
        await desk.until(lambda: "call, 3:00" in desk.text)


@pytest.mark.parametrize("key", [key for key in events.SENTENCES if key.startswith("what.")])
def test_what_was_undone_is_said_without_gaps(key: str) -> None:
    words = done_words(key.removeprefix("what."), 1)
    assert words
    assert "{" not in words
    assert "_" not in words


@pytest.mark.parametrize("screen", ["templates", "booking"])
async def test_a_screen_begins_with_the_counts_of_the_one_beneath(
    sqlite_store: SqlStore, tmp_path: Path, screen: str
) -> None:
    with sqlite_store.write() as t:
        sketch(t)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        desk.app.show_place(screen)
        opened = desk.app.screen
        assert isinstance(opened, DeskScreen)
        assert opened.top.counts == desk.inbox.top.counts
        assert opened.top.counts.unread > 0
