"""Calls through the hotel's number: instructions written to it, calls and voicemails read back from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from adapters.sandbox.door import Fault
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_calls import StoredCall, StoredRecording, wav
from adapters.twilio import voice
from adapters.twilio.account import Twilio
from tests.adapters.faults import answer, answering
from tests.adapters.rigs import in_sandbox, twilio, twilio_settings
from tests.fakes import StillClock
from tui_inbox.domain.audio import seconds_of
from tui_inbox.domain.errors import Malformed, NotSent, Refused, Rejected
from tui_inbox.domain.message import Kind
from tui_inbox.ports.channel import CallRoute, Envelope, Hook, Inbound, Receives, RoutesCalls
from tui_inbox.ports.secrets import Secret

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
GUEST, TARGET = "+33612345678", "+33698765432"
FORWARD = CallRoute(TARGET, 20, voicemail=True)


@pytest.fixture
def desk(box: SandboxTwilio) -> Iterator[Twilio]:
    channel = in_sandbox(box, calls=True)
    yield channel
    channel.close()


def heard(channel: Twilio, cursors: dict[str, str] | None = None) -> list[Inbound]:
    """One round over both streams; ``cursors`` are taken up and left as they stand."""
    places = {} if cursors is None else cursors
    found: list[Inbound] = []
    for stream in ("calls:in", "calls:out"):
        while True:
            batch = channel.fetch(stream, places.get(stream, ""), NOW - timedelta(days=1))
            places[stream] = batch.cursor
            for envelope in batch.envelopes:
                found.extend(item for item in channel.read(envelope) if isinstance(item, Inbound))
            if not batch.more:
                break
    return found


def test_calls_are_polled_only_where_they_are_wanted() -> None:
    assert twilio("http://127.0.0.1:9").streams() == ["in:sms", "out:sms", "in:whatsapp", "out:whatsapp"]
    wanted = twilio("http://127.0.0.1:9", calls=True)
    assert wanted.streams()[-2:] == ["calls:in", "calls:out"]
    assert isinstance(wanted, RoutesCalls)
    assert isinstance(wanted, Receives)


def test_a_target_is_written_to_the_number_and_read_back(desk: Twilio, box: SandboxTwilio) -> None:
    assert desk.route() == CallRoute()
    kept = desk.set_route(FORWARD)
    assert (kept.target, kept.after, kept.voicemail, kept.foreign) == (TARGET, 20, True, False)
    assert kept.url == box.account.telephone.voice_url
    url = urlsplit(kept.url)
    asked = parse_qs(url.query)
    assert (url.scheme, url.netloc, url.path) == ("https", "twimlets.com", "/forward")
    assert asked["PhoneNumber"] == [TARGET]
    assert asked["Timeout"] == ["20"]
    record = parse_qs(urlsplit(asked["FailUrl"][0]).query)["Twiml"][0]
    assert re.search(r'<Record action="https://twimlets.com/echo\?Twiml=[^"]*Hangup[^"]*"', record)
    assert "Please leave your message" in record
    assert desk.set_route(CallRoute()).url == ""
    assert box.account.telephone.voice_url == ""


def test_the_longest_greeting_still_fits_into_an_address() -> None:
    with pytest.raises(msgspec.ValidationError):
        twilio_settings(voice_greeting="’" * 201)
    assert len(voice.address(twilio_settings(voice_url=BASE, voice_greeting="’" * 200), FORWARD)) < 4000


def test_somebody_else_s_instructions_are_named_and_an_application_gives_way(desk: Twilio, box: SandboxTwilio) -> None:
    box.account.telephone.voice_url = "https://studio.example/flow"
    box.account.telephone.application = "AP" + "1" * 32
    assert desk.route() == CallRoute(url="https://studio.example/flow", foreign=True)
    assert desk.set_route(CallRoute(TARGET, 15)).target == TARGET
    assert box.account.telephone.application == ""


def test_voicemail_alone_needs_no_target(desk: Twilio, clock: StillClock, box: SandboxTwilio) -> None:
    assert desk.set_route(CallRoute(voicemail=True)).voicemail
    box.account.telephone.ring(GUEST, box.account.sms, clock.now(), voicemail=9)
    clock.forward(minutes=2)
    (missed,) = heard(desk)
    assert (missed.seconds, [file.seconds for file in missed.attachments]) == (None, [9])


def test_instructions_that_the_number_did_not_keep_are_no_success(desk: Twilio, box: SandboxTwilio) -> None:
    box.account.telephone.stubborn = True
    with pytest.raises(Rejected, match="voice_not_kept"):
        desk.set_route(FORWARD)


@pytest.mark.parametrize(
    ("settings", "change", "code"),
    [
        ({"mode": "view-only"}, {}, "view_only"),
        ({}, {"trunk": "TK" + "1" * 32}, "number_on_trunk"),
        ({"from": "+33711111111"}, {}, "number_not_here"),
    ],
)
def test_what_cannot_be_routed_is_refused_before_it_is_written(
    box: SandboxTwilio, settings: dict[str, object], change: dict[str, str], code: str
) -> None:
    for name, value in change.items():
        setattr(box.account.telephone, name, value)
    channel = in_sandbox(box, **settings)
    with pytest.raises(Refused) as refused:
        channel.set_route(FORWARD)
    assert refused.value.code == code
    assert box.account.telephone.voice_url == ""


def test_a_forwarded_call_has_its_length_and_its_leg_is_no_second_one(
    desk: Twilio, box: SandboxTwilio, clock: StillClock
) -> None:
    desk.set_route(FORWARD)
    box.account.telephone.ring(GUEST, box.account.sms, clock.now(), talk=134)
    clock.forward(minutes=5)
    (call,) = heard(desk)
    assert (call.kind, call.seconds, call.outbound) == (Kind.CALL, 134, False)
    assert (call.address, call.channel, call.text, call.at) == (GUEST, "sms", "", NOW)
    assert call.attachments == ()


def test_a_voicemail_is_a_missed_call_with_its_recording(desk: Twilio, box: SandboxTwilio, clock: StillClock) -> None:
    desk.set_route(FORWARD)
    box.account.telephone.ring(GUEST, box.account.sms, clock.now(), voicemail=14)
    clock.forward(minutes=1)
    (call,) = heard(desk)
    (file,) = call.attachments
    assert (call.seconds, call.outbound) == (None, False)
    assert (file.name, file.type, file.seconds) == ("voicemail.wav", "audio/wav", 14)
    content = b"".join(desk.download(file.ref, 1_000_000))
    assert content == wav(14)
    assert seconds_of(content) == 14


def test_a_recording_that_is_still_worked_on_is_waited_for(desk: Twilio, box: SandboxTwilio, clock: StillClock) -> None:
    desk.set_route(FORWARD)
    box.account.telephone.ring(GUEST, box.account.sms, clock.now(), voicemail=14)
    cursors: dict[str, str] = {}
    assert heard(desk, cursors) == []  # it rings
    clock.forward(seconds=37)
    assert heard(desk, cursors) == []  # over, its recording is not ready
    box.account.telephone.ring("+33711112222", box.account.sms, clock.now() + timedelta(minutes=30))
    clock.forward(minutes=40)
    found = heard(desk, cursors)
    assert [(call.address, len(call.attachments)) for call in found] == [(GUEST, 1), ("+33711112222", 0)]


def test_a_long_call_is_not_lost_behind_the_watermark(desk: Twilio, box: SandboxTwilio, clock: StillClock) -> None:
    desk.set_route(FORWARD)
    cursors: dict[str, str] = {}
    box.account.telephone.ring(GUEST, box.account.sms, clock.now(), talk=3600)
    for minutes in range(1, 60, 20):
        at = NOW + timedelta(minutes=minutes)
        box.account.telephone.ring(f"+336000000{minutes:02}", box.account.sms, at, talk=30)
    found = []
    for _round in range(7):
        clock.forward(minutes=9)
        found += [call.seconds for call in heard(desk, cursors) if call.address == GUEST]
    assert found == [3600]


def test_many_calls_come_page_by_page_and_the_same_round_twice_brings_the_same(
    desk: Twilio, box: SandboxTwilio, clock: StillClock
) -> None:
    for n in range(45):
        box.account.telephone.ring(f"+3360000{n:04}", box.account.sms, NOW - timedelta(hours=2, minutes=-n))
    first = heard(desk)
    assert len({call.external_id for call in first}) == 45
    assert [call.external_id for call in heard(desk)] == [call.external_id for call in first]


def leg(sid: str, direction: str, from_: str, to: str, **more: object) -> StoredCall:
    fields = {"status": "completed", "seconds": 60, **more}
    began = NOW - timedelta(hours=1)
    return StoredCall("CA" + sid * 32, direction, from_, to, began, began + timedelta(minutes=2), **fields)  # type: ignore[arg-type]


def test_the_hotel_s_own_calls_are_outbound_and_those_that_nobody_took_have_no_length(
    desk: Twilio, box: SandboxTwilio
) -> None:
    own, phone = box.account.sms, box.account.telephone
    phone.remember(leg("a", "outbound-api", own, GUEST))
    phone.remember(leg("b", "outbound-api", own, GUEST, status="no-answer", seconds=0))
    phone.remember(leg("c", "inbound", "client:desk", own))
    phone.remember(leg("d", "outbound-dial", own, "+33711112222", parent="CA" + "c" * 32))
    found = {(call.external_id[2], call.outbound, call.seconds) for call in heard(desk)}
    assert found == {("a", True, 60), ("b", True, None), ("d", True, 60)}


def test_a_leg_that_forwards_from_our_own_number_is_not_a_call_to_a_guest(desk: Twilio, box: SandboxTwilio) -> None:
    own, phone = box.account.sms, box.account.telephone
    phone.remember(leg("a", "inbound", GUEST, own))
    phone.remember(leg("b", "outbound-dial", own, TARGET, parent="CA" + "a" * 32))
    assert [(call.external_id[2], call.address, call.seconds) for call in heard(desk)] == [("a", GUEST, 60)]


@pytest.mark.parametrize("hidden", ["+266696687", "anonymous", "Restricted"])
def test_who_hides_the_number_is_one_guest_without_one(desk: Twilio, box: SandboxTwilio, hidden: str) -> None:
    box.account.telephone.remember(leg("a", "inbound", hidden, box.account.sms, status="no-answer", seconds=0))
    assert [call.address for call in heard(desk)] == ["anonymous"]


def test_an_empty_recording_is_no_voicemail_and_one_of_the_talk_is_called_so(desk: Twilio, box: SandboxTwilio) -> None:
    phone = box.account.telephone
    phone.remember(leg("a", "inbound", GUEST, box.account.sms))
    phone.record(StoredRecording("RE" + "1" * 32, "CA" + "a" * 32, 0, NOW - timedelta(minutes=50)))
    phone.record(StoredRecording("RE" + "2" * 32, "CA" + "a" * 32, 41, NOW - timedelta(minutes=50), "DialVerb"))
    (call,) = heard(desk)
    assert [(file.name, file.seconds) for file in call.attachments] == [("recording.wav", 41)]


def test_a_fault_while_the_legs_are_asked_for_makes_no_missed_call_of_a_taken_one(
    desk: Twilio, box: SandboxTwilio, clock: StillClock
) -> None:
    desk.set_route(FORWARD)
    box.account.telephone.ring(GUEST, box.account.sms, clock.now(), talk=50)
    clock.forward(minutes=5)
    for kind in ("down", "rate_limited", "html", "half"):
        # The first request is answered, the next one is not.
        faults = [Fault("slow", on="read"), Fault(kind, on="read")]
        box.account.faults.extend(faults)
        with pytest.raises(NotSent):
            desk.fetch("calls:in", "", None)
    assert [call.seconds for call in heard(desk)] == [50]


def test_a_call_that_cannot_be_named_is_kept_and_set_aside() -> None:
    page = b'{"calls": [{"sid": 7, "status": "completed"}], "next_page_uri": null}'
    with answering(answer("200 OK", page)) as server:
        batch = twilio(server.url, calls=True).fetch("calls:in", "", None)
    (envelope,) = batch.envelopes
    assert envelope.external_id.startswith("unreadable:")
    with pytest.raises(Malformed):
        twilio("http://127.0.0.1:9", calls=True).read(envelope)


@pytest.mark.parametrize(
    "call",
    [
        {"sid": "CA1", "direction": "sideways", "start_time": "Thu, 24 Aug 2026 05:01:45 +0000"},
        {"sid": "CA1", "direction": "inbound", "from": GUEST, "to": "+33700000000"},
        {"sid": "../CA1", "direction": "inbound"},
    ],
)
def test_a_call_without_way_or_time_is_malformed(call: dict[str, str]) -> None:
    raw = msgspec.json.encode({"call": call})
    with pytest.raises(Malformed):
        twilio("http://127.0.0.1:9", calls=True).read(Envelope("x", "call", raw))


def test_usage_names_calls_by_the_minute(desk: Twilio, box: SandboxTwilio, clock: StillClock) -> None:
    desk.set_route(FORWARD)
    box.account.telephone.ring(GUEST, box.account.sms, clock.now(), talk=134)
    clock.forward(minutes=5)
    counted = {one.category: one.count for one in desk.usage()}
    assert counted["calls-inbound"] == 1
    assert counted["calls-outbound"] == 1


# Our own receiver in the place of the vendor's scripts.

BASE = "https://hotel.example/hooks/desk-sms"
TOKEN = Secret("12345")


def asked(path: str, query: str = "", body: str = "", signature: str = "", base: str = BASE) -> Hook:
    headers = {"x-twilio-signature": signature}
    return Hook("POST" if body else "GET", path, query, headers, body.encode(), NOW)


def test_the_vendor_s_published_signature_is_right() -> None:
    settings = twilio_settings(voice_url="https://example.com")
    body = "CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310&To=%2B18005551212"
    right = asked("/myapp.php", "foo=1&bar=2", body, "L/OH5YylLD5NRKLltdqwSvS0BnU=")
    assert voice.hear(right, settings, TOKEN).content_type == "text/xml"
    for wrong in ("", "L/OH5YylLD5NRKLltdqwSvS0BnV=", "é"):
        with pytest.raises(Refused, match="bad_signature"):
            voice.hear(asked("/myapp.php", "foo=1&bar=2", body, wrong), settings, TOKEN)
    with pytest.raises(Refused, match="bad_signature"):
        voice.hear(right, settings, None)


def signed(url: str, body: str = "") -> str:
    """What the receiver answers to a request that the vendor signed."""
    place = urlsplit(url)
    fields = sorted({tuple(pair.split("=", 1)) for pair in body.split("&")} if body else set())
    signature = voice_signature(url + "".join(key + value for key, value in fields))
    path = place.path.removeprefix("/hooks/desk-sms")
    hook = asked(path, place.query, body, signature)
    return voice.hear(hook, twilio_settings(voice_url=BASE), TOKEN).answer.decode()


def voice_signature(text: str) -> str:
    import base64
    import hashlib
    import hmac

    return base64.b64encode(hmac.new(b"12345", text.encode(), hashlib.sha1).digest()).decode()


def test_our_receiver_serves_the_same_instructions_and_a_taken_call_ends_with_its_end() -> None:
    settings = twilio_settings(voice_url=BASE)
    first = signed(voice.address(settings, FORWARD))
    assert f">{TARGET}</Dial>" in first
    assert 'timeout="20"' in first
    again = re.search(r'action="([^"]+)"', first)
    assert again is not None
    url = again[1].replace("&amp;", "&")
    for taken in ("completed", "answered"):
        assert signed(url, f"DialCallStatus={taken}") == "<Response><Hangup/></Response>"
    for missed in ("no-answer", "busy", "failed", "canceled"):
        redirected = re.search(r"<Redirect>([^<]+)</Redirect>", signed(url, f"DialCallStatus={missed}"))
        assert redirected is not None
        record = signed(redirected[1].replace("&amp;", "&"))
        assert "<Record" in record
        ends = re.search(r'action="([^"]+)"', record)
        assert ends is not None
        assert signed(ends[1].replace("&amp;", "&")) == "<Response><Hangup/></Response>"
