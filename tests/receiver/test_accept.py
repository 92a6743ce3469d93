"""The page behind a guest's link to changed terms: looking accepts nothing, one press does, a false link is told so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from storage.store import SqlStore
from tests.builders import TODAY, a_guest, a_reservation
from tests.fakes import hotel
from tests.receiver.tiny import House, running
from tui_inbox.domain import acceptance
from tui_inbox.domain.campaign import Campaign, CampaignKind, Recipient, RecipientState
from tui_inbox.services import campaigns, terms
from tui_inbox.services.accept_links import PATH, link_for
from tui_inbox.services.desk import SYSTEM
from tui_inbox.services.footers import signing_key
from tui_inbox.services.terms import ChangedTerms

DESK = hotel()._replace(public_url="https://chat.hotel.example", hotel="Hôtel <Lumière>")
TERMS = Campaign(
    0, "House <rules>", "…", ("sms",), CampaignKind.TERMS, created_at=datetime(2026, 11, 1, tzinfo=UTC),
    values={"terms_link": "https://hotel.example/r?a=1&b=\"2\"", "note": "New: <no> smoking", "accept_link": ""},
)  # fmt: skip


@pytest.fixture
def house(sqlite_store: SqlStore) -> Iterator[House]:
    with running(House(sqlite_store, desk=DESK)) as found:
        yield found


def asked(
    house: House, language: str = "en", kind: CampaignKind = CampaignKind.TERMS, days: int = 0
) -> tuple[str, int]:
    """A guest who was sent changed terms: the path of their link, and the campaign."""
    with house.store.write() as t:
        guest = a_guest(t, "Claire Martin", language=language)
        made = t.campaigns.add(TERMS._replace(kind=kind), [guest.id])
        t.campaigns.put_recipient(Recipient(made.id, guest.id, state=RecipientState.QUEUED, outbox_id=1))
        signing_key(t)
        sent = datetime.now(UTC) - timedelta(days=days)
        return link_for(t, DESK, made.id, guest.id, sent).removeprefix(DESK.public_url), made.id


def accepted(house: House, campaign: int) -> list[tuple[bool, str, str]]:
    with house.store.read() as t:
        rows = t.campaigns.rows(campaign, None, 9)
    return [(row.accepted_at is not None, row.accepted_how, row.accepted_by) for row in rows]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_accepts_nothing_and_shows_what_it_is_about(house: House, method: str) -> None:
    path, campaign = asked(house)
    answer = house.ask(method, path)
    assert answer.status == 200
    assert accepted(house, campaign) == [(False, "", "")]
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    if method == "GET":
        page = answer.body.decode()
        assert "The terms for your stay have changed: House &lt;rules&gt;." in page
        assert 'href="https://hotel.example/r?a=1&amp;b=&quot;2&quot;"' in page
        assert "New: &lt;no&gt; smoking" in page
        assert "Hôtel &lt;Lumière&gt;" in page
        assert page.count("<button>I accept these terms</button>") == 1


def test_the_button_accepts_once_and_the_first_time_stays(house: House) -> None:
    path, campaign = asked(house)
    pressed = house.ask("POST", path, b"")
    assert (pressed.status, b"<button>" in pressed.body) == (200, False)
    assert "Thank you. You accepted “House &lt;rules&gt;” on " in pressed.body.decode()
    assert accepted(house, campaign) == [(True, "link", "")]
    with house.store.read() as t:
        (first,) = t.campaigns.rows(campaign, None, 9)
    assert house.ask("POST", path, b"").body == house.ask("GET", path).body == pressed.body
    with house.store.read() as t:
        assert t.campaigns.rows(campaign, None, 9) == [first]
        assert len([one for one in t.events.activity(0, first.guest_id, 9) if one.code == "terms_accepted"]) == 1


def test_the_page_speaks_the_guest_s_language_else_the_browser_s(house: House) -> None:
    french, german = asked(house, "fr")[0], asked(house, "de")[0]
    assert b'lang="fr"' in house.ask("GET", french, headers={"Accept-Language": "en"}).body
    assert b'lang="en"' in house.ask("GET", german, headers={"Accept-Language": "en"}).body
    assert b'lang="fr"' in house.ask("GET", german, headers={"Accept-Language": "fr-CA"}).body


def test_the_link_that_a_guest_was_sent_is_the_one_that_accepts(house: House) -> None:
    now = datetime.now(UTC)
    with house.store.write() as t:
        signing_key(t)
        guest = a_guest(t, "Claire Martin", phone="+33612345678", channel="sms", language="fr")
        tomorrow = (now.date() - TODAY).days + 1
        a_reservation(t, guest, tomorrow, tomorrow + 2)
        changed = ChangedTerms("Rules", "https://hotel.example/r", terms.suggested(DESK), ("sms",))
        wanted = terms.send_to_upcoming(t, DESK, SYSTEM, changed, "changed", now)
        made = campaigns.start(t, DESK, SYSTEM, wanted, now - timedelta(minutes=5))
        assert campaigns.advance(t, DESK, now) == 1
        (row,) = t.campaigns.rows(made.id, None, 9)
    path = re.search(rf"{re.escape(DESK.public_url)}({PATH}/\w+)", row.text)
    assert path is not None
    assert house.ask("GET", path[1]).status == 200
    assert accepted(house, made.id) == [(False, "", "")]
    assert house.ask("POST", path[1], b"").status == 200
    assert accepted(house, made.id) == [(True, "link", "")]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_false_an_old_or_a_foreign_link_accepts_nothing_and_says_what_else_to_do(house: House, method: str) -> None:
    path, campaign = asked(house)
    old, other = asked(house, days=500)
    send, no_terms = asked(house, kind=CampaignKind.SEND)
    with house.store.write() as t:
        key = signing_key(t)
    today = datetime.now(UTC).date()
    foreign = [f"{PATH}/{acceptance.token(key, *ids, today)}" for ids in ((0, 1), (campaign, 999), (campaign + 99, 1))]
    for wrong in (path[:-1] + ("a" if path[-1] != "a" else "q"), old, send, f"{PATH}/x", *foreign):
        answer = house.ask(method, wrong, b"" if method == "POST" else None, {"Accept-Language": "en"})
        assert answer.status == 404
        assert "Answer our message with YES instead" in answer.body.decode()
    for one in (campaign, other, no_terms):
        assert accepted(house, one) == [(False, "", "")]


def test_who_has_not_been_sent_them_accepts_nothing(house: House) -> None:
    path, campaign = asked(house)
    with house.store.write() as t:
        (row,) = t.campaigns.rows(campaign, None, 9)
        t.campaigns.put_recipient(Recipient(campaign, row.guest_id, state=RecipientState.LEFT_OUT))
    assert house.ask("POST", path, b"").status == 404
    assert accepted(house, campaign) == [(False, "", "")]


def test_guessing_is_slowed_down_whichever_page_is_guessed_at(house: House) -> None:
    path, campaign = asked(house)
    pages = ("unsubscribe", "terms")
    answers = [house.ask("POST", f"/{pages[number % 2]}/{number}", b"").status for number in range(40)]
    assert 429 in answers
    assert house.ask("POST", path, b"").status == 429
    assert accepted(house, campaign) == [(False, "", "")]


def test_a_body_that_is_too_large_is_not_read(house: House) -> None:
    path, campaign = asked(house)
    assert house.ask("POST", path, b"x" * 5000).status == 413
    assert accepted(house, campaign) == [(False, "", "")]


def test_without_a_public_address_there_is_no_page(sqlite_store: SqlStore) -> None:
    with running(House(sqlite_store, desk=hotel())) as found:
        path, campaign = asked(found)
        answer = found.ask("POST", path, b"")
        assert (answer.status, answer.body) == (404, b"")
        assert accepted(found, campaign) == [(False, "", "")]
