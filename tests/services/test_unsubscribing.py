"""Out of a kind of mail: by the mail that its link writes, by answering STOP, by our page; a false token does none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest

from adapters.email.compose import compose
from adapters.email.pipe import MailParser
from tests.adapters.mail import read_inbound
from tests.services.conftest import ANA, Front, front
from tui_inbox.domain import optout
from tui_inbox.domain.conversation import State
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.footer import Footer
from tui_inbox.domain.message import MessageClass, Origin
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.domain.sms import segments
from tui_inbox.services import footers, guests, posting, unsubscribing
from tui_inbox.services.admission import admission, require
from tui_inbox.services.posting import Letter

__all__ = ["front"]

CLAIRE = "claire@example.org"
MARKETING, TRANSACTIONAL = MessageClass.MARKETING, MessageClass.TRANSACTIONAL
TEXTS = {"fr": Footer("Avis : ##{{unsubscribe}}", "Offres : ##{{unsubscribe}}", "STOP pour finir.")}


def sent_by_a_rule(
    front: Front,
    topic: MessageClass,
    *,
    channel: str = "email",
    address: str = CLAIRE,
    origin: Origin = Origin.CAMPAIGN,
) -> Outgoing:
    """What leaves for Claire, who wrote before; the row as it is at the moment of its attempt."""
    account = "desk-mail" if channel == "email" else "desk-sms"
    front.channel.name = account
    with front.store.write() as t:
        conversation = t.conversations.load(front.conversation(address, channel).id)
        letter = Letter(
            account, channel, address, "Le jardin est ouvert.", subject="Printemps", origin=origin,
            message_class=topic, scheduled=True, dedupe_key=f"group-{front.count}-{topic}-{channel}",
        )  # fmt: skip
        message = posting.write(t, front.desk, conversation, letter, front.now)
        assert posting.enqueue(t, conversation, letter, message, front.now) is not None
    front.deliver()
    return front.channel.sent[-1][1]


def refused(front: Front, topic: MessageClass) -> str:
    """Code by which the next automatic mail of this kind is stopped; empty when it may go."""
    with front.store.read() as t:
        found = admission(
            t, front.desk, account="desk-mail", channel="email", address=CLAIRE,
            guest_id=front.conversation(CLAIRE, "email").guest_id, now=front.now, message_class=topic, individual=False,
        )  # fmt: skip
    try:
        require(found, "Bonjour", template=False)
    except Refused as refusal:
        return refusal.code
    return ""


def mails(front: Front, text: str = "", **more: object) -> None:
    front.channel.name = "desk-mail"
    front.guest_writes(text, **{"channel": "email", "address": CLAIRE, "subject": "Question", **more})


@pytest.fixture
def house(front: Front) -> Front:
    front.desk = front.desk._replace(footers=TEXTS)
    mails(front, "Bonjour, avez-vous une chambre ?")
    return front


def code_in(row: Outgoing) -> str:
    found = optout.in_subject(row.text.replace("%20", " ").replace("?subject=", " "))
    assert found, row.text
    return found


def events(front: Front) -> list[str]:
    conversation = front.conversation(CLAIRE, "email")
    with front.store.read() as t:
        return [event.code for event in t.events.activity(conversation.id, conversation.guest_id, 20)]


def test_both_classes_have_their_footer_and_only_marketing_the_header(house: Front) -> None:
    notice, offer = sent_by_a_rule(house, TRANSACTIONAL, origin=Origin.BOOKING), sent_by_a_rule(house, MARKETING)
    assert "Avis : mailto:desk@hotel.example?subject=unsubscribe%20" in notice.text
    assert "Offres : mailto:desk@hotel.example?subject=unsubscribe%20" in offer.text
    assert notice.unsubscribe == ()
    thread = house.conversation(CLAIRE, "email").id
    with house.store.read() as t:
        shown = t.messages.page(thread, None, 5)[-1]
        assert t.messages.full_text(shown.id) == offer.text
    assert (shown.text, shown.has_more) == ("Le jardin est ouvert.", True)
    raw = compose(offer, "desk@hotel.example", "Hôtel", house.now).decode()
    head = raw.partition("\r\n\r\n")[0]
    assert f"List-Unsubscribe: <mailto:desk@hotel.example?subject=unsubscribe%20{code_in(offer)}>" in head
    assert "List-Unsubscribe-Post" not in head
    assert b"List-Unsubscribe" not in compose(notice, "desk@hotel.example", "", house.now)


def test_one_click_is_promised_only_where_a_public_page_answers_it(house: Front) -> None:
    house.desk = house.desk._replace(public_url="https://chat.hotel.example")
    offer = sent_by_a_rule(house, MARKETING)
    page, mail = offer.unsubscribe
    assert page.startswith("https://chat.hotel.example/unsubscribe/")
    assert mail.startswith("mailto:")
    assert page in offer.text
    head = compose(offer, "desk@hotel.example", "", house.now).decode().partition("\r\n\r\n")[0]
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head.split("\r\n")


def test_a_preview_changes_nothing_and_shows_the_footer(house: Front) -> None:
    guest_id = house.conversation(CLAIRE, "email").guest_id
    with house.store.read() as t:
        shown = footers.finished(t, house.desk, guest_id, "desk-mail", "email", "Bonjour", MARKETING, house.now)
    assert shown == "Bonjour\n\n-- \nOffres : mailto:desk@hotel.example"
    sent_by_a_rule(house, MARKETING)
    with house.store.read() as t:
        again = footers.finished(t, house.desk, guest_id, "desk-mail", "email", "Bonjour", MARKETING, house.now)
    assert "?subject=unsubscribe%20" in again


def test_what_a_person_writes_has_no_footer(house: Front) -> None:
    house.reply("Bien sûr.", channel="email", address=CLAIRE)
    house.clock.forward(seconds=11)
    house.deliver()
    assert house.sent_texts() == ["Bien sûr."]


@pytest.mark.parametrize("topic", [MARKETING, TRANSACTIONAL])
def test_the_mail_that_the_link_writes_turns_its_class_off_and_disturbs_nobody(
    house: Front, topic: MessageClass
) -> None:
    code = code_in(sent_by_a_rule(house, topic))
    house.reply("Oui.", channel="email", address=CLAIRE)
    applied_before = house.conversation(CLAIRE, "email")
    mails(house, "", subject=f"RE: unsubscribe {code.upper()}")
    other = TRANSACTIONAL if topic is MARKETING else MARKETING
    assert refused(house, topic) == f"unsubscribed_{topic.value}"
    assert refused(house, other) == ""
    conversation = house.conversation(CLAIRE, "email")
    assert not conversation.unanswered
    assert conversation.state is applied_before.state
    with house.store.read() as t:
        (row,) = t.consents.of_guest(conversation.guest_id)
        newest = t.messages.page(conversation.id, None, 1)[-1]
    assert (row.topic, row.medium, row.allowed, row.by, row.source) == (topic.value, "email", False, "", "by_mail")
    assert newest.automated
    assert "consent_off_by_guest" in events(house)


def test_it_works_from_another_address_and_after_a_merge(house: Front) -> None:
    code = code_in(sent_by_a_rule(house, MARKETING))
    with house.store.write() as t:
        before = t.guests.by_handle("email", CLAIRE)[0]
        kept = guests.create(t, house.desk, ANA, guests.GuestForm("Claire Martin"), house.now)
        guests.merge(t, ANA, before.id, kept.id, house.now)
    mails(house, "", subject=f"unsubscribe {code}", address="claire@work.example")
    assert refused(house, MARKETING) == "unsubscribed_marketing"
    stranger = house.conversation("claire@work.example", "email")
    assert (stranger.state, stranger.unanswered) == (State.CLOSED, False)


def forged(code: str) -> str:
    return ("b" if code[0] != "b" else "c") + code[1:]


@pytest.mark.parametrize(
    ("change", "days", "reason"), [(forged, 0, "unsubscribe_forged"), (str, 401, "unsubscribe_old")]
)
def test_a_false_or_old_token_does_nothing_and_shows(
    house: Front, change: Callable[[str], str], days: int, reason: str
) -> None:
    code = code_in(sent_by_a_rule(house, MARKETING))
    house.clock.forward(days=days)
    mails(house, "", subject=f"unsubscribe {change(code)}")
    assert refused(house, MARKETING) == ""
    conversation = house.conversation(CLAIRE, "email")
    assert conversation.unanswered
    with house.store.read() as t:
        shown = t.events.activity(conversation.id, conversation.guest_id, 5)
    assert [event.params["reason"] for event in shown if event.code == "unsubscribe_refused"] == [reason]


def test_another_stores_token_is_false_here(house: Front) -> None:
    sent_by_a_rule(house, MARKETING)
    foreign = optout.token(b"k" * 32, house.conversation(CLAIRE, "email").guest_id, MARKETING, house.now.date())
    with house.store.write() as t, pytest.raises(Refused, match="unsubscribe_forged"):
        unsubscribing.by_page(t, house.desk, foreign, house.now)


def test_stop_as_an_answer_ends_what_it_answers_and_start_brings_it_back(house: Front) -> None:
    offer = sent_by_a_rule(house, MARKETING)
    mails(house, "Stop", references=offer.message_ref)
    assert (refused(house, MARKETING), refused(house, TRANSACTIONAL)) == ("unsubscribed_marketing", "")
    mails(house, "STOP")
    assert refused(house, TRANSACTIONAL) == "unsubscribed_transactional"
    mails(house, "Start !")
    assert (refused(house, MARKETING), refused(house, TRANSACTIONAL)) == ("", "")


def test_cancel_by_mail_is_about_the_booking(house: Front) -> None:
    mails(house, "CANCEL")
    assert refused(house, TRANSACTIONAL) == ""
    assert house.conversation(CLAIRE, "email").unanswered


def test_the_page_turns_it_off_once_and_again_without_harm(house: Front) -> None:
    code = code_in(sent_by_a_rule(house, MARKETING))
    with house.store.read() as t:
        assert unsubscribing.looked_at(t, code, house.now) is MARKETING
        assert unsubscribing.looked_at(t, forged(code), house.now) is None
    assert refused(house, MARKETING) == ""
    for _ in range(2):
        with house.store.write() as t:
            assert unsubscribing.by_page(t, house.desk, code, house.now + timedelta(days=30)) is MARKETING
    assert refused(house, MARKETING) == "unsubscribed_marketing"
    assert events(house).count("consent_off_by_guest") == 1


def test_marketing_by_sms_ends_with_the_hint_and_its_letters_count(front: Front) -> None:
    front.desk = front.desk._replace(footers=TEXTS)
    front.guest_writes("Bonjour")
    offer = sent_by_a_rule(front, MARKETING, channel="sms", address="+33612345678")
    assert offer.text == "Le jardin est ouvert.\nSTOP pour finir."
    with front.store.read() as t:
        message = t.messages.get(offer.message_id)
    assert message is not None
    assert message.segments == 1
    notice = sent_by_a_rule(front, TRANSACTIONAL, channel="sms", address="+33612345678")
    assert notice.text == "Le jardin est ouvert."
    with front.store.write() as t:
        place = (front.conversation().guest_id, "desk-sms", "sms")
        long = footers.finished(t, front.desk, *place, "a" * 150, MARKETING, front.now)
    assert segments(long).count == 2


def test_the_mail_of_a_real_program_is_understood(house: Front) -> None:
    """As a mail program writes it: an empty body, the subject encoded, and folded where it likes."""
    with closing(MailParser()) as parser:
        code = code_in(sent_by_a_rule(house, MARKETING))
        raw = (
            f"From: Claire <{CLAIRE}>\r\nTo: desk@hotel.example\r\nSubject: =?utf-8?Q?unsubscribe?=\r\n {code}\r\n"
            "Date: Mon, 23 Nov 2026 13:00:00 +0100\r\nMessage-ID: <bye@example.org>\r\n\r\n\r\n"
        ).encode()
        item = read_inbound(parser, raw)
    mails(house, item.text, subject=item.subject)
    assert refused(house, MARKETING) == "unsubscribed_marketing"
