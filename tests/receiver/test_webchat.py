"""The web chat's interface by plain HTTP: a guest writes, reads, and can do nothing else."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest

from adapters.sandbox.webchat import SandboxBrowser
from adapters.webchat.account import WebChat
from storage.store import SqlStore
from tests.builders import a_guest
from tests.receiver.chatting import API, SECRET, SETTINGS, SITE, ChatHouse, serving
from tests.receiver.tiny import ask
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.message import Kind
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.secrets import Secret
from tui_inbox.services import accounts, delivery, upkeep, webchat
from tui_inbox.services.webchat import hash_of

HOSTILE = "<script>alert(1)</script>\x1b]0;owned\x07<img src=x onerror=alert(2)>"


@pytest.fixture
def house(store: SqlStore) -> Iterator[ChatHouse]:
    with serving(ChatHouse(store)) as found:
        yield found


def proof(identifier: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), identifier.encode(), hashlib.sha256).hexdigest()


def test_a_guest_writes_is_answered_and_sees_the_answer(house: ChatHouse) -> None:
    browser = house.opened(name="Ana Lopez", email="ana@guest.example")
    answer, said = browser.say("Bonjour, le parking ?", "echo-1")
    assert answer.status == 200
    assert (said["content"], said["message_type"], said["echo_id"]) == ("Bonjour, le parking ?", 0, "echo-1")
    assert said["id"] > 0
    ((address, subject, _text),) = house.inbound()
    assert subject == "ana@guest.example"
    outbox = house.reply(house.conversation(address), "Oui, 12 € la nuit.")
    assert house.state(outbox) == "accepted"
    lines = browser.lines()
    assert [(line["content"], line["message_type"]) for line in lines] == [
        ("Bonjour, le parking ?", 0),
        ("Oui, 12 € la nuit.", 1),
    ]
    assert lines[1]["sender"] == {"name": "Hôtel Lumière", "type": "user"}
    assert house.state(outbox) == "delivered"
    assert browser.saw() == 200
    assert house.state(outbox) == "read"


def test_the_guest_is_new_and_carries_the_name_it_claims(house: ChatHouse) -> None:
    """What is typed before the chat finds no profile, even where name and e-mail are on file."""
    with house.store.write() as tx:
        known = a_guest(tx, "Ana Lopez", email="ana@guest.example")
    browser = house.opened(name="Ana Lopez", email="ana@guest.example")
    browser.say("I am Ana, send me my invoice")
    with house.store.read() as tx:
        (guest,) = tx.guests.by_handle("webchat", house.inbound()[0][0])
        assert guest.id != known.id
        assert (guest.name, guest.email) == ("Ana Lopez", "")
        assert not tx.conversations.load(house.conversation(house.inbound()[0][0])).ambiguous


def test_the_same_echo_is_the_same_message(house: ChatHouse) -> None:
    browser = house.opened()
    first = browser.say("Hello", "e-1")[1]
    assert browser.say("Hello", "e-1")[1]["id"] == first["id"]
    assert browser.say("Hello", "e-2")[1]["id"] != first["id"]
    assert len(browser.lines()) == 2
    assert house.opened().say("Hello", "e-1")[1]["id"] not in {line["id"] for line in browser.lines()}


def test_the_key_is_a_secret_that_nobody_here_can_read(house: ChatHouse) -> None:
    browser = house.opened()
    browser.say("Hello")
    key = browser.contact["source_id"]
    assert len(key.replace("-", "")) == 32
    with house.store.read() as tx:
        visitor = tx.visitors.by_key("site", hash_of(key))
        dump = [tx.db.all(f"SELECT * FROM {table}") for table in ("visitor", "inbound_event", "message", "handle")]  # type: ignore[attr-defined]
    assert visitor is not None
    assert key not in repr(dump)
    assert visitor.address not in key


def test_nobody_reads_or_writes_in_anothers_conversation(house: ChatHouse) -> None:
    mine, theirs = house.opened(), house.opened()
    theirs.say("a secret")
    assert mine.lines() == []
    number = theirs.talk.rpartition("/")[2]
    for path in (
        f"{API}/{mine.contact['source_id']}/conversations/{number}/messages",
        f"{API}/00000000-0000-0000-0000-000000000000/conversations/{number}/messages",
        f"{API}/{theirs.contact['source_id']}x/conversations",
    ):
        assert house.ask("GET", path)[0].status == 404
    stolen = f"{API}/{mine.contact['source_id']}/conversations/{number}/messages"
    assert house.ask("POST", stolen, {"content": "x"})[0].status == 404
    with house.store.read() as tx:
        (guest,) = tx.guests.by_handle("webchat", house.inbound()[0][0])
    assert guest.name == ""


def test_what_is_not_sent_and_what_staff_note_is_not_shown(house: ChatHouse) -> None:
    browser = house.opened()
    browser.say("Hello")
    conversation = house.conversation(house.inbound()[0][0])
    outbox = house.reply(conversation, "visible")
    with house.store.write() as tx:
        message = tx.messages.get(tx.outbox.load(outbox).message_id)
        assert message is not None
        tx.messages.put(message._replace(kind=Kind.NOTE))
    assert [line["content"] for line in browser.lines()] == ["Hello"]


def test_a_signed_identifier_shares_one_line_between_browsers(house: ChatHouse) -> None:
    first = house.opened(identifier="booking-4711", identifier_hash=proof("booking-4711"))
    second = house.opened(identifier="booking-4711", identifier_hash=proof("booking-4711"))
    stranger = house.opened(identifier="booking-4711")
    assert first.contact["source_id"] != second.contact["source_id"]
    first.say("from the phone")
    assert [line["content"] for line in second.lines()] == ["from the phone"]
    assert stranger.lines() == []
    assert house.inbound()[0][0] == "id:lumiere:booking-4711"


def test_the_same_identifier_of_another_site_is_another_person(house: ChatHouse) -> None:
    garden = WebChat("garden", msgspec.structs.replace(SETTINGS, inbox="garden"), Secret(SECRET))
    now = datetime.now(UTC)
    mine, theirs = (
        webchat.open_chat(house.store, chat, now, identifier="42", proof=proof("42"))[1]
        for chat in (house.channel, garden)
    )
    assert mine.address != theirs.address


@pytest.mark.parametrize("wrong", ["0" * 64, proof("booking-4712"), proof("booking-4711", "guess"), "é", "x"])
def test_an_identifier_that_is_signed_wrongly_is_refused(house: ChatHouse, wrong: str) -> None:
    answer, told = house.ask("POST", API, {"identifier": "booking-4711", "identifier_hash": wrong})
    assert (answer.status, told) == (401, {"error": "bad_identity"})


def test_without_a_secret_no_identifier_is_believed(sqlite_store: SqlStore) -> None:
    with serving(ChatHouse(sqlite_store)) as house:
        house.channel._secret = None
        answer, _told = house.ask("POST", API, {"identifier": "a", "identifier_hash": proof("a", "")})
        assert answer.status == 401


def test_texts_are_plain_printable_and_short_enough(house: ChatHouse) -> None:
    browser = house.opened(name=HOSTILE, email="no address at all")
    assert browser.say("x" * 4001)[0].status == 422
    assert browser.say(" \n ")[0].status == 422
    assert browser.say("Hello", "no echo id!")[0].status == 422
    assert browser.say("y" * 4000)[0].status == 200
    assert browser.say(HOSTILE)[0].status == 200
    shown = browser.lines()[1]["content"]
    assert "<script>alert(1)</script>" in shown, "it is text, and stays as it was typed"
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert browser.contact["email"] == ""
    assert "\x1b" not in browser.contact["name"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b'{"content": "x"', {}, 400),
        (b'{"content": 7}', {}, 400),
        (b"[]", {}, 400),
        (b"\xff", {}, 400),
        (b"{}", {}, 400),
        (b'{"more":' + b"[" * 8000 + b"]" * 8000 + b"}", {}, 400),
        (b'{"content":"' + b"x" * 16_500 + b'"}', {}, 413),
        (b'{"content":"x"}', {"Content-Type": "text/plain"}, 415),
        (b"content=x", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_bodies_that_are_no_message_are_refused(
    house: ChatHouse, body: bytes, headers: dict[str, str], status: int
) -> None:
    browser = house.opened()
    assert house.ask("POST", f"{browser.talk}/messages", body, headers)[0].status == status
    assert house.inbound() == []


def test_only_the_hotels_sites_may_use_it_from_their_pages(house: ChatHouse) -> None:
    answer, _contact = house.ask("POST", API, {}, {"Origin": SITE})
    assert answer.headers["access-control-allow-origin"] == SITE
    asked = {"Origin": SITE, "Access-Control-Request-Method": "POST"}
    assert ask(house.port, "OPTIONS", API, None, asked).status == 204
    for origin in ("https://evil.example", f"{SITE}.evil.example", "null", "https://hotel.example", "http://["):
        answer = ask(house.port, "POST", API, b"{}", {"Origin": origin, "Content-Type": "application/json"})
        assert answer.status == 403
        assert "access-control-allow-origin" not in answer.headers
        assert ask(house.port, "OPTIONS", API, None, {**asked, "Origin": origin}).status == 403
    same = {"Origin": f"http://127.0.0.1:{house.port}"}
    assert house.ask("POST", API, {}, same)[0].status == 200


def test_who_is_too_quick_is_told_when_to_come_again(sqlite_store: SqlStore) -> None:
    with serving(ChatHouse(sqlite_store, messages_per_minute=3, contacts_per_hour=2)) as house:
        browser = house.opened()
        answers = [browser.say(f"Message {n}")[0] for n in range(4)]
        assert [answer.status for answer in answers] == [200, 200, 200, 429]
        assert 0 < int(answers[-1].headers["retry-after"]) <= 21
        assert browser.lines()[-1]["content"] == "Message 2"
        house.opened()
        answer, told = house.ask("POST", API, {})
        assert (answer.status, told) == (429, {"error": "too_many_requests"})
        other = {"X-Forwarded-For": "203.0.113.9"}
        assert house.ask("POST", API, {}, other)[0].status == 200
        line = [{"X-Forwarded-For": f"2001:db8:1:2::{n}"} for n in range(3)]
        answers = [house.ask("POST", API, {}, headers)[0] for headers in line]
        assert [answer.status for answer in answers] == [200, 200, 429], "one line's many addresses are one guest"
        mapped = [{"X-Forwarded-For": f"::ffff:203.0.113.{n}"} for n in (20, 21, 22)]
        assert {house.ask("POST", API, {}, headers)[0].status for headers in mapped} == {200}


def test_a_poll_without_news_is_answered_in_no_bytes(house: ChatHouse) -> None:
    browser = house.opened()
    browser.say("Hello")
    answer, _lines = house.ask("GET", f"{browser.talk}/messages")
    again = ask(house.port, "GET", f"{browser.talk}/messages", None, {"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    house.reply(house.conversation(house.inbound()[0][0]), "News")
    again = ask(house.port, "GET", f"{browser.talk}/messages", None, {"If-None-Match": answer.headers["etag"]})
    assert again.status == 200


def test_other_inboxes_and_paths_are_not_there(house: ChatHouse) -> None:
    for path in ("/public/api/v1/inboxes/other/contacts", "/public/api/v1/inboxes", "/chat/other", "/chat"):
        assert ask(house.port, "POST", path, b"{}").status in (404, 405)
        assert ask(house.port, "GET", path).status in (404, 405)


def test_a_paused_chat_keeps_what_is_written(house: ChatHouse) -> None:
    browser = house.opened()
    now = house.parts.clock.now()
    with house.store.write() as tx:
        accounts.set_paused(tx, house.desk, "site", True, now)
    answer, said = browser.say("Is anybody there?", "e-9")
    assert (answer.status, said["id"], said["echo_id"]) == (200, 0, "e-9")
    assert house.inbound() == []
    with house.store.write() as tx:
        accounts.set_paused(tx, house.desk, "site", False, now)
    browser.say("Hello?")
    assert [text for _address, _subject, text in house.inbound()] == ["Is anybody there?", "Hello?"]


def test_an_answer_that_a_dead_worker_left_half_done_is_found_sent(house: ChatHouse) -> None:
    """Sending is being readable: what was begun has arrived, and nothing is sent twice by that."""
    browser = house.opened()
    browser.say("Hello")
    conversation = house.conversation(house.inbound()[0][0])
    outbox = house.reply(conversation, "Good evening")
    with house.store.write() as tx:
        tx.db.update("outbox", {"id": outbox}, state="inflight", provider_id="")  # type: ignore[attr-defined]
        tx.db.update("message", {"direction": "out"}, state="sending", external_id="")  # type: ignore[attr-defined]
    assert [line["content"] for line in browser.lines()] == ["Hello"]
    now = house.parts.clock.now()
    with house.store.write() as tx:
        delivery.recover(tx, house.desk, "another", now)
    assert house.state(outbox) == "unknown"
    delivery.reconcile(house.store, house.desk, house.channel, now)
    assert [line["content"] for line in browser.lines()] == ["Hello", "Good evening"]


def test_what_cannot_be_sent_is_refused_before(house: ChatHouse) -> None:
    row = Outgoing(1, "k", 1, 1, "site", "webchat", "web-1", "x" * 4001, OutboxState.CLAIMED)
    for wrong, code in (
        (row, "too_long"),
        (row._replace(text=" "), "empty_text"),
        (row._replace(text="x", attachments=("0" * 64,)), "limit_webchat_no_files"),
        (row._replace(text="x", channel="sms"), "channel_not_served"),
    ):
        with pytest.raises(Refused, match=code):
            house.channel.check(wrong)


def test_browsers_that_never_wrote_are_forgotten(house: ChatHouse) -> None:
    from datetime import timedelta

    silent, wrote = house.opened(), house.opened()
    wrote.say("Hello")
    upkeep.prune(house.store, house.parts.clock.now() + timedelta(days=8))
    assert house.ask("GET", f"{silent.talk}/messages")[0].status == 404
    assert house.ask("GET", f"{wrote.talk}/messages")[0].status == 200


def test_the_page_is_one_file_in_the_guests_language_locked_by_its_policy(house: ChatHouse) -> None:
    french = ask(house.port, "GET", "/chat/lumiere", None, {"Accept-Language": "de, fr-CA;q=0.8"})
    text = french.body.decode()
    assert french.status == 200
    assert '<html lang="fr">' in text
    assert "Hôtel Lumière" in text
    english = ask(house.port, "GET", "/chat/lumiere?lang=en", None, {"Accept-Language": "fr"})
    assert '<html lang="en">' in english.body.decode()
    policy = french.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert f"frame-ancestors 'self' {SITE}" in policy
    assert "unsafe" not in policy
    assert "src=" not in text, "nothing is fetched from elsewhere"
    assert len(french.body) < 16_000


def test_a_welcome_of_the_hotels_own_cannot_break_out_of_the_page(sqlite_store: SqlStore) -> None:
    with serving(ChatHouse(sqlite_store, welcome="</script><script>alert(1)</script>")) as house:
        text = ask(house.port, "GET", "/chat/lumiere").body.decode()
    assert text.count("<script>") == 1
    assert "alert(1)</script>" not in text


def test_a_simulated_guest_chats_as_a_browser_does(house: ChatHouse) -> None:
    guest, heard = SandboxBrowser(house.url, "lumiere", "Mia Rossi"), list[str]()
    guest.on_answer.append(heard.append)
    assert guest.look() == []
    guest.write("Is the pool open?")
    outbox = house.reply(house.conversation(house.inbound()[0][0]), "Until ten.")
    assert guest.look() == heard == ["Until ten."]
    assert guest.look() == []
    assert house.state(outbox) == "read"
    guest.close()
