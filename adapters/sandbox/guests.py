"""Simulated guests: they answer when they are answered, and write by themselves now and then."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.sandbox.agenda import Agenda
from adapters.sandbox.places import Place
from adapters.sandbox.script import Later, Person, Sample

ANSWER_AFTER = 7.0
"""Seconds between the desk's words and the guest's: long enough to see the ticks move."""
_TYPING_PER_CHARACTER = 0.03


class Guests:
    """Everybody in the script, at the places that are open."""

    def __init__(self, sample: Sample, places: Sequence[Place], agenda: Agenda) -> None:
        self._sample = sample
        self._places = {place.vendor: place for place in places}
        self._agenda = agenda
        self._said: dict[str, int] = {}

    def begin(self) -> None:
        """Listen to what the desk sends, and plan what guests write of their own accord."""
        for place in self._places.values():
            place.begin(self._heard)
        for later in self._sample.later:
            if later.by in self._places:
                self._plan(later, later.after)

    def _heard(self, person: Person, answer: Later) -> None:
        spoken = self._said.get(person.key, 0)
        if spoken >= len(person.answers):
            return
        self._said[person.key] = spoken + 1
        text = person.answers[spoken]
        self._plan(answer._replace(text=text), ANSWER_AFTER + len(text) * _TYPING_PER_CHARACTER)

    def _plan(self, later: Later, seconds: float) -> None:
        self._agenda.add(seconds, lambda: self._places[later.by].write(later))
