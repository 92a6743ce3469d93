"""OAuth: tokens renewed early, once on refusal, written back when they rotate, and a sign-in that works over SSH."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from adapters.email import Mailboxes, Server, Settings
from adapters.email.account import INBOX, Email
from adapters.email.oauth import Bearer, TokenServer, bearer, endpoints, server_of
from adapters.email.servers import PROVIDERS
from adapters.email.signing_in import MailSignIn
from adapters.sandbox.mailbox import SandboxMailbox
from adapters.sandbox.oauth import OAuthAccount, SandboxOAuth
from adapters.secrets import CredentialsVault, FileVault, SecretChain
from tests.adapters.mail import OWN, account, letter, simple
from tests.fakes import StillClock
from tui_inbox.domain.errors import AccountBlocked, ChannelError, NotSent, Refused
from tui_inbox.ports.channel import HealthState
from tui_inbox.ports.secrets import Secret

NAME = "desk-mail-sign-in"
SCOPE = "https://mail.google.com/"


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def provider(clock: StillClock) -> Iterator[SandboxOAuth]:
    with SandboxOAuth(OAuthAccount(user=OWN, clock=clock)) as found:
        yield found


@pytest.fixture
def vault(tmp_path: Path) -> SecretChain:
    return SecretChain([FileVault(tmp_path / "secrets.enc")])


@pytest.fixture
def box(provider: SandboxOAuth) -> Iterator[SandboxMailbox]:
    with SandboxMailbox(accepts=provider.account.accepts) as found:
        yield found


def mail(provider: SandboxOAuth, box: SandboxMailbox | None = None, **oauth: object) -> Settings:
    port = (box.imap_port, box.smtp_port) if box else (9, 9)
    return msgspec.convert(
        {
            "type": "email",
            "address": OWN,
            "imap": {"host": "127.0.0.1", "port": port[0], "tls": "none"},
            "smtp": {"host": "127.0.0.1", "port": port[1], "tls": "none"},
            "auth": "oauth",
            "secret": NAME,
            "oauth": {**provider.settings, "scope": SCOPE, **oauth},
        },
        Settings,
    )


def bearer_server(provider: SandboxOAuth, sign_in: str = "") -> TokenServer:
    return server_of(mail(provider, sign_in=sign_in), SecretChain([]))


def signed_in(provider: SandboxOAuth, vault: SecretChain) -> str:
    token = provider.account.sign_in()
    vault.set(NAME, Secret(token))
    return token


@pytest.fixture
def token(provider: SandboxOAuth, vault: SecretChain, clock: StillClock) -> Iterator[Bearer]:
    signed_in(provider, vault)
    found = bearer(mail(provider), vault, clock)
    yield found
    found.close()


@pytest.fixture
def channel(provider: SandboxOAuth, vault: SecretChain, box: SandboxMailbox, clock: StillClock) -> Iterator[Email]:
    signed_in(provider, vault)
    settings = mail(provider, box)
    found = Email("desk-mail", settings, bearer(settings, vault, clock), clock)
    yield found
    found.close()


def renewals(provider: SandboxOAuth) -> int:
    return sum(form["grant_type"] == "refresh_token" for form in provider.account.asked)


def test_a_mailbox_is_read_and_written_with_tokens_alone(
    channel: Email, box: SandboxMailbox, provider: SandboxOAuth
) -> None:
    box.deliver(simple(1))
    assert len(channel.fetch(INBOX, "", None).envelopes) == 1
    channel.send(letter())
    assert len(box.sent) == 1
    assert channel.test().state is HealthState.OK
    assert renewals(provider) == 1, "one token serves both servers while it lives"


def test_a_token_is_replaced_before_its_end_and_not_before(
    token: Bearer, provider: SandboxOAuth, clock: StillClock
) -> None:
    first = token.token()
    clock.forward(minutes=54)
    assert token.token() == first
    clock.forward(minutes=2)
    assert token.token() != first
    assert renewals(provider) == 2


def test_a_token_that_a_server_refuses_is_replaced_once(
    channel: Email, box: SandboxMailbox, provider: SandboxOAuth
) -> None:
    channel.fetch(INBOX, "", None)
    provider.account.access.clear()
    channel.send(letter())
    assert (len(box.sent), renewals(provider)) == (1, 2)
    provider.account.access.clear()
    channel.close()
    channel.fetch(INBOX, "", None)
    assert renewals(provider) == 3


def test_a_refusal_s_explanation_is_answered_by_an_empty_line_and_shown(
    channel: Email, box: SandboxMailbox, provider: SandboxOAuth
) -> None:
    provider.account.user = "somebody.else@hotel.example"
    with pytest.raises(AccountBlocked, match="mail_token_refused") as caught:
        channel.fetch(INBOX, "", None)
    assert '"status":"400"' in caught.value.vendor_text
    assert box.by_token is not None
    assert box.by_token.said == [b"", b""], "the two tries, each answered by nothing"
    with pytest.raises(AccountBlocked, match="mail_token_refused") as caught:
        channel.send(letter())
    assert caught.value.vendor_code == "535", "the server's refusal, not its complaint about our answer"
    assert "access-" not in f"{caught.value} {caught.value.vendor_text}"


def test_a_new_refresh_token_goes_back_into_the_vault(
    token: Bearer, provider: SandboxOAuth, vault: SecretChain, clock: StillClock
) -> None:
    provider.account.strict = True
    before = vault.get(NAME).reveal()
    token.token()
    after = vault.get(NAME).reveal()
    assert after != before
    assert provider.account.refresh == {after}
    clock.forward(hours=2)
    token.token()
    again = bearer(mail(provider), vault, clock)
    assert again.token(), "another process goes on with what the vault has"
    again.close()


def test_a_provider_that_keeps_its_refresh_token_changes_nothing_in_the_vault(
    token: Bearer, provider: SandboxOAuth, vault: SecretChain
) -> None:
    provider.account.rotates = False
    before = vault.get(NAME).reveal()
    token.token()
    assert vault.get(NAME).reveal() == before


def test_a_vault_that_cannot_be_written_does_not_stop_the_mail(
    provider: SandboxOAuth, tmp_path: Path, clock: StillClock
) -> None:
    (tmp_path / NAME).write_text(provider.account.sign_in())
    provider.account.strict = True
    found = bearer(mail(provider), SecretChain([CredentialsVault(tmp_path)]), clock)
    first = found.token()
    clock.forward(hours=2)
    assert found.token() != first
    found.close()


def test_a_consent_that_was_taken_back_asks_for_one_thing_and_a_new_one_is_found_without_a_restart(
    token: Bearer, provider: SandboxOAuth, vault: SecretChain
) -> None:
    token.token()
    provider.account.revoke()
    with pytest.raises(AccountBlocked, match="mail_sign_in_again") as caught:
        token.token(instead_of=next(iter(provider.account.access), "access-2"))
    assert caught.value.vendor_code == "invalid_grant"
    assert "\n" not in caught.value.vendor_text
    signed_in(provider, vault)
    assert token.token()


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("503", NotSent, "vendor_down"),
        ("html", NotSent, "broken_answer"),
        ("drop", NotSent, "broken_answer"),
        ("invalid_client", AccountBlocked, "mail_client_refused"),
    ],
)
def test_what_goes_wrong_at_the_token_endpoint_is_classed(
    token: Bearer, provider: SandboxOAuth, fault: str, kind: type[ChannelError], code: str
) -> None:
    provider.account.faults.append(fault)  # type: ignore[arg-type]
    with pytest.raises(kind, match=code) as caught:
        token.token()
    assert "refresh-" not in f"{caught.value!r} {caught.value.vendor_text}"
    assert token.token(), "the next try is a new one"


def test_a_password_where_only_tokens_are_taken_is_a_clear_refusal(box: SandboxMailbox) -> None:
    channel = account(box)
    with pytest.raises(AccountBlocked, match="mail_basic_off") as caught:
        channel.send(letter())
    channel.close()
    assert caught.value.vendor_text.startswith("5.7.30 Basic authentication is not supported")


@pytest.mark.parametrize("style", ["google", "microsoft"])
def test_a_device_code_ends_in_a_refresh_token(provider: SandboxOAuth, clock: StillClock, style: str) -> None:
    provider.account.style = style  # type: ignore[assignment]
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        clock.forward(seconds=seconds)
        if len(waits) == 3:
            provider.account.approve()

    sign_in = MailSignIn(bearer_server(provider), OWN, clock)
    invitation = sign_in.begin()
    assert invitation.address == "https://login.example/device"
    assert invitation.code == "ABCD-0001"
    assert invitation.minutes == 15
    kept = sign_in.wait(pause)
    sign_in.close()
    assert waits == [5.0, 5.0, 5.0], "at the provider's own pace"
    assert kept.reveal() in provider.account.refresh


def test_a_provider_that_asks_for_patience_gets_it(provider: SandboxOAuth, clock: StillClock) -> None:
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        clock.forward(seconds=seconds)
        if len(waits) == 1:
            provider.account.faults.extend(["slow_down", "503"])
        if len(waits) == 3:
            provider.account.approve()

    sign_in = MailSignIn(bearer_server(provider), OWN, clock)
    sign_in.begin()
    assert sign_in.wait(pause)
    sign_in.close()
    assert waits == [5.0, 10.0, 20.0]


@pytest.mark.parametrize("style", ["google", "microsoft"])
def test_a_no_and_a_code_that_ran_out_are_told_apart(provider: SandboxOAuth, clock: StillClock, style: str) -> None:
    provider.account.style = style  # type: ignore[assignment]
    sign_in = MailSignIn(bearer_server(provider), OWN, clock)
    sign_in.begin()
    provider.account.deny()
    with pytest.raises(Refused, match="sign_in_denied"):
        sign_in.wait(lambda seconds: clock.forward(seconds=seconds))
    sign_in.begin()
    with pytest.raises(Refused, match="sign_in_expired"):
        sign_in.wait(lambda seconds: clock.forward(seconds=seconds * 50))
    sign_in.close()


def test_the_address_at_which_the_browser_ends_is_as_good_as_a_code(provider: SandboxOAuth) -> None:
    sign_in = MailSignIn(bearer_server(provider, sign_in="address"), OWN)
    invitation = sign_in.begin()
    assert invitation.code == ""
    assert f"login_hint={OWN.replace('@', '%40')}" in invitation.address
    ends_at = provider.account.browse(invitation.address)
    for wrong in ("", "https://example.org", ends_at.replace("state=", "state=x"), ends_at.split("code=")[0]):
        with pytest.raises(Refused, match="sign_in_not_it"):
            sign_in.redeem(wrong)
    assert sign_in.redeem(f" {ends_at} \n").reveal() in provider.account.refresh
    with pytest.raises(AccountBlocked, match="mail_sign_in_again"):
        sign_in.redeem(ends_at)
    with pytest.raises(Refused, match="sign_in_denied"):
        sign_in.redeem("http://127.0.0.1:9004/?error=access_denied")
    sign_in.close()


def test_a_client_secret_comes_from_the_vault(provider: SandboxOAuth, vault: SecretChain, clock: StillClock) -> None:
    provider.account.client_secret = "registered"
    vault.set("desk-mail-client", Secret("registered"))
    signed_in(provider, vault)
    found = bearer(mail(provider, client_secret="desk-mail-client"), vault, clock)
    assert found.token()
    found.close()
    with pytest.raises(AccountBlocked, match="mail_client_refused"):
        bearer(mail(provider), vault, clock).token()


def test_a_provider_s_servers_and_endpoints_are_known() -> None:
    for name, preset in PROVIDERS.items():
        table = {"type": "email", "address": OWN, "provider": name, "auth": "oauth", "secret": NAME}
        found = msgspec.convert({**table, "oauth": {"client_id": "x", "tenant": "hotel.example"}}, Settings)
        assert (found.incoming, found.outgoing, found.copied_by) == (preset.imap, preset.smtp, "server")
        at = endpoints(found)
        assert at.token.startswith("https://")
        assert "{" not in at.token + at.device + at.authorize
        own = msgspec.convert({**table, "oauth": {"client_id": "x", "scope": "y", "sign_in": "device"}}, Settings)
        assert (endpoints(own).scope, endpoints(own).sign_in) == ("y", "device")
    at = endpoints(msgspec.convert({**table, "oauth": {"client_id": "x", "tenant": "hotel.example"}}, Settings))
    assert at.token == "https://login.microsoftonline.com/hotel.example/oauth2/v2.0/token"


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"auth": "oauth", "provider": "google", "secret": NAME},
        {"auth": "oauth", "provider": "google", "oauth": {"client_id": "x"}},
        {"auth": "oauth", "imap": {"host": "x", "port": 1}, "oauth": {"client_id": "x"}, "secret": NAME},
    ],
)
def test_a_table_that_cannot_work_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"type": "email", "address": OWN, **more}, Settings)


def test_a_token_never_travels_unprotected(provider: SandboxOAuth, vault: SecretChain) -> None:
    settings = mail(provider, token_url="http://login.example/token")
    with pytest.raises(Refused, match="mail_plain_text"):
        Mailboxes.sign_in(settings, vault)
    assert Mailboxes.sign_in(Settings("email", OWN, Server("x", 993)), vault) is None


WHERE = os.environ.get("TUI_INBOX_TEST_DOVECOT", "")


@pytest.mark.dovecot
@pytest.mark.skipif(not WHERE, reason="TUI_INBOX_TEST_DOVECOT names no Dovecot")
@pytest.mark.parametrize(("good", "tries"), [(True, 1), (False, 2)])
def test_dovecot_takes_the_token_and_explains_its_refusal(
    provider: SandboxOAuth,
    vault: SecretChain,
    clock: StillClock,
    good: bool,
    tries: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _host, imap, _imaps, _lmtp, _folder = WHERE.split(":", 4)
    signed_in(provider, vault)
    settings = msgspec.structs.replace(
        mail(provider), imap=Server("127.0.0.1", int(imap), "none"), username=f"oauth{os.getpid()}", mode="view-only"
    )
    given = OAuthAccount.granted

    def granted(self: OAuthAccount, spent: str = "") -> dict[str, object]:
        return {**given(self, spent), "access_token": "token-ok" if good else f"bad-{self.count}"}

    monkeypatch.setattr(OAuthAccount, "granted", granted)
    channel = Email("desk-mail", settings, bearer(settings, vault, clock), clock)
    if good:
        assert channel.fetch(INBOX, "", None).envelopes == ()
    else:
        with pytest.raises(AccountBlocked, match="mail_token_refused") as caught:
            channel.fetch(INBOX, "", None)
        assert "invalid_token" in caught.value.vendor_text or "401" in caught.value.vendor_text
    channel.close()
    assert renewals(provider) == tries
