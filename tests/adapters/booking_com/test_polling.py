"""Conversations of Booking.com without its queue: filled in, read again, searched for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from adapters.booking_com.account import Booking
from adapters.sandbox.booking_com import SandboxBooking
from tests.adapters.booking_com.conftest import NOW, OTHER, TALKS, drained, said
from tests.adapters.faults import answer, answering
from tests.adapters.rig_booking_com import PROPERTY, booking, in_sandbox
from tests.adapters.rigging import outgoing
from tests.fakes import StillClock
from tui_inbox.domain.errors import AccountBlocked, Malformed, Rejected
from tui_inbox.ports.channel import Access, HealthState, News


def test_the_back_fill_reads_conversations_with_their_access(box: SandboxBooking, desk: Booking) -> None:
    box.account.page = 2
    talks = [box.account.book(f"100000000{n}", f"Guest {n}") for n in range(5)]
    for n, talk in enumerate(talks):
        for m in range(3):
            box.account.write(talk, f"{n}.{m}", queued=False, at=NOW - timedelta(hours=9 - n, minutes=30 - m))
        box.account.tell(talk, "property", f"{n}.!", queued=False, at=NOW - timedelta(hours=9 - n))
    talks[1].access = "read_only"
    found, cursor = drained(desk, TALKS)
    items = said(desk, found)
    assert sorted(item.text for item in items) == sorted(f"{n}.{m}" for n in range(5) for m in (*range(3), "!"))
    assert {item.text for item in items if item.outbound} == {f"{n}.!" for n in range(5)}
    first = [item.text for item in items if item.name == "Guest 3"]
    assert first == ["3.0", "3.1", "3.2", "3.!"], "oldest first"
    access = [item for envelope in found for item in desk.read(envelope) if isinstance(item, Access)]
    assert {item.address for item in access if item.closed_code == "site_read_only"} == {talks[1].id}
    assert {item.address for item in access if not item.closed_code} == {t.id for t in talks if t is not talks[1]}
    again, _cursor = drained(desk, TALKS, cursor)
    assert said(desk, again), "the first page is read again, for one may have moved while pages were read"


def test_after_the_back_fill_conversations_are_read_once_an_hour(
    box: SandboxBooking, desk: Booking, clock: StillClock
) -> None:
    talk = box.account.book("1000000001", "Guest")
    box.account.write(talk, "old", queued=False)
    _found, cursor = drained(desk, TALKS)
    clock.forward(minutes=30)
    talk.access = "read_only"
    box.account.tell(talk, "property", "from the Extranet", queued=False)
    assert desk.fetch(TALKS, cursor, None).envelopes == ()
    clock.forward(minutes=31)
    found, _cursor = drained(desk, TALKS, cursor)
    assert [item.text for item in said(desk, found)] == ["old", "from the Extranet"], "ten minutes are read twice"
    assert [e.kind for e in found] == ["message", "message", "access"]


def test_a_conversation_that_cannot_be_read_is_kept_for_a_person() -> None:
    body = b'{"data":{"conversations":[{"conversation_id":"f3a9-1","messages":"of another form"}]}}'
    with answering(answer("200 OK", body, "Content-Type: application/json")) as vendor:
        channel = booking(vendor.url)
        (kept,) = channel.fetch(TALKS, "", None).envelopes
        with pytest.raises(Malformed):
            channel.read(kept)
        channel.close()


def test_without_a_queue_conversations_are_read_at_every_poll(box: SandboxBooking, clock: StillClock) -> None:
    plain = in_sandbox(box, queue=False)
    talk = box.account.book("1000000001", "Guest")
    _found, cursor = drained(plain, TALKS)
    clock.forward(seconds=30)
    box.account.write(talk, "new", queued=False)
    found, _cursor = drained(plain, TALKS, cursor)
    assert [item.text for item in said(plain, found)] == ["new"]
    plain.close()


def test_the_first_poll_goes_back_no_further_than_asked(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("1000000001", "Guest")
    box.account.write(talk, "last year", queued=False, at=NOW - timedelta(days=300))
    box.account.write(talk, "last week", queued=False, at=NOW - timedelta(days=7))
    old = box.account.book("1000000002", "Gone")
    box.account.write(old, "long ago", queued=False, at=NOW - timedelta(days=200))
    found, _cursor = drained(desk, TALKS, since=NOW - timedelta(days=30))
    assert [item.text for item in said(desk, found)] == ["last week"]


def test_a_property_without_access_is_told_once_and_the_others_go_on(box: SandboxBooking, clock: StillClock) -> None:
    box.account.properties = (PROPERTY, OTHER)
    both = in_sandbox(box)
    box.account.closed.add(OTHER)
    box.account.write(box.account.book("1000000001", "Guest"), "here", queued=False)
    (notice,), cursor = drained(both, f"conversations:{OTHER}")
    assert both.read(notice) == (News(NOW, "account", "property_forbidden", OTHER),)
    clock.forward(hours=2)
    assert drained(both, f"conversations:{OTHER}", cursor)[0] == []
    assert [item.text for item in said(both, drained(both, TALKS)[0])] == ["here"]
    found = both.test()
    assert (found.state, found.code, found.vendor_text) == (HealthState.RESTRICTED, "property_forbidden", OTHER)
    both.close()
    alone = in_sandbox(box, property_ids=[OTHER])
    with pytest.raises(AccountBlocked, match="property_forbidden"):
        alone.fetch(f"conversations:{OTHER}", "", None)
    alone.close()


def test_once_a_night_the_last_48_hours_are_searched(box: SandboxBooking, desk: Booking, clock: StillClock) -> None:
    box.account.page = 2
    talk = box.account.book("1000000001", "Guest")
    lost = [box.account.write(talk, f"lost {n}", queued=False, at=NOW + timedelta(hours=n)) for n in range(3)]
    first = desk.fetch("search", "", None)
    assert box.account.jobs == {}, "the first day is the back-fill's"
    clock.at = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    assert desk.fetch("search", first.cursor, None).cursor == first.cursor
    clock.at = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
    asked = desk.fetch("search", first.cursor, None)
    assert len(box.account.jobs) == 1
    waiting = desk.fetch("search", asked.cursor, None)
    assert (waiting.envelopes, waiting.cursor) == ((), asked.cursor), "not ready yet"
    clock.forward(minutes=1)
    found, after = drained(desk, "search", waiting.cursor)
    assert [item.external_id for item in said(desk, found)] == [told.id for told in lost]
    assert drained(desk, "search", after)[0] == []
    assert len(box.account.jobs) == 1, "one a night"


def test_a_job_that_expired_or_never_ends_is_given_up(box: SandboxBooking, desk: Booking, clock: StillClock) -> None:
    clock.at = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    asked = desk.fetch("search", '{"day":"2026-11-22"}', None)
    box.account.jobs.clear()
    gone = desk.fetch("search", asked.cursor, None)
    assert msgspec.json.decode(gone.cursor) == {"day": "2026-11-23", "job": "", "asked": "", "page": ""}
    clock.forward(hours=7)
    assert desk.fetch("search", asked.cursor, None).cursor == gone.cursor


def test_guests_requests_are_told_from_version_1_2_on(box: SandboxBooking) -> None:
    talk = box.account.book("1000000001", "Guest")
    box.account.write(talk, "check in at 23:00", kind="self_service_event", topic="checkin")
    for version, texts in (("1.2", ["check in at 23:00"]), ("1.0", [])):
        some = in_sandbox(box, accept_version=version)
        assert [item.text for item in said(some, list(some.fetch("queue", "", None).envelopes))] == texts
        some.close()


def test_a_refused_conversation_or_property_does_not_stop_the_others(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    talk.access = "read_only"
    with pytest.raises(Rejected, match="site_read_only"):
        desk.send(outgoing("booking", talk.id, "Welcome"))
    box.account.closed.add(PROPERTY)
    with pytest.raises(AccountBlocked, match="property_forbidden"):
        desk.send(outgoing("booking", talk.id, "Welcome"))
    box.account.properties = (OTHER, PROPERTY)
    both = in_sandbox(box)
    both._calls.remember(talk.id, PROPERTY)
    with pytest.raises(Rejected, match="property_forbidden"):
        both.send(outgoing("booking", talk.id, "Welcome"))
    both.close()


def test_older_messages_come_newest_first(box: SandboxBooking, desk: Booking) -> None:
    box.account.page = 2
    talk = box.account.book("3812391309", "A. Guest")
    for n in range(5):
        box.account.write(talk, f"n{n}", at=NOW - timedelta(days=n))
    found = desk.older(talk.id, NOW - timedelta(days=1), 2)
    assert [item.text for item in said(desk, list(found))] == ["n2", "n3"]
