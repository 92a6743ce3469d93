"""Offers: asked in turn or first come, taken once, answered late."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import a_guest
from tests.desk.house import House
from tests.services.test_campaigns import people
from tests.tui.hotel import ANA, a_desk
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.offer import AskedState, Offer, OfferMode, OfferState
from tui_inbox.domain.yes_no import yes_or_no
from tui_inbox.services import holding, offers
from tui_inbox.services.offers import OfferView

TEXT = "##{{offer}} est libre. Répondez OUI dans les ##{{minutes_left}} minutes."


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path, a_desk())


def offered(house: House, count: int = 3, mode: OfferMode = OfferMode.TURN) -> int:
    ids = house.do(people, count)
    offer = Offer(0, "Table pour deux", TEXT, ("sms",), 30, mode)
    made = house.do(offers.make, house.desk, ANA, offer, ids, house.now).id
    house.work()
    house.work()
    return made


def seen(house: House) -> OfferView:
    return house.ask(offers.listing)[0]


def states(house: House) -> list[AskedState]:
    return [row.asked.state for row in seen(house).rows]


def phone(number: int) -> str:
    return f"+336120{number:05d}"


def to(house: House, number: int) -> list[str]:
    return [row.text for _id, row in house.sms.sent if row.address == phone(number)]


def later(house: House, minutes: float) -> None:
    house.clock.forward(minutes=minutes)
    house.work()
    house.work()


def test_the_second_is_asked_when_the_first_is_silent_for_thirty_minutes(house: House) -> None:
    offered(house)
    assert to(house, 0) == ["Table pour deux est libre. Répondez OUI dans les 30 minutes."]
    later(house, 29)
    assert to(house, 1) == []
    later(house, 1)
    assert len(to(house, 1)) == 1
    assert states(house) == [AskedState.SILENT, AskedState.ASKED, AskedState.WAITING]


def test_a_yes_takes_it_and_nobody_else_is_asked(house: House) -> None:
    offered(house)
    house.writes("Oui !", address=phone(0))
    house.work()
    assert (seen(house).offer.state, seen(house).rows[0].asked.state) == (OfferState.TAKEN, AskedState.YES)
    assert "Table pour deux" in to(house, 0)[-1]
    later(house, 60)
    assert to(house, 1) == []
    assert house.conversation(phone(0)).unanswered


def test_a_no_lets_the_next_be_asked_at_once(house: House) -> None:
    offered(house)
    house.writes("Non", address=phone(0))
    house.work()
    assert len(to(house, 1)) == 1


def test_first_come_the_second_yes_is_told_that_it_is_gone(house: House) -> None:
    offered(house, mode=OfferMode.FIRST)
    later(house, 30)
    assert states(house) == [AskedState.ASKED, AskedState.ASKED, AskedState.WAITING]
    house.writes("OK", address=phone(0))
    house.work()
    house.writes("oui", address=phone(1))
    house.work()
    assert states(house) == [AskedState.YES, AskedState.LATE, AskedState.WAITING]
    assert "n’est plus" in to(house, 1)[-1] or "gone" in to(house, 1)[-1]
    later(house, 60)
    assert to(house, 2) == []


def test_a_late_yes_has_it_only_while_nobody_else_is_being_asked(house: House) -> None:
    offered(house, 2)
    later(house, 30)
    house.writes("Oui", address=phone(0))
    house.work()
    assert states(house) == [AskedState.LATE, AskedState.ASKED]
    later(house, 30)
    assert seen(house).offer.state is OfferState.NOBODY
    house.writes("Oui", address=phone(1))
    house.work()
    assert seen(house).offer.state is OfferState.TAKEN
    assert states(house) == [AskedState.LATE, AskedState.YES]


def test_whoever_cannot_be_reached_is_passed_over_at_once(house: House) -> None:
    ids = [house.do(lambda t: a_guest(t, "Nophone").id), *house.do(people, 1)]
    house.do(offers.make, house.desk, ANA, Offer(0, "Spa", TEXT, ("sms",), 30), ids, house.now)
    house.work()
    house.work()
    assert states(house) == [AskedState.LEFT_OUT, AskedState.ASKED]
    assert seen(house).rows[0].asked.reason == "no_address_for"


def test_an_operator_notes_a_yes_by_telephone_and_can_withdraw(house: House) -> None:
    made = offered(house)
    guest = seen(house).rows[0].asked.guest_id
    with pytest.raises(Refused):
        house.do(offers.answer, house.desk, ANA, made, seen(house).rows[1].asked.guest_id, house.now, yes=True)
    house.do(offers.answer, house.desk, ANA, made, guest, house.now, yes=True)
    assert seen(house).offer.taken_by == guest
    with pytest.raises(Refused):
        house.do(offers.withdraw, ANA, made, house.now)


def test_nobody_is_asked_while_all_is_held(house: House) -> None:
    house.do(holding.hold_all, ANA, "eau", house.now)
    offered(house)
    assert states(house) == [AskedState.WAITING] * 3
    house.do(holding.release_all, ANA)
    house.work()
    assert states(house)[0] is AskedState.ASKED


@pytest.mark.parametrize(
    ("offer", "code"),
    [
        (Offer(0, "", TEXT, ("sms",), 30), "offer_title"),
        (Offer(0, "Spa", TEXT, ("sms",), 0), "offer_minutes"),
        (Offer(0, "Spa", "##{{minute_left}}", ("sms",), 30), "unknown_variable_near"),
        (Offer(0, "Spa", TEXT, ("fax",), 30), "send_channels"),
    ],
)
def test_an_offer_is_checked(house: House, offer: Offer, code: str) -> None:
    ids = house.do(people, 1)
    with pytest.raises(Refused) as refused:
        house.do(offers.make, house.desk, ANA, offer, ids, house.now)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "said"),
    [("Oui !", True), ("SÍ", True), ("j’accepte", True), ("non.", False), ("oui mais plus tard", None), ("", None)],
)
def test_a_yes_is_nothing_but_a_yes(text: str, said: bool | None) -> None:
    assert yes_or_no(text) is said
