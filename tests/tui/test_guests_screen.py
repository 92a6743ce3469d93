"""The directory, the card of a guest, forms and the import, as an operator meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import NOW
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import a_session, sketch
from tui_inbox import wording
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code
from tui_inbox.domain.guest import Guest
from tui_inbox.services.desk import Actor
from tui_inbox.services.guests import make_request
from tui_inbox.services.undo import Undone
from tui_inbox.tui.dialogs.form import Field, Form, Values
from tui_inbox.tui.screens.inbox_acts import undone_words
from tui_inbox.tui.session import Session
from tui_inbox.tui.widgets.table import RowPane

CSV = """N° de réservation;Nom du client;Téléphone;Arrivée;Départ;Chambre
R-1;Nora Blanc;06 98 76 54 32;25/11/2026;27/11/2026;301
R-2;Paul Roux;pas un numéro;26/11/2026;28/11/2026;302
R-3;Zoé Petit;;31/02/2026;28/11/2026;303
"""


@pytest.fixture
def session(sqlite_store: SqlStore, tmp_path: Path) -> Session:
    with sqlite_store.write() as t:
        claire = sketch(t)
        make_request(t, Actor("ana", "Ana"), claire.id, "spa", "massage", None, NOW)
    return a_session(sqlite_store, tmp_path, export_dir=tmp_path)


def named(store: SqlStore, name: str) -> Guest:
    with store.read() as t:
        found = t.guests.directory(name, NOW.date(), None, 5)
        guest = t.guests.get(found[0].id)
    assert guest is not None
    return guest


async def card_of(desk: Desk, name: str) -> None:
    await desk.press("f6")
    await desk.type(name)
    await desk.until(lambda: name.title() in desk.line("▌") or name in desk.line("▌") or _first(desk, name))
    await desk.press("enter")
    await desk.until(lambda: "CONVERSATIONS" in desk.text)


def _first(desk: Desk, name: str) -> bool:
    rows = desk.app.screen.query_one(RowPane).rows
    return len(rows) == 1 and name.lower() in rows[0].name.lower()


async def section(desk: Desk, words: str) -> None:
    """Put the cursor on the row of the list with these words."""
    await desk.press("home")
    for _ in range(30):
        here = desk.line("▌")[:76]
        if words in here:
            return
        await desk.press("down")
    raise AssertionError(f"{words} is not in the list:\n{desk.text}")


async def test_typing_finds_guests_by_name_phone_mail_and_room(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("f6")
        assert "Élodie Garnier" in desk.text
        for typed in ("jonas", "611111111", "claire@exemple", "204"):
            await desk.type(typed)
            wanted = {"jonas": "jonas", "611111111": "luc"}.get(typed, "claire")
            await desk.until(lambda wanted=wanted: _first(desk, wanted))  # type: ignore[misc]
            assert "Élodie Garnier" not in desk.text
            await desk.press("escape")
            await desk.until(lambda: "Élodie Garnier" in desk.text)


async def test_the_footer_names_letters_only_where_they_are_commands(session: Session) -> None:
    async with sitting(session, (80, 24)) as desk:
        await desk.press("f6")
        foot = desk.text.split("\n")[-1]
        assert "↓ guests" in foot
        assert "i import" not in foot
        await desk.press("down")
        await desk.until(lambda: "i import" in desk.text.split("\n")[-1])
        await desk.press("slash")
        await desk.until(lambda: "i import" not in desk.text.split("\n")[-1])


async def test_the_import_names_its_columns_and_counts_in_full_in_french(session: Session, tmp_path: Path) -> None:
    (tmp_path / "stays.csv").write_text(CSV, encoding="cp1252")
    wording.use("fr")
    async with sitting(session, (80, 24)) as desk:
        await desk.press("f6", "down", "i")
        await desk.type("stays.csv")
        await desk.press("enter")
        await desk.until(lambda: "nouveaux séjours" in desk.text)
        assert "nouveaux clients" in desk.text
        assert "numéro de réservation" in desk.text


async def test_a_search_that_finds_nobody_says_so(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("f6")
        await desk.type("zzz")
        await desk.until(lambda: "Nobody fits" in desk.text)


async def test_the_card_shows_conversations_stays_requests_and_consents(session: Session) -> None:
    async with sitting(session) as desk:
        await card_of(desk, "claire")
        for words in ("CONVERSATIONS", "STAYS", "REQUESTS", "CONSENTS", "massage", "22 → 25 Nov", "Allergie"):
            assert words in desk.text


async def test_a_stay_of_which_only_the_dates_are_known_is_marked_on_card_and_list(
    session: Session, sqlite_store: SqlStore
) -> None:
    claire = named(sqlite_store, "claire")
    with sqlite_store.write() as t:
        for stay in t.reservations.of_guest(claire.id):
            t.reservations.put(stay._replace(low_confidence=True))
    async with sitting(session) as desk:
        await card_of(desk, "claire")
        await section(desk, "22 → 25 Nov")
        assert "not sure" in desk.line("22 → 25 Nov")


async def test_a_consent_is_switched_off_at_once_and_on_only_with_a_source(
    session: Session, sqlite_store: SqlStore
) -> None:
    claire = named(sqlite_store, "claire")
    async with sitting(session) as desk:
        await card_of(desk, "claire")
        await section(desk, "marketing   SMS")
        await desk.press("enter")
        with sqlite_store.read() as t:
            assert [(row.allowed, row.by) for row in t.consents.of_guest(claire.id)] == [(False, "ana")]
        await desk.press("enter", "enter")
        assert "How did the guest allow it again?" in desk.text
        await desk.type("at the desk")
        await desk.press("enter")
        await desk.until(lambda: "at the desk" in desk.text and "How did" not in desk.text)
        with sqlite_store.read() as t:
            assert [(row.allowed, row.source) for row in t.consents.of_guest(claire.id)] == [(True, "at the desk")]


async def test_a_request_is_settled_and_undo_takes_it_back(session: Session, sqlite_store: SqlStore) -> None:
    claire = named(sqlite_store, "claire")

    def status() -> str:
        with sqlite_store.read() as t:
            return t.requests.of_guest(claire.id)[0].status

    async with sitting(session) as desk:
        await card_of(desk, "claire")
        await section(desk, "massage")
        await desk.press("enter")
        assert status() == "done"
        await desk.press("u")
        await desk.until(lambda: status() == "open")


async def test_a_guest_typed_by_hand_is_refused_with_the_reason_and_nothing_typed_is_lost(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        await desk.press("f6", "down", "a")
        await desk.type("Nora Blanc")
        await desk.press("enter")
        await desk.type("12")
        await desk.press("ctrl+s")
        await desk.until(lambda: "is no phone number" in desk.text)
        assert "Nora Blanc" in desk.text
        await desk.press("backspace", "backspace")
        await desk.type("06 98 76 54 32")
        await desk.press("ctrl+s")
        await desk.until(lambda: "CONVERSATIONS  –" in desk.text)
        assert named(sqlite_store, "nora").phone == "+33698765432"


async def test_escape_drops_a_form_only_at_the_second_time(session: Session) -> None:
    async with sitting(session) as desk:
        await desk.press("f6", "down", "a")
        await desk.type("Nora")
        await desk.press("escape")
        assert "Esc again drops" in desk.text
        await desk.press("escape")
        assert "Esc again drops" not in desk.text
        assert "New guest" not in desk.text


async def test_a_stay_is_added_by_hand_with_short_dates(session: Session, sqlite_store: SqlStore) -> None:
    jonas = named(sqlite_store, "jonas")
    async with sitting(session) as desk:
        await card_of(desk, "jonas")
        await desk.press("s")
        await desk.press(*["backspace"] * 10)
        await desk.type("28/11")
        await desk.press("enter")
        await desk.type("27/11")
        await desk.press("enter")
        await desk.type("118")
        await desk.press("ctrl+s")
        await desk.until(lambda: "departure must be after" in desk.text)
        await desk.press("up", *["backspace"] * 5)
        await desk.type("30/11")
        await desk.press("ctrl+s")
        await desk.until(lambda: "28 → 30 Nov" in desk.text)
        with sqlite_store.read() as t:
            assert "118" in [stay.room for stay in t.reservations.of_guest(jonas.id)]


async def test_a_new_message_opens_the_composer_for_that_guest(session: Session, sqlite_store: SqlStore) -> None:
    luc = named(sqlite_store, "luc")
    async with sitting(session) as desk:
        await card_of(desk, "luc")
        await desk.press("m")
        await desk.until(lambda: desk.app.focused is desk.inbox.composer.box)
        assert desk.inbox.answering.row is not None
        assert desk.inbox.answering.row.guest_id == luc.id


async def test_an_import_is_previewed_line_by_line_and_stored_only_after_a_yes(
    session: Session, sqlite_store: SqlStore, tmp_path: Path
) -> None:
    (tmp_path / "stays.csv").write_text(CSV, encoding="cp1252")
    async with sitting(session) as desk:
        await desk.press("f6", "down", "i")
        await desk.type("stays.csv")
        await desk.press("enter")
        await desk.until(lambda: "IMPORT STAYS" in desk.text.upper() and "new stays" in desk.text)
        assert "3 lines" in desk.text
        assert "is no phone number" in desk.text
        assert "is no date" in desk.text
        assert "2" in desk.line("new stays")
        await desk.press("ctrl+s", "enter")
        with sqlite_store.read() as t:
            assert not t.guests.directory("nora", NOW.date(), None, 5)
        await desk.press("ctrl+s", "down", "enter")
        await desk.until(lambda: "2 new" in desk.text)
        assert named(sqlite_store, "nora").phone == "+33698765432"


async def test_who_may_only_look_opens_no_form(sqlite_store: SqlStore, tmp_path: Path) -> None:
    session = a_session(sqlite_store, tmp_path, actor=Actor("marc", "Marc", role="read-only"))
    async with sitting(session) as desk:
        await desk.press("f6", "down", "a")
        assert "not possible here" in desk.text


async def test_a_long_hint_of_a_form_is_read_whole_with_the_keys_under_it(session: Session) -> None:
    hint = "Tried in this order: sms, whatsapp, email, booking-mail, airbnb-mail, messenger, instagram, booking, last"
    async with sitting(session, (80, 24)) as desk:
        fields = [Field(f"line{n}", f"line {n}", hint=hint) for n in range(14)]

        async def save(_values: Values) -> None:
            raise Refused("class_reason")

        desk.app.push_screen(Form(desk.app.ink, "A long form", fields, save))
        await desk.until(lambda: "instagram, booking, last" in " ".join(desk.text.split()))
        await desk.until(lambda: "Ctrl+S save" in desk.text)


@pytest.mark.parametrize(("count", "words"), [(0, "not undone: it was changed again since"), (1, "undone: ")])
def test_what_could_not_be_taken_back_is_not_called_undone(count: int, words: str) -> None:
    said = undone_words(Undone(Code.SNOOZED, count, 1 - count))
    assert said.startswith(words)
    assert "0" not in said
