"""What comes from Twilio, page by page and read once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from adapters.sandbox.door import Fault
from adapters.sandbox.twilio import SandboxTwilio
from adapters.twilio.account import Twilio
from storage.store import SqlStore
from tests.adapters.faults import answer, answering
from tests.adapters.rigs import ACCOUNT_SID, in_sandbox, outgoing, payload, twilio
from tests.adapters.twilio.conftest import GUEST, NOW, WHATSAPP_GUEST, everything, texts
from tests.fakes import StillClock, hotel
from tui_inbox.domain.errors import Malformed, Rejected
from tui_inbox.domain.message import Delivery, Kind
from tui_inbox.ports.channel import Envelope, Inbound, Status
from tui_inbox.services import accounts
from tui_inbox.services.ingest import ingest_page


def test_a_message_arrives_with_the_fields_of_both_channels(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.receive(GUEST, box.account.sms, "Bonjour")
    box.account.receive(f"whatsapp:{WHATSAPP_GUEST}", f"whatsapp:{box.account.whatsapp}", "Hola")
    (sms,), _ = everything(desk, "in:sms")
    (hola,), _ = everything(desk, "in:whatsapp")
    [first], [second] = desk.read(sms), desk.read(hola)
    assert isinstance(first, Inbound)
    assert (first.channel, first.address, first.own_address, first.at) == ("sms", GUEST, box.account.sms, NOW)
    assert isinstance(second, Inbound)
    assert (second.channel, second.address, second.own_address) == ("whatsapp", WHATSAPP_GUEST, box.account.whatsapp)


def test_all_pages_are_read_before_the_watermark_moves(box: SandboxTwilio, desk: Twilio, clock: StillClock) -> None:
    for n in range(250):
        box.account.receive(GUEST, box.account.sms, f"n{n}", at=NOW + timedelta(seconds=n))
    clock.forward(minutes=10)
    first = desk.fetch("in:sms", "", None)
    assert first.more
    assert len(first.envelopes) == 100
    assert msgspec.json.decode(first.cursor)["watermark"] == ""
    second = desk.fetch("in:sms", first.cursor, None)
    again = desk.fetch("in:sms", first.cursor, None)
    assert [e.external_id for e in second.envelopes] == [e.external_id for e in again.envelopes], "a cursor resumes"
    third = desk.fetch("in:sms", second.cursor, None)
    assert not third.more
    read = texts(desk, [*first.envelopes, *second.envelopes, *third.envelopes])
    assert sorted(read) == sorted(f"n{n}" for n in range(250))
    assert msgspec.json.decode(third.cursor)["watermark"] == "2026-11-22T08:04:09Z"


def test_the_next_poll_overlaps_by_ten_minutes_and_asks_for_nothing_older(
    box: SandboxTwilio, desk: Twilio, clock: StillClock
) -> None:
    box.account.receive(GUEST, box.account.sms, "old", at=NOW - timedelta(minutes=30))
    box.account.receive(GUEST, box.account.sms, "seen", at=NOW)
    _, cursor = everything(desk, "in:sms")
    box.account.receive(GUEST, box.account.sms, "listed late", at=NOW - timedelta(minutes=9))
    found, after = everything(desk, "in:sms", cursor)
    assert sorted(texts(desk, found)) == ["listed late", "seen"]
    assert after == cursor


def test_the_first_poll_goes_back_no_further_than_asked(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.receive(GUEST, box.account.sms, "last year", at=NOW - timedelta(days=300))
    box.account.receive(GUEST, box.account.sms, "last week", at=NOW - timedelta(days=7))
    found, _ = everything(desk, "in:sms", since=NOW - timedelta(days=30))
    assert texts(desk, found) == ["last week"]
    nothing, cursor = everything(desk, "in:sms", since=NOW)
    assert nothing == []
    assert msgspec.json.decode(cursor)["watermark"] == "2026-11-22T08:00:00Z"


def test_a_date_in_the_future_does_not_move_the_watermark(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.receive(GUEST, box.account.sms, "from 2099", at=datetime(2099, 1, 1, tzinfo=UTC))
    _, cursor = everything(desk, "in:sms", since=NOW)
    assert msgspec.json.decode(cursor)["watermark"] == "2026-11-22T08:00:00Z"


@pytest.mark.parametrize("cursor", ["garbage", "[]", '{"watermark":"","next":"https://evil.example/x","newest":""}'])
def test_a_damaged_cursor_starts_again(box: SandboxTwilio, desk: Twilio, cursor: str) -> None:
    box.account.receive(GUEST, box.account.sms, "here")
    assert texts(desk, everything(desk, "in:sms", cursor)[0]) == ["here"]


def test_a_page_that_the_vendor_forgot_starts_the_pass_again(desk: Twilio) -> None:
    gone = answer("400 Bad", b'{"code":20006,"message":"page token expired","status":400}')
    with answering(gone) as server:
        channel = twilio(server.url)
        place = (
            f'{{"watermark":"2026-11-22T07:00:00Z","next":"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json?Page=3"}}'
        )
        batch = channel.fetch("in:sms", place, None)
        channel.close()
    assert batch.envelopes == ()
    assert not batch.more
    assert msgspec.json.decode(batch.cursor) == {"watermark": "2026-11-22T07:00:00Z", "next": "", "newest": ""}


def test_a_photo_comes_with_its_list_and_can_be_fetched(box: SandboxTwilio, desk: Twilio) -> None:
    png = b"\x89PNG" + bytes(2000)
    box.account.receive(f"whatsapp:{WHATSAPP_GUEST}", f"whatsapp:{box.account.whatsapp}", "", [("image/png", png)])
    (envelope,), cursor = everything(desk, "in:whatsapp")
    (item,) = desk.read(envelope)
    assert isinstance(item, Inbound)
    (photo,) = item.attachments
    assert (photo.name, photo.type, photo.state) == ("image-1.png", "image/png", "remote")
    assert b"".join(desk.download(photo.ref, 10_000)) == png
    with pytest.raises(Malformed, match="too_big"):
        list(desk.download(photo.ref, 100))
    assert everything(desk, "in:whatsapp", cursor)[0] == [envelope], "the list is asked once, not at every poll"


def test_a_poll_goes_on_when_the_list_of_files_fails(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.receive(f"whatsapp:{WHATSAPP_GUEST}", f"whatsapp:{box.account.whatsapp}", "see", [("image/png", b"p")])
    first = desk.fetch("in:sms", "", None)
    assert first.envelopes == ()
    box.account.faults.extend([Fault("slow", on="read"), Fault("down", on="read")])
    (envelope,), _ = everything(desk, "in:whatsapp")
    (item,) = desk.read(envelope)
    assert isinstance(item, Inbound)
    (photo,) = item.attachments
    assert b"".join(desk.download(photo.ref, 10)) == b"p", "it is looked up when it is fetched"


@pytest.mark.parametrize(
    "ref", ["/etc/passwd", "https://evil.example/x", "/2010-04-01/Accounts/ACother/x", "../x#1", "SM1#0"]
)
def test_a_file_is_fetched_only_from_our_own_account(desk: Twilio, ref: str) -> None:
    with pytest.raises((Malformed, Rejected)):
        list(desk.download(ref, 10))


def test_an_answer_given_elsewhere_is_read_back_with_its_fate(
    box: SandboxTwilio, desk: Twilio, clock: StillClock
) -> None:
    box.account.submit({"To": GUEST, "From": box.account.sms, "Body": "Reçu, merci"})
    clock.forward(seconds=1)
    found, cursor = everything(desk, "out:sms")
    (item,) = [item for envelope in found for item in desk.read(envelope)]
    assert isinstance(item, Inbound)
    assert (item.outbound, item.text, item.state, item.kind) == (True, "Reçu, merci", Delivery.SENT, Kind.CHAT)
    clock.forward(seconds=5)
    later, _ = everything(desk, "out:sms", cursor)
    states = [item.state for envelope in later for item in desk.read(envelope) if isinstance(item, Status)]
    assert states == [Delivery.DELIVERED]


def test_the_ticks_of_a_message_move(box: SandboxTwilio, desk: Twilio, clock: StillClock) -> None:
    box.account.receive(f"whatsapp:{WHATSAPP_GUEST}", f"whatsapp:{box.account.whatsapp}", "Hola")
    receipt = desk.send(outgoing("whatsapp", WHATSAPP_GUEST, "Buenos días"))
    seen, ids = [], set()
    for _ in range(6):
        envelope = desk.follow(receipt.provider_id)
        ids.add(envelope.external_id)
        (status,) = desk.read(envelope)
        assert isinstance(status, Status)
        seen.append(status.state)
        clock.forward(seconds=1)
    assert seen == [Delivery.SENT, Delivery.SENT, Delivery.DELIVERED, Delivery.DELIVERED, Delivery.READ, Delivery.READ]
    assert len(ids) == 4, "one envelope for each new fact"


def test_older_messages_come_newest_first_from_both_sides(box: SandboxTwilio, desk: Twilio, clock: StillClock) -> None:
    for n in range(4):
        box.account.receive(GUEST, box.account.sms, f"in {n}", at=NOW + timedelta(minutes=2 * n))
        clock.at = NOW + timedelta(minutes=2 * n + 1)
        box.account.submit({"To": GUEST, "From": box.account.sms, "Body": f"out {n}"})
    clock.forward(hours=1)
    found = desk.older(GUEST, NOW + timedelta(minutes=6), 3)
    assert texts(desk, list(found)) == ["out 2", "in 2", "out 1"]


def test_a_message_that_cannot_be_named_is_kept_for_quarantine() -> None:
    bad = b'{"sid":7,"body":"x"},{"sid":"../..","direction":"inbound"}'
    page = b'{"messages":[' + bad + b"," + payload("inbound_sms").raw + b"]}"
    with answering(answer("200 OK", page)) as server:
        channel = twilio(server.url)
        batch = channel.fetch("in:sms", "", None)
        again = channel.fetch("in:sms", "", None)
        channel.close()
    good, second, first = batch.envelopes
    for unnamed in (first, second):
        assert unnamed.external_id.startswith("unreadable:")
        with pytest.raises(Malformed):
            channel.read(unnamed)
    assert len(channel.read(good)) == 1
    assert batch.envelopes == again.envelopes


def test_a_lone_surrogate_becomes_a_replacement() -> None:
    raw = payload("inbound_sms").raw.replace(b"Bonjour", b"\\ud83dBonjour")
    (item,) = twilio("http://127.0.0.1:9").read(Envelope("x", "message", raw))
    assert isinstance(item, Inbound)
    assert item.text.startswith("?Bonjour")
    item.text.encode()


def test_numbers_may_be_numbers_and_dates_may_be_iso() -> None:
    (item,) = twilio("http://127.0.0.1:9").read(payload("inbound_numbers_and_nulls"))
    assert isinstance(item, Inbound)
    assert (item.segments, item.text, item.at) == (3, "", datetime(2023, 8, 24, 5, 1, 45, tzinfo=UTC))


def test_a_message_to_a_number_that_is_not_ours_is_none_of_ours() -> None:
    raw = payload("inbound_sms").raw.replace(b"+33700000000", b"+33799999999")
    assert twilio("http://127.0.0.1:9").read(Envelope("x", "message", raw)) == ()


def test_the_same_poll_twice_changes_nothing_in_the_store(
    box: SandboxTwilio, desk: Twilio, sqlite_store: SqlStore
) -> None:
    box.account.receive(GUEST, box.account.sms, "Bonjour")
    box.account.receive(GUEST, box.account.sms, "Le parking ?", at=NOW + timedelta(seconds=5))
    channel = in_sandbox(box)
    channel.name = "desk-sms"
    with sqlite_store.write() as tx:
        accounts.connected(tx, hotel(), channel.name, NOW - timedelta(days=1))
    later = NOW + timedelta(minutes=1)
    found, cursor = everything(channel, "in:sms")
    first = ingest_page(sqlite_store, hotel(), channel, found, later)
    overlap, _ = everything(channel, "in:sms", cursor)
    second = ingest_page(sqlite_store, hotel(), channel, overlap, later)
    assert (first.applied, len(overlap), second.applied, second.quarantined) == (2, 2, 0, 0)
    channel.close()


def test_a_page_is_read_in_the_order_in_which_it_was_said(box: SandboxTwilio, desk: Twilio) -> None:
    for n in range(3):
        box.account.receive(GUEST, box.account.sms, f"n{n}", at=NOW + timedelta(seconds=n))
    assert texts(desk, everything(desk, "in:sms")[0]) == ["n0", "n1", "n2"]
