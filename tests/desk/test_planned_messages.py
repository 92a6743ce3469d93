"""Messages that a rule sends: in the guest's thread, by the channels that the rule has, along with the reservation."""

from __future__ import annotations

import email
from datetime import UTC, date, datetime, time, timedelta
from email.policy import default
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import NOW, TODAY
from tests.desk.house import GUEST, House
from tests.e2e.test_mail import Post, post
from tests.tui.hotel import ANA
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.message import MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import Planned, PlannedState, Rule, RuleKind
from tui_inbox.domain.reservation import Reservation, ReservationStatus
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import delivery, guests, planning, replying, sent, templates
from tui_inbox.services.desk import Desk
from tui_inbox.services.replying import Reply

__all__ = ["post"]

WELCOME = "Bonjour ##{{first_name}}, à bientôt."


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


def utc(month: int, day: int, hour: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def a_rule(t: Transaction, desk: Desk, *channels: str, days: int = 2, name: str = "welcome", at: int = 10) -> Rule:
    """``days`` before arrival at ``at`` o'clock in Paris."""
    templates.save(t, desk, ANA, Template(0, TemplateKind.REMINDER, name, "fr", WELCOME), NOW)
    return planning.put_rule(t, desk, ANA, Rule(0, RuleKind.BEFORE_ARRIVAL, name, name, days, time(at), channels))


def a_stay(t: Transaction, guest_id: int, arrival: date, booked: datetime, **values: object) -> Reservation:
    fields = {"source": "pms", "external_id": f"R{arrival}-{guest_id}", "room": "204", **values}
    stay = Reservation(0, guest_id, arrival=arrival, departure=arrival + timedelta(days=3), **fields)  # type: ignore[arg-type]
    return t.reservations.add(stay._replace(created_at=booked, updated_at=booked))


def claire(t: Transaction, desk: Desk, email: str = "") -> Guest:
    """As an operator types her in."""
    return guests.create(t, desk, ANA, guests.GuestForm("Claire Martin", GUEST, email), NOW)


def planned(t: Transaction, rule: Rule, stay: Reservation) -> Planned:
    (row,) = t.planner.planned(rule.id, stay.id)
    return row


async def test_it_stands_in_the_thread_as_scheduled_and_nothing_becomes_unread(house: House) -> None:
    house.writes("Bonjour, une question")
    house.do(_named, house.conversation().guest_id)
    house.do(a_rule, house.desk, "sms")
    house.do(a_stay, house.conversation().guest_id, TODAY + timedelta(days=4), house.now)
    house.work()
    async with house.screen() as desk:
        await desk.press("enter")
        await desk.until(lambda: "● 0 unread" in desk.text)
        house.clock.moment = utc(11, 25, 9)
        house.work()
        house.deliver()
        await desk.until(lambda: "scheduled · welcome" in desk.text)
        assert "à bientôt." in desk.text
        assert "● 0 unread" in desk.text
        assert "○ 1 unanswered" in desk.text
    assert house.sent() == ["Bonjour Claire, à bientôt."]


def test_composer_and_planner_share_one_queue_and_each_says_where_it_comes_from(house: House) -> None:
    house.writes("Bonjour")
    house.do(a_rule, house.desk, "sms")
    conversation = house.conversation()
    house.do(_named, conversation.guest_id)
    house.do(a_stay, conversation.guest_id, TODAY + timedelta(days=4), house.now)
    house.work()
    house.do(replying.send, house.desk, ANA, Reply(conversation.id, "desk-sms", "sms", GUEST, "Oui"), house.now)
    house.deliver()
    house.clock.moment = utc(11, 25, 9)
    house.work()
    house.deliver()
    found = house.ask(sent.sent)
    assert [(row.origin, row.created_by, row.message_class) for row in found] == [
        (Origin.SCHEDULED, "", MessageClass.TRANSACTIONAL),
        (Origin.MANUAL, "ana", MessageClass.TRANSACTIONAL),
    ]
    assert [row.text for row in house.ask(sent.sent, category="scheduled")] == ["Bonjour Claire, à bientôt."]
    assert [row.text for row in house.ask(sent.sent, category="manual")] == ["Oui"]


def test_both_paths_stop_at_the_same_stop(house: House) -> None:
    house.writes("Bonjour")
    house.do(_named, house.conversation().guest_id)
    rule = house.do(a_rule, house.desk, "sms")
    stay = house.do(a_stay, house.conversation().guest_id, TODAY + timedelta(days=4), house.now)
    house.writes("STOP")
    house.clock.moment = utc(11, 25, 9)
    house.work()
    house.deliver()
    assert house.sent() == []
    row = house.ask(planned, rule, stay)
    assert (row.state, row.reason) == (PlannedState.SKIPPED, "stopped")


def test_switching_sms_on_for_a_rule_includes_it_from_the_next_run(house: House) -> None:
    rule = house.do(a_rule, house.desk, "email")
    guest = house.do(claire, house.desk)
    first = house.do(a_stay, guest.id, TODAY + timedelta(days=4), house.now)
    house.work()
    house.clock.moment = utc(11, 25, 9)
    house.work()
    row = house.ask(planned, rule, first)
    assert (row.state, row.reason) == (PlannedState.SKIPPED, "no_address")
    second = house.do(a_stay, guest.id, TODAY + timedelta(days=30), house.now)
    house.do(planning.put_rule, house.desk, ANA, rule._replace(channels=("email", "sms")))
    house.work()
    house.clock.moment = utc(12, 21, 9)
    house.work()
    house.deliver()
    assert house.ask(planned, rule, second).state is PlannedState.QUEUED
    assert house.sent() == ["Bonjour Claire, à bientôt."]


def test_a_rule_sends_its_mail_over_smtp(post: Post) -> None:
    now = post.clock.now()
    with post.store.write() as t:
        a_rule(t, post.desk, "email")
        guest = claire(t, post.desk, "claire@guest.example")
        a_stay(t, guest.id, date(2026, 11, 26), now)
        planning.plan(t, post.desk, now)
    post.clock.at = utc(11, 24, 9)
    with post.store.write() as t:
        assert planning.queue_due(t, post.desk, post.clock.now()).queued == 1
        delivery.release(t, post.desk, post.clock.forward(minutes=1))
        (row,) = delivery.claim(t, ["desk-mail"], "worker-1", post.clock.now())
    delivery.send_one(post.store, post.desk, post.channel, row, post.clock)
    assert post.state(row.id) is OutboxState.ACCEPTED
    (raw,) = post.box.sent
    mail = email.message_from_bytes(raw, policy=default)
    assert mail["To"] == "claire@guest.example"
    assert "Bonjour Claire, à bientôt." in mail.get_content()


async def test_once_the_guest_writes_all_that_was_scheduled_stands_above_with_its_channel(house: House) -> None:
    guest = house.do(claire, house.desk, "claire@exemple.fr")
    for days in (3, 2, 1):
        house.do(a_rule, house.desk, "email", days=days, name=f"mail{days}")
    house.do(a_stay, guest.id, TODAY + timedelta(days=4), house.now)
    for day in (23, 24, 25, 26):
        house.clock.moment = utc(11, day, 9) + timedelta(minutes=30)
        house.work()
        house.deliver()
    assert len(house.sent("desk-mail")) == 3
    house.writes("Merci, à demain", channel="whatsapp")
    conversation = house.conversation(channel="whatsapp")
    assert [(message.channel, message.origin) for message in house.thread(conversation).messages] == [
        *[("email", Origin.SCHEDULED)] * 3,
        ("whatsapp", Origin.GUEST),
    ]
    async with house.screen() as desk:
        for days in (3, 2, 1):
            assert "E-mail" in desk.line(f"scheduled · mail{days}")
        assert "Merci, à demain" in desk.text
        assert "WhatsApp" in desk.line("Claire Martin  arr.").split("↓ newest")[-1]


@pytest.mark.parametrize(
    ("change", "state", "due"),
    [
        ({}, PlannedState.PLANNED, utc(10, 25, 9)),
        ({"status": ReservationStatus.CANCELLED}, PlannedState.WITHDRAWN, None),
        ({"arrival": date(2026, 10, 26)}, PlannedState.PLANNED, utc(10, 24, 8)),
    ],
    ids=["kept", "cancelled", "moved"],
)
@pytest.mark.parametrize("down", [False, True], ids=["worker up", "worker down over the change"])
def test_48_hours_before_at_the_local_hour_across_the_change_of_clocks_and_along_with_the_stay(
    house: House, change: dict[str, object], state: PlannedState, due: datetime | None, down: bool
) -> None:
    """In Paris 2026 the clocks go back on 25 October: 10:00 is 08:00 UTC the day before and 09:00 UTC that day."""
    house.clock.moment = utc(10, 20, 9)
    rule = house.do(a_rule, house.desk, "sms")
    guest = house.do(claire, house.desk)
    stay = house.do(a_stay, guest.id, date(2026, 10, 27), house.now)
    house.work()
    house.do(lambda t: t.reservations.put(stay._replace(**change)))  # type: ignore[arg-type]
    if not down:
        house.work()
        row = house.ask(planned, rule, stay)
        assert row.state is state
        assert row.reason == ("cancelled" if state is PlannedState.WITHDRAWN else row.reason)
        assert due is None or row.due_at == due
    for moment in sorted({due, utc(10, 25, 9)} - {None}):  # type: ignore[type-var]
        assert moment is not None
        house.clock.moment = moment
        house.work()
        house.deliver()
    assert len(house.sent()) == (0 if state is PlannedState.WITHDRAWN else 1)
    row = house.ask(planned, rule, stay)
    assert row.state is (PlannedState.WITHDRAWN if due is None else PlannedState.QUEUED)
    assert row.reason == ("cancelled" if due is None else row.reason)


def _named(t: Transaction, guest_id: int) -> None:
    t.guests.put(t.guests.load(guest_id)._replace(name="Claire Martin"))
