"""The month's SMS at the desk: seen, told once, asked about, raised by an admin, released after a second look."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import a_guest
from tests.desk.house import House
from tests.tui.driving import Desk as Sitting
from tests.tui.hotel import ANA, a_desk
from tui_inbox.domain.guest import Handle
from tui_inbox.domain.lifecycle import new_quiet
from tui_inbox.domain.message import Origin
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import UsageRow
from tui_inbox.services import posting, sms_used

ADMIN = ANA._replace(role="admin")


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path, a_desk(sms_segments={"desk-sms": 1}, owner="owner@hotel.example"))


def reminder(house: House, name: str, phone: str, mail: str = "", hours: int = 20) -> Outgoing:
    """What a rule planned for this guest, due now and good for some hours."""

    def make(t: Transaction) -> Outgoing:
        guest = a_guest(t, name, phone=phone, channel="sms", language="en")
        if mail:
            t.guests.add_handle(Handle(0, guest.id, "email", mail, created_at=house.now))
        conversation = t.conversations.add(new_quiet(guest.id, house.now))
        letter = posting.Letter(
            "desk-sms", "sms", phone, "See you tomorrow.", origin=Origin.SCHEDULED, scheduled=True, template="eve",
            not_before=house.now, expires_at=house.now + timedelta(hours=hours), dedupe_key=f"rule-{name}",
        )  # fmt: skip
        row = posting.enqueue(
            t, conversation, letter, posting.write(t, house.desk, conversation, letter, house.now), house.now
        )
        assert row is not None
        return row

    return house.do(make)


def state(house: House, row: Outgoing) -> tuple[OutboxState, str, str]:
    found = house.ask(lambda t: t.outbox.get(row.id))
    assert found is not None
    return found.state, found.channel, found.reason


async def on_channels(desk: Sitting) -> None:
    await desk.press("f8")
    for _ in range(6):
        if "desk-sms" in desk.line("▌")[:60]:
            return
        await desk.press("down")
    raise AssertionError(desk.text)


async def test_e8_at_100_per_cent_one_reminder_goes_by_mail_one_is_held_and_is_released_by_raising(
    house: House,
) -> None:
    first = reminder(house, "Anna", "+33611110001")
    by_mail = reminder(house, "Bruno", "+33611110002", "bruno@example.org")
    held = reminder(house, "Chloe", "+33611110003")
    late = reminder(house, "Dario", "+33611110004", hours=2)
    house.deliver()
    house.deliver()
    assert house.sent() == ["See you tomorrow."]
    assert [state(house, row) for row in (first, by_mail, held)] == [
        (OutboxState.ACCEPTED, "sms", ""),
        (OutboxState.ACCEPTED, "email", ""),
        (OutboxState.HELD, "sms", sms_used.USED_UP),
    ]
    mails = {outgoing.address: outgoing for _id, outgoing in house.channels["desk-mail"].sent}
    assert mails.keys() == {"bruno@example.org", "owner@hotel.example"}
    house.clock.forward(hours=3)
    async with house.screen(actor=ADMIN) as desk:
        await desk.press("5")
        await desk.until(lambda: "SMS are used up (1 of 1)" in desk.text)
        await desk.press("f3")
        await desk.until(lambda: "Chloe" in desk.text)
        await desk.press("escape")
        await on_channels(desk)
        await desk.until(lambda: "1  100 %" in desk.text)
        assert "2 SMS wait for it" in desk.text
        await desk.pilot.press("b")
        await desk.until(lambda: "SMS parts that desk-sms may send this month" in desk.text)
        await desk.pilot.press("backspace", *"50", "enter")
        await desk.until(lambda: "2 SMS wait for the budget. Release them?" in desk.text)
        await desk.pilot.press("down", "enter")
        await desk.until(lambda: "1 released" in desk.text)
        assert "1 came too late" in desk.text
        await desk.until(lambda: "set for this month" in desk.text)
    house.deliver()
    assert state(house, held) == (OutboxState.ACCEPTED, "sms", "")
    assert state(house, late)[0] is OutboxState.EXPIRED


async def test_the_thread_marks_the_mail_that_was_an_sms(house: House) -> None:
    reminder(house, "Anna", "+33611110001")
    row = reminder(house, "Bruno", "+33611110002", "bruno@example.org")
    house.deliver()
    thread = house.thread(house.ask(lambda t: t.conversations.get(row.conversation_id)))
    assert [message.switched for message in thread.messages] == [sms_used.USED_UP]
    async with house.screen() as desk:
        await desk.press("5")
        await desk.inbox.go_to(row.conversation_id)
        await desk.until(lambda: "SMS budget used up: sent by e-mail" in desk.text)
        assert desk.line("SMS budget used up ✓"), desk.text


async def test_the_bar_says_it_once_per_session_at_80_and_at_100_per_cent(house: House) -> None:
    house.desk = house.desk._replace(sms_segments={"desk-sms": 5})
    for n in range(4):
        reminder(house, f"Guest {n}", f"+3361111000{n}")
    house.deliver()
    async with house.screen() as desk:
        await desk.inbox.look_at_budget()
        await desk.until(lambda: "80 % of the month's SMS used (4 of 5)" in desk.text)
        desk.inbox.say("")
        await desk.inbox.look_at_budget()
        await desk.settle()
        assert "80 %" not in desk.text
        reminder(house, "Guest 5", "+33611110009")
        house.deliver()
        await desk.inbox.look_at_budget()
        await desk.until(lambda: "SMS are used up (5 of 5)" in desk.text)
        desk.inbox.say("")
        await desk.inbox.look_at_budget()
        assert "used up" not in desk.text


async def test_a_person_s_own_sms_is_asked_about_and_never_lost(house: House) -> None:
    reminder(house, "Anna", "+33611110001")
    house.deliver()
    house.writes("Bonjour ?")
    async with house.screen((160, 40)) as desk:
        await desk.press("r")
        await desk.type("Oui, bien sûr.")
        await desk.until(lambda: "The month's SMS" in desk.text)
        await desk.pilot.press("ctrl+s")
        await desk.until(lambda: "Send it all the same" in desk.text)
        await desk.pilot.press("enter")
        await desk.until(lambda: "Send it all the same" not in desk.text)
        assert "Oui, bien sûr." in desk.inbox.composer.text
        await desk.pilot.press("ctrl+s")
        await desk.until(lambda: "Send it all the same" in desk.text)
        await desk.pilot.press("down", "enter")
        await desk.until(lambda: not desk.inbox.composer.text)
    house.deliver()
    assert house.sent() == ["See you tomorrow.", "Oui, bien sûr."]


async def test_used_budget_forecast_and_the_provider_s_count_stand_side_by_side(house: House) -> None:
    house.desk = house.desk._replace(sms_segments={"desk-sms": 10})
    reminder(house, "Anna", "+33611110001")
    house.deliver()

    def metered(t: Transaction) -> None:
        for category, count, parts in (("sms-outbound", 1, 3), ("sms-inbound", 7, 7), ("calls-inbound", 2, 0)):
            t.accounts.put_usage(UsageRow("desk-sms", "2026-11", category, count, parts, "0.50", "EUR", house.now))

    house.do(metered)
    async with house.screen() as desk:
        await on_channels(desk)
        await desk.until(lambda: "SMS THIS MONTH, IN PARTS" in desk.text)
        assert "1  10 %" in desk.line("used")
        assert "10" in desk.line("budget")
        assert "~ 1" in desk.line("by month's end")
        assert "3  +2 apart" in desk.line("provider counts")
        assert "7  0.50 EUR" in desk.line("sms-inbound")
        assert "2  0.50 EUR" in desk.line("calls-inbound")


async def test_only_an_administrator_changes_the_budget(house: House) -> None:
    async with house.screen() as desk:
        await on_channels(desk)
        await desk.press("b")
        await desk.until(lambda: "Only an administrator may do this" in desk.text)


async def test_the_budget_is_complete_at_80_by_24(house: House) -> None:
    async with house.screen((80, 24), actor=ADMIN) as desk:
        await on_channels(desk)
        await desk.pilot.press("b")
        await desk.until(lambda: "SMS parts that desk-sms may send" in desk.text)
        await desk.pilot.press("backspace", *"7", "enter")
        await desk.until(lambda: "SMS budget of this month: 7" in desk.text)
    assert house.ask(sms_used.limit_of, house.desk, "desk-sms", house.now) == 7


async def test_a_budget_of_nought_is_called_what_it_is(house: House) -> None:
    async with house.screen((80, 24), actor=ADMIN) as desk:
        await on_channels(desk)
        await desk.press("b")
        await desk.pilot.press("backspace", "0", "enter")
        await desk.until(lambda: "SMS budget of this month: no limit" in desk.text)
