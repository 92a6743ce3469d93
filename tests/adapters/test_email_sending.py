"""Answers by mail: what stands on the wire, and what every way to fail means for the outbox."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email.policy import default

import pytest

from adapters.email import Server, Settings
from adapters.email.account import Email
from adapters.email.compose import MAX_REFERENCES, compose
from adapters.email.imap import Session
from adapters.sandbox.mailbox import Fault, SandboxMailbox
from tests.adapters.mail import OWN, account, letter, settings, simple
from tests.adapters.mail_line import dialogue, talking
from tui_inbox.domain.channel import Evidence
from tui_inbox.domain.errors import AccountBlocked, ChannelError, NotSent, Refused, Rejected, Unknown
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.ports.channel import Channel, FetchesFiles, FindsSent, HealthState
from tui_inbox.ports.secrets import Secret

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def box() -> Iterator[SandboxMailbox]:
    with SandboxMailbox() as found:
        yield found


def composed(outgoing: Outgoing, name: str = "Hôtel Lumière") -> bytes:
    return compose(outgoing, OWN, name, NOW)


def test_an_answer_arrives_as_it_was_written_and_in_its_thread(box: SandboxMailbox) -> None:
    channel = account(box, sender_name="Hôtel Lumière, Paris")
    text = "Bonjour Claire,\n.\n..\nFrom here it is 5 minutes — à bientôt 🙂\n" + "x" * 1500
    files = [("../../Menü.pdf", "application/pdf", b"%PDF-1.4 \x00\xff"), ("a.eml", "message/rfc822", b"From: x\n\nhi")]
    receipt = channel.send(letter(text, in_reply_to="<q@guest.example>", references="<p@guest.example>"), files)
    assert receipt.provider_id == "<01key@hotel.example>"
    message = email.message_from_bytes(box.sent[0], policy=default)
    assert message["Message-ID"] == "<01key@hotel.example>"
    assert message["In-Reply-To"] == "<q@guest.example>"
    assert message["References"] == "<p@guest.example> <q@guest.example>"
    assert message["From"] == '"Hôtel Lumière, Paris" <desk@hotel.example>'
    assert message["Subject"] == "Re: Parking"
    assert "Auto-Submitted" not in message
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").rstrip("\n") == text
    assert [(part.get_filename(), part.get_content()) for part in message.iter_attachments()] == [
        ("Menü.pdf", b"%PDF-1.4 \x00\xff"),
        ("a.eml", b"From: x\n\nhi"),
    ]
    assert box.recipients == ["claire@guest.example"]
    channel.close()


def test_a_planned_mail_says_that_no_person_sent_it_just_now() -> None:
    assert b"\r\nAuto-Submitted: auto-generated\r\n" in composed(letter(scheduled=True))


def test_ways_out_stand_in_the_head_and_one_click_only_with_a_page() -> None:
    mail = "mailto:desk@hotel.example?subject=unsubscribe%20abc"
    page = "https://chat.hotel.example/unsubscribe/" + "a" * 31
    with_page = email.message_from_bytes(composed(letter("Printemps", unsubscribe=(page, mail))), policy=default)
    assert with_page["List-Unsubscribe"].split() == [f"<{page}>,", f"<{mail}>"]
    assert with_page["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    by_mail = email.message_from_bytes(composed(letter("Printemps", unsubscribe=(mail,))), policy=default)
    assert by_mail["List-Unsubscribe"] == f"<{mail}>"
    assert "List-Unsubscribe-Post" not in by_mail
    assert "List-Unsubscribe" not in email.message_from_bytes(composed(letter("Bonjour")), policy=default)


@pytest.mark.parametrize(
    "link", ["http://hotel.example/x", "mailto:a\r\nBcc: b@c.example", "https://a/>,<b", "javascript:1"]
)
def test_a_way_out_that_is_no_link_is_refused(link: str) -> None:
    with pytest.raises(Rejected, match="bad_header"):
        composed(letter("Printemps", unsubscribe=(link,)))


def test_long_ids_stay_whole_and_old_ones_are_left_out() -> None:
    long = f"<{'x' * 200}@mail.example>"
    references = " ".join(f"<{number}@x>" for number in range(50)) + f" {long}"
    message = email.message_from_bytes(composed(letter(in_reply_to=long, references=references)), policy=default)
    ids = str(message["References"]).split()
    assert len(ids) == MAX_REFERENCES
    assert ids[0] == "<0@x>"
    assert ids[-1] == long == str(message["In-Reply-To"]).strip()


def test_every_try_carries_the_same_message_id() -> None:
    channel = Email("desk-mail", settings(1, 1), None)
    assert channel._referred(letter(message_ref="")).message_ref == "<01KEY@hotel.example>"


SEPARATORS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"]
HEADERS = ["subject", "address", "message_ref", "in_reply_to", "references", "sender_name"]


@pytest.mark.parametrize("separator", SEPARATORS, ids=ascii)
@pytest.mark.parametrize("header", HEADERS)
def test_no_value_can_write_a_header_of_its_own(header: str, separator: str) -> None:
    evil = f"<a@b>{separator}Bcc: victim@example.org"
    name = evil if header == "sender_name" else "Hotel"
    outgoing = letter() if header == "sender_name" else letter(**{header: evil})
    try:
        content = composed(outgoing, name)
    except Rejected as error:
        assert error.code in ("bad_header", "bad_address")  # noqa: PT017 - both outcomes are right
    else:
        assert header == "references"
        assert separator in ("\n", "\r\n")
        assert "Bcc" not in email.message_from_bytes(content)
        assert b"victim" not in content


@pytest.mark.parametrize("header", ["subject", "sender_name"])
def test_an_encoded_line_break_does_not_become_one(header: str) -> None:
    evil = "=?utf-8?q?Hi=0D=0ABcc=3A_victim=40example=2Eorg?="
    try:
        content = composed(letter() if header == "sender_name" else letter(subject=evil), evil)
    except Rejected as error:
        assert error.code == "bad_header"  # noqa: PT017 - both outcomes are right
    else:
        assert "Bcc" not in email.message_from_bytes(content)


@pytest.mark.parametrize(
    "address", ["", "claire", "a@b@c", "a b@c.example", "a@c.example, d@e.example", "é@guest.example"]
)
def test_what_is_no_address_is_refused_before_the_wire(address: str) -> None:
    with pytest.raises(Refused, match="bad_address"):
        Email("desk-mail", settings(1, 1), None).check(letter(address=address))


def test_a_domain_with_accents_goes_out_in_its_ascii_form() -> None:
    assert b"\r\nTo: claire@xn--htel-vqa.example\r\n" in composed(letter(address="claire@hôtel.example"))


def test_too_many_or_too_large_files_are_refused_before_the_wire(box: SandboxMailbox) -> None:
    channel = account(box)
    with pytest.raises(Refused, match="too_many_files"):
        channel.check(letter(attachments=("a",) * 11))
    channel.check(letter(text="", attachments=("a",)))
    with pytest.raises(Refused, match="empty_text"):
        channel.check(letter(text="  "))
    with pytest.raises(Rejected, match="too_big"):
        channel.send(letter(), [("a.bin", "application/zip", b"x" * (25 * 1024 * 1024 + 1))])
    assert box.sent == []


FAULTS: list[tuple[Fault, type[ChannelError], str]] = [
    ("451", NotSent, "vendor_busy"),
    ("421", NotSent, "vendor_busy"),
    ("550", Rejected, "refused"),
    ("552", Rejected, "too_big"),
    ("rcpt_550", Rejected, "address_refused"),
    ("rcpt_451", NotSent, "vendor_busy"),
    ("drop", Unknown, "answer_lost"),
    ("lost", Unknown, "answer_lost"),
]


@pytest.mark.parametrize(("fault", "kind", "code"), FAULTS)
def test_a_fault_of_the_server_has_one_class(
    box: SandboxMailbox, fault: Fault, kind: type[ChannelError], code: str
) -> None:
    box.fail_next(fault)
    channel = account(box)
    with pytest.raises(ChannelError) as caught:
        channel.send(letter())
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert len(box.sent) == (fault == "drop")
    assert box.mails("Sent") == [], "a copy is filed only of what was accepted"
    if fault[-3:].isdigit():
        assert caught.value.vendor_code == fault[-3:]
        assert caught.value.vendor_text
    channel.close()


def test_a_refused_password_pauses_the_account_with_the_server_s_own_words(box: SandboxMailbox) -> None:
    channel = account(box, "wrong")
    with pytest.raises(AccountBlocked, match="auth") as caught:
        channel.send(letter())
    assert caught.value.vendor_code == "535"
    assert "Authentication" in caught.value.vendor_text
    assert "wrong" not in repr(vars(caught.value))


def test_a_copy_is_filed_by_us_or_by_the_server_and_never_twice(box: SandboxMailbox) -> None:
    channel = account(box, sent_copy="ours")
    channel.send(letter())
    channel.send(letter(message_ref="<2@hotel.example>"))
    channel.fetch("inbox", "", None)
    assert box.mails("Sent") == box.sent
    channel.send(letter(message_ref="<3@hotel.example>"))
    channel.close()
    assert box.mails("Sent") == box.sent
    assert len(box.sent) == 3
    with SandboxMailbox(files_sent=True) as other:
        channel = account(other, sent_copy="server")
        channel.send(letter())
        channel.close()
        assert other.mails("Sent") == other.sent


def test_a_copy_that_cannot_be_filed_for_now_keeps_no_guest_s_mail_waiting(
    box: SandboxMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = account(box, sent_copy="ours")
    channel.send(letter())
    box.deliver(simple(1))
    with monkeypatch.context() as patched:
        patched.setattr(Session, "file_copy", _over_quota)
        assert len(channel.fetch("inbox", "", None).envelopes) == 1
    channel.fetch("inbox", "", None)
    assert box.mails("Sent") == box.sent
    channel.close()


def _over_quota(*_: object) -> None:
    raise NotSent("refused", vendor_text="[OVERQUOTA] Mailbox is full")


def test_only_the_server_s_own_copy_proves_an_unknown_send_and_absence_proves_nothing() -> None:
    with SandboxMailbox(files_sent=True) as box:
        channel = account(box, sent_copy="server")
        assert channel.find(letter()).candidates == ()
        box.fail_next("drop")
        with pytest.raises(Unknown):
            channel.send(letter())
        found = channel.find(letter())
        assert found.candidates == ("<01key@hotel.example>",)
        assert found.authoritative is False
        assert channel.find(letter(message_ref="<other@hotel.example>")).candidates == ()
        channel.close()
        ours = account(box, sent_copy="ours")
        assert ours.find(letter()).candidates == ()
        ours.close()


def test_a_view_only_account_sends_nothing(box: SandboxMailbox) -> None:
    channel = account(box, mode="view-only")
    assert not channel.traits["email"].can_send
    with pytest.raises(Refused, match="view_only"):
        channel.check(letter())
    with pytest.raises(Rejected, match="view_only"):
        channel.send(letter())
    assert box.sent == []


def test_the_channel_says_what_it_can_do(box: SandboxMailbox) -> None:
    channel = account(box)
    traits = channel.traits["email"]
    assert (traits.has_subject, traits.enter_sends, traits.undo) == (True, False, "email")
    assert (traits.evidence, traits.free_of_charge) == (Evidence.SENT_COPY, True)
    assert isinstance(channel, Channel)
    assert isinstance(channel, FindsSent)
    assert isinstance(channel, FetchesFiles)
    with pytest.raises(Refused, match="channel_not_served"):
        channel.check(letter(channel="sms"))


def test_the_test_call_logs_in_on_both_sides_and_sends_nothing(box: SandboxMailbox) -> None:
    channel = account(box)
    health = channel.test()
    assert (health.state, health.account_name) == (HealthState.OK, OWN)
    assert health.details == {"inbox": 0, "sent_folder": "Sent"}
    assert box.sent == []
    channel.close()
    wrong = account(box, "wrong").test()
    assert (wrong.state, wrong.code) == (HealthState.ERROR, "auth")
    assert "AUTHENTICATIONFAILED" in wrong.vendor_text


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def test_nobody_there_means_not_sent() -> None:
    port = _free_port()
    channel = Email("desk-mail", settings(port, port), Secret("x"))
    with pytest.raises(NotSent, match="unreachable"):
        channel.send(letter())
    assert channel.test().code == "unreachable"


def test_a_server_without_starttls_gets_neither_password_nor_mail() -> None:
    answers = (b"220 hi\r\n", b"250-sandbox\r\n250 AUTH PLAIN LOGIN\r\n", b"250 ok\r\n", b"250 ok\r\n")
    with talking(dialogue(*answers)) as (port, heard):
        where = Server("127.0.0.1", port, "starttls")
        channel = Email("desk-mail", Settings("email", OWN, Server("127.0.0.1", 1, "none"), where), Secret("canary"))
        with pytest.raises(AccountBlocked, match="tls_not_offered"):
            channel.send(letter())
    assert not any(b"AUTH" in line or b"MAIL" in line for line in heard)


def test_a_certificate_that_nobody_vouches_for_ends_the_connection(box: SandboxMailbox) -> None:
    channel = Email(
        "m", Settings("email", OWN, Server("127.0.0.1", box.imap_port), Server("127.0.0.1", 1)), Secret("x")
    )
    assert channel.test().code == "tls"


@pytest.mark.parametrize("host", ["mail.hotel.example", "192.0.2.1", "10.0.0.1"])
def test_plain_text_is_refused_beyond_this_machine(host: str) -> None:
    found = Settings("email", OWN, Server(host, 143, "none"), mode="view-only")
    with pytest.raises(Refused, match="mail_plain_text"):
        Email.open("desk-mail", found, _NoSecrets())


def test_a_full_account_needs_a_server_to_send_by() -> None:
    with pytest.raises(Refused, match="mail_no_smtp"):
        Email.open("desk-mail", Settings("email", OWN, Server("imap.hotel.example", 993)), _NoSecrets())


class _NoSecrets:
    def get(self, name: str) -> Secret:
        raise Refused("secret_missing", name=name)

    def holder(self, name: str) -> str | None:
        return None

    def set(self, name: str, secret: Secret) -> str:
        raise Refused("vault_read_only")

    def delete(self, name: str) -> bool:
        return False

    def names(self) -> list[tuple[str, str]]:
        return []
