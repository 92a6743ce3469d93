"""Who wrote, where a message says more of its sender than an address."""

from __future__ import annotations

from datetime import timedelta

from tests.builders import TODAY, a_guest, a_reservation
from tests.services.conftest import ANA, GUEST, Front
from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.conversation import DeadlineKind, State, Tab
from tui_inbox.domain.event import Code
from tui_inbox.domain.guest import BOOKING
from tui_inbox.rows import Card, View
from tui_inbox.services import cards, linking
from tui_inbox.services.bookings import BookingRow, import_rows
from tui_inbox.services.matching import normalised

SCOPED = "FR.810475561234567"


def test_a_number_that_names_a_known_id_joins_its_guest(front: Front) -> None:
    front.guest_writes("Bonjour", channel="whatsapp", address=SCOPED, name="Zoé")
    first = front.conversation(SCOPED, "whatsapp")
    front.guest_writes("C’est encore moi", channel="whatsapp", address=GUEST, also=[SCOPED])
    joined = front.conversation(GUEST, "whatsapp")
    assert (joined.id, joined.last_address) == (first.id, GUEST)
    with front.store.read() as tx:
        handles = {handle.address for handle in tx.guests.handles(joined.guest_id)}
        assert handles == {SCOPED, GUEST}
        assert tx.guests.get(joined.guest_id).phone == GUEST


def test_both_handles_of_one_message_are_kept_and_share_the_window(front: Front) -> None:
    front.guest_writes("Bonjour", channel="whatsapp", address=GUEST, also=[SCOPED])
    front.guest_writes("Sans numéro", channel="whatsapp", address=SCOPED)
    conversation = front.conversation(GUEST, "whatsapp")
    with front.store.read() as tx:
        assert [row.text for row in tx.messages.page(conversation.id, None, 9)] == ["Bonjour", "Sans numéro"]
        assert tx.lines.get("desk-sms", "whatsapp", SCOPED).last_in_at == front.now
        assert tx.guests.get(conversation.guest_id).phone == GUEST


def test_an_id_among_phone_numbers_is_no_number(front: Front) -> None:
    assert normalised(SCOPED, HandleKind.PHONE, "FR") == SCOPED
    front.guest_writes("Bonjour", channel="whatsapp", address=SCOPED, also=["other"])
    with front.store.read() as tx:
        assert tx.guests.get(front.conversation(SCOPED, "whatsapp").guest_id).phone == ""


def test_two_rows_of_one_person_become_one_and_the_stay_decides_which(front: Front) -> None:
    front.guest_writes("Anonyme", channel="whatsapp", address=SCOPED)
    with front.store.write() as tx:
        booked = a_guest(tx, "Claire Martin", phone=GUEST, channel="whatsapp")
        a_reservation(tx, booked)
    front.guest_writes("Me voici", channel="whatsapp", address=SCOPED, also=[GUEST])
    conversation = front.conversation(SCOPED, "whatsapp")
    assert conversation.guest_id == booked.id
    with front.store.read() as tx:
        assert [row.text for row in tx.messages.page(conversation.id, None, 9)] == ["Anonyme", "Me voici"]


def test_a_phone_told_beside_an_opaque_handle_finds_the_guest_and_fills_blanks(front: Front) -> None:
    with front.store.write() as tx:
        guest = a_guest(tx, "", phone=GUEST)
    front.guest_writes("Bonjour", address="psid-1", phone="06 12 34 56 78", email="Claire@Web.Example", name="Claire")
    conversation = front.conversation("psid-1")
    assert conversation.guest_id == guest.id
    with front.store.read() as tx:
        found = tx.guests.get(guest.id)
    assert (found.name, found.phone, found.email) == ("Claire", GUEST, "claire@web.example")


def test_what_is_on_file_is_never_overwritten(front: Front) -> None:
    with front.store.write() as tx:
        guest = a_guest(tx, "Claire Martin", phone=GUEST, channel="sms", email="claire@hotel.example")
    front.guest_writes("Bonjour", name="C.", email="other@web.example")
    with front.store.read() as tx:
        found = tx.guests.get(guest.id)
    assert (found.name, found.email) == ("Claire Martin", "claire@hotel.example")


def test_a_booking_s_code_finds_the_stay_s_guest(front: Front) -> None:
    with front.store.write() as tx:
        guest = a_guest(tx, "Claire Martin")
        a_reservation(tx, guest, ota_code="4711-OTA")
    front.guest_writes("Parking ?", address="thread-9", reservation="4711-OTA")
    assert front.conversation("thread-9").guest_id == guest.id
    with front.store.read() as tx:
        assert not tx.guests.by_handle(BOOKING, "4711-OTA")


def test_a_code_without_a_stay_stands_on_the_card_and_finds_the_chat(front: Front) -> None:
    front.guest_writes("Parking ?", address="thread-9", reservation="4711-OTA")
    row = front.conversation("thread-9")

    def card() -> Card:
        with front.store.read() as tx:
            return cards.of_conversation(tx, front.desk, ANA, row.id, front.now)

    assert (card().booked, [handle.address for handle in card().handles]) == (("4711-OTA",), ["thread-9"])
    with front.store.read() as tx:
        found = tx.inbox.page(View(tab=Tab.ALL, search="4711-OTA"), "ana", front.now.date(), None, 5).rows
    assert [one.id for one in found] == [row.id]
    with front.store.write() as tx:
        booking = BookingRow(1, "R1", "Claire", TODAY, TODAY + timedelta(days=2), ota_code="4711-OTA")
        import_rows(tx, front.desk, [booking], ANA, front.now)
    assert (card().booked, card().current.ota_code, card().guest.name) == ((), "4711-OTA", "Claire")


def test_a_code_without_a_stay_is_kept_and_joins_the_stay_once_it_is_there(front: Front) -> None:
    front.guest_writes("Parking ?", address="thread-9", reservation="4711-OTA", name="C. Martin")
    alone = front.conversation("thread-9")
    with front.store.write() as tx:
        (kept,) = tx.guests.by_handle(BOOKING, "4711-OTA")
        assert kept.id == alone.guest_id
        guest = a_guest(tx, "Claire Martin")
        a_reservation(tx, guest, ota_code="4711-OTA")
    front.guest_writes("Et le petit-déjeuner ?", address="thread-9", reservation="4711-OTA")
    joined = front.conversation("thread-9")
    assert joined.guest_id == guest.id
    with front.store.read() as tx:
        assert [row.text for row in tx.messages.page(joined.id, None, 9)] == ["Parking ?", "Et le petit-déjeuner ?"]
        assert Code.MERGED in [row.code for row in tx.events.activity(joined.id, guest.id, 9)]


def test_who_was_told_apart_at_the_desk_is_not_joined_again_by_a_code(front: Front) -> None:
    with front.store.write() as tx:
        guest = a_guest(tx, "Claire Martin")
        a_reservation(tx, guest, ota_code="4711-OTA")
    front.guest_writes("C’est son mari", address="thread-9", reservation="4711-OTA")
    with front.store.write() as tx:
        apart = linking.unlink(tx, ANA, front.conversation("thread-9").id, front.now)
    front.clock.forward(minutes=1)
    front.guest_writes("Toujours son mari", address="thread-9", reservation="4711-OTA")
    assert front.conversation("thread-9").guest_id == apart.guest_id != guest.id


def test_the_vendor_s_own_deadline_runs_until_an_answer(front: Front) -> None:
    by = front.now + timedelta(hours=12)
    front.guest_writes("Disponible ?", reply_by=by)
    row = front.conversation()
    assert (row.deadline_at, row.deadline_kind) == (by, DeadlineKind.REPLY_MARK)
    front.reply("Oui", send_now=True)
    front.deliver()
    assert front.conversation().deadline_at is None
    front.clock.forward(minutes=5)
    front.guest_writes("Merci")
    assert front.conversation().deadline_at is None


def test_a_comment_comes_to_open_and_leaves_the_chat_s_window_shut(front: Front) -> None:
    front.guest_writes(
        "Joli !", channel="whatsapp", address="psid-1", kind="comment", parent="post-1", subject="Terrasse"
    )
    row = front.conversation("psid-1", "whatsapp")
    assert (row.state, row.unanswered, row.deadline_at) == (State.OPEN, True, None)
    with front.store.read() as tx:
        assert tx.lines.get("desk-sms", "whatsapp", "psid-1") is None
        (message,) = tx.messages.page(row.id, None, 9)
        assert (message.parent, message.subject) == ("post-1", "Terrasse")
        assert tx.inbox.counts("ana", View()).unread == 1


def test_stop_in_a_comment_stops_nothing(front: Front) -> None:
    front.guest_writes("STOP", kind="comment", parent="post-1")
    with front.store.read() as tx:
        assert tx.lines.stopped("sms", GUEST) is None
