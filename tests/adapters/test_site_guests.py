"""Guests of the simulated sites write by themselves, and answer."""

from __future__ import annotations

from adapters.sandbox.booking_com import SandboxBooking
from adapters.sandbox.channex import SandboxChannex
from adapters.sandbox.guests import Agenda
from adapters.sandbox.site_guests import BookingGuests, ChannexGuests
from tests.adapters import rig_booking_com, rig_channex
from tests.adapters.rigging import outgoing
from tui_inbox.ports.channel import Channel, Inbound


class Hand:
    """Time that is moved by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def heard(channel: Channel, stream: str) -> list[Inbound]:
    found = channel.fetch(stream, "", None).envelopes
    items = [item for envelope in found for item in channel.read(envelope)]
    return [item for item in items if isinstance(item, Inbound)]


def test_guests_of_three_sites_write_inquire_and_answer() -> None:
    hand = Hand()
    agenda = Agenda(hand)
    with SandboxChannex() as box:
        desk = rig_channex.in_sandbox(box)
        ChannexGuests(box.account, agenda).begin()
        hand.at = 10
        agenda.run_due()
        items = heard(desk, "messages")
        assert {(item.channel, item.name) for item in items} == {
            ("booking", "Tessa Oduya"),
            ("expedia", "Mei Tanaka"),
            ("airbnb", "Ilaria"),
        }
        assert [item.reply_by is not None for item in items if item.name == "Ilaria"] == [True]
        (asks,) = [item for item in items if item.name == "Tessa Oduya"]
        desk.send(outgoing("booking", asks.address, "Yes, next door."))
        hand.at = 30
        agenda.run_due()
        assert "Perfect, thank you!" in {item.text for item in heard(desk, "messages")}
        desk.close()


def test_guests_of_booking_ask_and_request() -> None:
    hand = Hand()
    agenda = Agenda(hand)
    with SandboxBooking() as box:
        desk = rig_booking_com.in_sandbox(box)
        BookingGuests(box.account, agenda).begin()
        hand.at = 10
        agenda.run_due()
        anna, sven = heard(desk, "queue")
        assert (anna.name, anna.suspicious) == ("Anna Kowalska", "")
        assert (sven.name, sven.suspicious) == ("Sven Halvorsen", "answer_in_extranet")
        desk.send(outgoing("booking", anna.address, "Of course."))
        hand.at = 30
        agenda.run_due()
        assert heard(desk, "queue")[-1].text == "Perfect, thank you!"
        desk.close()
