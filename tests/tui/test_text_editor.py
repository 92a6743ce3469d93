"""Writing a text at the desk: what it will say is seen before it is saved, and nothing written is lost."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.widgets import TextArea

from storage.blobs import FileBlobs
from storage.store import SqlStore
from tests.builders import NOW, a_guest, a_reservation
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import a_session
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.services import templates
from tui_inbox.services.desk import SYSTEM
from tui_inbox.tui.screens.text_editor import TextEditor
from tui_inbox.tui.session import Session

REFUND = (
    "Dear ##{{first_name}},\n\n##{{if payment is package}}\nA night more.\n##{{else if payment is cash}}\nIn cash.\n"
    "##{{else}}\nTo your card.\n##{{end}}"
)


def reminder(body: str = REFUND, language: str = "en", **values: object) -> Template:
    return Template(0, TemplateKind.REMINDER, "Refund", language, body, **values)  # type: ignore[arg-type]


@pytest.fixture
def session(sqlite_store: SqlStore, tmp_path: Path) -> Session:
    session = a_session(sqlite_store, tmp_path)
    with sqlite_store.write() as t:
        templates.save(t, session.desk, SYSTEM, reminder(), NOW)
        a_reservation(t, a_guest(t, "Ana Diaz"), 1, 3, payment="cash", room="305")
    return session


def stored(store: SqlStore, name: str = "Refund") -> Template | None:
    with store.read() as t:
        return next((one for one in t.templates.all() if one.name == name), None)


async def editing(desk: Desk) -> TextArea:
    """The editor on the one reminder."""
    await desk.press("f7", "f", "enter")
    await desk.until(lambda: isinstance(desk.app.screen, TextEditor))
    await desk.until(lambda: "Claire Martin" in desk.text or desk.app.size.width < 110)
    return desk.app.screen.query_one("#field-body", TextArea)


def shows(desk: Desk, words: str) -> bool:
    return words in desk.text


async def test_every_branch_is_seen_one_after_the_other(session: Session) -> None:
    async with sitting(session) as desk:
        await editing(desk)
        await desk.until(lambda: "3 branches" in desk.text)
        for words, text in (
            ("branch: payment is package", "A night more."),
            ("branch: payment is cash", "In cash."),
            ("branch: else", "To your card."),
        ):
            await desk.press("ctrl+g")
            await desk.until(partial(shows, desk, words))
            assert f"{text}" in desk.text.split(words)[1]


async def test_one_steps_through_the_guests_and_the_channels(session: Session) -> None:
    async with sitting(session) as desk:
        await editing(desk)
        await desk.press("ctrl+r")
        await desk.until(lambda: "Dear Ana," in desk.text)
        assert "2/2" in desk.text
        await desk.press("ctrl+p")
        await desk.until(lambda: "Dear Claire," in desk.text)
        seen = set()
        for _view in desk.app.screen.views:  # type: ignore[attr-defined]
            await desk.press("ctrl+n")
            seen |= {label for label in ("SMS", "WhatsApp", "E-mail", "Mail") if desk.line(f"{label}  Claire")}
        assert {"SMS", "WhatsApp"} <= seen


async def test_a_wrong_name_is_told_while_it_is_written_and_is_not_saved(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        box = await editing(desk)
        box.load_text("Dear\n##{{firstname}}")
        await desk.until(lambda: "Line 2" in desk.text and "first_name" in desk.text)
        await desk.press("ctrl+s")
        assert isinstance(desk.app.screen, TextEditor)
        kept = stored(sqlite_store)
        assert kept is not None
        assert kept.body == REFUND


async def test_typing_the_braces_completes_and_a_condition_offers_its_fields(session: Session) -> None:
    async with sitting(session) as desk:
        box = await editing(desk)
        box.load_text("")
        await desk.type("##{{")
        await desk.until(lambda: "Which variable?" in desk.text)
        await desk.type("last")
        await desk.press("enter")
        await desk.until(lambda: box.text == "##{{last_name}}")
        await desk.type(" ##{{")
        await desk.until(lambda: "Which variable?" in desk.text)
        await desk.type("if")
        await desk.press("enter")
        await desk.until(lambda: box.text.endswith("##{{if ") and "for conditions" in desk.text)
        await desk.type("paym")
        await desk.press("enter")
        await desk.until(lambda: box.text == "##{{last_name}} ##{{if payment")


async def test_a_block_is_inserted_from_the_menu_and_seen_as_it_will_look(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        box = await editing(desk)
        box.load_text("Hello")
        box.move_cursor((0, 5))
        await desk.press("ctrl+b")
        await desk.until(lambda: "Which block?" in desk.text)
        await desk.type("opens")
        await desk.press("enter")
        await desk.until(lambda: box.text == "Hello\n\n[Book a table] https://")
        await desk.type("hotel.example/t")
        mail = next(at for at, view in enumerate(desk.app.screen.views) if view.design)  # type: ignore[attr-defined]
        for _view in range(mail):
            await desk.press("ctrl+n")
        await desk.until(lambda: "[ Book a table ]  https://hotel.example/t" in desk.text)
        assert "HTML part" in desk.text
        await desk.press("ctrl+s")
        await desk.until(lambda: (found := stored(sqlite_store)) and found.version == 2)


async def test_a_picture_is_taken_from_a_file_and_kept_at_once(session: Session, tmp_path: Path) -> None:
    content = b"\x89PNG\r\n\x1a\n" + b"\0" * 30
    (tmp_path / "pool.png").write_bytes(content)
    (tmp_path / "pool.pdf").write_bytes(b"%PDF-1.4")
    blobs = FileBlobs(tmp_path / "blobs")
    async with sitting(replace(session, blobs=blobs, export_dir=tmp_path)) as desk:
        box = await editing(desk)
        box.load_text("")
        for name in ("pool.pdf", "pool.png"):
            await desk.press("ctrl+b")
            await desk.until(lambda: "Which block?" in desk.text)
            await desk.type("from a file")
            await desk.press("enter")
            await desk.until(lambda: "Which picture?" in desk.text)
            await desk.type(name)
            await desk.press("enter")
            await desk.until(lambda: "PNG, JPEG and GIF" in desk.text)
        await desk.until(lambda: box.text == f"![pool](cid:{sha256(content).hexdigest()})")
    assert blobs.get(sha256(content).hexdigest()) == content


async def test_what_is_not_saved_is_there_again_after_the_line_dropped(session: Session) -> None:
    async with sitting(session) as desk:
        box = await editing(desk)
        box.load_text("Half a sen")
        box.move_cursor((0, 10))
        desk.app.screen.save()  # type: ignore[attr-defined]
    async with sitting(session) as desk:
        box = await editing(desk)
        await desk.until(lambda: "taken up where you left it" in desk.text)
        assert (box.text, box.cursor_location) == ("Half a sen", (0, 10))
        await desk.press("escape")
        box = await editing_again(desk)
        assert box.text == "Half a sen"
        await desk.app.screen.action_do("editor_drop")  # type: ignore[attr-defined]
        await desk.settle()
        box = await editing_again(desk)
        assert box.text == REFUND


async def editing_again(desk: Desk) -> TextArea:
    await desk.until(lambda: not isinstance(desk.app.screen, TextEditor))
    await desk.press("enter")
    await desk.until(lambda: isinstance(desk.app.screen, TextEditor))
    await desk.settle()
    return desk.app.screen.query_one("#field-body", TextArea)


async def test_one_channel_gets_its_own_text_and_the_others_keep_theirs(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        box = await editing(desk)
        while not desk.line("SMS  Claire"):
            await desk.press("ctrl+n")
        await desk.press("ctrl+l")
        box.load_text("Short, ##{{first_name}}")
        await desk.until(lambda: "alone; the others keep theirs" in desk.text and "Short, Claire" in desk.text)
        await desk.press("ctrl+s")
        await desk.until(lambda: (found := stored(sqlite_store)) and found.forms == {"sms": "Short, ##{{first_name}}"})
        kept = stored(sqlite_store)
        assert kept is not None
        assert kept.body == REFUND


async def test_a_variable_that_must_stay_cannot_be_taken_out(session: Session, sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        text = reminder("Code ##{{room}}", required=("room",))._replace(name="Aaa")
        templates.save(t, session.desk, SYSTEM, text, NOW)
    async with sitting(session) as desk:
        box = await editing(desk)
        box.load_text("Code")
        await desk.press("ctrl+s")
        await desk.until(lambda: "“room” must be in the text" in desk.text)
        kept = stored(sqlite_store, "Aaa")
        assert kept is not None
        assert kept.body == "Code ##{{room}}"


async def test_a_text_of_the_house_for_one_type_of_room_is_a_variable_everywhere(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        await desk.press("f7", "f", "f", "f", "a")
        await desk.until(lambda: isinstance(desk.app.screen, TextEditor))
        await desk.type("welcome_drink")
        desk.app.screen.query_one("#field-room_type").focus()
        await desk.type("Double")
        desk.app.screen.query_one("#field-body").focus()
        await desk.type("Un verre au bar.")
        await desk.press("ctrl+s")
        await desk.until(lambda: stored(sqlite_store, "welcome_drink"))
        await desk.press("escape")
        box = await editing(desk)
        box.load_text("Now: ##{{welcome_drink}}")
        await desk.until(lambda: "Now: Un verre au bar." in desk.text)


async def test_versions_say_who_and_what_and_one_holds_again(session: Session, sqlite_store: SqlStore) -> None:
    first = stored(sqlite_store)
    assert first is not None
    with sqlite_store.write() as t:
        templates.save(t, session.desk, SYSTEM, first._replace(body="Newer"), NOW)
    async with sitting(session) as desk:
        await desk.press("f7", "f", "v")
        await desk.until(lambda: "+ Newer" in desk.text)
        assert "version 1" in desk.text
        await desk.press("down", "enter")
        await desk.until(lambda: "Make version 1 the text" in desk.text)
        await desk.press("down", "enter")
        await desk.until(lambda: (found := stored(sqlite_store)) and (found.body, found.version) == (REFUND, 3))


async def test_on_a_small_screen_one_key_swaps_text_and_preview(session: Session) -> None:
    async with sitting(session, (80, 24)) as desk:
        await editing(desk)
        assert "##{{if payment is package}}" in desk.text
        assert "Dear Claire" not in desk.text
        await desk.press("ctrl+o")
        await desk.until(lambda: "Dear Claire," in desk.text)
        assert "##{{if payment is package}}" not in desk.text
        await desk.press("escape")
        await desk.until(lambda: "##{{if payment is package}}" in desk.text)
        assert isinstance(desk.app.screen, TextEditor)


async def footers(desk: Desk) -> None:
    await desk.press("f7", "f", "f", "f", "f")
    await desk.until(lambda: "under mails about a booking" in desk.text)


async def test_a_footer_is_written_like_any_text_and_must_keep_its_way_out(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        await footers(desk)
        assert "ours" in desk.line("▌")
        await desk.press("down", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, TextEditor) and "mailto:desk@hotel.example" in desk.text)
        box = desk.app.screen.query_one("#field-body", TextArea)
        assert box.has_focus
        box.load_text("Assez ?")
        await desk.press("ctrl+s")
        await desk.until(lambda: "“unsubscribe” must be in the text" in desk.text)
        assert stored(sqlite_store, "marketing") is None
        box.load_text("Assez ? ")
        box.move_cursor((0, 8))
        await desk.type("##{{")
        await desk.until(lambda: "Which variable?" in desk.text)
        await desk.type("unsub")
        await desk.press("enter")
        await desk.until(lambda: box.text == "Assez ? ##{{unsubscribe}}")
        await desk.press("ctrl+s")
        await desk.until(lambda: "the hotel's" in desk.line("▌"))
        kept = stored(sqlite_store, "marketing")
        assert kept is not None
        assert (kept.body, kept.language) == ("Assez ? ##{{unsubscribe}}", "fr")


async def test_the_preview_of_a_reminder_ends_with_its_footer(session: Session) -> None:
    async with sitting(session) as desk:
        await editing(desk)
        while not desk.line("E-mail  Claire"):
            await desk.press("ctrl+n")
        await desk.until(lambda: "répondez STOP" in " ".join(desk.text.split()))


async def test_a_reminder_that_is_marketing_is_marked_so_and_its_footer_follows(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        await editing(desk)
        while not desk.line("E-mail  Claire"):
            await desk.press("ctrl+n")
        await desk.until(lambda: "à cause de votre réservation" in " ".join(desk.text.split()))
        desk.app.screen.query_one("#field-class").focus()
        await desk.press("right")
        await desk.until(lambda: "avez été notre hôte" in " ".join(desk.text.split()))
        await desk.press("ctrl+s")
        await desk.until(lambda: (kept := stored(sqlite_store)) and kept.message_class is MessageClass.MARKETING)
