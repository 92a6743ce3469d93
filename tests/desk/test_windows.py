"""The WhatsApp window as an operator meets it: counted down, closed, and what is offered then."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from rich.style import Style

from storage.store import SqlStore
from tests.builders import NOW, a_reply, an_inbound, at
from tests.desk.flows import PHONE, an_approved, outbox, staff, switch_to
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import a_desk, a_session, converse
from tui_inbox.domain.conversation import DeadlineKind
from tui_inbox.domain.guest import Handle, Line
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import accounts, lifecycle
from tui_inbox.services.desk import Actor

DAY = timedelta(days=1)


@pytest.fixture
def claire(sqlite_store: SqlStore) -> SqlStore:
    """Claire wrote on WhatsApp at NOW; two templates are approved."""
    with sqlite_store.write() as t:
        staff(t)
        converse(t, "Claire Martin", "whatsapp", "Le parking est ouvert ?", 0, phone=PHONE, unread=1,
                 deadline_at=at(24 * 60), deadline_kind=DeadlineKind.WINDOW)  # fmt: skip
        an_approved(t)
        an_approved(t, "spring_offer", "20 % sur le spa", category="marketing", mapping={})
    return sqlite_store


def templates_only(desk: Desk) -> bool:
    return desk.inbox.composer.box.read_only


async def again(desk: Desk) -> None:
    await desk.press("f5")
    await desk.at_rest()


async def test_open_it_can_be_typed_with_the_time_left_closed_it_is_locked_and_one_key_offers_templates(
    claire: SqlStore, tmp_path: Path
) -> None:
    async with sitting(a_session(claire, tmp_path)) as desk:
        desk.clock.forward(hours=1)
        await again(desk)
        await desk.press("r")
        assert "window 23 h" in desk.text
        await desk.type("Oui")
        assert desk.inbox.composer.text == "Oui"
        await desk.press(*["backspace"] * 3)
        desk.clock.forward(hours=23)
        await again(desk)
        await desk.press("r")
        assert templates_only(desk)
        assert "window closed" in desk.text
        await desk.press("T")
        await desk.until(lambda: "late_arrival" in desk.text)


async def test_a_locked_composer_names_the_key_that_helps_on_a_small_screen_too(
    claire: SqlStore, tmp_path: Path
) -> None:
    async with sitting(a_session(claire, tmp_path), (80, 24)) as desk:
        desk.clock.forward(hours=25)
        await again(desk)
        await desk.press("r")
        assert "The time for free text is over" in desk.text
        assert "Ctrl+T: answer with a template" in desk.text
        assert "Enter send" not in desk.text


async def test_the_last_hours_are_said_in_words_and_in_another_style_each_time(
    claire: SqlStore, tmp_path: Path
) -> None:
    with claire.write() as t:
        converse(t, "Jonas Weber", "sms", "Hallo", 1, phone="+4915123456789")  # the cursor is on this row
    async with sitting(a_session(claire, tmp_path)) as desk:
        await desk.press("down")
        await desk.at_rest()
        styles = []
        for hours, words in ((19.0, "5 h"), (21.0, "3 h"), (23.5, "30 min")):
            desk.clock.moment = NOW + timedelta(hours=hours)
            await again(desk)
            assert words in desk.line("WA Claire Martin").split("│")[0]
            assert f"window {words}" in desk.text
            await desk.press("up")
            styles.append(drawn(desk, words))
            await desk.press("down")
            await desk.at_rest()
        assert len({str(style) for style in styles}) == 3
        assert styles[2].bold
        assert not styles[0].bold


def drawn(desk: Desk, words: str) -> Style:
    """How these words of the first row are drawn."""
    rows = desk.inbox.rows
    for strip in rows.paint(rows.content_size.width, rows.content_size.height):
        for segment in strip:
            if words in segment.text and segment.style is not None:
                return segment.style
    raise AssertionError(words)


async def test_a_send_after_the_end_is_refused_the_draft_kept_and_the_picker_opens(
    claire: SqlStore, tmp_path: Path
) -> None:
    async with sitting(a_session(claire, tmp_path)) as desk:
        await desk.press("r")
        await desk.type("Oui, bien sûr")
        desk.clock.forward(hours=24)
        await desk.pilot.press("enter")
        await desk.until(lambda: "late_arrival" in desk.text)
        assert outbox(claire) == []
        assert desk.inbox.composer.text == "Oui, bien sûr"
        await desk.press("enter")
        await desk.until(lambda: desk.inbox.answering.template is not None)
        await desk.press("enter")
        (row,) = outbox(claire)
        assert row.template_id == "HX-late_arrival"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_window_that_ends_while_one_types_closes_the_composer_in_sight_and_keeps_the_text(
    claire: SqlStore, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with sitting(a_session(claire, tmp_path), size) as desk:
        await desk.press("r")
        await desk.type("Oui, bien sûr")
        assert "Enter send" in desk.text
        desk.clock.forward(hours=24)
        desk.inbox.tick()
        await desk.until(lambda: "window closed" in desk.text)
        assert "The time for free text is over" in desk.text
        assert "Ctrl+T: answer with a template" in desk.text
        assert "Enter send" not in desk.text
        assert "Oui, bien sûr" in desk.text
        assert desk.inbox.composer.has_class("-closed")
        await desk.press("ctrl+t")
        await desk.until(lambda: "late_arrival" in desk.text)
        await desk.press("escape")
        assert desk.inbox.composer.text == "Oui, bien sûr"


async def test_free_text_planned_beyond_the_window_is_refused_when_it_is_planned(
    claire: SqlStore, tmp_path: Path
) -> None:
    async with sitting(a_session(claire, tmp_path)) as desk:
        desk.clock.moment = NOW + timedelta(hours=12)
        await again(desk)
        await desk.press("r")
        await desk.type("Bonne nuit")
        await desk.pilot.press("ctrl+l")
        await desk.until(lambda: "Send when?" in desk.text)
        await desk.type("24/11 11:00")
        await desk.press("enter")
        await desk.until(lambda: desk.inbox.answering.send_at is not None)
        await desk.press("enter")
        assert outbox(claire) == []
        assert "ends before that" in desk.text
        assert desk.inbox.composer.text == "Bonne nuit"


async def test_reopening_does_not_open_the_window(claire: SqlStore, tmp_path: Path) -> None:
    with claire.write() as t:
        (conversation,) = t.conversations.all_of_guest(t.guests.by_handle("whatsapp", PHONE)[0].id)
        lifecycle.close(t, Actor("ana", "Ana"), [conversation.id], NOW)
    async with sitting(a_session(claire, tmp_path)) as desk:
        desk.clock.forward(hours=48)
        await desk.press("3")
        await desk.at_rest()
        await desk.press("o", "1")
        await desk.at_rest()
        await desk.press("r")
        assert templates_only(desk)
        assert "time for free text is over" in desk.text


@pytest.mark.parametrize(("hours", "closed"), [(24.0, False), (28.9, False), (29.0, True)])
async def test_a_second_message_renews_the_window(claire: SqlStore, tmp_path: Path, hours: float, closed: bool) -> None:
    with claire.write() as t:
        _writes_again(t, 5 * 60)
    async with sitting(a_session(claire, tmp_path)) as desk:
        desk.clock.moment = NOW + timedelta(hours=hours)
        await again(desk)
        await desk.press("r")
        assert templates_only(desk) is closed


async def test_a_fresh_sms_does_not_open_the_whatsapp_window_of_the_same_conversation(
    claire: SqlStore, tmp_path: Path
) -> None:
    with claire.write() as t:
        (conversation,) = t.conversations.all_of_guest(t.guests.by_handle("whatsapp", PHONE)[0].id)
        an_inbound(t, conversation, "Par SMS", minutes=25 * 60 - 1, channel="sms")
        t.lines.put(Line("desk-sms", "sms", PHONE, last_in_at=at(25 * 60 - 1)))
    async with sitting(a_session(claire, tmp_path)) as desk:
        desk.clock.moment = NOW + timedelta(hours=25)
        await again(desk)
        await desk.press("r")
        await switch_to(desk, "whatsapp")
        assert templates_only(desk)
        await switch_to(desk, "sms")
        assert not templates_only(desk)


async def test_the_picker_is_narrowed_by_category(claire: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(claire, tmp_path)) as desk:
        desk.clock.forward(hours=24)
        await again(desk)
        await desk.pilot.press("T")
        await desk.until(lambda: "late_arrival" in desk.text and "spring_offer" in desk.text)
        assert "utility" in desk.text
        await desk.type("marketing")
        await desk.until(lambda: "late_arrival" not in desk.text)
        assert "spring_offer" in desk.text


async def test_the_picker_lists_what_the_vendor_approved_and_explains_an_account_that_is_not_connected(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    with sqlite_store.write() as t:
        staff(t)
        converse(t, "Claire Martin", "whatsapp", "Bonjour", -25 * 60, phone=PHONE)
    async with sitting(a_session(sqlite_store, tmp_path), (160, 40)) as desk:
        await desk.press("r", "T")
        assert "desk-sms is not connected, so it has no approved templates" in desk.text
        with sqlite_store.write() as t:
            accounts.connected(t, a_desk(), "desk-sms", NOW)
            an_approved(t)
            t.templates.add(Template(0, TemplateKind.WHATSAPP, "waiting", "fr", "x", account="desk-sms"))
        await desk.pilot.press("T")
        await desk.until(lambda: "late_arrival" in desk.text)
        assert "waiting" not in desk.text


async def test_a_view_only_mailbox_says_so_and_offers_another_channel(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        staff(t)
        row = converse(t, "Claire Martin", "email", "Bonjour", 0, account="desk-mail")
        t.guests.add_handle(Handle(0, row.guest_id, "sms", PHONE, created_at=NOW))
    base = a_desk()
    mail = base.accounts["desk-mail"]._replace(mode="view-only")
    session = a_session(sqlite_store, tmp_path, desk=base._replace(accounts={**base.accounts, "desk-mail": mail}))
    async with sitting(session) as desk:
        await desk.press("r")
        assert "This account only receives; choose another" in desk.text
        assert "Ctrl+N: another channel" in desk.text
        await desk.type("Bonjour")
        assert desk.inbox.composer.text == ""
        await switch_to(desk, "sms")
        await desk.type("Bonjour")
        await desk.press("enter")
        assert [row.channel for row in outbox(sqlite_store)] == ["sms"]


def _writes_again(t: Transaction, minutes: float) -> None:
    (conversation,) = t.conversations.all_of_guest(t.guests.by_handle("whatsapp", PHONE)[0].id)
    a_reply(t, conversation, "Oui", minutes=minutes - 1)
    an_inbound(t, conversation, "Et le petit-déjeuner ?", minutes=minutes)
    line = t.lines.get("desk-sms", "whatsapp", PHONE)
    assert line is not None
    t.lines.put(line._replace(last_in_at=at(minutes)))


async def test_templates_in_the_guest_s_language_stand_first_with_their_kind_in_words(
    claire: SqlStore, tmp_path: Path
) -> None:
    with claire.write() as t:
        an_approved(t, "late_arrival", "Hello {{1}}, see you tonight.", language="en_GB", vendor_id="HX-late-en")
        (found,) = t.guests.by_handle("whatsapp", PHONE)
        t.guests.put(found._replace(language="en"))
    async with sitting(a_session(claire, tmp_path)) as desk:
        desk.clock.forward(hours=25)
        await again(desk)
        await desk.press("r")
        await desk.press("T")
        await desk.until(lambda: "utility en_GB" in desk.text)
        assert desk.text.index("utility en_GB") < desk.text.index("utility fr")
