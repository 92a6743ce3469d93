"""Messenger and Instagram polled: conversations, files, comments, health and the token, against the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from adapters.meta import INSTAGRAM, MESSENGER, InstagramAccounts, MessengerPages
from adapters.meta.account import Instagram, Messenger
from adapters.sandbox.door import Fault
from adapters.sandbox.meta import SandboxMeta
from adapters.secrets import CredentialsVault, FileVault, SecretChain
from tests.adapters.faults import answer, answering
from tests.adapters.meta import ANA, LEO, NOW, everything, opened, paths, read, texts
from tests.adapters.rig_meta import NAMES, PAGE, in_sandbox, instagram_settings, messenger, messenger_settings
from tests.adapters.rigging import outgoing
from tests.fakes import StillClock
from tui_inbox.domain.deed import Act
from tui_inbox.domain.errors import AccountBlocked, Malformed, NotSent, Refused
from tui_inbox.domain.message import Delivery, Kind
from tui_inbox.ports.channel import (
    Channel,
    FetchesFiles,
    FindsSent,
    HasTemplates,
    HealthState,
    Inbound,
    ManagesTemplates,
    News,
    Receives,
    TakesActs,
)
from tui_inbox.ports.secrets import Secret


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxMeta]:
    with SandboxMeta() as running:
        yield running


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def page(server: SandboxMeta, clock: StillClock) -> Iterator[Instagram]:
    channel = opened(server, clock, comments=True)
    yield channel
    channel.close()


@pytest.fixture
def gram(server: SandboxMeta, clock: StillClock) -> Iterator[Instagram]:
    channel = opened(server, clock, "instagram", comments=True)
    yield channel
    channel.close()


def test_both_keep_their_promises_and_only_messenger_has_templates(page: Instagram, gram: Instagram) -> None:
    for promise in (Channel, FindsSent, FetchesFiles, TakesActs, Receives):
        assert isinstance(page, promise)
        assert isinstance(gram, promise)
    assert isinstance(page, HasTemplates)
    assert isinstance(page, ManagesTemplates)
    assert not isinstance(gram, HasTemplates)


def test_what_each_can_do_depends_on_what_meta_and_the_hotel_have_set_up() -> None:
    assert (MESSENGER.free_window, MESSENGER.human_window) == (timedelta(hours=24), timedelta(days=7))
    assert MESSENGER.templates_after_window
    assert not INSTAGRAM.templates_after_window
    assert (MESSENGER.max_chars, INSTAGRAM.max_bytes) == (2000, 1000)
    assert Act.READ in MESSENGER.acts
    assert Act.READ not in INSTAGRAM.acts
    refused = {tag.code: tag.instead for tag in MESSENGER.tags if not tag.allowed}
    assert refused == dict.fromkeys(
        ("confirmed_event_update", "account_update", "post_purchase_update"), "utility_template"
    )
    bare = MessengerPages.serves(messenger_settings(human_agent=False))["messenger"]
    assert bare.human_window is None
    assert not bare.read_receipts, "without a webhook nobody tells what was read"
    assert not bare.comments
    full = MessengerPages.serves(messenger_settings(comments=True, **NAMES))["messenger"]
    assert full.read_receipts
    assert full.comments
    own = InstagramAccounts.serves(instagram_settings(login="instagram"))["instagram"]
    assert Act.SPAM not in own.acts


@pytest.mark.parametrize(
    "wrong", [{"page_id": "hotel"}, {"graph_version": "25"}, {"token": "in clear"}, {"secret": ""}]
)
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        messenger_settings(**wrong)


def test_opening_needs_the_secrets_that_are_named_and_no_network(tmp_path: Path) -> None:
    vault = FileVault(tmp_path / "secrets.enc")
    chain = SecretChain([vault])
    vault.set("page-token", Secret("x"))
    MessengerPages.open("desk", messenger_settings("http://127.0.0.1:9"), chain).close()
    with pytest.raises(Refused, match="secret_missing"):
        MessengerPages.open("desk", messenger_settings(app_secret="app"), chain)
    with pytest.raises(Refused, match="page_id_missing"):
        InstagramAccounts.open("desk", instagram_settings(page_id=""), chain)
    InstagramAccounts.open("desk", instagram_settings(page_id="", login="instagram"), chain).close()


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


def test_health_names_the_account_and_says_what_is_wrong(server: SandboxMeta, page: Instagram) -> None:
    health = page.test()
    assert (health.state, health.account_name, health.details) == (HealthState.OK, "Hôtel Lumière", {"webhook": 0})
    for code, subcode, state, word in (
        (190, 463, HealthState.ERROR, "auth"),
        (10, 1893063, HealthState.RESTRICTED, "page_restricted"),
        (200, 2534041, HealthState.DISABLED, "access_off"),
        (100, 2534013, HealthState.ERROR, "page_not_linked"),
    ):
        server.account.faults.append(Fault("refuse", on="read", code=code, subcode=subcode))
        health = page.test()
        assert (health.state, health.code) == (state, word)
        assert str(code) in health.vendor_text


@pytest.mark.parametrize("own_login", [False, True])
def test_a_wrong_number_of_the_instagram_account_is_found_out(
    server: SandboxMeta, clock: StillClock, own_login: bool
) -> None:
    opened(server, clock, "instagram", own_login=own_login).close()
    channel = in_sandbox(server, instagram_id="17841400000000777")
    health = channel.test()
    channel.close()
    assert health.state is HealthState.ERROR
    assert (health.code, health.vendor_text) == ("instagram_id_differs", server.account.instagram_id)


def test_a_dead_token_stops_the_poll_with_its_reason(server: SandboxMeta, page: Instagram) -> None:
    server.account.token = "another"
    with pytest.raises(AccountBlocked, match="auth"):
        page.fetch("conversations", "", None)


def test_a_quota_that_runs_out_stops_the_polls_and_not_the_answers(server: SandboxMeta, page: Instagram) -> None:
    server.account.receive(ANA, "Bonjour")
    server.account.usage = 95
    page.fetch("conversations", "", None)
    with pytest.raises(NotSent, match="rate_limited") as caught:
        page.fetch("conversations", "", None)
    assert caught.value.retry_after
    assert page.send(outgoing("messenger", ANA)).provider_id


def test_instagrams_own_token_is_exchanged_every_week_and_written_back(
    server: SandboxMeta, clock: StillClock, tmp_path: Path
) -> None:
    opened(server, clock, "instagram", own_login=True).close()
    vault = FileVault(tmp_path / "secrets.enc")
    chain = SecretChain([vault])
    chain.set("page-token", Secret(server.account.token))
    channel = in_sandbox(server, secrets=chain)
    assert channel.streams() == ["token", "conversations"]
    first = server.account.token
    cursor = channel.fetch("token", "", None).cursor
    renewed = server.account.token
    assert renewed != first
    assert vault.get("page-token").reveal() == renewed  # type: ignore[union-attr]
    assert channel.test().state is HealthState.OK, "the new one is in use"
    clock.forward(days=6)
    assert channel.fetch("token", cursor, None).cursor == cursor
    clock.forward(days=1)
    channel.fetch("token", cursor, None)
    assert vault.get("page-token").reveal() == server.account.token != renewed  # type: ignore[union-attr]
    channel.close()


def test_a_token_that_cannot_be_written_back_is_left_alone_and_told(
    server: SandboxMeta, clock: StillClock, tmp_path: Path
) -> None:
    opened(server, clock, "instagram", own_login=True).close()
    (tmp_path / "page-token").write_text(server.account.token)
    channel = in_sandbox(server, secrets=SecretChain([CredentialsVault(tmp_path)]))
    before = server.account.token
    batch = channel.fetch("token", "", None)
    assert server.account.token == before, "a token that could not be kept is not asked for"
    (news,) = read(channel, batch.envelopes)
    assert isinstance(news, News)
    assert news.code == "token_not_renewed"
    assert channel.fetch("token", batch.cursor, None).envelopes == (), "once a day"
    assert (channel.test().state, channel.test().code) == (HealthState.RESTRICTED, "token_not_renewed")
    channel.close()


def test_a_token_of_today_is_not_exchanged_yet_and_nobody_is_alarmed(
    server: SandboxMeta, clock: StillClock, tmp_path: Path
) -> None:
    opened(server, clock, "instagram", own_login=True).close()
    chain = SecretChain([FileVault(tmp_path / "secrets.enc")])
    chain.set("page-token", Secret(server.account.token))
    channel = in_sandbox(server, secrets=chain)
    server.account.faults.extend(Fault("refuse", on="read", code=100) for _ in range(2))
    first = channel.fetch("token", "", None)
    assert first.envelopes == ()
    assert channel.fetch("token", first.cursor, None).envelopes == ()
    clock.forward(days=1)
    second = channel.fetch("token", first.cursor, None)
    (news,) = read(channel, second.envelopes)
    assert isinstance(news, News)
    clock.forward(days=1)
    before = server.account.token
    channel.fetch("token", second.cursor, None)
    assert server.account.token != before, "tried again every day"
    channel.close()


def test_instagrams_own_login_asks_the_account_itself(server: SandboxMeta, clock: StillClock) -> None:
    channel = opened(server, clock, "instagram", own_login=True)
    server.account.receive(ANA, "Hola", name="Ana")
    assert texts(channel, everything(channel)[0]) == ["Hola"]
    assert paths(server, "/conversations") == [f"/v25.0/{server.account.instagram_id}/conversations"]
    channel.close()


def test_the_proof_of_a_call_is_sent_where_the_app_demands_it(
    server: SandboxMeta, clock: StillClock, tmp_path: Path
) -> None:
    opened(server, clock).close()
    vault = FileVault(tmp_path / "secrets.enc")
    vault.set("page-token", Secret(server.account.token))
    vault.set("app", Secret(server.account.app_secret))
    settings = messenger_settings(server.base_url, app_secret="app", prove_calls=True)
    channel = Messenger.open("desk", settings, SecretChain([vault]))
    channel.fetch("conversations", "", None)
    channel.close()
    _, _, query = server.account.asked[-1]
    assert len(query["appsecret_proof"]) == 64
    assert server.account.token not in str(query)
