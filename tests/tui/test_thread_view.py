"""The thread: ticks, read line, older pages, what comes below, dividers."""

from __future__ import annotations

from pathlib import Path

from storage.store import SqlStore
from tests.builders import a_reply, a_reservation, an_inbound, at
from tests.tui.driving import sitting
from tests.tui.hotel import a_session, converse, sketch
from tui_inbox.domain.message import Delivery, Origin
from tui_inbox.domain.reservation import ReservationStatus


async def test_only_the_last_read_message_says_when(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "whatsapp", "Merci", 0, phone="+33600000009")
        a_reply(t, made, "un", minutes=-30, state=Delivery.READ, read_at=at(-29))
        a_reply(t, made, "deux", minutes=-10, state=Delivery.READ, read_at=at(-9))
        a_reply(t, made, "trois", minutes=-5, state=Delivery.DELIVERED)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        assert "read 09:51" in desk.text
        assert "read 09:31" not in desk.text
        assert desk.line("un ").rstrip().endswith("✔✔") or "un ✔✔" in desk.text
        assert "deux ✔✔" in desk.text
        assert "trois ✓✓" in desk.text


async def test_each_delivery_state_has_a_sign_of_its_own(sqlite_store: SqlStore, tmp_path: Path) -> None:
    signs = {
        Delivery.QUEUED: "…",
        Delivery.SENT: "✓",
        Delivery.DELIVERED: "✓✓",
        Delivery.READ: "✔✔",
        Delivery.FAILED: "!",
        Delivery.UNKNOWN: "?",
    }
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "whatsapp", "Merci", 0, phone="+33600000009")
        for number, state in enumerate(signs):
            a_reply(t, made, f"mot{number}", minutes=-60 + number, state=state, read_at=at(0))
    async with sitting(a_session(sqlite_store, tmp_path, theme="dark")) as desk:
        for number, sign in enumerate(signs.values()):
            assert f"mot{number} {sign}" in desk.text


async def test_a_scheduled_message_says_so_with_its_template(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        sketch(t)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        assert "Front desk · scheduled · arrivee 18:00" in desk.text


async def test_older_pages_come_as_one_scrolls_up_and_the_place_is_kept(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "sms", "dernier", 0, phone="+33600000009")
        for number in range(140):
            an_inbound(t, made, f"message {number}", minutes=-1000 + number)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        assert len(desk.inbox.thread.messages) == 50
        await desk.press("enter")
        for _ in range(12):
            await desk.press("pageup")
        await desk.until(lambda: len(desk.inbox.thread.messages) > 100)
        shown = desk.text
        await desk.settle()
        assert desk.text == shown or "message" in desk.text
        await desk.press("end")
        assert "dernier" in desk.text


async def test_what_arrives_while_one_reads_above_is_announced(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "sms", "dernier", 0, phone="+33600000009")
        for number in range(60):
            an_inbound(t, made, f"message {number}", minutes=-600 + number * 9)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await desk.press("enter", "pageup")
        top = desk.text.split("\n")[6]
        with sqlite_store.write() as t:
            an_inbound(t, made, "encore", minutes=1)
            t.changed("conversation", made.id)
        await desk.until(lambda: "1 new below" in desk.text)
        assert desk.text.split("\n")[6] == top
        await desk.press("end")
        assert "encore" in desk.text
        assert "new below" not in desk.text


async def test_a_stay_that_begins_in_the_thread_is_a_divider(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "sms", "nous sommes là", 0, phone="+33600000009")
        an_inbound(t, made, "nous arrivons lundi", minutes=-3 * 24 * 60)
        guest = t.guests.load(made.guest_id)
        a_reservation(t, guest, 0, 2, room="305", ota="Airbnb")
        a_reservation(t, guest, -9, -8, room="101", status=ReservationStatus.CONFIRMED)
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        assert "stay 23 Nov → 25 Nov · 305 · Airbnb" in desk.text
        assert "101 ·" not in desk.text


async def test_sides_are_left_on_a_narrow_thread(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "sms", "question", 0, phone="+33600000009")
        a_reply(t, made, "réponse", minutes=1, state=Delivery.SENT, origin=Origin.MANUAL)
    async with sitting(a_session(sqlite_store, tmp_path), (76, 24)) as desk:
        await desk.press("enter")
        assert desk.line("réponse").index("réponse") > 10
    async with sitting(a_session(sqlite_store, tmp_path), (44, 24)) as desk:
        await desk.press("enter")
        assert desk.line("réponse").index("réponse") < 6
