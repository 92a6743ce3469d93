"""Texts, reminders and the vendor's templates as an operator meets them."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.channex import AIRBNB, BOOKING
from storage.store import SqlStore
from tests.builders import NOW
from tests.fakes import hotel
from tests.tui.beside import furnish, listed, outbox_of_each_kind
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import a_session
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.services import templates
from tui_inbox.services.desk import SYSTEM, AccountInfo
from tui_inbox.tui.session import Session
from tui_inbox.tui.theme import DARK, Ink
from tui_inbox.tui.widgets.lines import LinesPane


@pytest.fixture
def session(sqlite_store: SqlStore, tmp_path: Path) -> Session:
    with sqlite_store.write() as t:
        furnish(t)
        outbox_of_each_kind(t)
    return a_session(sqlite_store, tmp_path)


def texts(store: SqlStore, kind: TemplateKind = TemplateKind.SNIPPET) -> dict[str, Template]:
    with store.read() as t:
        return {f"{one.name} {one.language}": one for one in t.templates.all(kind)}


async def kind(desk: Desk, times: int) -> None:
    await desk.press("f7", *["f"] * times)


async def test_each_kind_has_its_own_list_and_a_preview_for_a_sample_guest(session: Session) -> None:
    async with sitting(session) as desk:
        await kind(desk, 0)
        assert ";park" in desk.text
        assert "Le parking est ouvert, Claire." in desk.text
        await desk.press("f")
        assert "Arrivée" in desk.text
        await desk.press("f")
        assert "✓" not in listed(desk, "welcome")
        assert "approved" in listed(desk, "welcome")
        assert "utility" in listed(desk, "welcome")


async def test_a_misspelt_variable_is_refused_with_line_and_nearest_name_and_the_text_stays(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        await kind(desk, 0)
        await desk.press("a")
        await desk.type("Taxi")
        await desk.press("enter", "enter")
        await desk.type("taxi")
        await desk.press("enter")
        box = desk.app.screen.query_one("#field-body")
        box.load_text("Bonjour\n##{{firstname}}, le taxi arrive.")  # type: ignore[attr-defined]
        await desk.press("ctrl+s")
        await desk.until(lambda: "Line 2" in desk.text and "first_name" in desk.text)
        assert "Taxi fr" not in texts(sqlite_store)
        box.load_text("##{{first_name}}, le taxi arrive.")  # type: ignore[attr-defined]
        await desk.press("ctrl+s")
        await desk.until(lambda: "Taxi fr" in texts(sqlite_store))
        assert texts(sqlite_store)["Taxi fr"].shortcut == "taxi"


async def test_typing_the_opening_braces_offers_the_variables_of_this_kind(session: Session) -> None:
    async with sitting(session) as desk:
        await kind(desk, 1)
        await desk.press("a")
        await desk.type("X")
        desk.app.screen.query_one("#field-body").focus()
        await desk.type("Cher ##{{")
        await desk.until(lambda: "Which variable?" in desk.text)
        assert "operator" not in desk.text
        await desk.type("last")
        await desk.press("enter")
        await desk.until(lambda: "Cher ##{{last_name}}" in desk.text)
        assert "Cher Martin" in desk.text


async def test_a_copy_for_another_language_keeps_the_name(session: Session, sqlite_store: SqlStore) -> None:
    async with sitting(session) as desk:
        await kind(desk, 0)
        await desk.press("d", "enter", *["backspace"] * 4)
        await desk.type("de")
        await desk.press("ctrl+s")
        await desk.until(lambda: "Parking de" in texts(sqlite_store))
        assert "Parking fr" in texts(sqlite_store)


async def test_archiving_asks_and_no_is_the_first_answer(session: Session, sqlite_store: SqlStore) -> None:
    async with sitting(session) as desk:
        await kind(desk, 0)
        await desk.press("x", "enter")
        assert "Parking fr" in texts(sqlite_store)
        await desk.press("x", "down", "enter")
        await desk.until(lambda: "Parking fr" not in texts(sqlite_store))


async def test_show_sends_lists_what_was_sent_with_it(session: Session, sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        t.templates.add(Template(0, TemplateKind.REMINDER, "arrivee", "en", "See you"))
    async with sitting(session) as desk:
        await kind(desk, 1)
        await desk.press("end")
        if "arrivee" not in desk.line("▌"):
            await desk.press("home")
        await desk.press("s")
        await desk.until(lambda: "t arrivee" in desk.text)
        assert "Claire Martin" in desk.text
        assert "Tomás Herrera" not in desk.text
        await desk.press("escape")
        assert "Reminders" in desk.text


async def test_sync_asks_the_worker_for_the_provider_s_templates(session: Session, sqlite_store: SqlStore) -> None:
    async with sitting(session) as desk:
        await kind(desk, 2)
        await desk.press("y")
        with sqlite_store.read() as t:
            assert [(job.kind, job.account) for job in t.jobs.queued(5)] == [("sync_templates", "desk-sms")]


@pytest.mark.parametrize("key", ["f7", "f9", "f12"])
async def test_an_empty_list_says_which_key_fills_it(sqlite_store: SqlStore, tmp_path: Path, key: str) -> None:
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await desk.press(key)
        assert "a makes one" in desk.text or "F12 has the rules" in desk.text


async def test_a_reminder_shows_how_a_site_of_plain_text_reads_it(sqlite_store: SqlStore, tmp_path: Path) -> None:
    body = "**Hello** ##{{first_name}}\n\n* [Map](https://x.example/m)\n\n![House](https://x.example/h.jpg)"
    with sqlite_store.write() as t:
        templates.save(t, hotel(), SYSTEM, Template(0, TemplateKind.REMINDER, "welcome", "en", body), NOW)
    session = a_session(sqlite_store, tmp_path)
    info = AccountInfo("ota", "channex", {"airbnb": AIRBNB, "booking": BOOKING}, {}, "full")
    desk = session.desk._replace(accounts={**session.desk.accounts, "ota": info})
    async with sitting(replace(session, desk=desk)) as screen:
        await kind(screen, 1)
        assert "Airbnb, Booking.com" in screen.text
        assert "shows it:" in screen.text
        assert "Hello Claire" in screen.text
        assert "- Map: https://x.example/m" in screen.text
        assert "1 picture is left out there." in screen.text


async def test_from_a_text_one_key_lists_what_was_sent_with_it(session: Session, sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        t.templates.add(Template(0, TemplateKind.REMINDER, "arrivee", "fr", "Arrivée dès 15 h.", updated_at=NOW))
    async with sitting(session) as desk:
        await kind(desk, 1)
        for _ in range(6):
            if "arrivee" in desk.line("▌"):
                break
            await desk.press("down")
        await desk.press("s")
        assert "Arrivée dès 15 h." in desk.text
        assert "Oferta de primavera" not in desk.text


async def test_a_template_that_two_accounts_have_says_in_each_row_whose_it_is(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session, (80, 24)) as desk:
        await kind(desk, 2)
        assert "desk-sms" not in desk.line("▌"), "where there is one account, the text has its place"
        with sqlite_store.write() as t:
            (one,) = t.templates.all(TemplateKind.WHATSAPP)
            t.templates.add(one._replace(id=0, account="wa-cloud", vendor_id="HX2"))
            t.changed("template", 0)
        await desk.until(lambda: desk.line("wa-cloud"))
        rows = [line for line in desk.text.split("\n") if "welcome" in line and "approved" in line]
        assert [account for line in rows for account in ("desk-sms", "wa-cloud") if account in line] == [
            "desk-sms",
            "wa-cloud",
        ]


async def test_what_was_archived_comes_back_with_undo(session: Session, sqlite_store: SqlStore) -> None:
    async with sitting(session, (80, 24)) as desk:
        await kind(desk, 0)
        await desk.press("x", "down", "enter")
        await desk.until(lambda: "archived  u undoes it" in desk.text)
        assert "Parking fr" not in texts(sqlite_store)
        await desk.press("u")
        await desk.until(lambda: "undone: a text that was archived" in desk.text)
        assert "Parking fr" in texts(sqlite_store)


async def test_archiving_the_only_text_of_a_rule_names_the_rule(session: Session, sqlite_store: SqlStore) -> None:
    async with sitting(session, (80, 24)) as desk:
        await kind(desk, 1)
        await desk.press("x")
        await desk.until(lambda: "will have nothing to send: La veille." in " ".join(desk.text.split()))
        await desk.press("escape")
        with sqlite_store.write() as t:
            t.templates.add(Template(0, TemplateKind.REMINDER, "Arrivée", "en", "See you"))
        await desk.press("x")
        await desk.until(lambda: "What was sent with it keeps its name" in " ".join(desk.text.split()))


async def test_after_saving_the_cursor_stands_on_what_was_written(session: Session) -> None:
    async with sitting(session, (80, 24)) as desk:
        await kind(desk, 0)
        await desk.press("home", "a")
        await desk.type("zebra")
        await desk.press("tab", "tab", "tab")
        await desk.type("Stripes")
        await desk.press("ctrl+s")
        await desk.until(lambda: "saved" in desk.text)
        assert "zebra" in desk.line("▌")


async def test_a_condition_is_found_among_the_blocks_by_that_word(session: Session) -> None:
    async with sitting(session, (80, 24)) as desk:
        await kind(desk, 1)
        await desk.press("a", "ctrl+b")
        await desk.type("condition")
        await desk.until(lambda: "Only if a value is there" in desk.text and "Heading" not in desk.text)


def test_lines_that_have_no_room_leave_a_sign() -> None:
    pane = LinesPane(Ink(DARK))
    pane.show([[(f"line {n}", "text")] for n in range(5)])
    read = [strip.text.rstrip() for strip in pane.paint(20, 3)]
    assert read[:2] == [" line 0", " line 1"]
    assert read[2].endswith("…")
    assert "…" not in "".join(strip.text for strip in pane.paint(20, 5))
