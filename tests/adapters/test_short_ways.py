"""Where an adapter has a short way for what is usual, it says the same as the long one: over every value of the
payloads of the collection, whole and damaged, and over values made for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import product
from mimetypes import guess_type
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import _json, _ota
from adapters._files import remote
from adapters.channex import wire as channex
from adapters.meta import reading as meta_reading
from adapters.meta import wire as meta
from adapters.twilio import wire as twilio
from adapters.whatsapp_cloud import reading as whatsapp_reading
from adapters.whatsapp_cloud import wire as whatsapp
from tests.adapters.mutator import damaged
from tests.adapters.rigs import RIGS
from tui_inbox.domain.errors import Malformed
from tui_inbox.domain.message import Attachment


def _by_float(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _by_regex(text: str, pattern: str, longest: int) -> bool:
    return len(text) <= longest and re.fullmatch(pattern, text) is not None


def _accepted(check: Callable[[str], str], text: str) -> bool:
    try:
        return check(text) == text
    except Malformed:
        return False


WAYS: dict[str, tuple[Callable[[str], object], Callable[[str], object]]] = {
    "Unix seconds": (_json.moment_of, _by_float),
    "Twilio's dates": (twilio.moment, lambda text: twilio._any_moment(text) if text else None),
    "the sites' dates": (_ota.moment, lambda text: _ota._any_moment(text) if text else None),
    "the sites' ids": (_ota.is_id, lambda text: _by_regex(text, r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", 100)),
    "Twilio's ids": (
        lambda text: _accepted(twilio.checked_sid, text),
        lambda text: _by_regex(text, r"[A-Za-z0-9_-]{1,64}", 64),
    ),
    "Meta's ids": (
        lambda text: _accepted(meta.checked_id, text),
        lambda text: _by_regex(text, r"[\x21-\x7e]+", meta.LONGEST_ID),
    ),
    "Meta's links": (meta._is_place, lambda text: meta._PLACE.fullmatch(text) is not None),
    "Meta's phones": (
        whatsapp.phone,
        lambda text: "+" + text.removeprefix("+") if re.fullmatch(r"\+?[0-9]{5,20}", text) else "",
    ),
    "the sites' phones": (
        _ota.phone,
        lambda text: found if _ota._E164.fullmatch(found := re.sub(r"[\s().-]", "", text)) else "",
    ),
    "Channex's sites": (
        channex.site_of,
        lambda text: channex._PROVIDERS.get(re.sub(r"[^a-z]", "", text.lower()), ""),
    ),
    "files' types": (channex._type_of, lambda text: guess_type(text)[0] or ""),
    "WhatsApp's types": (whatsapp_reading._type_of, whatsapp_reading._read_type),
}
"""Short way, long way."""
MADE = [
    *("", "0", "00", "1795334400", "-1", "١٢٣٤٥", "9" * 400, "253402300800", "1e3", " 1795334400", "1_000", "1.5"),
    *("Thu, 24 Aug 2023 05:01:45 +0000", "Xyz, 24 Aug 2023 05:01:45 +0000", "Thu, 24 Aug 0023 05:01:45 +0000"),
    *("Thu, 39 Aug 2023 05:01:45 +0000", "Thu, 24 Foo 2023 05:01:45 +0000", "Thu, 24 Aug 2023 050145.1 +0000"),
    *("Thu, 24 Aug 2023 24:00:00 +0000", "Thu, 24 Aug 2023 05:01:60 +0000", "Thu, 24 Aug 2023 ٠٥:01:45 +0000"),
    *("Thu, 24 Aug 2023 05:01:45 +0200", "24 Aug 2023 05:01:45 +0000", "Thu, 24 Aug 2023 05:01 +0000"),
    *("2026-11-22", "20261122", "2026-11-22T08:00", "2026-11-22 08:00:00", "2026-W47-7", "2026-11-22T08:00:00Z"),
    *("2026-11-22T08:00:00.5Z[GMT]", "2026-11-22T08:00:00+02:00", " 2026-11-22T08:00:00 ", "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59-23:59", "2026-11-22T08", "2026-11-22T080000,5", "2026-11-22T08:00:00+00:00:00.5"),
    *("-", "-a", "a-", "a_b", "é-1", "a" * 100, "a" * 101, "a-" * 50, "a b", "\ud800", "a\n", "٣"),
    *("BookingCom", "booking.com", "BOOKINGCOM", "AirBNB", "Expedia", "Expedia Inc"),
    *("a.jpg", "A.JPG", ".jpg", "a.tar.gz", "a.gz", "data:x.jpg", "a.tgz", "a.", "a.pdf ", "a.é", "a." + "x" * 9),
    *("+33 6 12 34 56 78", "+33 6", "(+33) 6-12.34.56.78", "+33612345678\n", "0612345678", "33612345678"),
    *("https://", "https://x", "http://x", "https://a b", "https://a\u00a0b", "https://a\u202eb", "https://a\n"),
    *("https://" + "x" * 1992, "https://" + "x" * 2000, "https://" + "x" * 2001, "HTTPS://x"),
    *("audio/ogg; codecs=opus", "IMAGE/JPEG", "x" * 200 + "/jpeg", "a" * 100 + ";b", ";", "image/jpeg\n"),
]


@pytest.fixture(scope="module")
def told() -> set[str]:
    """Every text in the payloads of the collection and in damaged copies of them."""
    found = set(MADE)
    for rig in RIGS.values():
        for seed, envelope in enumerate(rig.payloads if rig.type != "email" else ()):
            for raw in (envelope.raw, *damaged(envelope.raw, 30, seed)):
                found.update(_texts(raw))
    for text in sorted(found):
        found.update(raw.decode("utf-8", "replace") for raw in damaged(text.encode("utf-8", "replace") or b"x", 3, 1))
    return found


def _texts(raw: bytes) -> Iterator[str]:
    try:
        waiting: list[Any] = [json.loads(raw)]
    except (ValueError, RecursionError):
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str):
            yield value


@pytest.mark.parametrize("what", list(WAYS))
def test_the_short_way_says_what_the_long_one_says(what: str, told: set[str]) -> None:
    short, long = WAYS[what]
    answers = [(text, short(text), long(text)) for text in told]
    assert [one for one in answers if one[1] != one[2]] == []
    assert len({str(one[1]) for one in answers}) > 1, "both kinds of answer came up"


BEGIN, END = datetime(1974, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001 - what it makes has no zone either


@settings(max_examples=200, deadline=None)
@given(st.datetimes(BEGIN, END), st.integers(-12, 14))
def test_each_moment_is_read_alike_however_it_is_written(moment: datetime, hours: int) -> None:
    at = moment.replace(tzinfo=UTC)
    second, thousandth = at.replace(microsecond=0), at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert _json.moment_of(str(int(second.timestamp()))) == second
    assert twilio.moment(format_datetime(second)) == second
    assert meta.moment((thousandth - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)) == thousandth
    assert meta.moment(second.strftime("%Y-%m-%dT%H:%M:%S+0000")) == second
    assert _ota.moment(at.isoformat()) == at
    assert _ota.moment(moment.isoformat()) == at
    assert _ota.moment(f"{(at + timedelta(hours=hours)).replace(tzinfo=None).isoformat()}{hours:+03}:00") == at


@pytest.mark.parametrize("number", [0, 1, -1, 1_795_334_400, 253_402_300_799, 253_402_300_800, 10**30, 10**400])
def test_seconds_are_read_alike_as_numbers_and_as_digits(number: int) -> None:
    try:
        expected = datetime.fromtimestamp(float(number), UTC)
    except (ValueError, OverflowError):
        expected = None
    assert _json.moment_of(number) == expected
    assert _json.moment_of(str(number)) == expected


@pytest.mark.parametrize("number", [100_000_000_000, 1_787_220_131_001, 253_402_300_799_999, 10**16, 10**400])
def test_milliseconds_are_read_to_the_last_or_not_at_all(number: int) -> None:
    try:
        expected = datetime.fromtimestamp(number / 1000, UTC)
    except (ValueError, OverflowError):
        expected = None
    assert meta.moment(number) == expected


def test_the_usual_ids_of_a_guest_are_found_as_the_unusual_ones_are() -> None:
    ids = (None, "", "FR.1", "FR.ENT.2", "no id")
    for one, two, three, four in product(ids, repeat=4):
        message = whatsapp.Message(from_user_id=one, from_parent_user_id=two)
        contact = whatsapp.Contact(user_id=three, parent_user_id=four)
        expected = [found for found in dict.fromkeys((one, two, three, four)) if found and whatsapp.user_id(found)]
        assert whatsapp_reading._user_ids(message, contact) == expected


def test_a_named_sender_is_the_guest_whom_the_conversation_names() -> None:
    us = meta_reading.Us("messenger", "1", frozenset({"1"}))
    people = [None, *(meta.Person(one, name) for one in ("1", "2", 3, "b d") for name in (None, "Ana"))]
    for sender, first, second in product(people, repeat=3):
        both = meta.People([one for one in (first, second) if one is not None])
        told = meta.Polled(meta.Message("m", "2026-11-22T08:00:00+0000", sender, message="x"), both)
        try:
            expected: object = meta_reading._guest(told, us, outbound=meta.identity(sender) in us.ids)
        except Malformed:
            expected = None
        try:
            (read,) = meta_reading.message(told, us)
            assert (read.address, read.name) == expected  # type: ignore[union-attr]
        except Malformed:
            assert expected is None or not expected[0]  # type: ignore[index]


@pytest.mark.parametrize("link", ["https://[x/y.jpg", "https://h", "https://h?a/b.jpg", "https://h/a.jpg#b/c.pdf"])
def test_a_link_that_is_hardly_one_names_a_file_and_breaks_nothing(link: str) -> None:
    assert meta.attachment("m", 1, link, "image/jpeg").name in ("image-1", "image-1.jpg")


def test_a_file_at_its_vendors_is_an_attachment_like_any_other() -> None:
    assert remote("a.jpg", "image/jpeg", "ref", 7) == Attachment("a.jpg", "image/jpeg", 7, ref="ref")
    assert type(remote("a", "b", "c")) is Attachment
