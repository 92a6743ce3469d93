"""The month's SMS: counted, told once, switched to mail, held, raised and released; a person is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import a_guest
from tests.fakes import NOON
from tests.services.conftest import ANA, GUEST, Front, front
from tui_inbox.domain.budget import Budget, ends
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code
from tui_inbox.domain.guest import Handle, Line
from tui_inbox.domain.hours import Hours, span
from tui_inbox.domain.lifecycle import new_quiet
from tui_inbox.domain.message import Delivery, Kind, MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.rows import ConsentRow, UsageRow
from tui_inbox.services import accounts, delivery, posting, sms_budget, sms_used
from tui_inbox.services.desk import Actor

__all__ = ["front"]

BOSS = Actor("ana", "Ana", "admin")
OWNER = "owner@hotel.example"


@pytest.fixture
def house(front: Front) -> Front:
    front.desk = front.desk._replace(sms_segments={"desk-sms": 1}, owner=OWNER)
    return front


def a_reminder(
    front: Front,
    key: str,
    *,
    mail: str = "",
    text: str = "See you tomorrow.",
    origin: Origin = Origin.SCHEDULED,
    topic: MessageClass = MessageClass.TRANSACTIONAL,
    until: timedelta | None = None,
    channel: str = "sms",
) -> Outgoing:
    """Due now, for a guest of its own."""
    phone = f"+3361234{len(key):02d}{sum(map(ord, key)) % 100:02d}"
    with front.store.write() as t:
        known = t.guests.by_handle("sms", phone)
        guest = known[0] if known else a_guest(t, f"Guest {key}", phone=phone, channel="sms", language="en")
        if mail and not known:
            t.guests.add_handle(Handle(0, guest.id, "email", mail, created_at=front.now))
        found = t.conversations.of_guest(guest.id, "")
        conversation = t.conversations.load(found.id) if found else t.conversations.add(new_quiet(guest.id, front.now))
        account, address = ("desk-mail", mail) if channel == "email" else ("desk-sms", phone)
        letter = posting.Letter(
            account, channel, address, text, subject="Your stay", origin=origin, message_class=topic, scheduled=True,
            not_before=front.now, expires_at=front.now + until if until else None, dedupe_key=f"{key}-{channel}",
            template="eve",
        )  # fmt: skip
        message = posting.write(t, front.desk, conversation, letter, front.now)
        row = posting.enqueue(t, conversation, letter, message, front.now)
    assert row is not None
    return row


def mailed(front: Front) -> list[Outgoing]:
    with front.store.read() as t:
        states = [state for state in OutboxState if state is not OutboxState.HELD]
        return [row for row in t.outbox.in_state(states, 50) if row.channel == "email"]


def codes(front: Front, row: Outgoing) -> list[str]:
    with front.store.read() as t:
        conversation = t.conversations.load(row.conversation_id)
        return [event.code for event in t.events.activity(conversation.id, conversation.guest_id, 20)]


def used(front: Front) -> Budget:
    with front.store.read() as t:
        return sms_used.budget(t, front.desk, "desk-sms", front.now)


def raised(front: Front, parts: str) -> int:
    with front.store.write() as t:
        return sms_budget.put_limit(t, front.desk, BOSS, "desk-sms", parts, front.now)


def release(front: Front) -> tuple[int, int]:
    with front.store.write() as t:
        return sms_budget.release_held(t, front.desk, ANA, "desk-sms", front.now)


def test_budget_of_one_sends_one_and_makes_a_marked_mail_of_the_second(house: Front) -> None:
    first = a_reminder(house, "one", mail="one@example.org")
    second = a_reminder(house, "second", mail="two@example.org")
    assert house.deliver() == [OutboxState.ACCEPTED]
    assert (house.row(first.id).channel, house.row(first.id).state) == ("sms", OutboxState.ACCEPTED)
    row = house.row(second.id)
    assert (row.channel, row.account, row.address) == ("email", "desk-mail", "two@example.org")
    assert (row.state, row.subject, row.dedupe_key) == (OutboxState.QUEUED, "Your stay", second.dedupe_key)
    assert row.text.startswith("See you tomorrow.\n\n-- \n")
    with house.store.read() as t:
        message = t.messages.get(row.message_id)
        shown = t.messages.page(row.conversation_id, None, 5)[-1]
    assert message is not None
    assert (message.kind, message.channel, message.switched, message.segments) == (
        Kind.EMAIL, "email", sms_used.USED_UP, None,
    )  # fmt: skip
    assert shown.switched == sms_used.USED_UP
    assert Code.SMS_SWITCHED in codes(house, row)
    assert used(house) == Budget(1, 1)


def test_without_an_address_it_waits_with_the_reason_until_the_next_month(house: Front) -> None:
    a_reminder(house, "one")
    second = a_reminder(house, "second")
    house.deliver()
    row = house.row(second.id)
    assert (row.state, row.reason, dict(row.reason_params)) == (
        OutboxState.HELD, sms_used.USED_UP, {"used": 1, "budget": 1},
    )  # fmt: skip
    # The new month begins at night: it goes at the hour at which it would have gone.
    assert row.not_before == ends(NOON) + timedelta(hours=12)
    house.deliver()
    assert codes(house, row).count(Code.SMS_HELD) == 1
    house.clock.at = ends(NOON)
    assert house.deliver() == []
    house.clock.forward(hours=12)
    assert house.deliver() == [OutboxState.ACCEPTED]


@pytest.mark.parametrize("hour", [21, 22, 23, 3, 4])
def test_the_new_month_s_first_hours_wake_nobody(house: Front, hour: int) -> None:
    """By UTC the month ends at 01:00 in Paris; until eight nobody is written to there."""
    house.desk = house.desk._replace(hours=Hours(quiet=span("22:00-08:00")))
    house.clock.at = NOON.replace(hour=hour) if hour > 12 else NOON.replace(hour=hour) + timedelta(days=1)
    a_reminder(house, "one")
    second = a_reminder(house, "second")
    house.deliver()
    held = house.row(second.id).not_before
    assert held is not None
    local = held.astimezone(house.desk.zone)
    assert (local.year, local.month) == (2026, 12)
    assert 8 <= local.hour < 22
    assert held >= ends(NOON)


@pytest.mark.parametrize("obstacle", ["unsubscribed", "unreachable"])
def test_a_mailbox_that_may_not_be_written_to_is_no_way(house: Front, obstacle: str) -> None:
    a_reminder(house, "one")
    second = a_reminder(house, "second", mail="two@example.org")
    with house.store.write() as t:
        guest_id = t.conversations.load(second.conversation_id).guest_id
        if obstacle == "unsubscribed":
            t.consents.put(guest_id, ConsentRow("transactional", "email", False, house.now, "", "by_mail"))
        else:
            (handle,) = [one for one in t.guests.handles(guest_id) if one.channel == "email"]
            t.guests.put_handle(handle._replace(unreachable="bad_address"))
    house.deliver()
    assert house.row(second.id).reason == sms_used.USED_UP
    assert [row for row in mailed(house) if row.address == "two@example.org"] == []


def test_a_stop_is_never_got_round_by_mail(house: Front) -> None:
    a_reminder(house, "one")
    second = a_reminder(house, "second", mail="two@example.org")
    with house.store.write() as t:
        t.lines.put(
            Line("desk-sms", "sms", second.address, stopped_at=house.now, stop_word="STOP", stop_source="guest")
        )
    house.deliver()
    assert (house.row(second.id).state, house.row(second.id).reason) == (OutboxState.FAILED, "stopped")


def test_what_goes_by_both_ways_is_not_mailed_twice(house: Front) -> None:
    a_reminder(house, "one")
    both = a_reminder(house, "second", mail="two@example.org")
    a_reminder(house, "second", mail="two@example.org", channel="email")
    house.deliver()
    assert (house.row(both.id).state, house.row(both.id).reason) == (OutboxState.CANCELLED, sms_budget.BY_MAIL_TOO)
    assert [row.address for row in mailed(house) if row.address != OWNER] == ["two@example.org"]


def test_the_owner_hears_of_it_once_and_again_only_of_another_limit(house: Front) -> None:
    for key in ("a", "bb", "ccc", "dddd"):
        a_reminder(house, key)
    house.deliver()
    told = [row for row in [*mailed(house), *held_mail(house)] if row.address == OWNER]
    assert len(told) == 1
    assert "SMS" in told[0].subject
    assert "desk-sms" in told[0].text
    assert "unsubscribe" not in told[0].text
    raised(house, "2")
    release(house)
    house.deliver()
    assert len([row for row in [*mailed(house), *held_mail(house)] if row.address == OWNER]) == 2


def held_mail(front: Front) -> list[Outgoing]:
    with front.store.read() as t:
        return [row for row in t.outbox.in_state([OutboxState.HELD], 50) if row.channel == "email"]


def test_raising_lets_what_waits_be_released_and_asks_windows_again(house: Front) -> None:
    a_reminder(house, "one")
    fine, late, gone = (
        a_reminder(house, "fine"),
        a_reminder(house, "later", until=timedelta(hours=2)),
        a_reminder(house, "leaves"),
    )
    house.deliver()
    house.clock.forward(hours=3)
    with house.store.write() as t:
        t.lines.put(Line("desk-sms", "sms", gone.address, stopped_at=house.now, stop_word="STOP", stop_source="guest"))
    with pytest.raises(Refused, match="admin_only"), house.store.write() as t:
        sms_budget.put_limit(t, house.desk, ANA, "desk-sms", "5", house.now)
    assert raised(house, "5") == 3
    assert release(house) == (1, 2)
    house.deliver()
    assert [house.row(row.id).state for row in (fine, late, gone)] == [
        OutboxState.ACCEPTED, OutboxState.EXPIRED, OutboxState.FAILED,
    ]  # fmt: skip
    assert used(house) == Budget(5, 2)


def test_what_waits_is_not_sent_past_the_budget_one_by_one(house: Front) -> None:
    a_reminder(house, "one")
    held = a_reminder(house, "second")
    house.deliver()
    with house.store.write() as t, pytest.raises(Refused, match="sms_budget_used"):
        delivery.send_again(t, house.desk, ANA, held.id, house.now)
    raised(house, "2")
    with house.store.write() as t:
        delivery.send_again(t, house.desk, ANA, held.id, house.now)
    assert house.deliver() == [OutboxState.ACCEPTED]


def test_raised_by_less_than_waits_the_rest_waits_on(house: Front) -> None:
    rows = [a_reminder(house, key) for key in ("a", "bb", "ccc", "dddd")]
    house.deliver()
    raised(house, "3")
    assert release(house) == (3, 0)
    house.deliver()
    house.deliver()
    assert [house.row(row.id).state for row in rows].count(OutboxState.ACCEPTED) == 3
    assert used(house) == Budget(3, 3)


def test_a_new_month_has_its_own_limit_again(house: Front) -> None:
    raised(house, "7")
    assert used(house).limit == 7
    house.clock.at = ends(house.now)
    assert used(house).limit == 1


@pytest.mark.parametrize("typed", ["", "-1", "many", "1.5", "٣", "99999999"])
def test_a_budget_is_a_whole_number(house: Front, typed: str) -> None:
    with pytest.raises(Refused, match="sms_budget_number"):
        raised(house, typed)


def test_a_person_is_asked_and_may_send_all_the_same(house: Front) -> None:
    a_reminder(house, "one")
    house.deliver()
    house.guest_writes("Bonjour ?")
    with pytest.raises(Refused, match="sms_budget_ask") as asked:
        house.reply("Oui.")
    assert asked.value.params == {"used": 1, "budget": 1, "parts": 1}
    house.reply("Oui.", over_budget=True)
    house.clock.forward(seconds=6)
    assert house.deliver() == [OutboxState.ACCEPTED]
    assert used(house) == Budget(1, 2)


def test_whatsapp_by_the_same_account_is_no_sms(house: Front) -> None:
    house.guest_writes("Bonjour", channel="whatsapp")
    house.reply("Oui.", channel="whatsapp")
    house.clock.forward(seconds=6)
    house.deliver()
    assert used(house) == Budget(1, 0)


def test_long_texts_and_what_the_vendor_refused_are_counted_as_billed(house: Front) -> None:
    raised(house, "100")
    a_reminder(house, "long", text="a" * 200)
    row = a_reminder(house, "refused")
    house.deliver()
    with house.store.write() as t:
        accepted = t.outbox.load(row.id)
        t.outbox.move(accepted, OutboxState.FAILED, house.now, reason="not_delivered")
        t.messages.set_state(accepted.message_id, Delivery.FAILED, at=house.now)
    assert used(house).used == 3
    never = a_reminder(house, "nowhere")
    with house.store.write() as t:
        t.outbox.move(t.outbox.load(never.id), OutboxState.CANCELLED, house.now)
    assert used(house).used == 3


def test_the_month_says_what_the_vendor_counts_and_what_came_in(house: Front) -> None:
    a_reminder(house, "long", text="a" * 200)
    raised(house, "10")
    house.deliver()
    with house.store.write() as t:
        for category, count, parts in (
            ("sms-outbound", 3, 4), ("sms-outbound-longcode", 2, 3), ("sms-inbound", 9, 9),
            ("sms-inbound-longcode", 9, 9), ("calls-inbound", 2, 0),
        ):  # fmt: skip
            t.accounts.put_usage(UsageRow("desk-sms", "2026-11", category, count, parts, "1.00", "EUR", house.now))
        t.accounts.put_usage(UsageRow("desk-sms", "2026-10", "sms-outbound", 99, 99, "1.00", "EUR", house.now))
    with house.store.read() as t:
        month = sms_used.month(t, house.desk, "desk-sms", house.now)
        assert sms_used.month(t, house.desk, "desk-mail", house.now) is None
    assert month is not None
    assert (month.budget, month.vendor, month.own) == (Budget(10, 2), 4, True)
    assert [row.category for row in month.incoming] == ["calls-inbound", "sms-inbound"]
    assert month.forecast == round(2 * 30 / 22.5)


def test_the_vendor_s_count_is_compared_with_what_had_left_when_it_was_asked(house: Front) -> None:
    def month() -> sms_used.Month:
        with house.store.read() as t:
            found = sms_used.month(t, house.desk, "desk-sms", house.now)
        assert found is not None
        return found

    raised(house, "99")
    a_reminder(house, "first", text="a" * 200)
    house.deliver()
    with house.store.write() as t:
        t.accounts.put_usage(UsageRow("desk-sms", "2026-11", "sms-outbound", 1, 2, "", "", house.now))
    asked = house.now
    house.clock.forward(hours=1)
    a_reminder(house, "second", text="a" * 200)
    with house.store.write() as t:
        delivery.release(t, house.desk, house.now)
    assert (month().budget.used, month().apart) == (4, 0), "what is queued was not there to be counted"
    house.deliver()
    assert (month().budget.used, month().vendor_at, month().apart) == (4, asked, 0)
    with house.store.write() as t:
        t.accounts.put_usage(UsageRow("desk-sms", "2026-11", "sms-outbound", 4, 7, "", "", house.now))
    assert month().apart == 3


def test_without_a_budget_nothing_is_counted_or_held(front: Front) -> None:
    rows = [a_reminder(front, key) for key in ("a", "bb", "ccc")]
    front.deliver()
    assert {front.row(row.id).state for row in rows} == {OutboxState.ACCEPTED}
    with front.store.read() as t:
        assert sms_used.marks(t, front.desk, front.now) == []


def test_the_marks_are_those_of_the_bar(house: Front) -> None:
    raised(house, "5")
    for key in ("a", "bb", "ccc", "dddd"):
        a_reminder(house, key)
    house.deliver()
    with house.store.read() as t:
        assert sms_used.marks(t, house.desk, house.now) == [("desk-sms", Budget(5, 4))]


def test_an_unknown_account_of_a_row_is_none_of_its_business(house: Front) -> None:
    row = a_reminder(house, "one")
    with house.store.write() as t:
        accounts.connected(t, house.desk, "desk-sms", house.now)
        house.desk = house.desk._replace(accounts={})
        assert sms_budget.within(t, house.desk, row, house.now) == row
        assert delivery.release(t, house.desk, house.now) == 1
    assert house.row(row.id).reason == "channel_gone"
    assert row.address != GUEST
