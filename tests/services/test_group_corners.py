"""What messages to many could get wrong at their edges: who writes, who is merged, under which name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from storage.store import SqlStore
from tests.builders import a_guest
from tests.desk.house import House
from tests.services.test_campaigns import a_send, minutes, people, progress, started, with_bulk
from tests.services.test_offers import TEXT, offered, phone, seen
from tests.tui.hotel import ANA, a_desk
from tui_inbox.domain.campaign import CampaignKind, Progress
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.guest import Handle
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.offer import AskedState, Offer, OfferState
from tui_inbox.services import campaigns, group_letters, guest_lists, guests, offers, replying
from tui_inbox.services.campaigns import GroupSend
from tui_inbox.services.group_letters import Prepared, Wording
from tui_inbox.services.replying import Reply


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path, a_desk())


def test_who_wrote_it_stands_in_it_though_the_worker_sends_it(house: House) -> None:
    sent_to = started(house, a_send(house.do(people, 2), "Bonjour, ici ##{{operator}}."))
    minutes(house, 1)
    assert house.sent() == ["Bonjour, ici Ana Lopez.\nSTOP pour ne plus recevoir."] * 2
    assert progress(house, sent_to) == Progress(sent=2)


def test_who_made_an_offer_stands_in_it(house: House) -> None:
    offer = Offer(0, "Spa", f"{TEXT} ##{{{{operator}}}}", ("sms",), 30)
    house.do(offers.make, house.desk, ANA, offer, house.do(people, 1), house.now)
    house.work()
    house.work()
    assert house.sent() == ["Spa est libre. Répondez OUI dans les 30 minutes. Ana Lopez"]


def test_a_guest_who_was_merged_into_another_is_heard_all_the_same(house: House) -> None:
    offered(house, 2)
    asked = seen(house).rows[0].asked.guest_id
    between, last = house.do(lambda t: (a_guest(t, "Guest000 M.").id, a_guest(t, "Guest000 Martin-Roux").id))
    house.do(guests.merge, ANA, asked, between, house.now)
    house.do(guests.merge, ANA, between, last, house.now)
    house.writes("Oui", address=phone(0))
    house.work()
    view = seen(house)
    assert (view.offer.state, view.rows[0].asked.state) == (OfferState.TAKEN, AskedState.YES)


def test_terms_are_accepted_by_whoever_the_guest_is_by_now(house: House) -> None:
    (asked,) = house.do(people, 1)
    wording = Wording(("sms",), "Conditions", message_class=MessageClass.TRANSACTIONAL)
    terms = GroupSend(wording, (asked,), "Terms", "contract", kind=CampaignKind.TERMS)
    sent_to = started(house, terms)
    minutes(house, 1)
    kept = house.do(lambda t: a_guest(t, "Guest000 Martin-Roux").id)
    house.do(guests.merge, ANA, asked, kept, house.now)
    house.writes("Oui", address=phone(0))
    (row,) = house.ask(campaigns.results, sent_to)
    assert row.accepted_at is not None


def test_many_are_looked_at_when_their_turn_comes_and_hold_nobody_up(
    sqlite_store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store has one writer at a time: thousands of guests looked at would keep everybody else waiting."""
    house = House(sqlite_store, tmp_path, with_bulk(None, 600))
    ids = [*house.do(lambda t: [a_guest(t, "Nophone").id, a_guest(t, "Nobody").id]), *house.do(people, 200)]
    looked: list[object] = []
    prepared = group_letters.prepare

    def counted(*given: Any) -> Prepared:
        looked.append(given)
        return prepared(*given)

    monkeypatch.setattr(campaigns, "prepare", counted)
    sent_to = started(house, a_send(ids))
    assert len(looked) == 3, "until somebody gets it"
    minutes(house, 1)
    assert progress(house, sent_to) == Progress(sent=200, left_out=2)


def test_many_of_whom_nobody_gets_it_are_refused(sqlite_store: SqlStore, tmp_path: Path) -> None:
    house = House(sqlite_store, tmp_path, with_bulk(None))
    ids = house.do(lambda t: [a_guest(t, f"Nophone {n}").id for n in range(201)])
    with pytest.raises(Refused, match="nobody_gets_it"):
        started(house, a_send(ids))
    with pytest.raises(Refused, match="unknown_variable"):
        started(house, a_send(ids, "##{{nothing}}"))


def test_one_person_gets_it_once_though_they_are_merged_after_their_turn(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    """By SMS as one guest; as the other they would get it by mail, too."""
    house = House(sqlite_store, tmp_path, with_bulk(per_minute=1))

    def two(t: object) -> tuple[int, int]:
        first = people(t, 1)[0]  # type: ignore[arg-type]
        second = a_guest(t, "Guest000 Martin", email="g@web.example")  # type: ignore[arg-type]
        t.guests.add_handle(Handle(0, second.id, "email", "g@web.example", created_at=house.now))  # type: ignore[attr-defined]
        return first, second.id

    first, second = house.do(two)
    wanted = GroupSend(Wording(("email", "sms"), "Bonjour"), (first, second), "Spa")
    sent_to = started(house, wanted)
    minutes(house, 1)
    assert progress(house, sent_to) == Progress(waiting=1, sent=1)
    house.do(guests.merge, ANA, second, first, house.now)
    minutes(house, 2)
    assert progress(house, sent_to) == Progress(sent=1, left_out=1)


def test_a_list_that_is_too_long_to_be_read_leaves_nobody_out_in_silence(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guest_lists, "MOST_MEMBERS", 2)
    house.do(people, 2)
    assert len(house.ask(guest_lists.members, house.desk, ANA, {"phone": "yes"}, house.now)) == 2
    house.do(people, 1, 2)
    with pytest.raises(Refused, match="list_too_long"):
        house.ask(guest_lists.members, house.desk, ANA, {"phone": "yes"}, house.now)


def test_a_yes_answers_what_was_asked_last(house: House) -> None:
    """An offer that nobody answered, and then changed terms: nobody gets a table with the terms."""
    offered(house, 1)
    guest = seen(house).rows[0].asked.guest_id
    house.clock.forward(hours=2)
    house.work()
    wording = Wording(("sms",), "Conditions", message_class=MessageClass.TRANSACTIONAL)
    sent_to = started(house, GroupSend(wording, (guest,), "Terms", "contract", kind=CampaignKind.TERMS))
    minutes(house, 1)
    house.writes("Non", address=phone(0))
    assert seen(house).rows[0].asked.state is AskedState.SILENT
    house.writes("Oui", address=phone(0))
    (row,) = house.ask(campaigns.results, sent_to)
    assert row.accepted_at is not None
    assert seen(house).offer.state is OfferState.NOBODY


def test_a_yes_to_a_person_s_question_takes_no_offer(house: House) -> None:
    offered(house, 1)
    house.writes("Combien coûte-t-elle ?", address=phone(0))
    row = house.conversation(phone(0))
    house.clock.forward(minutes=1)
    reply = Reply(row.id, "desk-sms", "sms", phone(0), "80 €. Faut-il un parking ?", send_now=True)
    house.do(replying.send, house.desk, ANA, reply, house.now)
    house.work()
    house.clock.forward(minutes=1)
    house.writes("Oui", address=phone(0))
    assert (seen(house).offer.state, seen(house).rows[0].asked.state) == (OfferState.OPEN, AskedState.ASKED)
    assert house.conversation(phone(0)).unanswered, "the desk reads it and notes what it means"
