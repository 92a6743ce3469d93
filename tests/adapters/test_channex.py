"""What is special about Channex, against its simulator over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from adapters.channex import AIRBNB, BOOKING, Settings
from adapters.channex.account import Channex
from adapters.sandbox.channex import SandboxChannex
from adapters.sandbox.channex_account import ChannexAccount, Said, Site
from adapters.sandbox.door import Fault
from tests.adapters.faults import answer, answering
from tests.adapters.rig_channex import PROPERTY, channex, channex_settings, in_sandbox, payload
from tests.adapters.rigging import outgoing
from tests.fakes import StillClock
from tui_inbox.domain.deed import Act, Deed
from tui_inbox.domain.errors import AccountBlocked, Malformed, NotSent, Refused, Rejected, Unknown
from tui_inbox.domain.guest import Line
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.window import Allowed, may_send
from tui_inbox.ports.channel import (
    Channel,
    Envelope,
    FetchesFiles,
    FindsSent,
    HealthState,
    Inbound,
    LoadsOlder,
    News,
    TakesActs,
)
from tui_inbox.ports.secrets import Secret

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxChannex]:
    with SandboxChannex() as running:
        yield running


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def box(server: SandboxChannex, clock: StillClock) -> SandboxChannex:
    """The one running server with a fresh property."""
    server.account = ChannexAccount(clock=clock)
    return server


@pytest.fixture
def desk(box: SandboxChannex) -> Iterator[Channex]:
    channel = in_sandbox(box)
    yield channel
    channel.close()


def everything(channel: Channex, cursor: str = "", since: datetime | None = None) -> tuple[list[Inbound], str]:
    """All messages of one pass."""
    found: list[Envelope] = []
    while True:
        batch = channel.fetch("messages", cursor, since)
        found.extend(batch.envelopes)
        cursor = batch.cursor
        if not batch.more:
            break
    items = [item for envelope in found for item in channel.read(envelope)]
    return [item for item in items if isinstance(item, Inbound)], cursor


def refused(channel: Channex, to: str, text: str = "Bonjour", site: str = "booking", **more: object) -> str:
    with pytest.raises(Refused) as caught:
        channel.check(outgoing(site, to, text, **more))
    return caught.value.code


def test_it_keeps_every_promise_of_the_port(desk: Channex) -> None:
    for promise in (Channel, FindsSent, FetchesFiles, LoadsOlder, TakesActs):
        assert isinstance(desk, promise)


@pytest.mark.parametrize(
    "wrong", [{"property_id": "7"}, {"secret": ""}, {"sites": []}, {"sites": ["vrbo"]}, {"key": "in clear"}]
)
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        channex_settings(**wrong)


def test_opening_needs_the_secret_and_no_network() -> None:
    class Drawer:
        def get(self, name: str) -> Secret:
            assert name == "channex-key"
            return Secret("x")

    opened = Channex.open("desk", channex_settings("http://127.0.0.1:9"), Drawer())
    assert (opened.name, list(opened.traits)) == ("desk", ["booking", "airbnb", "expedia"])
    opened.close()


def test_only_the_sites_that_were_asked_for_are_served_and_fetched(box: SandboxChannex) -> None:
    only = in_sandbox(box, sites=["airbnb"])
    box.account.write(box.account.book("BookingCom", "3812391309", "Claire", "Martin"), "not here")
    box.account.write(box.account.book("AirBNB", "HMABC12345", "Andrew", "Poe"), "here")
    assert list(only.traits) == ["airbnb"]
    assert [item.text for item in everything(only)[0]] == ["here"]
    only.close()


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


def test_an_answer_goes_into_the_thread(box: SandboxChannex, desk: Channex) -> None:
    heard: list[Said] = []
    box.account.on_sent.append(heard.append)
    stay = box.account.book("BookingCom", "3812391309", "Claire", "Martin")
    box.account.write(stay, "Is there parking?")
    thread = box.account.thread_of(stay).id
    receipt = desk.send(outgoing("booking", thread, "Yes, free."))
    assert [(said.id, said.thread, said.text) for said in heard] == [(receipt.provider_id, thread, "Yes, free.")]


def test_a_first_planned_message_goes_to_the_booking_and_lands_in_its_thread(
    box: SandboxChannex, desk: Channex
) -> None:
    stay = box.account.book("AirBNB", "HMABC12345", "Andrew", "Poe")
    assert box.account.talks == {}
    first = desk.send(outgoing("airbnb", "HMABC12345", "See you on Friday."))
    box.account.write(stay, "At ten?")
    found, _cursor = everything(desk)
    assert {item.text for item in found} == {"See you on Friday.", "At ten?"}
    assert {item.external_id for item in found if item.outbound} == {first.provider_id}
    assert len({item.address for item in found}) == 1
    assert {item.also for item in found} == {("HMABC12345",)}, "the code that was written to is the same guest's"


def test_airbnb_lets_a_plan_begin_and_a_person_only_answer() -> None:
    fresh, heard = None, Line("desk", "airbnb", "t", last_in_at=NOW)
    assert may_send(AIRBNB, fresh, NOW).kind is Allowed.NONE
    assert may_send(AIRBNB, fresh, NOW).code == "planned_first"
    assert may_send(AIRBNB, fresh, NOW, planned=True).kind is Allowed.FREE
    assert may_send(AIRBNB, heard, NOW + timedelta(days=40)).kind is Allowed.FREE
    assert may_send(BOOKING, fresh, NOW).kind is Allowed.FREE


def test_an_unknown_reservation_is_refused_for_good(desk: Channex) -> None:
    with pytest.raises(Rejected, match="no_such_booking"):
        desk.send(outgoing("booking", "4711471147"))


def test_text_or_a_file_and_never_both(box: SandboxChannex, desk: Channex) -> None:
    thread = box.account.thread_of(box.account.book("AirBNB", "HMABC12345", "Andrew", "Poe")).id
    assert refused(desk, thread, site="airbnb", attachments=("sha",)) == "text_or_file"
    assert refused(desk, thread, "", site="airbnb") == "empty_text"
    picture = outgoing("airbnb", thread, "", attachments=("sha",), attachment_names=("map.png",))
    sent = desk.send(picture, [("map.png", "image/png", b"\x89PNG")])
    (said,) = box.account.said(thread)
    assert said.id == sent.provider_id
    (link,) = said.attachments
    assert b"".join(desk.download(link, 100)) == b"\x89PNG"
    for file, code in (
        (("a.pdf", "application/pdf", b"x"), "file_type"),
        (("a.png", "image/png", b"x" * 5_000_001), "file_too_big"),
    ):
        with pytest.raises(Refused, match=code):
            desk.send(picture, [file])
    assert len(box.account.said(thread)) == 1


def test_an_upload_that_fails_sent_nothing(box: SandboxChannex, desk: Channex) -> None:
    thread = box.account.thread_of(box.account.book("AirBNB", "HMABC12345", "Andrew", "Poe")).id
    box.account.faults.append(Fault("lost_answer"))
    with pytest.raises(NotSent):
        desk.send(outgoing("airbnb", thread, "", attachments=("sha",)), [("a.png", "image/png", b"x")])
    assert box.account.said(thread) == []


def test_a_file_of_a_message_is_fetched_from_the_vendor_only(box: SandboxChannex, desk: Channex) -> None:
    (item,) = desk.read(payload("booking_photo"))
    assert isinstance(item, Inbound)
    assert [(file.name, file.type) for file in item.attachments] == [("passport.jpeg", "image/jpeg")]
    for ref in ("https://evil.example/x", "../secrets", "attachments/../../x", "//evil.example/x y"):
        with pytest.raises(Malformed):
            b"".join(desk.download(ref, 100))


def test_a_lost_answer_is_found_again(box: SandboxChannex, desk: Channex) -> None:
    thread = box.account.thread_of(box.account.book("BookingCom", "3812391309", "Claire", "Martin")).id
    box.account.say(thread, "property", "Yes,  free.", at=NOW - timedelta(hours=1))
    box.account.faults.append(Fault("lost_answer"))
    row = outgoing("booking", thread, "Yes, free.")
    with pytest.raises(Unknown):
        desk.send(row)
    found = desk.find(row)
    assert found.authoritative
    assert found.candidates == (box.account.said(thread)[0].id,)
    assert desk.find(row._replace(text="Something else")).candidates == ()


def test_older_messages_come_newest_first(box: SandboxChannex, desk: Channex) -> None:
    stay = box.account.book("BookingCom", "3812391309", "Claire", "Martin")
    for n in range(5):
        box.account.write(stay, f"n{n}", at=NOW - timedelta(days=n))
    found = desk.older(box.account.thread_of(stay).id, NOW - timedelta(days=1), 2)
    items = [item for envelope in found for item in desk.read(envelope)]
    assert [item.text for item in items if isinstance(item, Inbound)] == ["n2", "n3"]


def test_no_reply_needed_and_closing_are_told_to_the_vendor(box: SandboxChannex, desk: Channex) -> None:
    stay = box.account.book("BookingCom", "3812391309", "Claire", "Martin")
    thread = box.account.thread_of(stay).id
    desk.act(Deed(Act.NO_REPLY_NEEDED, "booking", thread, value="on"))
    assert box.account.talks[thread].no_reply_needed
    desk.act(Deed(Act.NO_REPLY_NEEDED, "booking", thread, value="off"))
    desk.act(Deed(Act.CLOSE, "booking", "3812391309", value="off", conversation_ref=thread))
    assert not box.account.talks[thread].closed
    desk.act(Deed(Act.CLOSE, "booking", thread, value="on"))
    assert box.account.talks[thread].closed
    for act, site in ((Act.NO_REPLY_NEEDED, "airbnb"), (Act.REACT, "booking")):
        with pytest.raises(Refused, match="act_not_supported"):
            desk.act(Deed(act, site, thread))


@pytest.mark.parametrize(
    ("status", "code", "text", "kind", "ours"),
    [
        (401, "unauthorized", "Unauthorized", AccountBlocked, "auth"),
        (401, "unauthorized", "Access token is expired", AccountBlocked, "reauthorise"),
        (422, "token_expired", "", AccountBlocked, "reauthorise"),
        (403, "forbidden", "Forbidden", AccountBlocked, "chat_app_missing"),
        (404, "resource_not_found", "Resource Not Found", Rejected, "not_found"),
        (422, "not_supported", "Method not supported", Rejected, "no_messaging"),
        (422, "validation_error", "message can't be blank", Rejected, "refused"),
    ],
)
def test_the_vendors_errors_have_their_class(
    box: SandboxChannex, desk: Channex, status: int, code: str, text: str, kind: type[Exception], ours: str
) -> None:
    thread = box.account.thread_of(box.account.book("BookingCom", "3812391309", "Claire", "Martin")).id
    box.account.faults.append(Fault("refuse", status=status, code=code, text=text))
    with pytest.raises(kind, match=ours):
        desk.send(outgoing("booking", thread))
    assert box.account.said(thread) == []


def test_errors_may_be_a_list_or_a_text() -> None:
    for body in (b'{"errors":[{"code":"x","title":"no"}]}', b'{"errors":"no"}', b'{"error":{"message":"no"}}'):
        with answering(answer("422 No", body)) as server:
            desk = channex(server.url)
            with pytest.raises(Rejected) as caught:
                desk.send(outgoing("airbnb", "20d1b08c-190e-4068-a77d-4a909a21835d"))
            desk.close()
        assert caught.value.vendor_text == "no"


def test_the_test_call_tells_what_is_connected_and_what_lacks(box: SandboxChannex, desk: Channex) -> None:
    found = desk.test()
    assert (found.state, found.account_name) == (HealthState.OK, "Sandbox")
    assert found.details == {"booking": "active", "airbnb": "active", "expedia": "active"}
    box.account.sites["AirBNB"] = Site("AirBNB", token_invalid=True)
    del box.account.sites["Expedia"]
    stale = desk.test()
    assert (stale.state, stale.code) == (HealthState.RESTRICTED, "reauthorise")
    assert stale.details == {"booking": "active", "airbnb": "reauthorise", "expedia": "absent"}
    box.account.sites["AirBNB"] = Site("AirBNB", mapped=False)
    assert (desk.test().state, desk.test().code) == (HealthState.RESTRICTED, "not_mapped")
    box.account.app_installed = False
    assert (desk.test().state, desk.test().code) == (HealthState.RESTRICTED, "chat_app_missing")
    box.account.key = "another"
    assert (desk.test().state, desk.test().code) == (HealthState.ERROR, "auth")


def test_a_consent_that_runs_out_is_told_within_one_poll_and_so_is_its_renewal(
    box: SandboxChannex, desk: Channex, clock: StillClock
) -> None:
    first = desk.fetch("connections", "", None)
    assert first.envelopes == ()
    box.account.sites["AirBNB"] = replace(box.account.sites["AirBNB"], token_invalid=True)
    stale = desk.fetch("connections", first.cursor, None)
    assert [desk.read(envelope) for envelope in stale.envelopes] == [
        (News(NOW, "account", "reauthorise", "airbnb"),),
    ]
    assert desk.fetch("connections", stale.cursor, None).envelopes == (), "told once"
    clock.forward(minutes=5)
    box.account.sites["AirBNB"] = Site("AirBNB")
    (renewed,) = desk.fetch("connections", stale.cursor, None).envelopes
    assert desk.read(renewed) == (News(clock.now(), "account", "", "airbnb"),)


def test_a_key_that_may_not_see_the_connections_still_polls(desk: Channex) -> None:
    with answering(answer("404 Not Found", b'{"errors":{"code":"resource_not_found"}}')) as server:
        other = channex(server.url)
        assert other.fetch("connections", "x", None).cursor == "x"
        other.close()


@pytest.mark.parametrize(
    ("to", "code"),
    [("+33612345678", "no_thread"), ("", "no_thread"), ("a@b.example", "no_thread"), ("a/../b", "no_thread")],
)
def test_an_address_that_is_none_at_a_site_is_refused(desk: Channex, to: str, code: str) -> None:
    assert refused(desk, to) == code


def test_an_account_that_only_looks_sends_and_closes_nothing(box: SandboxChannex) -> None:
    looking = in_sandbox(box, mode="view-only")
    thread = box.account.thread_of(box.account.book("BookingCom", "3812391309", "Claire", "Martin")).id
    assert refused(looking, thread) == "view_only"
    with pytest.raises(Refused, match="view_only"):
        looking.act(Deed(Act.CLOSE, "booking", thread))
    assert not any(traits.acts or traits.can_send for traits in looking.traits.values())
    looking.close()
    assert isinstance(channex_settings(), Settings)
