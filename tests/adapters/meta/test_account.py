"""Messenger's and Instagram's settings, their health, and Instagram's own token."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from adapters.meta import INSTAGRAM, MESSENGER, InstagramAccounts, MessengerPages
from adapters.meta.account import Instagram, Messenger
from adapters.sandbox.door import Fault
from adapters.sandbox.meta import SandboxMeta
from adapters.secrets import CredentialsVault, FileVault, SecretChain
from tests.adapters.meta.words import ANA, everything, opened, paths, read, texts
from tests.adapters.rig_meta import NAMES, in_sandbox, instagram_settings, messenger_settings
from tests.adapters.rigging import outgoing
from tests.fakes import StillClock
from tui_inbox.domain.deed import Act
from tui_inbox.domain.errors import AccountBlocked, NotSent, Refused
from tui_inbox.ports.channel import (
    Channel,
    FetchesFiles,
    FindsSent,
    HasTemplates,
    HealthState,
    ManagesTemplates,
    News,
    Receives,
    TakesActs,
)
from tui_inbox.ports.secrets import Secret


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
