"""The words in which a sample hotel is written down: people, stays, threads, and what happens after the start."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from adapters.sandbox import house

H = 60
"""Minutes of an hour, for ``ago``."""
D = 24 * H


class Person(NamedTuple):
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
    user_id: str = ""
    """WhatsApp's own id of one who does not show a number."""
    shown: str = ""
    """What stands before their mail address, where it is not their name."""
    tags: tuple[str, ...] = ()
    likes: str = ""
    """WhatsApp: the emoji that they set on what the desk writes."""
    answers: tuple[str, ...] = ()
    """What this guest writes back each time the desk has answered, then no more."""


class Stay(NamedTuple):
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


class Guest(NamedTuple):
    """A guest's message, ``ago`` minutes before the start."""

    ago: float
    text: str
    quoted: str = ""
    """Mail: what follows the new words in the raw mail."""
    photo: str = ""
    """Name of a picture (``pictures.py``)."""
    voice: str = ""
    """Name of a recording (``recordings.py``)."""
    machine: bool = False
    answers: int | None = None
    """The line of this thread that it quotes, or, for a comment, under which it stands."""
    comment: bool = False
    topic: str = ""
    """Booking.com: what is asked for by a button of the site's."""
    odd: str = ""
    """Code of what is odd about the sender."""


class Desk(NamedTuple):
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
    quotes: int | None = None
    """The line of this thread that it quotes."""
    under: int | None = None
    """The comment that it answers for everybody to see."""
    by_rule: bool = False
    """Sent by a rule of the hotel's, and by nobody."""


class Reacted(NamedTuple):
    """A guest's emoji on the n-th line of the thread."""

    ago: float
    line: int
    emoji: str


class Edited(NamedTuple):
    """The guest writes the n-th line anew."""

    ago: float
    line: int
    text: str


class Unsent(NamedTuple):
    ago: float
    line: int


class Elsewhere(NamedTuple):
    """An answer given outside the program."""

    ago: float
    text: str


class Note(NamedTuple):
    ago: float
    by: str
    text: str


class Did(NamedTuple):
    """An act of an operator: ``close``, ``snooze``, ``spam``, ``assign``, ``tag``, ``request``, ``read``, ``draft``,
    ``no_reply``."""

    ago: float
    by: str
    what: str
    text: str = ""
    kind: str = ""
    minutes: float = 0.0
    """From the start: when a snooze ends or a request is due."""


Line = Guest | Desk | Elsewhere | Note | Did | Reacted | Edited | Unsent


class Thread(NamedTuple):
    key: str
    guest: str
    channel: str
    lines: tuple[Line, ...]
    subject: str = ""
    """Of mails; of comments the post that they stand under."""
    by: str = ""
    """The vendor, where it is not the channel's usual one."""

    @property
    def vendor(self) -> str:
        return self.by or house.VENDORS[self.channel]

    @property
    def account(self) -> str:
        return house.ACCOUNTS[self.vendor]

    def is_comment(self, n: int) -> bool:
        line = self.lines[n]
        return (isinstance(line, Guest) and line.comment) or (isinstance(line, Desk) and line.under is not None)


class Later(NamedTuple):
    """Something a guest writes by themselves, ``after`` seconds from the start."""

    after: float
    guest: str
    channel: str
    text: str
    subject: str = ""
    photo: str = ""
    voice: str = ""
    under: str = ""
    """The comment that it stands under."""
    nights: int = 0
    """Airbnb: they ask before they book, for so many nights."""
    vendor: str = ""
    """As ``Thread.by``."""

    @property
    def by(self) -> str:
        return self.vendor or house.VENDORS[self.channel]


class Words(NamedTuple):
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


class Sample(NamedTuple):
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
    twilio: str = "AC" + "5a" * 16
    """The account's name at Twilio."""
    people: Mapping[str, Person] = {}
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
        """The guest's handle on a channel: their own, or the id that its vendor gives them."""
        if channel == "email":
            return person.email
        if channel in ("sms", "whatsapp"):
            return person.phone or person.user_id
        if channel == "booking-mail":
            return self.booking(person)
        named = self.id_of("", "address", channel, person.key)
        if channel in ("messenger", "instagram"):
            return _digits(named, 16)
        return f"web-{named[:16]}" if channel == "webchat" else _uuid(named)

    def booking(self, person: Person) -> str:
        """The code of their stay at the site where they booked it."""
        return next((stay.code for stay in self.stays if stay.guest == person.key and stay.source != "Direct"), "")

    def alias(self, person: Person) -> str:
        """Where Booking.com relays mail to this guest."""
        made = self.id_of("", "alias", person.key)
        return f"{self.booking(person)}-{made[:4]}.{made[4:8]}.{made[8:12]}@guest.booking.com"

    def own(self, thread: Thread) -> str:
        """Our own number, address or id on the account of a thread."""
        own = {
            "whatsapp-cloud": house.WHATSAPP_CLOUD,
            "email": self.mail,
            "messenger": house.PAGE,
            "instagram": house.INSTAGRAM,
            "channex": house.CHANNEX_PROPERTY,
            "booking": house.BOOKING_PROPERTY,
            "webchat": house.CHAT,
        }
        return own.get(thread.vendor) or {"sms": self.sms, "whatsapp": self.whatsapp}[thread.channel]

    def sid(self, thread: Thread, n: int) -> str:
        """The vendor's id of the n-th line of a thread, in the vendor's own form."""
        line, made = thread.lines[n], self.id_of("", thread.key, n)
        if thread.is_comment(n):
            return f"{self.post(thread).rpartition('_')[2]}_{_digits(made, 15)}"
        match thread.vendor:
            case "whatsapp-cloud":
                return f"wamid.{made.upper()}"
            case "messenger":
                return f"m_{made}"
            case "instagram":
                return base64.b64encode(f"ig_dm_{made}".encode()).decode()
            case "channex" | "booking":
                return _uuid(made)
            case "twilio":
                return ("MM" if isinstance(line, Guest) and line.photo else "SM") + made
        return made

    def post(self, thread: Thread) -> str:
        """The id of the Page's post under which a thread's comments stand."""
        return f"{house.PAGE}_{_digits(self.id_of('', 'post', thread.subject), 15)}"

    def chat_key(self, person: Person) -> str:
        """What the browser of a guest in the web chat keeps."""
        return _uuid(self.id_of("", "browser", person.key))

    def media(self, thread: Thread, n: int) -> str:
        """WhatsApp's id of a file."""
        return _digits(self.id_of("", "media", thread.key, n), 16)


def _digits(made: str, count: int) -> str:
    return str(int(made, 16))[:count]


def _uuid(made: str) -> str:
    return "-".join((made[:8], made[8:12], made[12:16], made[16:20], made[20:32]))
