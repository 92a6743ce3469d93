"""What Booking.com writes, read however it writes it."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from tests.adapters.booking_com.conftest import one
from tests.adapters.rig_booking_com import CONVERSATION, PROPERTY, booking, payload
from tui_inbox.ports.channel import Envelope, Inbound


@pytest.mark.parametrize("name", ["queue_guest", "thread_guest_picture", "thread_guest_mail"])
def test_a_guest_is_a_guest_however_the_vendor_writes_it(name: str) -> None:
    item = one(name)
    assert (item.outbound, item.address, item.reservation, item.name) == (False, CONVERSATION, "3812391309", "A. Guest")
    assert (item.own_address, item.also) == (PROPERTY, ("3812391309",))


@pytest.mark.parametrize("name", ["queue_property_template", "search_hotel"])
def test_property_and_hotel_are_the_same_side(name: str) -> None:
    assert one(name).outbound


def test_an_automatic_template_is_no_answer() -> None:
    assert one("queue_property_template").automated


def test_a_time_without_a_zone_is_utc_and_ids_may_be_numbers() -> None:
    assert one("thread_guest_picture").at == datetime(2026, 11, 21, 9, 59, 12, tzinfo=UTC)
    assert one("search_hotel").reservation == "3812391309"


def test_a_mail_is_shown_without_what_it_quotes() -> None:
    item = one("thread_guest_mail")
    assert item.text.endswith("Thanks, we arrive at nine.")
    assert "Confirmation number" in item.full_text


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        ("checkin", "first_answer_counts"),
        ("extra_crib", "first_answer_counts"),
        ("change_dates_nr", "answer_in_extranet"),
        ("cancel_booking_basic_waive_fee", "answer_in_extranet"),
        ("parking", "self_service_request"),
        ("something_new", "self_service_request"),
    ],
)
def test_a_request_says_what_an_answer_from_here_is_worth(topic: str, code: str) -> None:
    told = msgspec.json.decode(payload("queue_self_service").raw)
    told["message"]["attributes"]["self_service_topic"] = topic
    (item,) = booking("http://127.0.0.1:9").read(Envelope("x", "message", msgspec.json.encode(told)))
    assert isinstance(item, Inbound)
    assert item.suspicious == code


def test_an_element_without_an_id_is_no_message_and_another_property_is_not_ours() -> None:
    desk = booking("http://127.0.0.1:9")
    told = msgspec.json.decode(payload("queue_guest").raw)
    del told["message"]["message_id"]
    assert desk.read(Envelope("x", "message", msgspec.json.encode(told))) == ()
    told = msgspec.json.decode(payload("queue_guest").raw)
    told["message"]["conversation"]["property_id"] = 99
    assert desk.read(Envelope("x", "message", msgspec.json.encode(told))) == ()
