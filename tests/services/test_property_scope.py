"""Whoever may see one property writes to many within it: audience, counts, stays, conversations and what was sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import NOW, TODAY, a_conversation, a_guest, a_reservation
from tests.desk.house import House
from tests.services.test_campaigns import minutes, people
from tests.tui.hotel import ANA, a_desk
from tui_inbox.domain.conversation import Tab
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.guest import Handle
from tui_inbox.domain.guest_list import UPCOMING, GuestList
from tui_inbox.domain.offer import Offer
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import View
from tui_inbox.services import campaigns, footers, guest_lists, guests, inbox, offers, terms
from tui_inbox.services.campaigns import GroupSend
from tui_inbox.services.desk import SYSTEM, Actor, Bulk
from tui_inbox.services.group_letters import Wording
from tui_inbox.services.terms import ChangedTerms

LEO = Actor("leo", "Leo", property="annex")
ANNEX, MAIN, BOTH, WRITER = "+33612000001", "+33612000002", "+33612000003", "+33612000004"


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    found = House(sqlite_store, tmp_path, a_desk(properties={"main": "Maison", "annex": "Annexe"}))
    found.do(footers.signing_key)
    found.do(furnished)
    return found


def furnished(t: Transaction) -> None:
    """One guest of each property, one of both who arrives at the annex in May, and one who only wrote to it."""
    annex, main, both, writer = (
        a_guest(t, name, phone=phone, channel="sms")
        for name, phone in (("Anna", ANNEX), ("Max", MAIN), ("Bea", BOTH), ("Will", WRITER))
    )
    a_reservation(t, annex, 2, 4, property="annex", room="A1")
    a_reservation(t, main, 2, 4, property="main", room="M1")
    a_reservation(t, both, 1, 3, property="main", room="M2")
    a_reservation(t, both, 20, 22, property="annex", room="A2")
    a_conversation(t, both, property="main")
    a_conversation(t, writer, property="annex")


def named(house: House, actor: Actor, **criteria: str) -> list[str]:
    found = house.ask(guest_lists.fitting, house.desk, actor, criteria, NOW, 9)
    ids = house.ask(guest_lists.members, house.desk, actor, criteria, NOW)
    assert found.guests == len(ids) == len(found.names)
    return sorted(found.names)


@pytest.mark.parametrize(
    ("criteria", "mine"),
    [
        ({"phone": "yes"}, ["Anna", "Bea", "Will"]),
        ({"arriving_within": "7"}, ["Anna"]),
        ({"arriving_within": "30"}, ["Anna", "Bea"]),
        ({"phase": "none"}, ["Will"]),
        ({"stays_to": "0"}, ["Anna", "Bea", "Will"]),
        ({"room_type": "x"}, []),
    ],
)
def test_a_list_has_the_guests_of_the_property_by_their_stays_there(
    house: House, criteria: dict[str, str], mine: list[str]
) -> None:
    assert named(house, LEO, **criteria) == mine


def test_past_stays_are_counted_at_the_property_alone(house: House) -> None:
    def stayed(t: Transaction) -> None:
        (bea,) = t.guests.by_handle("sms", BOTH)
        a_reservation(t, bea, -9, -7, property="main")
        a_reservation(t, bea, -90, -87, property="annex")

    house.do(stayed)
    assert named(house, LEO, stays_from="1") == ["Bea"]
    assert named(house, LEO, stays_from="2") == []
    assert named(house, ANA, stays_from="2") == ["Bea"]
    assert named(house, LEO, last_stay_after=TODAY.replace(day=1).isoformat()) == []
    assert named(house, ANA, last_stay_after=TODAY.replace(day=1).isoformat()) == ["Bea"]


def test_a_list_as_a_filter_shows_the_same_guests(house: House) -> None:
    made = house.do(guest_lists.save, ANA, GuestList(0, "Tous", {"arriving_within": "7"}), NOW)

    def filtered(actor: Actor) -> tuple[list[str], list[str]]:
        rows = house.ask(guests.directory, house.desk, "", NOW, None, 9, made.id, actor)
        view = View(tab=Tab.ALL, guest_list=made.id)
        talks = house.ask(inbox.page, house.desk, actor, view, NOW).rows
        return [row.name for row in rows], [row.guest for row in talks]

    house.do(lambda t: a_conversation(t, t.guests.by_handle("sms", BOTH)[0], property="annex"))
    assert filtered(LEO) == (["Anna"], [])
    assert filtered(ANA) == (["Anna", "Bea", "Max"], ["Bea", "Bea"])


def test_whoever_may_see_all_sees_all(house: House) -> None:
    assert named(house, ANA, phone="yes") == ["Anna", "Bea", "Max", "Will"]
    assert named(house, ANA, arriving_within="7") == ["Anna", "Bea", "Max"]


def everybody(house: House) -> tuple[int, ...]:
    return house.ask(guest_lists.members, house.desk, SYSTEM, {"phone": "yes"}, NOW)


def test_a_send_leaves_out_guests_of_others_and_writes_about_the_stay_there_into_the_row_there(house: House) -> None:
    text = "Chambre ##{{room}}, ##{{hotel}}"
    wanted = GroupSend(Wording(("sms",), text), everybody(house), "Annexe")
    found = house.ask(campaigns.look, house.desk, LEO, wanted, house.now)
    assert [(one.guest.name, one.refusal and one.refusal.code) for one in found.left_out] == [
        ("Max", "guest_not_yours"),
        ("Will", "nothing_to_say"),
    ]
    made = house.do(campaigns.start, house.desk, LEO, wanted, house.now)
    minutes(house, 1)
    assert sorted(house.sent()) == [
        "Chambre A1, Hôtel Lumière\nSTOP pour ne plus recevoir.",
        "Chambre A2, Hôtel Lumière\nSTOP pour ne plus recevoir.",
    ]
    rows = house.ask(campaigns.results, made.id, actor=LEO)
    with house.store.read() as t:
        talks = [t.conversations.load(row.conversation_id) for row in rows if row.conversation_id]
    assert {talk.property for talk in talks} == {"annex"}
    assert len(talks) == 2


def test_what_was_sent_for_others_is_neither_seen_nor_stopped(house: House) -> None:
    wanted = GroupSend(Wording(("sms",), "Bonjour"), everybody(house), "Tous")
    made = house.do(campaigns.start, house.desk, ANA, wanted, house.now)
    own = house.do(campaigns.start, house.desk, LEO, wanted, house.now)
    assert [row.campaign.id for row in house.ask(campaigns.listing, LEO)] == [own.id]
    assert [row.campaign.id for row in house.ask(campaigns.listing, ANA)] == [own.id, made.id]
    for act in (campaigns.pause, campaigns.call_off):
        with pytest.raises(Refused, match="not_your_property"):
            house.do(act, house.desk, LEO, made.id, house.now)
    with pytest.raises(Refused, match="not_your_property"):
        house.do(campaigns.resume, LEO, made.id)
    with pytest.raises(Refused, match="not_your_property"):
        house.ask(campaigns.results, made.id, actor=LEO)
    house.do(campaigns.pause, house.desk, LEO, own.id, house.now)


def test_changed_terms_go_to_who_comes_to_the_property(house: House) -> None:
    changed = ChangedTerms("Règlement", "https://h.example/r", terms.suggested(house.desk), ("sms",))
    wanted = house.ask(terms.send_to_upcoming, house.desk, LEO, changed, "changed", house.now)
    assert wanted.guests == house.ask(guest_lists.members, house.desk, LEO, UPCOMING, NOW)
    assert len(wanted.guests) == 2
    made = house.do(campaigns.start, house.desk, ANA, wanted, house.now)
    minutes(house, 1)
    with pytest.raises(Refused, match="not_your_property"):
        house.do(terms.accept, LEO, made.id, wanted.guests[0], terms.BY_HAND, house.now)


def test_an_offer_is_made_to_guests_of_the_property_and_seen_by_who_may(house: House) -> None:
    offer = Offer(0, "Table", "##{{offer}}, chambre ##{{room}} ?", ("sms",), 30)
    with pytest.raises(Refused, match="guest_not_yours"):
        house.do(offers.make, house.desk, LEO, offer, everybody(house), house.now)
    mine = house.ask(guest_lists.members, house.desk, LEO, {"arriving_within": "30"}, NOW)
    own = house.do(offers.make, house.desk, LEO, offer, mine, house.now)
    other = house.do(offers.make, house.desk, ANA, offer, everybody(house), house.now)
    house.work()
    house.clock.forward(minutes=31)
    house.work()
    house.deliver()
    assert [row.text for _id, row in house.sms.sent if row.address == BOTH][:1] == ["Table, chambre A2 ?"]
    assert [one.offer.id for one in house.ask(offers.listing, LEO)] == [own.id]
    assert {one.offer.id for one in house.ask(offers.listing, ANA)} == {own.id, other.id}
    with pytest.raises(Refused, match="not_your_property"):
        house.do(offers.withdraw, LEO, other.id, house.now)
    with pytest.raises(Refused, match="not_your_property"):
        house.do(offers.answer, house.desk, LEO, other.id, mine[0], house.now, yes=True)


def test_an_operator_of_one_account_makes_no_offer_by_another(house: House) -> None:
    mine = house.ask(guest_lists.members, house.desk, ANA, {"arriving_within": "7"}, NOW)
    offer = Offer(0, "Table", "##{{offer}} ?", ("sms",), 30)
    with pytest.raises(Refused, match="account_not_yours"):
        house.do(offers.make, house.desk, Actor("eva", "Eva", accounts=("desk-mail",)), offer, mine, house.now)


def test_a_send_to_many_goes_by_no_account_that_its_operator_may_not_use(house: House) -> None:
    """However many they are: the worker who sends it later knows no operator."""
    ids = house.do(people, 201)
    eva = Actor("eva", "Eva", accounts=("desk-mail",))
    house.do(lambda t: t.guests.add_handle(Handle(0, ids[0], "email", "first@example.org")))
    wanted = GroupSend(Wording(("email", "sms"), "Bonjour"), tuple(ids), "Spa")
    made = house.do(campaigns.start, house.desk._replace(bulk=Bulk(None, 600)), eva, wanted, house.now)
    minutes(house, 1)
    house.deliver()
    assert (house.sent(), len(house.sent("desk-mail"))) == ([], 1)
    rows = house.ask(campaigns.results, made.id, None, 300)
    assert {row.reason for row in rows if row.fate == "left_out"} == {"account_not_yours"}
