"""The channels and what they set aside, as an operator meets them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import NOW
from tests.tui.beside import furnish, listed
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import SMS, WHATSAPP, a_desk, a_session
from tui_inbox import wording
from tui_inbox.rows import AccountRow
from tui_inbox.services.desk import AccountInfo, Actor, ChannelKind
from tui_inbox.tui.screens.inbox_acts import InboxActs
from tui_inbox.tui.session import Session
from tui_inbox.tui.widgets.bars import BottomBar


@pytest.fixture
def session(sqlite_store: SqlStore, tmp_path: Path) -> Session:
    with sqlite_store.write() as t:
        furnish(t)
    return a_session(sqlite_store, tmp_path)


async def channel(desk: Desk, name: str) -> None:
    await desk.press("f8")
    for _ in range(5):
        if name in desk.line("▌")[:60]:
            return
        await desk.press("down")
    raise AssertionError(desk.text)


async def test_each_account_says_its_state_its_last_poll_its_error_and_what_to_do(session: Session) -> None:
    async with sitting(session) as desk:
        await channel(desk, "desk-mail")
        assert "✓ connected" in listed(desk, "desk-sms")
        assert "! error" in listed(desk, "desk-mail")
        assert "refuses our key or password" in desk.text
        assert "[AUTHENTICATIONFAILED] Invalid" in desk.text
        assert "tui-inbox channel add" in desk.text
        assert "not tried yet" in listed(desk, "insta")


async def test_the_abilities_and_the_usage_of_an_account_are_beside_it(session: Session) -> None:
    async with sitting(session) as desk:
        await channel(desk, "desk-sms")
        assert "free text for 24 h" in desk.text
        assert "answers only" in desk.text
        assert "412 37.10 EUR" in desk.text


async def test_pausing_stops_the_account_and_resuming_goes_on(session: Session, sqlite_store: SqlStore) -> None:
    def state() -> str:
        with sqlite_store.read() as t:
            row = t.accounts.get("desk-sms")
            assert row is not None
            return row.state

    async with sitting(session) as desk:
        await channel(desk, "desk-sms")
        await desk.press("p")
        await desk.until(lambda: state() == "paused" and "paused" in listed(desk, "desk-sms"))
        await desk.press("p")
        await desk.until(lambda: state() == "connected")


@pytest.mark.parametrize(
    ("ok", "result", "words"),
    [
        (True, {"account_name": "Lumière SAS"}, "tested: it works  Lumière SAS"),
        (False, {"code": "auth", "vendor_text": "20003 Authenticate"}, "20003 Authenticate"),
    ],
)
async def test_a_test_is_done_by_the_worker_and_its_answer_shown(
    session: Session, sqlite_store: SqlStore, ok: bool, result: dict[str, str | int], words: str
) -> None:
    async with sitting(session) as desk:
        await channel(desk, "desk-sms")
        await desk.pilot.press("t")

        def asked() -> bool:
            with sqlite_store.write() as t:
                jobs = t.jobs.queued(5)
                for job in jobs:
                    t.jobs.finish(job.id, ok, result, desk.clock.now())
                return bool(jobs)

        await desk.until(asked)
        await desk.until(lambda: words in desk.text)


async def test_what_was_set_aside_is_listed_and_tried_again_on_request(
    session: Session, sqlite_store: SqlStore
) -> None:
    async with sitting(session) as desk:
        await channel(desk, "desk-sms")
        assert "1, s shows them" in desk.text
        await desk.press("s")
        assert "It is not what the provider promises" in desk.text
        assert "2 B" in desk.text
        await desk.press("r")
        with sqlite_store.read() as t:
            assert [job.kind for job in t.jobs.queued(5)] == ["replay"]
        await desk.press("escape")
        assert "desk-mail" in desk.text


async def test_a_hotel_without_channels_is_told_what_to_type(sqlite_store: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(sqlite_store, tmp_path, desk=a_desk(accounts={}))) as desk:
        await desk.press("f8")
        assert "tui-inbox channel add sms" in desk.text


async def test_who_may_only_look_pauses_nothing(session: Session, sqlite_store: SqlStore, tmp_path: Path) -> None:
    looker = a_session(sqlite_store, tmp_path, actor=Actor("marc", "Marc", role="read-only"))
    async with sitting(looker) as desk:
        await channel(desk, "desk-sms")
        await desk.press("p")
        assert "not possible here" in desk.text


async def test_a_channel_that_is_not_connected_says_what_it_takes_and_what_it_cannot(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    with sqlite_store.write() as t:
        furnish(t)
    kinds = (
        ChannelKind("twilio", ("SMS", "WhatsApp"), "sms", ("need_twilio_account",), ("limit_carrier_stop",)),
        ChannelKind("telex", ("Telex",), "telex"),
    )
    async with sitting(a_session(sqlite_store, tmp_path, kinds=lambda: kinds)) as desk:
        await desk.press("f8", "a")
        await desk.until(lambda: "Telex" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: "WHAT IT TAKES" in desk.text)
        assert "tui-inbox channel add sms" in desk.text
        assert "1. A Twilio account, paid by use" in desk.text
        assert "- Who texts STOP gets nothing more" in desk.text


async def test_connecting_again_asks_the_worker_to_test_and_go_on(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        furnish(t)
    async with sitting(a_session(sqlite_store, tmp_path, actor=Actor("ana", "Ana Lopez", "admin"))) as desk:
        await channel(desk, "desk-mail")
        await desk.press("c")
        await desk.until(lambda: _queued(sqlite_store))
        assert _queued(sqlite_store) == [("channel_connect", "desk-mail")]


def _queued(store: SqlStore) -> list[tuple[str, str]]:
    with store.read() as t:
        return [(job.kind, job.account) for job in t.jobs.queued(5)]


async def test_whatsapps_code_is_drawn_and_saved_for_print(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        furnish(t)
    own = {"sms": "+33700000000", "whatsapp": "+33700000001"}
    both = AccountInfo("desk-sms", "twilio", {"sms": SMS, "whatsapp": WHATSAPP}, own, settings={"calls": "True"})
    house = a_desk(accounts={"desk-sms": both})
    async with sitting(a_session(sqlite_store, tmp_path, desk=house, export_dir=tmp_path / "out")) as desk:
        await channel(desk, "desk-sms")
        await desk.press("w")
        await desk.until(lambda: "https://wa.me/33700000001" in desk.text)
        drawn = [line for line in desk.text.split("\n") if "█▀▀▀▀▀█" in line or "█ ███ █" in line]
        assert len(drawn) >= 2, "the corners of a QR code"
        await desk.press("S")
        await desk.until(lambda: "saved:" in desk.text)
    assert (tmp_path / "out" / "whatsapp.svg").read_bytes().startswith(b"<?xml")
    assert (tmp_path / "out" / "whatsapp.png").read_bytes().startswith(b"\x89PNG")


async def test_a_source_of_stays_has_a_row_of_its_own_kind(sqlite_store: SqlStore, tmp_path: Path) -> None:
    with sqlite_store.write() as t:
        furnish(t)
        t.accounts.put(AccountRow("pms", "mews", "error", "forbidden", "Disabled by Ana.", None, None, NOW, 0, {}))
        (new,) = t.inbounds.store("pms", [("R1", "reservation", b"{")], NOW)
        t.inbounds.quarantine(new, "bad_payload", {})
    source = AccountInfo("pms", "mews", {}, label="Mews", limits=("limit_mews_customers",))
    session = a_session(sqlite_store, tmp_path, desk=a_desk(sources={"pms": source}))
    async with sitting(session) as desk:
        await channel(desk, "pms")
        assert "! error" in listed(desk, "pms")
        assert "stays from Mews" in desk.text
        assert "Disabled by Ana." in desk.text
        assert "new telephone number" in desk.text
        assert "set aside" in desk.text
        await desk.press("p")
        await desk.until(lambda: "paused" in listed(desk, "pms"))
        await desk.press("p")
        await desk.until(lambda: "paused" not in listed(desk, "pms"))
        await desk.press("enter")
        await desk.until(lambda: "not what the provider promises" in desk.text)


@pytest.mark.parametrize(("name", "warned"), [("flat", False), ("chat", False), ("desk-sms", True)])
async def test_a_calendar_that_is_asked_seldom_and_a_chat_that_is_never_asked_are_no_silence(
    sqlite_store: SqlStore, tmp_path: Path, name: str, warned: bool
) -> None:
    long_ago = NOW - timedelta(minutes=40)
    with sqlite_store.write() as t:
        t.workers.beat("boot", 1, NOW, NOW)
        t.accounts.put(AccountRow(name, "x", "connected", "", "", long_ago, long_ago, long_ago, 0, {}))
    sources = {"flat": AccountInfo("flat", "ical", {}, label="iCalendar")}
    known = a_desk(sources=sources)
    chat = AccountInfo("chat", "webchat", {}, heard_by=("listen",))
    session = a_session(sqlite_store, tmp_path, desk=known._replace(accounts={**known.accounts, "chat": chat}))
    async with sitting(session) as desk:
        inbox = desk.app.screen
        assert isinstance(inbox, InboxActs)
        await inbox.look_after()
        assert ("nothing fetched for 40 min" in desk.text) is warned


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_key_of_a_channel_stands_in_the_footer_of_a_small_screen(
    sqlite_store: SqlStore, tmp_path: Path, language: str
) -> None:
    own = {"sms": "+33700000000", "whatsapp": "+33700000001"}
    line = AccountInfo("line", "twilio", {"sms": SMS, "whatsapp": WHATSAPP}, own, settings={"calls": "True"})
    with sqlite_store.write() as t:
        t.accounts.put(AccountRow("line", "twilio", "connected", "", "", NOW, NOW, NOW, 0, {}))
    wording.use(language)
    async with sitting(a_session(sqlite_store, tmp_path, desk=a_desk(accounts={"line": line})), (80, 24)) as desk:
        await desk.press("f8")
        footer = desk.text.rstrip("\n").split("\n")[-1]
        offered = {key for key, _label in desk.app.screen.query_one(BottomBar).keys}
        assert {"t", "a", "p", "f", "b", "w", "v", "?"} == offered
        assert all(f" {key} " in footer for key in offered)


async def test_what_was_never_fetched_says_so(sqlite_store: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await channel(desk, "insta")
        assert "Not yet" in listed(desk, "insta")
        assert any("last good poll" in line and "Not yet" in line for line in desk.text.split("\n"))


async def test_the_way_to_all_keys_stays_where_others_find_no_room(sqlite_store: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(sqlite_store, tmp_path), (60, 20)) as desk:
        await desk.inbox.look_after()
        await desk.settle()
        footer = desk.text.rstrip("\n").split("\n")[-1]
        assert "worker not running" in footer
        assert "? help" in footer
