"""The same promises against a real Dovecot, started by ``.ci/dovecot.sh``."""

from __future__ import annotations

import imaplib
import os
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from adapters.email import Server, Settings
from adapters.email import imap as imap_module
from adapters.email.account import INBOX, SENT, Email, external_id
from tests.adapters.mail import MAILS, OWN, raw_mail, simple
from tui_inbox.domain.errors import AccountBlocked, NotSent
from tui_inbox.ports.channel import Batch, Envelope, HealthState, Inbound
from tui_inbox.ports.secrets import Secret

WHERE = os.environ.get("TUI_INBOX_TEST_DOVECOT", "")
pytestmark = [
    pytest.mark.dovecot,
    pytest.mark.skipif(not WHERE, reason="TUI_INBOX_TEST_DOVECOT names no Dovecot"),
]
_USERS = (f"desk{os.getpid()}-{number}" for number in count())


class Dovecot(NamedTuple):
    imap: int
    imaps: int
    lmtp: int
    folder: Path
    user: str

    def settings(self, tls: str = "implicit", **more: object) -> Settings:
        port = self.imaps if tls == "implicit" else self.imap
        fields = {"mode": "view-only", "username": self.user, "ca_file": str(self.folder / "cert.pem"), **more}
        return Settings("email", OWN, Server("localhost", port, tls), **fields)  # type: ignore[arg-type]

    def account(self, password: str = "secret", tls: str = "implicit", **more: object) -> Email:
        return Email("desk-mail", self.settings(tls, **more), Secret(password))

    def deliver(self, raw: bytes) -> None:
        with smtplib.LMTP("127.0.0.1", self.lmtp) as lmtp:
            lmtp.sendmail("guest@guest.example", [self.user], raw)

    def append(self, raw: bytes, folder: str = "INBOX") -> None:
        with imaplib.IMAP4("127.0.0.1", self.imap) as client:
            client.login(self.user, "secret")
            assert client.append(folder, "", "", raw)[0] == "OK"

    def renumber(self) -> None:
        """What a restored or migrated server does: Dovecot makes new numbers when it has lost the old ones."""
        box = self.folder / "mail" / self.user
        for file in [box / "dovecot-uidlist", *box.glob("dovecot.index*"), *box.glob("dovecot.list.index*")]:
            file.unlink(missing_ok=True)


@pytest.fixture
def dovecot() -> Dovecot:
    _host, imap, imaps, lmtp, folder = WHERE.split(":", 4)
    return Dovecot(int(imap), int(imaps), int(lmtp), Path(folder), next(_USERS))


@pytest.fixture
def channel(dovecot: Dovecot) -> Iterator[Email]:
    found = dovecot.account()
    yield found
    found.close()


def everything(channel: Email, cursor: str = "") -> tuple[list[Envelope], str]:
    found: list[Envelope] = []
    batch = Batch((), cursor, more=True)
    while batch.more:
        batch = channel.fetch(INBOX, batch.cursor, None)
        found.extend(batch.envelopes)
    return found, batch.cursor


def test_a_delivered_mail_comes_once_over_tls_and_stays_unread(dovecot: Dovecot, channel: Email) -> None:
    dovecot.deliver(raw_mail("plain"))
    (envelope,), cursor = everything(channel)
    (item,) = channel.read(envelope)
    assert isinstance(item, Inbound)
    assert (item.address, item.text) == ("claire@guest.example", "Bonjour, le parking est-il ouvert ce soir ?")
    assert everything(channel, cursor)[0] == []
    with imaplib.IMAP4("127.0.0.1", dovecot.imap) as client:
        client.login(dovecot.user, "secret")
        client.select("INBOX", readonly=True)
        assert client.search(None, "UNSEEN")[1] == [b"1"]


def test_starttls_is_used_and_a_stranger_s_certificate_is_not(dovecot: Dovecot) -> None:
    channel = dovecot.account(tls="starttls")
    assert channel.test().state is HealthState.OK
    channel.close()
    for tls in ("starttls", "implicit"):
        with pytest.raises(NotSent, match="tls") as caught:
            dovecot.account(tls=tls, ca_file="").fetch(INBOX, "", None)
        assert "certificate" in caught.value.vendor_text


def test_a_certificate_for_another_name_is_refused(dovecot: Dovecot) -> None:
    found = Settings(
        "email", OWN, Server("127.0.0.2", dovecot.imaps), mode="view-only", ca_file=str(dovecot.folder / "cert.pem")
    )
    assert Email("m", found, Secret("secret")).test().code in ("tls", "unreachable")


def test_a_wrong_password_is_told_in_the_server_s_own_words(dovecot: Dovecot) -> None:
    with pytest.raises(AccountBlocked, match="auth") as caught:
        dovecot.account("wrong").fetch(INBOX, "", None)
    assert caught.value.vendor_text == "[AUTHENTICATIONFAILED] Authentication failed."


def test_the_server_answers_an_open_range_with_its_last_mail_and_we_do_not_take_it(
    dovecot: Dovecot, channel: Email
) -> None:
    dovecot.deliver(simple(1))
    _found, cursor = everything(channel)
    assert channel._session is not None
    client = channel._session._box.client
    assert client.uid("SEARCH", "UID", "9999:*")[1] == [b"1"]
    assert everything(channel, cursor)[0] == []


def test_renumbered_mails_keep_their_ids(dovecot: Dovecot, channel: Email) -> None:
    for number in range(3):
        dovecot.deliver(simple(number))
    first, cursor = everything(channel)
    channel.close()
    dovecot.renumber()
    dovecot.deliver(simple(3))
    again, after = everything(channel, cursor)
    assert cursor != after
    assert {one.external_id for one in first} < {one.external_id for one in again}
    assert len(again) == 4
    assert everything(channel, after)[0] == []


def test_the_sent_folder_is_found_by_its_mark_whatever_its_name(dovecot: Dovecot, channel: Email) -> None:
    health = channel.test()
    assert health.details["sent_folder"] == "Gelöschtes & Grüße"
    assert channel._session is not None
    channel._session.file_copy("Gelöschtes & Grüße", raw_mail("answer_from_elsewhere"), datetime.now(UTC))
    (envelope,) = channel.fetch(SENT, "", None).envelopes
    (item,) = channel.read(envelope)
    assert isinstance(item, Inbound)
    assert item.outbound


def test_every_broken_mail_comes_back_byte_for_byte(dovecot: Dovecot, channel: Email) -> None:
    raws = [file.read_bytes() for file in sorted(MAILS.glob("*.eml"))]
    for raw in raws:
        dovecot.append(raw)
    found, _cursor = everything(channel)
    assert [one.raw for one in found] == raws
    assert [one.external_id for one in found] == [external_id(raw) for raw in raws]


def test_a_file_is_found_again_by_its_mail(dovecot: Dovecot, channel: Email) -> None:
    dovecot.append(raw_mail("file_name_that_climbs"))
    dovecot.append(
        raw_mail("file_name_that_climbs").replace(b"<climb@guest.example>", b"a b").replace(b"passport", b"id")
    )
    for envelope in everything(channel)[0]:
        (item,) = channel.read(envelope)
        assert isinstance(item, Inbound)
        assert b"".join(channel.download(item.attachments[0].ref, 1000)).startswith(b"%PDF-1.4")


def test_an_enormous_mail_comes_with_its_beginning(
    dovecot: Dovecot, channel: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_module, "WHOLE_MAIL", 10_000)
    monkeypatch.setattr(imap_module, "START_OF_MAIL", 2_000)
    dovecot.append(simple(1, "The text comes first. " + "x" * 20_000))
    ((envelope,), _cursor) = everything(channel)
    assert len(envelope.raw) == 2_000
