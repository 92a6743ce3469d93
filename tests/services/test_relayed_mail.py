"""A booking site's relayed mail on the desk: one conversation for a stay, answered where the newest mail says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.email import Mailboxes
from adapters.email.account import Email
from adapters.sandbox.mailbox import SandboxMailbox
from storage.store import SqlStore
from tests.adapters.mail import raw_mail, settings
from tests.builders import a_guest, a_reservation
from tests.fakes import NOON, StillClock, hotel
from tests.services.conftest import ANA, Front
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.ports.channel import Batch
from tui_inbox.ports.secrets import Secret
from tui_inbox.services import accounts, replying
from tui_inbox.services.desk import AccountInfo
from tui_inbox.services.ingest import Applied, ingest_page
from tui_inbox.services.replying import Reply


class Relayed(Front):
    """The desk with a real mailbox."""

    box: SandboxMailbox
    cursor: str

    def post(self, *names: str) -> Applied:
        for name in names:
            self.box.deliver(raw_mail(name))
        batch: Batch = self.channel.fetch("inbox", self.cursor, None)
        self.cursor = batch.cursor
        return ingest_page(self.store, self.desk, self.channel, batch.envelopes, self.now)

    def answer(self, handle: str, channel: str = "booking-mail", text: str = "Ja, bis 14 Uhr.") -> list[OutboxState]:
        conversation = self.conversation(handle, channel)
        with self.store.write() as tx:
            reply = Reply(conversation.id, "desk-mail", channel, handle, text, send_now=True)
            replying.send(tx, self.desk, ANA, reply, self.now)
        return self.deliver()


@pytest.fixture
def desk(sqlite_store: SqlStore) -> Iterator[Relayed]:
    with SandboxMailbox() as box:
        mail = settings(box.imap_port, box.smtp_port)
        info = AccountInfo("desk-mail", "email", Mailboxes.serves(mail), Mailboxes.own(mail), "full", {})
        house = hotel()
        house = house._replace(accounts={**house.accounts, "desk-mail": info})
        with sqlite_store.write() as tx:
            for code, name in house.operators.items():
                tx.operators.seen(code, name, NOON)
            accounts.connected(tx, house, "desk-mail", NOON - timedelta(days=2))
        channel = Email("desk-mail", mail, Secret("secret"), StillClock())
        found = Relayed(sqlite_store, desk=house, channel=channel)  # type: ignore[arg-type]
        found.box, found.cursor = box, ""
        yield found
        channel.close()


def test_all_mails_of_a_stay_are_one_conversation_and_the_newest_alias_gets_the_answer(desk: Relayed) -> None:
    desk.post("ota/booking_en_html")
    first = desk.conversation("3812391309", "booking-mail")
    assert desk.answer("3812391309") == [OutboxState.ACCEPTED]
    desk.clock.forward(minutes=5)
    desk.post("ota/booking_it_second")
    assert desk.conversation("3812391309", "booking-mail").id == first.id
    assert desk.answer("3812391309", text="Bis Sonntag!") == [OutboxState.ACCEPTED]
    assert [to.partition("@")[0][11:] for to in desk.box.recipients] == ["qwer.tyui.opas.dfgh", "zzzz.yyyy.xxxx.wwww"]


def test_an_alias_never_becomes_the_guest_s_mail_address(desk: Relayed) -> None:
    desk.post("ota/booking_en_html", "ota/airbnb_fr_rotated", "ota/forged_results_below")
    with desk.store.read() as tx:
        guests = [
            tx.guests.by_handle("booking-mail", "3812391309")[0],
            tx.guests.by_handle("airbnb-mail", "2001002003")[0],
            tx.guests.by_handle("email", "3812391309-qwer.tyui@mchat.booking.com")[0],
        ]
    assert [guest.email for guest in guests] == ["", "", ""]


def test_the_composer_starts_with_the_site_and_its_rules(desk: Relayed) -> None:
    desk.post("ota/booking_en_html")
    with desk.store.read() as tx:
        found = replying.composer(tx, desk.desk, ANA, desk.conversation("3812391309", "booking-mail").id, desk.now)
    choice = found.choices[found.default]
    assert (choice.channel, choice.address) == ("booking-mail", "3812391309")
    assert choice.traits.content_rules == ("plain_text_only",)


def test_a_forged_one_is_kept_apart_from_the_real_stay(desk: Relayed) -> None:
    desk.post("ota/booking_en_html", "ota/forged_results_below")
    real = desk.conversation("3812391309", "booking-mail")
    forged = desk.conversation("3812391309-qwer.tyui@mchat.booking.com", "email")
    assert real.id != forged.id
    with desk.store.read() as tx:
        message = tx.messages.get(forged.last_message_id or 0)
    assert message is not None
    assert message.error_code == "ota_unproved"


def test_whatever_code_a_mail_names_it_is_one_conversation_and_each_handle_has_the_newest_way_back(
    desk: Relayed,
) -> None:
    desk.post("ota/airbnb_en_translated")
    first = desk.conversation("2001002003", "airbnb-mail")
    desk.post("ota/airbnb_fr_rotated")
    assert desk.answer("HMABCD2345", "airbnb-mail", "Prego.") == [OutboxState.ACCEPTED]
    desk.post("ota/airbnb_es_code")
    assert desk.conversation("HMABCD2345", "airbnb-mail").id == first.id
    assert desk.answer("HMABCD2345", "airbnb-mail", "A las 22.") == [OutboxState.ACCEPTED]
    assert desk.box.recipients == ["4qx1m8example002@reply.airbnb.com", "r3example003@reply.airbnb.com"]


def test_the_number_of_a_known_stay_brings_its_guest(desk: Relayed) -> None:
    with desk.store.write() as tx:
        guest = a_guest(tx, "Jonas Weber-Klein")
        a_reservation(tx, guest, ota_code="3812391309")
    desk.post("ota/booking_en_html")
    assert desk.conversation("3812391309", "booking-mail").guest_id == guest.id


def test_an_older_mail_that_comes_late_does_not_turn_the_answers_back(desk: Relayed) -> None:
    desk.post("ota/booking_it_second")
    late = raw_mail("ota/booking_en_html").replace(b"22 Nov 2026 09:1", b"22 Nov 2026 08:1")
    desk.box.deliver(late)
    desk.post()
    assert desk.answer("3812391309") == [OutboxState.ACCEPTED]
    assert desk.box.recipients == ["3812391309-zzzz.yyyy.xxxx.wwww@mchat.booking.com"]
