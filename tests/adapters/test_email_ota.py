"""Mail that booking sites relay: whose it is, what was written, where the answer goes, and what only pretends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from adapters.email import Mailboxes, Server
from adapters.email.account import Email, external_id
from adapters.email.ota import SITES
from adapters.email.pipe import MailParser
from adapters.email.reading import MAIL, SENT_MAIL
from adapters.email.results import TOPMOST, is_proved, read
from adapters.email.settings import AIRBNB_MAIL, BOOKING_MAIL, EMAIL
from adapters.sandbox.mailbox import SandboxMailbox
from tests.adapters.mail import MAILS, account, letter, raw_mail, settings
from tests.fakes import NOON
from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.errors import Refused, Rejected
from tui_inbox.domain.window import Allowed, may_send
from tui_inbox.ports.channel import Envelope, Inbound
from tui_inbox.ports.secrets import Secret

SAMPLES = sorted(file.stem for file in (MAILS / "ota").glob("*.eml"))
FAKES = {
    "fake_subdomain": "ota_look_alike",
    "fake_display_name": "ota_look_alike",
    "fake_spelling": "ota_look_alike",
    "forged_results_below": "ota_unproved",
    "forged_results_alone": "ota_unproved",
    "forged_inside_a_comment": "ota_unproved",
    "two_senders": "ota_unproved",
    "reply_elsewhere": "reply_to_differs",
}


class Seen(NamedTuple):
    channel: str
    address: str
    reservation: str
    route: str
    name: str
    text: str


RELAYED = {
    "booking_en_html": Seen(
        "booking-mail",
        "3812391309",
        "3812391309",
        "3812391309-qwer.tyui.opas.dfgh@mchat.booking.com",
        "Jonas Weber",
        "Hello, is late check-out possible on Sunday?\n\nWe would leave at 14:00.",
    ),
    "booking_it_second": Seen(
        "booking-mail",
        "3812391309",
        "3812391309",
        "3812391309-zzzz.yyyy.xxxx.wwww@mchat.booking.com",
        "Jonas Weber",
        "Grazie mille, a domenica.",
    ),
    "booking_fr_link_only": Seen(
        "booking-mail",
        "4021554433",
        "4021554433",
        "claire.204417@guest.booking.com",
        "Claire Martin",
        "Bonjour, acceptez-vous les chiens ? Mon numéro est le 06 12 34 56 78.",
    ),
    "booking_de_quoted": Seen(
        "booking-mail",
        "4455667788",
        "4455667788",
        "anna.553201@guest.booking.com",
        "Anna Bauer",
        "Ja, drei Personen, bitte mit Kinderbett.",
    ),
    "booking_th": Seen(
        "booking-mail",
        "5566778899",
        "5566778899",
        "5566778899-a.b@mchat.booking.com",
        "สมชาย",
        "สวัสดีครับ มีที่จอดรถไหม",
    ),
    "airbnb_en_translated": Seen(
        "airbnb-mail",
        "2001002003",
        "",
        "4qx1m8example001@reply.airbnb.com",
        "Marco",
        "Hello, can we leave our luggage after check-out?\n\n"
        "Translated automatically. Original message:\nCiao, possiamo lasciare i bagagli dopo il check-out?",
    ),
    "airbnb_fr_rotated": Seen(
        "airbnb-mail",
        "2001002003",
        "HMABCD2345",
        "4qx1m8example002@reply.airbnb.com",
        "Marco",
        "Merci beaucoup !",
    ),
    "airbnb_es_code": Seen(
        "airbnb-mail",
        "HMABCD2345",
        "HMABCD2345",
        "r3example003@reply.airbnb.com",
        "Lucía",
        "¿A qué hora cierra la recepción?\n\nTraducido automáticamente\n-- Mensaje original --\n"
        "What time does the desk close?",
    ),
    "airbnb_without_any_code": Seen(
        "airbnb-mail",
        "sofie · question about the garden room",
        "",
        "r3example004@reply.airbnb.com",
        "Sofie",
        "Is the garden open in winter?",
    ),
}


@pytest.fixture(scope="module")
def parser() -> Iterator[MailParser]:
    found = MailParser()
    yield found
    found.close()


@pytest.fixture(scope="module")
def channel() -> Iterator[Email]:
    found = Email("desk-mail", settings(9, 9), Secret("secret"))
    yield found
    found.close()


def sample(channel: Email, name: str, kind: str = MAIL) -> Inbound:
    raw = raw_mail(f"ota/{name}")
    (item,) = channel.read(Envelope(external_id(raw), kind, raw))
    assert isinstance(item, Inbound)
    return item


@pytest.mark.parametrize("name", RELAYED)
def test_a_relayed_mail_is_the_guest_s_message_with_its_reservation_and_its_way_back(channel: Email, name: str) -> None:
    item = sample(channel, name)
    assert Seen(item.channel, item.address, item.reservation, item.route, item.name, item.text) == RELAYED[name]
    assert not item.suspicious
    assert not item.automated, "a person wrote it, whatever machine carried it"
    assert all(line in item.full_text for line in item.text.split("\n")), "the whole mail stays readable"


def test_the_collection_is_what_these_tests_speak_of() -> None:
    assert set(SAMPLES) == {*RELAYED, *FAKES, "booking_news", "booking_two_numbers", "airbnb_payout"}


def test_mails_of_one_stay_share_a_handle_while_their_aliases_change(channel: Email) -> None:
    first, second = sample(channel, "booking_en_html"), sample(channel, "booking_it_second")
    assert first.address == second.address
    assert first.route != second.route
    before, after = sample(channel, "airbnb_en_translated"), sample(channel, "airbnb_fr_rotated")
    assert before.address == after.address
    assert sample(channel, "airbnb_es_code").address in after.also, "the code alone leads to the same conversation"


@pytest.mark.parametrize("name", FAKES)
def test_what_only_pretends_is_ordinary_mail_with_a_warning(channel: Email, name: str) -> None:
    item = sample(channel, name)
    assert (item.channel, item.suspicious) == ("email", FAKES[name])
    assert (item.reservation, item.route, item.also) == ("", "", ())


def test_a_stranger_does_not_get_the_site_s_name(channel: Email) -> None:
    assert sample(channel, "fake_display_name").name == ""


@pytest.mark.parametrize("name", ["booking_news", "airbnb_payout"])
def test_what_the_site_itself_writes_is_ordinary_mail_without_a_warning(channel: Email, name: str) -> None:
    item = sample(channel, name)
    assert (item.channel, item.suspicious) == ("email", "")


def test_a_number_that_the_guest_may_have_written_decides_nothing(channel: Email) -> None:
    item = sample(channel, "booking_two_numbers")
    assert (item.reservation, item.address) == ("", "eve.111222@guest.booking.com")


def test_only_the_server_that_is_named_is_believed() -> None:
    raw = raw_mail("ota/booking_en_html")
    for name, believed in (("mx.hotel.example", True), ("MX.hotel.example", True), ("other.example", False)):
        channel = Email("m", settings(9, 9, authserv_id=name), Secret("s"))
        (item,) = channel.read(Envelope("x", MAIL, raw))
        channel.close()
        assert isinstance(item, Inbound)
        assert (item.channel == "booking-mail") is believed


def test_results_below_our_server_s_own_line_need_its_name_in_the_settings(parser: MailParser) -> None:
    results, received, rest = raw_mail("ota/booking_en_html").partition(b"Received:")
    end = rest.index(b"From:")
    moved = parser.parse(received + rest[:end] + results + rest[end:])
    assert not is_proved(moved.checked, "", "booking.com")
    assert is_proved(moved.checked, "mx.hotel.example", "booking.com")
    assert is_proved(moved.checked, TOPMOST, "booking.com")


def test_the_large_providers_own_checks_are_known() -> None:
    def at(host: str) -> str:
        server = Server(host, 993)
        return Mailboxes.Settings("email", "desk@hotel.example", server).checker

    assert (at("imap.gmail.com"), at("outlook.office365.com"), at("mail.hotel.example")) == (
        "mx.google.com",
        TOPMOST,
        "",
    )


@pytest.mark.parametrize(
    ("value", "proved"),
    [
        ("mx.google.com; dkim=pass header.i=@booking.com header.s=x; spf=pass smtp.mailfrom=a@b.example", True),
        ("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=booking.com; dkim=pass header.d=booking.com;", True),
        ("mx 1; dmarc = pass (p=REJECT sp=REJECT dis=NONE) header.from=guest.booking.com", True),
        ("mx; dkim/1=pass header.d=mchat.booking.com.", True),
        ("mx; dkim=pass header.d=notbooking.com; dmarc=pass header.from=booking.com.evil.example", False),
        ("mx; spf=pass smtp.mailfrom=x@booking.com", False),
        ("mx; dkim=fail header.d=booking.com; dmarc=none header.from=booking.com", False),
        ("mx; dkim=pass (good (very)) header.d=evil.example (; dkim=pass header.d=booking.com", False),
        ('mx; x=pass smtp.mailfrom="a\\"; dkim=pass header.d=booking.com; "@evil.example', False),
        ("", False),
        (';;;===((("', False),
    ],
)
def test_results_are_read_as_their_grammar_has_them(value: str, proved: bool) -> None:
    assert is_proved([read(value)], TOPMOST, "booking.com") is proved


def test_a_hotel_that_wants_none_of_it_has_none_of_it() -> None:
    wanted = settings(9, 9, ota=[])
    assert list(Mailboxes.serves(wanted)) == ["email"] == list(Mailboxes.own(wanted))
    channel = Email("m", wanted, Secret("s"))
    assert {sample(channel, name).channel for name in SAMPLES} == {"email"}
    channel.close()


def test_the_channels_say_what_the_sites_take() -> None:
    served = Mailboxes.serves(settings(9, 9))
    assert set(served) == {EMAIL.code, *(site.channel for site in SITES)}
    for traits in (BOOKING_MAIL, AIRBNB_MAIL):
        assert traits.handle is HandleKind.OPAQUE, "an alias is nobody's mail address"
        assert traits.content_rules == ("plain_text_only",)
        assert traits.attachments is not None
        assert traits.attachments.max_bytes == 15 * 1024 * 1024
        verdict = may_send(traits, None, NOON)
        assert (verdict.kind, verdict.code) == (Allowed.NONE, "never_wrote")


def test_the_answer_goes_to_the_newest_alias_as_plain_text_without_history() -> None:
    with SandboxMailbox() as box:
        channel = account(box)
        outgoing = letter(
            "Ja, bis 14 Uhr.",
            channel="booking-mail",
            address="3812391309",
            route="3812391309-zzzz.yyyy@mchat.booking.com",
            subject="Re: We received this message from Jonas Weber",
            in_reply_to="<bk2@mchat.booking.com>",
            references="<bk1@mchat.booking.com> <bk2@mchat.booking.com>",
        )
        channel.check(outgoing._replace(route=""))
        channel.send(outgoing)
        channel.close()
        (raw,) = box.sent
        assert box.recipients == ["3812391309-zzzz.yyyy@mchat.booking.com"]
    head, _blank, body = raw.partition(b"\r\n\r\n")
    assert b"Content-Type: text/plain" in head
    assert b"In-Reply-To: <bk2@mchat.booking.com>" in head
    assert b"Subject: Re: We received" in head
    assert body.strip() == b"Ja, bis 14 Uhr."


@pytest.mark.parametrize("route", ["", "jonas@evil.example", "x@booking.com.evil.example", "noreply@mchat.booking.com"])
def test_no_answer_leaves_for_anywhere_else(channel: Email, route: str) -> None:
    with pytest.raises(Rejected, match="ota_no_route"):
        channel.send(letter(channel="booking-mail", address="3812391309", route=route))


@pytest.mark.parametrize("name", ["plan.ZIP", "setup.exe", "x.rar"])
def test_files_that_the_sites_hold_back_are_refused_before_the_wire(channel: Email, name: str) -> None:
    row = letter(channel="airbnb-mail", address="HMABCD2345", attachments=("ab",), attachment_names=(name,))
    with pytest.raises(Refused, match="ota_file_refused"):
        channel.check(row)
    channel.check(row._replace(attachment_names=("plan.pdf",)))
    channel.check(row._replace(channel="email", address="claire@guest.example"))


def test_too_many_bytes_for_the_sites_are_refused(channel: Email) -> None:
    row = letter(channel="airbnb-mail", address="HMABCD2345", route="r3@reply.airbnb.com")
    with pytest.raises(Rejected, match="too_big"):
        channel.send(row, [("a.pdf", "application/pdf", bytes(15 * 1024 * 1024 + 1))])


def test_an_answer_given_elsewhere_stands_with_the_guest_s_messages(channel: Email) -> None:
    raw = (
        b"From: desk@hotel.example\r\nTo: 3812391309-qwer.tyui@mchat.booking.com\r\nSubject: Re: message\r\n"
        b"Date: Sun, 22 Nov 2026 10:00:00 +0100\r\nMessage-ID: <ours@hotel.example>\r\n\r\nYes.\r\n"
    )
    (item,) = channel.read(Envelope("x", SENT_MAIL, raw))
    assert isinstance(item, Inbound)
    assert (item.channel, item.address, item.outbound) == ("booking-mail", "3812391309", True)


@pytest.mark.parametrize(
    "filler",
    [
        b"Authentication-Results: mx;" + b" " * 8000 + b"dkim" + b" " * 7000 + b"x\n",
        b"Authentication-Results: mx;" + b"(" * 8000 + b"\n",
        b"Authentication-Results: " + b"a=b;" * 4000 + b"\n",
    ],
)
def test_a_hostile_head_costs_little(parser: MailParser, filler: bytes) -> None:
    mail = filler * 10 + b'From: "' + b" ," * 7000 + b'" <3812391309-a@mchat.booking.com>\nSubject: x\n\n'
    body = b"https://admin.booking.com/" * 18_000 + b"\n##-" * 2000 + b"Translated " * 2000
    started = time.perf_counter()
    parser.parse(mail + body)
    assert time.perf_counter() - started < 1.5
