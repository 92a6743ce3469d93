"""Messages of every site through Channex, with their stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from adapters.channex.account import Channex
from adapters.sandbox.channex import SandboxChannex
from tests.adapters.channex.conftest import NOW, everything
from tests.adapters.rig_channex import PROPERTY, channex, payload
from tests.fakes import StillClock
from tui_inbox.domain.errors import Malformed
from tui_inbox.domain.message import Delivery
from tui_inbox.ports.channel import Envelope, Inbound


def test_a_message_comes_with_its_reservation_and_its_guest(box: SandboxChannex, desk: Channex) -> None:
    stay = box.account.book("BookingCom", "3812391309", "Claire", "Martin", phone="+33 6 12 34 56 78")
    said = box.account.write(stay, "Is there parking?")
    (item,), _cursor = everything(desk)
    thread = box.account.thread_of(stay).id
    assert (item.external_id, item.channel, item.address, item.own_address) == (said.id, "booking", thread, PROPERTY)
    assert (item.name, item.reservation, item.phone, item.also) == (
        "Claire Martin",
        "3812391309",
        "+33612345678",
        ("3812391309",),
    )
    assert item.at == NOW, "a time without a zone is UTC"


@pytest.mark.parametrize(("written", "site"), [("Airbnb", "airbnb"), ("AirBNB", "airbnb"), ("booking.com", "booking")])
def test_a_provider_may_be_written_in_any_case(written: str, site: str) -> None:
    told = msgspec.json.decode(payload("booking_guest").raw)
    told["thread"]["attributes"]["provider"] = written
    (item,) = channex("http://127.0.0.1:9").read(Envelope("x", "message", msgspec.json.encode(told)))
    assert isinstance(item, Inbound)
    assert item.channel == site


def test_a_guests_alias_at_the_site_is_no_mail_address_of_theirs() -> None:
    desk = channex("http://127.0.0.1:9")
    (alias,), (own,) = desk.read(payload("booking_guest")), desk.read(payload("expedia_guest"))
    assert isinstance(alias, Inbound)
    assert isinstance(own, Inbound)
    assert (alias.email, own.email) == ("", "bo@lee.example")
    assert own.phone == "", "a number without its country could be anybody's"


def test_what_the_hotel_wrote_elsewhere_is_its_own(box: SandboxChannex, desk: Channex) -> None:
    stay = box.account.book("AirBNB", "HMABC12345", "Andrew", "Poe")
    box.account.say(box.account.thread_of(stay).id, "property", "Parking is free.")
    (item,), _cursor = everything(desk)
    assert (item.outbound, item.state, item.thread_ref) == (True, Delivery.SENT, "")


def test_an_inquiry_has_no_booking_and_its_deadline_is_the_sites(box: SandboxChannex, desk: Channex) -> None:
    box.account.inquire(
        "Andrew",
        {
            "checkin_date": "2026-12-02",
            "checkout_date": "2026-12-03",
            "listing_name": "Loft",
            "number_of_guests": 3,
            "expected_payout_amount_accurate": "150.00",
            "currency": "EUR",
            "non_response_at": "2026-11-23T07:01:38.735Z",
        },
    )
    box.account.inquire("Bea", {"checkin_date": "2026-12-02", "non_response_at": None})
    found, _cursor = everything(desk)
    asks, knows = sorted(found, key=lambda item: item.name)
    assert asks.text == "Inquiry – Loft\n2026-12-02 → 2026-12-03\n3 × Andrew\n150.00 EUR"
    assert (asks.automated, asks.reservation, asks.also) == (False, "", ())
    assert asks.reply_by == datetime(2026, 11, 23, 7, 1, 38, 735000, tzinfo=UTC)
    assert (knows.automated, knows.reply_by) == (True, None), "nobody needs to answer"


def test_all_pages_of_threads_and_messages_are_read(box: SandboxChannex, desk: Channex, clock: StillClock) -> None:
    talkative = box.account.book("BookingCom", "1000000000", "Tess", "Talker")
    for n in range(110):
        box.account.write(talkative, f"t{n}", at=NOW - timedelta(minutes=110 - n))
    for n in range(25):
        box.account.write(box.account.book("AirBNB", f"HM{n:08}", "G", str(n)), f"g{n}", at=NOW + timedelta(seconds=n))
    clock.forward(minutes=30)
    found, cursor = everything(desk)
    assert {item.text for item in found} == {f"t{n}" for n in range(110)} | {f"g{n}" for n in range(25)}
    assert [item.text for item in found if item.name == "Tess Talker"] == [f"t{n}" for n in range(110)], "oldest first"
    assert msgspec.json.decode(cursor)["watermark"] == "2026-11-22T08:00:24.000000"
    again, after = everything(desk, cursor)
    assert after == cursor
    assert len(again) == 25 + 9, "only those of the last ten minutes before the mark"


def test_a_page_can_be_read_again_from_its_cursor(box: SandboxChannex, desk: Channex) -> None:
    for n in range(22):
        box.account.write(box.account.book("AirBNB", f"HM{n:08}", "G", str(n)), f"g{n}", at=NOW - timedelta(seconds=n))
    first = desk.fetch("messages", "", None)
    assert first.more
    one, two = desk.fetch("messages", first.cursor, None), desk.fetch("messages", first.cursor, None)
    assert one == two
    assert len(first.envelopes) + len(one.envelopes) == 22


@pytest.mark.parametrize("cursor", ["garbage", "[]", '{"watermark":"soon"}', '{"watermark":"","page":-3}'])
def test_a_damaged_cursor_starts_again(box: SandboxChannex, desk: Channex, cursor: str) -> None:
    box.account.write(box.account.book("AirBNB", "HMABC12345", "Andrew", "Poe"), "here")
    assert [item.text for item in everything(desk, cursor)[0]] == ["here"]


def test_the_first_poll_goes_back_no_further_than_asked(box: SandboxChannex, desk: Channex) -> None:
    stay = box.account.book("BookingCom", "3812391309", "Claire", "Martin")
    box.account.write(stay, "last year", at=NOW - timedelta(days=300))
    box.account.write(stay, "last week", at=NOW - timedelta(days=7))
    assert [item.text for item in everything(desk, since=NOW - timedelta(days=30))[0]] == ["last week"]


def test_a_stay_that_the_vendor_forgot_leaves_the_message_readable(box: SandboxChannex, desk: Channex) -> None:
    stay = box.account.book("BookingCom", "3812391309", "Claire", "Martin")
    box.account.write(stay, "Thanks again!")
    del box.account.stays[stay.id]
    (item,), _cursor = everything(desk)
    assert (item.text, item.reservation, item.name) == ("Thanks again!", "", "Claire Martin")


def test_a_file_of_a_message_is_fetched_from_the_vendor_only(box: SandboxChannex, desk: Channex) -> None:
    (item,) = desk.read(payload("booking_photo"))
    assert isinstance(item, Inbound)
    assert [(file.name, file.type) for file in item.attachments] == [("passport.jpeg", "image/jpeg")]
    for ref in ("https://evil.example/x", "../secrets", "attachments/../../x", "//evil.example/x y"):
        with pytest.raises(Malformed):
            b"".join(desk.download(ref, 100))


def test_older_messages_come_newest_first(box: SandboxChannex, desk: Channex) -> None:
    stay = box.account.book("BookingCom", "3812391309", "Claire", "Martin")
    for n in range(5):
        box.account.write(stay, f"n{n}", at=NOW - timedelta(days=n))
    found = desk.older(box.account.thread_of(stay).id, NOW - timedelta(days=1), 2)
    items = [item for envelope in found for item in desk.read(envelope)]
    assert [item.text for item in items if isinstance(item, Inbound)] == ["n2", "n3"]
