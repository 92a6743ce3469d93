"""What is special about Booking.com, against its simulator over real HTTP; the queue has a file of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from adapters.booking_com.account import Booking
from adapters.booking_com.tokens import A_HOUR, Tokens
from adapters.sandbox.booking_com import SandboxBooking
from adapters.sandbox.booking_com_account import BookingAccount, Told
from adapters.sandbox.door import Fault
from tests.adapters.faults import answer, answering
from tests.adapters.rig_booking_com import (
    CONVERSATION,
    PROPERTY,
    booking,
    booking_settings,
    in_sandbox,
    payload,
    tokens,
)
from tests.adapters.rigging import outgoing
from tests.fakes import StillClock
from tui_inbox.domain.deed import Act, Deed
from tui_inbox.domain.errors import AccountBlocked, Malformed, NotSent, Refused, Rejected, Unknown
from tui_inbox.ports.channel import (
    Access,
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
OTHER = "7654321"
TALKS = f"conversations:{PROPERTY}"


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxBooking]:
    with SandboxBooking() as running:
        yield running


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def box(server: SandboxBooking, clock: StillClock) -> SandboxBooking:
    """The one running server with a fresh machine account."""
    server.account = BookingAccount(clock=clock)
    return server


@pytest.fixture
def desk(box: SandboxBooking) -> Iterator[Booking]:
    channel = in_sandbox(box)
    yield channel
    channel.close()


def drained(
    channel: Booking, stream: str, cursor: str = "", since: datetime | None = None
) -> tuple[list[Envelope], str]:
    found: list[Envelope] = []
    while True:
        batch = channel.fetch(stream, cursor, since)
        found.extend(batch.envelopes)
        cursor = batch.cursor
        if not batch.more:
            return found, cursor


def said(channel: Booking, envelopes: list[Envelope]) -> list[Inbound]:
    items = [item for envelope in envelopes for item in channel.read(envelope)]
    return [item for item in items if isinstance(item, Inbound)]


def one(name: str) -> Inbound:
    (item,) = booking("http://127.0.0.1:9").read(payload(name))
    assert isinstance(item, Inbound)
    return item


def test_it_keeps_every_promise_of_the_port(desk: Booking) -> None:
    for promise in (Channel, FindsSent, FetchesFiles, LoadsOlder, TakesActs):
        assert isinstance(desk, promise)


@pytest.mark.parametrize(
    "wrong",
    [{"property_ids": []}, {"property_ids": ["hotel"]}, {"secret": ""}, {"auth": "none"}, {"accept_version": "new"}],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        booking_settings(**wrong)


def test_opening_needs_the_secret_and_no_network() -> None:
    class Drawer:
        def get(self, name: str) -> Secret:
            assert name == "booking"
            return Secret("x")

    for auth in ("token", "basic"):
        settings = booking_settings(base_url="http://127.0.0.1:9", auth_url="http://127.0.0.1:9", auth=auth)
        opened = Booking.open("desk", settings, Drawer())
        assert opened.streams() == [TALKS, "queue", "search"]
        opened.close()
    assert booking("http://127.0.0.1:9", queue=False).streams() == [TALKS, "search"]


def test_a_token_is_asked_for_once_and_renewed_five_minutes_early(
    box: SandboxBooking, desk: Booking, clock: StillClock
) -> None:
    for _ in range(3):
        assert desk.test().state is HealthState.OK
    assert len(box.account.exchanges) == 1
    clock.forward(minutes=54)
    desk.test()
    assert len(box.account.exchanges) == 1
    clock.forward(minutes=2)
    desk.test()
    assert len(box.account.exchanges) == 2, "the first would have ended four minutes later"


def test_many_threads_ask_for_one_token(box: SandboxBooking) -> None:
    identity = tokens(box, box.account.clock)
    signed: list[str] = []
    workers = [threading.Thread(target=lambda: signed.append(identity.headers()["Authorization"])) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(5)
    assert len(signed) == 8
    assert len(set(signed)) == 1
    assert len(box.account.exchanges) == 1
    identity.close()


def test_a_refused_token_is_renewed_once_and_the_message_goes_out_once(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    desk.test()
    box.account.forget_tokens()
    desk.send(outgoing("booking", talk.id, "Welcome"))
    assert [told.text for told in box.account.thread(talk.id)] == ["Welcome"]
    assert len(box.account.exchanges) == 2


def test_a_token_that_is_refused_again_blocks_the_account(box: SandboxBooking, desk: Booking) -> None:
    box.account.faults.append(Fault("refuse", on="any", times=9, status=401, code="401"))
    # The fault stands before the token service as well: both refusals end at the account.
    with pytest.raises(AccountBlocked):
        desk.fetch(TALKS, "", None)
    assert box.account.faults[0].times >= 6, "it was not tried again and again"


def test_a_wrong_secret_blocks_the_account_with_its_own_word(box: SandboxBooking) -> None:
    wrong = booking(box.base_url, tokens(box, box.account.clock, "wrong"), box.account.clock)
    with pytest.raises(AccountBlocked, match="bad_client"):
        wrong.fetch("queue", "", None)
    assert (wrong.test().state, wrong.test().code) == (HealthState.ERROR, "bad_client")
    wrong.close()


def test_no_more_tokens_are_asked_for_than_the_vendor_gives(box: SandboxBooking, clock: StillClock) -> None:
    identity = tokens(box, clock, "wrong")
    for _ in range(A_HOUR):
        with pytest.raises(AccountBlocked):
            identity.headers()
    with pytest.raises(NotSent, match="rate_limited") as caught:
        identity.headers()
    assert len(box.account.exchanges) == A_HOUR
    assert caught.value.retry_after == 3600
    identity.close()


def test_a_token_shows_nowhere(box: SandboxBooking) -> None:
    identity = tokens(box, box.account.clock)
    token = identity.headers()["Authorization"].removeprefix("Bearer ")
    assert token not in repr(vars(identity)) + repr(identity)
    identity.close()


def test_old_accounts_sign_with_their_password(box: SandboxBooking) -> None:
    class Drawer:
        def get(self, name: str) -> Secret:
            return Secret(box.account.secret)

    settings = booking_settings(base_url=box.base_url, auth="basic", client_id=box.account.client_id)
    old = Booking.open("desk", settings, Drawer())
    assert old.test().state is HealthState.OK
    assert box.account.exchanges == []
    old.close()


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


def test_an_answer_goes_into_the_conversation_and_a_first_word_to_the_reservation(
    box: SandboxBooking, desk: Booking
) -> None:
    heard: list[Told] = []
    box.account.on_sent.append(heard.append)
    talk = box.account.book("3812391309", "A. Guest")
    first = desk.send(outgoing("booking", "3812391309", "See you on Friday."))
    second = desk.send(outgoing("booking", talk.id, "At ten?"))
    assert [(told.id, told.conversation) for told in heard] == [
        (first.provider_id, talk.id),
        (second.provider_id, talk.id),
    ]
    with pytest.raises(Rejected, match="no_such_booking"):
        desk.send(outgoing("booking", "4711471147"))


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


def test_the_property_of_a_conversation_is_found(box: SandboxBooking) -> None:
    box.account.properties = (OTHER, PROPERTY)
    both = in_sandbox(box)
    talk = box.account.book("3812391309", "A. Guest", PROPERTY)
    both.send(outgoing("booking", talk.id, "Welcome"))
    assert [told.text for told in box.account.thread(talk.id)] == ["Welcome"]
    with pytest.raises(Rejected, match="not_found"):
        both.send(outgoing("booking", CONVERSATION))
    both.close()


def test_a_lost_answer_is_found_again(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    box.account.tell(talk, "property", "Yes, free.", at=NOW - timedelta(hours=1))
    box.account.write(talk, "Yes, free.")
    desk.test()
    box.account.faults.append(Fault("lost_answer"))
    row = outgoing("booking", talk.id, "Yes, free.")
    with pytest.raises(Unknown):
        desk.send(row)
    (mine,) = [told for told in box.account.thread(talk.id) if told.by == "property" and told.at == NOW]
    assert desk.find(row).candidates == (mine.id,)
    assert desk.find(row).authoritative


def test_pictures_go_whole_or_in_pieces_and_never_without_words(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    small, big = b"\x89PNG" * 10, bytes(range(256)) * 10_000
    row = outgoing("booking", talk.id, "Two maps", attachments=("a", "b"))
    desk.send(row, [("a.png", "image/png", small), ("b.jpg", "image/jpeg", big)])
    (told,) = box.account.thread(talk.id)
    assert [box.account.files[file] for file in told.files] == [small, big]
    assert b"".join(desk.download(f"{talk.id}/{told.files[1]}", 3_000_000)) == big
    for file, code in (
        (("a.gif", "image/gif", b"x"), "file_type"),
        (("a.png", "image/png", b"x" * 10_000_001), "file_too_big"),
    ):
        with pytest.raises(Refused, match=code):
            desk.send(row, [file])
    with pytest.raises(Refused, match="text_with_file"):
        desk.check(row._replace(text=" "))
    assert len(box.account.thread(talk.id)) == 1


def test_after_a_fault_the_pieces_begin_again(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    desk.test()
    big = b"x" * 2_500_000
    started = len(box.account.uploads)
    box.account.faults.append(Fault("lost_answer", on="send"))
    desk.send(outgoing("booking", talk.id, "Map", attachments=("a",)), [("a.jpg", "image/jpeg", big)])
    (told,) = box.account.thread(talk.id)
    assert box.account.files[told.files[0]] == big
    assert len(box.account.uploads) == started + 2


def test_a_file_that_is_too_big_or_not_there_is_refused(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    box.account.files["big"] = b"x" * 6_000_000
    with pytest.raises(Malformed, match="too_big"):
        b"".join(desk.download(f"{talk.id}/big", 5_500_000))
    assert len(b"".join(desk.download(f"{talk.id}/big", 7_000_000))) == 6_000_000
    with pytest.raises(Rejected, match="not_found"):
        b"".join(desk.download(f"{talk.id}/none", 100))
    with pytest.raises(Malformed):
        b"".join(desk.download("../../x", 100))


def test_tags_are_set_and_taken_back(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    first, second = (box.account.write(talk, text, at=NOW + timedelta(seconds=n)) for n, text in enumerate("ab"))
    own = box.account.tell(talk, "property", "c")
    desk.act(Deed(Act.NO_REPLY_NEEDED, "booking", talk.id, value="on"))
    assert talk.no_reply_needed
    desk.act(Deed(Act.NO_REPLY_NEEDED, "booking", "3812391309", value="off"))
    assert not talk.no_reply_needed
    desk.act(Deed(Act.READ, "booking", talk.id, ref=first.id))
    assert (first.read, second.read, own.read) == (True, False, False)
    desk.act(Deed(Act.READ, "booking", talk.id, ref=second.id))
    assert (first.read, second.read, own.read) == (True, True, False)
    with pytest.raises(Refused, match="act_not_supported"):
        desk.act(Deed(Act.CLOSE, "booking", talk.id))


def test_older_messages_come_newest_first(box: SandboxBooking, desk: Booking) -> None:
    box.account.page = 2
    talk = box.account.book("3812391309", "A. Guest")
    for n in range(5):
        box.account.write(talk, f"n{n}", at=NOW - timedelta(days=n))
    found = desk.older(talk.id, NOW - timedelta(days=1), 2)
    assert [item.text for item in said(desk, list(found))] == ["n2", "n3"]


@pytest.mark.parametrize(
    ("status", "kind", "ours"),
    [
        (403, AccountBlocked, "property_forbidden"),
        (404, Rejected, "not_found"),
        (410, Rejected, "not_found"),
        (400, Rejected, "refused"),
        (500, Unknown, "vendor_down"),
    ],
)
def test_the_vendors_errors_have_their_class_and_bear_their_number(
    box: SandboxBooking, desk: Booking, status: int, kind: type[Exception], ours: str
) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    desk.test()
    box.account.faults.append(Fault("refuse", status=status, code=str(status), text="no"))
    with pytest.raises(kind, match=ours) as caught:
        desk.send(outgoing("booking", talk.id))
    assert getattr(caught.value, "vendor_text", "") == f"{status} no; ruid R-refused"


def test_a_200_that_says_no_is_a_refusal() -> None:
    for body in (b'{"data":{"ok":"false"}}', b'{"errors":[{"message":"x"}],"data":{}}', b'{"data":{"ok":false}}'):
        with answering(answer("200 OK", body)) as server:
            desk = booking(server.url)
            with pytest.raises(Rejected):
                desk.send(outgoing("booking", CONVERSATION))
            desk.close()


def test_an_account_that_only_looks_sends_and_marks_nothing(box: SandboxBooking) -> None:
    looking = in_sandbox(box, mode="view-only")
    talk = box.account.book("3812391309", "A. Guest")
    with pytest.raises(Refused, match="view_only"):
        looking.check(outgoing("booking", talk.id))
    with pytest.raises(Refused, match="view_only"):
        looking.act(Deed(Act.READ, "booking", talk.id))
    assert not any(traits.acts for traits in looking.traits.values())
    looking.close()
    assert isinstance(tokens(box), Tokens)
