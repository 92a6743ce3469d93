"""Guests of the simulated booking sites: they ask, inquire, request, and answer what they are answered."""

from __future__ import annotations

from datetime import timedelta

from adapters.sandbox.booking_com_account import BookingAccount, Told
from adapters.sandbox.channex_account import ChannexAccount, Said
from adapters.sandbox.guests import ANSWER_AFTER, Agenda

_ANSWERS = ("Perfect, thank you!", "ok merci", "See you soon.")
_LISTING = "Loft on the quay"


class ChannexGuests:
    """One guest of each site, and an inquiry without a booking."""

    def __init__(self, account: ChannexAccount, agenda: Agenda) -> None:
        self._account, self._agenda = account, agenda
        self._answered: dict[str, int] = {}

    def begin(self) -> None:
        account, agenda = self._account, self._agenda
        account.on_sent.append(self._heard)
        tessa = account.book("BookingCom", "4120884471", "Tessa", "Oduya", phone="+447700900321")
        paul = account.book("AirBNB", "HMQX4B7TR2", "Paul", "Renner")
        mei = account.book("Expedia", "EXP7714420", "Mei", "Tanaka")
        # Nothing was written to Paul: the hotel's first word can only be a planned one.
        agenda.add(1.0, lambda: account.write(tessa, "Is there a garage near the hotel?"))
        agenda.add(2.0, lambda: account.write(mei, "We land at 22:40. Is that too late for the restaurant?"))
        agenda.add(3.0, self._inquire)
        agenda.add(60.0, lambda: account.write(paul, "Hi! Can we leave our bags before check-in?"))

    def _inquire(self) -> None:
        now = self._account.clock.now()
        self._account.inquire(
            "Ilaria",
            {
                "checkin_date": f"{now + timedelta(days=9):%Y-%m-%d}",
                "checkout_date": f"{now + timedelta(days=11):%Y-%m-%d}",
                "listing_name": _LISTING,
                "number_of_guests": 2,
                "expected_payout_amount_accurate": "318.00",
                "currency": "EUR",
                "non_response_at": f"{now + timedelta(hours=20):%Y-%m-%dT%H:%M:%S}.000Z",
            },
        )

    def _heard(self, said: Said) -> None:
        count = self._answered.get(said.thread, 0)
        if count < len(_ANSWERS):
            self._answered[said.thread] = count + 1
            self._agenda.add(ANSWER_AFTER, lambda: self._account.say(said.thread, "guest", _ANSWERS[count]))


class BookingGuests:
    """A guest who asks, and one whose request only the Extranet can answer."""

    def __init__(self, account: BookingAccount, agenda: Agenda) -> None:
        self._account, self._agenda = account, agenda
        self._answered: dict[str, int] = {}

    def begin(self) -> None:
        account, agenda = self._account, self._agenda
        account.on_sent.append(self._heard)
        anna = account.book("3998120045", "Anna Kowalska")
        sven = account.book("4001773128", "Sven Halvorsen")
        agenda.add(1.0, lambda: account.write(anna, "Could we have a quiet room, please?"))
        agenda.add(
            2.0,
            lambda: account.write(
                sven, "Guest would like to come one day later", kind="self_service_event", topic="change_dates_nr"
            ),
        )

    def _heard(self, told: Told) -> None:
        count = self._answered.get(told.conversation, 0)
        if count < len(_ANSWERS):
            self._answered[told.conversation] = count + 1
            talk = self._account.conversations[told.conversation]
            self._agenda.add(ANSWER_AFTER, lambda: self._account.write(talk, _ANSWERS[count]))
