"""The whole sample hotel at work: an answer by each channel reaches its vendor, and its guest answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from adapters.sandbox.agenda import Agenda
from adapters.sandbox.hotel import script
from adapters.sandbox.house import VENDORS
from adapters.sandbox.script import Sample, Thread
from adapters.sandbox.town import Town
from adapters.sandbox.whatsapp_cloud_account import Delays
from storage.store import SqlStore, open_store
from tests.adapters.test_sample import Hand
from tests.receiver.tiny import House, running
from tui_inbox.bootstrap import opening
from tui_inbox.bootstrap.demo import RECEIVER, fill_vault, free_ports, write_hotel
from tui_inbox.bootstrap.sample import seed_store
from tui_inbox.domain.message import Delivery, Direction, Kind, Message
from tui_inbox.domain.outbox import Way
from tui_inbox.ports.channel import Channel
from tui_inbox.ports.clock import SystemClock
from tui_inbox.services import delivery, polling, replying
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.worker.parts import Receiving

ANA = Actor("ana", "Ana Lopez")
ANSWERED = (
    "tonight", "late", "invoice", "bm-parking", "wa-nameless", "fb-dog", "fb-brunch", "ig-story", "ig-unknown",
    "bk-late", "ab-answered", "ex-room", "wc-room",
)  # fmt: skip
"""Threads whose guests are answered here: every channel is among them."""


@dataclass
class Played:
    """The hotel after one round: all were answered, and have answered."""

    store: SqlStore
    sample: Sample
    threads: Mapping[str, Thread]

    def said(self, key: str) -> list[Message]:
        """What this thread holds, oldest first."""
        with self.store.read() as tx:
            page = tx.messages.page(self.conversation(key), None, 50)
            return [message for row in page if (message := tx.messages.get(row.id)) is not None]

    def conversation(self, key: str) -> int:
        talk = self.threads[key]
        address = self.sample.address(self.sample.people[talk.guest], talk.channel)
        with self.store.read() as tx:
            (guest, *_) = tx.guests.by_handle(talk.channel, address)
            (found, *_) = tx.conversations.all_of_guest(guest.id)
            return found.id


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder, hand = tmp_path_factory.mktemp("town"), Hand()
    sample, ports, agenda = script(datetime.now(UTC)), free_ports(), Agenda(hand)
    loaded = write_hotel(folder, sample, ports, "en")
    desk = opening.build_desk(loaded)
    receiver = f"127.0.0.1:{ports[RECEIVER]}"
    with open_store(loaded.config.store.url) as store, Town(sample, agenda, ports, f"http://{receiver}") as town:
        seed_store(store, desk, sample)
        fill_vault(folder)
        channels, refused = opening.build_channels(opening.accounts(loaded), opening.open_secrets(loaded))
        assert not refused
        town.whatsapp.account.delays = Delays(0, 0, 0)
        found = Played(store, sample, {talk.key: talk for talk in sample.threads})
        with running(House(store, desk=desk, channels=channels, receiving=Receiving(listen=receiver))) as house:
            for key in ANSWERED:
                _answer(found, desk, key)
            _carry(store, desk, channels)
            for seconds in (2.0, 3.0, 5.0, 10.0):
                # Receipts, then what the guests answer; before they would write by themselves.
                hand.at += seconds
                agenda.run_due()
                house.settle()
            for channel in channels.values():
                polling.poll_account(store, desk, channel, SystemClock())
            yield found
        for channel in channels.values():
            channel.close()


def _answer(found: Played, desk: Desk, key: str) -> None:
    talk = found.threads[key]
    with found.store.write() as tx:
        conversation = tx.conversations.load(found.conversation(key))
        newest = found.said(key)[-1]
        public = newest.kind is Kind.COMMENT
        reply = replying.Reply(
            conversation.id,
            talk.account,
            talk.channel,
            found.sample.address(found.sample.people[talk.guest], talk.channel),
            f"Of course, {key}.",
            send_now=True,
            way=Way.PUBLIC if public else Way.PLAIN,
            target=newest.external_id if public else "",
        )
        replying.send(tx, desk, ANA, reply, datetime.now(UTC))


def _carry(store: SqlStore, desk: Desk, channels: Mapping[str, Channel]) -> None:
    now = datetime.now(UTC) + timedelta(seconds=1)
    with store.write() as tx:
        delivery.release(tx, desk, now)
    for name, channel in channels.items():
        with store.write() as tx:
            rows = delivery.claim(tx, [name], "worker", now)
        for row in rows:
            delivery.send_one(store, desk, channel, row, SystemClock())


def test_every_channel_is_answered_here() -> None:
    assert {talk.channel for talk in script(datetime.now(UTC)).threads if talk.key in ANSWERED} == set(VENDORS)


@pytest.mark.parametrize("key", ANSWERED)
def test_an_answer_arrives_and_is_answered_once(played: Played, key: str) -> None:
    said = played.said(key)
    (ours,) = [one for one in said if one.text == f"Of course, {key}."]
    assert ours.state in (Delivery.SENT, Delivery.DELIVERED, Delivery.READ)
    person = played.sample.people[played.threads[key].guest]
    theirs = [one.text for one in said if one.direction is Direction.IN and one.id > ours.id]
    assert [text.strip() for text in theirs] == [person.answers[0]]


@pytest.mark.parametrize("key", ["wa-nameless", "fb-dog", "ig-story", "wc-room"])
def test_what_vendors_call_about_moves_the_ticks(played: Played, key: str) -> None:
    (ours,) = [one for one in played.said(key) if one.text == f"Of course, {key}."]
    assert ours.state is Delivery.READ


def test_a_guest_of_whatsapp_likes_the_answer(played: Played) -> None:
    (ours,) = [one for one in played.said("wa-nameless") if one.text == "Of course, wa-nameless."]
    assert ours.reactions == {"guest": "👍"}


def test_a_public_answer_stands_under_its_comment_and_brings_another(played: Played) -> None:
    *_, ours, theirs = played.said("fb-brunch")
    assert (ours.kind, theirs.kind) == (Kind.COMMENT, Kind.COMMENT)
    assert ours.parent
    assert theirs.parent
