"""The sample hotel as of now: the same script for the store that is shown first and for the vendors behind it."""

from __future__ import annotations

from datetime import datetime

from adapters.sandbox import hotel_channels as further
from adapters.sandbox.hotel_people import PEOPLE, STAYS
from adapters.sandbox.hotel_threads import LATER, THREADS, UNKNOWN
from adapters.sandbox.hotel_words import WORDS
from adapters.sandbox.house import SMS, WHATSAPP
from adapters.sandbox.script import Person, Sample

_HOUSES = (
    ("Hôtel Lumière", "Europe/Paris", "FR", "desk@hotel-lumiere.example"),
    ("Casa Brisa", "Europe/Lisbon", "PT", "desk@casa-brisa.example"),
    ("Haus Seeblick", "Europe/Zurich", "CH", "desk@haus-seeblick.example"),
)
OPERATORS = {"ana": "Ana Lopez", "leo": "Léo Moreau", "marie": "Marie Petit"}


def script(now: datetime, seed: int = 1) -> Sample:
    """The hotel around ``now``; another seed is another house with the same kind of day."""
    name, zone, country, mail = _HOUSES[(seed - 1) % len(_HOUSES)]
    return Sample(
        now=now,
        hotel=name,
        zone=zone,
        country=country,
        seed=seed,
        operators=OPERATORS,
        sms=SMS,
        whatsapp=WHATSAPP,
        mail=mail,
        people={
            **{person.key: person for person in (*PEOPLE, *further.PEOPLE)},
            "unknown": Person("unknown", "", "fr", "FR", UNKNOWN, known=False, answers=("Parfait, je réserve !",)),
        },
        stays=(*STAYS, *further.STAYS),
        threads=(*THREADS, *further.THREADS),
        later=(*LATER, *further.LATER),
        words=WORDS,
    )
