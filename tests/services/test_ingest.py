from datetime import timedelta

import pytest

from storage.store import SqlStore
from tests.fakes import NOON, FakeChannel, garbage, hotel, receipt, written
from tui_inbox.domain.conversation import Conversation, State
from tui_inbox.domain.event import Code
from tui_inbox.domain.guest import Guest, Handle, Line
from tui_inbox.domain.message import Delivery, Origin
from tui_inbox.ports.channel import Batch, Envelope
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import View
from tui_inbox.services import accounts, lifecycle
from tui_inbox.services.desk import Actor
from tui_inbox.services.ingest import Applied, apply_pending, ingest_page, replay, store_batch

ANA = Actor("ana", "Ana")
GUEST = "+33612345678"


@pytest.fixture
def desk_store(store: SqlStore) -> SqlStore:
    with store.write() as tx:
        for code, name in hotel().operators.items():
            tx.operators.seen(code, name, NOON)
        for name in hotel().accounts:
            accounts.connected(tx, hotel(), name, NOON - timedelta(days=1))
    return store


def take(store: SqlStore, *envelopes: Envelope, channel: FakeChannel | None = None, later: float = 0) -> Applied:
    return ingest_page(store, hotel(), channel or FakeChannel(), envelopes, NOON + timedelta(minutes=later))


def only(tx: Transaction, address: str = GUEST, channel: str = "sms") -> Conversation:
    guest = tx.guests.by_handle(channel, address)[0]
    return tx.conversations.all_of_guest(guest.id)[0]


def unread(tx: Transaction, operator: str) -> int:
    return tx.inbox.counts(operator, View()).unread


def test_a_first_message_makes_guest_conversation_clock_and_unread_for_everybody(desk_store: SqlStore) -> None:
    got = take(desk_store, written("Bonjour, le parking ?", key="SM1", name="Claire Martin"))
    assert got == Applied(applied=1, rang=True)
    with desk_store.read() as tx:
        conversation = only(tx)
        assert (conversation.state, conversation.unanswered, conversation.preview) == (
            State.OPEN,
            True,
            "Bonjour, le parking ?",
        )
        assert tx.guests.get(conversation.guest_id).name == "Claire Martin"
        assert tx.lines.get("desk-sms", "sms", GUEST).last_in_at == NOON
        assert (unread(tx, "ana"), unread(tx, "leo")) == (1, 1)


def test_the_same_envelope_twice_is_one_message(desk_store: SqlStore) -> None:
    take(desk_store, written("Bonjour", key="SM1"))
    again = take(desk_store, written("Bonjour", key="SM1"), written("Encore", key="SM2"), later=1)
    assert again.applied == 1
    with desk_store.read() as tx:
        assert [row.text for row in tx.messages.page(only(tx).id, None, 10)] == ["Bonjour", "Encore"]


def test_raw_bytes_and_cursor_are_kept_before_anything_is_understood(desk_store: SqlStore) -> None:
    with desk_store.write() as tx:
        store_batch(tx, "desk-sms", "messages", Batch((garbage("SM1"), written("Oui", key="SM2")), "c7"), NOON)
    with desk_store.read() as tx:
        assert tx.accounts.cursor("desk-sms", "messages") == "c7"
        assert len(tx.inbounds.pending("desk-sms", 10)) == 2


def test_a_bad_envelope_is_set_aside_and_the_next_good_one_is_read(desk_store: SqlStore) -> None:
    got = take(desk_store, garbage("SM1"), written("Oui", key="SM2"))
    assert (got.quarantined, got.applied) == (1, 1)
    with desk_store.read() as tx:
        (row,) = tx.inbounds.quarantined("", 10)
        assert (row.external_id, row.reason) == ("SM1", "not_json")
        assert tx.inbounds.raw(row.id) == b"{not json"


def test_what_breaks_the_store_s_rules_is_set_aside_alone(desk_store: SqlStore) -> None:
    bad = written("Boum", key="SM2", kind="nonsense")
    got = take(desk_store, written("Avant", key="SM1"), bad, written("Après", key="SM3"))
    assert (got.applied, got.quarantined) == (2, 1)


def test_a_repaired_reader_replays_what_was_set_aside(desk_store: SqlStore) -> None:
    take(desk_store, garbage("SM1"))

    class Repaired(FakeChannel):
        def read(self, envelope: Envelope):  # type: ignore[no-untyped-def]
            return FakeChannel.read(self, written("Lu", key=envelope.external_id))

    with desk_store.read() as tx:
        (row,) = tx.inbounds.quarantined("", 10)
    assert replay(desk_store, hotel(), Repaired(), row.id, NOON).applied == 1
    with desk_store.read() as tx:
        assert not tx.inbounds.quarantined("", 10)


def test_a_message_reopens_a_closed_conversation_and_wakes_a_snoozed_one(desk_store: SqlStore) -> None:
    take(desk_store, written("Un", key="SM1"))
    with desk_store.write() as tx:
        lifecycle.close(tx, ANA, [only(tx).id], NOON)
    take(desk_store, written("Deux", key="SM2", at=NOON + timedelta(minutes=1)), later=1)
    with desk_store.write() as tx:
        conversation = only(tx)
        assert (conversation.state, conversation.unanswered) == (State.OPEN, True)
        until = NOON + timedelta(hours=3)
        lifecycle.snooze(tx, ANA, [conversation.id], NOON + timedelta(minutes=2), until)
    take(desk_store, written("Trois", key="SM3", at=NOON + timedelta(minutes=3)), later=3)
    with desk_store.read() as tx:
        conversation = only(tx)
        assert (conversation.state, conversation.kept_wake_at) == (State.OPEN, until)
        codes = [row.code for row in tx.events.activity(conversation.id, conversation.guest_id, 10)]
        assert Code.REOPENED_BY_GUEST in codes
        assert Code.WOKEN_BY_GUEST in codes


def test_spam_stays_spam_and_rings_never(desk_store: SqlStore) -> None:
    take(desk_store, written("Gagnez", key="SM1"))
    with desk_store.write() as tx:
        lifecycle.report_spam(tx, ANA, [only(tx).id], NOON)
    got = take(desk_store, written("Encore", key="SM2"), later=1)
    assert not got.rang
    with desk_store.read() as tx:
        assert only(tx).state is State.SPAM
        assert unread(tx, "leo") == 0


def test_a_blocked_sender_goes_to_spam(desk_store: SqlStore) -> None:
    with desk_store.write() as tx:
        guest = tx.guests.add(Guest(0, "Pest", blocked=True, created_at=NOON, updated_at=NOON))
        tx.guests.add_handle(Handle(0, guest.id, "sms", GUEST, created_at=NOON))
    assert not take(desk_store, written("Coucou", key="SM1")).rang
    with desk_store.read() as tx:
        assert (only(tx).state, only(tx).spam_rule) == (State.SPAM, "blocked")


def test_what_is_older_than_the_connection_is_history(desk_store: SqlStore) -> None:
    got = take(desk_store, written("Il y a longtemps", key="SM1", at=NOON - timedelta(days=3)))
    assert not got.rang
    with desk_store.read() as tx:
        conversation = only(tx)
        assert (conversation.state, conversation.unanswered) == (State.CLOSED, False)
        assert conversation.history_from == NOON - timedelta(days=3)
        assert unread(tx, "ana") == 0
        assert tx.messages.page(conversation.id, None, 10)[0].imported


def test_history_stops_at_five_hundred_messages(desk_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_inbox.services.intake.HISTORY_LIMIT", 5)
    old = [written(f"n° {n}", key=f"SM{n}", at=NOON - timedelta(days=3, minutes=n)) for n in range(8)]
    got = take(desk_store, *old)
    assert (got.applied, got.ignored) == (5, 3)
    take(desk_store, written("Nouveau", key="SM99"))
    with desk_store.read() as tx:
        assert len(tx.messages.page(only(tx).id, None, 20)) == 6
        assert only(tx).state is State.OPEN


@pytest.mark.parametrize("word", ["Stop ", "ARRÊT"])
def test_a_stop_word_blocks_and_disturbs_nobody(desk_store: SqlStore, word: str) -> None:
    got = take(desk_store, written(word, key="SM1"))
    assert not got.rang
    with desk_store.read() as tx:
        line = tx.lines.get("desk-sms", "sms", GUEST)
        assert (line.stop_word, line.stop_source) == (word.strip(), "guest")
        conversation = only(tx)
        assert (conversation.state, conversation.unanswered) == (State.CLOSED, False)
        codes = [row.code for row in tx.events.activity(conversation.id, conversation.guest_id, 5)]
        assert codes == [Code.STOPPED]
    take(desk_store, written("START", key="SM2"), later=1)
    with desk_store.read() as tx:
        assert tx.lines.stopped("sms", GUEST) is None


def test_start_takes_back_a_stop_that_was_said_to_another_number_of_ours(desk_store: SqlStore) -> None:
    take(desk_store, written("Bonjour", key="SM1"))
    with desk_store.write() as tx:
        tx.lines.put(Line("bar-sms", "sms", GUEST, stopped_at=NOON, stop_word="STOP", stop_source="guest"))
    take(desk_store, written("START", key="SM2"), later=1)
    with desk_store.read() as tx:
        assert tx.lines.stopped("sms", GUEST) is None


def test_cancel_blocks_and_stays_in_open_unread(desk_store: SqlStore) -> None:
    assert take(desk_store, written("CANCEL", key="SM1")).rang
    with desk_store.read() as tx:
        assert tx.lines.stopped("sms", GUEST).stop_word == "CANCEL"
        assert only(tx).state is State.OPEN
        assert unread(tx, "ana") == 1


def test_stop_on_whatsapp_is_only_a_word(desk_store: SqlStore) -> None:
    assert take(desk_store, written("STOP", key="SM1", channel="whatsapp")).rang
    with desk_store.read() as tx:
        assert tx.lines.stopped("whatsapp", GUEST) is None


def test_machine_mail_is_neither_unread_nor_unanswered(desk_store: SqlStore) -> None:
    mail = written("Soldes", key="M1", address="news@shop.example", channel="email", automated=True)
    channel = FakeChannel("desk-mail", hotel().accounts["desk-mail"].channels)
    assert not take(desk_store, mail, channel=channel).rang
    with desk_store.read() as tx:
        conversation = only(tx, "news@shop.example", "email")
        assert (conversation.machine, conversation.state, conversation.unanswered) == (True, State.CLOSED, False)


def test_an_answer_given_elsewhere_answers(desk_store: SqlStore) -> None:
    take(desk_store, written("Bonjour ?", key="SM1"))
    elsewhere = written("Oui bien sûr", key="SM2", at=NOON + timedelta(minutes=1), outbound=True)
    assert not take(desk_store, elsewhere, later=2).rang
    with desk_store.read() as tx:
        conversation = only(tx)
        assert (conversation.unanswered, conversation.preview_by) == (False, "<elsewhere>")
        assert tx.messages.page(conversation.id, None, 5)[-1].origin is Origin.ELSEWHERE
        assert unread(tx, "ana") == 0


def test_foreign_text_is_cleaned(desk_store: SqlStore) -> None:
    take(desk_store, written("a\x1b[2Jb\x07", key="SM1", name="Eve\x1b]0;x\x07"))
    with desk_store.read() as tx:
        stored = tx.messages.page(only(tx).id, None, 5)[0].text + tx.guests.get(only(tx).guest_id).name
        assert "\x1b" not in stored
        assert "\x07" not in stored


def test_a_receipt_for_an_unknown_message_waits_for_a_day(desk_store: SqlStore) -> None:
    got = take(desk_store, receipt("SM9", Delivery.DELIVERED))
    assert got.parked == 1
    for _ in range(2):
        assert apply_pending(desk_store, hotel(), FakeChannel(), NOON + timedelta(hours=23)).parked == 1
    late = apply_pending(desk_store, hotel(), FakeChannel(), NOON + timedelta(hours=25))
    assert late.ignored == 1


def test_parked_receipts_do_not_block_the_post(desk_store: SqlStore) -> None:
    parked = [receipt(f"SM{n}", Delivery.DELIVERED) for n in range(6)]
    take(desk_store, *parked)
    with desk_store.write() as tx:
        store_batch(tx, "desk-sms", "messages", Batch((written("Bonjour", key="SM77"),), ""), NOON)
    got = apply_pending(desk_store, hotel(), FakeChannel(), NOON, limit=3)
    assert (got.parked, got.applied) == (6, 1)


def test_the_whatsapp_window_becomes_the_deadline(desk_store: SqlStore) -> None:
    take(desk_store, written("Hi", key="SM1", channel="whatsapp"))
    with desk_store.read() as tx:
        assert only(tx, channel="whatsapp").deadline_at == NOON + timedelta(hours=24)


def test_a_guest_known_by_phone_is_recognised(desk_store: SqlStore) -> None:
    with desk_store.write() as tx:
        known = tx.guests.add(Guest(0, "Claire", phone=GUEST, created_at=NOON, updated_at=NOON))
    take(desk_store, written("C'est moi", key="SM1"))
    with desk_store.read() as tx:
        assert only(tx).guest_id == known.id


def test_a_page_of_one_guest_is_one_conversation_with_all_unread(desk_store: SqlStore) -> None:
    page = [written(f"n° {n}", key=f"SM{n}", at=NOON + timedelta(seconds=n)) for n in range(60)]
    assert take(desk_store, *page, later=5).applied == 60
    with desk_store.read() as tx:
        row = tx.inbox.row(only(tx).id, "ana", NOON.date())
        assert (row.unread, row.preview) == (60, "n° 59")
