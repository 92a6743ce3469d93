"""Messenger and Instagram polled: conversations, files and comments."""

from __future__ import annotations

from datetime import timedelta

import httpx
import msgspec
import pytest

from adapters.meta.account import Instagram
from adapters.sandbox.door import Fault
from adapters.sandbox.meta import SandboxMeta
from tests.adapters.faults import answer, answering
from tests.adapters.meta.words import ANA, LEO, NOW, everything, opened, paths, read, texts
from tests.adapters.rig_meta import PAGE, in_sandbox, messenger
from tests.fakes import StillClock
from tui_inbox.domain.errors import AccountBlocked, Malformed
from tui_inbox.domain.message import Delivery, Kind
from tui_inbox.ports.channel import HealthState, Inbound, News


def test_a_message_comes_with_who_wrote_it(server: SandboxMeta, page: Instagram) -> None:
    said = server.account.receive(ANA, "Bonjour", name="Ana Lopez")
    answer = server.account.receive(ANA, "encore", reply_to=said.id)
    first, second = read(page, everything(page)[0])
    assert isinstance(first, Inbound)
    assert (first.channel, first.address, first.own_address, first.name) == ("messenger", ANA, PAGE, "Ana Lopez")
    assert (first.external_id, first.text, first.at, first.outbound) == (said.id, "Bonjour", NOW, False)
    assert isinstance(second, Inbound)
    assert (second.external_id, second.quoted) == (answer.id, said.id)


def test_the_levers_of_the_simulator_answer_to_this_machine(server: SandboxMeta, page: Instagram) -> None:
    with httpx.Client(base_url=server.base_url, trust_env=False) as hand:
        written = hand.post("/sandbox/inbound", json={"from": ANA, "name": "Ana", "text": "Bonsoir"})
        assert hand.post("/sandbox/comment", json={"from": LEO, "text": "Ouvert ?"}).status_code == 201
        assert hand.post("/sandbox/faults", json={"kind": "refuse", "on": "read", "code": 190}).status_code == 204
        assert hand.post("/sandbox/inbound", json={}).status_code == 400
        assert hand.post("/sandbox/inbound", json={"from": ANA}, headers={"Origin": "https://x"}).status_code == 403
    with pytest.raises(AccountBlocked, match="auth"):
        page.fetch("conversations", "", None)
    (item,) = read(page, everything(page)[0])
    assert isinstance(item, Inbound)
    assert (item.external_id, item.text) == (written.json()["mid"], "Bonsoir")
    assert texts(page, everything(page, "comments")[0]) == ["Ouvert ?"]


def test_a_guest_who_hides_their_name_comes_without_one(server: SandboxMeta, gram: Instagram) -> None:
    server.account.receive(LEO, "¿hay sitio?")
    (item,) = read(gram, everything(gram)[0])
    assert isinstance(item, Inbound)
    assert (item.channel, item.address, item.name) == ("instagram", LEO, "")


def test_what_the_hotel_wrote_in_metas_own_inbox_comes_back_as_ours(server: SandboxMeta, page: Instagram) -> None:
    server.account.receive(ANA, "Bonjour", name="Ana", at=NOW - timedelta(minutes=5))
    server.account.write_elsewhere(ANA, "Bonjour Ana !")
    item = read(page, everything(page)[0])[-1]
    assert isinstance(item, Inbound)
    assert (item.outbound, item.address, item.text, item.state) == (True, ANA, "Bonjour Ana !", Delivery.SENT)


def test_only_conversations_that_changed_are_asked_again(
    server: SandboxMeta, page: Instagram, clock: StillClock
) -> None:
    for n in range(60):
        server.account.receive(f"71{n:014}", f"n{n}", at=NOW - timedelta(minutes=60 + n))
    found, cursor = everything(page)
    assert sorted(texts(page, found)) == sorted(f"n{n}" for n in range(60))
    assert len(paths(server, "/conversations")) == 3, "three pages of 25 with their messages"
    clock.forward(minutes=10)
    server.account.asked.clear()
    nothing, cursor = everything(page, cursor=cursor)
    assert (nothing, len(server.account.asked)) == ([], 1), "one call where nothing is new"
    server.account.receive("71" + "0" * 13 + "7", "again")
    server.account.asked.clear()
    found, cursor = everything(page, cursor=cursor)
    assert texts(page, found) == ["n7", "again"]
    assert len(server.account.asked) == 2, "the list, and the one that changed"
    for n in range(10):
        server.account.receive(f"71{n:014}", "many", at=clock.forward(seconds=1))
    server.account.asked.clear()
    assert texts(page, everything(page, cursor=cursor)[0]).count("many") == 10
    assert len(server.account.asked) == 2, "many of them cost one call more, not one each"


def test_the_pass_goes_on_where_it_stopped_and_the_watermark_moves_at_its_end(
    server: SandboxMeta, page: Instagram
) -> None:
    for n in range(30):
        server.account.receive(f"71{n:014}", f"n{n}", at=NOW - timedelta(minutes=60 + n))
    first = page.fetch("conversations", "", None)
    assert first.more
    assert msgspec.json.decode(first.cursor)["watermark"] == ""
    second = page.fetch("conversations", first.cursor, None)
    assert not second.more
    assert msgspec.json.decode(second.cursor)["watermark"] == "2026-11-22T07:00:00+00:00"
    server.account.faults.append(Fault("refuse", on="read", code=100, subcode=1))
    forgotten = page.fetch("conversations", first.cursor, None)
    assert (forgotten.envelopes, forgotten.more) == ((), False), "a page that Meta forgot starts the pass anew"


def test_two_messages_of_the_same_second_both_come(server: SandboxMeta, page: Instagram) -> None:
    server.account.receive(ANA, "one")
    found, cursor = everything(page)
    server.account.receive(ANA, "two")
    again, _ = everything(page, cursor=cursor)
    assert texts(page, found) == ["one"]
    assert texts(page, again) == ["one", "two"]


def test_what_meta_tells_no_details_of_is_no_error(server: SandboxMeta, page: Instagram) -> None:
    for n in range(30):
        server.account.receive(ANA, f"n{n}", at=NOW - timedelta(minutes=60 - n))
    assert texts(page, everything(page)[0]) == [f"n{n}" for n in range(10, 30)]
    bare = b'{"data":[{"id":"t_1","updated_time":"2026-11-22T07:00:00+0000","messages":{"data":[{"id":"m_old"}]}}]}'
    with answering(answer("200 OK", bare, "Content-Type: application/json")) as vendor:
        channel = messenger(vendor.url)
        assert channel.fetch("conversations", "", None).envelopes == ()
        channel.close()


def test_a_field_that_this_version_of_the_graph_lacks_is_done_without(server: SandboxMeta, gram: Instagram) -> None:
    server.account.unknown_fields = ("is_unsupported",)
    server.account.receive(ANA, "Hola")
    found, cursor = everything(gram)
    assert texts(gram, found) == ["Hola"]
    server.account.asked.clear()
    everything(gram, cursor=cursor)
    assert len(paths(server, "/conversations")) == 1, "it is not asked for again"


def test_nothing_is_passed_over_when_a_worker_that_starts_anew_asks_for_such_a_field(
    server: SandboxMeta, gram: Instagram, clock: StillClock
) -> None:
    server.account.unknown_fields = ("is_unsupported",)
    server.account.receive(ANA, "Hola")
    _, cursor = everything(gram)
    clock.forward(minutes=10)
    server.account.receive(ANA, "Still there?")
    again = in_sandbox(server)
    found, _ = everything(again, cursor=cursor)
    assert texts(again, found)[-1:] == ["Still there?"]
    again.close()


def test_the_first_poll_goes_back_no_further_than_asked(server: SandboxMeta, page: Instagram) -> None:
    server.account.receive(ANA, "last year", at=NOW - timedelta(days=300))
    server.account.receive(ANA, "last week", at=NOW - timedelta(days=7))
    server.account.receive(LEO, "long ago", at=NOW - timedelta(days=200))
    found, _ = everything(page, since=NOW - timedelta(days=30))
    assert texts(page, found) == ["last week"]
    assert everything(page, cursor="garbage", since=NOW - timedelta(days=30))[0] == found


def test_a_file_is_fetched_and_an_ended_address_is_asked_for_anew(
    server: SandboxMeta, page: Instagram, clock: StillClock
) -> None:
    server.account.receive(
        ANA, "", files=(("photo.png", "image/png", b"\x89PNG"), ("a.pdf", "application/pdf", b"%PDF"))
    )
    (item,) = read(page, everything(page)[0])
    assert isinstance(item, Inbound)
    photo, pdf = item.attachments
    assert (photo.name, photo.type, photo.size, pdf.name) == ("photo.png", "image/png", 4, "a.pdf")
    assert b"".join(page.download(photo.ref, 100)) == b"\x89PNG"
    with pytest.raises(Malformed, match="too_big"):
        list(page.download(photo.ref, 2))
    clock.forward(hours=2)
    assert b"".join(page.download(pdf.ref, 100)) == b"%PDF", "its address had ended"
    for n in range(25):
        server.account.receive(ANA, f"n{n}", at=clock.forward(seconds=1))
    clock.forward(hours=2)
    with pytest.raises(Malformed, match="file_gone"):
        list(page.download(photo.ref, 100))


@pytest.mark.parametrize(
    "ref", ["m_1#1 https://evil.example/x", "m_1#1 http://10.0.0.1/x", "../x", "m_1#1 https://x@fbcdn.net/"]
)
def test_a_file_is_fetched_from_metas_own_hosts_only(page: Instagram, ref: str) -> None:
    with pytest.raises(Malformed):
        list(page.download(ref, 10))


def test_a_comment_comes_with_its_post_and_own_answers_come_back(server: SandboxMeta, page: Instagram) -> None:
    post = server.account.publish("Notre terrasse est ouverte. " + "Venez ! " * 30)
    asked = server.account.remark(post, "En hiver aussi ?", ANA, name="Ana")
    hidden = server.account.remark(post, "Joli")
    server.account.remark(post, "Oui !", PAGE, parent=asked.id)
    server.account.remark(post, "À tous : merci", PAGE)
    first, second, third = read(page, everything(page, "comments")[0])
    assert isinstance(first, Inbound)
    assert (first.kind, first.external_id, first.parent) == (Kind.COMMENT, asked.id, post.id)
    assert (first.address, first.name, first.text) == (ANA, "Ana", "En hiver aussi ?")
    assert first.subject.startswith("Notre terrasse est ouverte.")
    assert len(first.subject) == 80
    assert isinstance(second, Inbound)
    assert (second.address, second.name) == (f"comment:{hidden.id}", ""), "Meta did not say who"
    assert isinstance(third, Inbound)
    assert (third.outbound, third.address, third.parent) == (True, ANA, asked.id)


def test_comments_on_instagram_come_with_their_replies(server: SandboxMeta, gram: Instagram, clock: StillClock) -> None:
    picture = server.account.publish("Desayuno")
    top = server.account.remark(picture, "Qué bonito", ANA, name="ana.travels")
    server.account.remark(picture, "¡gracias!", server.account.instagram_id, parent=top.id)
    server.account.remark(picture, "de acuerdo", LEO, name="leo", parent=top.id)
    found, cursor = everything(gram, "comments")
    items = [item for item in read(gram, found) if isinstance(item, Inbound)]
    assert [(item.address, item.outbound, item.parent) for item in items] == [
        (ANA, False, picture.id),
        (ANA, True, top.id),
        (LEO, False, top.id),
    ]
    assert {item.subject for item in items} == {"Desayuno"}
    server.account.asked.clear()
    assert everything(gram, "comments", cursor) == ([], cursor)
    assert server.account.asked == [], "asked every five minutes only"
    clock.forward(minutes=6)
    everything(gram, "comments", cursor)
    assert len(server.account.asked) == 1, "nothing new under any picture: one call"


def test_comments_that_could_not_be_read_are_asked_for_again(
    server: SandboxMeta, gram: Instagram, clock: StillClock
) -> None:
    server.account.remark(server.account.publish("Desayuno"), "Qué bonito", ANA, name="ana.travels")
    server.account.faults.append(Fault("refuse", on="read", code=100, path="comments"))
    found, cursor = everything(gram, "comments")
    assert found == []
    clock.forward(minutes=10)
    assert texts(gram, everything(gram, "comments", cursor)[0]) == ["Qué bonito"]


def test_comments_are_fetched_only_where_they_are_switched_on(server: SandboxMeta, clock: StillClock) -> None:
    quiet = opened(server, clock)
    assert quiet.streams() == ["conversations"]
    quiet.close()


def test_a_missing_right_to_comments_is_told_and_stops_nothing(server: SandboxMeta, page: Instagram) -> None:
    server.account.rights.discard("comments")
    server.account.receive(ANA, "Bonjour")
    (news,) = read(page, everything(page, "comments")[0])
    assert isinstance(news, News)
    assert (news.topic, news.code) == ("account", "comments_not_permitted")
    assert texts(page, everything(page)[0]) == ["Bonjour"]
    health = page.test()
    assert (health.state, health.code) == (HealthState.RESTRICTED, "comments_not_permitted")
    server.account.rights.add("comments")
    assert page.test().state is HealthState.OK
