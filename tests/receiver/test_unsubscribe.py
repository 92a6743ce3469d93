"""The page behind a mail's link: looking does nothing, one press ends this kind of mail, a false link ends none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from storage.store import SqlStore
from tests.builders import a_guest
from tests.fakes import hotel
from tests.receiver.tiny import House, running
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.optout import token
from tui_inbox.services.footers import signing_key

DESK = hotel()._replace(public_url="https://chat.hotel.example", hotel="Hôtel <Lumière>")


@pytest.fixture
def house(sqlite_store: SqlStore) -> Iterator[House]:
    with running(House(sqlite_store, desk=DESK)) as found:
        yield found


def link(house: House, days: int = 0) -> tuple[str, int]:
    with house.store.write() as t:
        guest = a_guest(t, "Claire Martin")
        day = datetime.now(UTC).date() - timedelta(days=days)
        return f"/unsubscribe/{token(signing_key(t), guest.id, MessageClass.MARKETING, day)}", guest.id


def consents(house: House, guest_id: int) -> list[tuple[str, str, bool, str]]:
    with house.store.read() as t:
        return [(row.topic, row.medium, row.allowed, row.source) for row in t.consents.of_guest(guest_id)]


def test_looking_changes_nothing_and_the_button_does(house: House) -> None:
    path, guest_id = link(house)
    looked = house.ask("GET", path, headers={"Accept-Language": "en"})
    assert looked.status == 200
    assert "No more offers by e-mail from Hôtel &lt;Lumière&gt;?" in looked.body.decode()
    assert looked.body.count(b"<button>") == 1
    assert "default-src 'none'" in looked.headers["content-security-policy"]
    assert looked.headers["cache-control"] == "no-store"
    assert consents(house, guest_id) == []
    pressed = house.ask("POST", path, b"", {"Accept-Language": "en"})
    assert pressed.status == 200
    assert b"<button>" not in pressed.body
    assert consents(house, guest_id) == [("marketing", "email", False, "by_page")]


def test_a_mail_programs_one_click_is_answered_at_once(house: House) -> None:
    path, guest_id = link(house)
    body = b"List-Unsubscribe=One-Click"
    answer = house.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 200
    assert "set-cookie" not in answer.headers
    assert consents(house, guest_id) == [("marketing", "email", False, "by_page")]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_false_or_old_link_does_nothing_and_names_the_other_way(house: House, method: str) -> None:
    path, guest_id = link(house)
    old, other = link(house, days=500)
    for wrong in (path[:-1] + ("a" if path[-1] != "a" else "b"), old, "/unsubscribe/x"):
        answer = house.ask(method, wrong, b"" if method == "POST" else None, {"Accept-Language": "en"})
        assert answer.status == 404
        assert "STOP" in answer.body.decode()
    assert consents(house, guest_id) == consents(house, other) == []


def test_guessing_is_slowed_down(house: House) -> None:
    answers = [house.ask("GET", f"/unsubscribe/{number}").status for number in range(40)]
    assert 429 in answers


def test_without_a_public_address_there_is_no_page(sqlite_store: SqlStore) -> None:
    with running(House(sqlite_store, desk=hotel())) as found:
        path, _guest = link(found)
        assert found.ask("GET", path).status == 404
        assert found.ask("GET", path).body == b""
