"""Mails as people and programs really write them: our own collection, one file for each kind of fault."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.email.account import external_id
from adapters.email.pipe import MailParser
from adapters.email.reading import SENT_MAIL
from tests.adapters.mail import MAILS, raw_mail, read, read_inbound, read_status
from tui_inbox.domain.errors import Malformed
from tui_inbox.domain.message import Delivery, Kind
from tui_inbox.ports.channel import Inbound

FOREIGN = os.environ.get("TUI_INBOX_TEST_MAILS", "")


@pytest.fixture(scope="module")
def parser() -> Iterator[MailParser]:
    found = MailParser()
    yield found
    found.close()


TEXTS = {
    "plain": "Bonjour, le parking est-il ouvert ce soir ?",
    "latin1_without_label": "Nous arriverons après minuit, désolés.",
    "unknown_charset": "Le café est-il compris ?",
    "codec_that_is_no_charset": "Is breakfast included?",
    "bad_base64": "Is there a gym?",
    "flowed": "We will arrive on Friday with two children, and we would like to know whether the pool is heated in "
    "November.\n\nFrom the station, is there a bus?",
    "alternative_without_plain": "Can you book a taxi for 7 am?",
    "gmail_french_on_two_lines": "Oui, à 22 heures. Merci !",
    "outlook_french": "Nous prendrons le petit-déjeuner.\n\nCordialement,\nClaire",
    "spanish_reply": "Sí, con cuna por favor.",
    "german_phone_reply": "Danke, wir kommen um 23 Uhr an.",
    "booking_delimiter": "Is late check-out possible?",
    "boundary_that_never_comes": "The text stands here all the same.",
    "broken_header_line": "Still readable.",
    "japanese": "到着は遅くなります。",
    "forwarded": "The voucher is attached.",
}


@pytest.mark.parametrize("name", list(TEXTS))
def test_the_new_part_of_a_mail_is_shown(parser: MailParser, name: str) -> None:
    assert read_inbound(parser, raw_mail(name)).text == TEXTS[name]


def test_a_mail_is_understood_with_all_that_threading_needs(parser: MailParser) -> None:
    item = read_inbound(parser, raw_mail("gmail_french_on_two_lines"))
    assert (item.address, item.name, item.own_address) == (
        "claire@guest.example",
        "Claire Martin",
        "desk@hotel.example",
    )
    assert item.thread_ref == "<gmailfr@guest.example>"
    assert item.references == "<m0@hotel.example> <m1@hotel.example>"
    assert item.at == datetime(2026, 11, 22, 8, 12, tzinfo=UTC)
    assert (item.kind, item.channel, item.outbound, item.automated) == (Kind.EMAIL, "email", False, False)
    assert "a écrit :" in item.full_text


def test_answers_between_quoted_lines_are_never_hidden(parser: MailParser) -> None:
    text = read_inbound(parser, raw_mail("answers_between_the_lines")).text
    assert "At about ten" in text
    assert "Yes, one large car." in text


def test_bad_quoted_printable_is_read_as_far_as_it_goes(parser: MailParser) -> None:
    assert read_inbound(parser, raw_mail("bad_quoted_printable")).text.startswith("Un lit béb")


def test_html_shows_what_a_reader_saw_and_where_links_lead(parser: MailParser) -> None:
    text = read_inbound(parser, raw_mail("html_with_hidden_text")).text
    assert "PREHEADER" not in text
    assert "alert" not in text
    assert "• un lit bébé\n• le parking" in text
    assert "https://bank.example/ → https://evil.example/login" in text
    assert text.endswith("et hotel.example")


def test_a_line_break_inside_a_name_stays_inside_the_name(parser: MailParser) -> None:
    item = read_inbound(parser, raw_mail("line_break_in_name"))
    assert item.address == "claire@guest.example"
    assert item.name.endswith("Bcc: victim@example.org")


def test_a_broken_message_id_is_not_used_for_threading(parser: MailParser) -> None:
    assert read_inbound(parser, raw_mail("message_id_with_blank")).thread_ref == ""


@pytest.mark.parametrize("name", ["no_date", "clock_in_the_future"])
def test_a_date_that_cannot_be_believed_is_that_of_our_own_server(parser: MailParser, name: str) -> None:
    assert read_inbound(parser, raw_mail(name)).at == datetime(2026, 11, 22, 8, 15, tzinfo=UTC)


def test_a_file_name_cannot_climb_and_a_type_cannot_lie(parser: MailParser) -> None:
    (passport,) = read_inbound(parser, raw_mail("file_name_that_climbs")).attachments
    assert (passport.name, passport.type, passport.size, passport.state) == (
        "passport.pdf",
        "application/pdf",
        19,
        "remote",
    )
    (program,) = read_inbound(parser, raw_mail("program_called_pdf")).attachments
    assert program.type == "application/x-msdownload"
    (photo,) = read_inbound(parser, raw_mail("file_name_in_a_wrong_charset")).attachments
    assert photo.name == "Straße ü.jpg"
    (mail,) = read_inbound(parser, raw_mail("forwarded")).attachments
    assert (mail.name, mail.type) == ("voucher.eml", "message/rfc822")


def test_the_bytes_of_a_file_are_those_that_were_attached(parser: MailParser) -> None:
    assert parser.file(raw_mail("file_name_that_climbs"), "2").startswith(b"%PDF-1.4")
    with pytest.raises(Malformed, match="file_missing"):
        parser.file(raw_mail("file_name_that_climbs"), "7")


@pytest.mark.parametrize("name", ["bounce_standard", "bounce_in_prose"])
def test_a_bounce_is_no_guest_but_the_fate_of_our_mail(parser: MailParser, name: str) -> None:
    status = read_status(parser, raw_mail(name))
    assert status.state is Delivery.FAILED
    assert status.error_code == "bounced"
    assert status.message_ref == "<m1@hotel.example>"
    assert status.address == "claire@guest.example"
    assert "5.1.1" in status.vendor_text


def test_a_bounce_that_quotes_bytes_of_no_charset_is_read_all_the_same(parser: MailParser) -> None:
    raw = raw_mail("bounce_standard").replace(b"Content-Type: message/rfc822", b"Content-Type: text/rfc822-headers")
    status = read_status(parser, raw.replace(b"<m1@hotel.example>", b"<m1@h\xe2\xb2tel.example>"))
    assert (status.state, status.address) == (Delivery.FAILED, "claire@guest.example")


def test_a_read_receipt_is_noted_on_our_mail(parser: MailParser) -> None:
    status = read_status(parser, raw_mail("read_receipt"))
    assert (status.state, status.message_ref) == (Delivery.READ, "<m1@hotel.example>")


@pytest.mark.parametrize("name", ["vacation", "newsletter", "bounce_delayed"])
def test_what_machines_write_is_marked_so(parser: MailParser, name: str) -> None:
    assert read_inbound(parser, raw_mail(name)).automated


@pytest.mark.parametrize("name", ["contact_form", "form_in_our_name"])
def test_a_form_on_the_web_site_comes_from_the_guest_who_filled_it_in(parser: MailParser, name: str) -> None:
    item = read_inbound(parser, raw_mail(name))
    assert (item.address, item.name) == ("claire@guest.example", "Claire Martin")
    assert not item.automated
    assert not item.outbound
    assert not item.suspicious


def test_an_answer_from_the_sent_folder_is_our_own(parser: MailParser) -> None:
    item = read_inbound(parser, raw_mail("answer_from_elsewhere"), SENT_MAIL)
    assert item.outbound
    assert item.address == "claire@guest.example"
    assert item.references == "<plain@guest.example>"
    assert item.suspicious == ""


def test_our_address_on_a_mail_that_came_in_is_marked(parser: MailParser) -> None:
    assert read_inbound(parser, raw_mail("answer_from_elsewhere")).suspicious == "sender_is_us"


def test_another_reply_address_is_marked_and_not_written_to(parser: MailParser) -> None:
    item = read_inbound(parser, raw_mail("other_reply_address"))
    assert (item.address, item.suspicious) == ("claire@guest.example", "reply_to_differs")


def test_a_mail_without_sender_goes_to_quarantine(parser: MailParser) -> None:
    with pytest.raises(Malformed, match="mail_no_sender"):
        read(parser, raw_mail("no_sender"))


def test_the_same_mail_has_the_same_id_whatever_its_folder_and_its_own_without_a_message_id() -> None:
    raws = [file.read_bytes() for file in MAILS.glob("*.eml")]
    assert len({external_id(raw) for raw in raws}) == len(raws) >= 20
    assert external_id(raw_mail("plain")) == external_id(b"Received: again\r\n" + raw_mail("plain"))
    assert external_id(raw_mail("no_sender")).startswith("raw:")


def test_one_message_id_in_all_mails_of_a_program_does_not_make_them_one() -> None:
    first = b"Message-ID: <form@site>\r\nDate: Sun, 22 Nov 2026 09:00:00 +0100\r\n\r\nA"
    second = b"Message-ID: <form@site>\r\nDate: Sun, 22 Nov 2026 09:05:00 +0100\r\n\r\nB"
    assert external_id(first) != external_id(second)


@pytest.mark.skipif(not FOREIGN, reason="TUI_INBOX_TEST_MAILS names no folder of foreign mails")
def test_every_foreign_mail_is_read_or_set_aside(parser: MailParser) -> None:
    files = sorted(Path(FOREIGN).rglob("*.eml"))
    assert files
    outcomes = {"read": 0, "set aside": 0}
    for file in files:
        try:
            items = read(parser, file.read_bytes())
        except Malformed:
            outcomes["set aside"] += 1
            continue
        outcomes["read"] += 1
        assert all(item.at.tzinfo is not None for item in items)
    assert outcomes["read"] >= 0.9 * len(files), outcomes
    assert isinstance(read_inbound(parser, raw_mail("plain")), Inbound)
