"""The rules that no single feature owns: windows, waiting, planned sends, spam, names, and who may be reached how."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import a_guest, a_reservation
from tests.desk.house import GUEST, House
from tests.tui.hotel import ANA, MARC
from tui_inbox.domain.conversation import DeadlineKind, State, Tab
from tui_inbox.domain.errors import Refused, Unknown
from tui_inbox.domain.event import Code
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import Rule, RuleKind
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.domain.window import Allowed
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import View
from tui_inbox.services import composing, guests, inbox, lifecycle, pins, planning, replying, templates
from tui_inbox.services.replying import Reply


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


def answer(house: House, text: str = "Oui", channel: str = "sms", account: str = "desk-sms", **more: object) -> int:
    row = house.conversation()
    address = str(more.pop("address", GUEST))
    reply = Reply(row.id, account, channel, address, text, **more)  # type: ignore[arg-type]
    return house.do(replying.send, house.desk, ANA, reply, house.now).outbox_id


def test_a_booking_question_answered_by_whatsapp_keeps_its_24_hour_mark(house: House) -> None:
    house.writes("Bonjour", channel="whatsapp")
    row = house.conversation(channel="whatsapp")

    def same_guest(t: Transaction) -> None:
        guest = t.guests.load(row.guest_id)
        guests.edit(t, house.desk, ANA, guest.id, guests.GuestForm(name="Claire", phone=GUEST), house.now)
        t.guests.add_handle(handle_of(guest.id, "booking", "thread-7"))

    house.do(same_guest)
    house.clock.forward(hours=1)
    house.writes("Question", account="ota", channel="booking", address="thread-7", own_address="")
    asked = house.now
    reply = Reply(row.id, "desk-sms", "whatsapp", GUEST, "Oui")
    house.do(replying.send, house.desk, ANA, reply, house.now)
    found = house.conversation(channel="whatsapp")
    assert (found.deadline_kind, found.deadline_at) == (DeadlineKind.REPLY_MARK, asked + timedelta(hours=24))


def handle_of(guest_id: int, channel: str, address: str):  # type: ignore[no-untyped-def]
    from tests.builders import NOW
    from tui_inbox.domain.guest import Handle

    return Handle(0, guest_id, channel, address, created_at=NOW)


def test_phone_and_whatsapp_are_two_handles_with_their_own_window_and_stop(house: House) -> None:
    house.writes("Bonjour", channel="whatsapp")
    house.clock.forward(hours=25)
    house.writes("Bonjour")
    ways = house.ask(composing.composer, house.desk, ANA, house.conversation().id, house.now)
    allowed = {way.channel: way.verdict.kind for way in ways.choices}
    assert (allowed["whatsapp"], allowed["sms"]) == (Allowed.TEMPLATE_ONLY, Allowed.FREE)
    house.clock.forward(minutes=1)
    house.writes("STOP")
    house.clock.forward(minutes=1)
    house.writes("Re", channel="whatsapp")
    ways = house.ask(composing.composer, house.desk, ANA, house.conversation().id, house.now)
    allowed = {way.channel: way.verdict.kind for way in ways.choices}
    assert (allowed["whatsapp"], allowed["sms"]) == (Allowed.FREE, Allowed.NONE)


def test_an_unknown_outcome_after_the_close_brings_the_row_back(house: House) -> None:
    house.writes("Bonjour")
    answer(house, then="close")
    house.sms.faults.append(Unknown("timeout"))
    house.deliver()
    row = house.conversation()
    assert (row.state, row.unanswered, row.outcome) == (State.OPEN, True, "unknown")
    for _round in range(8):
        house.clock.forward(minutes=5)
        house.work()
    counts = house.ask(inbox.counts, house.desk, ANA, View())
    assert counts.unknown == 1


def reminder(house: House) -> None:
    """The day before arrival at eleven."""

    def make(t: Transaction) -> None:
        text = Template(0, TemplateKind.REMINDER, "arrivee", "fr", "À demain, ##{{first_name}}.")
        templates.save(t, house.desk, ANA, text, house.now)
        rule = Rule(0, RuleKind.BEFORE_ARRIVAL, "Arrivée", "arrivee", 1, time(11), ("sms",))
        planning.put_rule(t, house.desk, ANA, rule)

    house.do(make)


def stay_tomorrow(house: House) -> int:
    def make(t: Transaction) -> int:
        guest = a_guest(t, "Claire Martin", phone=GUEST, channel="sms")
        return a_reservation(t, guest, 1, 3).id

    return house.do(make)


def test_a_planned_message_opens_nothing_and_leaves_automation_on(house: House) -> None:
    reminder(house)
    stay_tomorrow(house)
    house.work()
    house.clock.forward(hours=2)
    house.work()
    house.deliver()
    assert house.sent() == ["À demain, Claire."]
    row = house.conversation()
    assert (row.state, row.automation) == (State.CLOSED, True)
    counts = house.ask(inbox.counts, house.desk, ANA, View())
    assert (counts.open, counts.unread, counts.unanswered) == (0, 0, 0)
    assert len(house.ask(inbox.page, house.desk, ANA, View(tab=Tab.ALL), house.now).rows) == 1
    house.clock.forward(minutes=1)
    house.writes("Merci, à quelle heure ?")
    assert house.conversation().state is State.OPEN


def test_spam_counts_plainly_and_nowhere_else(house: House) -> None:
    house.writes("Gagnez")
    house.do(lifecycle.report_spam, ANA, [house.conversation().id], house.now)
    house.clock.forward(minutes=1)
    assert not house.writes("Encore").applied.rang
    counts = house.ask(inbox.counts, house.desk, ANA, View())
    assert (counts.spam, counts.open, counts.unread, counts.unanswered) == (1, 0, 0, 0)


def test_a_persons_answer_reads_for_all_and_a_scheduled_one_for_nobody(house: House) -> None:
    reminder(house)
    stay_tomorrow(house)
    house.work()
    house.writes("Bonjour")
    house.clock.forward(hours=2)
    house.work()
    house.deliver()
    assert house.sent() == ["À demain, Claire."]
    assert house.thread(actor=MARC).conversation.unread == 1
    assert house.conversation().unanswered
    answer(house)
    assert house.thread(actor=MARC).conversation.unread == 0
    assert not house.conversation().unanswered


async def test_the_sender_of_spam_can_be_blocked_in_one_key_and_let_in_again(house: House) -> None:
    house.writes("Gagnez", address="+33600000111")
    house.clock.forward(minutes=1)
    house.writes("Bonjour", address="+33600000222")
    async with house.screen() as desk:
        await desk.press("end", "exclamation_mark")
        await desk.until(lambda: "B block the sender" in desk.text)
        await desk.press("B")
        await desk.until(lambda: "1 sender blocked" in desk.text)
        pest = house.conversation("+33600000111")
        assert house.ask(lambda t: t.guests.load(pest.guest_id)).blocked
        other = house.conversation("+33600000222")
        assert not house.ask(lambda t: t.guests.load(other.guest_id)).blocked
        assert other.state is State.OPEN
        await desk.press("u")
        await desk.until(lambda: not house.ask(lambda t: t.guests.load(pest.guest_id)).blocked)
        await desk.press("u")
        await desk.until(lambda: house.conversation("+33600000111").state is State.OPEN)


def test_blocking_sends_the_next_message_to_spam_silently(house: House) -> None:
    house.writes("Gagnez")
    assert house.do(lifecycle.block_senders, ANA, [house.conversation().id], house.now) == 1
    house.clock.forward(minutes=1)
    assert not house.writes("Encore").applied.rang
    assert house.conversation().state is State.SPAM
    assert Code.SPAM in house.events()


async def test_two_sessions_of_one_store_see_the_same_message_within_a_refresh(house: House) -> None:
    house.writes("Un")
    async with house.screen() as ana:
        await ana.press("enter")
        house.clock.forward(minutes=1)
        house.writes("Deux")
        await ana.until(lambda: "Deux" in ana.text)
        assert "● 1 unread" in ana.text, "in view, but no key was pressed since"
        await ana.settle()
        await ana.press("j")
        await ana.until(lambda: "● 0 unread" in ana.text)
    assert house.thread(actor=MARC).conversation.unread == 2


def test_a_required_variable_without_value_blocks_and_names_itself(house: House) -> None:
    def plan(t: Transaction) -> Template:
        body = "Dossier ##{{booking_number}}\nChambre ##{{room}}"
        return templates.save(t, house.desk, ANA, Template(0, TemplateKind.SNIPPET, "chambre", "fr", body), house.now)

    house.writes("Bonjour")
    template = house.do(plan)
    rendered = house.ask(templates.render_for, house.desk, template, house.conversation().id, house.now, ANA)
    assert (rendered.missing, "Chambre" in rendered.text) == (("booking_number",), False)
    with pytest.raises(Refused, match="unknown_variable"):
        answer(house, "Votre chambre ##{{room}}")
    assert house.ask(lambda t: t.outbox.in_state([OutboxState.HELD], 9)) == []


async def test_a_pin_keeps_a_colleagues_name_from_being_borrowed(house: House) -> None:
    house.writes("Bonjour")
    house.do(pins.put, MARC, "2043")
    async with house.screen(people={"ana": ANA, "marc": MARC}, shared=True) as desk:
        for typed, code in (("1111", "ana"), ("2043", "marc")):
            await desk.press("W")
            await desk.until(lambda: "Who are you?" in desk.text)
            await desk.press("j", "enter")
            await desk.until(lambda: "Your PIN" in desk.text)
            await desk.type(typed)
            assert typed not in desk.text
            await desk.press("enter")
            await desk.until(lambda: "Your PIN" not in desk.text)
            await desk.settle()
            assert desk.app.actor.code == code
        await desk.press("e")
        await desk.until(lambda: house.conversation().state_by == "marc")


def test_a_pin_is_kept_unreadable_and_may_be_taken_away(house: House) -> None:
    house.do(pins.put, ANA, "2043")
    kept = house.ask(lambda t: t.operators.preference("ana", "pin"))
    assert "2043" not in kept
    with pytest.raises(Refused, match="bad_pin"):
        house.do(pins.put, ANA, "1")
    house.do(pins.put, ANA, "")
    assert not house.ask(pins.needed, "ana")
