"""Templates for a vendor's reviewers: written, checked, given in, seen through, taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.store import SqlStore
from tests.builders import NOW, at
from tests.fakes import FakeChannel
from tests.tui.beside import listed
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import a_desk, a_session
from tui_inbox.domain.errors import Rejected
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.services import channels
from tui_inbox.tui.dialogs.vendor_template import GUIDELINES
from tui_inbox.tui.session import Session
from tui_inbox.wording import use

SIZE = (120, 40)


class Reviewing(FakeChannel):
    """A vendor that takes templates; ``refuses`` is what it says instead."""

    refuses = ""

    def submit(self, template: Template) -> Template:
        if self.refuses:
            raise Rejected("refused", vendor_text=self.refuses)
        return template._replace(vendor_id=f"HX-{template.name}", approval=Approval.SUBMITTED, approval_reason="")

    def withdraw(self, template: Template) -> None:
        self.withdrawn = template.name


@pytest.fixture
def session(sqlite_store: SqlStore, tmp_path: Path) -> Session:
    return a_session(sqlite_store, tmp_path)


def one(store: SqlStore, name: str) -> Template:
    with store.read() as t:
        return next(found for found in t.templates.all(TemplateKind.WHATSAPP) if found.name == name)


def known(store: SqlStore, name: str = "welcome", body: str = "Bonjour, à ce soir.", **more: Any) -> Template:
    fields: dict[str, Any] = {"category": "utility", "account": "desk-sms", "vendor_id": f"HX-{name}", **more}
    with store.write() as t:
        return t.templates.add(Template(0, TemplateKind.WHATSAPP, name, "fr", body, **fields))


async def worker(desk: Desk, store: SqlStore, vendor: FakeChannel) -> None:
    """The worker does what the screen has asked for."""

    def asked() -> bool:
        with store.read() as t:
            return bool(t.jobs.queued(1))

    await desk.until(asked)
    done: Callable[[], int] = lambda: channels.run_jobs(store, a_desk(), {"desk-sms": vendor}, NOW)  # noqa: E731
    assert await asyncio.to_thread(done) == 1


async def listing(desk: Desk) -> None:
    await desk.press("f7", "f", "f")


async def written(desk: Desk, name: str, body: str, category: int = 1, **more: str) -> None:
    """Fill the form in and keep it."""
    await desk.press("a")
    await desk.type(name)
    await desk.press("enter", "enter", *["right"] * category, "enter")
    desk.app.screen.query_one("#field-body").load_text(body)  # type: ignore[attr-defined]
    for field, text in more.items():
        desk.app.screen.query_one(f"#field-{field}").value = text  # type: ignore[attr-defined]
    await desk.press("ctrl+s")


async def test_a_template_is_written_and_submitted_with_its_time(session: Session, sqlite_store: SqlStore) -> None:
    vendor = Reviewing("desk-sms")
    async with sitting(session, SIZE) as desk:
        await listing(desk)
        await written(desk, "room_ready", "Bonjour ##{{first_name}}, votre chambre est prête.")
        await desk.until(lambda: "Submit “room_ready” for review?" in desk.text)
        await desk.pilot.press("enter")
        await worker(desk, sqlite_store, vendor)
        await desk.until(lambda: "submitted: room_ready" in desk.text)
        await desk.until(lambda: "submitted" in listed(desk, "room_ready"))
        desk.clock.forward(minutes=5)
        await desk.press("f7", "f", "f")
        assert "5 min" in listed(desk, "room_ready")
    assert one(sqlite_store, "room_ready").submitted_at == NOW


async def test_a_category_is_required_and_its_help_is_one_key_away(session: Session, sqlite_store: SqlStore) -> None:
    async with sitting(session, SIZE) as desk:
        await listing(desk)
        await written(desk, "bye", "Au revoir et bon retour.", category=0)
        await desk.until(lambda: "Choose a category" in desk.text)
        await desk.press("ctrl+g")
        assert "utility: about something this guest has asked for or booked." in desk.text
        assert GUIDELINES in desk.text
        await desk.press("c")
        assert desk.app.clipboard == GUIDELINES
        await desk.press("escape", "shift+tab", "right", "ctrl+s")
        await desk.until(lambda: "Submit “bye” for review?" in desk.text)
        await desk.press("escape")
        assert "not submitted" in listed(desk, "bye")
    assert one(sqlite_store, "bye").category == "utility"


async def test_the_guide_is_on_the_list_too(session: Session) -> None:
    async with sitting(session, SIZE) as desk:
        await listing(desk)
        await desk.press("h")
        assert "The category does not fit the text" in desk.text


async def test_a_name_is_small_letters(session: Session) -> None:
    async with sitting(session, SIZE) as desk:
        await listing(desk)
        await written(desk, "Bye", "Au revoir et bon retour.")
        await desk.until(lambda: "small letters, digits and _ only" in desk.text)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Bonjour {{1, à ce soir.", "Line 1, column 9"),
        ("Bonjour {{1}}, à ce soir.", "{{1}} has no variable of ours"),
    ],
)
async def test_a_certain_fault_keeps_it_here(session: Session, sqlite_store: SqlStore, body: str, words: str) -> None:
    async with sitting(session, SIZE) as desk:
        await listing(desk)
        await written(desk, "late", body)
        await desk.until(lambda: "kept here, not submitted:" in desk.text)
        assert words in desk.text
        await desk.press("p")
        await desk.until(lambda: "kept here, not submitted:" in desk.text)
    with sqlite_store.read() as t:
        assert t.jobs.queued(5) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Bonjour, 20 % off ce week-end.", "sounds like promotion"),
        ("Bonjour, votre card number ?", "Meta rejects templates that ask for such data"),
        ("Bonjour {{2}}, à ce soir !", "It says the same as “welcome”"),
    ],
)
async def test_a_warning_is_said_before_it_is_submitted_all_the_same(
    session: Session, sqlite_store: SqlStore, body: str, words: str
) -> None:
    known(sqlite_store, body="Bonjour {{1}}, à ce soir !", approval=Approval.APPROVED, mapping={"1": "first_name"})
    async with sitting(session, SIZE) as desk:
        await listing(desk)
        await written(desk, "offer", body.replace("{{2}}", "##{{first_name}}"))
        await desk.until(lambda: "Submit all the same" in desk.text)
        assert words in desk.text
        await desk.press("enter")
        assert "kept here, not submitted" in desk.text
        await desk.press("p", "down")
        await desk.pilot.press("enter")
        await worker(desk, sqlite_store, Reviewing("desk-sms"))
        await desk.until(lambda: "submitted: offer" in desk.text)


async def test_the_vendors_own_words_are_shown_and_the_draft_stays(session: Session, sqlite_store: SqlStore) -> None:
    vendor = Reviewing("desk-sms")
    vendor.refuses = "(#100) Body is not allowed"
    async with sitting(session, SIZE) as desk:
        await listing(desk)
        await written(desk, "room_ready", "Bonjour, votre chambre est prête.")
        await desk.until(lambda: "Submit “room_ready”" in desk.text)
        await desk.pilot.press("enter")
        await worker(desk, sqlite_store, vendor)
        await desk.until(lambda: "(#100) Body is not allowed" in desk.text)
        assert "not submitted" in listed(desk, "room_ready")


async def test_a_review_that_takes_over_a_day_is_marked_late(session: Session, sqlite_store: SqlStore) -> None:
    known(sqlite_store, approval=Approval.SUBMITTED, submitted_at=NOW - timedelta(hours=25))
    known(sqlite_store, "fresh", approval=Approval.SUBMITTED, submitted_at=NOW - timedelta(hours=23))
    async with sitting(session, SIZE) as desk:
        await listing(desk)
        assert "late" in listed(desk, "welcome")
        assert "late" not in listed(desk, "fresh")


async def test_a_rejected_one_says_why_and_is_edited_and_submitted_again(
    session: Session, sqlite_store: SqlStore
) -> None:
    known(sqlite_store, approval=Approval.REJECTED, approval_reason="INCORRECT_CATEGORY", quality="RED")
    async with sitting(session, SIZE) as desk:
        await listing(desk)
        assert "the provider says: INCORRECT_CATEGORY" in desk.text
        assert "bad: the provider may pause it" in desk.text
        await desk.press("e", "down", "down", "right", "ctrl+s")
        await desk.until(lambda: "Submit “welcome” for review?" in desk.text)
        await desk.pilot.press("enter")
        await worker(desk, sqlite_store, Reviewing("desk-sms"))
        await desk.until(lambda: "submitted: welcome" in desk.text)
    corrected = one(sqlite_store, "welcome")
    assert (corrected.category, corrected.approval, corrected.approval_reason) == (
        "marketing",
        Approval.SUBMITTED,
        "",
    )


async def test_an_approved_one_keeps_its_text_and_a_copy_is_a_draft(session: Session, sqlite_store: SqlStore) -> None:
    known(sqlite_store, body="Bonjour {{1}}, à ce soir.", approval=Approval.APPROVED)
    async with sitting(session, SIZE) as desk:
        await listing(desk)
        await desk.press("e")
        assert "What fills the places of welcome?" in desk.text
        await desk.press("escape", "d", "end")
        await desk.type("_2")
        await desk.press("ctrl+s")
        await desk.until(lambda: "kept here, not submitted:" in desk.text)
        assert "not submitted" in listed(desk, "welcome_2")


async def test_withdrawing_asks_and_takes_it_out_of_the_vendors_list(session: Session, sqlite_store: SqlStore) -> None:
    known(sqlite_store, approval=Approval.APPROVED)
    known(sqlite_store, "draft", vendor_id="")
    vendor = Reviewing("desk-sms")
    async with sitting(session, SIZE) as desk:
        await listing(desk)
        await desk.press("x", "down", "enter")
        await desk.until(lambda: "draft" not in listed(desk, "draft"))
        await desk.press("x")
        assert "Withdraw “welcome” (fr) at the provider?" in desk.text
        await desk.press("enter")
        assert "welcome" in listed(desk, "welcome")
        await desk.press("x", "down")
        await desk.pilot.press("enter")
        await worker(desk, sqlite_store, vendor)
        await desk.until(lambda: "withdrawn: welcome" in desk.text)
    assert vendor.withdrawn == "welcome"


async def test_buttons_are_labelled_lines_of_the_preview_and_nonsense_is_refused(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session, SIZE) as desk:
        await listing(desk)
        await written(desk, "ready", "Bonjour, votre chambre est prête.", buttons="Call us +33700000001")
        await desk.until(lambda: "A button is [Label]" in desk.text)
        buttons = "[Appeler] +33700000001  [Plan] https://hotel.example/plan  [Merci]"
        desk.app.screen.query_one("#field-buttons").value = buttons  # type: ignore[attr-defined]
        desk.app.screen.query_one("#field-footer").value = "Hôtel Lumière"  # type: ignore[attr-defined]
        await desk.press("ctrl+s")
        await desk.until(lambda: "Submit “ready”" in desk.text)
        await desk.press("escape")
        for words in (
            "button “Appeler”: calls +33700000001",
            "button “Plan”: opens",
            "button “Merci”: answers with these words",
        ):
            assert words in desk.text
    assert one(sqlite_store, "ready").body == (
        "Bonjour, votre chambre est prête.\n\n_Hôtel Lumière_\n\n"
        "[Appeler] +33700000001\n[Plan] https://hotel.example/plan\n[Merci]"
    )


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_form_fits_the_smallest_screen(session: Session, sqlite_store: SqlStore, language: str) -> None:
    use(language)
    known(sqlite_store, approval=Approval.REJECTED, approval_reason="SCAM", body="Bonjour.\n\n[Plan] https://h.example")
    async with sitting(session, (80, 24)) as desk:
        await listing(desk)
        assert "welcome" in desk.text
        await desk.press("e")
        for words in ("welcome", "Bonjour.", "https://h.example", "Ctrl+G", "Ctrl+S"):
            assert words in desk.text
        assert max(map(len, desk.text.split("\n"))) <= 80


async def test_who_only_reads_changes_nothing(sqlite_store: SqlStore, tmp_path: Path) -> None:
    from tui_inbox.services.desk import Actor

    known(sqlite_store, vendor_id="", updated_at=at(0))
    async with sitting(a_session(sqlite_store, tmp_path, actor=Actor("g", "Guard", role="read-only")), SIZE) as desk:
        await listing(desk)
        await desk.press("p")
    with sqlite_store.read() as t:
        assert t.jobs.queued(5) == []
