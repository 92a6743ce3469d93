"""Polling a mailbox: every mail once, whatever the server does to its numbers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from adapters.email import Server, Settings
from adapters.email import account as account_module
from adapters.email.account import INBOX, MAILS_PER_BATCH, SENT, Cursor, Email
from adapters.email.reading import MAIL, REFUSED, SENT_MAIL
from adapters.sandbox.mailbox import SandboxMailbox
from tests.adapters.mail import OWN, account, raw_mail, settings, simple
from tests.adapters.mail_line import talking
from tui_inbox.domain.errors import AccountBlocked, Malformed, Rejected
from tui_inbox.ports.channel import Batch, Envelope, Inbound
from tui_inbox.ports.secrets import Secret


@pytest.fixture
def box() -> Iterator[SandboxMailbox]:
    with SandboxMailbox() as found:
        yield found


@pytest.fixture
def channel(box: SandboxMailbox) -> Iterator[Email]:
    found = account(box)
    yield found
    found.close()


def everything(channel: Email, cursor: str = "", since: datetime | None = None) -> tuple[list[Envelope], str]:
    """All pages from ``cursor`` on, and the last cursor."""
    found: list[Envelope] = []
    batch = Batch((), cursor, more=True)
    while batch.more:
        batch = channel.fetch(INBOX, batch.cursor, since)
        found.extend(batch.envelopes)
    return found, batch.cursor


def test_each_mail_comes_once_and_unread_on_the_server(box: SandboxMailbox, channel: Email) -> None:
    box.deliver(simple(1))
    box.deliver(simple(2))
    first, cursor = everything(channel)
    assert [envelope.raw for envelope in first] == [simple(1), simple(2)]
    assert {envelope.kind for envelope in first} == {MAIL}
    assert everything(channel, cursor)[0] == []
    box.deliver(simple(3))
    again, _cursor = everything(channel, cursor)
    assert [envelope.raw for envelope in again] == [simple(3)]
    (item,) = channel.read(again[0])
    assert isinstance(item, Inbound)
    assert (item.address, item.text) == ("g3@guest.example", "Hello")


def test_an_empty_mailbox_is_no_trouble(box: SandboxMailbox, channel: Email) -> None:
    found, cursor = everything(channel)
    assert found == []
    box.deliver(simple(1))
    assert len(everything(channel, cursor)[0]) == 1


def test_a_cursor_beyond_the_last_mail_brings_nothing_back(box: SandboxMailbox, channel: Email) -> None:
    for number in range(3):
        box.deliver(simple(number))
    _found, cursor = everything(channel)
    box.remove()
    assert everything(channel, cursor)[0] == []


def test_renumbered_mails_keep_their_ids(box: SandboxMailbox, channel: Email) -> None:
    box.deliver(simple(1))
    box.deliver(raw_mail("no_sender"))
    first, cursor = everything(channel)
    box.renumber()
    box.deliver(simple(2))
    again, after = everything(channel, cursor)
    assert [envelope.external_id for envelope in again[:2]] == [envelope.external_id for envelope in first]
    assert again[2].raw == simple(2)
    assert everything(channel, after)[0] == []


def test_a_rescan_goes_back_only_as_far_as_new_mail_can_be(box: SandboxMailbox, channel: Email) -> None:
    old = datetime.now(UTC) - timedelta(days=90)
    box.deliver(simple(1), at=old)
    _found, cursor = everything(channel)
    box.renumber()
    box.deliver(simple(2))
    assert [envelope.raw for envelope in everything(channel, cursor)[0]] == [simple(2)]


def test_a_large_mailbox_comes_in_batches(box: SandboxMailbox, channel: Email) -> None:
    count = MAILS_PER_BATCH + 7
    for number in range(count):
        box.deliver(simple(number))
    first = channel.fetch(INBOX, "", None)
    assert (len(first.envelopes), first.more) == (MAILS_PER_BATCH, True)
    second = channel.fetch(INBOX, first.cursor, None)
    assert (len(second.envelopes), second.more) == (7, False)


def test_a_batch_is_also_bounded_by_its_bytes(
    box: SandboxMailbox, channel: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_module, "BYTES_PER_BATCH", 3000)
    for number in range(3):
        box.deliver(simple(number, "x" * 2000))
    first = channel.fetch(INBOX, "", None)
    assert (len(first.envelopes), first.more) == (1, True)
    assert len(everything(channel)[0]) == 3


def test_history_begins_at_the_day_asked_for_and_then_everything_new_comes(box: SandboxMailbox, channel: Email) -> None:
    now = datetime.now(UTC)
    box.deliver(simple(1), at=now - timedelta(days=40))
    box.deliver(simple(2), at=now - timedelta(days=3))
    found, cursor = everything(channel, "", now - timedelta(days=30))
    assert [envelope.raw for envelope in found] == [simple(2)]
    # A mail restored from a backup bears an old date of arrival, and is new all the same.
    box.deliver(simple(3), at=now - timedelta(days=400))
    assert [envelope.raw for envelope in everything(channel, cursor, now)[0]] == [simple(3)]


def test_an_interrupted_history_goes_on_where_it_was(box: SandboxMailbox, channel: Email) -> None:
    now = datetime.now(UTC)
    for number in range(MAILS_PER_BATCH + 2):
        box.deliver(simple(number), at=now - timedelta(days=1))
    box.deliver(simple(1000), at=now - timedelta(days=90))
    first = channel.fetch(INBOX, "", now - timedelta(days=30))
    found, _cursor = everything(channel, first.cursor)
    assert len(first.envelopes) + len(found) == MAILS_PER_BATCH + 2


def test_answers_given_elsewhere_come_from_the_sent_folder(box: SandboxMailbox, channel: Email) -> None:
    box.deliver(raw_mail("answer_from_elsewhere"), "Sent", seen=True)
    (envelope,) = channel.fetch(SENT, "", None).envelopes
    assert envelope.kind == SENT_MAIL
    (item,) = channel.read(envelope)
    assert isinstance(item, Inbound)
    assert item.outbound


def test_an_account_without_a_sent_folder_has_nothing_there(box: SandboxMailbox) -> None:
    channel = account(box, sent_folder="Nowhere")
    with pytest.raises(Rejected, match="refused"):
        channel.fetch(SENT, "", None)
    assert channel.fetch(INBOX, "", None).envelopes == ()
    channel.close()


def test_an_enormous_mail_comes_with_its_beginning(
    box: SandboxMailbox, channel: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    import adapters.email.imap as imap

    monkeypatch.setattr(imap, "WHOLE_MAIL", 10_000)
    monkeypatch.setattr(imap, "START_OF_MAIL", 2_000)
    box.deliver(simple(1, "The text comes first. " + "x" * 20_000))
    (envelope,) = channel.fetch(INBOX, "", None).envelopes
    assert len(envelope.raw) == 2_000
    assert envelope.kind == f"{MAIL}_start"
    (item,) = channel.read(envelope)
    assert isinstance(item, Inbound)
    assert item.text.startswith("The text comes first.")


def test_a_file_is_fetched_again_from_the_server(box: SandboxMailbox, channel: Email) -> None:
    box.deliver(raw_mail("file_name_that_climbs"))
    (envelope,) = channel.fetch(INBOX, "", None).envelopes
    (item,) = channel.read(envelope)
    assert isinstance(item, Inbound)
    (file,) = item.attachments
    assert b"".join(channel.download(file.ref, 1000)).startswith(b"%PDF-1.4")
    with pytest.raises(Malformed, match="too_big"):
        list(channel.download(file.ref, 10))
    with pytest.raises(Malformed, match="file_missing"):
        list(channel.download("nonsense", 10))
    box.remove()
    with pytest.raises(Rejected, match="not_found"):
        list(channel.download(file.ref, 1000))


def test_another_mail_with_the_same_id_cannot_put_its_file_in_the_place(box: SandboxMailbox, channel: Email) -> None:
    box.deliver(raw_mail("file_name_that_climbs"))
    (envelope,) = channel.fetch(INBOX, "", None).envelopes
    (item,) = channel.read(envelope)
    assert isinstance(item, Inbound)
    box.deliver(raw_mail("file_name_that_climbs").replace(b"JVBERi0xLjQK", b"RVZJTCEhISEh"))
    assert b"".join(channel.download(item.attachments[0].ref, 1000)).startswith(b"%PDF-1.4")


def test_a_mail_that_the_server_does_not_give_goes_to_quarantine(channel: Email) -> None:
    with pytest.raises(Malformed, match="mail_not_served"):
        channel.read(Envelope("uid:1.2", REFUSED, b"[CORRUPTION] cannot read"))


def test_a_restarted_server_is_connected_to_again(box: SandboxMailbox, channel: Email) -> None:
    everything(channel)
    assert channel._session is not None
    channel._session._box.client.sock.shutdown(socket.SHUT_RDWR)
    box.deliver(simple(1))
    assert len(everything(channel)[0]) == 1


def test_a_cursor_that_cannot_be_read_starts_again(box: SandboxMailbox, channel: Email) -> None:
    box.deliver(simple(1))
    assert len(everything(channel, "{damaged")[0]) == 1


def test_a_wrong_password_pauses_the_account(box: SandboxMailbox) -> None:
    with pytest.raises(AccountBlocked, match="auth") as caught:
        account(box, "wrong").fetch(INBOX, "", None)
    assert "AUTHENTICATIONFAILED" in caught.value.vendor_text


def test_an_imap_server_without_starttls_gets_no_password() -> None:
    with talking(_capable) as (port, heard):
        channel = Email("m", Settings("email", OWN, Server("127.0.0.1", port, "starttls")), Secret("canary"))
        with pytest.raises(AccountBlocked, match="tls_not_offered"):
            channel.fetch(INBOX, "", None)
    assert not any(b"canary" in line for line in heard)


def _capable(line: socket.socket, heard: list[bytes]) -> None:
    line.sendall(b"* OK hi\r\n")
    while data := line.recv(65536):
        heard.append(data)
        tag = data.split(b" ")[0]
        line.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")


def test_the_last_mail_is_not_taken_for_a_new_one_when_the_server_answers_with_it() -> None:
    """``UID n:*`` means "from n to the last one", also when the last one is before n."""
    with talking(_always_the_last) as (port, heard):
        channel = Email("m", settings(port), None)
        cursor = msgspec.json.encode(Cursor(uidvalidity=7, uidnext=3)).decode()
        batch = channel.fetch(INBOX, cursor, None)
        assert batch.envelopes == ()
        assert msgspec.json.decode(batch.cursor, type=Cursor).uidnext == 5
        assert any(b"SEARCH" in line for line in heard)
        channel.close()


def _always_the_last(line: socket.socket, heard: list[bytes]) -> None:
    """A mailbox whose last mail is UID 2 and whose next one is 5; it answers every search with 2."""
    line.sendall(b"* PREAUTH hi\r\n")
    while data := line.recv(65536):
        heard.append(data)
        tag = data.split(b" ")[0]
        untagged = b""
        if b"EXAMINE" in data:
            untagged = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 5] ok\r\n"
        elif b"SEARCH" in data:
            untagged = b"* SEARCH 2\r\n"
        elif b"LOGOUT" in data:
            untagged = b"* BYE\r\n"
        elif b"CAPABILITY" in data:
            untagged = b"* CAPABILITY IMAP4rev1\r\n"
        line.sendall(untagged + tag + b" OK done\r\n")
