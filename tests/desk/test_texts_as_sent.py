"""What the editor of texts shows is what the guest gets: the footer too, in both parts of a mail and in the SMS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import TODAY, a_guest, a_reservation
from tests.desk.hotel_in_town import HotelInTown, hotel_in_town
from tests.tui.hotel import ANA
from tui_inbox.domain.guest import Handle
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.planner import Mode, Rule, RuleKind
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import footers, planning, templates, text_preview
from tui_inbox.services.text_preview import Preview, Recipient

PHONE, MAIL = "+33612000001", "ana@guest.example"
SOURCE = "## Bonjour ##{{first_name}}\n\n[Réserver] https://hotel.example/t\n\nChambre ##{{room}}, à bientôt."
SMS = "##{{first_name}}, à bientôt."


@pytest.fixture
def hotel(sqlite_store: SqlStore, tmp_path: Path) -> Iterator[HotelInTown]:
    with hotel_in_town(sqlite_store, tmp_path) as found:
        yield found


def expecting(t: Transaction, hotel: HotelInTown, template: Template) -> Recipient:
    """A guest who arrives tomorrow, and a rule that writes today by both ways."""
    guest = a_guest(t, "Ana Diaz", language="fr")
    for channel, address in (("sms", PHONE), ("email", MAIL)):
        t.guests.add_handle(Handle(0, guest.id, channel, address))
    stay = a_reservation(t, guest, 2, 4, room="305", created_at=hotel.now, external_id="R-9")
    templates.save(t, hotel.desk, ANA, template, hotel.now)
    rule = Rule(0, RuleKind.BEFORE_ARRIVAL, "Avant", template.name, 1, time(10), ("email", "sms"), mode=Mode.BOTH)
    planning.put_rule(t, hotel.desk, ANA, rule)
    footers.signing_key(t)
    return Recipient(guest, stay)


def shown(t: Transaction, hotel: HotelInTown, template: Template, who: Recipient, channel: str) -> Preview:
    return text_preview.preview(t, hotel.desk, template, who, channel, hotel.now, ANA)


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n").rstrip("\n")


@pytest.mark.parametrize("own", [False, True], ids=["ours", "the hotel's"])
@pytest.mark.parametrize("topic", list(MessageClass))
def test_mail_and_sms_arrive_as_the_preview_showed_them(hotel: HotelInTown, topic: MessageClass, own: bool) -> None:
    template = Template(
        0, TemplateKind.REMINDER, "Avant", "fr", SOURCE, subject="À demain, ##{{first_name}}", message_class=topic,
        forms={"sms": SMS},
    )  # fmt: skip
    if own:
        for name, body in (
            (topic.value, "##{{hotel}} vous écrit. Assez ? ##{{unsubscribe}}"),
            ("sms", "Fini ? STOP"),
        ):
            footer = Template(0, TemplateKind.FOOTER, name, "fr", body)
            hotel.do(templates.save, hotel.desk, ANA, footer, hotel.now)
    who = hotel.do(expecting, hotel, template)
    hotel.work()
    hotel.clock.forward(days=1)
    assert hotel.desk.today(hotel.now) == TODAY + timedelta(days=1)
    hotel.clock.forward(hours=2)
    mail = hotel.ask(shown, hotel, template, who, "email")
    sms = hotel.ask(shown, hotel, template, who, "sms")
    hotel.work()
    (got,) = hotel.mails(MAIL)
    assert part(got, "plain") == mail.rendered.text
    assert part(got, "html") == mail.rendered.html.rstrip("\n")
    assert str(got["Subject"]) == mail.rendered.subject
    (text,) = hotel.at_twilio()
    assert text.body == sms.rendered.text
    assert sms.segments is not None
    # And what was compared is the whole, not the words alone.
    assert "unsubscribe" in mail.rendered.text
    assert ("Hôtel Lumière vous écrit." in mail.rendered.text) is own
    assert ("STOP" in sms.rendered.text) is (topic is MessageClass.MARKETING)
    assert ("Fini ? STOP" in sms.rendered.text) is (own and topic is MessageClass.MARKETING)


@pytest.mark.parametrize("wrote", [False, True])
def test_a_mail_without_a_subject_of_its_own_gets_one_and_the_preview_says_which(
    hotel: HotelInTown, wrote: bool
) -> None:
    template = Template(0, TemplateKind.REMINDER, "Avant", "fr", "À demain.")
    who = hotel.do(expecting, hotel, template)
    if wrote:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = MAIL, "desk@hotel.example", "Parking"
        mail["Message-ID"], mail["Date"] = "<1@guest.example>", hotel.now
        mail.set_content("Bonjour ?")
        hotel.vendors.mailbox.deliver(mail.as_bytes())
    hotel.work()
    hotel.clock.forward(days=1, hours=2)
    preview = hotel.ask(shown, hotel, template, who, "email")
    hotel.work()
    (got,) = hotel.mails(MAIL)
    assert str(got["Subject"]) == preview.rendered.subject == ("Re: Parking" if wrote else "Hôtel Lumière")
