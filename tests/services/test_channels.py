import struct
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

import msgspec
import pytest

from tests.fakes import NOON, FakeChannel, StillClock, garbage, receipt, written
from tests.services.conftest import ANA, GUEST, Front
from tui_inbox.domain.errors import AccountBlocked, Malformed, NotSent, Refused, Rejected
from tui_inbox.domain.message import Attachment, Delivery
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.ports.channel import Batch, Envelope, Health, HealthState, Inbound, Item, Usage
from tui_inbox.services import accounts, channels, delivery, files, polling, sent, upkeep
from tui_inbox.services.desk import Actor
from tui_inbox.services.ingest import Applied, apply_pending


class Memory:
    """Blobs in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        name = sha256(content).hexdigest()
        self.kept[name] = content
        return name

    def get(self, sha256: str) -> bytes:
        return self.kept[sha256]

    def path(self, sha256: str) -> str:
        return sha256


class TwoStreams(FakeChannel):
    def streams(self) -> Sequence[str]:
        return ("first", "second")


class WithFiles(FakeChannel):
    answer: bytes | Exception = b"jpeg"

    def read(self, envelope: Envelope) -> Sequence[Item]:
        (item,) = super().read(envelope)
        assert isinstance(item, Inbound)
        photo = Attachment("photo.jpg", "image/jpeg", 4, ref="ME1")
        return (Inbound(**{**{f: getattr(item, f) for f in item.__struct_fields__}, "attachments": (photo,)}),)

    def download(self, ref: str, max_bytes: int) -> Iterator[bytes]:
        if isinstance(self.answer, Exception):
            raise self.answer
        yield self.answer


class Talking(WithFiles):
    def read(self, envelope: Envelope) -> Sequence[Item]:
        (item,) = super().read(envelope)
        assert isinstance(item, Inbound)
        return (msgspec.structs.replace(item, attachments=(Attachment("audio.oga", "audio/ogg", ref="ME1"),)),)


def ogg(seconds: int) -> bytes:
    """A last page that ends at this second (RFC 3533)."""
    return b"OggS\0\4" + struct.pack("<q", 48_000 * seconds) + bytes(14)


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (b"jpeg", "stored", ""),
        (Malformed("too_big"), "refused", "too_big"),
        (AccountBlocked("auth"), "remote", ""),
        (Rejected("file_gone"), "failed", "file_gone"),
        (NotSent("unreachable"), "remote", ""),
    ],
)
def test_a_guest_s_file_is_fetched_after_its_message(
    front: Front, answer: bytes | Exception, state: str, reason: str
) -> None:
    front.channel = WithFiles()
    front.channel.answer = answer
    front.guest_writes("Voici")
    blobs = Memory()
    files.fetch_remote(front.store, front.channel, blobs, front.now)
    with front.store.read() as tx:
        (row,) = tx.messages.page(front.conversation().id, None, 5)[0].attachments
    assert (row.name, row.state, row.reason) == ("photo.jpg", state, reason)
    assert (row.sha256 in blobs.kept) == (state == "stored")


def test_the_list_tells_how_long_a_voice_note_is_once_it_is_here(front: Front) -> None:
    front.channel = Talking()
    front.channel.answer = ogg(12)
    front.guest_writes("")
    assert front.conversation().preview == "<voice>"
    files.fetch_remote(front.store, front.channel, Memory(), front.now)
    assert front.conversation().preview == "<voice 12>"
    with front.store.read() as tx:
        (row,) = tx.messages.page(front.conversation().id, None, 5)[0].attachments
    assert row.seconds == 12


def test_a_file_that_does_not_come_is_asked_for_seldom_and_given_up_after_a_week(front: Front) -> None:
    front.channel = WithFiles()
    front.channel.answer = NotSent("broken_file")
    front.guest_writes("Voici")
    asked, rng = 0, Random(3)

    def download(_ref: str, _most: int) -> Iterator[bytes]:
        nonlocal asked
        asked += 1
        raise NotSent("broken_file")

    front.channel.download = download  # type: ignore[method-assign]
    for n in range(360):
        files.fetch_remote(front.store, front.channel, Memory(), front.now + timedelta(seconds=10 * n), rng=rng)
    assert 6 <= asked < 60, "an hour of rounds"

    class Always(Random):
        def random(self) -> float:
            return 0.0

    assert files.fetch_remote(front.store, front.channel, Memory(), front.now + timedelta(days=8), rng=Always()) == 1
    with front.store.read() as tx:
        (row,) = tx.messages.page(front.conversation().id, None, 5)[0].attachments
    assert (row.state, row.reason) == ("failed", "broken_file")


def test_sent_messages_are_followed_until_their_last_receipt(front: Front) -> None:
    front.guest_writes()
    outbox_id = front.reply(send_now=True).outbox_id
    front.deliver()
    front.channel.statuses["SM0001"] = receipt("SM0001", Delivery.DELIVERED, at=front.now)
    within = timedelta(hours=1)
    assert polling.follow_sent(front.store, front.desk, front.channel, front.now, within) == 1
    assert front.row(outbox_id).state is OutboxState.DELIVERED
    assert polling.follow_sent(front.store, front.desk, front.channel, front.now, within) == 0


def test_a_message_that_the_vendor_forgot_keeps_no_receipt_back(front: Front) -> None:
    class Forgetful(FakeChannel):
        def follow(self, provider_id: str) -> Envelope:
            if provider_id == "SM0002":
                raise Rejected("not_found")
            return receipt(provider_id, Delivery.DELIVERED, at=NOON)

    front.channel = Forgetful()
    front.guest_writes()
    outbox_ids = [front.reply(text, send_now=True).outbox_id for text in ("un", "deux")]
    front.deliver()
    front.deliver()
    polling.follow_sent(front.store, front.desk, front.channel, front.now, timedelta(hours=1))
    states = [front.row(outbox_id).state for outbox_id in outbox_ids]
    assert states == [OutboxState.DELIVERED, OutboxState.ACCEPTED]


def test_the_cursor_goes_on_where_the_last_page_ended(front: Front) -> None:
    pages = [Batch((written("un", key="A"),), "1", more=True), Batch((written("deux", key="B"),), "2")]
    front.channel.batches.extend(pages)
    assert polling.poll_account(front.store, front.desk, front.channel, front.clock).applied == 2
    polling.poll_account(front.store, front.desk, front.channel, front.clock)
    assert front.channel.fetched == [("messages", ""), ("messages", "1"), ("messages", "2")]


def test_an_account_s_error_is_shown_until_a_poll_goes_well(front: Front) -> None:
    front.channel.batches.append(AccountBlocked("auth", vendor_text="Authenticate\x1b"))
    with pytest.raises(AccountBlocked):
        polling.poll_account(front.store, front.desk, front.channel, front.clock)
    with front.store.read() as tx:
        row = accounts.of(tx, front.desk, "desk-sms")
    assert (row.state, row.reason, row.poll_ok_at) == ("error", "auth", None)
    assert "\x1b" not in row.vendor_text
    polling.poll_account(front.store, front.desk, front.channel, front.clock)
    with front.store.read() as tx:
        row = accounts.of(tx, front.desk, "desk-sms")
    assert (row.state, row.reason, row.poll_ok_at) == ("connected", "", front.now)


def test_a_suspended_account_is_disabled(front: Front) -> None:
    front.channel.batches.append(AccountBlocked("account_suspended"))
    with pytest.raises(AccountBlocked):
        polling.poll_account(front.store, front.desk, front.channel, front.clock)
    with front.store.read() as tx:
        assert accounts.of(tx, front.desk, "desk-sms").state == "disabled"


def test_older_messages_are_loaded_as_history(front: Front) -> None:
    class Archive(FakeChannel):
        def older(self, address: str, before: object, limit: int) -> Sequence[Envelope]:
            return [written("Avant", key="OLD1", address=address, at=NOON - timedelta(days=9))]

    front.guest_writes()
    params = {"address": GUEST, "before": int(NOON.timestamp())}
    with front.store.write() as tx:
        job = channels.ask(tx, ANA, "older", "desk-sms", params, front.now)
    channels.run_jobs(front.store, front.desk, {"desk-sms": Archive()}, front.now)
    with front.store.read() as tx:
        done = channels.answer(tx, job)
        rows = tx.messages.page(front.conversation().id, None, 5)
    assert done is not None
    assert done.result == {"count": 1}
    assert [(row.text, row.imported) for row in rows] == [("Avant", True), ("Bonjour ?", False)]


def test_what_the_vendor_bills_is_kept_by_month(front: Front) -> None:
    class Metered(FakeChannel):
        def usage(self) -> Sequence[Usage]:
            return (Usage("sms-outbound", 12, 15, "-0.9", "eur"),)

    assert channels.meter(front.store, Metered(), front.now) == 1
    with front.store.read() as tx:
        (row,) = channels.usage(tx, "desk-sms")
    assert (row.month, row.category, row.segments) == ("2026-11", "sms-outbound", 15)


def test_a_quarantined_envelope_can_be_replayed_from_the_screen(front: Front) -> None:
    front.arrives(garbage("X1"))
    with front.store.write() as tx:
        (row,) = tx.inbounds.quarantined("desk-sms", 5)
        job = channels.ask(tx, ANA, "replay", "desk-sms", {"inbound": row.id}, front.now)
    channels.run_jobs(front.store, front.desk, {"desk-sms": front.channel}, front.now)
    with front.store.read() as tx:
        done = channels.answer(tx, job)
    assert done is not None
    assert done.result["quarantined"] == 1


def test_only_an_administrator_connects_and_nobody_asks_for_nonsense(front: Front) -> None:
    with front.store.write() as tx:
        with pytest.raises(Refused, match="admin_only"):
            channels.ask(tx, ANA, "channel_connect", "desk-sms", {}, front.now)
        with pytest.raises(Refused, match="unknown_job"):
            channels.ask(tx, Actor("kim", "Kim", "admin"), "make_coffee", "desk-sms", {}, front.now)


def test_the_outbox_lists_what_waits_and_the_sent_list_what_left(front: Front) -> None:
    front.guest_writes()
    front.reply("parti", send_now=True)
    front.deliver()
    front.reply("attend")
    with front.store.read() as tx:
        assert [row.text for row in sent.outbox(tx)] == ["attend"]
        assert [row.text for row in sent.sent(tx, author="ana")] == ["parti"]
        assert not sent.sent(tx, channel="email")


def test_old_raw_bytes_are_forgotten_and_their_ids_kept(front: Front) -> None:
    front.guest_writes()
    front.clock.forward(days=40)
    with front.store.read() as tx:
        assert tx.inbounds.raw(1) is not None
    upkeep.prune(front.store, front.now)
    with front.store.read() as tx:
        assert tx.inbounds.raw(1) is None
    assert front.arrives(written("Bonjour ?", key="IN1")).applied == 0


def test_everything_offered_for_a_row_exists() -> None:
    for acts in sent.OFFERS.values():
        for act in acts:
            assert callable(getattr(delivery, act))


def test_a_failing_test_of_a_paused_account_does_not_end_the_pause(front: Front) -> None:
    class Broken(FakeChannel):
        def test(self) -> Health:
            return Health(HealthState.ERROR, code="auth", vendor_text="Authenticate")

    with front.store.write() as tx:
        channels.pause(tx, front.desk, ANA, "desk-sms", front.now)
        channels.ask(tx, ANA, "channel_test", "desk-sms", {}, front.now)
    channels.run_jobs(front.store, front.desk, {"desk-sms": Broken()}, front.now)
    with front.store.read() as tx:
        row = accounts.of(tx, front.desk, "desk-sms")
    assert row.state == "paused"
    assert not accounts.may_poll(row)


def test_two_readers_of_one_account_apply_an_envelope_once(front: Front) -> None:
    """A poll and a receipt asked for meet in the same envelopes, each in a thread of its own."""

    class Interrupted(FakeChannel):
        others: tuple[object, ...] = ()

        def read(self, envelope: Envelope) -> Sequence[Item]:
            if not self.others:
                self.others = (apply_pending(front.store, front.desk, FakeChannel(), front.now),)
            return super().read(envelope)

    front.channel = Interrupted()
    applied = front.guest_writes()
    assert front.channel.others == (Applied(applied=1, rang=True),)
    assert applied == Applied()
    with front.store.read() as tx:
        db = tx.db  # type: ignore[attr-defined]
        assert db.all("SELECT state FROM inbound_event") == [("applied",)]


def test_a_question_that_is_refused_does_not_keep_the_others_waiting(front: Front) -> None:
    channel = TwoStreams()
    channel.batches.extend([Rejected("not_found"), Batch((written("Hello", key="SM1"),), "1")])
    with pytest.raises(Rejected):
        polling.poll_account(front.store, front.desk, channel, StillClock(NOON))
    assert [stream for stream, _ in channel.fetched] == ["first", "second"]
    with front.store.read() as tx:
        assert tx.messages.by_external(channel.name, "SM1") is not None
        row = accounts.of(tx, front.desk, channel.name)
    assert (row.state, row.reason) == ("error", "not_found")
    channel.batches.append(NotSent("vendor_down"))
    with pytest.raises(NotSent):
        polling.poll_account(front.store, front.desk, channel, StillClock(NOON))
    assert len(channel.fetched) == 3, "a vendor that is down is not asked again at once"


def test_what_cannot_be_read_at_the_moment_waits_and_is_not_set_aside(front: Front) -> None:
    class Reader(FakeChannel):
        down = True

        def read(self, envelope: Envelope) -> Sequence[Item]:
            if self.down:
                raise NotSent("mail_parser_down")
            return super().read(envelope)

    channel = Reader()
    channel.batches.append(Batch((written("Hello", key="SM1"),), "1"))
    with pytest.raises(NotSent, match="mail_parser_down"):
        polling.poll_account(front.store, front.desk, channel, StillClock(NOON))
    with front.store.read() as tx:
        assert tx.inbounds.quarantined(channel.name, 10) == []
        assert accounts.of(tx, front.desk, channel.name).reason == "mail_parser_down"
    channel.down = False
    assert polling.poll_account(front.store, front.desk, channel, StillClock(NOON)).applied == 1


def test_a_page_that_is_too_big_is_a_fault_that_is_shown(front: Front) -> None:
    class Huge(TwoStreams):
        def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
            if stream == "first":
                raise Malformed("too_big")
            return super().fetch(stream, cursor, since)

    channel = Huge()
    channel.batches.append(Batch((written("Hello", key="SM1"),), "1"))
    with pytest.raises(NotSent, match="too_big"):
        polling.poll_account(front.store, front.desk, channel, StillClock(NOON))
    with front.store.read() as tx:
        assert tx.messages.by_external(channel.name, "SM1") is not None
        assert accounts.of(tx, front.desk, channel.name).reason == "too_big"
