"""Guests of booking sites: of Booking.com itself, and of Airbnb and Expedia behind Channex."""

from __future__ import annotations

from datetime import timedelta

from adapters.sandbox.booking_com_account import BookingAccount, Conversation, Told
from adapters.sandbox.channex_account import ChannexAccount, Said, Stay, Talk
from adapters.sandbox.house import BOOKING_PROPERTY
from adapters.sandbox.places import Heard
from adapters.sandbox.script import Desk, Elsewhere, Guest, Later, Sample

_SITES = {"airbnb": "AirBNB", "expedia": "Expedia"}


def channex_account(sample: Sample) -> ChannexAccount:
    """A property whose threads are the script's."""
    account = ChannexAccount(title=sample.hotel)
    del account.sites["BookingCom"]
    for thread in sample.threads:
        if thread.vendor == "channex":
            person, site = sample.people[thread.guest], _SITES[thread.channel]
            talk, stay = sample.address(person, thread.channel), f"stay-{thread.key}"
            first, _, last = person.name.partition(" ")
            account.stays[stay] = Stay(stay, sample.booking(person), site, (first, last))
            account.talks[talk] = Talk(talk, person.name, site, stay)
            for n, line in enumerate(thread.lines):
                if isinstance(line, (Guest, Desk, Elsewhere)):
                    sender = "guest" if isinstance(line, Guest) else "property"
                    account.say(talk, sender, line.text, at=sample.at(line.ago), id=sample.sid(thread, n))
    return account


def booking_account(sample: Sample) -> BookingAccount:
    """A machine account whose conversations are the script's, and whose queue has been read."""
    account = BookingAccount()
    for thread in sample.threads:
        if thread.vendor == "booking":
            person = sample.people[thread.guest]
            address = sample.address(person, thread.channel)
            talk = Conversation(address, BOOKING_PROPERTY, sample.booking(person), person.name)
            account.conversations[address] = talk
            for n, line in enumerate(thread.lines):
                if isinstance(line, (Guest, Desk, Elsewhere)):
                    by, topic = ("guest", line.topic) if isinstance(line, Guest) else ("property", "")
                    kind = "self_service_event" if topic else "free_text"
                    given = {"at": sample.at(line.ago), "id": sample.sid(thread, n), "kind": kind, "topic": topic}
                    account.tell(talk, by, line.text, queued=False, **given)
    return account


class ChannexPlace:
    vendor = "channex"

    def __init__(self, sample: Sample, account: ChannexAccount) -> None:
        self._sample, self._account = sample, account
        self._by_talk = {
            sample.address(sample.people[thread.guest], thread.channel): (sample.people[thread.guest], thread.channel)
            for thread in sample.threads
            if thread.vendor == self.vendor
        }
        self._asking: dict[str, str] = {}
        """Guest -> thread of one who has not booked yet."""

    def begin(self, heard: Heard) -> None:
        def sent(said: Said) -> None:
            if said.thread in self._by_talk:
                person, channel = self._by_talk[said.thread]
                heard(person, Later(0, person.key, channel, ""))

        self._account.on_sent.append(sent)

    def write(self, later: Later) -> None:
        person = self._sample.people[later.guest]
        if later.nights:
            talk = self._account.inquire(person.name, self._card(later.nights))
            self._asking[person.key] = talk.id
            self._by_talk[talk.id] = (person, later.channel)
            return
        address = self._asking.get(person.key) or self._sample.address(person, later.channel)
        self._account.say(address, "guest", later.text)

    def _card(self, nights: int) -> dict[str, object]:
        """What Airbnb tells of an inquiry: days, guests, payout, and until when it must be answered."""
        now = self._account.clock.now()
        first = now + timedelta(days=9)
        return {
            "checkin_date": f"{first:%Y-%m-%d}",
            "checkout_date": f"{first + timedelta(days=nights):%Y-%m-%d}",
            "listing_name": "Studio sur cour",
            "number_of_guests": 2,
            "expected_payout_amount_accurate": "248.00",
            "currency": "EUR",
            "non_response_at": f"{now + timedelta(hours=20):%Y-%m-%dT%H:%M:%S}.000Z",
        }


class BookingPlace:
    vendor = "booking"

    def __init__(self, sample: Sample, account: BookingAccount) -> None:
        self._sample, self._account = sample, account
        self._by_talk = {sample.address(person, self.vendor): person for person in sample.people.values()}

    def begin(self, heard: Heard) -> None:
        def sent(told: Told) -> None:
            if (person := self._by_talk.get(told.conversation)) is not None:
                heard(person, Later(0, person.key, "booking", ""))

        self._account.on_sent.append(sent)

    def write(self, later: Later) -> None:
        address = self._sample.address(self._sample.people[later.guest], "booking")
        self._account.write(self._account.conversations[address], later.text)
