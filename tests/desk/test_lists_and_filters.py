"""What the list shows and hides, and that it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import NOW, a_reservation
from tests.desk.flows import staff
from tests.tui.driving import sitting
from tests.tui.hotel import ANA, a_desk, a_session, converse
from tui_inbox.domain.message import Delivery
from tui_inbox.services import guests, lifecycle
from tui_inbox.services.desk import Actor


@pytest.fixture
def five(sqlite_store: SqlStore) -> SqlStore:
    """Five open conversations: two answered, and of the three unanswered two unread; by all our channels."""
    with sqlite_store.write() as t:
        staff(t)
        converse(t, "Anna Rossi", "sms", "Grazie", -5, phone="+393331112223", by="ana", outcome=Delivery.DELIVERED)
        converse(t, "Ken Sato", "sms", "Merci", -4, phone="+81312345678", by="marc", outcome=Delivery.SENT)
        converse(t, "Lena Vogt", "whatsapp", "Guten Tag", -3, phone="+4915112345678")
        converse(t, "Priya Nair", "email", "Hello", -2, account="desk-mail", unread=1)
        converse(t, "Claire Martin", "whatsapp", "Bonjour", -1, phone="+33612345678", unread=1)
    return sqlite_store


async def test_one_list_holds_every_channel_each_row_with_its_mark(five: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(five, tmp_path)) as desk:
        for mark, name in (("SM", "Anna"), ("SM", "Ken"), ("WA", "Lena"), ("ML", "Priya"), ("WA", "Claire")):
            assert f"{mark} {name}" in desk.text


async def test_unanswered_is_one_key_in_every_tab_and_a_close_without_reply_leaves_it(
    five: SqlStore, tmp_path: Path
) -> None:
    async with sitting(a_session(five, tmp_path)) as desk:
        assert len(desk.inbox.rows.rows) == 5
        await desk.press("A")
        await desk.at_rest()
        assert [row.guest for row in desk.inbox.rows.rows] == ["Claire Martin", "Priya Nair", "Lena Vogt"]
        assert desk.inbox.filters.view.unanswered
        await desk.press("e")
        await desk.at_rest()
        assert [row.guest for row in desk.inbox.rows.rows] == ["Priya Nair", "Lena Vogt"]
        assert "○ 2 unanswered" in desk.text
        await desk.press("5")
        await desk.at_rest()
        assert [row.guest for row in desk.inbox.rows.rows] == ["Priya Nair", "Lena Vogt"]
        await desk.press("A", "3")
        await desk.at_rest()
        assert "closed without reply" in desk.text


async def test_unread_is_one_key_and_reading_takes_only_that_mark(five: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(five, tmp_path)) as desk:
        await desk.press("U")
        await desk.at_rest()
        assert [row.guest for row in desk.inbox.rows.rows] == ["Claire Martin", "Priya Nair"]
        await desk.press("U")
        await desk.at_rest()
        await desk.press("enter", "escape")
        assert "● 1 unread" in desk.text
        assert "○ 3 unanswered" in desk.text
        assert desk.line("WA Claire Martin").startswith("▌○ WA")


async def test_the_unanswered_count_stays_in_sight_whatever_a_filter_hides(five: SqlStore, tmp_path: Path) -> None:
    with five.write() as t:
        (anna,) = t.guests.by_handle("sms", "+393331112223")
        (row,) = t.conversations.all_of_guest(anna.id)
        guests.tag(t, ANA, "conversation", [row.id], "spa", "", NOW)
    async with sitting(a_session(five, tmp_path)) as desk:
        await desk.pilot.press("F")
        await desk.until(lambda: "spa" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: len(desk.inbox.rows.rows) == 1)
        assert desk.inbox.rows.rows[0].guest == "Anna Rossi"
        assert "○ 3 unanswered" in desk.text


async def test_the_other_order_swaps_the_first_row_and_is_remembered_for_its_tab(
    five: SqlStore, tmp_path: Path
) -> None:
    async with sitting(a_session(five, tmp_path)) as desk:
        assert desk.inbox.rows.rows[0].guest == "Claire Martin"
        await desk.press("s")
        await desk.at_rest()
        assert desk.inbox.rows.rows[0].guest == "Anna Rossi"
        assert "↓ oldest" in desk.text
        await desk.press("s")
        await desk.at_rest()
        assert (desk.inbox.rows.rows[0].guest, "↓ waiting" in desk.text) == ("Lena Vogt", True)
        await desk.press("5")
        await desk.at_rest()
        assert "↓ newest" in desk.text
    async with sitting(a_session(five, tmp_path)) as desk:
        assert "↓ waiting" in desk.text
        await desk.press("s")
        await desk.at_rest()
        assert "↓ deadline" in desk.text


async def test_an_empty_list_names_the_property_that_hides_it(five: SqlStore, tmp_path: Path) -> None:
    actor = Actor("ana", "Ana Lopez", property="annex")
    desk_of_two = a_desk(properties={"annex": "Annexe"})
    async with sitting(a_session(five, tmp_path, desk=desk_of_two, actor=actor)) as desk:
        assert desk.inbox.rows.rows == []
        assert "Annexe" in desk.text


@pytest.mark.parametrize(
    ("keys", "words"),
    [(("3",), "closed"), (("2",), "snoozed"), (("U", "A", "2"), "filter"), (("f", "f", "f", "f"), "filter")],
)
async def test_an_empty_list_says_what_empties_it(
    five: SqlStore, tmp_path: Path, keys: tuple[str, ...], words: str
) -> None:
    with five.write() as t:
        (row,) = t.conversations.all_of_guest(t.guests.by_handle("sms", "+393331112223")[0].id)
        if "2" in keys and len(keys) > 1:
            lifecycle.snooze(t, ANA, [row.id], NOW, until_reply=True)
    async with sitting(a_session(five, tmp_path)) as desk:
        await desk.press(*keys)
        await desk.at_rest()
        assert desk.inbox.rows.rows == []
        assert words in " ".join(desk.inbox.rows.empty).lower()
        if words == "filter":
            assert "c clears the filters." in desk.text
            await desk.press("c")
            await desk.at_rest()
            assert desk.inbox.rows.rows


async def test_120_columns_show_three_panes_and_80_the_card_over_the_thread(five: SqlStore, tmp_path: Path) -> None:
    with five.write() as t:
        guest = t.guests.by_handle("whatsapp", "+33612345678")[0]
        a_reservation(t, guest, -1, 2, room="204")
    async with sitting(a_session(five, tmp_path), (120, 30)) as desk:
        assert {"Lena Vogt", "Bonjour"} <= {word for word in ("Lena Vogt", "Bonjour") if word in desk.text}
        assert "STAY" in desk.text
    async with sitting(a_session(five, tmp_path), (80, 24)) as desk:
        assert "STAY" not in desk.text
        await desk.press("p")
        assert "STAY" in desk.text
        await desk.press("escape")
        assert "STAY" not in desk.text
