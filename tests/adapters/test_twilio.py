"""What is special about Twilio, against its simulator over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from adapters.sandbox.door import Fault
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import ContentTemplate, Delays, TwilioAccount
from adapters.twilio import Settings
from adapters.twilio.account import Twilio
from storage.store import SqlStore
from tests.adapters.faults import answer, answering
from tests.adapters.rigs import ACCOUNT_SID, in_sandbox, outgoing, payload, twilio, twilio_settings
from tests.fakes import StillClock, hotel
from tui_inbox.domain.errors import (
    AcceptedWithoutId,
    AccountBlocked,
    ChannelError,
    Malformed,
    NotSent,
    Refused,
    Rejected,
    Unknown,
)
from tui_inbox.domain.message import Delivery, Kind
from tui_inbox.domain.template import Approval
from tui_inbox.ports.channel import (
    Channel,
    Envelope,
    FetchesFiles,
    FindsSent,
    FollowsSent,
    HasTemplates,
    HealthState,
    Inbound,
    LoadsOlder,
    MetersUsage,
    Status,
)
from tui_inbox.ports.secrets import Secret
from tui_inbox.services import accounts
from tui_inbox.services.ingest import ingest_page

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
GUEST, WHATSAPP_GUEST = "+33612345678", "+34655123456"
HX = "HX" + "1" * 32


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxTwilio]:
    with SandboxTwilio() as running:
        yield running


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def box(server: SandboxTwilio, clock: StillClock) -> SandboxTwilio:
    """The one running server with a fresh account."""
    server.account = TwilioAccount(clock=clock, delays=Delays(sent=1, delivered=2, read=4))
    return server


@pytest.fixture
def desk(box: SandboxTwilio) -> Iterator[Twilio]:
    channel = in_sandbox(box)
    yield channel
    channel.close()


def everything(
    channel: Twilio, stream: str, cursor: str = "", since: datetime | None = None
) -> tuple[list[Envelope], str]:
    """All pages of one pass."""
    found: list[Envelope] = []
    while True:
        batch = channel.fetch(stream, cursor, since)
        found.extend(batch.envelopes)
        cursor = batch.cursor
        if not batch.more:
            return found, cursor


def texts(channel: Twilio, envelopes: list[Envelope]) -> list[str]:
    items = [item for envelope in envelopes for item in channel.read(envelope)]
    return [item.text for item in items if isinstance(item, Inbound)]


def test_it_keeps_every_promise_of_the_port(desk: Twilio) -> None:
    for promise in (Channel, FindsSent, FollowsSent, FetchesFiles, HasTemplates, MetersUsage, LoadsOlder):
        assert isinstance(desk, promise)


def test_whatsapp_is_served_only_where_it_has_a_number() -> None:
    assert list(Twilio.serves(twilio_settings())) == ["sms", "whatsapp"]
    assert list(Twilio.serves(twilio_settings(whatsapp_from=""))) == ["sms"]
    assert twilio("http://127.0.0.1:9", whatsapp_from="").streams() == ["in:sms", "out:sms"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "0612345678"},
        {"account_sid": "AC1"},
        {"secret": ""},
        {"token": "in clear"},
        {"history": "thirty days"},
        {"poll_seconds": 0},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        twilio_settings(**wrong)


def test_opening_needs_the_secret_and_no_network() -> None:
    class Drawer:
        def get(self, name: str) -> Secret:
            assert name == "twilio-auth-token"
            return Secret("x")

    opened = Twilio.open("desk", twilio_settings("http://127.0.0.1:9"), Drawer())
    assert opened.name == "desk"
    opened.close()
    with pytest.raises(Refused, match="bad_base_url"):
        Twilio.open("desk", twilio_settings("nowhere"), Drawer())


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


def test_free_text_outside_the_window_fails_later_or_at_once(
    box: SandboxTwilio, desk: Twilio, clock: StillClock
) -> None:
    receipt = desk.send(outgoing("whatsapp", WHATSAPP_GUEST, "Hola"))
    clock.forward(seconds=3)
    (status,) = desk.read(desk.follow(receipt.provider_id))
    assert isinstance(status, Status)
    assert (status.state, status.error_code) == (Delivery.FAILED, "window_closed")
    assert "outside the allowed window" in status.vendor_text
    box.account.window_refused_at_once = True
    with pytest.raises(Rejected, match="window_closed"):
        desk.send(outgoing("whatsapp", WHATSAPP_GUEST, "Hola"))


def test_a_template_is_sent_by_its_id_with_its_values_and_without_text(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.templates.append(ContentTemplate(HX, "welcome", "en", "Dear {{1}}", "UTILITY", "approved", {"1": "x"}))
    row = outgoing("whatsapp", WHATSAPP_GUEST, "Dear Ana", template_id=HX, template_values={"1": "Ana"})
    receipt = desk.send(row)
    assert box.account.message(receipt.provider_id).body == "Dear Ana"
    with pytest.raises(Rejected, match="template_values"):
        desk.send(row._replace(template_values={}))
    with pytest.raises(Rejected, match="template_missing"):
        desk.send(row._replace(template_id="HX" + "2" * 32))


CODES = [
    (21211, Rejected, "bad_number"),
    (21610, Rejected, "stopped"),
    (21614, Rejected, "not_mobile"),
    (21617, Rejected, "too_long"),
    (63016, Rejected, "window_closed"),
    (21408, Rejected, "country_off"),
    (21608, Rejected, "trial_number"),
    (20003, AccountBlocked, "auth"),
    (21606, AccountBlocked, "bad_sender"),
    (63038, AccountBlocked, "daily_cap"),
    (20429, NotSent, "rate_limited"),
    (21611, NotSent, "queue_full"),
    (20500, Unknown, "vendor_down"),
    (99999, Rejected, "refused"),
]


@pytest.mark.parametrize(("number", "kind", "code"), CODES)
def test_a_code_of_the_vendor_has_one_meaning(
    box: SandboxTwilio, desk: Twilio, number: int, kind: type[ChannelError], code: str
) -> None:
    box.account.faults.append(Fault("refuse", code=number))
    with pytest.raises(ChannelError) as caught:
        desk.send(outgoing())
    assert (type(caught.value), caught.value.code, caught.value.vendor_code) == (kind, code, str(number))
    assert caught.value.vendor_text


def test_after_stop_the_vendor_refuses_until_start(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.receive(GUEST, box.account.sms, "Stop ")
    with pytest.raises(Rejected, match="stopped"):
        desk.send(outgoing())
    replies = [item for e in everything(desk, "out:sms")[0] for item in desk.read(e)]
    assert [item.automated for item in replies if isinstance(item, Inbound)] == [True], "the vendor's own answer"
    box.account.receive(GUEST, box.account.sms, "START")
    assert desk.send(outgoing()).provider_id


@pytest.mark.parametrize("fault", ["lost_answer", "half", "html"])
def test_a_send_whose_answer_was_lost_is_found_once(
    box: SandboxTwilio, desk: Twilio, clock: StillClock, fault: str
) -> None:
    box.account.faults.append(Fault(fault))
    row = outgoing(text="Le parking  est ouvert\njusqu'à 23 h", created_at=NOW)
    with pytest.raises((Unknown, AcceptedWithoutId)):
        desk.send(row)
    found = desk.find(row)
    assert found.authoritative
    assert [box.account.message(sid).body for sid in found.candidates] == [row.text]
    assert desk.find(row._replace(text="another text")).candidates == ()
    assert desk.find(row._replace(address="+33699999999")).candidates == ()
    assert desk.find(row._replace(created_at=NOW + timedelta(minutes=1))).candidates == ()


def test_a_send_that_never_arrived_is_not_found(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.faults.append(Fault("drop"))
    row = outgoing(created_at=NOW)
    with pytest.raises(Unknown):
        desk.send(row)
    assert desk.find(row).candidates == ()
    assert box.account.messages() == []


def test_equal_texts_are_all_candidates_oldest_first(box: SandboxTwilio, desk: Twilio, clock: StillClock) -> None:
    sids = []
    for _ in range(25):
        sids.append(desk.send(outgoing(text="Merci")).provider_id)
        clock.forward(seconds=1)
    assert list(desk.find(outgoing(text="Merci", created_at=NOW)).candidates) == sids


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"address": "0612345678"}, "bad_number"),
        ({"text": "  "}, "empty_text"),
        ({"attachments": ("ab12",)}, "needs_public_url"),
    ],
)
def test_what_the_vendor_would_refuse_is_refused_before_the_wire(
    desk: Twilio, change: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        desk.send(outgoing()._replace(**change))


def test_an_account_that_only_looks_sends_nothing(box: SandboxTwilio) -> None:
    channel = in_sandbox(box, mode="view-only")
    with pytest.raises(Refused, match="view_only"):
        channel.send(outgoing())
    channel.close()


def test_a_messaging_service_takes_the_place_of_the_sender(box: SandboxTwilio) -> None:
    channel = in_sandbox(box, messaging_service="MG" + "1" * 32)
    receipt = channel.send(outgoing(created_at=NOW))
    assert channel.find(outgoing(created_at=NOW)).candidates == (receipt.provider_id,)
    channel.close()


def test_the_test_call_says_what_the_vendor_says(box: SandboxTwilio, desk: Twilio) -> None:
    found = desk.test()
    assert (found.state, found.account_name) == (HealthState.OK, "Sandbox")
    assert found.details == {"balance": "42.17 USD", "owns_number": 1, "whatsapp": "ONLINE", "quality": "HIGH"}
    box.account.token = "another"
    wrong = desk.test()
    assert (wrong.state, wrong.code, wrong.vendor_text) == (HealthState.ERROR, "auth", "20003 Authenticate")


def test_optional_calls_that_fail_leave_the_test_call_green(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.trial = True
    box.account.faults.extend([Fault("slow", on="read"), *[Fault("down", on="read") for _ in range(3)]])
    found = desk.test()
    assert (found.state, found.details) == (HealthState.OK, {"trial": 1})


def test_a_suspended_account_is_disabled(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.status = "suspended"
    assert (desk.test().state, desk.test().code) == (HealthState.DISABLED, "account_suspended")


def test_templates_come_with_category_and_approval_page_by_page(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.templates = [
        ContentTemplate(f"HX{n:032d}", f"t{n}", "fr", "Bonjour {{1}}", "UTILITY", "approved", {"1": "first_name"})
        for n in range(150)
    ]
    found = desk.templates()
    assert [template.name for template in found] == [f"t{n}" for n in range(150)]
    first = found[0]
    assert (first.category, first.approval, first.mapping, first.account) == (
        "utility",
        Approval.APPROVED,
        {"1": "first_name"},
        "desk",
    )


def test_templates_of_every_shape_are_read() -> None:
    with answering(answer("200 OK", payload("content_and_approvals").raw)) as server:
        channel = twilio(server.url)
        useful, refused = channel.templates()
        channel.close()
    assert (useful.language, useful.mapping) == ("en_GB", {"1": "first_name", "2": ""})
    assert (refused.body, refused.approval, refused.approval_reason) == (
        "Le printemps arrive\n\n[Oui]",
        Approval.REJECTED,
        "PROMOTIONAL",
    )


def test_use_of_the_month_is_what_the_vendor_bills() -> None:
    with answering(answer("200 OK", payload("usage_this_month").raw)) as server:
        channel = twilio(server.url)
        sms, mms, recordings = channel.usage()
        channel.close()
    assert (sms.category, sms.count, sms.segments, sms.price, sms.currency) == ("sms-outbound", 41, 57, "4.55", "USD")
    assert (mms.category, mms.count, mms.price) == ("mms-inbound", 2, "0.02")
    assert (recordings.category, recordings.count, recordings.segments) == ("recordings", 9, 0)


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


def test_settings_name_their_keys_as_the_documentation_does() -> None:
    assert {field.encode_name for field in msgspec.structs.fields(Settings)} == {
        "type", "account_sid", "secret", "from", "whatsapp_from", "api_key", "messaging_service",
        "base_url", "poll_seconds", "history", "mode", "property",
        "calls", "voice_url", "voice_greeting", "voice_language",
    }  # fmt: skip


def test_a_page_is_read_in_the_order_in_which_it_was_said(box: SandboxTwilio, desk: Twilio) -> None:
    for n in range(3):
        box.account.receive(GUEST, box.account.sms, f"n{n}", at=NOW + timedelta(seconds=n))
    assert texts(desk, everything(desk, "in:sms")[0]) == ["n0", "n1", "n2"]
