"""What guests of the sample hotel did, as their vendors' polls and webhooks tell it."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from adapters.booking_com import wire
from adapters.email.account import external_id
from adapters.meta import reading
from adapters.sandbox import letters
from adapters.sandbox.recordings import digest
from adapters.sandbox.script import Edited, Elsewhere, Guest, Reacted, Sample, Thread, Unsent
from tui_inbox.domain import sms
from tui_inbox.domain.message import Attachment, Delivery, Kind
from tui_inbox.ports.channel import Inbound, Reaction, Revision


def told(
    sample: Sample,
    line: Guest | Elsewhere | Reacted | Edited | Unsent,
    at: datetime,
    talk: Thread,
    n: int,
    visitor: int,
) -> Inbound | Reaction | Revision:
    """One line of a thread; ``visitor`` is the number of the guest's browser in the web chat."""
    match line:
        case Reacted():
            return Reaction(sample.sid(talk, line.line), at, line.emoji)
        case Edited():
            return Revision(sample.sid(talk, line.line), at, line.text)
        case Unsent():
            return Revision(sample.sid(talk, line.line), at, None)
        case Guest() if talk.channel in ("email", "booking-mail"):
            return _mail(sample, line, at, talk, n)
    return _chat(sample, line, at, talk, n, visitor)


def _chat(sample: Sample, line: Guest | Elsewhere, at: datetime, talk: Thread, n: int, visitor: int) -> Inbound:
    person, written = sample.people[talk.guest], isinstance(line, Guest)
    shared = Inbound(
        external_id=sample.sid(talk, n),
        channel=talk.channel,
        at=at,
        address=sample.address(person, talk.channel),
        own_address=sample.own(talk),
        text=line.text,
        outbound=not written,
        state=Delivery.NONE if written else Delivery.DELIVERED,
    )
    if not isinstance(line, Guest):
        return replace(shared, segments=max(sms.segments(line.text).count, 1))
    quoted = "" if line.answers is None else sample.sid(talk, line.answers)
    match talk.vendor:
        case "twilio":
            return replace(
                shared, segments=max(sms.segments(line.text).count, 1), attachments=_photo(sample, line, talk, n)
            )
        case "booking" | "channex":
            return _from_site(sample, shared, line, talk)
        case "webchat":
            first = n == 0
            claimed = person.email if first else ""
            return replace(shared, external_id=f"{visitor}:{shared.external_id}", name=person.name, subject=claimed)
        case "messenger" | "instagram" if line.comment:
            title, parent = reading.title(talk.subject), quoted or sample.post(talk)
            return replace(shared, name=person.name, kind=Kind.COMMENT, subject=title, parent=parent)
    return replace(shared, name=person.name, quoted=quoted, attachments=_voice(sample, line, talk, n))


def _from_site(sample: Sample, shared: Inbound, line: Guest, talk: Thread) -> Inbound:
    person = sample.people[talk.guest]
    code = sample.booking(person)
    topic = wire.request_code("self_service_event", wire.Attributes(line.topic)) if line.topic else ""
    return replace(
        shared,
        name=person.name,
        thread_ref=shared.address,
        also=(code,) if code else (),
        reservation=code,
        suspicious=topic,
    )


def _mail(sample: Sample, line: Guest, at: datetime, talk: Thread, n: int) -> Inbound:
    person, relayed = sample.people[talk.guest], talk.channel == "booking-mail"
    raw, ref = letters.letter(sample, talk, n), letters.message_id(sample, talk, n)
    first = letters.message_id(sample, talk, 0)
    return Inbound(
        external_id=external_id(raw),
        channel=talk.channel,
        at=at,
        address=sample.address(person, talk.channel),
        own_address=sample.mail,
        text=line.text,
        name=person.name,
        full_text=line.text + line.quoted if line.quoted else "",
        subject=letters.subject(talk, n),
        kind=Kind.EMAIL,
        automated=line.machine,
        suspicious=line.odd,
        thread_ref=ref,
        references=first if first != ref else "",
        reservation=sample.booking(person) if relayed else "",
        route=sample.alias(person) if relayed else "",
    )


def _photo(sample: Sample, line: Guest, talk: Thread, n: int) -> tuple[Attachment, ...]:
    if not line.photo:
        return ()
    media = sample.id_of("ME", talk.key, n)
    ref = f"/2010-04-01/Accounts/{sample.twilio}/Messages/{sample.sid(talk, n)}/Media/{media}"
    return (Attachment(name="image-1.png", type="image/png", ref=ref),)


def _voice(sample: Sample, line: Guest, talk: Thread, n: int) -> tuple[Attachment, ...]:
    if not line.voice:
        return ()
    ref = f"{sample.media(talk, n)}#{digest(line.voice)}"
    return (Attachment(name="audio.oga", type="audio/ogg", ref=ref),)
