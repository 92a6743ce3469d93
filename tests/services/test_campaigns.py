"""Group sends: who gets it and who does not, once each, at the hotel's pace, held and released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import NOW, a_guest, a_reservation
from tests.desk.flows import an_approved
from tests.desk.house import House
from tests.tui.hotel import ANA, MARC, a_desk
from tui_inbox.domain.campaign import CampaignState, Progress, share
from tui_inbox.domain.errors import NotSent, Refused, Rejected
from tui_inbox.domain.guest import Handle, Line
from tui_inbox.domain.guest_list import GuestList
from tui_inbox.domain.message import MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import ConsentRow
from tui_inbox.services import campaigns, channels, guest_lists, guests, holding, pins, sent
from tui_inbox.services.campaigns import GroupSend
from tui_inbox.services.desk import Actor, Bulk, Desk
from tui_inbox.services.group_letters import Wording

BOSS = Actor("chef", "Chef", "admin")
HELLO = "Bonjour ##{{first_name}}, le spa est ouvert."


def with_bulk(limit: int | None = 74, per_minute: int = 60) -> Desk:
    return a_desk(bulk=Bulk(limit, per_minute))


def a_house(store: SqlStore, folder: Path, desk: Desk | None = None) -> House:
    return House(store, folder, desk or with_bulk())


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return a_house(sqlite_store, tmp_path)


def people(t: Transaction, count: int, first: int = 0) -> list[int]:
    """Guests with a mobile number and a handle for SMS."""
    made = []
    for number in range(first, first + count):
        phone = f"+336120{number:05d}"
        guest = a_guest(t, f"Guest{number:03d} Martin", phone=phone, channel="sms")
        made.append(guest.id)
    return made


def a_send(ids: Sequence[int], text: str = HELLO, **values: object) -> GroupSend:
    wording = Wording(("sms",), text, **values)  # type: ignore[arg-type]
    return GroupSend(wording, tuple(ids), "Spa")


def looked(house: House, wanted: GroupSend) -> campaigns.Summary:
    return house.ask(campaigns.look, house.desk, ANA, wanted, house.now)


def started(house: House, wanted: GroupSend, **values: object) -> int:
    return house.do(campaigns.start, house.desk, ANA, wanted, house.now, **values).id


def progress(house: House, campaign_id: int) -> Progress:
    with house.store.read() as t:
        return t.campaigns.progress(campaign_id)


def minutes(house: House, count: int, every: int = 10) -> None:
    """The worker goes round for so long."""
    for _ in range(count * 60 // every):
        house.clock.forward(seconds=every)
        house.work()


def test_the_summary_names_who_will_not_get_it_and_why(house: House) -> None:
    ids = house.do(people, 6)

    def spoil(t: Transaction) -> None:
        guests.set_consent(t, ANA, ids[0], "marketing", "sms", False, "mail", NOW)
        t.lines.put(Line("desk-sms", "sms", "+33612000001", stopped_at=NOW, stop_word="STOP"))
        ids.append(a_guest(t, "Nophone").id)
        ids.append(a_guest(t, "Twin").id)
        t.guests.add_handle(Handle(0, ids[-1], "sms", "+33612000003", created_at=NOW))
        ids.append(a_guest(t, "Pest", phone="+33699999999", channel="sms", blocked=True).id)

    house.do(spoil)
    found = looked(house, a_send(ids))
    assert [one.text.split(",")[0] for one in found.receive] == [f"Bonjour Guest00{n}" for n in (2, 3, 4, 5)]
    assert [(one.guest.name, one.refusal and one.refusal.code) for one in found.left_out] == [
        ("Guest000 Martin", "left_out_marketing"),
        ("Guest001 Martin", "stopped"),
        ("Nophone", "no_address_for"),
        ("Twin", "duplicate_address"),
        ("Pest", "guest_blocked"),
    ]
    assert found.parts == sum(one.parts for one in found.receive) >= 4
    assert str(found.price) == f"{found.parts * 7 / 100:.2f}"


def test_the_summary_tells_who_stands_beyond_the_month_s_sms(sqlite_store: SqlStore, tmp_path: Path) -> None:
    house = a_house(sqlite_store, tmp_path, with_bulk()._replace(sms_segments={"desk-sms": 4}))
    found = looked(house, a_send(house.do(people, 6), "Bonjour"))
    parts = found.receive[0].parts
    fitting = 4 // parts
    assert [one.beyond and one.beyond.code for one in found.receive] == [None] * fitting + ["sms_budget_used"] * (
        6 - fitting
    )


def test_ten_of_whom_two_unsubscribed_makes_eight_in_the_end(house: House) -> None:
    ids = house.do(people, 10)
    for guest_id in ids[:2]:
        house.do(guests.set_consent, ANA, guest_id, "marketing", "sms", False, "mail", NOW)
    sent_to = started(house, a_send(ids))
    minutes(house, 1)
    house.deliver()
    assert len(house.sent()) == 8
    assert (progress(house, sent_to).left_out, progress(house, sent_to).total) == (2, 10)
    rows = house.ask(campaigns.results, sent_to)
    assert [row.reason for row in rows if row.fate == "left_out"] == ["left_out_marketing"] * 2
    assert {row.origin for row in house.ask(sent.sent)} == {Origin.CAMPAIGN}


def test_seventy_four_go_and_the_seventy_fifth_needs_a_named_word(house: House) -> None:
    ids = house.do(people, 75)
    assert not looked(house, a_send(ids[:74])).locked
    with pytest.raises(Refused) as refused:
        started(house, a_send(ids))
    assert (refused.value.code, refused.value.params) == (
        "bulk_limit",
        {"count": 75, "limit": 74, "setting": "bulk.max_recipients"},
    )
    by = house.do(campaigns.unlock, BOSS, BOSS, "")
    assert started(house, a_send(ids), unlocked_by=by)
    assert house.ask(campaigns.listing)[0].campaign.unlocked_by == "chef"


@pytest.mark.parametrize(
    ("admin", "pin", "code"),
    [(MARC, "1234", "admin_only"), (BOSS, "9999", "wrong_pin"), (BOSS._replace(code="other"), "", "unlock_needs_pin")],
)
def test_only_an_administrator_with_a_pin_unlocks(house: House, admin: Actor, pin: str, code: str) -> None:
    house.do(pins.put, BOSS, "1234")
    with pytest.raises(Refused) as refused:
        house.do(campaigns.unlock, ANA, admin, pin)
    assert refused.value.code == code
    assert house.do(campaigns.unlock, ANA, BOSS, "1234") == "chef"


def test_without_a_limit_two_hundred_go_at_the_hotel_s_pace(sqlite_store: SqlStore, tmp_path: Path) -> None:
    house = a_house(sqlite_store, tmp_path, with_bulk(None, 120))
    sent_to = started(house, a_send(house.do(people, 200)))
    minutes(house, 1, every=20)
    assert 100 <= len(house.sent()) <= 120
    minutes(house, 1, every=20)
    assert len(house.sent()) == 200
    assert house.ask(campaigns.listing)[0].campaign.state is CampaignState.DONE
    assert progress(house, sent_to) == Progress(sent=200)


def test_no_minute_sees_more_than_the_pace_allows() -> None:
    assert share(60, 0, NOW, NOW) == 0
    assert share(60, 0, NOW, NOW + timedelta(seconds=1)) == 1
    assert share(60, 55, NOW, NOW + timedelta(hours=1)) == 5
    assert share(60, 60, NOW, NOW + timedelta(hours=1)) == 0
    assert share(60, 70, NOW, NOW + timedelta(hours=1)) == 0


def test_no_advertising_needs_a_reason_and_marketing_is_what_it_is_by_default(house: House) -> None:
    ids = house.do(people, 1)
    assert Wording(("sms",), "x").message_class is MessageClass.MARKETING
    wanted = a_send(ids, message_class=MessageClass.TRANSACTIONAL)
    with pytest.raises(Refused) as refused:
        started(house, wanted)
    assert refused.value.code == "class_reason"
    started(house, wanted._replace(class_reason="La piscine est fermée."))
    assert house.ask(campaigns.listing)[0].campaign.class_reason == "La piscine est fermée."


def test_a_wrong_variable_is_refused_with_the_nearest_name(house: House) -> None:
    with pytest.raises(Refused) as refused:
        looked(house, a_send(house.do(people, 1), "Bonjour ##{{firstname}}"))
    assert (refused.value.code, refused.value.params["nearest"]) == ("unknown_variable_near", "first_name")


def test_whoever_would_read_nothing_but_the_way_out_gets_nothing(house: House) -> None:
    ids = house.do(people, 2)
    house.do(lambda t: a_reservation(t, t.guests.load(ids[0]), 0, 2, room="204"))
    found = looked(house, a_send(ids, "Chambre ##{{room}} : la piscine est ouverte."))
    assert [one.text.split("\n")[0] for one in found.receive] == ["Chambre 204 : la piscine est ouverte."]
    assert [one.refusal and one.refusal.code for one in found.left_out] == ["nothing_to_say"]


def test_a_list_is_an_audience_as_large_as_its_count(house: House) -> None:
    ids = house.do(people, 5)
    for guest_id in ids[:3]:
        house.do(guests.tag, ANA, "guest", [guest_id], "spa", "", NOW)
    spa = house.do(guest_lists.save, ANA, GuestList(0, "Spa", {"tag": "spa"}), NOW)
    audience = house.ask(guest_lists.of_list, house.desk, spa.id, NOW)
    assert len(audience) == house.ask(guest_lists.fitting, house.desk, ANA, spa.criteria, NOW).guests == 3
    assert looked(house, a_send(audience)).chosen == 3


def test_paused_it_takes_back_what_waits_and_asks_again_when_it_goes_on(house: House) -> None:
    ids = house.do(people, 10)
    sent_to = started(house, a_send(ids))
    minutes(house, 1, every=4 * 1)
    before = len(house.sent())
    assert before == 10
    more = started(house, a_send(house.do(people, 10, 20)))
    house.sms.faults.extend([NotSent("rate_limited", retry_after=600.0)] * 3)
    house.clock.forward(seconds=3)
    house.work()
    assert progress(house, more).queued == 3
    house.do(campaigns.pause, house.desk, ANA, more, house.now)
    assert progress(house, more) == Progress(waiting=10)
    minutes(house, 2)
    assert len(house.sent()) == before
    house.do(guests.set_consent, ANA, ids[0] + 10, "marketing", "sms", False, "mail", NOW)
    house.do(campaigns.resume, ANA, more)
    minutes(house, 2)
    assert progress(house, more) == Progress(sent=9, left_out=1)
    assert progress(house, sent_to) == Progress(sent=10)


def test_holding_all_stops_the_rest_and_releasing_lets_it_go_on(house: House) -> None:
    sent_to = started(house, a_send(house.do(people, 30)))
    house.clock.forward(seconds=12)
    house.work()
    house.work()
    gone = len(house.sent())
    assert gone == 12
    house.do(holding.hold_all, ANA, "L’eau est coupée", house.now)
    minutes(house, 2)
    assert len(house.sent()) == gone
    house.do(holding.release_all, ANA)
    minutes(house, 1)
    assert len(house.sent()) == 30
    assert progress(house, sent_to) == Progress(sent=30)


def test_what_waits_for_another_try_is_held_too_though_everybody_had_their_turn(house: House) -> None:
    sent_to = started(house, a_send(house.do(people, 2)))
    house.sms.faults.extend([NotSent("rate_limited", retry_after=600.0)] * 2)
    house.clock.forward(seconds=5)
    house.work()
    assert house.ask(campaigns.listing)[0].campaign.state is CampaignState.DONE
    house.do(campaigns.pause, house.desk, ANA, sent_to, house.now)
    found = house.ask(campaigns.listing)[0]
    assert (found.campaign.state, found.campaign.ended_at, found.progress.waiting) == (CampaignState.PAUSED, None, 2)
    house.do(campaigns.resume, ANA, sent_to)
    minutes(house, 1)
    assert progress(house, sent_to) == Progress(sent=2)
    assert len(house.sent()) == 2


def test_called_off_whoever_has_not_got_it_does_not_get_it(house: House) -> None:
    sent_to = started(house, a_send(house.do(people, 30)))
    house.clock.forward(seconds=10)
    house.work()
    house.do(campaigns.call_off, house.desk, ANA, sent_to, house.now)
    minutes(house, 2)
    assert progress(house, sent_to) == Progress(sent=10, cancelled=20)
    with pytest.raises(Refused):
        house.do(campaigns.resume, ANA, sent_to)


def test_it_waits_while_its_account_may_not_send(house: House) -> None:
    sent_to = started(house, a_send(house.do(people, 3)))
    house.do(channels.pause, house.desk, ANA, "desk-sms", house.now)
    minutes(house, 1)
    assert progress(house, sent_to) == Progress(waiting=3)
    house.do(channels.resume, house.desk, ANA, "desk-sms", house.now)
    minutes(house, 1)
    assert progress(house, sent_to) == Progress(sent=3)


def test_by_a_vendor_s_template_it_reaches_those_whose_window_is_closed(house: House) -> None:
    ids = house.do(people, 2)

    def on_whatsapp(t: Transaction) -> int:
        t.guests.add_handle(Handle(0, ids[0], "whatsapp", "+33612000000", created_at=NOW))
        t.consents.put(ids[0], ConsentRow("marketing", "whatsapp", True, NOW, "ana", "asked"))
        return an_approved(t).id

    template = house.do(on_whatsapp)
    wanted = GroupSend(Wording(("whatsapp", "sms"), template=template), tuple(ids), "Late")
    found = looked(house, wanted)
    assert [(one.letter.channel, one.letter.template_values) for one in found.receive if one.letter] == [
        ("whatsapp", {"1": "Guest000"})
    ]
    written = looked(house, a_send(ids)._replace(wording=Wording(("whatsapp",), "Bonjour")))
    assert [one.refusal and one.refusal.code for one in written.left_out] == ["never_wrote", "no_address_for"]


def test_a_stay_in_the_house_s_second_building_keeps_its_own_thread(house: House) -> None:
    ids = house.do(people, 1)
    house.do(lambda t: a_reservation(t, t.guests.load(ids[0]), 1, 2, property="annex"))
    started(house, a_send(ids))
    minutes(house, 1)
    assert house.conversation("+33612000000").property == "annex"


def test_what_failed_says_why(house: House) -> None:
    house.sms.faults.append(Rejected("bad_number"))
    sent_to = started(house, a_send(house.do(people, 1)))
    minutes(house, 1)
    (row,) = house.ask(campaigns.results, sent_to)
    assert (row.fate, row.reason) == ("failed", "bad_number")
    with house.store.read() as t:
        found = t.outbox.get(row.outbox_id or 0)
    assert found is not None
    assert found.state is OutboxState.FAILED


def test_whoever_is_merged_meanwhile_gets_it_once_as_the_guest_they_are(house: House) -> None:
    ids = house.do(people, 2)
    sent_to = started(house, a_send(ids))
    house.do(guests.merge, ANA, ids[1], ids[0], house.now)
    minutes(house, 1)
    assert [text.split(",")[0] for text in house.sent()] == ["Bonjour Guest000"]
    assert progress(house, sent_to) == Progress(sent=1, left_out=1)
