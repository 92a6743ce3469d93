"""Changed terms: to whom they go, and how each guest accepts them: by a word, by their link, or noted at the desk."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.store import SqlStore
from tests.builders import a_reservation
from tests.desk.house import House
from tests.services.test_campaigns import people
from tests.tui.hotel import ANA, a_desk
from tui_inbox.domain.campaign import Campaign, CampaignKind
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.services import campaigns, footers, linking, templates, terms, undo
from tui_inbox.services.accept_links import ACCEPT, link_for
from tui_inbox.services.campaigns import GroupSend
from tui_inbox.services.terms import ChangedTerms

PUBLIC = "https://chat.hotel.example"
_LINK = re.compile(rf"{PUBLIC}/terms/([a-z2-7]{{36}})(?![a-z0-9])")


@pytest.fixture
def house(sqlite_store: SqlStore, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path, a_desk())


@pytest.fixture
def public(sqlite_store: SqlStore, tmp_path: Path) -> House:
    """A hotel whose guests reach its pages."""
    found = House(sqlite_store, tmp_path, a_desk(public_url=PUBLIC))
    found.do(footers.signing_key)
    return found


def phone(number: int) -> str:
    return f"+336120{number:05d}"


def to(house: House, number: int) -> list[str]:
    return [row.text for _id, row in house.sms.sent if row.address == phone(number)]


def later(house: House, minutes: float) -> None:
    house.clock.forward(minutes=minutes)
    house.work()
    house.work()


def coming(house: House) -> list[int]:
    ids = house.do(people, 3)
    for guest_id, first in zip(ids, (0, 20, -9), strict=True):
        house.do(lambda t, g=guest_id, f=first: a_reservation(t, t.guests.load(g), f, f + 2))
    return ids


TERMS = ChangedTerms("Règlement", "https://hotel.example/regles", terms.suggested(a_desk()), ("sms",))


def test_the_audience_is_everybody_with_an_upcoming_stay_and_looking_sends_nothing(house: House) -> None:
    ids = coming(house)
    wanted = house.ask(terms.send_to_upcoming, house.desk, ANA, TERMS._replace(note="Merci !"), "changed", house.now)
    assert wanted.guests == tuple(ids[:2])
    found = house.ask(campaigns.look, house.desk, ANA, wanted, house.now)
    assert all("https://hotel.example/regles" in one.text and "Merci !" in one.text for one in found.receive)
    later(house, 5)
    assert house.sent() == []


def test_an_empty_note_takes_its_line_away(house: House) -> None:
    coming(house)
    wanted = house.ask(terms.send_to_upcoming, house.desk, ANA, TERMS, "changed", house.now)
    found = house.ask(campaigns.look, house.desk, ANA, wanted, house.now)
    assert "##" not in found.receive[0].text
    assert "\n\n\n" not in found.receive[0].text


def test_acceptance_is_recorded_with_its_time_and_who_has_not_is_listed(house: House) -> None:
    ids = coming(house)
    wanted = house.ask(terms.send_to_upcoming, house.desk, ANA, TERMS, "changed", house.now)
    campaign = house.do(campaigns.start, house.desk, ANA, wanted, house.now)
    assert campaign.kind is CampaignKind.TERMS
    later(house, 1)
    assert [guest for guest, _name in house.ask(terms.outstanding, campaign)] == ids[:2]
    house.clock.forward(minutes=5)
    house.writes("OUI", address=phone(0))
    assert [guest for guest, _name in house.ask(terms.outstanding, campaign)] == [ids[1]]
    rows = house.ask(campaigns.results, campaign.id)
    assert rows[0].accepted_at == house.now
    house.do(terms.accept, ANA, campaign.id, ids[1], terms.BY_HAND, house.now)
    assert house.ask(terms.outstanding, campaign) == ()
    with pytest.raises(Refused):
        house.do(terms.accept, ANA, campaign.id, ids[1], terms.BY_HAND, house.now)


@pytest.mark.parametrize(
    "changed",
    [{"link": ""}, {"link": "hotel.example"}, {"text": "Les règles ont changé.", "link": "https://h.example"}],
)
def test_the_link_is_required(house: House, changed: dict[str, Any]) -> None:
    coming(house)
    with pytest.raises(Refused) as refused:
        house.ask(terms.send_to_upcoming, house.desk, ANA, TERMS._replace(**changed), "changed", house.now)
    assert refused.value.code == "terms_link"


def test_a_yes_from_before_the_question_answers_nothing(house: House) -> None:
    coming(house)
    wanted = house.ask(terms.send_to_upcoming, house.desk, ANA, TERMS, "changed", house.now)
    campaign = house.do(campaigns.start, house.desk, ANA, wanted, house.now)
    later(house, 1)
    house.writes("OUI", address=phone(0), at=house.now - timedelta(hours=1))
    assert len(house.ask(terms.outstanding, campaign)) == 2


def sent(house: House, changed: ChangedTerms = TERMS) -> Campaign:
    """Changed terms on their way to two guests who are coming."""
    coming(house)
    wanted: GroupSend = house.ask(terms.send_to_upcoming, house.desk, ANA, changed, "changed", house.now)
    campaign = house.do(campaigns.start, house.desk, ANA, wanted, house.now)
    later(house, 1)
    return campaign


def with_page(house: House) -> ChangedTerms:
    return TERMS._replace(text=terms.suggested(house.desk))


def code_to(house: House, number: int) -> str:
    found = _LINK.search(to(house, number)[-1])
    assert found is not None, to(house, number)
    return found[1]


def accepted(house: House, campaign: Campaign) -> list[tuple[bool, str, str]]:
    rows = house.ask(campaigns.results, campaign.id)
    return [(row.accepted_at is not None, row.accepted_how, row.accepted_by) for row in rows]


def test_each_guest_s_link_accepts_for_them_alone_with_its_time(public: House) -> None:
    campaign = sent(public, with_page(public))
    assert code_to(public, 0) != code_to(public, 1)
    public.clock.forward(minutes=7)
    assert public.ask(terms.looked_at, public.desk, code_to(public, 0), public.now).accepted_at is None
    assert accepted(public, campaign) == [(False, "", "")] * 2
    done = public.do(terms.by_page, public.desk, code_to(public, 0), public.now)
    assert (done.accepted_at, done.name, done.link) == (public.now, "Règlement", TERMS.link)
    first = public.now
    public.clock.forward(minutes=7)
    assert public.do(terms.by_page, public.desk, code_to(public, 0), public.now).accepted_at == first
    public.do(terms.accept, ANA, campaign.id, public.ask(campaigns.results, campaign.id)[1].guest_id, "by_hand",
              public.now)  # fmt: skip
    assert accepted(public, campaign) == [(True, "link", ""), (True, "by_hand", "ana")]
    with public.store.read() as t:
        assert t.campaigns.accepted(campaign.id) == 2


def test_what_was_noted_by_mistake_is_taken_back_and_what_the_guest_did_stands(public: House) -> None:
    campaign = sent(public, with_page(public))
    _first, second = (row.guest_id for row in public.ask(campaigns.results, campaign.id))
    public.do(terms.by_page, public.desk, code_to(public, 0), public.now)
    public.do(terms.accept, ANA, campaign.id, second, terms.BY_HAND, public.now)
    undone = public.do(undo.undo, ANA, public.now)
    assert undone is not None
    assert undone.code is Code.TERMS_ACCEPTED
    assert accepted(public, campaign) == [(True, "link", ""), (False, "", "")]
    assert public.do(undo.undo, ANA, public.now) is None
    public.do(terms.by_page, public.desk, code_to(public, 1), public.now)
    assert accepted(public, campaign) == [(True, "link", "")] * 2


def test_a_yes_after_the_link_was_pressed_changes_nothing_and_is_read_like_any_message(public: House) -> None:
    campaign = sent(public, with_page(public))
    public.do(terms.by_page, public.desk, code_to(public, 0), public.now)
    before = public.ask(campaigns.results, campaign.id)[0].accepted_at
    public.clock.forward(minutes=1)
    public.writes("Oui", address=phone(0))
    assert public.ask(campaigns.results, campaign.id)[0].accepted_at == before
    assert accepted(public, campaign)[0] == (True, "link", "")
    assert public.conversation(phone(0)).unanswered


def test_the_link_in_a_preview_is_as_long_as_the_real_one_and_accepts_nothing(public: House) -> None:
    coming(public)
    wanted = public.ask(terms.send_to_upcoming, public.desk, ANA, with_page(public), "changed", public.now)
    summary = public.ask(campaigns.look, public.desk, ANA, wanted, public.now)
    found = _LINK.search(summary.receive[0].text)
    assert found is not None
    campaign = public.do(campaigns.start, public.desk, ANA, wanted, public.now)
    later(public, 1)
    assert len(to(public, 0)[0]) == len(summary.receive[0].text)
    with pytest.raises(Refused, match="accept_unknown"):
        public.do(terms.by_page, public.desk, found[1], public.now)
    assert accepted(public, campaign) == [(False, "", "")] * 2


def test_a_link_that_was_not_sent_after_all_or_is_too_old_accepts_nothing(public: House) -> None:
    campaign = sent(public, with_page(public))
    code = code_to(public, 0)
    for wrong in (code[:-1] + ("a" if code[-1] != "a" else "q"), "x", ""):
        with pytest.raises(Refused, match="accept_forged"):
            public.do(terms.by_page, public.desk, wrong, public.now)
    with pytest.raises(Refused, match="accept_old"):
        public.do(terms.by_page, public.desk, code, public.now + timedelta(days=401))
    assert accepted(public, campaign) == [(False, "", "")] * 2


def test_a_link_from_before_the_question_is_about_another_one(public: House) -> None:
    """After an older backup was restored numbers are given again."""
    campaign = sent(public, with_page(public))
    (guest_id, _other) = (row.guest_id for row in public.ask(campaigns.results, campaign.id))
    yesterday = public.now - timedelta(days=1)
    code = public.ask(link_for, public.desk, campaign.id, guest_id, yesterday).rpartition("/")[2]
    with pytest.raises(Refused, match="accept_unknown"):
        public.do(terms.by_page, public.desk, code, public.now)
    assert accepted(public, campaign) == [(False, "", "")] * 2


def test_a_guest_who_was_merged_since_accepts_by_the_link_they_have(public: House) -> None:
    campaign = sent(public, with_page(public))
    rows = public.ask(campaigns.results, campaign.id)
    public.do(linking.merge, ANA, rows[0].guest_id, rows[1].guest_id, public.now)
    public.do(terms.by_page, public.desk, code_to(public, 0), public.now)
    assert accepted(public, campaign) == [(True, "link", ""), (False, "", "")]


def test_without_a_page_the_text_asks_for_a_yes_and_a_link_to_it_is_refused(house: House) -> None:
    coming(house)
    assert ACCEPT not in TERMS.text
    wrong = TERMS._replace(text=f"{TERMS.text}\n##{{{{accept_link}}}}")
    with pytest.raises(Refused, match="terms_no_page"):
        house.ask(terms.send_to_upcoming, house.desk, ANA, wrong, "changed", house.now)


def a_text(language: str, body: str) -> Template:
    return Template(0, TemplateKind.REMINDER, "terms", language, body, subject="Terms", event=terms.OCCASION)


def test_the_hotel_s_own_texts_go_to_each_guest_in_their_language(public: House) -> None:
    own = [
        public.do(templates.save, public.desk, ANA, a_text(language, body), public.now)
        for language, body in (
            ("en", "Read ##{{terms_link}}, accept ##{{accept_link}}"),
            ("fr", "Lisez ##{{terms_link}}, acceptez ##{{accept_link}}"),
        )
    ]
    assert [one.name for one in public.ask(terms.own_texts)] == ["terms"]
    ids = coming(public)
    public.do(lambda t: t.guests.put(t.guests.load(ids[1])._replace(language="en")))
    changed = TERMS._replace(text="", template=own[0].id)
    wanted = public.ask(terms.send_to_upcoming, public.desk, ANA, changed, "changed", public.now)
    campaign = public.do(campaigns.start, public.desk, ANA, wanted, public.now)
    later(public, 1)
    assert [to(public, number)[0].split()[0] for number in (0, 1)] == ["Lisez", "Read"]
    public.do(terms.by_page, public.desk, code_to(public, 1), public.now)
    assert accepted(public, campaign) == [(False, "", ""), (True, "link", "")]


def test_the_hotel_s_own_text_is_refused_where_one_language_of_it_cannot_be_filled(house: House) -> None:
    coming(house)
    for language, body in (("en", "##{{terms_link}} ##{{accept_link}}"), ("fr", "##{{terms_link}}")):
        own = house.do(templates.save, house.desk, ANA, a_text(language, body), house.now)
    with pytest.raises(Refused, match="terms_no_page"):
        house.ask(terms.send_to_upcoming, house.desk, ANA, TERMS._replace(template=own.id), "changed", house.now)
