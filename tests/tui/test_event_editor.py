"""The words of a booking message at the desk: e-mail above SMS, each with its switch, saved and taken back as one."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.widgets import Input, TextArea

from storage.store import SqlStore
from tests.builders import a_guest, a_reservation
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import MARC, a_session
from tui_inbox.domain.booking import BookingEvent, EventMessage
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.services import booking_messages
from tui_inbox.services.booking_texts import guest_texts
from tui_inbox.services.desk import BookingRules
from tui_inbox.tui.screens.booking import BookingScreen
from tui_inbox.tui.screens.event_editor import EventEditor
from tui_inbox.tui.session import Session

CANCELLED = BookingEvent.CANCELLED
NAME = "booking cancelled"


@pytest.fixture
def session(sqlite_store: SqlStore, tmp_path: Path) -> Session:
    made = a_session(sqlite_store, tmp_path)
    with sqlite_store.write() as t:
        a_reservation(t, a_guest(t, "Ana Diaz"), 1, 3, room="305")
    return replace(made, desk=made.desk._replace(bookings=BookingRules(staff="front@lumiere.example")))


def setting(store: SqlStore) -> EventMessage:
    with store.read() as t:
        return booking_messages.settings(t)[CANCELLED]


def texts(store: SqlStore) -> dict[str, Template]:
    with store.read() as t:
        return {text.language: text for text in t.templates.named(TemplateKind.REMINDER, NAME)}


async def editing(desk: Desk) -> EventEditor:
    """The editor of what is said of a cancellation."""
    if not isinstance(desk.app.screen, BookingScreen):
        await desk.press("f9", "b", "down", "down", "down")
    await desk.press("enter")
    await desk.until(lambda: isinstance(desk.app.screen, EventEditor))
    await desk.until(lambda: desk.app.screen.lines)  # type: ignore[attr-defined]
    assert isinstance(desk.app.screen, EventEditor)
    return desk.app.screen


async def walk(desk: Desk, name: str) -> None:
    """With Tab to this field."""
    for _step in range(30):
        if desk.app.screen.focused is not None and desk.app.screen.focused.id == f"field-{name}":
            return
        await desk.press("tab")
    raise AssertionError(f"Tab does not reach {name}")


def area(editor: EventEditor, name: str) -> TextArea:
    return editor.query_one(f"#field-{name}", TextArea)


@pytest.mark.parametrize("key", ["enter", "e"])
async def test_the_mail_stands_above_the_sms_and_tab_brings_each_into_sight(session: Session, key: str) -> None:
    async with sitting(session, (80, 24)) as desk:
        await desk.press("f9", "b", "down", "down", "down", key)
        await desk.until(lambda: isinstance(desk.app.screen, EventEditor))
        screen = desk.app.screen
        assert isinstance(screen, EventEditor)
        await desk.settle()
        mail, sms = area(screen, "body"), area(screen, "form-sms")
        assert mail.virtual_region_with_margin.y < sms.virtual_region_with_margin.y
        for name, words in (("subject", "est annulée"), ("body", "Bonjour ##{{first_name}}"), ("form-sms", "SMS")):
            await walk(desk, name)
            seen = screen.focused
            assert seen is not None
            assert words in desk.text
            view = screen.query_one("#event-scroll").region
            assert view.contains_region(seen.region), name


async def test_each_medium_has_its_switch_and_its_words_and_all_is_saved_as_one_act(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        editor = await editing(desk)
        await walk(desk, "guest")
        await desk.press("right")
        await walk(desk, "by-email")
        await desk.press("space")
        await walk(desk, "subject")
        await desk.type(" !")
        await walk(desk, "form-sms")
        area(editor, "form-sms").load_text("Annulé, ##{{first_name}}.")
        await desk.until(lambda: "a text of its own" in desk.text)
        await desk.press("ctrl+s")
        await desk.until(lambda: isinstance(desk.app.screen, BookingScreen))
        found = setting(sqlite_store)
        assert (found.guest, found.channels, found.template) == (True, ("sms",), NAME)
        assert texts(sqlite_store)["fr"].forms == {"sms": "Annulé, ##{{first_name}}."}
        assert texts(sqlite_store)["fr"].subject.endswith(" !")
        # Guests who read English go on reading English.
        ours = {text.language: text.body for text in guest_texts(CANCELLED)}
        assert texts(sqlite_store)["en"].body == ours["en"]
        await desk.press("u")
        await desk.until(lambda: "undone" in desk.text)
        assert setting(sqlite_store) == EventMessage()
        assert texts(sqlite_store) == {}


async def test_what_was_saved_twice_is_taken_back_to_what_it_was_the_first_time(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        for words in ("Un", "Deux"):
            editor = await editing(desk)
            area(editor, "body").load_text(words)
            await desk.press("ctrl+s")
            await desk.until(lambda: isinstance(desk.app.screen, BookingScreen))
        assert texts(sqlite_store)["fr"].body == "Deux"
        await desk.press("u")
        await desk.until(lambda: texts(sqlite_store)["fr"].body == "Un")
        await desk.press("u")
        await desk.until(lambda: texts(sqlite_store) == {})


async def test_switches_alone_leave_the_text_that_comes_with_the_program(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        await editing(desk)
        await walk(desk, "by-sms")
        await desk.press("space")
        await walk(desk, "first")
        await desk.press("ctrl+s")
        await desk.until(lambda: isinstance(desk.app.screen, BookingScreen))
    assert (setting(sqlite_store).channels, setting(sqlite_store).template) == (("email",), "")
    assert texts(sqlite_store) == {}


async def test_which_is_tried_first_is_chosen(session: Session, sqlite_store: SqlStore) -> None:
    async with sitting(session) as desk:
        await editing(desk)
        await walk(desk, "first")
        await desk.press("right", "ctrl+s")
        await desk.until(lambda: isinstance(desk.app.screen, BookingScreen))
    assert setting(sqlite_store).channels == ("sms", "email")


async def test_the_sms_follows_the_mail_until_it_is_written_and_its_parts_are_counted(session: Session) -> None:
    async with sitting(session) as desk:
        editor = await editing(desk)
        await walk(desk, "body")
        area(editor, "body").load_text("x" * 161)
        await desk.until(lambda: area(editor, "form-sms").text == "x" * 161)
        await desk.until(lambda: "161 · 2 SMS, 145 left" in desk.text and "as the e-mail" in desk.text)
        area(editor, "form-sms").load_text("short")
        area(editor, "body").load_text("y")
        await desk.until(lambda: "5 · 1 SMS, 155 left" in desk.text and "a text of its own" in desk.text)
        assert area(editor, "form-sms").text == "short"
        area(editor, "form-sms").load_text("ê" + "x" * 70)
        await desk.until(lambda: "ê makes it 2 SMS" in desk.text)


async def test_the_preview_follows_the_cursor_into_the_section(session: Session) -> None:
    async with sitting(session) as desk:
        await editing(desk)
        await walk(desk, "form-sms")
        await desk.until(lambda: desk.line("SMS  Claire Martin"))
        await walk(desk, "body")
        await desk.until(lambda: desk.line("E-mail  Claire Martin"))


async def test_braces_complete_in_either_section(session: Session) -> None:
    async with sitting(session, (80, 24)) as desk:
        editor = await editing(desk)
        for name in ("body", "form-sms"):
            await walk(desk, name)
            area(editor, name).load_text("")
            await desk.type("##{{")
            await desk.until(lambda: "Which variable?" in desk.text)
            # Only what this occasion knows.
            await desk.type("no")
            await desk.press("enter")
            await desk.until(lambda name=name: area(editor, name).text == "##{{note}}")  # type: ignore[misc]


async def test_nothing_is_lost_when_the_line_drops_in_any_section_or_language(session: Session) -> None:
    async with sitting(session) as desk:
        editor = await editing(desk)
        area(editor, "body").load_text("Corps")
        await walk(desk, "language")
        await desk.press("right")
        await desk.until(lambda: "is cancelled" in area(editor, "body").text)
        await walk(desk, "form-sms")
        area(editor, "form-sms").load_text("Half a sen")
        area(editor, "form-sms").move_cursor((0, 6))
        await walk(desk, "by-sms")
        await desk.press("space")
        await walk(desk, "form-sms")
        editor.save()
    async with sitting(session) as desk:
        editor = await editing(desk)
        await desk.until(lambda: "taken up where you left it" in desk.text)
        box = area(editor, "form-sms")
        assert (box.text, box.cursor_location, box.has_focus) == ("Half a sen", (0, 6), True)
        assert editor.values()["by-sms"] == ""
        await walk(desk, "language")
        await desk.press("left")
        await desk.until(lambda: area(editor, "body").text == "Corps")
        await editor.action_do("editor_drop")
        await desk.until(lambda: isinstance(desk.app.screen, BookingScreen))
        editor = await editing(desk)
        assert area(editor, "body").text != "Corps"


async def test_a_fault_in_another_language_is_shown_where_it_is_and_nothing_is_saved(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        editor = await editing(desk)
        area(editor, "form-sms").load_text("##{{firstname}}")
        await walk(desk, "language")
        await desk.press("right")
        await desk.until(lambda: "is cancelled" in area(editor, "body").text)
        editor.query_one("#field-subject", Input).value = "Cancelled"
        await desk.press("ctrl+s")
        await desk.until(lambda: area(editor, "form-sms").text == "##{{firstname}}" and "first_name" in desk.text)
        assert editor.values()["language"] == "fr"
    assert texts(sqlite_store) == {}


async def test_a_text_that_somebody_changed_since_is_not_taken_back(session: Session, sqlite_store: SqlStore) -> None:
    async with sitting(session) as desk:
        editor = await editing(desk)
        area(editor, "body").load_text("Un")
        await desk.press("ctrl+s")
        await desk.until(lambda: isinstance(desk.app.screen, BookingScreen))
        with sqlite_store.write() as t:
            t.templates.put(texts(sqlite_store)["fr"]._replace(body="Marc's"))
        await desk.press("u")
        await desk.until(lambda: setting(sqlite_store).template == "")
        assert texts(sqlite_store)["fr"].body == "Marc's"


async def test_a_text_that_is_in_use_meanwhile_stays_though_its_writer_takes_it_back(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        editor = await editing(desk)
        area(editor, "body").load_text("Un")
        await desk.press("ctrl+s")
        await desk.until(lambda: isinstance(desk.app.screen, BookingScreen))
        with sqlite_store.write() as t:
            now = booking_messages.settings(t)[CANCELLED]
            booking_messages.put_setting(t, session.desk, MARC, CANCELLED, now._replace(guest=True))
        await desk.press("u")
        await desk.settle()
        assert setting(sqlite_store).template == NAME
        assert texts(sqlite_store)["fr"].body == "Un", "or guests would be told nothing"


async def test_on_a_small_screen_one_key_shows_the_section_as_its_guest_reads_it(session: Session) -> None:
    async with sitting(session, (80, 24)) as desk:
        await editing(desk)
        for name, words in (("body", "E-mail  Claire Martin"), ("form-sms", "SMS  Claire Martin")):
            await walk(desk, name)
            await desk.press("ctrl+o")
            await desk.until(lambda words=words: desk.line(words))  # type: ignore[misc]
            await desk.press("escape")
            await desk.until(lambda: "##{{first_name}}" in desk.text)
