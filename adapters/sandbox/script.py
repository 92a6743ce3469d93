"""The words in which a sample hotel is written down: people, stays, threads, and what happens after the start."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

H = 60
"""Minutes of an hour, for ``ago``."""
D = 24 * H


@dataclass(frozen=True, slots=True)
class Person:
    """A guest; one who is not ``known`` only has an address until somebody asks."""

    key: str
    name: str
    language: str
    country: str = ""
    phone: str = ""
    email: str = ""
    vip: bool = False
    alert: str = ""
    notes: str = ""
    company: bool = False
    known: bool = True
    tags: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    """What this guest writes back each time the desk has answered, then no more."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Days count from the hotel's today."""

    guest: str
    room: str
    first: int
    last: int
    type: str = "Double"
    source: str = "Direct"
    code: str = ""
    adults: int = 2
    children: int = 0
    status: str = "confirmed"
    total: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest's message, ``ago`` minutes before the start."""

    ago: float
    text: str
    quoted: str = ""
    """Mail: what follows the new words in the raw mail."""
    photo: str = ""
    """Name of a picture (``pictures.py``)."""
    machine: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """An answer of ours and its fate."""

    ago: float
    by: str
    text: str
    fate: str = "delivered"
    """``sent``, ``delivered``, ``read``, ``failed``, ``unknown``, or ``planned`` (then ``ago`` is negative)."""
    error: int = 0
    """The vendor's code of a failure."""
    template: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An answer given outside the program."""

    ago: float
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    ago: float
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Did:
    """An act of an operator: ``close``, ``snooze``, ``spam``, ``assign``, ``tag``, ``request``, ``read``, ``draft``,
    ``no_reply``."""

    ago: float
    by: str
    what: str
    text: str = ""
    kind: str = ""
    minutes: float = 0.0
    """From the start: when a snooze ends or a request is due."""


Line = Guest | Desk | Elsewhere | Note | Did


@dataclass(frozen=True, slots=True)
class Thread:
    key: str
    guest: str
    channel: str
    lines: tuple[Line, ...]
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """Something a guest writes by themselves, ``after`` seconds from the start."""

    after: float
    guest: str
    channel: str
    text: str
    subject: str = ""
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A text of the hotel: a snippet, a reminder, or (with ``category``) a template that WhatsApp knows."""

    name: str
    language: str
    body: str
    shortcut: str = ""
    kind: str = "snippet"
    category: str = ""
    status: str = "approved"
    reason: str = ""
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """A hotel in the middle of its day; the same for the same ``now`` and seed."""

    now: datetime
    hotel: str
    zone: str
    country: str
    seed: int
    operators: dict[str, str]
    sms: str
    whatsapp: str
    mail: str
    people: dict[str, Person] = field(default_factory=dict)
    stays: tuple[Stay, ...] = ()
    threads: tuple[Thread, ...] = ()
    later: tuple[Later, ...] = ()
    words: tuple[Words, ...] = ()

    def at(self, ago: float) -> datetime:
        """The moment ``ago`` minutes before the start, in whole seconds as vendors give them."""
        return (self.now - timedelta(minutes=ago)).replace(microsecond=0)

    def id_of(self, prefix: str, *parts: str | int) -> str:
        """A vendor's id that is the same in the store and in the simulator."""
        named = "/".join(str(part) for part in (self.seed, *parts))
        return prefix + hashlib.sha256(named.encode()).hexdigest()[:32]

    def address(self, person: Person, channel: str) -> str:
        return person.email if channel == "email" else person.phone

    def own(self, channel: str) -> str:
        return {"sms": self.sms, "whatsapp": self.whatsapp, "email": self.mail}[channel]

    def sid(self, thread: Thread, n: int) -> str:
        """Twilio's id of the n-th line of a thread."""
        line = thread.lines[n]
        return self.id_of("MM" if isinstance(line, Guest) and line.photo else "SM", thread.key, n)
