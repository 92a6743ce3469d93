"""The sample hotel's mails as they lie on the server, written by hand: the first screen waits for no mail library."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from adapters.sandbox.script import Guest, Later, Person, Sample, Thread

RELAYED = "booking-mail"
"""The channel of mail that Booking.com passes on."""
_PROVED = (
    "Authentication-Results: mx.{own}; dkim=pass header.d=booking.com; dmarc=pass header.from=guest.booking.com\n"
    "Received: from mail.booking.com (mail.booking.com [192.0.2.10]) by mx.{own} with ESMTPS; {at}"
)
"""What the hotel's own server writes above a mail that comes from where it says."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def letter(sample: Sample, thread: Thread, n: int) -> bytes:
    """The raw mail of the n-th line of a thread."""
    line = thread.lines[n]
    assert isinstance(line, Guest)
    first = next(at for at, other in enumerate(thread.lines) if isinstance(other, Guest))
    answering = () if n == first else (message_id(sample, thread, first),)
    return mail(
        sample,
        sample.people[thread.guest],
        relayed=thread.channel == RELAYED,
        text=line.text + line.quoted,
        subject=subject(thread, n),
        at=sample.at(line.ago),
        ref=message_id(sample, thread, n),
        references=answering,
        machine=line.machine,
    )


def subject(thread: Thread, n: int) -> str:
    first = next(at for at, other in enumerate(thread.lines) if isinstance(other, Guest))
    return thread.subject if n == first else f"Re: {thread.subject}"


def message_id(sample: Sample, thread: Thread, n: int) -> str:
    return f"<{sample.id_of('', 'mail', thread.key, n)}@{_host(sample.people[thread.guest])}>"


def _host(person: Person) -> str:
    return person.email.partition("@")[2] or "guest.booking.com"


def later_mail(sample: Sample, later: Later, n: int, at: datetime) -> bytes:
    """A mail that a guest writes after the start; it answers the first mail of their thread, where there is one."""
    person = sample.people[later.guest]
    thread = next((t for t in sample.threads if t.guest == later.guest and t.channel == later.channel), None)
    references = (message_id(sample, thread, 0),) if thread and isinstance(thread.lines[0], Guest) else ()
    ref = f"<{sample.id_of('', 'later', at.isoformat(), n)}@{_host(person)}>"
    return mail(
        sample,
        person,
        relayed=later.channel == RELAYED,
        text=later.text,
        subject=later.subject,
        at=at,
        ref=ref,
        references=references,
    )


def mail(
    sample: Sample,
    person: Person,
    *,
    text: str,
    subject: str,
    at: datetime,
    ref: str,
    references: tuple[str, ...] = (),
    machine: bool = False,
    relayed: bool = False,
) -> bytes:
    """One mail from a guest to the desk; one that the site relays comes from an alias, and is vouched for."""
    name, address = person.shown or person.name, person.email
    if relayed:
        name, address = f"{person.name} via Booking.com", sample.alias(person)
    head = [
        *(_PROVED.format(own=sample.mail.partition("@")[2], at=_date(at)).split("\n") if relayed else []),
        f"From: {_word(name)} <{address}>".replace("  ", " "),
        f"To: {_word(sample.hotel)} <{sample.mail}>",
        f"Subject: {_word(subject)}",
        f"Date: {_date(at)}",
        f"Message-ID: {ref}",
        *([f"In-Reply-To: {references[-1]}", f"References: {' '.join(references)}"] if references else []),
        *(["List-Id: <bulletin.example>", "Precedence: bulk", "Auto-Submitted: auto-generated"] if machine else []),
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    return "\r\n".join([*head, "", *text.split("\n"), ""]).encode()


def _word(text: str) -> str:
    """A header's text; RFC 2047 words of at most 40 bytes each where it is not ASCII."""
    if text.isascii():
        return f'"{text}"' if "," in text else text
    parts, part = [], ""
    for character in text:
        if len((part + character).encode()) > 40:
            parts.append(part)
            part = ""
        part += character
    parts.append(part)
    return " ".join(f"=?utf-8?B?{base64.b64encode(one.encode()).decode()}?=" for one in parts)


def _date(at: datetime) -> str:
    moment = at.astimezone(UTC)
    return f"{_DAYS[moment.weekday()]}, {moment.day:02d} {_MONTHS[moment.month - 1]} {moment:%Y %H:%M:%S} +0000"
