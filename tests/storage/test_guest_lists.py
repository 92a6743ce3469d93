"""Criteria of guest lists in SQL, on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.store import SqlStore
from tests.builders import NOW, TODAY, a_conversation, a_guest, a_reservation
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.guest import Handle, Line
from tui_inbox.domain.guest_list import CRITERIA, GuestList, Shape
from tui_inbox.domain.reservation import ReservationStatus
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import ConsentRow, View


def house(t: Transaction) -> None:
    """Claire arrives in 3 days and has no phone, Jonas is here for the second time, Mara left; Ken never came."""
    claire = a_guest(t, "Claire", language="fr-CA", vip=True, email="c@x.example", country="CA")
    jonas = a_guest(t, "Jonas", phone="+4915112345678", language="de", channel="whatsapp")
    mara = a_guest(t, "Mara", phone="+33600000001", language="fr")
    ken = a_guest(t, "Ken", phone="+819012345678", blocked=False)
    a_guest(t, "Blocked", language="fr", blocked=True)
    a_reservation(t, claire, 3, 5, room_type="Suite", ota="Booking.com")
    a_reservation(t, claire, 30, 44, room_type="Double", ota="Direct")
    a_reservation(t, jonas, -2, 1, ota="Direct")
    a_reservation(t, jonas, -400, -397, ota="Booking.com")
    a_reservation(t, mara, -40, -38, room_type="Suite")
    a_reservation(t, ken, 1, 3, status=ReservationStatus.CANCELLED)
    t.tags.add(t.tags.ensure("spa", "").id, "guest", mara.id)
    talk = a_conversation(t, ken)
    t.tags.add(t.tags.ensure("spa", "").id, "conversation", talk.id)
    t.consents.put(mara.id, ConsentRow("marketing", "sms", False, NOW, "ana", "asked"))
    t.guests.add_handle(Handle(0, ken.id, "sms", ken.phone, created_at=NOW))
    t.lines.put(Line("desk-sms", "sms", ken.phone, stopped_at=NOW, stop_word="STOP"))


CASES = [
    ({}, ["Claire", "Jonas", "Ken", "Mara"]),
    ({"language": "fr"}, ["Claire", "Mara"]),
    ({"country": "ca"}, ["Claire"]),
    ({"vip": "yes"}, ["Claire"]),
    ({"vip": "no"}, ["Jonas", "Ken", "Mara"]),
    ({"tag": "spa"}, ["Ken", "Mara"]),
    ({"phone": "no"}, ["Claire"]),
    ({"email": "yes"}, ["Claire"]),
    ({"whatsapp": "yes"}, ["Jonas"]),
    ({"whatsapp": "no"}, ["Claire", "Ken", "Mara"]),
    ({"opted_out": "sms"}, ["Ken", "Mara"]),
    ({"phase": "in_house"}, ["Jonas"]),
    ({"phase": "future"}, ["Claire"]),
    ({"phase": "past"}, ["Mara"]),
    ({"phase": "none"}, ["Ken"]),
    ({"arriving_within": "7", "phone": "no"}, ["Claire"]),
    ({"arriving_within": "2"}, []),
    ({"departing_within": "1"}, ["Jonas"]),
    ({"nights_from": "3"}, ["Claire", "Jonas"]),
    ({"nights_to": "2", "arriving_within": "10"}, ["Claire"]),
    ({"nights_from": "10", "arriving_within": "10"}, []),
    ({"room_type": "suite"}, ["Claire", "Mara"]),
    ({"room_type": "suite", "source": "booking.com"}, ["Claire"]),
    ({"room_type": "suite", "source": "direct"}, []),
    ({"last_stay_before": (TODAY - timedelta(days=30)).isoformat()}, ["Jonas", "Mara"]),
    ({"last_stay_after": (TODAY - timedelta(days=60)).isoformat()}, ["Mara"]),
    ({"stays_from": "2"}, ["Jonas"]),
    ({"stays_from": "0"}, ["Claire", "Jonas", "Ken", "Mara"]),
    ({"stays_to": "0"}, ["Claire", "Ken"]),
    ({"stays_to": "1"}, ["Claire", "Ken", "Mara"]),
]


def test_every_criterion_counts_and_names_the_same_guests(store: SqlStore) -> None:
    with store.write() as t:
        house(t)
    with store.read() as t:
        for criteria, names in CASES:
            found = [name for _id, name in t.guest_lists.members(criteria, TODAY, None, 50)]
            assert (found, t.guest_lists.count(criteria, TODAY)) == (names, len(names)), criteria
            fitting = {id_ for id_ in range(1, 9) if t.guest_lists.fits(id_, criteria, TODAY)}
            assert fitting == {id_ for id_, _name in t.guest_lists.members(criteria, TODAY, None, 50)}


def test_of_a_property_every_criterion_speaks_of_its_guests_and_their_stays_there(store: SqlStore) -> None:
    """Claire stays at the annex alone, Jonas at the other house."""
    with store.write() as t:
        house(t)
        for name, place in (("Claire", "annex"), ("Jonas", "other")):
            ((guest_id, _name),) = [one for one in t.guest_lists.members({}, TODAY, None, 9) if one[1] == name]
            for stay in t.reservations.of_guest(guest_id):
                t.reservations.put(stay._replace(property=place))
    with store.read() as t:
        for criteria, names in CASES:
            found = [name for _id, name in t.guest_lists.members(criteria, TODAY, None, 50, "annex")]
            assert found == [name for name in names if name == "Claire"], criteria
            assert t.guest_lists.count(criteria, TODAY, "annex") == len(found)
            assert t.guest_lists.members(criteria, TODAY, None, 50, "nowhere") == []


def test_the_table_of_cases_knows_every_criterion() -> None:
    assert {code for criteria, _names in CASES for code in criteria} == {criterion.code for criterion in CRITERIA}
    assert {criterion.shape for criterion in CRITERIA} == set(Shape)


def test_members_go_on_where_a_page_ended(store: SqlStore) -> None:
    with store.write() as t:
        house(t)
    with store.read() as t:
        first = t.guest_lists.members({}, TODAY, None, 3)
        rest = t.guest_lists.members({}, TODAY, first[-1][0], 3)
    assert [name for _id, name in (*first, *rest)] == ["Claire", "Jonas", "Ken", "Mara"]


def test_a_list_filters_the_inbox_and_the_directory_until_it_is_gone(store: SqlStore) -> None:
    with store.write() as t:
        house(t)
        spa = t.guest_lists.add(GuestList(0, "Spa", {"tag": "spa"}))
    view = View(guest_list=spa.id)
    with store.read() as t:
        assert [row.guest for row in t.inbox.page(view, "ana", TODAY, None, 9).rows] == ["Ken"]
        assert [row.name for row in t.guests.directory("", TODAY, None, 9, spa.id)] == ["Ken", "Mara"]
        assert [row.name for row in t.guests.directory("mar", TODAY, None, 9, spa.id)] == ["Mara"]
    with store.write() as t:
        t.guest_lists.remove(spa.id)
    with store.read() as t:
        assert t.inbox.page(view, "ana", TODAY, None, 9).rows == ()
        assert t.guests.directory("", TODAY, None, 9, spa.id) == []
    with pytest.raises(NotFound), store.write() as t:
        t.guest_lists.load(spa.id)


def test_lists_are_kept_in_their_order(store: SqlStore) -> None:
    with store.write() as t:
        one, two = (
            t.guest_lists.add(GuestList(0, name, {"vip": "yes"}, place)) for place, name in ((1, "A"), (2, "B"))
        )
        t.guest_lists.put(two._replace(place=0, name="Bb"))
    with store.read() as t:
        assert [row.name for row in t.guest_lists.all()] == ["Bb", "A"]
        assert t.guest_lists.get(one.id) == one


def test_capitals_with_accents_and_signs_of_patterns_are_letters_like_others(store: SqlStore) -> None:
    with store.write() as t:
        for name, kind, language in (("Ada", "ÉLÉGANCE", "fr"), ("Ben", "élégance", "f_"), ("Cid", "Suite", "xfr-y")):
            a_reservation(t, a_guest(t, name, language=language), 1, 2, room_type=kind, ota="Öko-Reisen")
    with store.read() as t:
        for criteria, names in (
            ({"room_type": "Élégance"}, ["Ada", "Ben"]),
            ({"source": "öKO-reisen"}, ["Ada", "Ben", "Cid"]),
            ({"language": "%"}, []),
            ({"language": "f"}, ["Ben"]),
        ):
            found = [name for _id, name in t.guest_lists.members(criteria, TODAY, None, 50)]
            assert found == names, criteria
