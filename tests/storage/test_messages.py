"""Messages: stored once, found by their references, paged, moved and settled."""

from __future__ import annotations

import pytest

from storage.store import SqlStore
from tests.builders import NOW, TODAY, a_conversation, a_reply, an_inbound, an_outgoing, at
from tui_inbox.domain.message import Attachment, Delivery, Direction, Kind, Message, MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.rows import Key, View

FULL = Message(
    id=0,
    conversation_id=0,
    at=at(1.5),
    direction=Direction.OUT,
    kind=Kind.EMAIL,
    origin=Origin.BOT,
    text="Oui",
    full_text="Oui\n> Non",
    subject="Re: Parking",
    message_class=MessageClass.MARKETING,
    channel="email",
    account="desk-mail",
    external_id="x-1",
    own_address="desk@hotel.example",
    address="claire@web.example",
    author="ana",
    state=Delivery.SENT,
    delivered_at=at(2),
    read_at=at(3),
    error_code="bounced",
    vendor_text="550 no such user",
    template="welcome",
    thread_ref="<1@hotel.example>",
    references="<0@web.example>",
    segments=2,
    automated=True,
    imported=True,
    created_at=at(4),
    attachments=(Attachment("map.pdf", "application/pdf", 1200, ref="part-2"),),
)


def test_a_message_comes_back_as_it_was_stored(store: SqlStore) -> None:
    with store.write() as t:
        added = t.messages.add(FULL._replace(conversation_id=a_conversation(t).id))
    assert added is not None
    with store.read() as t:
        found = t.messages.get(added.id)
        assert found == added
        assert t.messages.by_external("desk-mail", "x-1") == added
        assert t.messages.full_text(added.id) == "Oui\n> Non"
        assert t.messages.attachment(added.attachments[0].id) == added.attachments[0]
        assert t.messages.remote_attachments("desk-mail", 9) == [added.attachments[0]]
        assert t.messages.remote_attachments("desk-sms", 9) == []


def test_the_same_message_twice_is_stored_once(store: SqlStore) -> None:
    with store.write() as t:
        conversation = a_conversation(t)
        first = an_inbound(t, conversation, external_id="SM1")
        again = t.messages.add(first._replace(id=0, text="changed"))
        elsewhere = t.messages.add(first._replace(id=0, account="other"))
        note = t.messages.add(first._replace(id=0, external_id=""))
        another_note = t.messages.add(first._replace(id=0, external_id=""))
    assert again is None
    assert None not in (elsewhere, note, another_note)
    with store.read() as t:
        assert t.messages.get(first.id) == first


def test_pages_run_back_through_a_thread_without_gap_or_repeat(store: SqlStore) -> None:
    with store.write() as t:
        conversation = a_conversation(t)
        ids = [an_inbound(t, conversation, str(n), minutes=n // 3).id for n in range(10)]
        an_inbound(t, a_conversation(t), "another thread")
    seen: list[int] = []
    before: Key | None = None
    with store.read() as t:
        while rows := t.messages.page(conversation.id, before, 4):
            seen = [row.id for row in rows] + seen
            before = Key(round(rows[0].at.timestamp() * 1_000_000), rows[0].id)
    assert seen == ids


def test_a_row_of_the_thread_shows_its_files_and_its_place_in_the_outbox(store: SqlStore) -> None:
    with store.write() as t:
        conversation = a_conversation(t)
        inbound = t.messages.add(FULL._replace(conversation_id=conversation.id))
        sent = an_outgoing(t, conversation, state=OutboxState.HELD, not_before=at(9), minutes=5)
    assert inbound is not None
    with store.read() as t:
        mail, held = t.messages.page(conversation.id, None, 9)
    assert mail.has_more
    assert [file.name for file in mail.attachments] == ["map.pdf"]
    assert (mail.outbox_id, mail.outbox_state) == (None, None)
    assert (held.outbox_id, held.outbox_state, held.not_before) == (sent.id, OutboxState.HELD, at(9))


def test_mail_is_threaded_by_reference_then_by_subject(store: SqlStore) -> None:
    with store.write() as t:
        conversation = a_conversation(t)
        mail = {"account": "desk-mail", "address": "c@web.example"}
        old = an_inbound(t, conversation, minutes=1, thread_ref="<1@x>", subject="Parking", **mail)
        new = an_inbound(t, conversation, minutes=2, thread_ref="<2@x>", subject="RE: AW: parking", **mail)
    with store.read() as t:
        messages = t.messages
        assert messages.by_reference("desk-mail", ["<0@x>", "<1@x>", ""]) == old
        assert messages.by_reference("desk-mail", ["<1@x>", "<2@x>"]) == new
        assert messages.by_reference("desk-mail", []) is None
        assert messages.by_reference("other", ["<1@x>"]) is None
        assert messages.by_subject("desk-mail", "c@web.example", "Re: Parking", NOW) == new
        assert messages.by_subject("desk-mail", "c@web.example", "Re: Parking", at(3)) is None
        assert messages.by_subject("desk-mail", "c@web.example", "Re:", NOW) is None
        assert messages.by_subject("desk-mail", "d@web.example", "Parking", NOW) is None


def test_a_delivery_state_keeps_its_time_and_the_vendors_words(store: SqlStore) -> None:
    with store.write() as t:
        message = a_reply(t, a_conversation(t), state=Delivery.QUEUED)
        t.messages.set_state(message.id, Delivery.SENT, external_id="SM9", segments=3)
        t.messages.set_state(message.id, Delivery.DELIVERED, at=at(2))
        t.messages.set_state(message.id, Delivery.READ, at=at(3))
        read = t.messages.by_external(message.account, "SM9")
        t.messages.set_state(message.id, Delivery.FAILED, error_code="blocked", vendor_text="30004")
        failed = t.messages.get(message.id)
    assert read == message._replace(
        external_id="SM9", segments=3, state=Delivery.READ, delivered_at=at(2), read_at=at(3)
    )
    assert failed is not None
    assert (failed.state, failed.error_code, failed.vendor_text) == (Delivery.FAILED, "blocked", "30004")


def test_moved_messages_take_their_outbox_rows_and_words_along(store: SqlStore) -> None:
    with store.write() as t:
        old, new = a_conversation(t), a_conversation(t)
        inbound = an_inbound(t, old, "the pool")
        sent = an_outgoing(t, old)
        kept = an_inbound(t, old, "the bar")
        assert t.messages.move(old.id, new.id, [inbound.id, sent.message_id]) == [inbound.id, sent.message_id]
    with store.read() as t:
        assert [row.id for row in t.messages.page(new.id, None, 9)] == [inbound.id, sent.message_id]
        assert [row.id for row in t.messages.page(old.id, None, 9)] == [kept.id]
        moved = t.outbox.get(sent.id)
        assert moved is not None
        assert moved.conversation_id == new.id
        assert [row.id for row in t.inbox.page(View(search="pool"), "ana", TODAY, None, 9).rows] == [new.id]
    with store.write() as t:
        assert t.messages.move(old.id, new.id) == [kept.id]


@pytest.mark.parametrize(
    ("origin", "state", "answers"),
    [
        (Origin.MANUAL, Delivery.SENT, True),
        (Origin.MANUAL, Delivery.HELD, True),
        (Origin.BOT, Delivery.SENT, True),
        (Origin.ELSEWHERE, Delivery.NONE, True),
        (Origin.SCHEDULED, Delivery.SENT, False),
        (Origin.MANUAL, Delivery.FAILED, False),
        (Origin.MANUAL, Delivery.CANCELLED, False),
    ],
)
def test_only_a_person_or_bot_answers(sqlite_store: SqlStore, origin: Origin, state: Delivery, answers: bool) -> None:
    with sqlite_store.write() as t:
        conversation = a_conversation(t)
        a_reply(t, conversation, origin=origin, state=state, minutes=7)
        an_inbound(t, conversation, minutes=9)
        assert t.messages.last_answer_at(conversation.id) == (at(7) if answers else None)


def test_the_latest_message_is_never_a_note(store: SqlStore) -> None:
    with store.write() as t:
        conversation = a_conversation(t)
        assert t.messages.latest(conversation.id) is None
        said = an_inbound(t, conversation, minutes=1, imported=True)
        t.messages.add(said._replace(id=0, at=at(5), kind=Kind.NOTE, external_id="", direction=Direction.NONE))
        assert t.messages.latest(conversation.id) == said
        assert t.messages.imported_count(conversation.id) == 2
