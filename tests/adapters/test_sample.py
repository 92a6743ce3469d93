"""The sample hotel: it shows every state, store and simulators agree, and its guests answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.sandbox.agenda import Agenda
from adapters.sandbox.guests import ANSWER_AFTER, Guests
from adapters.sandbox.hotel import script
from adapters.sandbox.house import ACCOUNTS, VENDORS
from adapters.sandbox.mailbox import SandboxMailbox
from adapters.sandbox.pictures import png
from adapters.sandbox.places.mail import MailPlace
from adapters.sandbox.places.sites import ChannexPlace, channex_account
from adapters.sandbox.places.twilio import TwilioPlace
from adapters.sandbox.postman import Postman, by_http
from adapters.sandbox.recordings import WORDS, digest, ogg
from adapters.sandbox.script import Later, Sample
from adapters.sandbox.seeding import account_of
from adapters.sandbox.town import Town
from storage.store import SqlStore
from tests.adapters.faults import answer, answering
from tui_inbox.bootstrap import opening
from tui_inbox.bootstrap.demo import RECEIVER, write_hotel
from tui_inbox.bootstrap.opening import Account, account_info
from tui_inbox.bootstrap.sample import seed_store
from tui_inbox.domain.audio import seconds_of
from tui_inbox.domain.conversation import DeadlineKind, State, Tab
from tui_inbox.domain.message import Delivery, Kind, Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.reservation import Phase
from tui_inbox.domain.window import Allowed, may_send
from tui_inbox.ports.channel import Channel
from tui_inbox.ports.secrets import Secret
from tui_inbox.rows import ConversationRow, View
from tui_inbox.services import guest_lists, inbox, ingest, lifecycle, planning, thread
from tui_inbox.services.desk import Actor, Desk

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
ANA = Actor("ana", "Ana Lopez")


class Drawer:
    """Every key of the sandbox is the word itself."""

    def get(self, name: str) -> Secret:
        return Secret(name)


class Hand:
    """A monotonic clock that a test turns."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(scope="module")
def sample() -> Sample:
    return script(NOW)


@pytest.fixture(scope="module")
def town(sample: Sample) -> Iterator[Town]:
    with Town(sample, Agenda(Hand())) as running:
        yield running


@pytest.fixture(scope="module")
def accounts(sample: Sample, town: Town, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Account]:
    loaded = write_hotel(tmp_path_factory.mktemp("hotel"), sample, {**town.ports, RECEIVER: 9}, "en")
    return dict(opening.accounts(loaded))


@pytest.fixture
def desk(sample: Sample, accounts: dict[str, Account]) -> Desk:
    return Desk(
        hotel=sample.hotel,
        zone=ZoneInfo(sample.zone),
        country=sample.country,
        operators=sample.operators,
        accounts={name: account_info(account) for name, account in accounts.items()},
    )


@pytest.fixture
def seeded(sqlite_store: SqlStore, desk: Desk, sample: Sample) -> SqlStore:
    seed_store(sqlite_store, desk, sample)
    return sqlite_store


def rows(store: SqlStore, desk: Desk, tab: Tab = Tab.ALL) -> dict[str, ConversationRow]:
    with store.read() as tx:
        page = inbox.page(tx, desk, ANA, View(tab=tab), NOW, limit=100)
        return {row.guest or row.handle: row for row in page.rows}


def test_every_state_of_the_screen_has_its_conversation(seeded: SqlStore, desk: Desk) -> None:
    found = rows(seeded, desk)
    assert len(found) >= 40
    assert len({row.language for row in found.values()} - {""}) >= 8
    assert {row.state for row in found.values()} == set(State)
    assert {row.channel for row in found.values()} == set(VENDORS)
    assert {row.stay.phase for row in found.values() if row.stay} >= set(Phase) - {Phase.NONE}
    assert {row.outcome for row in found.values()} >= {"failed", "unknown", "delivered", "read"}
    claire, emma = found["Claire Martin"], found["Emma Clarke"]
    assert claire.vip
    assert claire.deadline_at is not None
    assert timedelta(0) < claire.deadline_at - NOW < timedelta(hours=1)
    assert emma.unread
    assert emma.unanswered
    assert found["Giulia Romano"].wake_at == NOW + timedelta(minutes=2)
    assert found["Tom Baker"].state_by == "leo"
    assert found["Arthur Pendleton"].assignee == "marie"
    assert found["Mia Rousseau"].no_reply_needed
    assert any(row.ambiguous for row in found.values())
    assert any(row.machine for row in found.values())
    assert any(not row.guest and row.unread for row in found.values()), "an unknown client"
    assert rows(seeded, desk, Tab.SPAM)
    assert "no-reply@bulletin-tourisme.example" not in rows(seeded, desk, Tab.OPEN)


def test_the_threads_hold_what_a_desk_meets(seeded: SqlStore, desk: Desk) -> None:
    found = rows(seeded, desk)
    with seeded.read() as tx:
        threads = {name: thread.open_thread(tx, desk, ANA, row.id, NOW) for name, row in found.items()}
        lucia = threads["Lucía Fernández"].messages[-1]
        assert lucia.has_more
        assert "Ana Lopez" in thread.full_text(tx, lucia.id)
        assert tx.drafts.of_others(found["Nora Benali"].id, "ana")
        stopped = found["Pierre Garnier"]
        assert tx.lines.of_guest(stopped.guest_id)[0].stop_word == "STOP"
        assert tx.guests.load(found["Camille Dupont"].guest_id).alert
        assert tx.requests.of_guest(found["Marco Bianchi"].guest_id)
        assert tx.templates.all()
        assert tx.planner.rules()
    assert threads["Emma Clarke"].messages[0].segments == 3
    assert any(message.attachments for message in threads["Marco Bianchi"].messages)
    messages = [message for talk in threads.values() for message in talk.messages]
    assert {message.origin for message in messages} >= {Origin.GUEST, Origin.MANUAL, Origin.ELSEWHERE}
    assert any(message.state is Delivery.HELD and message.at > NOW for message in messages), "planned for later"
    hugo = threads["Hugo Lefèvre"].messages[-1]
    assert (hugo.state, hugo.error_code) == (Delivery.FAILED, "handset_off")


def test_polling_the_simulators_finds_nothing_new(seeded: SqlStore, desk: Desk, accounts: dict[str, Account]) -> None:
    before, held = rows(seeded, desk), messages(seeded)
    told: dict[str, int] = {}
    for name, account in accounts.items():
        channel: Channel = account.adapter.open(name, account.settings, Drawer())
        for stream in channel.streams():
            cursor, more = "", True
            while more:
                batch = channel.fetch(stream, cursor, NOW - timedelta(days=60))
                ingest.ingest_page(seeded, desk, channel, batch.envelopes, NOW)
                told[name] = told.get(name, 0) + len(batch.envelopes)
                cursor, more = batch.cursor, batch.more
        channel.close()
        with seeded.read() as tx:
            assert not tx.inbounds.quarantined(name, 10)
    polled = {name for name, count in told.items() if count}
    assert polled == set(ACCOUNTS.values()) - {"desk-whatsapp", "desk-chat"}, "the simulators do hold the day"
    assert sum(told.values()) > 60
    assert rows(seeded, desk) == before
    assert messages(seeded) == held


def messages(store: SqlStore) -> list[tuple[str, str, str, str]]:
    with store.read() as tx:
        found = tx.db.all("SELECT account, external_id, text, state FROM message ORDER BY id")
        return [tuple(row) for row in found]


def test_each_channel_shows_what_only_it_has(seeded: SqlStore, desk: Desk, sample: Sample) -> None:
    found = rows(seeded, desk)
    with seeded.read() as tx:
        threads = {name: thread.open_thread(tx, desk, ANA, row.id, NOW).messages for name, row in found.items()}
        verdicts = {
            talk.key: may_send(
                desk.traits(talk.account, talk.channel),
                tx.lines.get(talk.account, talk.channel, sample.address(sample.people[talk.guest], talk.channel)),
                NOW,
            )
            for talk in sample.threads
        }
        assert tx.lines.of_guest(found["Noor Jansen"].guest_id)[0].address.startswith("NL.")
    assert found["Julie Lambert"].deadline_kind is DeadlineKind.REPLY_MARK
    assert threads["Petra Nováková"][-1].error_code == "answer_in_extranet"
    assert (verdicts["ab-planned"].kind, verdicts["ab-planned"].code) == (Allowed.NONE, "planned_first")
    assert verdicts["ab-answered"].kind is Allowed.FREE
    assert verdicts["fb-dog"].kind is Allowed.HUMAN_ONLY
    assert verdicts["fb-old"].kind is Allowed.TEMPLATE_ONLY
    assert any(message.removed_at for message in threads["Noor Jansen"])
    assert any(message.edited_at for message in threads["Noor Jansen"])
    assert any(message.reactions for message in threads["Noor Jansen"])
    assert [message.kind for message in threads["Nadia Haddad"]] == [Kind.COMMENT] * 5
    assert threads["Thomas Girard"][0].attachments[0].type == "audio/ogg"
    assert threads["Hannah Braun"][0].subject == "hannah.braun@beispiel.example"
    assert threads["verify@booking-com.guest-check.example"][0].error_code == "ota_look_alike"
    assert found["Oliver Smith"].stay is not None
    (long,) = [message for message in threads["aris.voyages"] if len(message.text) > 300]
    assert 500 < len(long.text.encode()) < 1000, "Instagram counts bytes"


def test_a_snooze_that_is_due_comes_back(seeded: SqlStore, desk: Desk) -> None:
    with seeded.write() as tx:
        lifecycle.wake_due(tx, NOW + timedelta(minutes=3))
    assert rows(seeded, desk)["Giulia Romano"].state is State.OPEN


def test_a_step_of_the_journey_leaves_while_one_watches(seeded: SqlStore, desk: Desk) -> None:
    planning.work(seeded, desk, NOW)
    with seeded.read() as tx:
        coming = {row.rule for row in planning.upcoming(tx, NOW, NOW + timedelta(days=3))}
        before = len(tx.outbox.in_state([OutboxState.HELD], 99))
    assert {"arrival", "welcome", "farewell"} <= coming
    assert planning.work(seeded, desk, NOW + timedelta(minutes=3)).queued > 0
    with seeded.read() as tx:
        assert len(tx.outbox.in_state([OutboxState.HELD], 99)) > before


def test_there_are_guest_lists_with_somebody_in_each_of_them(seeded: SqlStore, desk: Desk) -> None:
    with seeded.read() as tx:
        found = {one.name: guest_lists.fitting(tx, desk, ANA, one.criteria, NOW, 99) for one in guest_lists.listing(tx)}
    assert list(found) == ["Arriving", "In house", "Past guests"]
    assert {"Emma Clarke", "Jonas Weber"} <= set(found["Arriving"].names)
    assert "Claire Martin" in found["In house"].names
    assert all(2 < one.guests < 20 for one in found.values()), found


def test_the_same_moment_and_seed_give_the_same_hotel() -> None:
    assert script(NOW) == script(NOW)
    assert script(NOW, 2).hotel != script(NOW).hotel
    assert script(NOW, 2).sid(script(NOW).threads[0], 0) != script(NOW).sid(script(NOW).threads[0], 0)


def test_every_template_names_variables_that_exist(sample: Sample) -> None:
    from tui_inbox.services.variables import VARIABLES

    known = {variable.name for variable in VARIABLES}
    for words in sample.words:
        assert set(words.variables) | set(re.findall(r"##\{\{(\w+)\}\}", words.body)) <= known


def test_a_guest_who_is_answered_answers_in_their_language_and_then_stops(sample: Sample) -> None:
    hand = Hand()
    agenda, account = Agenda(hand), account_of(sample)
    quiet = sample._replace(later=())
    Guests(quiet, [TwilioPlace(quiet, account)], agenda).begin()
    jonas = sample.people["jonas"]
    before = {message.sid for message in account.messages()}

    def answered() -> list[str]:
        return [m.body for m in account.messages() if m.sid not in before and m.direction == "inbound"]

    form = {"To": f"whatsapp:{jonas.phone}", "From": f"whatsapp:{sample.whatsapp}", "Body": "Ja, natürlich."}
    account.submit(form)
    hand.at = ANSWER_AFTER - 1
    assert agenda.run_due() == 0
    for _ in range(4):
        hand.at += 60
        agenda.run_due()
        account.submit(form)
    assert sorted(answered()) == sorted(jonas.answers)


def test_a_guest_whose_telephone_is_off_does_not_answer(sample: Sample) -> None:
    hand = Hand()
    agenda, account = Agenda(hand), account_of(sample)
    Guests(sample, [TwilioPlace(sample, account)], agenda).begin()
    account.submit({"To": sample.people["hugo"].phone, "From": sample.sms, "Body": "Bonjour"})
    hand.at = ANSWER_AFTER + 5
    assert agenda.run_due() == 0


def test_guests_write_by_themselves_at_their_time(sample: Sample) -> None:
    hand = Hand()
    agenda, account = Agenda(hand), account_of(sample)
    before = {message.sid for message in account.messages()}
    Guests(sample, [TwilioPlace(sample, account)], agenda).begin()
    hand.at = 1000
    agenda.run_due()
    by_phone = [later for later in sample.later if later.by == "twilio"]
    new = [message for message in account.messages() if message.sid not in before]
    assert len(new) == len(by_phone)
    assert any(message.media for message in new)


def test_a_guest_answers_a_mail_by_mail(sample: Sample) -> None:
    hand = Hand()
    agenda = Agenda(hand)
    with SandboxMailbox(sample.mail, "pw") as box:
        Guests(sample, [MailPlace(sample, box)], agenda).begin()
        assert box.on_submission is not None
        box.on_submission(b"To: Orla <orla.byrne@example.example>\r\nSubject: Wedding in June\r\n\r\nYes")
        hand.at = 30
        agenda.run_due()
        (mail,) = [raw for raw in box.mails() if b"Wedding" in raw]
    assert b"Could you hold the rooms until Friday?" in mail
    assert b"Subject: Re: Wedding in June" in mail


def test_somebody_asks_at_airbnb_before_booking(sample: Sample) -> None:
    account = channex_account(sample)
    ChannexPlace(sample, account).write(Later(0, "ilaria", "airbnb", "", nights=2))
    (talk,) = [talk for talk in account.talks.values() if talk.title == "Ilaria"]
    (card,) = account.said(talk.id)
    assert card.meta is not None
    assert card.meta["booking_details"].keys() >= {"checkin_date", "non_response_at"}


def test_recordings_are_ogg_files_that_the_speech_server_knows(town: Town) -> None:
    for name, words in WORDS.items():
        assert 5 < (seconds_of(ogg(name)) or 0) <= 10
        assert town.speech.speech.words[digest(name)] == words


def test_a_webhook_comes_again_until_it_is_taken() -> None:
    hand, taken, refusals = Hand(), list[bytes](), [2]
    agenda = Agenda(hand)

    def deliver(body: bytes, _headers: dict[str, str]) -> bool:
        refusals[0] -= 1
        if refusals[0] < 0:
            taken.append(body)
        return refusals[0] < 0

    Postman(agenda, deliver).post(b"{}", {})
    for _ in range(5):
        agenda.run_due()
        hand.at += 10
    assert taken == [b"{}"]


def test_a_call_is_taken_by_a_200_and_nothing_else() -> None:
    for raw, taken in ((answer("200 OK"), True), (answer("503 Busy"), False), (b"x", False)):
        with answering(raw) as server:
            assert by_http(f"{server.url}/hooks/desk")(b"{}", {}) is taken
    assert not by_http("http://127.0.0.1:9/hooks/desk")(b"{}", {})


def test_pictures_are_pictures() -> None:
    for name in ("leak", "case"):
        assert png(name).startswith(b"\x89PNG\r\n\x1a\n")
        assert len(png(name)) < 20_000
